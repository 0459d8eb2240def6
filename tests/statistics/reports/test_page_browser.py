"""The page of a report against axe-core, light and dark, and as it is printed."""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium():
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found and not os.environ.get("CI"):
        pytest.skip("Chromium is not installed")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_has_no_serious_fault(chromium, wrote, theme):
    context = chromium.new_context(color_scheme=theme, bypass_csp=True)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(wrote("public_national", "html").decode())
    found = Axe().run(page).response["violations"]
    wrong = [
        (v["id"], v["nodes"][0]["html"][:150])
        for v in found
        if v["impact"] in {"serious", "critical"}
    ]
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    context.close()

    assert wrong == []
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 23, 25)"}[theme]
    assert asked == []


def test_the_page_fits_a_small_window_and_prints(chromium, wrote):
    page = chromium.new_page(viewport={"width": 360, "height": 640})
    page.set_content(wrote("public_national", "html").decode())
    over = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    wide = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right"
        " > innerWidth && !e.closest('.scroll') && !e.closest('svg')).map(e =>"
        " e.outerHTML.slice(0, 90))"
    )
    page.emulate_media(media="print", color_scheme="dark")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.close()

    assert (over <= 0, wide) == (True, [])
    assert ground == "rgb(255, 255, 255)"

"""The served pages in a browser: nothing leaves, nothing is left, all can read."""

import shutil
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from iwflab_widgets.server.places import notebook_root
from tests.server.visiting import DOORS, PASSWORDS, make_lab, server_for, until

pytestmark = pytest.mark.browser
GRAVE = {"serious", "critical"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
ENTRIES = (
    "/voila/render/grading.ipynb",  # a bookmark
    "/voila/render/intake.ipynb?theme=dark",
    "/voila/render/release.ipynb#part",
    "by a card",
    "after the login",
)


@pytest.fixture(scope="module")
def chromium():
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", NOWHERE]
        )
        yield browser
        browser.close()


class Tab:
    """A page that records what it asks elsewhere, and every error it prints."""

    def __init__(self, browser, server, scheme="light"):
        self.context = browser.new_context(color_scheme=scheme)
        self.context.set_default_timeout(20_000)
        self.page = self.context.new_page()
        self.server, self.outside, self.errors = server, [], []
        # Heard, not routed: routing asks Python for each request, and without a cache.
        self.context.on("request", self._judge)
        self.page.on(
            "console",
            lambda told: told.type == "error" and self.errors.append(told.text),
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _judge(self, request):
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.hostname != "127.0.0.1":
            self.outside.append(request.url)

    def go(self, path):
        self.page.goto(self.server.url + path)

    def login(self, name="ann", way="/"):
        self.go(way)
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORDS[name])
        self.page.get_by_role("button", name="Log in").click()
        return self

    def desk(self):
        self.page.wait_for_selector("#desk:visible", timeout=30_000)
        return self.page.inner_text("#desk")

    def close(self):
        """Close the tab as a person does, so that the page may say good-bye."""
        with self.page.expect_event("close"):
            self.page.close(run_before_unload=True)
        # The context stays: ending the whole browser would cut the beacon off.


@pytest.fixture
def tab(chromium, server):
    opened = Tab(chromium, server)
    yield opened
    opened.context.close()


def test_nothing_leaves_and_no_error_is_printed(tab):
    tab.go("/login")
    tab.login()
    tab.page.wait_for_selector(".cards")
    tab.go("/voila/render/grading.ipynb")
    assert tab.desk() == "analyst ann"
    assert tab.outside == []
    assert tab.errors == []


def test_the_doors_of_the_project_open_offline(chromium, tmp_path):
    """The command that people use, on the notebooks that are shipped."""
    server = server_for(make_lab(tmp_path / "lab", pictures=3), notebook_root())
    server.command[2:] = ["-m", "iwflab_widgets.server"]
    server.command += ["--lab", str(server.folder), "--port", str(server.port)]
    server.start()
    try:
        tab = Tab(chromium, server).login()
        tab.page.wait_for_selector(".cards")
        for name in DOORS:
            tab.go(f"/voila/render/{name}.ipynb")
            tab.page.wait_for_selector(".iwf:visible")
            assert "exception occurred" not in tab.page.inner_text("body"), name
            assert the_bar_of(tab.page) == (name.capitalize(), len(DOORS), "ann")
            found = Axe().run(tab.page).response["violations"]
            grave = [v["id"] for v in found if v["impact"] in GRAVE]
            assert grave == [], name
        fits_without_scrolling(tab)
        tab.page.get_by_role("link", name="All desks").click()
        tab.page.wait_for_selector(".cards")
        assert tab.errors == []
        # The kernel ends with the session: what the leaving page still asks is refused.
        tab.go("/voila/render/release.ipynb")
        tab.page.get_by_role("button", name="Log out").click()
        tab.page.wait_for_selector("#password")
        refused = "403 (Forbidden)"
        assert [e for e in tab.errors if refused not in e and "voila.js" not in e] == []
        assert tab.outside == []
        tab.context.close()
    finally:
        server.stop()


def test_a_disk_that_is_nearly_full_is_said_on_every_page(chromium, tmp_path):
    folder = make_lab(tmp_path / "lab", pictures=0)
    settings = folder / "lab.toml"
    text = settings.read_text()
    settings.write_text(text.replace("low_space_mb = 2000", f"low_space_mb = {10**9}"))
    server = server_for(folder, notebook_root())
    server.start()
    try:
        tab = Tab(chromium, server).login()
        for way in ("/", "/voila/render/statistics.ipynb"):
            tab.go(way)
            said = tab.page.get_by_role("alert").filter(has_text="MB left")
            said.first.wait_for()
        tab.context.close()
    finally:
        server.stop()


def the_bar_of(page):
    """Say which desk the bar names, how many ways lead on, and who is here."""
    bar = page.locator("#iwflab-bar")
    who = bar.locator("form bdi").inner_text()
    return bar.locator("h1").inner_text(), bar.locator("nav a").count(), who


def fits_without_scrolling(tab):
    tab.go("/voila/render/grading.ipynb")
    desk = tab.page.get_by_test_id("grading-desk")
    desk.wait_for()
    for width, height in ((1440, 900), (1366, 768)):
        tab.page.set_viewport_size({"width": width, "height": height})
        tab.page.wait_for_timeout(300)
        box = desk.bounding_box()
        assert box["y"] + box["height"] <= height, (width, height, box)
        assert box["height"] >= height - 70  # the bar takes one line, not more
        assert tab.page.evaluate("document.scrollingElement.scrollTop") == 0


@pytest.mark.parametrize("entry", ENTRIES)
def test_no_kernel_is_left_when_the_tab_closes(chromium, server, entry):
    before = set(server.kernels())
    tab = Tab(chromium, server)
    if entry == "after the login":
        tab.login(way="/voila/render/statistics.ipynb")
    elif entry == "by a card":
        tab.login().page.get_by_role("link", name="Grading").click()
    else:
        tab.login()
        tab.page.wait_for_selector(".cards")
        tab.go(entry)
    assert tab.desk() == "analyst ann"
    mine = set(server.kernels()) - before
    assert len(mine) == 1
    tab.close()
    until(lambda: not mine & set(server.kernels()), 60, "the end of the kernel")
    tab.context.close()


def test_a_tab_that_closes_during_the_start_leaves_no_kernel(chromium, server):
    before = set(server.kernels())
    tab = Tab(chromium, server).login()
    tab.page.wait_for_selector(".cards")
    tab.page.evaluate("location.href = '/voila/render/grading.ipynb'")
    until(lambda: set(server.kernels()) - before, what="the start of the kernel")
    tab.close()
    until(lambda: not set(server.kernels()) - before, 60, "the end of the kernel")
    tab.context.close()


def test_a_page_of_another_origin_gets_no_picture(chromium, server, ann, anns):
    """Its script, its picture element and its frame all get nothing."""
    path = f"/iwflab/media/{anns[0]['grants']['shielded']}"
    tab = Tab(chromium, server).login()
    tab.page.wait_for_selector(".cards")
    before = len(server.views("delivered"))
    # Another host name is another site; both are this machine, so that it connects.
    tab.context.route(
        "http://localhost/evil",
        lambda route: route.fulfill(content_type="text/html", body="<p>evil</p>"),
    )
    tab.page.goto("http://localhost/evil")
    seen = tab.page.evaluate(
        """async (address) => {
          const read = await fetch(address, {credentials: "include"})
            .then((r) => r.status, () => "refused");
          const image = new Image(); image.src = address;
          const painted = await image.decode().then(() => "painted", () => "refused");
          return [read, painted];
        }""",
        server.url + path,
    )
    assert seen == ["refused", "refused"]
    assert len(server.views("delivered")) == before
    tab.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible(chromium, server, scheme):
    tab = Tab(chromium, server, scheme)
    axe, found = Axe(), []
    tab.go("/login")
    found += axe.run(tab.page).response["violations"]
    tab.page.get_by_label("Name").fill("ann")
    tab.page.get_by_label("Password").fill("not the password")
    tab.page.get_by_role("button", name="Log in").click()
    tab.page.wait_for_selector("[role=alert]")
    found += axe.run(tab.page).response["violations"]
    tab.login()
    tab.page.wait_for_selector(".cards")
    found += axe.run(tab.page).response["violations"]
    back = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert back == {"light": "rgb(246, 247, 248)", "dark": "rgb(20, 25, 28)"}[scheme]
    grave = [v["id"] for v in found if v["impact"] in GRAVE]
    assert grave == []
    tab.context.close()

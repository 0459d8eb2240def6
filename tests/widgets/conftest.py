"""Chromium with the desk of a fake server in it; no Jupyter is needed."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from fake_server import ORIGIN

from iwflab_widgets.desk import Desk

# The colours of JupyterLab's own themes, as far as the desks use them.
THEMES = {
    "light": {"layout-color1": "white", "layout-color2": "#eee"},
    "dark": {"layout-color1": "#212121", "layout-color2": "#424242"},
}
HTML = "text/html"
# As Voila writes its pages; a notebook's page says nothing of the kind.
WHERE = {"page": ' data-voila="voila" data-base-url="/voila/"', "cell": ""}
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>desk</title>
<style>body{{margin:0;background:var(--jp-layout-color1)}} :root{{{vars}}}</style>
<style>{css}</style></head>
<body data-jp-theme-light="{light}"{where}><main id="place"></main>
<script type="module">
import desk from "/desk.js";
const heard = [];
const model = {{
  heard,
  on: (name, call) => heard.push([name, call]),
  off: () => {{}},
  send: async (content) => {{
    const reply = await window.kernel(content);
    for (const [name, call] of heard) if (name === "msg:custom") call(reply, []);
  }},
}};
window.model = model;
window.leave = desk.render({{ model, el: document.getElementById("place") }});
</script></body></html>"""


@pytest.fixture(scope="module")  # a second Playwright cannot run beside this one
def chromium():
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found and not os.environ.get("CI"):
        pytest.skip("Chromium is not installed")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


def answer(page, server):
    """Send what the page asks to a server: the last one given answers."""
    page.route(f"{ORIGIN}/iwflab/**", server.route)
    line = f"{ORIGIN.replace('http', 'ws')}/iwflab/api/line"
    page.route_web_socket(line, getattr(server, "line", lambda ws: ws.close()))


def complaint(line):
    expected = "Failed to load resource" in line.text
    return [line.text] if line.type == "error" and not expected else []


class Page:
    """One open desk: press keys, look at its state."""

    def __init__(self, page, server, errors):
        self.page, self.server, self.errors = page, server, errors

    def anew(self, server):
        """Leave the page and load it again over another server, as if it were new."""
        self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.page.goto("about:blank")  # its last words go to the server of before
        answer(self.page, server)
        self.server = server
        self.page.goto(f"{ORIGIN}/")

    def state(self):
        return self.page.evaluate("document.querySelector('.iwf').iwflab.state()")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def until(self, test):
        """Wait until a JavaScript test over the state ``s`` holds."""
        state = "const s = document.querySelector('.iwf')?.iwflab.state();"
        script = f"(() => {{ {state} return s && ({test}); }})()"
        self.page.wait_for_function(script, timeout=8000)
        return self.state()

    def painted(self, medium, variant="shielded"):
        return self.until(
            f"s.painted?.medium === '{medium}' && s.painted.variant === '{variant}'"
        )

    def by(self, testid):
        return self.page.get_by_test_id(testid)


@pytest.fixture
def open_desk(chromium):
    """Open a desk class over a fake server; fails on any script error at the end."""
    opened = []

    def open_(desk, server, *, theme="light", where="page", size=(1280, 800)):
        width, height = size
        page = chromium.new_page(viewport={"width": width, "height": height})
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        # A refused or cut connection is logged by the browser itself; that is tested.
        page.on("console", lambda line: errors.extend(complaint(line)))
        colours = ";".join(f"--jp-{k}:{v}" for k, v in THEMES[theme].items())
        html = PAGE.format(
            vars=colours,
            css=str(desk._css),
            light=str(theme == "light").lower(),
            where=WHERE[where],
        )
        # A desk object answers its page, as its kernel would.
        if isinstance(desk, Desk):
            page.expose_function("kernel", desk.answer)
        page.route("**/*", lambda route: route.abort())
        page.route(f"{ORIGIN}/", lambda r: r.fulfill(body=html, content_type=HTML))
        page.route(
            f"{ORIGIN}/desk.js",
            lambda r: r.fulfill(body=str(desk._esm), content_type="text/javascript"),
        )
        answer(page, server)
        page.context.add_cookies([{"name": "_xsrf", "value": "token", "url": ORIGIN}])
        page.goto(f"{ORIGIN}/")
        opened.append((page, errors))
        return Page(page, server, errors)

    yield open_
    for page, errors in opened:
        page.close()
        assert errors == []

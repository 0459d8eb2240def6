"""The limit: a page that only swaps pictures which it decoded before anybody looked."""

import contextlib
import functools
import http.server
import threading

import pictures
from measuring import workshop
from painting import WINDOW, Viewer
from serving import free_port

PAGE = """<!doctype html><meta charset="utf-8"><title>The limit</title>
<style>
  main {{ height: 800px; display: grid; place-items: center; background: #444; }}
  canvas {{ display: block; }}
</style>
<main></main>
<script type="module">
  const place = document.querySelector("main"), ready = [];
  for (const name of {names}) {{
    const bytes = await (await fetch(`pictures/${{name}}`)).blob();
    const size = {{ resizeWidth: 900, resizeQuality: "medium" }};
    const canvas = document.createElement("canvas");
    const bitmap = await createImageBitmap(bytes, size);
    Object.assign(canvas, {{ width: bitmap.width, height: bitmap.height }});
    canvas.setAttribute("aria-label", name);
    canvas.getContext("bitmaprenderer").transferFromImageBitmap(bitmap);
    ready.push(canvas);
  }}
  let at = 0;
  place.replaceChildren(ready[at]);
  addEventListener("keydown", (event) => {{
    if (event.key !== "ArrowRight") return;
    at = (at + 1) % ready.length;
    place.replaceChildren(ready[at]);
  }});
  document.documentElement.dataset.ready = "all";
</script>
"""


class Limit(Viewer):
    """Every picture waits in a canvas, at the size in which it is shown."""

    place, picture = "main", "main canvas"

    def turn(self):
        self.page.keyboard.press("ArrowRight")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def limit(browser):
    folder = workshop() / f"limit-{free_port()}"
    folder.mkdir()
    (folder / "pictures").symlink_to(pictures.folder(pictures.WIDE))
    names = sorted(one.name for one in pictures.folder(pictures.WIDE).iterdir())
    (folder / "index.html").write_text(PAGE.format(names=names), "utf-8")
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_context(viewport=WINDOW).new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.locator("html[data-ready=all]").wait_for(timeout=120_000)
        yield Limit(page)
        page.context.close()
        server.shutdown()

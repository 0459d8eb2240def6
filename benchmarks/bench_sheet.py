"""A contact sheet of 10,000 media: frames a second, messages, time to open."""

import many
from measuring import row, workshop
from serving import Served, chromium, copy_of, free_port, until
from viewing import log_in

SECONDS, LEAST, MOST = 8, 30, 50
OTHER = "an empty page of the same height, scrolled in the same way"
SIZE = {"width": 1440, "height": 900}
# From the top to the bottom and back in steps of one frame, as a held scroll bar goes.
FLY = """([selector, seconds]) => new Promise((done) => {
  const place = document.querySelector(selector);
  const far = place.scrollHeight - place.clientHeight;
  const start = performance.now();
  let [frames, last, nodes] = [0, start, 0];
  const waits = [];
  const step = (now) => {
    frames += 1; waits.push(now - last); last = now;
    nodes = Math.max(nodes, place.querySelectorAll("*").length);
    const part = (now - start) / 1000 / seconds;
    place.scrollTop = far * Math.max(0, 1 - Math.abs(1 - 2 * part));
    if (part < 1) return requestAnimationFrame(step);
    waits.sort((one, other) => one - other);
    const at = (share) => waits[Math.floor(waits.length * share)];
    done({ rate: frames / ((now - start) / 1000), p95: at(0.95), nodes });
  };
  requestAnimationFrame(step);
})"""
EMPTY = """<!doctype html><div id="place" style="height:700px;overflow:auto">
<div style="height:{height}px"></div></div>"""
STATE = "root => root.iwflab.state()"


def rows():
    with chromium() as browser:
        ours = flown(browser)
        page = browser.new_page(viewport=SIZE)
        page.set_content(EMPTY.format(height=ours["height"]))
        other = page.evaluate(FLY, ["#place", SECONDS])
    name = f"contact sheet of {many.MEDIA:,} media"
    told = {"other_name": OTHER}
    return [
        row(
            f"{name}: scrolled from end to end and back",
            ours["rate"],
            other["rate"],
            **told,
            unit="frames/s",
            goal=f"ours >= {LEAST}",
        ),
        row(f"{name}: frame, p95", ours["p95"], other["p95"], **told, unit="ms"),
        row(
            f"{name}: messages between page and kernel",
            ours["messages"],
            None,
            other_name="none",
            unit="messages",
            goal=f"ours <= {MOST}",
        ),
        row(
            f"{name}: nodes on the page at most",
            ours["nodes"],
            many.MEDIA,
            other_name="one node a medium",
            unit="nodes",
        ),
        row(
            f"{name}: key to the first page of it",
            ours["opened"],
            None,
            other_name="none",
            unit="ms",
        ),
    ]


def flown(browser):
    """Open the sheet at the served desk and scroll it; count what the kernel hears."""
    folder = workshop() / f"sheet-{free_port()}" / "lab"
    folder.parent.mkdir()
    served = Served(copy_of(many.lab(), folder)).accounts().start()
    messages = []
    try:
        page = browser.new_context(viewport=SIZE).new_page()
        page.on("websocket", lambda socket: hear(socket, messages))
        log_in(page, served.url)
        page.goto(f"{served.url}/voila/render/grading.ipynb")
        desk = page.get_by_test_id("grading-desk")
        until(lambda: desk.evaluate(STATE)["painted"], 60, "the first picture")
        before = len(messages)
        pressed = page.evaluate("performance.now()")
        page.keyboard.press("F2")
        until(lambda: (desk.evaluate(STATE)["sheet"] or {}).get("total"), 60, "sheet")
        opened = page.evaluate("performance.now()") - pressed
        grid = page.get_by_test_id("sheet-grid")
        until(lambda: desk.evaluate(STATE)["sheet"]["thumbs"], 30, "its pictures")
        told = page.evaluate(FLY, ["[data-testid=sheet-grid]", SECONDS])
        height = grid.evaluate("grid => grid.scrollHeight")
        page.keyboard.press("End")
        until(lambda: desk.evaluate(STATE)["sheet"]["current"], 30, "the last page")
        more = {"messages": len(messages) - before, "height": height, "opened": opened}
        page.context.close()
        return {**told, **more}
    finally:
        served.stop()


def hear(socket, messages):
    if "/api/kernels/" not in socket.url:
        return  # the page's own line: no message of a kernel
    socket.on("framesent", lambda _: messages.append("sent"))
    socket.on("framereceived", lambda _: messages.append("received"))

"""The contact sheet: many media in view, shielded, at the speed of scrolling."""

import pytest
from fake_server import FakeServer, item

from iwflab_widgets.grading_desk import GradingDesk

pytestmark = pytest.mark.browser
# Scrolled from top to bottom in four seconds, one step a frame; then the frames are
# counted, and the nodes that the sheet has.
FLY = """seconds => new Promise((done) => {
  const grid = document.querySelector("[data-testid=sheet-grid]");
  const far = grid.scrollHeight - grid.clientHeight;
  const start = performance.now();
  let [frames, nodes, last, longest] = [0, 0, start, 0];
  const step = (now) => {
    frames += 1;
    longest = Math.max(longest, now - last);
    last = now;
    nodes = Math.max(nodes, grid.querySelectorAll("[role=gridcell]").length);
    const part = (now - start) / 1000 / seconds;
    grid.scrollTop = far * Math.min(1, part);
    if (part < 1) requestAnimationFrame(step);
    else done({ rate: frames / ((now - start) / 1000), nodes, longest });
  };
  requestAnimationFrame(step);
})"""


# After so many more heartbeats of the desk.
BEATS = """async (number) => {
  const { watch } = document.querySelector(".iwf").iwflab.desk;
  for (let beat = 0; beat < number; beat++) await watch.beat();
}"""
# What the sheet really draws, noted where it is drawn.
PAINTED = """() => {
  window.painted = new Set();
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (...given) {
    const cell = this.canvas.closest(".iwf-sheet-cell");
    const grid = cell?.closest("[role=grid]").getBoundingClientRect();
    const box = cell?.getBoundingClientRect();
    if (cell && box.bottom > grid.top && box.top < grid.bottom)
      window.painted.add(cell.dataset.medium);
    return draw.apply(this, given);
  };
}"""
IN_VIEW_DRAWN = """() => {
  const { sheet } = document.querySelector(".iwf").iwflab.desk.views;
  const wanted = sheet.inView();
  return wanted.length > 0 && wanted.every((medium) => sheet.thumbs.kept.has(medium));
}"""


def a_server(number, **more):
    rows = [item(n) for n in range(1, number + 1)]
    for one, row in enumerate(rows, start=1):
        row["medium"] = f"m{one:05}"
    return FakeServer(rows, set_most=12, **more)


def open_sheet(open_desk, server, **more):
    desk = open_desk(GradingDesk, server, **more)
    desk.painted(server.items[0]["medium"])
    desk.press("F2")
    desk.until(f"s.sheet?.total === {len(server.items)}")
    return desk


def test_it_moves_selects_and_opens_by_keys_alone(open_desk):
    server = a_server(60)
    desk = open_sheet(open_desk, server)
    desk.until("s.sheet.thumbs >= 12")
    assert desk.state()["painted"] is None
    desk.press("ArrowRight", " ", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight")
    desk.until("s.sheet.selected.length === 4")
    assert desk.state()["selection"] == [f"m{n:05}" for n in range(2, 6)]
    desk.press("End")
    assert desk.state()["sheet"]["current"] == "m00060"
    desk.press("PageUp", "Home", "ArrowDown", "ArrowUp", "ArrowUp")
    assert desk.state()["sheet"]["place"] == 0
    desk.press("Control+a")
    desk.until("s.sheet.selected.length === 60")
    desk.press("Control+a")
    desk.until("s.sheet.selected.length === 0")
    desk.press("End", "Enter")  # beyond the set of twelve: it is fetched
    desk.painted("m00060")
    assert desk.state()["sheet"] is None
    desk.press("4", "2")
    assert desk.state()["record"]["elements"]["form"]
    desk.press("F2")
    desk.until("s.sheet?.current === 'm00060'")


def test_nothing_is_graded_through_the_sheet(open_desk):
    server = a_server(30)
    desk = open_sheet(open_desk, server)
    desk.press("1", "c", "q", "n", "z")
    state = desk.state()
    assert state["record"]["elements"] == {}
    assert "Enter opens" in state["message"]
    assert server.bodies("undo") == []


def test_what_was_in_view_is_recorded_and_adds_up(open_desk):
    server = a_server(40)
    desk = open_sheet(open_desk, server)
    desk.until("s.sheet.thumbs >= 12")
    begun = desk.page.evaluate("performance.now()")
    desk.until("s.sheet.looked >= 3 && s.waiting === 0")
    before = len(server.views)
    desk.press("F2")
    ended = desk.page.evaluate("performance.now()")  # from when the page was loaded
    desk.until("s.sheet === null && s.waiting === 0")
    seen = [v for v in server.views[before:] if v["medium"] != "m00001"]
    assert len({v["medium"] for v in seen}) >= 12
    assert {v["variant"] for v in server.views} == {"shielded"}
    assert not any("full" in path for path in server.paths())
    # Of what was together in view each has its share, and the shares are the time.
    told = sum(v["milliseconds"] for v in server.views[before:])
    # What was in view before the clock was read is in it, twelve times over nothing is.
    assert 0.8 * (ended - begun) <= told <= ended


def test_what_was_painted_is_recorded_however_soon_it_left_the_view(open_desk):
    server = a_server(300)
    desk = open_sheet(open_desk, server)
    desk.page.evaluate(PAINTED)
    for _ in range(4):
        desk.page.wait_for_function(IN_VIEW_DRAWN)
        desk.press("PageDown")
    desk.page.wait_for_function(IN_VIEW_DRAWN)
    desk.press("F2")
    desk.until("s.sheet === null && s.waiting === 0")
    painted = set(desk.page.evaluate("[...window.painted]"))
    assert len(painted) > 60
    assert painted <= {view["medium"] for view in server.views}


def test_it_marks_the_medium_that_is_open(open_desk):
    desk = open_sheet(open_desk, a_server(12))
    desk.until("s.sheet.thumbs >= 12")
    desk.press("ArrowRight", "Enter")
    desk.painted("m00002")
    desk.press("ArrowRight")
    desk.painted("m00003")
    desk.press("F2")
    assert desk.until("s.sheet?.current")["sheet"]["current"] == "m00003"


def test_it_marks_the_open_medium_wherever_it_lies(open_desk):
    desk = open_sheet(open_desk, a_server(1_200))
    desk.until("s.sheet.thumbs >= 12")
    desk.press("End")
    desk.until("s.sheet.current === 'm01200'")
    desk.press("Enter")
    desk.painted("m01200")
    desk.press("F2")
    desk.until("s.sheet?.current === 'm01200'")
    desk.press("Home")
    desk.until("s.sheet?.current === 'm00001'")
    desk.press("F2")
    desk.painted("m01200")
    desk.press("F2")
    assert desk.until("s.sheet?.current")["sheet"]["current"] == "m01200"


def test_time_on_the_sheet_is_part_of_the_decision(open_desk):
    server = a_server(12)
    desk = open_sheet(open_desk, server)
    desk.until("s.sheet.thumbs >= 12 && s.sheet.looked >= 2")
    desk.press("End", "Enter")
    desk.painted("m00012")
    desk.press("4", "2", "Enter")
    desk.until("s.saved === 1 && s.waiting === 0")
    (decision,) = server.bodies("decision")
    seen = [v["milliseconds"] for v in server.views if v["medium"] == "m00012"]
    told = sum(seen) / 1000
    assert decision["levels"]["shielded"] == pytest.approx(told, abs=0.05)
    assert len(seen) > 1


def test_the_line_below_counts_media_once_however_often_they_are_reported(open_desk):
    server = a_server(12)
    desk = open_desk(GradingDesk, server)
    desk.painted("m00001")

    def told(text):
        desk.page.get_by_text(f"24 hours: {text}").wait_for(timeout=8000)

    for _ in range(2):  # there and back: two views, one medium
        desk.press("ArrowRight")
        desk.painted("m00002")
        desk.press("ArrowLeft")
        desk.painted("m00001")
    desk.until("s.waiting === 0")
    told("2 media, 0 revealed")
    for key in ("l", " "):  # two levels, one medium revealed
        desk.press(key)
        desk.painted("m00001", {"l": "lens", " ": "full"}[key])
    told("2 media, 1 revealed")
    assert len(server.bodies("reveal")) == 2
    assert len(server.views) >= 4


def test_what_is_no_longer_ones_own_leaves_the_sheet(open_desk):
    server = a_server(12)
    desk = open_sheet(open_desk, server)
    desk.until("s.sheet.thumbs >= 12")
    desk.press("ArrowRight", " ", "ArrowRight", " ", "F2")
    desk.until("s.sheet === null && s.selection.length === 2 && s.waiting === 0")
    desk.press("F2")
    desk.until("s.sheet?.thumbs >= 12")
    server.anothers = ("m00002",)  # it went back to the queue, and to somebody else
    desk.page.evaluate(
        "document.querySelector('.iwf').iwflab.desk.views.sheet.report()"
    )
    desk.until("s.sheet.thumbs === 11")
    assert desk.state()["selection"] == ["m00003"]
    cell = desk.page.locator("[role=gridcell][data-place='1']")
    assert cell.get_attribute("aria-label") == "2 of 12, no longer yours"
    assert not cell.locator("canvas").is_visible()
    assert "1 medium is no longer yours" in desk.state()["message"]
    desk.press("F2")
    desk.until("s.sheet === null && s.waiting === 0")
    last = {view["medium"] for view in server.bodies("shown")[-1]["views"]}
    assert "m00002" not in last
    desk.page.get_by_text("24 hours: 12 media").wait_for(timeout=8000)


def test_one_key_blanks_it_and_it_comes_back_shielded(open_desk):
    desk = open_sheet(open_desk, a_server(40))
    desk.until("s.sheet.thumbs >= 12")
    desk.press("Escape")
    assert desk.state()["sheet"]["thumbs"] == 0
    assert desk.page.locator("canvas").count() == 0
    desk.press("x")
    desk.until("!s.blanked && s.sheet.thumbs >= 12")


@pytest.mark.parametrize(
    "number", [2_000, pytest.param(10_000, marks=pytest.mark.soak)]
)
def test_thousands_scroll_smoothly_with_few_nodes_and_no_message(open_desk, number):
    server = a_server(number)
    desk = open_sheet(open_desk, server)
    desk.page.wait_for_function(IN_VIEW_DRAWN)
    before = len(server.calls)
    told = desk.page.evaluate(FLY, 3)
    flown = server.paths()[before:]
    assert told["rate"] >= 30, told
    assert told["nodes"] <= 160, told
    # Every message of the desk is a request: on its way it fetches next to nothing
    # (a frame that this machine holds up for long is a rest).
    fetched = [path for path in flown if path.startswith("media/")]
    assert len(fetched) <= number / 10, len(fetched)
    assert flown.count("api/sheet/grants") <= number / 200
    assert flown.count("api/shown") <= 1
    kinds = {path for path in flown if not path.startswith("media/")}
    sheets = {"api/sheet", "api/sheet/grants", "api/shown"}
    assert kinds <= sheets | {"api/ping", "api/signs"}, kinds
    assert len(server.bodies("sheet")) <= number / 500
    desk.page.wait_for_function(IN_VIEW_DRAWN)
    last = server.bodies("sheet/grants")[-1]["media"]
    assert f"m{number:05}" in last  # only where it came to rest


def test_a_preview_that_was_never_made_is_not_asked_for_without_end(open_desk):
    server = a_server(12, start_level="outlines", lacking=("outlines",))
    for row in server.items:
        row["previews"] = ["full", "shielded"]
    desk = open_desk(GradingDesk, server)
    desk.painted("m00001", "none")  # nothing below outlines is a picture
    desk.press("F2")
    cards = desk.page.locator("[role=gridcell]:not([hidden]) .iwf-sheet-card:visible")
    desk.page.wait_for_function(
        "document.querySelectorAll('.iwf-sheet-card:not([hidden])').length === 12"
    )
    assert cards.first.inner_text() == "PNG\nOutlines: not available"
    cell = desk.page.locator("[role=gridcell][data-place='0']")
    assert "Outlines: not available" in cell.get_attribute("aria-label")
    desk.page.evaluate(BEATS, 3)
    paths = server.paths()
    asked = [path for path in paths if path.startswith("media/grants-outlines")]
    assert len(asked) >= 12
    desk.page.evaluate(BEATS, 3)
    assert server.paths().count("api/ping") > paths.count("api/ping")
    assert sum("grants-outlines" in path for path in server.paths()) == len(asked)
    desk.press("F2")
    desk.until("s.sheet === null && s.waiting === 0")
    assert server.views == []


def test_an_order_that_the_server_forgot_is_begun_anew(open_desk):
    """Pages of two orders would lose some media, and show others twice."""
    server = a_server(1_100)
    desk = open_sheet(open_desk, server)
    desk.until("s.sheet.thumbs >= 12")
    desk.press("ArrowRight", " ")
    # Meanwhile the newest came first, and a medium left.
    server.items = server.items[:0:-1]
    server.order_name = "o2"
    desk.press("End")  # the last page: it comes in the new order
    desk.until("s.sheet.total === 1099 && s.sheet.current === 'm00002'")
    assert desk.state()["selection"] == ["m00002"]
    desk.press("Home")
    desk.until("s.sheet.current === 'm01100'")
    desk.press("Control+a")
    desk.until("s.selected === 1099")
    assert desk.state()["selection"] == [f"m{n:05}" for n in range(1_100, 1, -1)]


def test_stacks_lie_together_and_are_said(open_desk):
    server = a_server(12)
    for row in server.items[3:6]:
        row["stack"] = "m00004"
    desk = open_sheet(open_desk, server)
    edges = desk.page.eval_on_selector_all(
        "[role=gridcell][data-stack]:not([data-stack=''])",
        "cells => cells.map((cell) => cell.dataset.stack)",
    )
    assert edges == ["begin", "middle", "end"]
    cell = desk.page.locator("[role=gridcell][data-place='4']")
    assert "stack of near-duplicates" in cell.get_attribute("aria-label")


@pytest.mark.parametrize("where", ["page", "cell"])
def test_the_mark_is_told_to_a_screen_reader(open_desk, where):
    desk = open_desk(GradingDesk, a_server(30), where=where)
    if where == "cell":
        desk.by("grading-desk").focus()
    desk.painted("m00001")
    desk.press("F2")
    desk.until("s.sheet?.total === 30")
    desk.press("ArrowRight")
    grid = desk.by("sheet-grid")
    marked = grid.get_attribute("aria-activedescendant")
    label = desk.page.locator(f"#{marked}").get_attribute("aria-label")
    assert label.startswith("2 of 30, PNG, not graded yet")
    assert grid.get_attribute("aria-multiselectable") == "true"


# A tenth of the time that the desk waits for its other answers, with the same ratio.
IMPATIENT = "document.querySelector('.iwf').iwflab.desk.server.patience = 100"
PATIENT = IMPATIENT.replace("100", "15_000")


def test_a_sheet_that_is_long_in_the_making_is_waited_for(open_desk):
    server = a_server(20, limits={"heartbeat_seconds": 60})
    desk = open_desk(GradingDesk, server)
    desk.painted("m00001")
    desk.page.evaluate(IMPATIENT)
    server.keep_back = ("api/sheet",)
    desk.press("F2")
    desk.until("s.sheet && s.message.includes('being laid out')")
    assert desk.by("sheet-total").inner_text() == "being fetched"
    server.until_kept(desk.page)
    desk.page.evaluate(PATIENT)  # what comes after it has its usual time
    server.let_go()
    desk.until("s.sheet.total === 20 && s.sheet.thumbs >= 12")
    assert server.paths().count("api/sheet") == 1


def test_a_sheet_that_was_left_complains_of_nothing(open_desk):
    server = a_server(20)
    desk = open_desk(GradingDesk, server)
    desk.painted("m00001")
    server.keep_back = ("api/sheet",)
    desk.press("F2")
    desk.until("s.sheet")
    desk.press("F2")
    desk.painted("m00001")
    server.fail_kept()
    desk.page.evaluate(BEATS, 1)
    assert "contact sheet" not in desk.state()["message"]


def test_a_sheet_opened_again_at_once_gets_its_pictures(open_desk):
    """What the first one asked for must not hold up what the second one wants."""
    server = a_server(20, limits={"heartbeat_seconds": 60})
    desk = open_desk(GradingDesk, server)
    desk.painted("m00001")
    server.keep_back = ("api/sheet/grants",)
    desk.press("F2")
    desk.until("s.sheet?.total === 20")
    server.until_kept(desk.page)
    desk.press("F2", "F2")
    server.until_kept(desk.page, 2)
    server.let_go()
    desk.until("s.sheet.thumbs >= 12")

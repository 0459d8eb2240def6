"""The ladder of levels, presentation mode and blanking hold on every view of the desk."""

import pytest
from fake_server import item
from test_looking_browser import a_server, clip, moving

from iwflab_widgets.grading_desk import GradingDesk

pytestmark = pytest.mark.browser


def test_the_lens_closes_the_zoom_and_shows_no_more_than_its_circle(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("+", "+", "F4")
    assert desk.state()["zoom"] == 2.25
    desk.press("l")
    desk.painted("m01", "lens")
    state = desk.state()
    assert (state["zoom"], state["turned"]) == (1, 0)
    box = desk.by("picture").bounding_box()
    desk.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    desk.page.mouse.wheel(0, -300)
    desk.press("+", "F4", "=")
    assert "no zoom" in desk.state()["message"]
    assert desk.by("zoom_in").is_disabled()
    transforms = "[...document.querySelectorAll('.iwf-stage canvas, .iwf-lensed')]"
    found = desk.page.evaluate(f"{transforms}.map((one) => one.style.transform)")
    assert found == ["", "", ""]
    glass = desk.page.locator(".iwf-lens").bounding_box()
    assert (glass["width"], glass["height"]) == (220, 220)
    assert "iwf-zoomed" not in desk.by("picture").get_attribute("class")
    desk.press("s", "+")
    desk.painted("m01")
    assert desk.state()["zoom"] == 1.5


def everything(desk):
    """A clip that plays, and another medium revealed beside it."""
    desk.painted("m02")
    desk.press("ArrowLeft", "F9")
    desk.until("s.medium === 'm01' && s.painted")
    desk.press("ArrowRight")
    desk.until("s.medium === 'm02' && s.beside?.variant === 'shielded'")
    desk.press("F10", "F8")
    desk.until("s.beside?.variant === 'full' && s.clip")


def two_and_a_clip(**more):
    done = item(1, stage="graded")
    return a_server(done, moving(2), item(3), clip=clip(), **more)


PIXELS = "document.querySelectorAll('canvas, img, video').length"
WORDS = "document.querySelector('.iwf').innerHTML"


def test_presentation_mode_takes_away_and_fetches_nothing_on_any_view(open_desk):
    server = two_and_a_clip()
    desk = open_desk(GradingDesk, server)
    everything(desk)
    desk.press("p")
    desk.until("s.presenting && !s.clip && !s.beside")
    assert desk.page.evaluate(PIXELS) == 0
    before = len(server.paths())
    desk.press("F8")
    assert "Presentation mode" in desk.state()["message"]
    desk.press("F7", "F10", "+", "ArrowRight")
    desk.until("s.medium === 'm03'")
    desk.press("F2")
    desk.until("s.sheet?.total === 3")
    assert "no pictures are shown" in desk.by("sheet-level").inner_text()
    desk.until("s.sheet.looked >= 1")
    assert not [p for p in server.paths()[before:] if p.startswith("media/")]
    assert "api/sheet/grants" not in server.paths()
    assert desk.page.locator("canvas:visible").count() == 0
    desk.press("p")  # switched off on the sheet as well
    desk.until("!s.presenting && s.sheet.thumbs === 3")
    desk.press("p")
    desk.until("s.presenting && s.sheet.thumbs === 0")
    assert desk.page.locator("canvas:visible").count() == 0


def test_blank_leaves_nothing_of_clip_and_second_medium(open_desk):
    desk = open_desk(GradingDesk, two_and_a_clip())
    everything(desk)
    assert "pattern-01" in desk.page.evaluate(WORDS)
    desk.press("Escape")
    assert desk.page.evaluate(PIXELS) == 0
    left = desk.page.evaluate(WORDS)
    assert "pattern-" not in left
    assert "media/" not in left


def test_the_ledger_is_read_beside_nothing_revealed(open_desk):
    desk = open_desk(GradingDesk, two_and_a_clip())
    everything(desk)
    desk.press("h")
    desk.by("exposure-card").wait_for()
    desk.until("!s.clip && s.painted?.variant === 'shielded'")
    desk.until("s.beside?.variant === 'shielded'")
    desk.press("Escape")  # in a card it is the panic key, too
    desk.until("s.blanked && !s.beside")
    assert desk.page.evaluate(PIXELS) == 0


def test_less_is_shown_at_once_of_a_clip(open_desk):
    server = a_server(moving(1), item(2), clip=clip())
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("F8")
    desk.until("s.clip && s.painted?.variant === 'full'")
    server.cut = "api/reveal"
    desk.press("g")
    assert desk.page.locator("video").count() == 0
    desk.painted("m01")


@pytest.mark.parametrize("level", ["none", "outlines"])
def test_who_starts_with_less_sees_no_more_beside_or_on_the_sheet(open_desk, level):
    server = a_server(start_level=level)
    desk = open_desk(GradingDesk, server)
    desk.painted("m01", level)
    desk.press("ArrowRight", "F9")
    desk.until(f"s.beside?.medium === 'm01' && s.beside.variant === '{level}'")
    desk.press("F2")
    desk.until("s.sheet?.looked >= 2")
    if level == "outlines":
        desk.until("s.sheet.thumbs === 6")
    else:
        assert desk.state()["sheet"]["thumbs"] == 0
    assert not any("-shielded-" in path for path in server.paths())

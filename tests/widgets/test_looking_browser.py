"""Zoom, turning, more pixels, a second medium, and clips: all by keys, all blanked."""

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from fake_server import FakeServer, item

from iwflab.media.clips import Moment
from iwflab.media.playable import playable
from iwflab_widgets.grading_desk import GradingDesk

pytestmark = pytest.mark.browser


def clip(frames=40, rate=10):
    """Draw a bar that moves, encoded as the worker does."""

    def pixels(number):
        plane = np.full((120, 160, 3), 60, np.uint8)
        plane[:, number * 4 : number * 4 + 8] = 220
        return plane

    moments = (
        Moment(n, n * 1_000_000 // rate, None, lambda n=n: pixels(n))
        for n in range(frames)
    )
    return playable(moments, (160, 120), 0).webm


def moving(number):
    sheet = [[0, 0, 90], [15, 1_500_000, 90], [30, 3_000_000, 90]]
    return item(number, frames=40, format="MP4", metadata={"sheet": sheet})


def a_server(*items, **more):
    return FakeServer(list(items) or [item(n) for n in range(1, 7)], **more)


def transform(desk):
    return desk.page.locator(".iwf-stage .iwf-picture").first.evaluate(
        "picture => picture.style.transform"
    )


def test_zoom_pan_and_turn_by_keys_and_the_next_medium_is_whole(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("Shift+ArrowRight")  # nothing to pan: it is the key of the desk
    desk.painted("m02")
    desk.press("+", "+", "Shift+ArrowRight", "Shift+ArrowUp")
    state = desk.state()
    assert state["medium"] == "m02"
    assert state["zoom"] == 2.25
    assert state["pan"][0] < 0 < state["pan"][1]
    assert "scale(2.25)" in transform(desk)
    assert "Zoom" in desk.by("zoom").inner_text()
    desk.press("F4")
    assert desk.state()["turned"] == 90
    assert desk.by("spoken").inner_text().endswith("turned by 90°.")
    desk.press("0", "F4", "F4", "F4")
    assert (desk.state()["zoom"], transform(desk)) == (1, "")
    desk.press("=")  # one pixel of the preview on one of the screen, or what fits
    assert desk.state()["zoom"] >= 1
    desk.press("+", "-", "-", "-", "-")
    assert desk.state()["zoom"] == 1
    desk.press("+", "ArrowRight")
    desk.painted("m03")
    assert desk.state()["zoom"] == 1
    desk.press("ArrowLeft")
    desk.painted("m02")
    assert transform(desk) == ""
    assert desk.server.bodies("reveal") == []  # zoom reveals nothing


def test_zoom_with_the_wheel_and_by_dragging(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    box = desk.by("picture").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    desk.page.mouse.move(*middle)
    for _ in range(6):
        desk.page.mouse.wheel(0, -100)
    desk.until("s.zoom > 2.5")
    desk.page.mouse.down()
    desk.page.mouse.move(middle[0] - 60, middle[1] - 30, steps=3)
    desk.page.mouse.up()
    across, down = desk.state()["pan"]
    assert (across, down) == pytest.approx((-60, -30), abs=3)


def test_a_turned_picture_fits(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("F4")
    seen, room = (
        desk.page.locator(name).first.bounding_box()
        for name in (".iwf-picture", "[data-testid=picture]")
    )
    # The canvas has the shape of its place, so its turned box is as high as that is
    # wide, scaled until the picture in it fits.
    part = min(room["width"] / 420, room["height"] / 640)
    plain = min(room["width"] / 640, room["height"] / 420)
    assert seen["height"] == pytest.approx(room["width"] * part / plain, rel=0.02)


def test_more_pixels_come_on_demand_after_the_reveal(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("F7")
    desk.until("s.message.startsWith('Larger preview')")
    paths = server.paths()
    order = ["api/reveal", "api/rendition", "media/grantx-large-01"]
    places = [paths.index(path) for path in order]
    assert places == sorted(places)
    assert paths.count("api/rendition") == 2  # it was still being made at first
    desk.painted("m01", "full")
    desk.press("Escape")
    assert desk.page.locator("canvas").count() == 0


def test_two_media_side_by_side_both_shielded_until_asked(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("F9")
    desk.by("beside-caption").get_by_text("nothing to show beside it").wait_for()
    desk.press("ArrowRight")
    desk.until("s.beside?.medium === 'm01' && s.beside.variant === 'shielded'")
    assert desk.by("beside-pane").get_attribute("aria-label") == "Beside it"
    assert server.bodies("reveal") == []
    desk.press("F10")
    desk.until("s.beside?.variant === 'full'")
    assert desk.state()["painted"]["variant"] == "shielded"
    assert [body["medium"] for body in server.bodies("reveal")] == ["m01"]
    desk.press("F10")
    desk.until("s.beside?.variant === 'shielded'")
    desk.press("Escape")
    assert desk.page.locator("canvas").count() == 0
    assert desk.state()["beside"] is None
    desk.press("x")
    desk.until("s.beside?.variant === 'shielded' && s.painted?.medium === 'm02'")
    desk.press("F9")
    desk.until("s.beside === null && s.waiting === 0")
    seen = {(v["medium"], v["variant"]) for v in server.views}
    assert {("m01", "shielded"), ("m01", "full")} <= seen
    assert ("m02", "full") not in seen


def test_a_reveal_beside_is_part_of_that_mediums_own_decision(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("ArrowRight", "F9")
    desk.until("s.beside?.medium === 'm01' && s.beside.variant === 'shielded'")
    desk.press("F10")
    desk.until("s.beside?.variant === 'full'")
    desk.press("ArrowLeft")
    desk.painted("m01")
    assert desk.state()["level"] == "full"
    desk.press("4", "2", "Enter")
    desk.until("s.saved === 1 && s.waiting === 0")
    (decision,) = server.bodies("decision")
    assert decision["reveal"] == "full"
    for level, seconds in decision["levels"].items():
        seen = [
            v for v in server.views if (v["medium"], v["variant"]) == ("m01", level)
        ]
        told = sum(v["milliseconds"] for v in seen) / 1000
        assert seconds == pytest.approx(told, abs=0.05)
    assert set(decision["levels"]) == {"shielded", "full"}


def test_the_exemplar_of_the_stack_is_preferred(open_desk):
    rows = [item(1), item(2), item(3, exemplar="m01")]
    desk = open_desk(GradingDesk, a_server(*rows))
    desk.painted("m01")
    desk.press("F9", "ArrowRight", "ArrowRight")
    desk.until("s.medium === 'm03' && s.beside?.variant === 'shielded'")
    assert desk.state()["beside"]["medium"] == "m01"
    assert "exemplar" in desk.by("beside-caption").inner_text()


def test_a_clip_is_opened_paused_muted_and_stepped_by_keys(open_desk):
    server = a_server(moving(1), item(2), clip=clip())
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")  # the contact sheet of its shots comes first
    desk.press("PageDown", ".")  # no clip is open yet
    assert desk.state()["clip"] is None
    desk.press("F8")
    desk.until("s.clip && s.painted?.variant === 'full'")
    desk.page.wait_for_function("document.querySelector('video').duration > 3")
    state = desk.state()
    assert (state["clip"]["paused"], state["clip"]["muted"]) == (True, True)
    video = desk.page.locator("video")
    assert "autoplay" not in video.evaluate("v => v.getAttributeNames()")
    assert video.evaluate("v => v.currentSrc").startswith("http://localhost:9/iwflab")
    desk.press(".", ".", ".")
    desk.until("Math.floor(s.clip.at * 10) === 3")
    desk.press(",")
    desk.until("Math.floor(s.clip.at * 10) === 2")
    desk.press("PageDown")
    desk.until("Math.floor(s.clip.at * 10) === 15")
    desk.press("[", "PageDown")
    desk.until("Math.floor(s.clip.at * 10) === 30")
    desk.press("]", "PageUp")
    desk.until("Math.floor(s.clip.at * 10) === 15")
    (segment,) = desk.state()["clip"]["segments"]
    assert (segment["start_ms"] // 100, segment["end_ms"] // 100) == (15, 30)
    desk.press(">")
    desk.by("player").get_by_text("Speed 1.5").wait_for()
    desk.press("<", "<")
    desk.by("player").get_by_text("Speed 0.5").wait_for()
    desk.press("F8")
    desk.until("!s.clip.paused && s.clip.at > 1.6")
    assert video.evaluate("v => { v.muted = false; v.volume = 1; return 0 }") == 0
    desk.until("s.clip.muted")
    desk.press("1")  # grading goes on beside it: the segment's first question
    (segment,) = desk.state()["record"]["segments"]
    assert (segment["start_ms"] // 100, len(segment["elements"])) == (15, 1)


def test_a_clip_counts_as_revealed_and_goes_at_one_key(open_desk):
    server = a_server(moving(1), item(2), clip=clip())
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("F8")
    desk.until("s.clip && s.painted?.variant === 'full'")
    paths = server.paths()
    assert paths.index("api/reveal") < paths.index("api/rendition")
    assert paths.index("api/rendition") < paths.index("media/grantx-clip-01")
    desk.press("Escape")
    assert desk.page.locator("video").count() == 0
    assert desk.state()["clip"] is None
    desk.press("x")
    desk.painted("m01", "shielded")
    desk.press("F8")
    desk.until("s.clip && s.painted?.variant === 'full'")
    desk.press("s")
    desk.painted("m01", "shielded")
    assert desk.page.locator("video").count() == 0
    desk.press("4", "2", "Enter")
    desk.painted("m02")
    desk.until("s.saved === 1")
    assert server.bodies("decision")[0]["reveal"] == "full"
    desk.press("F8")
    assert "does not move" in desk.state()["message"]


def test_the_clip_of_the_worker_has_every_frame_at_its_time():
    made = playable(
        (
            Moment(n, at, None, lambda: np.zeros((90, 120, 3), np.uint8))
            for n, at in enumerate((0, 40_000, 40_000, 500_000))
        ),
        (120, 90),
        90,
    )
    assert made.webm.startswith(b"\x1a\x45\xdf\xa3")
    assert (made.frames, made.last_ms, made.width, made.height) == (4, 500, 90, 120)
    assert not made.stopped
    assert made.uneven == made.times == [0, 40, 41, 500]


def test_frames_that_do_not_come_evenly_are_stepped_one_by_one(open_desk):
    server = a_server(moving(1), item(2), clip=clip())
    server.clip_times = [0, 100, 200, 300, 1500, 1600, 3000]
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("F8")
    desk.until("s.clip && s.painted?.variant === 'full'")
    desk.page.wait_for_function("document.querySelector('video').duration > 3")
    middles = [0.15, 0.25, 0.9, 1.55, 2.3, 3.01, 3.01]
    for at in middles:
        desk.press(".")
        desk.until(f"Math.abs(s.clip.at - {at}) < 0.02")
    desk.press(",")
    desk.until("Math.abs(s.clip.at - 2.3) < 0.02")


def on_the_sheet(desk):
    desk.painted("m01")
    desk.press("F2")
    desk.until("s.sheet?.thumbs >= 2")
    desk.press(" ", "ArrowRight")


def beside_another(desk):
    desk.painted("m01")
    desk.press("ArrowRight", "F9", "+")
    desk.until("s.beside?.variant === 'shielded'")


def playing(desk):
    desk.painted("m01")
    desk.press("F8")
    desk.until("s.clip && s.painted?.variant === 'full'")
    desk.press("[")


def blanked(desk):
    on_the_sheet(desk)
    desk.press("Escape")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ready", [on_the_sheet, beside_another, playing, blanked])
def test_axe_finds_nothing_serious_at_100_and_200_percent(open_desk, ready, theme):
    server = a_server(moving(1), item(2), item(3, stack="m03"), clip=clip())
    desk = open_desk(GradingDesk, server, theme=theme)
    ready(desk)
    for width, height in ((1280, 800), (640, 400)):  # zoom halves the CSS pixels
        desk.page.set_viewport_size({"width": width, "height": height})
        found = Axe().run(desk.page, options={"resultTypes": ["violations"]}).response
        bad = [v for v in found["violations"] if v["impact"] in {"serious", "critical"}]
        assert [(v["id"], v["nodes"][0]["html"][:160]) for v in bad] == []
        wide = "document.documentElement.scrollWidth <= innerWidth"
        assert desk.page.evaluate(wide)

"""How a medium is left is said where people look; counts agree; cards close by keys."""

import pytest
from fake_server import FakeServer, item

from iwflab_widgets.grading_desk import GradingDesk

pytestmark = pytest.mark.browser
SIZES = ((1366, 728), (1920, 1040))
LOW = ((683, 364), (960, 520))  # the same screens at 200%
IN_VIEW = """where => {
  const place = document.querySelector(where);
  const box = place.getBoundingClientRect();
  const at = document.elementFromPoint(box.x + 8, box.y + box.height / 2);
  return box.height > 0 && place.contains(at);
}"""


def a_server(number=6, **more):
    return FakeServer([item(n) for n in range(1, number + 1)], **more)


def in_view(desk, where):
    """Wait until a place is really seen: nothing lies over it, no edge cuts it off."""
    desk.page.wait_for_function(IN_VIEW, arg=where, timeout=8000)


def told(desk):
    return desk.by("ending").inner_text()


@pytest.mark.parametrize("size", [*SIZES, *LOW])
def test_not_sure_is_said_where_it_is_seen_whatever_the_screen(open_desk, size):
    desk = open_desk(GradingDesk, a_server(), size=size)
    desk.painted("m01")
    desk.press("1", "1", "1", "c", "3", "d")  # a form longer than the screen
    assert told(desk) == "Not sure: somebody else should grade it."
    in_view(desk, "[data-testid=ending]")
    assert desk.by("not_sure").get_attribute("aria-pressed") == "true"
    assert "somebody else" in desk.by("spoken").inner_text()
    desk.press("d")
    assert desk.by("not_sure").get_attribute("aria-pressed") == "false"


def test_what_is_still_open_is_said_before_it_is_saved_and_after(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    assert desk.by("ending").count() == 0  # nothing is answered, nothing is amiss
    desk.press("1", "1")
    desk.by("grade-uk_2014").get_by_text("undetermined").wait_for()
    assert "saved like this it is undetermined under UK 2014" in told(desk)
    desk.press("Enter")
    desk.painted("m02")  # no dialog, no question: the next medium is there
    state = desk.until("s.saved === 1 && s.message.startsWith('Saved as undetermined')")
    assert "UK 2014" in state["message"]
    assert "z brings it back" in state["message"]
    assert "undetermined" in desk.by("spoken").inner_text()
    desk.press("1")
    assert desk.state()["message"] == ""  # the next answer takes its place
    desk.press("2", "Enter")
    desk.until("s.saved === 2 && s.waiting === 0")
    assert desk.state()["message"] == ""  # all that is needed was answered


def test_what_was_left_for_somebody_else_is_said_once_it_is_saved(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("f", "Enter")
    desk.painted("m02")
    desk.until("s.message.startsWith('Left. Needs two')")
    desk.press("Escape")
    assert desk.state()["message"] == ""


@pytest.mark.parametrize("size", SIZES)
def test_the_picture_keeps_its_size_whatever_is_answered_or_said(open_desk, size):
    desk = open_desk(GradingDesk, a_server(), size=size)
    desk.painted("m01")
    first = desk.by("picture").bounding_box()
    assert first["height"] >= 0.48 * size[1]
    for keys in (("1", "1"), ("1", "c"), ("3", "1"), ("d",), ("f",), ("ArrowRight",)):
        desk.press(*keys)
        desk.page.evaluate("new Promise(requestAnimationFrame)")
        assert desk.by("picture").bounding_box() == first


@pytest.mark.parametrize("size", LOW)
def test_at_200_percent_the_picture_stays_beside_the_marked_question(open_desk, size):
    desk = open_desk(GradingDesk, a_server(), size=size)
    desk.painted("m01")
    desk.press("1", "1", "1", "c", "3", "1")
    desk.until("s.active === 'child-1-pubertal'")
    in_view(desk, "[data-testid=picture]")
    in_view(desk, "[data-active] .iwf-answers")


def test_the_counts_follow_what_others_and_the_sheet_do(open_desk, monkeypatch):
    server = a_server(12, second=1)
    desk = open_desk(GradingDesk, server)
    assert desk.painted("m01")["position"] == "1 of 12"
    desk.press("F2")
    desk.until("s.sheet?.total === 12")
    desk.by("sheet-more").click()
    desk.until("s.sheet.total === 15")
    assert (
        desk.by("sheet-total").inner_text()
        == "15 media assigned to you now, 15 not graded yet"
    )
    desk.press("F2")
    assert desk.painted("m01")["position"] == "1 of 15"
    server.one("m12").update(stage="graded")  # in another window
    server.second = 3
    desk.page.evaluate("document.querySelector('.iwf').iwflab.desk.exposure.ask()")
    desk.page.get_by_text("1 of 15 graded").wait_for(timeout=8000)
    assert desk.by("second").inner_text() == "3 media wait for another person"


def test_under_a_filter_the_end_counts_all_that_match_not_one_page(open_desk):
    server = a_server(7)
    server.set_most = 2  # as two hundred of thousands
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("/")
    desk.page.keyboard.type("pattern")
    desk.press("Enter")
    assert desk.until("s.matching === 7 && s.painted")["position"] == "1 of 7"
    for number in (1, 2):
        desk.painted(f"m0{number}")
        desk.press("4", "2", "Enter")
    desk.until("s.end && s.waiting === 0")
    left = (
        "All media of this set are graded; 5 more of yours that match the filter wait"
    )
    assert desk.by("end").inner_text() == left
    server.set_most = 9
    desk.press("Enter")
    for number in range(3, 8):
        desk.painted(f"m0{number}")
        desk.press("4", "2", "Enter")
    desk.until("s.end && s.waiting === 0")
    all_graded = "All media assigned to you that match the filter are graded"
    assert desk.by("end").inner_text() == all_graded


@pytest.mark.parametrize(("key", "card"), [("?", "help-card"), ("h", "exposure-card")])
def test_a_card_is_closed_by_its_own_keys_and_blanked_by_escape(open_desk, key, card):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    for close in ("Enter", key):
        desk.press(key)
        desk.by(card).wait_for()
        assert "Enter" in desk.by("close-card").inner_text()
        assert "Esc" not in desk.by("close-card").inner_text()
        desk.press(close)
        desk.by(card).wait_for(state="detached")
        assert desk.painted("m01")["blanked"] == ""
    desk.press(key)
    hint = desk.by("blank-hint").inner_text()
    assert " ".join(hint.split()) == "Esc closes this and blanks the desk"
    desk.press("Escape")
    desk.by(card).wait_for(state="detached")
    assert desk.state()["blanked"]


def test_the_palette_is_left_by_its_button(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("k", "Tab", "Enter")
    desk.by("palette").wait_for(state="detached")
    assert desk.painted("m01")["blanked"] == ""


def test_a_tag_whose_key_an_act_has_is_named_and_found_by_its_name(open_desk):
    desk = open_desk(GradingDesk, Clashing([item(1), item(2)]))
    desk.painted("m01")
    assert "Find an act" in desk.by("unbound").inner_text()
    desk.press("?")
    assert "Tag: Commercial" in desk.by("unbound-told").inner_text()


class Clashing(FakeServer):
    """A lab that gave the key of a tag to an act; so says its server."""

    def desk(self, body):
        told = super().desk(body)
        for tag in told["tags"]:
            if tag["code"] == "commercial":
                tag.update(key="", taken="lens")
        return told


def test_time_beside_another_medium_counts_once(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("ArrowRight")
    desk.painted("m02")
    desk.until("s.waiting === 0")
    before = len(server.views)
    begun = desk.page.evaluate("performance.now()")
    desk.press("F9")
    desk.until("s.beside?.medium === 'm01' && s.beside.variant === 'shielded'")
    until_beside = desk.state()["levels"]["shielded"]
    desk.until(f"(s.levels.shielded ?? 0) > {until_beside + 0.3}")
    desk.press("F9", "ArrowRight")
    desk.painted("m03")
    passed = desk.page.evaluate("performance.now()") - begun
    desk.until("s.waiting === 0")
    seen = server.views[before:]
    assert {view["medium"] for view in seen} == {"m01", "m02"}
    beside = sum(v["milliseconds"] for v in seen if v["medium"] == "m01")
    told = sum(v["milliseconds"] for v in seen)
    assert beside > 100
    # What ran before F9 is part of the look at m02; nothing is counted twice.
    assert told <= passed + 400
    shown = desk.page.evaluate(
        "document.querySelector('.iwf').iwflab.desk.progress.exposure.seconds"
    )
    everything = sum(view["milliseconds"] for view in server.views) / 1000
    assert shown == pytest.approx(everything, abs=0.05)

"""The blank desk: nothing of a medium, one button, and every way back."""

import pytest
from fake_server import FakeServer, item

from iwflab_widgets.grading_desk import GradingDesk

pytestmark = pytest.mark.browser
BLANK = "document.querySelector('.iwf').iwflab.desk.blank()"


def a_server(number=4, **more):
    return FakeServer([item(n) for n in range(1, number + 1)], **more)


def shown_buttons(desk):
    seen = "e => e.checkVisibility({ visibilityProperty: true })"
    buttons = desk.page.locator(".iwf button").all()
    return [one.get_attribute("data-testid") for one in buttons if one.evaluate(seen)]


def test_the_end_blanks_and_comes_back_with_the_mouse(open_desk):
    desk = open_desk(GradingDesk, FakeServer([item(1)]))
    desk.painted("m01")
    desk.press("4", "2", "Enter")
    desk.by("end").wait_for()
    desk.press("Escape")
    desk.until("s.blanked")
    assert desk.by("end").is_hidden()
    assert shown_buttons(desk) == ["wake"]
    desk.by("wake").click()
    desk.by("end").wait_for()
    assert desk.by("wake").is_hidden()


@pytest.mark.parametrize("last", ["sheet", "selection"])
def test_nothing_is_graded_or_taken_from_a_blank_desk(open_desk, last):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("4", "2", "F2")
    desk.until("s.sheet?.thumbs >= 2")
    desk.press("ArrowRight", " ", "ArrowRight", " ")
    desk.until("s.sheet?.selected.length === 2")
    if last == "selection":
        desk.press("F2")
        desk.by("selection-act").wait_for()
    desk.press("Escape")
    desk.until("s.blanked")
    button = {"sheet": "sheet-wake", "selection": "wake"}[last]
    assert shown_buttons(desk) == [button]
    desk.by(button).click()
    desk.until("!s.blanked")
    assert server.bodies("selection") == []


def test_in_a_notebook_a_blank_desk_hears_the_key_that_goes_on(open_desk):
    """Also where a button had the focus that is hidden now."""
    desk = open_desk(GradingDesk, a_server(), where="cell")
    desk.painted("m01")
    desk.by("next").focus()
    desk.page.evaluate("document.querySelector('.iwf').iwflab.desk.blank()")
    desk.until("s.blanked")
    desk.press("y")
    desk.until("!s.blanked")


def test_nothing_is_saved_from_a_blank_desk(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("4", "2", "Escape")
    desk.until("s.blanked")
    assert shown_buttons(desk) == ["wake"]
    desk.press("Enter")  # goes on, and no more
    desk.painted("m01")
    assert desk.by("save").is_visible()
    assert server.order == []


def test_blank_whatever_is_pressed_goes_on(open_desk):
    server = a_server()
    server.own_keys = {"save": "u"}
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    for key in ("Enter", "Home", "Delete", "ArrowUp", "Insert", "1"):
        desk.press("Escape")
        desk.until("s.blanked")
        desk.press("Shift")
        assert desk.state()["blanked"]  # alone it is no key
        desk.press(key)
        desk.until("!s.blanked")
    assert desk.state()["record"]["elements"] == {}


def test_blank_while_the_last_selection_is_saved_there_is_a_way_back(open_desk):
    server = a_server(2)
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("4", "2", "F2")
    desk.until("s.sheet?.thumbs >= 2")
    desk.press("Control+a", "F2")
    desk.by("selection-act").wait_for()
    server.keep_back = ("api/selection",)
    desk.press(";", ";")
    server.until_kept(desk.page)
    desk.press("Escape")
    desk.until("s.blanked")
    server.let_go()
    desk.until("s.end && s.saved === 1")
    assert shown_buttons(desk) == ["wake"]
    desk.by("wake").click()
    desk.by("end").wait_for()


def test_presentation_begun_in_another_window_leaves_the_way_back(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("Escape")
    server.presenting = True
    desk.page.evaluate("document.querySelector('.iwf').iwflab.desk.watch.beat()")
    desk.until("s.presenting")
    assert shown_buttons(desk) == ["wake"]
    desk.by("wake").click()
    desk.until("!s.blanked && s.presenting")


def test_another_person_does_not_wake_it_with_the_button_either(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    server.analyst = "ben"
    desk.page.evaluate("document.querySelector('.iwf').iwflab.desk.watch.beat()")
    desk.until("s.blanked")
    desk.by("wake").click()
    desk.press("Enter")
    assert desk.state()["blanked"]


def test_the_idle_lock_takes_an_open_card_along(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("?")
    desk.by("help-card").wait_for()
    desk.page.evaluate("document.querySelector('.iwf').iwflab.desk.watch.lock(3)")
    desk.by("help-card").wait_for(state="detached")
    assert shown_buttons(desk) == ["wake"]


def test_in_a_notebook_the_button_gives_the_keys_back(open_desk):
    desk = open_desk(GradingDesk, a_server(), where="cell")
    desk.painted("m01")
    desk.by("picture").click()
    desk.press("Escape", "Tab")
    assert desk.page.evaluate("document.activeElement.dataset.testid") == "wake"
    desk.press("Enter")
    desk.painted("m01")
    desk.press("4")
    assert desk.state()["record"]["elements"] == {"form": "text_only"}


def test_what_was_looked_at_is_reported_when_it_goes_blank(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("Escape")
    desk.until("s.blanked && s.waiting === 0")
    assert [view["medium"] for view in server.views] == ["m01"]
    desk.press("x")
    desk.painted("m01")
    desk.press("4", "2", "Enter")
    desk.until("s.saved === 1 && s.waiting === 0")
    (decision,) = server.bodies("decision")
    told = sum(one["milliseconds"] for one in server.views if one["medium"] == "m01")
    assert decision["levels"]["shielded"] == pytest.approx(told / 1000, abs=0.05)

"""The filter of the queue and the act for a selection, in a real browser."""

import pytest
from fake_server import FakeServer, item

from iwflab_widgets.grading_desk import GradingDesk

pytestmark = pytest.mark.browser


def a_server(number=6, **more):
    items = [item(n) for n in range(1, number + 1)]
    for one in items[: number // 2]:
        one["name"] = f"quay-{one['name']}"
    return FakeServer(items, **more)


def test_the_filter_is_asked_with_keys_and_shows_what_matches(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    assert desk.by("filter-name").count() == 0
    desk.press("/")
    desk.page.keyboard.type("quay/")  # a slash in the field is a slash
    desk.until("s.matching === 0")
    desk.press("Backspace")
    desk.until("s.matching === 3")
    assert desk.by("filter-count").inner_text() == "3 media match"
    assert desk.state()["filter"] == {}  # counted, not applied yet
    desk.press("Enter")
    state = desk.until("s.filter.name === 'quay' && s.position === '1 of 3'")
    assert state["medium"] == "m01"
    assert server.bodies("set")[-1]["filter"] == {"name": "quay"}
    for number in (1, 2, 3):
        desk.painted(f"m0{number}")
        desk.press("4", "2", "Enter")
    desk.until("s.end && s.saved === 3 && s.waiting === 0")
    told = "All media assigned to you that match the filter are graded"
    assert desk.by("end").inner_text() == told
    server.items.append(item(9, name="quay-9.png"))
    desk.press("Enter")  # the next set respects it
    desk.until("s.medium === 'm09'")
    assert server.bodies("set")[-1]["filter"] == {"name": "quay"}
    desk.press("/")
    desk.by("filter-clear").click()
    desk.until("!s.filter.name && s.medium === 'm04'")
    assert "filter" not in server.bodies("set")[-1]


def test_a_filter_that_nothing_matches_says_only_that(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("/")
    desk.by("filter-name").fill("no such name")
    desk.press("Enter")
    desk.by("end").wait_for()
    assert (
        desk.by("end").inner_text()
        == "Nothing that matches the filter is yours or waits"
    )
    assert "next set waits" not in desk.page.locator(".iwf").inner_text()


def test_escape_leaves_the_filter_and_the_keys_are_the_desks_again(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("/", "1", "Escape")
    desk.press("2")
    assert desk.state()["record"]["elements"] != {}
    desk.press("/")
    assert desk.by("filter-name").input_value() == "1"
    desk.press("Backspace", "Escape")
    assert not desk.by("filter-name").is_visible()  # nothing in it: it folds away
    assert desk.state()["medium"] == "m01"


def test_answers_wait_as_a_draft_while_another_set_is_shown(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("1", "/")
    desk.by("filter-stage").select_option("graded")
    desk.by("filter-apply").click()
    desk.until("s.filter.stage === 'graded' && s.medium === null")
    assert desk.state()["drafts"] == ["m01"]
    desk.press("/")
    desk.by("filter-clear").click()
    state = desk.painted("m01")
    assert state["record"]["elements"] == {"form": "photograph"}


def select(desk, part):
    desk.press("/")
    desk.by("filter-name").fill(part)
    desk.by("filter-select").click()
    desk.until("s.selected > 0")


def test_the_answers_go_to_the_whole_selection_after_a_second_press(open_desk):
    server = a_server(8, anothers=("m03",))
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    select(desk, "quay")
    assert desk.by("selection-told").inner_text() == (
        "4 media selected: the answers on this form go to all of them."
    )
    desk.press(";")
    assert server.bodies("selection") == []  # nothing is answered yet
    assert "nothing is answered" in desk.state()["message"]
    desk.press("4", "2", ";")
    answered = desk.state()["record"]
    assert (
        desk.by("selection-asked").inner_text().startswith("Grade 4 media in one act?")
    )
    assert server.bodies("selection") == []
    desk.press(";")
    state = desk.until("s.message.startsWith('Graded')")
    assert state["message"] == (
        "Graded 3 media in one act. Left out: 1: it is not yours to grade."
    )
    (sent,) = server.bodies("selection")
    assert sent["media"] == ["m01", "m02", "m03", "m04"]
    assert (sent["medium"], sent["reveal"]) == ("m01", "shielded")
    assert sent["record"] == answered
    assert (state["selected"], state["medium"]) == (0, "m03")
    assert not desk.by("selection").is_visible()
    assert desk.by("saved").inner_text() == "Saved 1 of 1 decision"
    desk.press("z")
    desk.by("undone").filter(has_text="1 act undone").wait_for()


def test_a_selection_is_not_graded_from_the_contact_sheet(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("4", "2", "F2")
    desk.until("s.sheet?.thumbs >= 6")
    desk.press(" ")
    desk.until("s.selected === 1")
    assert not desk.by("selection").is_visible()
    # Also where something else than the hidden button asks for it.
    desk.page.evaluate(
        "document.querySelector('.iwf').iwflab.desk.selecting.act() ?? 0"
    )
    assert "from the contact sheet" in desk.state()["message"]
    desk.press("F2")
    desk.painted("m01")
    desk.until("s.waiting === 0")
    desk.by("selection-act").click()
    desk.by("selection-act").click()
    desk.until("s.message.startsWith('Graded 1 medium')")
    (sent,) = server.bodies("selection")
    assert (sent["medium"], sent["reveal"]) == ("m01", "shielded")


def test_one_key_takes_the_act_back_and_keeps_its_answers(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    select(desk, "quay")
    desk.press("4", "2", ";", ";")
    desk.until("s.message.startsWith('Graded 3 media')")
    desk.press("z")
    state = desk.until("s.message.startsWith('Undone: 3 media wait again')")
    (undone,) = server.bodies("selection/undo")
    assert undone["named"] == server.bodies("selection")[0]["request"]
    assert state["medium"] == "m01"
    assert state["drafts"] == ["m01"]
    assert [one["stage"] for one in server.items] == ["waiting"] * 6


def test_a_lost_answer_is_asked_for_again_under_the_same_id(open_desk):
    server = a_server(lose_replies=1)
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    select(desk, "quay")
    desk.press("4", "2", ";", ";")
    desk.until("s.message.includes('Press again: it is done once')")
    desk.press(";")
    desk.until("s.message.startsWith('Graded 3 media')")
    first, again = server.bodies("selection")
    assert first == again


def test_the_open_medium_outside_the_selection_is_not_said_to_be_looked_at(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    select(desk, "pattern-05")
    desk.press("4", "2", ";", ";")
    desk.until("s.message.startsWith('Graded 1 medium')")
    (sent,) = server.bodies("selection")
    assert (sent["medium"], sent["reveal"], sent["seconds"]) == ("", "none", 0)
    assert desk.state()["medium"] == "m01"
    assert desk.state()["drafts"] == ["m01"]


def test_another_answer_or_no_wish_takes_nothing(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press(";")
    assert "Nothing is selected" in desk.state()["message"]
    select(desk, "quay")
    desk.press("4", "2", ";")
    desk.by("selection-stay").click()
    assert desk.by("selection-told").is_visible()
    desk.by("selection-none").click()
    assert desk.state()["selected"] == 0
    assert server.bodies("selection") == []


def test_a_second_persons_page_says_what_it_stands_over(open_desk):
    """Who may know of another's record names it; who grades blind was shown nothing."""
    server = a_server(2)
    server.items[0]["over"] = "a7"
    server.second = 2
    desk = open_desk(GradingDesk, server)
    for number in (1, 2):
        desk.painted(f"m0{number}")
        desk.press("4", "2", "Enter")
    desk.until("s.end && s.saved === 2")
    assert [body["over"] for body in server.bodies("decision")] == ["a7", None]
    assert desk.by("second").inner_text() == "2 media wait for another person"


def test_the_filter_asks_for_what_waits_for_another_and_for_older_scales(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    assert desk.by("second").count() == 0
    desk.press("/")
    desk.by("filter-stage").select_option(label="waits for another person")
    desk.by("filter-carried").select_option(label="to be reviewed")
    desk.by("filter-apply").click()
    desk.until("s.filter.carried === 'review'")
    assert server.bodies("set")[-1]["filter"] == {
        "stage": "second",
        "carried": "review",
    }
    assert desk.by("filter-on").inner_text() == (
        "stage waits for another person, carried to be reviewed"
    )

"""The comparison of start levels at the desk: read, joined, answered, left at once."""

from dataclasses import dataclass, field

import pytest
from fake_server import FakeServer, item

from iwflab_widgets.grading_desk import GradingDesk

pytestmark = pytest.mark.browser
STARTS = {"m01": "outlines", "m02": "full", "m03": "shielded", "m04": "outlines"}


@dataclass
class Comparing(FakeServer):
    """A server on which a comparison runs."""

    part: str = "in"
    comparison_starts: dict = field(default_factory=lambda: dict(STARTS))

    def told(self):
        starts = self.comparison_starts if self.part == "in" else {}
        return {
            "protocol": "p1",
            "decided_by": "the director",
            "levels": ["outlines", "shielded", "full"],
            "part": self.part,
            "starts": starts,
            "ask_every": 2,
            "ask_after": 2,
        }

    def desk(self, body):
        return super().desk(body) | {"comparison": self.told()}

    def comparison(self, body):
        self.part = body["part"]
        return {"comparison": self.told()}

    def comparison_answer(self, _):
        return {"saved": True}


def a_server(**more):
    return Comparing([item(n) for n in range(1, 7)], **more)


def save(desk, number):
    desk.press("1", "2", "Enter")
    return desk.until(f"s.saved === {number} && s.waiting === 0")


def test_each_medium_starts_as_drawn_and_a_reveal_is_asked_for(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    for medium, level in STARTS.items():
        desk.painted(medium, level)
        desk.press("ArrowRight")
    desk.painted("m05")  # not allotted: as the person wants
    assert [body["medium"] for body in server.bodies("reveal")] == ["m02"]
    desk.press("ArrowLeft")
    desk.painted("m04", "outlines")
    desk.press("s")  # one may always show more or less
    desk.painted("m04", "shielded")


def test_one_key_leaves_at_once_also_while_the_server_is_away(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01", "outlines")
    desk.press("ArrowRight")
    desk.painted("m02", "full")
    server.cut = "api/comparison"
    desk.press("F3")
    state = desk.until("s.comparison.part === 'out'")
    assert state["comparison"]["starts"] == {}
    desk.painted("m02")  # down to the person's own start
    assert desk.by("comparison").is_hidden()
    server.cut = ""
    desk.until("s.waiting === 0 && !s.stopped")
    desk.press("ArrowLeft")
    desk.painted("m01")
    assert server.part == "out"
    assert {body["part"] for body in server.bodies("comparison")} == {"out"}
    requests = {body["request"] for body in server.bodies("comparison")}
    assert len(requests) == 1  # sent again it is the same choice
    assert set(server.bodies("comparison")[0]) == {"request", "part", "shown"}


def test_nobody_joins_by_a_key_alone(open_desk):
    server = a_server(part="")
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("F3")
    desk.by("comparison-card").wait_for()
    desk.press("Escape")
    assert server.bodies("comparison") == []
    desk.press("x", "F3")
    desk.by("take-part").click()
    state = desk.until("s.comparison.part === 'in'")
    assert state["comparison"]["starts"] == STARTS
    assert server.bodies("comparison")[0]["shown"] == "m01"


def test_who_says_no_is_not_asked_again(open_desk):
    server = a_server(part="")
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.by("not-for-me").click()
    desk.until("s.comparison.part === 'out' && s.waiting === 0")
    assert desk.by("comparison").is_hidden()


def test_a_digit_for_the_form_is_no_answer_and_the_question_lapses(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01", "outlines")
    save(desk, 1)
    assert desk.state()["comparison"]["question"] is None
    save(desk, 2)
    desk.until("s.comparison.question === 'm02'")
    desk.press("1")
    assert desk.state()["record"]["elements"]
    assert server.bodies("comparison/answer") == []
    desk.press("2", "Enter")
    desk.until("s.saved === 3 && s.waiting === 0 && !s.comparison.question")
    (left,) = server.bodies("comparison/answer")
    assert (left["medium"], left["answer"]) == ("m02", 0)


def test_a_medium_is_asked_about_once_and_counted_once(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01", "outlines")
    save(desk, 1)
    for number, tag in enumerate("yy", start=2):  # the same medium anew
        desk.press("ArrowLeft")
        desk.until("s.medium === 'm01'")
        desk.press(tag, "Enter")
        desk.until(f"s.saved === {number} && s.waiting === 0")
    assert desk.state()["comparison"]["question"] is None
    desk.until("s.medium === 'm02'")
    save(desk, 4)
    desk.until("s.comparison.question === 'm02'")
    desk.press("F6", "0")
    desk.until("!s.comparison.question && s.waiting === 0")
    save(desk, 5)
    desk.press("ArrowLeft", "ArrowLeft")
    desk.until("s.medium === 'm02'")
    desk.press("y", "Enter")
    desk.until("s.saved === 6 && s.waiting === 0")
    assert desk.state()["comparison"]["question"] is None  # asked about before


def test_who_leaves_while_joining_is_on_its_way_has_left(open_desk):
    server = a_server(part="")
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    server.keep_back = ("api/comparison",)
    desk.by("about-comparison").click()
    desk.by("take-part").click()
    server.until_kept(desk.page)
    desk.by("not-for-me").click()
    server.let_go()
    desk.until("s.waiting === 0")
    assert [one["part"] for one in server.bodies("comparison")] == ["in", "out"]
    state = desk.state()["comparison"]
    assert (state["part"], state["starts"]) == ("out", {})


def test_the_question_is_answered_in_a_card_with_no_picture_revealed(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01", "outlines")
    save(desk, 1)
    save(desk, 2)
    desk.until("s.comparison.question === 'm02'")
    desk.press(" ")
    desk.painted("m03", "full")
    desk.press("F6")
    desk.by("report-card").wait_for()
    desk.painted("m03")
    desk.press("4")
    desk.until("!s.comparison.question && s.waiting === 0")
    (said,) = server.bodies("comparison/answer")
    assert (said["medium"], said["answer"]) == ("m02", 4)
    assert desk.state()["record"]["elements"] == {}
    desk.press("F6")
    assert "No question" in desk.state()["message"]


def test_a_blank_desk_says_nothing_of_it(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01", "outlines")
    assert desk.by("comparison").is_visible()
    desk.press("Escape")
    desk.until("s.blanked")
    assert desk.by("comparison").is_hidden()


def test_without_a_comparison_there_is_nothing_of_it(open_desk):
    desk = open_desk(GradingDesk, FakeServer([item(1), item(2)]))
    desk.painted("m01")
    assert desk.by("comparison").is_hidden()
    desk.press("F3")
    assert "No comparison" in desk.state()["message"]

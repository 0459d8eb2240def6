"""The kept line of the grading desk: what is waited for goes over it, or by requests."""

import pytest
from fake_server import FakeServer, item

from iwflab_widgets.grading_desk import GradingDesk

pytestmark = pytest.mark.browser

OPEN = "s.ready && document.querySelector('.iwf').iwflab.desk.server.line?.ready"
SHUT = "!document.querySelector('.iwf').iwflab.desk.server.line.ready"
GRADED = ("4", "2", "Enter")


def a_server(number=6, **more):
    return FakeServer([item(n) for n in range(1, number + 1)], **more)


def opened(open_desk, server):
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.until(OPEN)
    return desk


def saved_as_pressed(server, number):
    """Each medium once, in the order of the keys, whatever came twice."""
    assert server.order == [f"m{n:02}" for n in range(1, number + 1)]


def test_what_is_waited_for_goes_over_the_line(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press(" ")
    desk.painted("m01", "full")
    desk.press(*GRADED)
    desk.until("s.saved === 1 && s.waiting === 0")
    desk.press("z")
    desk.until("s.medium === 'm01' && s.waiting === 0")
    asked = {"api/reveal", "api/decision", "api/derive", "api/shown", "api/undo"}
    assert server.over_the_line == sum(path in asked for path in server.paths())
    assert asked <= set(server.paths())


def test_without_a_line_all_of_it_goes_by_requests(open_desk):
    server = a_server(no_line=True)
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press(*GRADED)
    desk.until("s.saved === 1 && s.waiting === 0")
    server.no_line = False  # a later heartbeat finds one
    desk.until(OPEN)
    desk.press(*GRADED)
    desk.until("s.saved === 2 && s.waiting === 0")
    assert server.over_the_line > 0
    saved_as_pressed(server, 2)


def test_a_line_that_breaks_before_the_answer_saves_once(open_desk):
    """The request after it carries the same id, and the line comes back."""
    server = a_server(lose_replies=1)
    desk = opened(open_desk, server)
    desk.press(*GRADED)
    desk.until("s.saved === 1 && s.waiting === 0")
    assert desk.state()["stopped"] == ""
    first, again = server.bodies("decision")
    assert first == again
    desk.until(OPEN)
    before = server.over_the_line
    desk.press(*GRADED)
    desk.until("s.saved === 2 && s.waiting === 0")
    assert server.over_the_line > before
    saved_as_pressed(server, 2)


def test_an_answer_that_does_not_come_is_said_and_asked_for_again(open_desk):
    server = a_server(limits={"unacked_seconds": 0.5})
    desk = opened(open_desk, server)
    desk.page.evaluate(
        "document.querySelector('.iwf').iwflab.desk.server.patience = 600"
    )
    server.hold = True
    desk.press(*GRADED)
    desk.by("banner").filter(has_text="cannot be reached").wait_for()
    desk.until(SHUT)
    server.release()
    desk.until("s.saved === 1 && s.waiting === 0 && !s.stopped")
    assert len({body["request"] for body in server.bodies("decision")}) == 1
    saved_as_pressed(server, 1)


def test_a_rule_of_the_lab_is_told_and_the_line_stays(open_desk):
    server = a_server(refuse="this medium is another person's")
    desk = opened(open_desk, server)
    line = "document.querySelector('.iwf').iwflab.desk.server.line"
    desk.page.evaluate(f"window.kept = {line}.socket")
    desk.press(*GRADED)
    desk.until("s.message.startsWith('Not saved: this medium is another')")
    assert desk.state()["medium"] == "m01"
    assert len(server.bodies("decision")) == 1
    assert desk.page.evaluate(f"{line}.socket === window.kept")


@pytest.mark.parametrize("who", ["nobody", "ben"])
def test_a_doubt_about_who_is_logged_in_is_settled_by_a_request(open_desk, who):
    """What the browser's cookie says now counts, not when the line was opened."""
    server = a_server(limits={"heartbeat_seconds": 60})
    desk = opened(open_desk, server)
    server.analyst, server.logged_in = (
        ("ann", False) if who == "nobody" else ("ben", True)
    )
    desk.press(*GRADED)
    said = "no longer logged in" if who == "nobody" else "ben is logged in here now"
    desk.until(f"s.stopped.includes('{said}')")
    assert server.order == []
    server.analyst, server.logged_in = "ann", True
    desk.page.evaluate("document.querySelector('.iwf').iwflab.desk.watch.beat()")
    desk.until("s.saved === 1 && s.waiting === 0")
    saved_as_pressed(server, 1)


def test_the_page_that_goes_closes_its_line(open_desk):
    desk = opened(open_desk, a_server())
    line = "document.querySelector('.iwf').iwflab.desk.server.line"
    desk.page.evaluate(f"window.kept = {line}; window.leave()")
    assert desk.page.evaluate("kept.socket === null && !kept.ready")


def test_a_heartbeat_that_comes_back_after_the_page_opens_no_line(open_desk):
    server = a_server(limits={"heartbeat_seconds": 60})
    desk = opened(open_desk, server)
    root = "document.querySelector('.iwf').iwflab.desk"
    desk.page.evaluate(f"window.kept = {root}")
    server.keep_back = ("api/ping",)
    desk.page.evaluate("window.beaten = kept.watch.beat(); window.leave(); 0")
    server.until_kept(desk.page)
    server.let_go()
    desk.page.evaluate("window.beaten")
    assert desk.page.evaluate("kept.server.line.socket === null")


def test_a_login_that_ended_ends_the_line(open_desk):
    """Cookies may go without this server's doing, and a request is refused then."""
    server = a_server(limits={"heartbeat_seconds": 60})
    desk = opened(open_desk, server)
    server.logged_in = False
    desk.page.evaluate("document.querySelector('.iwf').iwflab.desk.watch.beat()")
    desk.until(SHUT)


@pytest.mark.parametrize("told", ["no JSON", "null", "7", '{"n": 1, "status": 403}'])
def test_what_cannot_be_read_ends_the_line_and_the_act_goes_by_a_request(
    open_desk, told
):
    server = a_server()
    desk = opened(open_desk, server)
    server.says = told
    desk.press("4", "2")
    server.says = told
    desk.press("Enter")
    desk.until("s.saved === 1 && s.waiting === 0")
    saved_as_pressed(server, 1)


def test_where_no_line_is_to_be_had_it_is_tried_ever_more_seldom(open_desk):
    server = a_server(no_line=True, limits={"heartbeat_seconds": 0.05})
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    line = "document.querySelector('.iwf').iwflab.desk.server.line"
    desk.page.wait_for_function(f"{line}.failures >= 4")
    beats = server.paths().count("api/ping")
    assert beats > 6  # 1, 2, 3 heartbeats between the tries
    server.no_line = False
    desk.until(OPEN)
    assert desk.page.evaluate(f"{line}.failures") == 0

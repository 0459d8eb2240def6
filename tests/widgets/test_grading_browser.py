"""The grading desk in a real browser: keys, reveals, the outbox, trouble."""

import pytest
from fake_server import FakeServer, item, refused_item

from iwflab.domain.records import LONGEST_NOTE
from iwflab.domain.settings import KEYS
from iwflab.schemes import tags
from iwflab_widgets.grading_desk import GradingDesk

pytestmark = pytest.mark.browser


def a_server(number=6, **more):
    return FakeServer([item(n) for n in range(1, number + 1)], **more)


def test_media_are_graded_with_keys_alone(open_desk):
    server = a_server(4)
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("1", "2", "Enter")  # a photograph, no child: settled
    desk.painted("m02")
    desk.press("1", "1", "1", "c")  # gates, then a child row
    assert desk.state()["active"] == "child-1-age_band"
    desk.press("3", "1", "1")  # age band, sex, pubertal; face is not waited for
    assert desk.state()["active"] == "child_basis"
    desk.press("1", "2", "1", "1", "1", "1", "1")
    desk.press("q", "w", "w", "e", "e", "e", "r", "r", "r", "r")
    desk.press("Enter")
    desk.until("s.saved === 2")
    first, second = (body["record"] for body in server.bodies("decision"))
    assert first["elements"] == {"form": "photograph", "child_present": "no"}
    assert second["children"] == [
        {"age_band": "7-10", "sex": "girl", "pubertal": "prepubescent"}
    ]
    assert second["tags"] == {
        "self_generated": "present",
        "self_evident": "absent",
        "grid_image": "not_determined",
    }
    assert second["elements"]["activity"] == "posing"
    assert server.bodies("decision")[0]["reveal"] == "shielded"
    assert server.bodies("decision")[0]["seconds"] > 0


def test_a_whole_set_ends_with_a_card(open_desk):
    server = a_server(3)
    desk = open_desk(GradingDesk, server)
    for number in (1, 2, 3):
        desk.painted(f"m0{number}")
        desk.press("4", "2", "Enter")
    desk.until("s.end && s.saved === 3 && s.waiting === 0")
    assert desk.by("end").is_visible()
    server.items += [item(9)]
    desk.press("Enter")
    desk.painted("m09")


def test_the_last_line_counts_each_medium_once_without_asking_the_server(open_desk):
    server = a_server(3)
    desk = open_desk(GradingDesk, server)

    def graded(expected):
        desk.until("s.saved === s.pressed && s.waiting === 0")
        told = desk.page.get_by_text(f"{expected} of 3 graded", exact=True)
        told.wait_for()

    desk.painted("m01")
    graded(0)
    desk.press("1", "2", "Enter")
    desk.painted("m02")
    graded(1)
    desk.press("ArrowLeft", "4", "Enter")  # corrected: the same medium
    desk.painted("m02")
    graded(1)
    desk.press("4", "2", "Enter")
    desk.painted("m03")
    graded(2)
    desk.press("z")
    desk.until("s.medium === 'm02'")
    graded(1)


def test_more_of_ones_own_than_one_page_holds_is_counted_and_comes_next(open_desk):
    server = a_server(5)
    server.set_most = 2  # as two hundred of a thousand
    desk = open_desk(GradingDesk, server)
    for number in (1, 2):
        assert desk.painted(f"m0{number}")["position"] == f"{number} of 5"
        desk.press("4", "2", "Enter")
    desk.until("s.end && s.saved === 2 && s.waiting === 0")
    told = "All media of this set are graded; 3 more of yours wait"
    assert desk.by("end").inner_text() == told
    server.items = server.items[2:]  # graded ones are told no longer than needed
    desk.press("Enter")
    desk.painted("m03")
    server.set_most = 10
    desk.press("4", "2", "Enter")
    desk.painted("m04")
    desk.press("4", "2", "Enter")
    desk.until("s.end && s.waiting === 0")
    assert desk.by("end").inner_text().endswith("1 more of yours waits")
    desk.press("Enter")
    desk.painted("m05")
    server.hold = True  # what is on its way is not said to wait
    desk.press("4", "2", "Enter")
    desk.until("s.end && s.waiting === 1")
    all_graded = "All media assigned to you are graded"
    spoken = desk.page.locator("[data-testid=spoken]", has_text=f"{all_graded}.")
    spoken.wait_for(state="attached", timeout=8000)
    assert desk.by("end").inner_text() == all_graded
    server.release()
    desk.until("s.waiting === 0")
    assert desk.by("end").inner_text() == all_graded


def test_undo_goes_back_and_keeps_the_answers(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("1", "2", "Enter")
    desk.painted("m02")
    desk.press("1", "z")
    state = desk.until("s.medium === 'm01'")
    assert state["record"]["elements"] == {"form": "photograph", "child_present": "no"}
    assert state["drafts"] == ["m02", "m01"]
    assert server.order == []
    desk.press("Enter")
    desk.painted("m02")
    assert desk.state()["record"]["elements"] == {"form": "photograph"}


def test_undo_withdraws_what_this_window_decided(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("1", "2", "Enter")
    desk.painted("m02")
    desk.until("s.saved === 1")
    server.order.append("m03")  # another window of the same person, meanwhile
    desk.press("z")
    desk.until("s.medium === 'm01'")
    assert server.bodies("undo")[0]["medium"] == "m01"
    assert server.order == ["m03"]


def test_how_much_an_act_before_the_reload_took_back_is_said(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("1", "2", "Enter")
    desk.until("s.saved === 1")
    server.undone = 40
    desk = open_desk(GradingDesk, server)
    desk.painted("m02")
    desk.press("z")
    desk.until(
        "s.message.startsWith('Undone: 40 media wait again, graded in one act.')"
    )
    assert "m01" in desk.state()["drafts"]


def test_the_last_line_says_why_it_is_stopped_now(open_desk):
    """First the server was away; it is back, and wants a login."""
    server = a_server(limits={"heartbeat_seconds": 60})
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    server.down = True
    beat = "document.querySelector('.iwf').iwflab.desk.watch.beat()"
    desk.page.evaluate(beat)
    desk.press("ArrowRight")
    desk.until("s.message.includes('The server cannot be reached')")
    server.down, server.logged_in = False, False
    desk.page.evaluate(beat)
    desk.until("s.message.includes('You are no longer logged in')")
    assert "cannot be reached" not in desk.state()["message"]
    server.logged_in = True
    desk.page.evaluate(beat)
    state = desk.until("s.stopped === ''")
    assert state["message"] == "Stopped here. You are logged in again."


def test_the_last_line_follows_what_the_outbox_hears_as_well(open_desk):
    server = a_server(limits={"heartbeat_seconds": 60, "unacked_seconds": 0.2})
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    server.down = True
    desk.press("4", "2", "Enter")
    desk.until("s.stopped")
    desk.press("4", "2", "Enter")
    desk.until("s.message.startsWith('Not saved. The server cannot be reached')")
    server.down, server.logged_in = False, False
    desk.page.evaluate("document.querySelector('.iwf').iwflab.desk.outbox.again()")
    desk.until("s.message.startsWith('Not saved. You are no longer logged in')")
    link = desk.by("banner").locator("a").get_attribute("href")
    assert link.endswith("login?again=1&name=ann")
    server.logged_in = True
    desk.page.evaluate("document.querySelector('.iwf').iwflab.desk.watch.beat()")
    desk.until("s.saved === 1 && s.waiting === 0")
    desk.until("s.message.startsWith('Not saved. ') && s.message.endsWith(' again.')")
    assert desk.by("banner").inner_text() == ""
    desk.by("grade-uk_2014").wait_for()  # derived by itself, too


def test_leaving_unsaved_answers_asks_first(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("1", "ArrowRight")
    assert desk.state()["medium"] == "m01"
    assert desk.by("confirm-move").is_visible()
    desk.press("ArrowRight")
    desk.painted("m02")
    desk.press("ArrowLeft")
    assert desk.painted("m01")["record"]["elements"] == {"form": "photograph"}


def test_answers_are_corrected_and_cleared(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("1", "1", "ArrowUp", "2")
    assert desk.state()["record"]["elements"]["child_present"] == "no"
    desk.press("ArrowUp", "Backspace")
    assert "indecent" not in desk.state()["record"]["elements"]
    desk.press("c", "x", "x")
    assert desk.state()["record"]["children"] == []
    desk.press("n", "a", "1", "Enter", "q", "Escape", "q")
    record = desk.state()["record"]
    assert record["note"] == "a1\nq"
    assert record["tags"] == {"self_generated": "present"}


def test_contradictions_and_reasons_are_told_at_once(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("c", "1", "ArrowUp", "ArrowUp", "ArrowUp", "2")
    desk.by("contradictions").get_by_text("yet there are child rows").wait_for()
    desk.by("grade-uk_2014").wait_for()
    desk.press("v")
    desk.by("reasons").get_by_text("Protection of Children Act 1978").first.wait_for()


def test_reveal_is_on_record_before_the_full_preview_is_fetched(open_desk):
    server = a_server(6, lose_replies=2)  # over the line, and by the request after it
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    assert not any("full" in path for path in server.paths())
    desk.press(" ")
    desk.until("s.message.startsWith('Not revealed')")
    assert desk.state()["painted"]["variant"] == "shielded"
    desk.press(" ")
    desk.painted("m01", "full")
    desk.press("g")
    desk.painted("m01", "greyscale")
    first, *again, grey = server.bodies("reveal")
    assert {one["request"] for one in again} == {first["request"]}
    assert first["request"] != grey["request"]
    assert [first["level"], grey["level"]] == ["full", "greyscale"]
    paths = server.paths()
    assert paths.index("api/reveal") < paths.index("media/grantx-full-01")
    desk.press("s")
    desk.painted("m01")
    desk.press("4", "2", "Enter")
    desk.painted("m02")  # shielded again at first sight
    desk.until("s.saved === 1 && s.waiting === 0")
    assert server.bodies("decision")[0]["reveal"] == "full"
    assert [(v["medium"], v["variant"]) for v in server.views] == [
        ("m01", "shielded"),
        ("m01", "full"),
        ("m01", "greyscale"),
        ("m01", "shielded"),
    ]
    assert all(v["milliseconds"] >= 0 for v in server.views)


def test_blank_takes_everything_away_at_once(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press(" ")
    desk.painted("m01", "full")
    desk.press("Escape")
    assert desk.state()["painted"] is None
    assert desk.page.locator("canvas").count() == 0
    assert not desk.by("question-form").is_visible()
    desk.press("1")  # only wakes: it answers nothing
    desk.painted("m01", "shielded")
    assert desk.state()["record"]["elements"] == {}


def test_a_refused_medium_is_graded_from_its_metadata(open_desk):
    server = FakeServer([refused_item(1), item(2)])
    desk = open_desk(GradingDesk, server)
    desk.by("metadata-card").get_by_text("the end of the file is missing").wait_for()
    assert desk.page.locator("img").count() == 0  # the hostile name is only text
    desk.press(" ", "5", "Enter")
    desk.painted("m02")
    desk.until("s.saved === 1")
    assert server.bodies("decision")[0]["reveal"] == "none"
    assert server.bodies("reveal") == []


def test_a_slow_server_stops_saving_before_the_outbox_overflows(open_desk):
    server = a_server(8, limits={"unacked_seconds": 5})
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    server.hold = True
    for _ in range(5):
        desk.press("4", "2", "Enter")
    state = desk.state()
    assert (state["pressed"], state["saved"], state["medium"]) == (3, 0, "m04")
    assert state["message"].startswith("Not saved")
    desk.until("s.stopped.includes('3 decisions wait here')")
    desk.by("banner").filter(has_text="Nothing is lost").wait_for()
    spoken = desk.by("spoken").inner_text()
    assert "Not saved" in spoken
    server.release()
    desk.until("s.saved === 3 && !s.stopped")
    assert server.order == ["m01", "m02", "m03"]


def test_ten_rounds_of_failures_lose_and_double_nothing(open_desk):
    server = a_server(22, limits={"heartbeat_seconds": 0.1, "prefetch": 1})
    desk = open_desk(GradingDesk, server)
    for number in range(1, 11):
        first, second = 2 * number - 1, 2 * number
        desk.painted(f"m{first:02}")
        desk.press("4", "2")
        if number % 2:
            server.cut = "api/decision"
        else:
            server.lose_replies = 1
        desk.press("Enter")
        if number % 2:
            desk.until("s.stopped")
            server.down = True
            desk.press("4", "2", "Enter")
            assert "Not saved" in desk.state()["message"]
            assert desk.state()["medium"] == f"m{second:02}"
            server.down, server.cut = False, ""
            desk.until(f"s.saved === {2 * number - 1} && !s.stopped")
        else:
            desk.painted(f"m{second:02}")
            desk.until(f"s.saved === {2 * number - 1} && !s.stopped")
            desk.press("4", "2")
        desk.press("Enter")
        desk.until(f"s.saved === {2 * number}")
    state = desk.state()
    assert state["pressed"] == state["saved"] == 20
    assert server.order == [f"m{n:02}" for n in range(1, 21)]
    tried = {}
    for body in server.bodies("decision"):
        tried.setdefault(body["medium"], set()).add(body["request"])
    assert all(len(requests) == 1 for requests in tried.values())


def test_logged_out_it_waits_and_goes_on_after_the_login(open_desk):
    server = a_server(limits={"heartbeat_seconds": 60})
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    server.logged_in = False
    desk.press("4", "2", "Enter")
    desk.until("s.stopped.includes('no longer logged in')")
    assert (
        desk.by("banner").get_by_role("link").get_attribute("href")
        == "/login?again=1&name=ann"
    )
    server.logged_in = True
    desk.until("s.saved === 1 && !s.stopped")


def test_nothing_is_sent_under_another_persons_name(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    server.analyst = "bob"
    desk.until("s.stopped.includes('bob is logged in here now')")
    assert desk.page.locator("canvas").count() == 0
    sent = len(server.bodies("decision"))
    desk.press("4", "2", "Enter")
    assert len(server.bodies("decision")) == sent
    server.analyst = "ann"
    desk.until("!s.stopped")


def test_a_change_of_person_between_two_heartbeats_writes_nothing(open_desk):
    server = a_server(limits={"heartbeat_seconds": 3})
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    server.analyst = "bob"
    desk.press("4", "2", "Enter")
    desk.until("s.stopped.includes('bob is logged in here now') && s.pressed === 1")
    assert (server.order, server.views) == ([], [])
    server.analyst = "ann"
    desk.until("s.saved === 1 && !s.stopped")
    assert server.order == ["m01"]


def test_keys_on_the_bar_above_belong_to_the_bar(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    script = "document.body.prepend(Object.assign(document.createElement('button'), {"
    desk.page.evaluate(f"{script} id: 'out', onclick: () => (window.out = true) }}))")
    desk.press("4", "2")
    desk.page.locator("#out").focus()
    desk.press("Enter")
    assert desk.page.evaluate("window.out")
    assert desk.state()["pressed"] == 0


def test_a_restarted_server_gives_new_grants_and_the_drafts_stay(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("1", "ArrowRight", "ArrowRight")
    desk.painted("m02")
    desk.press("3")
    sets = len(server.bodies("set"))
    with desk.page.expect_response("**/api/set"):
        server.run = "run-2"
    assert len(server.bodies("set")) == sets + 1
    state = desk.painted("m02")
    assert state["record"]["elements"] == {"form": "non_photographic"}
    assert state["drafts"] == ["m01", "m02"]


def test_a_refused_decision_comes_back_with_its_answers(open_desk):
    server = a_server(refuse="this medium is signed off")
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("4", "2", "Enter")
    state = desk.until("s.medium === 'm01' && s.message.includes('signed off')")
    assert state["record"]["elements"]["form"] == "text_only"
    assert (state["pressed"], state["saved"], state["drafts"]) == (0, 0, ["m01"])


def test_what_another_window_saved_meanwhile_is_said_until_a_key_is_pressed(open_desk):
    server = a_server(refuse="graded in another window", refuse_as="ChangedMeanwhile")
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    stands = {"elements": {"form": "photograph", "child_present": "no"}}
    server.items[0].update(record=stands, stage="graded", assessment="other")
    desk.press("4", "2", "Enter")
    desk.until("s.medium === 'm01' && s.message.includes('What stands:')")
    desk.page.wait_for_timeout(500)  # nothing of its own takes it away
    state = desk.state()
    assert "graded in another window" in state["message"]
    assert "photograph" in state["message"]
    assert "Enter saves yours in its place" in state["message"]
    box = "e => e.scrollHeight <= e.clientHeight && e.checkVisibility()"
    assert desk.by("message").evaluate(box)  # all of it, however long
    assert state["record"]["elements"]["form"] == "text_only"
    server.refuse = ""
    desk.press("Enter")
    desk.until("s.saved === 1")
    assert server.bodies("decision")[-1]["over"] == "other"


def test_after_a_reload_it_goes_on_at_the_first_ungraded(open_desk):
    server = a_server()
    server.items[0].update(record={"elements": {"form": "photograph"}}, stage="graded")
    desk = open_desk(GradingDesk, server)
    assert desk.painted("m02")["position"] == "2 of 6"
    ahead = desk.until("s.prefetched.length === 6")["prefetched"]
    assert set(ahead) == {"m01", "m02", "m03", "m04", "m05", "m06"}


def test_keys_that_are_not_ours_are_left_alone(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("Control+1", "Alt+2", "F9")
    assert desk.state()["record"]["elements"] == {}
    desk.page.keyboard.down("1")
    desk.page.keyboard.down("1")  # a held key repeats
    desk.page.keyboard.up("1")
    assert desk.state()["record"]["elements"] == {"form": "photograph"}
    desk.press("?")
    card = desk.by("help-card")
    assert card.is_visible()
    desk.press("2", "Tab", "Tab", "Escape")
    card.wait_for(state="detached")
    assert desk.state()["record"]["elements"] == {"form": "photograph"}
    assert desk.until("s.blanked")["painted"] is None


def test_everything_works_with_the_mouse_and_keys_go_on_after_it(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.by("answer-form-photograph").click()
    desk.by("answer-child_present-no").click()
    desk.by("tag-commercial").click()
    desk.press("Enter")  # saves; does not press the clicked tag again
    desk.painted("m02")
    desk.by("reveal").click()
    desk.painted("m02", "full")
    desk.by("blank").click()
    assert desk.state()["painted"] is None


def test_in_a_notebook_it_hears_keys_only_with_the_focus(open_desk):
    desk = open_desk(GradingDesk, a_server(), where="cell")
    desk.painted("m01")
    desk.press("1")
    assert desk.state()["record"]["elements"] == {}
    assert desk.by("activate").is_visible()
    desk.by("name").click()
    assert not desk.by("activate").is_visible()
    desk.press("1")
    assert desk.state()["record"]["elements"] == {"form": "photograph"}
    root = desk.by("grading-desk")
    assert root.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_unsaved_work_warns_before_the_page_closes(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    ask = "dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    assert desk.page.evaluate(ask) is True
    desk.press("1")
    assert desk.page.evaluate(ask) is False


def test_the_form_asks_only_what_the_answers_leave_open(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    shown = "[...document.querySelectorAll('[data-testid^=question-]')].map((q) => q.dataset.testid.slice(9))"
    gates = ["form", "child_present", "indecent"]
    assert desk.page.evaluate(shown) == gates
    desk.press("3")  # a drawing: no indecency test, but those of s.62
    assert desk.page.evaluate(shown) == ["form", "child_present"]
    desk.press("1")
    asked = ["focus_genital", "pornographic", "obscene", "listed_act"]
    assert desk.page.evaluate(shown) == ["form", "child_present", "child_basis", *asked]
    desk.press("1", "1")  # apparent age; no focus
    desk.press("1")  # not made for arousal: nothing else matters
    assert desk.page.evaluate(shown)[-2:] == ["focus_genital", "pornographic"]
    assert "Add a row for each child" in desk.by("form-hint").inner_text()
    assert "no row of a child" in desk.by("ending").inner_text()
    desk.press("c")
    assert desk.by("ending").count() == 0
    desk.press("x", "m")
    assert "activity" in desk.page.evaluate(shown)


def test_not_sure_and_needs_two_are_ends_of_their_own(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("d")
    assert "somebody else" in desk.by("ending").inner_text()
    desk.press("f", "Enter")  # it is one or the other
    desk.painted("m02")
    desk.until("s.saved === 1")
    (sent,) = server.bodies("decision")
    assert sent["record"]["ending"] == "needs_two"
    desk.press("d", "d")
    assert desk.state()["record"]["ending"] == "settled"


def test_a_segment_has_answers_of_its_own(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    desk.press("1", "1")
    desk.page.evaluate(
        "document.querySelector('.iwf').iwflab.desk.answers.addSegment(0, 83500)"
    )
    assert desk.state()["active"].startswith("segment-1-")
    assert "0:00.0 to 1:23.5" in desk.by("segment-1").inner_text()
    desk.by("answer-segment-1-activity-penetrative").click()
    desk.press("Enter")
    desk.painted("m02")
    desk.until("s.saved === 1")
    (sent,) = server.bodies("decision")
    (segment,) = sent["record"]["segments"]
    assert segment["elements"] == {"activity": "penetrative"}
    assert "activity" not in sent["record"]["elements"]


def test_an_act_is_found_by_its_name(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("k")
    desk.page.keyboard.type("add child")
    desk.page.keyboard.press("Enter")
    desk.until("s.record.children.length === 1")
    desk.press("k")
    desk.page.keyboard.type("commer")
    desk.page.keyboard.press("Enter")
    desk.until("s.record.tags.commercial === 'present'")
    desk.press("k", "Escape")
    desk.by("palette").wait_for(state="detached")
    # Escape is the panic key, also in a dialog.
    assert desk.until("s.blanked")["painted"] is None
    desk.press("ArrowUp", "k")
    names = desk.page.evaluate(
        "[...document.querySelectorAll('[role=option]')].map((o) => o.dataset.testid.slice(8))"
    )
    assert {"save", "blank", "undo", "commercial"} <= set(names)


@pytest.mark.parametrize(
    ("code", "key", "expected"),
    [
        ("Digit1", "&", {"form": "photograph"}),  # AZERTY: digits want Shift
        ("Digit3", '"', {"form": "non_photographic"}),
        ("Digit2", "2", {"form": "pseudo_photograph"}),  # QWERTZ
    ],
)
def test_digits_answer_on_other_layouts(open_desk, code, key, expected):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.page.evaluate(
        "([code, key]) => document.dispatchEvent(new KeyboardEvent('keydown',"
        " { code, key, bubbles: true, cancelable: true }))",
        [code, key],
    )
    assert desk.state()["record"]["elements"] == expected


def test_letters_go_by_what_is_printed_on_the_key(open_desk):
    """QWERTZ has z where QWERTY has y: the card says z, and z it is."""
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.painted("m01")
    press = (
        "([code, key]) => document.dispatchEvent(new KeyboardEvent('keydown',"
        " { code, key, bubbles: true, cancelable: true }))"
    )
    desk.page.evaluate(press, ["KeyZ", "y"])  # the tag of y
    assert desk.state()["record"]["tags"] == {"text_overlay": "present"}
    desk.page.evaluate(press, ["KeyQ", "a"])  # AZERTY: a is no key of ours
    assert len(desk.state()["record"]["tags"]) == 1
    desk.page.evaluate(press, ["KeyA", "q"])
    assert desk.state()["record"]["tags"]["self_generated"] == "present"


def test_the_key_card_is_what_the_keys_do_and_prints_alone(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("?")
    card = desk.by("help-card")
    rows = card.locator("tbody tr").all_inner_texts()
    assert len(rows) == 1 + len(KEYS) + len([t for t in tags().values() if t.key])
    desk.page.emulate_media(media="print")
    visible = desk.page.evaluate(
        "[...document.querySelectorAll('body *')].filter((e) =>"
        " getComputedStyle(e).visibility === 'visible' && !e.closest('.iwf-printed')).length"
    )
    assert visible == 0
    assert desk.by("print-card").is_hidden()


def test_the_key_card_prints_on_one_page(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("?")
    assert desk.page.pdf(format="A4").count(b"/Type /Page\n") == 1
    desk.press("?")  # printing took no focus from it
    desk.by("help-card").wait_for(state="detached")


def test_a_card_that_lost_the_focus_hears_its_key_all_the_same(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    for key in ("?", "Enter"):
        desk.press("?")
        desk.by("help-card").wait_for()
        desk.page.evaluate("document.activeElement.blur()")
        desk.press(key)
        desk.by("help-card").wait_for(state="detached")


def test_the_card_of_keys_scrolls_by_keys_under_its_heading(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.page.set_viewport_size({"width": 1000, "height": 600})
    desk.painted("m01")
    desk.press("?", "PageDown")
    card = desk.by("help-card")
    desk.page.wait_for_function("document.querySelector('dialog').scrollTop > 100")
    assert desk.by("close-card").bounding_box()["y"] >= card.bounding_box()["y"]
    assert card.evaluate("d => d.contains(document.activeElement)")


def test_a_fresh_medium_shows_its_whole_form_on_a_usual_screen(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.painted("m01")
    answers = desk.page.locator(".iwf-scroll")
    assert answers.evaluate("e => e.scrollHeight - e.clientHeight") == 0
    assert desk.by("note").is_visible()
    assert "Asked when the answers need them" in desk.by("fold").inner_text()
    desk.press("4")
    assert "Not needed after these answers" in desk.by("fold").inner_text()


def test_a_note_near_its_end_says_how_much_it_takes(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.by("note").fill("n" * 3_599)
    assert desk.by("note-left").inner_text() == ""
    desk.by("note").fill("n" * 3_999)
    assert desk.by("note-left").inner_text() == "1 character left"
    desk.by("note").press_sequentially("nn")
    assert desk.by("note-left").inner_text() == "Full: nothing more is taken."
    assert len(desk.state()["record"]["note"]) == LONGEST_NOTE


@pytest.mark.parametrize(
    ("size", "in_view"), [((1440, 900), True), ((720, 450), False)]
)
def test_a_tag_out_of_view_answers_in_the_line_below(open_desk, size, in_view):
    desk = open_desk(GradingDesk, a_server())
    desk.page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    desk.painted("m01")
    tag = desk.page.locator(".iwf-tag").last
    key, label = tag.get_attribute("aria-keyshortcuts"), tag.locator("span").first
    name = label.inner_text()
    for turn in ("present", "absent", "not determined", "blank"):
        desk.press(key)
        assert desk.state()["message"] == ("" if in_view else f"{name}: {turn}.")
        assert desk.by("spoken").inner_text().strip() == f"{name}: {turn}."
    assert desk.state()["record"]["tags"] == {}


def test_why_there_is_no_picture_is_said_by_the_banner_alone(open_desk):
    server = a_server()
    server.cut = "media/grant1-shielded-01"
    desk = open_desk(GradingDesk, server)
    desk.by("no-preview").filter(has_text="when the server answers again").wait_for()
    server.logged_in = False
    desk.by("banner").get_by_text("no longer logged in").wait_for()
    assert "reached" not in desk.by("no-preview").inner_text()
    server.logged_in, server.cut = True, ""
    desk.painted("m01")  # as it said


def test_what_is_undone_is_told_beside_what_was_saved(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.press("4", "2", "Enter")
    desk.until("s.saved === 1 && s.waiting === 0")
    assert desk.by("saved").inner_text() == "Saved 1 of 1 decision"
    assert desk.by("undone").count() == 0
    desk.press("z")
    desk.painted("m01")
    desk.by("undone").filter(has_text="1 act undone").wait_for()


def test_without_an_answer_there_is_nothing_to_explain(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    before = desk.by("picture").bounding_box()
    desk.press("v")
    assert "nothing to explain" in desk.state()["message"]
    assert desk.by("reasons").count() == 0
    assert desk.by("picture").bounding_box() == before
    desk.press("1", "v")
    desk.by("reasons").wait_for()


@pytest.mark.parametrize("size", [(1440, 900), (800, 900), (1280, 560)])
def test_the_reasons_come_into_view(open_desk, size):
    desk = open_desk(GradingDesk, a_server())
    desk.page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    desk.painted("m01")
    desk.press("1", "1", "1", "v")
    desk.by("reasons").wait_for()
    seen = """e => { const box = e.getBoundingClientRect();
      return box.top < innerHeight - 60 && box.bottom > 0; }"""
    desk.page.wait_for_function(f"({seen})(document.querySelector('.iwf-why'))")
    # Not behind what sticks: the picture above, the last line below.
    top = "[...document.querySelectorAll('.iwf-grades, [data-testid=picture]')]"
    desk.page.wait_for_function(
        f"{top}.map((e) => e.getBoundingClientRect()).reduce((picture, grades) =>"
        " grades.top >= picture.bottom - 1)"
    )


@pytest.mark.parametrize("size", [(1440, 900), (720, 450)])
def test_the_page_is_no_longer_than_the_window_however_long_the_form(open_desk, size):
    desk = open_desk(GradingDesk, a_server())
    desk.page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    desk.painted("m01")
    desk.press("1", "1", "1", "c", "m", "v")
    desk.by("reasons").wait_for()
    long = "document.documentElement.scrollHeight - innerHeight"
    assert desk.page.evaluate(long) <= 12  # what the harness has round it
    before = desk.page.locator(".iwf-frame").evaluate("e => e.scrollTop")
    desk.press("PageDown", "PageDown")
    after = desk.page.locator(".iwf-frame").evaluate("e => e.scrollTop")
    assert (after > before) is (size == (720, 450))
    assert desk.page.evaluate("scrollY") <= 12


def test_keys_of_acts_and_tags_never_clash():
    keys = [*KEYS.values(), *(tag.key for tag in tags().values() if tag.key)]
    assert len(keys) == len(set(keys))


def test_an_act_without_a_key_is_named_and_found_by_its_name(open_desk, monkeypatch):
    monkeypatch.setitem(KEYS, "lens", "")
    monkeypatch.setitem(KEYS, "palette", "")
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    found = desk.by("unbound")
    assert found.inner_text() == "Find an act (2 without a key)"
    assert found.get_attribute("aria-keyshortcuts") is None
    desk.press("?")
    told = desk.by("unbound-told").inner_text()
    assert "Lens" in told
    assert "Find an act by its name" in told
    assert desk.by("help-card").locator("td", has_text="Lens").count() == 1
    desk.press("Escape", "x")  # the card closes, the desk is blank; any key goes on
    desk.painted("m01")
    found.click()
    desk.page.keyboard.type("lens")
    desk.press("Enter")
    desk.painted("m01", "lens")


def test_keys_that_the_desk_understands_keep_it_from_going_blank(open_desk):
    desk = open_desk(GradingDesk, a_server())
    desk.painted("m01")
    desk.page.clock.install()
    for _ in range(4):  # six minutes of work by the keys alone; the lock is at three
        desk.press("ArrowDown")
        desk.page.clock.run_for(90_000)
    assert desk.state()["blanked"] == ""
    desk.page.clock.run_for(100_000)  # 190 seconds since the last key
    assert desk.state()["blanked"] == "Blanked after 3 minutes without a key."


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (None, "nothing known about it"),
        ({"source": "hotline"}, "known: source hotline"),
        ({"carried": "SAP 2002 level 2 (x)"}, "carried: SAP 2002 level 2 (x)"),
        (
            {"source": "hotline", "carried": "<b>SAP</b>"},
            "known: source hotline; carried: <b>SAP</b>",
        ),
    ],
)
def test_the_status_line_says_what_others_said_of_a_medium(open_desk, known, said):
    desk = open_desk(GradingDesk, FakeServer([{**item(1), "known": known}]))
    desk.painted("m01")
    assert desk.by("known").text_content() == said


def test_reasons_that_are_derived_late_come_into_view_as_well(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.page.set_viewport_size({"width": 800, "height": 900})
    desk.painted("m01")
    server.keep_back = ("api/derive",)
    desk.press("1")
    server.until_kept(desk.page)
    desk.press("1", "1", "v")
    assert desk.by("reasons").count() == 0
    server.let_go()
    desk.by("reasons").wait_for()
    desk.page.wait_for_function(
        "document.querySelector('.iwf-why').getBoundingClientRect().top"
        " < innerHeight - 60"
    )

"""What a person does while something else is on its way, and what comes back late."""

import copy

import pytest
from fake_server import ORIGIN, FakeServer, Refusal, item

from iwflab_widgets.grading_desk import GradingDesk

pytestmark = pytest.mark.browser
DESK = "document.querySelector('.iwf').iwflab.desk"
QUIET = {"heartbeat_seconds": 60}
# Drawn again, as at every heartbeat and every answer of the server.
DRAWN = (
    f"async () => {{ {DESK}.render(); await new Promise((go) => setTimeout(go, 60)); }}"
)
REFUSED = "this medium was graded in another window meanwhile"


def a_server(number=4, **more):
    return FakeServer([item(n) for n in range(1, number + 1)], **more)


def opened(open_desk, server, **more):
    desk = open_desk(GradingDesk, server, **more)
    desk.painted(server.items[0]["medium"])
    return desk


def saving_first(desk, server):
    """The first medium is on its way to be saved, and the second is open."""
    server.hold = True
    desk.press("4", "2", "Enter")
    desk.painted("m02")


# -- saves that are refused ------------------------------------------------------------
def test_an_undo_behind_a_save_that_is_refused_withdraws_nothing(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press("4", "2", "Enter")
    desk.until("s.saved === 1 && s.waiting === 0")
    server.hold = True
    desk.press("4", "2", "Enter", "z")
    desk.until("s.waiting === 2")
    server.refuse, server.refuse_as = REFUSED, "ChangedMeanwhile"
    server.release()
    state = desk.until("s.medium === 'm02' && s.message.includes('Not saved')")
    assert (state["drafts"], state["waiting"]) == (["m02"], 0)
    assert server.bodies("undo") == []  # nothing of what the other window saved goes
    desk.press("z")  # and what was decided before is undone, as it was
    desk.until("s.medium === 'm01' && s.message.startsWith('Undone')")
    (undone,) = server.bodies("undo")
    assert (undone["medium"], undone["over"]) == ("m01", "a")


def test_an_undo_that_is_refused_does_not_bar_the_one_before(open_desk):
    server = a_server()
    undo = server.undo

    def not_of_m02(body):
        if body.get("medium") == "m02":
            raise Refusal("this medium is no longer yours", "ask for it", "NotYours")
        return undo(body)

    server.undo = not_of_m02
    desk = opened(open_desk, server)
    for number in (1, 2):
        desk.painted(f"m0{number}")
        desk.press("4", "2", "Enter")
    desk.until("s.saved === 2 && s.waiting === 0")
    desk.press("z")
    desk.until("s.message.startsWith('Not undone: pattern-02.png: this medium is no')")
    desk.press("z")
    desk.until("s.medium === 'm01' && s.message.startsWith('Undone')")


def test_of_two_saves_that_are_refused_the_newest_answers_come_back(open_desk):
    server = a_server(limits=QUIET | {"unacked_seconds": 60})
    desk = opened(open_desk, server)
    saving_first(desk, server)
    desk.press("ArrowLeft")
    desk.painted("m01")
    desk.press("y", "Enter")  # a tag more
    desk.until("s.pressed === 2")
    server.refuse = "this medium is signed off"
    server.release()
    state = desk.until("s.medium === 'm01' && s.message.includes('signed off')")
    assert state["record"]["tags"] == {"text_overlay": "present"}
    assert (state["pressed"], state["saved"], state["drafts"]) == (0, 0, ["m01"])
    found = desk.page.evaluate(f"[{DESK}.item.record, {DESK}.item.stage]")
    assert found == [None, "waiting"]  # nothing of it stands, and the page says so


def test_an_older_save_does_not_speak_for_a_newer_one(open_desk):
    server = a_server(limits=QUIET | {"unacked_seconds": 60})
    desk = opened(open_desk, server)
    saving_first(desk, server)
    desk.press("ArrowLeft")
    desk.painted("m01")
    desk.press("y", "Enter")
    desk.until("s.pressed === 2")
    server.release()
    desk.until("s.saved === 2 && s.waiting === 0")
    assert [one.get("over") for one in server.bodies("decision")] == [None, "a"]
    desk.press("ArrowLeft")
    state = desk.painted("m01")
    assert state["record"]["tags"] == {"text_overlay": "present"}
    assert state["drafts"] == []


def test_what_comes_back_late_waits_beside_what_is_written_by_now(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    saving_first(desk, server)
    desk.press("n")
    desk.page.keyboard.type("of the sec")
    server.refuse = "this medium is signed off"
    server.release()
    desk.until("s.message.includes('pattern-01.png: this medium is signed off')")
    desk.page.keyboard.type("ond")
    state = desk.state()
    assert (state["medium"], state["record"]["note"]) == ("m02", "of the second")
    desk.by("back-m01").click()
    state = desk.painted("m01")
    assert state["record"]["elements"]["form"] == "text_only"
    assert state["record"]["note"] == ""
    assert desk.by("back-m01").count() == 0
    assert set(state["drafts"]) == {"m01", "m02"}


def test_letters_meant_for_one_medium_do_not_go_to_the_one_that_came_back(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    saving_first(desk, server)
    desk.press("n")  # in the field, and nothing written yet
    server.refuse = "this medium is signed off"
    server.release()
    desk.until("s.message.includes('pattern-01.png: this medium is signed off')")
    desk.page.keyboard.type("a 1 h")
    state = desk.state()
    assert (state["medium"], state["record"]["note"]) == ("m02", "a 1 h")
    assert server.bodies("reveal") == []
    desk.press("Escape")
    desk.by("back-m01").click()
    assert desk.painted("m01")["record"]["elements"]["form"] == "text_only"


def test_a_word_of_the_filter_is_no_command_whatever_comes_back(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    saving_first(desk, server)
    desk.press("/")
    desk.page.keyboard.type("quay ")
    server.refuse = "this medium is signed off"
    server.release()
    desk.until("s.message.includes('signed off')")
    desk.page.keyboard.type("12 h")
    assert desk.by("filter-name").input_value() == "quay 12 h"
    assert desk.page.locator("dialog").count() == 0
    assert desk.state()["record"]["elements"] == {}


def test_what_stands_of_another_medium_is_not_said_to_be_saved_by_the_key(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    saving_first(desk, server)
    desk.press("1", "ArrowDown")
    marked = desk.state()["active"]
    server.refuse, server.refuse_as = REFUSED, "ChangedMeanwhile"
    server.release()
    state = desk.until(
        "s.message.includes('What stands') || s.message.includes('Nothing stands')"
    )
    assert state["message"].startswith("Not saved: pattern-01.png: ")
    assert "in its place" not in state["message"]
    assert (state["medium"], state["active"]) == ("m02", marked)  # nothing moved
    assert state["record"]["elements"] == {"form": "photograph"}


def test_what_was_answered_anew_behind_an_undo_is_saved_once(open_desk):
    server = a_server(limits=QUIET | {"unacked_seconds": 60})
    desk = opened(open_desk, server)
    server.hold = True
    desk.press("4", "2", "Enter", "z")
    desk.painted("m02")
    desk.press("ArrowLeft")
    desk.painted("m01")
    desk.press("y", "Enter")
    desk.until("s.pressed === 2")
    server.release()
    desk.until("s.saved === 2 && s.waiting === 0")
    state = desk.state()
    assert state["drafts"] == []
    desk.press("ArrowLeft")
    state = desk.painted("m01")
    assert state["record"]["tags"] == {"text_overlay": "present"}
    assert len(server.bodies("decision")) == 2
    assert server.items[0]["record"]["tags"] == {"text_overlay": "present"}


def test_a_restart_moves_nothing_under_the_hand(open_desk):
    server = a_server(limits=QUIET)
    desk = opened(open_desk, server)
    desk.press("1", "ArrowDown", "ArrowDown", " ")
    desk.painted("m01", "full")
    before = desk.state()
    server.run = "run-2"
    with desk.page.expect_response("**/api/set"):
        desk.page.evaluate(f"{DESK}.watch.beat()")
    state = desk.painted("m01", "full")
    assert (state["active"], state["record"]) == (before["active"], before["record"])
    desk.press("s")
    desk.painted("m01", "shielded")
    desk.press(" ")
    desk.painted("m01", "full")
    assert (
        len(server.bodies("reveal")) == 2
    )  # the new server knows nothing of the first


# -- the form under the hand -----------------------------------------------------------
def test_a_press_that_lasts_is_a_click_whatever_is_drawn_meanwhile(open_desk):
    desk = opened(open_desk, a_server(limits=QUIET))
    for testid in ("answer-form-text_only", "tag-commercial", "why", "blank"):
        box = desk.by(testid).bounding_box()
        desk.page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
        desk.page.mouse.down()
        desk.page.evaluate(DRAWN)
        desk.page.mouse.up()
    state = desk.until("s.blanked")
    assert state["record"]["elements"] == {"form": "text_only"}
    assert state["record"]["tags"] == {"commercial": "present"}


def test_a_press_on_one_medium_does_nothing_to_another(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    saving_first(desk, server)
    box = desk.by("tag-commercial").bounding_box()
    desk.page.mouse.move(box["x"] + 8, box["y"] + 8)
    desk.page.mouse.down()
    server.refuse = "this medium is signed off"
    server.release()
    desk.until("s.medium === 'm01' && s.message.includes('signed off')")
    desk.page.evaluate(DRAWN)
    desk.page.mouse.up()
    assert desk.state()["record"]["tags"] == {}


def test_ages_are_written_from_field_to_field(open_desk):
    desk = opened(open_desk, a_server(limits=QUIET))
    desk.press("1", "1", "c")
    before = desk.state()["record"]["elements"]
    desk.by("age_min-1").click()
    desk.page.keyboard.type("8")
    desk.press("Tab")
    desk.page.keyboard.type("1")
    desk.page.evaluate(DRAWN)
    desk.page.keyboard.type("0")
    desk.press("Tab")
    state = desk.state()
    (child,) = state["record"]["children"]
    assert (child["age_min"], child["age_max"]) == (8, 10)
    assert state["record"]["elements"] == before  # no digit answered a question
    desk.by("age_min-1").fill("9.7")
    desk.press("Tab")
    assert desk.by("age_min-1").input_value() == "9"  # what is kept is what is shown


def test_a_removed_row_leaves_the_ages_of_the_other(open_desk):
    desk = opened(open_desk, a_server(limits=QUIET))
    desk.press("1", "1", "c", "c")
    desk.by("age_min-1").fill("3")
    desk.by("age_min-2").fill("12")
    desk.by("remove-child-1").click()
    assert desk.by("age_min-2").count() == 0
    assert desk.by("age_min-1").input_value() == "12"


def test_classes_of_another_medium_never_stand_beside_this_one(open_desk):
    server = a_server(limits=QUIET)
    desk = opened(open_desk, server)
    desk.press("4", "2")
    desk.by("grade-uk_2014").wait_for()
    desk.press("ArrowRight", "ArrowRight")
    desk.painted("m02")
    assert desk.by("grade-uk_2014").count() == 0
    desk.press("1")
    desk.by("grade-uk_2014").wait_for()
    server.keep_back = ("api/derive",)
    desk.press("ArrowLeft", "ArrowLeft")
    desk.painted("m01")
    desk.page.evaluate(DRAWN)
    assert desk.by("grade-uk_2014").count() == 0
    server.until_kept(desk.page)
    server.let_go()
    desk.by("grade-uk_2014").wait_for()


# -- presentation mode -----------------------------------------------------------------
def test_what_was_asked_before_does_not_end_presentation_mode(open_desk):
    server = a_server(limits=QUIET)
    desk = opened(open_desk, server)
    server.keep_back = ("api/ping", "api/presentation")
    desk.page.evaluate(f"window.beaten = {DESK}.watch.beat(); 0")
    server.until_kept(desk.page)
    desk.press("p")
    server.until_kept(desk.page, 2)
    paths = len(server.paths())
    server.answer(*server.kept.pop(0))  # as it was before the key
    desk.page.evaluate("window.beaten")
    assert desk.state()["presenting"]
    assert desk.page.locator("canvas, img, video").count() == 0
    server.let_go()
    desk.until("s.presenting")
    assert not [p for p in server.paths()[paths:] if p.startswith("media/")]
    desk.press("p")
    desk.until("!s.presenting && s.painted?.variant === 'shielded'")


def test_refused_presentation_mode_stays_dark_until_the_key(open_desk):
    server = a_server(limits=QUIET)
    desk = opened(open_desk, server)
    server.cut = "api/presentation"
    desk.press("p")
    desk.until("s.presenting && s.message.startsWith('Not switched')")
    desk.page.evaluate(f"{DESK}.watch.beat()")
    assert desk.state()["presenting"]
    assert desk.page.locator("canvas, img, video").count() == 0
    assert "server" not in desk.by("presentation-card").inner_text()  # nobody knows
    server.cut = ""
    desk.press("p")
    desk.until("!s.presenting && s.painted?.variant === 'shielded'")


def test_presentation_mode_wanted_again_before_it_was_ended_is_dark_at_once(open_desk):
    server = a_server(limits=QUIET)
    desk = opened(open_desk, server)
    desk.press("p")
    desk.until(f"s.presenting && !{DESK}.looking.turning")
    server.keep_back = ("api/presentation",)
    desk.press("p")
    server.until_kept(desk.page)
    desk.press("p")
    server.let_go()
    desk.until(f"!{DESK}.looking.turning")
    assert desk.state()["presenting"]
    assert server.presenting
    assert [one["active"] for one in server.bodies("presentation")] == [
        "on",
        "off",
        "on",
    ]


def test_presentation_mode_goes_on_when_its_person_logged_in_again(open_desk):
    server = a_server(limits=QUIET)
    desk = opened(open_desk, server)
    desk.page.evaluate(f"{DESK}.watch.beat()")
    desk.press("p")
    desk.until("s.presenting && s.message.includes('on record')")
    server.presenting, server.login = False, "another"  # as a new login has it
    paths = len(server.paths())
    desk.page.evaluate(f"{DESK}.watch.beat()")
    desk.until("s.presenting && s.message.includes('on record')")
    assert server.presenting
    assert not [p for p in server.paths()[paths:] if p.startswith("media/")]


# -- sets and sheets -------------------------------------------------------------------
def test_a_set_that_was_asked_for_before_opens_nothing_that_was_saved_since(open_desk):
    server = a_server(limits=QUIET)
    desk = opened(open_desk, server)
    server.keep_back = ("api/set",)
    server.run = "run-2"
    desk.page.evaluate(f"window.beaten = {DESK}.watch.beat(); 0")
    server.until_kept(desk.page)
    before = copy.deepcopy(server.set({"n": 12}))
    desk.press("4", "2", "Enter")
    desk.until("s.saved === 1 && s.waiting === 0")
    server.set = lambda _: before
    server.let_go()
    desk.page.evaluate("window.beaten")
    desk.press("ArrowLeft")
    state = desk.painted("m01")
    assert state["record"]["elements"]["form"] == "text_only"
    desk.press("y", "Enter")
    desk.until("s.saved === 2 && s.waiting === 0")
    assert server.bodies("decision")[-1]["over"] == "a"


def test_of_two_filters_the_newest_shows_its_own_set(open_desk):
    server = a_server(6, limits=QUIET)
    for one in server.items[:3]:
        one["name"] = f"quay-{one['name']}"
    desk = opened(open_desk, server)
    server.keep_back = ("api/set",)
    for word in ("quay", "pattern-05"):
        desk.press("/")
        desk.by("filter-name").fill(word)
        desk.press("Enter")
    server.until_kept(desk.page, 2)
    first, second = server.kept
    server.keep_back, server.kept = (), []
    server.answer(*second)
    server.answer(*first)
    state = desk.until("s.medium === 'm05' && s.message === ''")
    assert state["filter"] == {"name": "pattern-05"}
    assert state["position"] == "1 of 1"


def test_opened_twice_from_the_sheet_a_medium_is_one(open_desk):
    server = a_server(20, limits=QUIET, set_most=5)
    desk = opened(open_desk, server)
    desk.press("F2")
    desk.until("s.sheet?.thumbs >= 12")
    desk.press("End")
    desk.until("s.sheet.current === 'm20'")
    server.keep_back = ("api/sheet/item",)
    desk.press("Enter", "Enter")
    server.until_kept(desk.page, 2)
    server.let_go()
    desk.painted("m20")
    count = f"{DESK}.items.filter((one) => one.medium === 'm20').length"
    assert desk.page.evaluate(count) == 1
    desk.press("F2")
    desk.until("s.sheet?.current")
    server.keep_back = ("api/sheet/item",)
    desk.press("Home", "End", "ArrowLeft", "Enter")
    server.until_kept(desk.page)
    desk.press("F2")  # back instead: an answer that comes later opens nothing
    desk.painted("m20")
    server.let_go()
    desk.page.evaluate(DRAWN)
    assert desk.state()["medium"] == "m20"


def test_a_selection_says_what_of_it_is_left_out(open_desk):
    server = a_server(3, limits=QUIET)
    desk = opened(open_desk, server)
    desk.press("4", "2", "Enter")
    desk.until("s.saved === 1 && s.waiting === 0")
    desk.painted("m02")
    desk.press("4", "2", "F2")
    desk.until("s.sheet?.thumbs >= 3")
    desk.press("Control+a", "F2")
    desk.until("s.sheet === null && s.waiting === 0")
    desk.press(";")
    asked = desk.by("selection-asked").inner_text()
    told = "Grade 3 media in one act? 1 of them is graded already and left out."
    assert desk.state()["medium"] == "m02"
    assert asked.strip() == told
    assert told.partition("? ")[2] in desk.by("spoken").inner_text()


def test_what_is_answered_while_a_selection_is_saved_is_kept(open_desk):
    server = a_server(3, limits=QUIET)
    desk = opened(open_desk, server)
    desk.press("4", "2", "F2")
    desk.until("s.sheet?.thumbs >= 3")
    desk.press("Control+a", "F2")
    desk.by("selection-act").wait_for()
    server.keep_back = ("api/selection",)
    desk.press(";", ";")
    server.until_kept(desk.page)
    desk.press("y")
    server.let_go()
    state = desk.until("s.message.startsWith('Graded 3 media')")
    assert state["message"].endswith("What you answered meanwhile is kept, unsaved.")
    assert (state["medium"], state["drafts"]) == ("m01", ["m01"])
    assert state["record"]["tags"] == {"text_overlay": "present"}
    desk.press("z")
    state = desk.until("s.message.startsWith('Undone')")
    assert state["record"]["tags"] == {"text_overlay": "present"}  # still kept


def test_a_selection_that_cannot_be_undone_does_not_bar_what_was_before(open_desk):
    server = a_server(3, limits=QUIET)
    desk = opened(open_desk, server)
    desk.press("4", "2", "Enter")
    desk.until("s.saved === 1 && s.waiting === 0")
    desk.painted("m02")
    desk.press("4", "2", "F2")
    desk.until("s.sheet?.thumbs >= 3")
    desk.press("Control+a", "F2")
    desk.until("s.sheet === null && s.waiting === 0")
    desk.press(";", ";")
    desk.until("s.message.startsWith('Graded')")

    def refuse(_):
        raise Refusal("all of it is signed off", "ask who signs off", "NotAllowed")

    server.selection_undo = refuse
    desk.press("z")
    desk.until("s.message.startsWith('Not undone: all of it is signed off')")
    desk.press("z")
    desk.until("s.message.startsWith('Undone') && s.medium === 'm01'")


# -- logging out, and staying ----------------------------------------------------------
LOG_OUT = """() => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: "/logout" });
  document.body.append(form);
  form.requestSubmit();
}"""


@pytest.mark.parametrize("lost", [False, True])
def test_who_stays_after_all_is_recorded_as_before(open_desk, lost):
    server = a_server(limits=QUIET)
    desk = opened(open_desk, server)
    desk.page.route(f"{ORIGIN}/logout", lambda route: route.fulfill(status=204))
    desk.press("F9", "ArrowRight")
    desk.until("s.beside?.variant === 'shielded' && s.painted?.medium === 'm02'")
    desk.press("F10")
    desk.until("s.beside?.variant === 'full'")
    server.cut = "api/shown" if lost else ""
    with desk.page.expect_request(f"{ORIGIN}/logout"):
        desk.page.evaluate(LOG_OUT)
    server.cut = ""
    desk.until("s.beside?.variant === 'full'")
    desk.until("s.waiting === 0")
    before = [(v["medium"], v["variant"]) for v in server.views]
    assert before.count(("m01", "full")) == 1  # told once, also where it was lost first
    desk.press("F9")
    desk.until("s.beside === null && s.waiting === 0")
    after = [(v["medium"], v["variant"]) for v in server.views]
    assert after.count(("m01", "full")) == 2

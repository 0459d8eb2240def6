"""The matching desk: what a person does meanwhile, and what comes back late."""

import pytest
from fake_lab import FakeLab
from fake_matching import full, hit
from fake_server import Refusal

from iwflab_widgets import MatchingDesk

pytestmark = pytest.mark.browser
HIT, ANSWER = "api/matching/hit", "api/matching/answer"
STACKS, GRADE = "api/matching/stacks", "api/matching/grade"
COMPARED = "document.querySelector('.iwf').iwflab.compared"
SETTLED = "new Promise((go) => setTimeout(go, 60))"  # replies have been dealt with


@pytest.fixture
def desk(open_desk):
    def open_(server=None):
        opened = open_desk(MatchingDesk(FakeLab()), server or several())
        opened.until("s.ready && s.told")
        return opened

    return open_


def several():
    server = full()
    server.rows += [hit(5), hit(6)]
    return server


def painted(opened, number):
    opened.page.locator(f'[data-medium="m{number:02}"] > canvas').first.wait_for()
    opened.page.wait_for_function(f"{COMPARED}.looks.has('m{number:02}')")


def let_go(opened):
    opened.server.let_go()
    opened.page.evaluate(SETTLED)


# -- hits ------------------------------------------------------------------------------
def test_a_hit_that_is_not_shown_yet_is_not_answered(desk):
    opened = desk()
    painted(opened, 1)
    opened.server.keep_back = (HIT,)
    opened.press("y")
    opened.until("s.medium === 'm02' && !s.busy")
    opened.server.until_kept(opened.page)
    assert opened.page.locator("[data-medium] > canvas").count() == 0
    assert opened.by("hit-title").count() == opened.by("hit-facts").count() == 0
    for key in ("y", "n"):
        opened.press(key)
        opened.by("told").get_by_text("Not answered: this hit is not shown").wait_for()
    opened.server.fail_kept()
    opened.by("hit-again").wait_for()
    opened.press("y")
    opened.by("told").get_by_text("Not answered: this hit is not shown").wait_for()
    assert [hits for hits, *_ in opened.server.answers] == [("h01",)]
    opened.by("hit-again").click()
    painted(opened, 2)
    opened.press("y")
    opened.until("s.medium === 'm05'")
    assert [hits for hits, *_ in opened.server.answers] == [("h01",), ("h02",)]


def test_an_answer_that_is_not_shown_yet_is_not_taken_back(desk):
    opened = desk()
    server = opened.server
    for row in server.rows:
        row["answer"] = "not_same"
    opened.press("2", "3", "a")
    opened.until("s.answers[0][1] === 'not_same' && s.told")
    server.keep_back = (HIT,)
    opened.press("ArrowRight", "z")
    opened.by("told").get_by_text("Not undone: this hit is not shown yet").wait_for()
    assert server.answers == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_there_and_back_shows_the_hit_that_is_answered(desk, order):
    opened = desk()
    painted(opened, 1)
    opened.server.keep_back = (HIT,)
    opened.press("ArrowRight")
    opened.server.until_kept(opened.page)
    opened.press("ArrowLeft")
    opened.server.until_kept(opened.page, 2)
    opened.server.keep_back, kept = (), opened.server.kept
    for place in order:
        opened.server.answer(*kept[place])
    kept.clear()
    opened.page.evaluate(SETTLED)
    painted(opened, 1)
    assert opened.state()["medium"] == "m01"
    assert opened.by("hit-title").inner_text() == "pattern-01.png"
    opened.press("y")
    opened.until("s.medium === 'm02'")
    assert [hits for hits, *_ in opened.server.answers] == [("h01",)]


def test_a_hit_that_comes_late_is_not_drawn_under_another_part(desk):
    opened = desk()
    painted(opened, 1)
    opened.server.keep_back = (HIT,)
    opened.press("ArrowRight")
    opened.server.until_kept(opened.page)
    opened.press("2")
    opened.by("settled").wait_for()
    let_go(opened)
    assert "media/grant1-shielded-02" not in opened.server.paths()
    opened.press("3")
    painted(opened, 2)


def test_another_part_is_on_the_page_as_soon_as_its_keys_are_heard(desk):
    opened = desk()
    painted(opened, 1)
    opened.server.keep_back = ("api/matching",)
    opened.press("2")
    opened.server.until_kept(opened.page)
    assert opened.page.locator("[data-medium] > canvas").count() == 0
    assert not opened.by("hit-facts").is_visible()
    opened.server.fail_kept()
    opened.by("settled").wait_for()


def test_an_answer_that_is_recorded_late_moves_nobody(desk):
    opened = desk()
    opened.server.keep_back = (ANSWER,)
    opened.press("y")
    opened.server.until_kept(opened.page)
    opened.press("ArrowRight", "ArrowRight")
    opened.until("s.medium === 'm05' && s.told")
    opened.press("r")
    opened.page.keyboard.type("another scene")
    let_go(opened)
    opened.by("told").get_by_text("pattern-01.png: Confirmed as the same.").wait_for()
    assert opened.state()["medium"] == "m05"
    assert opened.by("hit-reason").input_value() == "another scene"
    opened.press("Escape", "z")  # the newest answer is that of the first hit
    opened.until("s.medium === 'm01'")
    assert opened.server.answers[-1] == (("h01",), "open", "")


def test_a_refusal_moves_nobody_and_keeps_the_reason_for_its_hit(desk, monkeypatch):
    opened = desk()

    def refused(_):
        raise Refusal("this hit no longer stands", "look again", "NotFound")

    monkeypatch.setattr(opened.server, "matching_answer", refused)
    opened.press("r")
    opened.page.keyboard.type("of the first")
    opened.server.keep_back = (ANSWER,)
    opened.press("Escape", "n")
    opened.server.until_kept(opened.page)
    opened.press("ArrowRight")
    opened.until("s.medium === 'm02' && s.told")
    opened.press("r")
    opened.page.keyboard.type("of the second")
    let_go(opened)
    told = "pattern-01.png: this hit no longer stands"
    opened.by("told").get_by_text(told).wait_for()
    assert opened.state()["medium"] == "m02"
    assert opened.by("hit-reason").input_value() == "of the second"
    opened.press("Escape", "ArrowLeft")
    opened.until("s.medium === 'm01' && s.told")
    assert opened.by("hit-reason").input_value() == "of the first"


def test_a_reason_does_not_go_along_to_a_hit_that_is_opened_elsewhere(desk):
    opened = desk()
    opened.press("r")
    opened.page.keyboard.type("of the first")
    opened.press("Escape", "2")
    opened.by("settled-m04").click()
    opened.until("s.medium === 'm04' && s.told")
    assert opened.by("hit-reason").input_value() == ""


def test_hashes_of_one_medium_are_not_drawn_under_another(desk):
    opened = desk()
    opened.server.keep_back = ("api/matching/hashes",)
    opened.press("h")
    opened.server.until_kept(opened.page)
    opened.press("ArrowRight")
    opened.until("s.medium === 'm02' && s.told")
    let_go(opened)
    assert opened.by("hashes").count() == 0
    opened.press("h")
    opened.by("hashes").wait_for()


# -- stacks ----------------------------------------------------------------------------
@pytest.fixture
def stacked(desk):
    """At the first of two stacks; its previews are drawn."""
    opened = desk(full())
    opened.press("4")
    opened.until("s.stacks.length === 2 && s.loaded")
    opened.page.wait_for_function(f"{COMPARED}.looks.size === 7")
    return opened


def form_of(opened, number):
    opened.press("g")
    opened.until("s.form")
    opened.by("exemplar").locator("canvas").wait_for()
    assert opened.state()["stack"] == f"m{number:02}"


def test_a_decision_whose_reply_was_lost_is_sent_again_as_the_same_act(stacked):
    form_of(stacked, 1)
    stacked.server.lose_replies = 1
    stacked.press("1", "2", "Enter")
    stacked.by("told").get_by_text("Press again: it is done once").wait_for()
    stacked.press("Enter")
    stacked.by("told").get_by_text("10 media graded in one act").wait_for()
    first, second = stacked.server.bodies("matching/grade")
    assert first == second
    stacked.until("!s.form && !s.busy")
    stacked.server.lose_replies = 1
    stacked.press("z")
    stacked.by("told").get_by_text("Press again: it is done once").wait_for()
    stacked.press("z")
    stacked.by("told").get_by_text("10 media wait again").wait_for()
    one, two = stacked.server.bodies("matching/undo")
    assert one == two
    assert one["named"] == first["request"]


def test_the_form_stays_under_the_hand(stacked):
    form_of(stacked, 1)
    stacked.press("1", "1", "c")
    stacked.by("age_min-1").click()
    stacked.page.keyboard.type("8")
    stacked.press("Tab")
    stacked.page.keyboard.type("10")
    stacked.press("Tab")
    box = stacked.by("answer-form-text_only").bounding_box()
    stacked.page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    stacked.page.mouse.down()
    stacked.page.mouse.up()
    stacked.by("save-stack").click()
    stacked.by("told").get_by_text("10 media graded in one act").wait_for()
    (sent,) = stacked.server.bodies("matching/grade")
    assert sent["record"]["elements"] == {"form": "text_only", "child_present": "yes"}
    (child,) = sent["record"]["children"]
    assert (child["age_min"], child["age_max"]) == (8, 10)


def test_other_answers_are_another_request(stacked):
    form_of(stacked, 1)
    stacked.server.lose_replies = 1
    stacked.press("1", "2", "Enter")
    stacked.by("told").get_by_text("Press again: it is done once").wait_for()
    stacked.press("y", "Enter")  # a tag more
    stacked.by("told").get_by_text("10 media graded in one act").wait_for()
    first, second = stacked.server.bodies("matching/grade")
    assert first["request"] != second["request"]
    assert second["record"]["tags"] == {"text_overlay": "present"}


def test_a_late_reply_leaves_the_form_of_another_stack_alone(stacked):
    form_of(stacked, 1)
    stacked.server.keep_back = (GRADE,)
    stacked.press("1", "2", "Enter")
    stacked.server.until_kept(stacked.page)
    stacked.press("ArrowLeft")
    stacked.until("!s.form")
    stacked.press("ArrowRight")
    form_of(stacked, 11)
    stacked.press("1")
    let_go(stacked)
    stacked.by("told").get_by_text("10 media graded in one act").wait_for()
    state = stacked.until("!s.busy")
    assert (state["form"], state["active"]) == (True, "child_present")
    assert "2 media" in stacked.by("form-title").inner_text()
    assert stacked.by("exemplar").locator("canvas").count() == 1
    assert "m11" not in {view["medium"] for view in stacked.server.views}  # goes on
    stacked.press("ArrowLeft")
    stacked.until("!s.form && s.stack === 'm11'")
    form_of(stacked, 11)
    assert stacked.state()["active"] == "child_present"  # the draft is there


def test_what_is_answered_while_a_stack_is_saved_is_kept(stacked):
    form_of(stacked, 1)
    stacked.server.keep_back = (GRADE,)
    stacked.press("1", "2", "Enter")
    stacked.server.until_kept(stacked.page)
    stacked.press("y")
    let_go(stacked)
    stacked.by("told").get_by_text("What you answered meanwhile is kept").wait_for()
    stacked.until("!s.form && !s.busy")
    stacked.press("z")
    stacked.by("told").get_by_text("10 media wait again").wait_for()
    form_of(stacked, 1)
    assert stacked.by("tag-text_overlay").get_attribute("aria-pressed") == "true"


def test_no_form_is_opened_over_stacks_that_are_being_looked_for(stacked):
    stacked.server.keep_back = (STACKS,)
    stacked.by("distance").fill("30")
    stacked.by("distance").press("Enter")
    stacked.server.until_kept(stacked.page)
    views = len(stacked.server.views)
    stacked.press("Escape")
    for key in ("g", "k", "h", "z", "ArrowRight"):
        stacked.press(key)
        stacked.by("told").get_by_text("still being looked for").wait_for()
    state = stacked.state()
    assert (state["form"], state["stack"]) == (False, "m01")
    assert stacked.page.locator("[data-medium] > canvas").count() == 7
    assert len(stacked.server.views) == views
    assert stacked.server.bodies("matching/undo") == []
    let_go(stacked)
    form_of(stacked, 1)


def test_stacks_that_come_late_take_no_picture_from_another_part(stacked):
    stacked.server.keep_back = (STACKS,)
    stacked.by("distance").fill("30")
    stacked.by("distance").press("Enter")
    stacked.server.until_kept(stacked.page)
    stacked.press("Escape", "3")
    painted(stacked, 1)
    views = len(stacked.server.views)
    let_go(stacked)
    assert len(stacked.server.views) == views
    assert stacked.by("ours").locator("canvas").count() == 1


def test_the_time_at_a_stack_goes_on_after_a_blank(stacked):
    form_of(stacked, 1)
    stacked.press("1", "2")
    stacked.page.evaluate("new Promise((go) => setTimeout(go, 300))")
    stacked.press("Escape")
    stacked.until("s.blanked")
    stacked.press("x")
    stacked.until("!s.blanked")
    stacked.press("Enter")
    stacked.by("told").get_by_text("10 media graded in one act").wait_for()
    (body,) = stacked.server.bodies("matching/grade")
    assert body["seconds"] >= 0.3


def test_hashes_and_samples_of_one_stack_are_not_drawn_under_another(stacked):
    stacked.server.keep_back = ("api/matching/hashes", "api/matching/sample")
    stacked.press("h", "k")
    stacked.server.until_kept(stacked.page, 2)
    stacked.press("ArrowRight")
    stacked.until("s.stack === 'm11'")
    let_go(stacked)
    assert stacked.by("hashes").count() == stacked.by("sampled").count() == 0


def test_a_form_that_is_out_of_date_is_refused_and_keeps_its_answers(
    stacked, monkeypatch
):
    form_of(stacked, 1)
    why = "this medium was graded in another window meanwhile"

    def refused(_):
        stacked.server.graded.add(1)
        raise Refusal(why, "look at what stands now", "ChangedMeanwhile")

    monkeypatch.setattr(stacked.server, "matching_grade", refused)
    stacked.press("1", "2", "Enter")
    stacked.by("told").get_by_text(why).wait_for()
    stacked.by("told").get_by_text("Your answers are kept as a draft").wait_for()
    (body,) = stacked.server.bodies("matching/grade")
    assert body["over"] is None
    assert stacked.until("!s.busy")["form"]
    stacked.press("ArrowLeft")
    stacked.until("!s.form && s.stacks[0].waiting === 0")
    stacked.server.graded.clear()
    stacked.press("3", "4")
    stacked.until("s.loaded && s.stacks[0].waiting === 10")
    form_of(stacked, 1)
    assert stacked.state()["active"] != "form"  # the draft is there


# -- what was before the eyes ----------------------------------------------------------
SHOWN = "api/matching/shown"


def test_a_view_whose_report_was_lost_counts_once(desk):
    opened = desk(full())
    painted(opened, 1)
    opened.server.lose_replies = 1
    opened.press("2")
    opened.by("settled").wait_for()
    opened.press("3")
    painted(opened, 1)
    opened.press("2")
    opened.by("settled").wait_for()
    opened.until("s.unsent === 0")
    first, again, later = opened.server.bodies("matching/shown")
    assert first == again
    assert later["request"] != first["request"]
    assert len(opened.server.views) == 2


def test_a_report_that_is_under_way_when_the_page_goes_counts_once(desk):
    opened = desk(full())
    painted(opened, 1)
    opened.server.keep_back = (SHOWN,)
    opened.press("2")
    opened.server.until_kept(opened.page)
    opened.page.evaluate("window.leave(); 0")
    opened.server.until_kept(opened.page, 2)
    let_go(opened)
    first, last = opened.server.bodies("matching/shown")
    assert first == last
    assert len(opened.server.views) == 1


def test_views_of_a_long_outage_are_reported_in_parts(desk):
    opened = desk(full())
    painted(opened, 1)
    opened.server.cut = SHOWN
    opened.press("2")
    opened.until("s.unsent === 1")
    view = '{ medium: "m01", variant: "shielded", milliseconds: 5 }'
    opened.page.evaluate(f"{COMPARED}.unsent.push(...Array(1200).fill({view})); 0")
    opened.server.cut = ""
    opened.press("3", "2")
    opened.until("s.unsent === 0")
    assert len(opened.server.views) >= 1201
    assert "A view was not recorded" not in opened.by("told").inner_text()

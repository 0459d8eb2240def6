"""The matching desk in a real browser, over fakes."""

import pytest
from fake_lab import FakeLab
from fake_matching import full, hit, known_list
from fake_server import HOSTILE, RUNNING, Refusal

from iwflab_widgets import MatchingDesk

pytestmark = pytest.mark.browser
SHOWN = "s.told"  # a hit is on the page, and may be answered


@pytest.fixture
def desk(open_desk):
    def open_(server=None, **more):
        opened = open_desk(MatchingDesk(FakeLab()), server or full(), **more)
        opened.until(f"s.ready && ({SHOWN} || s.part !== 'hits' || !s.at)")
        return opened

    return open_


def on_screen(opened, number):
    place = opened.page.locator(f'[data-medium="m{number:02}"] > canvas')
    place.first.wait_for()
    return place


def test_candidates_come_first_side_by_side_and_are_answered_by_keys(desk):
    opened = desk()
    assert opened.state()["part"] == "hits"
    on_screen(opened, 1)
    assert opened.by("entry").is_visible()
    assert opened.by("bits").get_attribute("aria-label") == "40 of 256 bits differ"
    facts = opened.by("hit-facts").inner_text()
    for word in ("Police list", "a partner", "line 1", HOSTILE, "40 of 256 bits"):
        assert word in facts
    assert "a senior analyst or QA officer" in facts
    opened.press("n")
    opened.until("s.medium === 'm02'")
    on_screen(opened, 2)
    on_screen(opened, 9)
    assert "UK 2014 C" in opened.by("hit-facts").inner_text()
    opened.press("r")
    opened.page.keyboard.type("seen both")
    opened.press("Escape", "y")
    opened.by("told").get_by_text("Every hit is answered").wait_for()
    assert opened.server.answers == [
        (("h01",), "not_same", ""),
        (("h02",), "same", "seen both"),
    ]


def test_an_answer_is_undone_by_one_key_and_the_medium_waits_again(desk):
    opened = desk()
    opened.press("y")
    opened.until("s.medium === 'm02' && s.waiting === 1")
    opened.press("z")
    opened.until("s.medium === 'm01' && s.waiting === 2")
    assert [verdict for _, verdict, _ in opened.server.answers] == ["same", "open"]


def test_after_a_reload_the_answer_of_the_hit_shown_is_taken_back(desk):
    opened = desk(full())
    opened.server.rows[0]["answer"] = "not_same"
    opened.press("2", "3", "a")
    opened.by("hit-m01").click()
    opened.until("s.medium === 'm01'")
    opened.press("z")
    opened.by("told").get_by_text("taken back").wait_for()
    assert opened.server.answers == [(("h01",), "open", "")]
    opened.press("z")
    opened.by("told").get_by_text("has no answer").wait_for()
    assert len(opened.server.answers) == 1


def test_who_was_quicker_is_told_and_nothing_is_overridden(desk, monkeypatch):
    server = full()
    opened = desk(server)
    on_screen(opened, 1)
    opened.press("r")
    opened.page.keyboard.type("another scene")
    opened.press("Escape")

    def by_ben(body):
        server.rows[0].update(answer="same", answered=7, answered_by="ben", settles=1)
        raise Refusal(
            "ben answered this hit meanwhile: same", "look", "ChangedMeanwhile"
        )

    monkeypatch.setattr(server, "matching_answer", by_ben)
    opened.press("n")
    opened.by("told").get_by_text("ben answered this hit meanwhile").wait_for()
    monkeypatch.undo()
    assert opened.state()["medium"] == "m01"
    assert "Confirmed, by ben" in opened.by("hit-facts").inner_text()
    assert opened.by("hit-reason").input_value() == "another scene"
    assert server.bodies("matching/answer")[-1]["over"] == {"h01": 0}
    opened.press("z")  # not theirs to take back
    opened.by("told").get_by_text("Not undone: ben answered this hit").wait_for()
    assert len(server.bodies("matching/answer")) == 1
    opened.press("n")  # seen by now: it is meant
    opened.until("s.medium === 'm02'")
    assert server.bodies("matching/answer")[-1]["over"] == {"h01": 7}
    assert server.answers == [(("h01",), "not_same", "another scene")]


def test_an_answer_whose_reply_was_lost_is_given_again_as_the_same_request(desk):
    opened = desk()
    on_screen(opened, 1)
    opened.server.lose_replies = 1
    opened.press("n")
    opened.by("told").get_by_text("cannot be reached").wait_for()
    opened.press("n")
    opened.until("s.waiting === 1")
    first, second = opened.server.bodies("matching/answer")
    assert first["request"] == second["request"]


def test_what_is_confirmed_as_benign_is_not_called_settled_while_another_list_asks(
    desk, monkeypatch
):
    server = full()
    server.rows[0]["kind"] = "benign"
    opened = desk(server)

    def asked_by_another_list(body):
        server.answers.append((tuple(body["hits"]), body["verdict"], body["reason"]))
        server.rows[0]["answer"] = body["verdict"]  # and it settles nothing
        return {"hits": server.rows[:1], "rows": server.rows[:1]}

    monkeypatch.setattr(server, "matching_answer", asked_by_another_list)
    before = opened.by("part-settled").inner_text()
    opened.press("y")
    opened.until("s.medium === 'm02'")
    opened.by("hit-m01").click()
    opened.by("effect").get_by_text("It settles nothing yet").wait_for()
    assert opened.by("part-settled").inner_text() == before


def test_one_long_word_pushes_no_column_off_the_screen(desk):
    server = full()
    for row in server.rows:
        row["list"] = row["label"] = "N" * 400
    opened = desk(server)
    opened.press("2")
    opened.by("settled").wait_for()
    table = opened.by("settled").locator("table")
    assert table.bounding_box()["width"] <= 1500


def test_a_key_held_down_answers_one_hit(desk):
    opened = desk()
    opened.page.keyboard.down("n")
    opened.page.keyboard.down("n")
    opened.page.keyboard.up("n")
    opened.until("s.waiting === 1 && !s.busy")
    assert len(opened.server.answers) == 1


def test_what_is_settled_is_told_and_not_shown_unless_asked_for(desk):
    opened = desk()
    opened.press("2")
    opened.by("settled").wait_for()
    told = opened.by("settled").inner_text()
    assert "SHA-256: equal" in told
    assert "(benign)" in told
    assert "a senior analyst or QA officer" in told
    assert "looks not needed" in opened.by("avoided").inner_text()
    opened.by("settled-filter").fill("benign")
    assert opened.by("settled").locator("tbody tr").count() == 1
    opened.by("settled-m04").click()
    opened.until("s.part === 'hits' && s.medium === 'm04'")
    opened.by("ours").get_by_text("Settled: not shown").wait_for()
    assert "media/grant1-shielded-04" not in opened.server.paths()
    opened.press("s")
    on_screen(opened, 4)


def test_views_are_recorded_when_they_leave_the_screen(desk):
    opened = desk()
    on_screen(opened, 1)
    opened.page.evaluate("new Promise((go) => setTimeout(go, 120))")
    opened.press("2")
    opened.by("settled").wait_for()
    (view,) = opened.server.views
    assert (view["medium"], view["variant"]) == ("m01", "shielded")
    assert view["milliseconds"] > 0


def test_everything_goes_blank_at_one_key_and_comes_back_at_another(desk):
    opened = desk()
    on_screen(opened, 1)
    opened.press("Escape")
    assert opened.page.locator("[data-medium] > canvas").count() == 0
    assert not opened.by("hit-facts").is_visible()
    opened.press("n")  # only wakes it
    on_screen(opened, 1)
    assert opened.server.answers == []


def test_keys_that_the_desk_understands_keep_it_from_going_blank(desk):
    opened = desk()
    on_screen(opened, 1)
    opened.page.clock.install()
    for key in ("n", "p", "n", "p"):  # six minutes; the lock is at three
        opened.press(key)
        opened.page.clock.run_for(90_000)
    assert opened.page.get_by_text("Blanked after 3 minutes").count() == 0
    opened.page.clock.run_for(100_000)  # 190 seconds since the last key
    opened.page.get_by_text("Blanked after 3 minutes").first.wait_for()


def test_numbers_out_of_range_are_said_and_not_asked_for(desk):
    opened = desk()
    opened.press("4")
    opened.until("s.stacks.length === 2")
    opened.by("sample-size").fill("500")
    opened.by("sample").click()
    opened.by("told").get_by_text("1 to 50 media").wait_for()
    assert "api/matching/sample" not in opened.server.paths()
    opened.by("distance").fill("99")
    opened.by("distance").press("Tab")
    opened.by("told").get_by_text("from 0 to 60 bits").wait_for()
    assert opened.by("distance").input_value() == "31"


def test_a_stack_is_graded_in_one_act_and_undone_with_one_key(desk):
    opened = desk()
    opened.press("4")
    opened.until("s.stacks.length === 2")
    card = opened.by("stack-m01")
    assert "10 media, 10 waiting" in card.inner_text()
    assert "and 3 nearer" in card.inner_text()
    on_screen(opened, 2)
    assert card.locator("canvas").count() == 7
    opened.press("k")
    opened.by("sampled").wait_for()
    opened.page.wait_for_function(
        "document.querySelectorAll('[data-medium] > canvas').length === 10"
    )
    opened.press("g")
    opened.until("s.form && s.active === 'form'")
    opened.press("1", "2", "Enter")
    opened.by("told").get_by_text("10 media graded in one act").wait_for()
    (body,) = opened.server.bodies("matching/grade")
    assert body["exemplar"] == "m01"
    assert len(body["members"]) == 9
    assert body["record"]["elements"] == {"form": "photograph", "child_present": "no"}
    opened.until("!s.form && s.stacks[0].waiting === 0")
    opened.press("z")
    opened.by("told").get_by_text("10 media wait again").wait_for()
    assert opened.server.bodies("matching/undo")[0]["named"] == body["request"]


def test_leaving_the_form_keeps_a_draft_and_grades_nothing(desk):
    opened = desk()
    opened.press("4")
    opened.until("s.stacks.length === 2")
    opened.press("g")
    opened.until("s.form")
    opened.press("Enter")
    opened.by("told").get_by_text("nothing is answered yet").wait_for()
    opened.press("1", "ArrowLeft")
    opened.until("!s.form")
    opened.press("g")
    opened.until("s.form && s.active === 'child_present'")
    assert opened.server.bodies("matching/grade") == []


def test_the_distance_can_be_changed_and_is_checked(desk):
    opened = desk()
    opened.press("4")
    opened.until("s.stacks.length === 2")
    opened.by("distance").fill("0")
    opened.by("distance").press("Enter")
    opened.page.get_by_text("No two media are that near").wait_for()
    opened.by("distance").fill("61")
    opened.by("distance").press("Enter")
    opened.by("told").get_by_text("from 0 to 60").wait_for()


def test_a_list_is_withdrawn_with_a_reason_only(desk):
    opened = desk()
    opened.press("5")
    opened.by("withdraw-Police list").click()
    opened.by("withdraw-now").click()
    assert "Say why" in opened.by("told").inner_text()
    opened.by("list-reason").fill("an old delivery")
    opened.server.cut = "api/matching/withdraw"
    opened.by("withdraw-now").click()
    opened.by("told").get_by_text("cannot be reached").wait_for()
    assert opened.by("list-reason").input_value() == "an old delivery"
    opened.server.cut = ""
    opened.by("withdraw-now").click()
    opened.by("lists").get_by_text("withdrawn: an old delivery").wait_for()


def test_a_list_is_added_from_the_server(desk):
    opened = desk()
    opened.press("5")
    opened.by("add-list").click()
    assert "Name of the list is missing" in opened.by("told").inner_text()
    opened.by("list").fill("L2")
    opened.by("list-source").fill("somebody")
    opened.by("list-kind").select_option("benign")
    opened.by("list-file").fill("/media/l2.csv")
    opened.by("add-list").click()
    opened.by("told").get_by_text("is being added").wait_for()
    (body,) = opened.server.bodies("matching/list")
    assert (body["list"], body["kind"], body["form"]) == ("L2", "benign", "csv")


def test_hashes_of_the_shown_medium_and_its_frames(desk):
    opened = desk()
    opened.press("h")
    opened.by("hashes").get_by_text("PDQ").wait_for()
    assert "12 frames" in opened.by("frames").inner_text()


def test_the_end_of_an_intake_says_what_was_settled_and_why(desk):
    server = full()
    report = {"found": 3, "new_media": 3, "new_copies": 3, "known_copies": 0}
    why = {"the same bytes are on a list": 2}
    done = {**report, "known": 2, "known_why": why, "seconds": 1.0}
    server.jobs = [{"job": "j", **RUNNING, "state": "done", "report": done}]
    opened = desk(server)
    opened.press("1")
    opened.by("settled-report").get_by_text("2 media settled without a look").wait_for()
    assert "the same bytes are on a list" in opened.by("job-j").inner_text()


def test_who_may_only_answer_gets_no_intake_and_no_lists_to_change(desk):
    server = full()
    server.may = ("answer",)
    opened = desk(server)
    assert opened.by("part-intake").count() == 0
    opened.by("ours").get_by_text("Your roles show no pictures here").wait_for()
    assert "api/jobs" not in server.paths()
    opened.by("part-lists").click()
    opened.by("lists").wait_for()
    assert opened.by("withdraw-Police list").count() == 0
    assert opened.by("add-list").count() == 0


def test_help_names_the_keys_of_the_part_and_gives_the_focus_back(desk):
    opened = desk()
    opened.press("?")
    card = opened.by("help-card")
    card.get_by_text("Not the same: grade it like any other").wait_for()
    opened.press("Enter")  # its own key closes it, and no more
    card.wait_for(state="detached")
    opened.press("n")
    opened.until("s.waiting === 1")
    opened.press("?")
    card.wait_for()
    opened.press("Escape")  # the panic key, in a card as well
    card.wait_for(state="detached")
    assert opened.state()["blanked"]


def test_an_answer_that_does_not_arrive_is_told_and_can_be_given_again(desk):
    opened = desk()
    opened.server.cut = "api/matching/answer"
    opened.press("n")
    opened.by("told").get_by_text("cannot be reached").wait_for()
    opened.server.cut = ""
    opened.press("n")
    opened.until("s.waiting === 1")


def test_hits_of_one_entry_are_one_question(desk):
    server = full()
    other = hit(1, hit="h77", algorithm="dhash", value="5a" * 8, distance=7)
    server.rows.append(other)
    opened = desk(server)
    opened.press("n")
    opened.until("s.medium === 'm02'")
    assert server.answers == [(("h01", "h77"), "not_same", "")]


def test_a_lab_without_lists_begins_with_bringing_in(desk):
    server = full()
    server.rows, server.lists = [], []
    opened = desk(server)
    assert opened.state()["part"] == "intake"
    opened.press("3")
    opened.by("no-hit").wait_for()
    server.lists.append(known_list(HOSTILE))
    opened.press("5")
    opened.by("lists").get_by_text(HOSTILE).wait_for()

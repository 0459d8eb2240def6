"""The matching desk: what a person does meanwhile, and what comes back late."""

import pytest
from fake_lab import FakeLab
from fake_matching import full, hit
from fake_server import Refusal

from iwflab_widgets import MatchingDesk

pytestmark = pytest.mark.browser
HIT, ANSWER = "api/matching/hit", "api/matching/answer"
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

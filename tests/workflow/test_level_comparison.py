"""Start levels compared: allotted before they are shown, left at once, told of many."""

import json
from collections import Counter
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from uuid import uuid4

import pytest
import sqlalchemy as sa
from given import seen

from iwflab.domain.categories import derive
from iwflab.domain.roles import Scope
from iwflab.domain.settings import Settings, check_settings
from iwflab.errors import BadInput, NotAllowed, NotFound, RequestReused
from iwflab.schemes import scheme_named
from iwflab.store.audit import verify
from iwflab.workflow import comparison, grading, queue, reach
from iwflab.workflow.comparison import report
from iwflab.workflow.comparison.cases import cases_of

NAMED = {"comparison_protocol": "p1", "comparison_decided_by": "the director"}
PEOPLE = ("ada", "bea", "cyd", "dan", "eve", "fay")
RIGHT, WRONG = seen("posing"), seen("penetrative")


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request):
    if request.param == "postgresql":
        return request.getfixturevalue("shared")()
    return request.getfixturevalue("embedded")


@pytest.fixture
def settings():
    made = Settings(lab="t", comparison_ask_every=2, **NAMED)
    check_settings(made)
    return made


class Lab:
    """The steps of people at one store; media are entered without any picture."""

    def __init__(self, store, settings):
        self.store, self.settings = store, settings

    def fill(self, number):
        with self.store.act("take in", "all", analyst="ann") as act:
            for n in range(number):
                name = uuid4().hex + uuid4().hex
                act.insert("medium", sha256=name, sha1=name, md5=name, size=n)

    def switch(self, active=True, **more):
        given = {"active": active, "analyst": "root", "request": uuid4().hex, **more}
        return comparison.switch(self.store, self.settings, **given)

    def desk(self, who):
        handed = partial(comparison.allot, self.store, self.settings, who)
        return queue.Desk(self.store, who, 12.0, handed=handed)

    def part(self, who, part="in", request=None):
        held = queue.mine_now(self.desk(who))
        given = {"analyst": who, "request": request or uuid4().hex}
        comparison.choose(self.store, self.settings, part, held, **given)

    def take(self, who, number):
        return queue.take_set(self.desk(who), number)

    def starts(self, who):
        return comparison.starts(self.store, self.settings, who)

    def grade(self, who, medium, record=RIGHT, **more):
        told = {"reveal": "shielded", "seconds": 10.0, "request": uuid4().hex, **more}
        return grading.grade(self.store, medium, record, analyst=who, since=0, **told)

    def answer(self, who, medium, said, **more):
        given = {"analyst": who, "request": uuid4().hex, **more}
        comparison.answer(self.store, self.settings, medium, said, **given)

    def accept(self, medium, assessment, record=RIGHT):
        code = derive(scheme_named("uk_2014"), record).code
        grades = json.dumps({"uk_2014": {"code": code, "version": "1", "rules": []}})
        with self.store.act("sign off", medium, analyst="qa") as act:
            told = {"medium": medium, "assessment": assessment, "analyst": "qa"}
            act.insert("sign_off", **told, grades=grades)

    def rows(self, query):
        return self.store.rows(sa.text(query))


@pytest.fixture
def lab(store, settings, monkeypatch):
    fixed = SimpleNamespace(token_hex=lambda _: "a seed of the tests")
    monkeypatch.setattr(comparison, "secrets", fixed)
    made = Lab(store, settings)
    made.fill(60)
    made.switch()
    return made


def cell(frame, by, level, measure):
    (found,) = frame[
        (frame["by"] == by) & (frame["level"] == level) & (frame["measure"] == measure)
    ].to_dict("records")
    return found


def test_it_is_off_until_it_is_named_and_switched_on(store, settings):
    bare = Lab(store, replace(settings, comparison_protocol=""))
    with pytest.raises(NotAllowed, match="decided"):
        bare.switch()
    lab = Lab(store, settings)
    assert comparison.running(store, settings) is None
    with pytest.raises(NotAllowed, match="no comparison runs"):
        lab.part("ann")
    told = lab.switch()
    assert told["levels"] == ["outlines", "shielded"]
    assert comparison.running(store, settings).protocol == "p1"
    assert comparison.running(store, bare.settings) is None
    lab.switch(active=False)
    assert comparison.running(store, settings) is None
    with pytest.raises(NotAllowed, match="no comparison is switched on"):
        lab.switch(active=False)
    acts = lab.rows("SELECT verb, analyst, subject FROM audit_entry ORDER BY number")
    assert [tuple(one.values()) for one in acts] == [
        ("compare levels", "root", "p1"),
        ("stop comparing levels", "root", "p1"),
    ]
    said = lab.rows("SELECT decided_by, active FROM comparison ORDER BY entry")
    assert [tuple(one.values()) for one in said] == [("the director", 1), ("", 0)]
    assert verify(store) == []


def test_a_retry_switches_once_and_another_act_is_refused(store, settings):
    lab, request = Lab(store, settings), uuid4().hex
    assert lab.switch(request=request) == lab.switch(request=request)
    assert len(lab.rows("SELECT id FROM comparison")) == 1
    with pytest.raises(RequestReused):
        lab.switch(active=False, request=request)


def test_only_who_joined_is_allotted_with_the_assignment_itself(lab):
    assert len(lab.take("ben", 8)) == 8
    assert lab.starts("ben") == {}
    lab.part("ann")
    mine = lab.take("ann", 12)

    assert set(lab.starts("ann")) == set(mine)
    assert Counter(lab.starts("ann").values()) == {"outlines": 6, "shielded": 6}
    (acts,) = lab.rows(
        "SELECT COUNT(DISTINCT t.entry) AS n, COUNT(*) AS media FROM allotment t"
        " JOIN assignment a ON a.entry = t.entry AND a.medium = t.medium"
    )
    assert acts == {"n": 1, "media": 12}
    assert lab.rows("SELECT id FROM allotment WHERE analyst = 'ben'") == []


def test_a_medium_is_allotted_to_a_person_once(lab):
    lab.part("ann")
    (medium,) = lab.take("ann", 1)
    before = lab.starts("ann")
    queue.hand_back(lab.desk("ann"))
    queue.take_one(lab.desk("ann"), medium, waiting_only=True)
    assert lab.starts("ann") == before
    assert [one["place"] for one in lab.rows("SELECT place FROM allotment")] == [0]


def test_who_joins_gets_levels_for_what_they_have_not_seen(lab):
    first, *others = lab.take("ann", 5)
    with lab.store.act("show", "x", analyst="ann") as act:
        seen_it = {"medium": first, "analyst": "ann", "kind": "shown"}
        act.insert("view", **seen_it, variant="shielded", milliseconds=5)
    lab.part("ann")
    assert set(lab.starts("ann")) == set(others)


def see(lab, who, medium):
    with lab.store.act("show", "x", analyst=who) as act:
        seen_it = {"medium": medium, "analyst": who, "kind": "shown"}
        act.insert("view", **seen_it, variant="shielded", milliseconds=5)


def test_what_was_seen_and_comes_back_gets_no_level(lab):
    first, second = lab.take("ann", 2)
    see(lab, "ann", first)
    queue.hand_back(lab.desk("ann"))
    lab.part("ann")
    for medium in (first, second):
        queue.take_one(lab.desk("ann"), medium, waiting_only=True)
    assert set(lab.starts("ann")) == {second}


def test_a_second_run_counts_a_medium_under_its_newest_level_alone(lab):
    lab.part("ann")
    media = lab.take("ann", 8)
    queue.hand_back(lab.desk("ann"))
    lab.switch()
    lab.take("ann", 8)
    for medium in media:
        lab.grade("ann", medium)
    newest = lab.starts("ann")
    cases = cases_of(lab.store, lab.settings.comparison_protocol).cases
    assert sorted((case.medium, case.level) for case in cases) == sorted(newest.items())
    assert len(lab.rows("SELECT id FROM allotment")) == 16


def test_who_leaves_is_free_at_once_and_nothing_before_counts_again(lab):
    lab.part("ann")
    lab.take("ann", 4)
    lab.part("ann", "out")
    assert lab.starts("ann") == {}
    state = comparison.state(lab.store, lab.settings, "ann")
    assert (state["part"], state["starts"]) == ("out", {})
    queue.hand_back(lab.desk("ann"))
    lab.take("ann", 6)
    assert lab.starts("ann") == {}
    lab.part("ann")
    joined = lab.starts("ann")
    assert len(joined) == 2  # the four of before are not drawn a second time
    assert report.frame(lab.store).attrs["base"]["media allotted"] is None
    with pytest.raises(BadInput):
        lab.part("ann", "perhaps")


def test_a_choice_is_kept_once_however_often_it_is_sent(lab):
    request = uuid4().hex
    lab.take("ann", 3)
    for _ in range(2):
        lab.part("ann", request=request)
    assert len(lab.rows("SELECT id FROM allotment")) == 3
    lab.part("ann")
    assert len(lab.rows("SELECT id FROM preference")) == 1


def test_less_allowed_by_the_organisation_ends_it(store, settings):
    wide = Lab(store, replace(settings, least_shield="full"))
    wide.fill(10)
    assert "full" in wide.switch()["levels"]
    wide.part("ann")
    wide.take("ann", 10)
    assert set(wide.starts("ann").values()) == {
        *("outlines", "shielded", "lens", "greyscale", "full")
    }
    narrow = Lab(store, settings)
    assert narrow.starts("ann") == {}
    assert comparison.state(store, settings, "ann") is None


def test_one_question_after_so_many_decisions_and_once_a_medium(lab):
    lab.part("ann")
    one, two, three, four = lab.take("ann", 4)
    lab.grade("ann", one)
    with pytest.raises(NotAllowed, match="not long ago"):
        lab.answer("ann", one, 3)
    lab.grade("ann", two)
    assert comparison.state(lab.store, lab.settings, "ann")["ask_after"] == 1
    request = uuid4().hex
    for _ in range(2):
        lab.answer("ann", two, 3, request=request)
    lab.grade("ann", three)
    with pytest.raises(NotAllowed, match="not long ago"):
        lab.answer("ann", three, 0)
    lab.grade("ann", four)
    with pytest.raises(BadInput):
        lab.answer("ann", four, 6)
    lab.answer("ann", four, 0)
    lab.grade("ann", one)
    lab.grade("ann", two)  # decided anew: it was asked about, and is not again
    with pytest.raises(NotAllowed, match="asked about this medium before"):
        lab.answer("ann", two, 5)
    assert [
        one["answer"]
        for one in lab.rows("SELECT answer FROM self_report ORDER BY entry")
    ] == [3, 0]
    lab.part("ann", "out")
    with pytest.raises(NotAllowed, match="no comparison of yours"):
        lab.answer("ann", one, 3)
    (bens,) = lab.take("ben", 1)
    with pytest.raises(NotAllowed, match="no comparison of yours"):
        lab.answer("ben", bens, 3)


def test_the_trail_tells_nobody_else_who_takes_part(lab):
    lab.take("ben", 3)
    lab.part("ann")
    mine = lab.take("ann", 2)
    for medium in mine:
        lab.grade("ann", medium)
    lab.answer("ann", mine[-1], 4)
    own = reach.trail(lab.store, "ann", {Scope.OWN})
    assert any("self_report" in row["tables"] for row in own)
    for scopes in ({Scope.ALL}, {Scope.SERIES}):
        others = reach.trail(lab.store, "qa", scopes)
        assigned = [row for row in others if row["verb"] == "assign"]
        assert {row["analyst"] for row in assigned} == {"ann", "ben"}
        assert {row["tables"] for row in assigned} == {"assignment"}
        assert [row["rows"] for row in assigned] == [3, 2]
        assert not [r for r in others if "allot" in r["tables"] + r["verb"]]
        assert not [r for r in others if "report" in r["tables"] + r["verb"]]
        # Not even how often somebody chooses or answers, which would tell it.
        chosen = [r for r in others if r["verb"] == "prefer"]
        assert {(r["analyst"], r["subject"]) for r in chosen} <= {("", "")}
        assert bool(chosen) == (Scope.ALL in scopes)
    assert {r["analyst"] for r in own} == {"ann"}


def told(lab, people=PEOPLE, each=8, more=()):
    """Everybody grades; of outlines every fourth is wrong, every third went higher.

    ``more`` take three media besides, and do not grade them.  Accepted is at the
    end: media are held against what is signed off before anybody gets them.
    """
    taken, made = {}, {}
    for who in dict.fromkeys([*people, *more]):
        lab.part(who)
        taken[who] = lab.take(who, each + 3 if who in more else each)
    for who in people:
        levels = lab.starts(who)
        for n, medium in enumerate(taken[who][:each]):
            outlines = levels[medium] == "outlines"
            wrong = outlines and n % 4 == 0
            made[medium] = lab.grade(
                who,
                medium,
                WRONG if wrong else RIGHT,
                reveal="shielded" if outlines and n % 3 == 0 else levels[medium],
                seconds=20.0 + n if outlines else 10.0 + n,
            )
            if n % 2:
                lab.answer(who, medium, 1 + (n + ord(who[0])) % 3)
    for medium, assessment in made.items():
        lab.accept(medium, assessment)
    return {who: taken[who][each:] if who in people else taken[who] for who in more}


def test_the_report_counts_by_level_assigned_and_by_level_at_decision(lab):
    told(lab)
    frame = report.frame(lab.store)
    expected = Counter(
        (one["level"], one["reveal"])
        for one in lab.rows(
            "SELECT t.level, a.reveal FROM allotment t"
            " JOIN assessment a ON a.medium = t.medium AND a.analyst = t.analyst"
        )
    )
    assert list(frame.columns) == list(report.COLUMNS)
    for level in ("outlines", "shielded"):
        assigned = sum(n for (start, _), n in expected.items() if start == level)
        shown = sum(n for (_, then), n in expected.items() if then == level)
        media = cell(frame, "assigned", level, "media")
        assert (media["estimate"], media["people"], media["flag"]) == (assigned, 6, "")
        assert cell(frame, "at decision", level, "media")["estimate"] == shown
    higher = cell(frame, "assigned", "outlines", "went higher")
    climbed = expected["outlines", "shielded"]
    assert higher["estimate"] == pytest.approx(climbed / 24)
    assert (higher["n"], higher["people"], higher["flag"]) == (24, 6, "u")
    assert cell(frame, "assigned", "shielded", "went higher")["estimate"] == 0
    assert not set(PEOPLE) & set(frame.astype(str).to_numpy().ravel())
    assert frame.attrs["base"] == {
        "people": 6,
        "media allotted": 48,
        "graded in a stack or selection, not counted": 0,
        "not decided yet": 0,
        "decided, no accepted class yet": 0,
        "accepted record is the grader's own": 48,
    }
    assert "draws no conclusion" in frame.attrs["notes"][-1]


def test_agreement_and_seconds_are_those_of_the_rows_by_another_route(lab):
    told(lab)
    frame = report.frame(lab.store)
    rows = lab.rows(
        "SELECT t.level, t.analyst, a.seconds, a.elements FROM allotment t"
        " JOIN assessment a ON a.medium = t.medium AND a.analyst = t.analyst"
    )
    for level in ("outlines", "shielded"):
        mine = [one for one in rows if one["level"] == level]
        right = [json.loads(one["elements"])["activity"] == "posing" for one in mine]
        agreed = cell(frame, "assigned", level, "agreement")
        assert agreed["estimate"] == pytest.approx(sum(right) / len(mine))
        assert 0 <= agreed["lower"] <= agreed["estimate"] <= agreed["upper"] <= 1
        lengths = sorted(one["seconds"] for one in mine)
        middle = (lengths[11] + lengths[12]) / 2
        seconds = cell(frame, "assigned", level, "seconds")
        assert seconds["estimate"] == middle
        assert seconds["lower"] <= middle <= seconds["upper"]
        shares = [
            cell(frame, "assigned", level, f"report {n}")["estimate"]
            for n in range(1, 6)
        ]
        assert sum(shares) == pytest.approx(1)


def test_of_four_people_nothing_is_told(lab):
    told(lab, PEOPLE[:4])
    frame = report.frame(lab.store)
    assert set(frame["flag"]) == {"c"}
    numbers = frame[["estimate", "lower", "upper", "n", "people"]]
    assert numbers.isna().to_numpy().all()
    assert set(frame.attrs["base"].values()) == {None}


def test_one_who_leaves_takes_their_numbers_along(lab):
    told(lab)
    lab.part("fay", "out")
    frame = report.frame(lab.store)
    assert frame.attrs["base"]["people"] == 5
    assert cell(frame, "assigned", "outlines", "media")["estimate"] == 20
    lab.part("eve", "out")
    assert set(report.frame(lab.store)["flag"]) == {"c"}


def test_a_level_of_one_person_takes_another_with_it(lab):
    """Only one person went to full: neither that nor what follows from the total is told."""
    left = told(lab, PEOPLE[:5], more=("fay",))["fay"]
    for medium in left[:2]:
        lab.grade("fay", medium, reveal="full")
    frame = report.frame(lab.store)
    shown = frame[frame["by"] == "at decision"]
    hidden = set(shown[(shown["measure"] == "media") & (shown["flag"] == "c")]["level"])
    assert "full" in hidden
    assert len(hidden) == 2
    assert cell(frame, "assigned", "outlines", "media")["flag"] == ""


LEVELS = ("outlines", "shielded")


def agreed(lab):
    protocol = report.frame(lab.store).attrs["protocol"]
    cases = cases_of(lab.store, protocol).cases
    return [case.agrees for case in cases if case.agrees is not None]


def test_what_was_taken_back_changed_later_or_not_accepted_is_no_first_decision(lab):
    one, two, three = told(lab, more=("ada",))["ada"]
    before = agreed(lab)
    lab.grade("ada", one, WRONG)
    with lab.store.act("undo", one, analyst="ada") as act:
        found = lab.rows("SELECT id FROM assessment ORDER BY entry DESC LIMIT 1")
        act.insert("withdrawal", assessment=found[0]["id"])
    lab.grade("ada", two, WRONG)
    corrected = lab.grade("ada", two, RIGHT)
    lab.accept(two, corrected)
    lab.grade("ada", three, WRONG)
    base = report.frame(lab.store).attrs["base"]
    assert base["not decided yet"] == 1
    assert base["decided, no accepted class yet"] == 1
    assert base["accepted record is the grader's own"] == 48
    later = agreed(lab)
    assert (len(before), len(later)) == (48, 49)
    assert sum(before) == sum(later)  # the correction came after the first
    # Who disagreed is one person: their base is told, not the share.
    levels = [cell(report.frame(lab.store), "assigned", x, "agreement") for x in LEVELS]
    assert sum(one["n"] for one in levels) == 49
    assert "c" in {one["flag"] for one in levels}


def test_there_is_no_report_of_nothing(store):
    with pytest.raises(NotFound) as refused:
        report.frame(store)
    assert "comparison on" in refused.value.advice

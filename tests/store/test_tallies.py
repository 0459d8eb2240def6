"""How far the lab is: what is counted on from entry to entry is what is there."""

import random
import threading

import pytest
import sqlalchemy as sa

from iwflab.errors import StoreError
from iwflab.store import tallies
from iwflab.store.assignments import assigned_to
from iwflab.store.reading import waiting_media
from iwflab.store.tallies import Windows, how_far

HOUR = 3_600_000_000
WINDOWS = Windows(held=8 * HOUR, viewed=24 * HOUR)
PEOPLE = ("ann", "ben")
COUNTED = """
  SELECT (SELECT COUNT(*) FROM medium) AS media, COUNT(DISTINCT a.medium) AS graded,
         COUNT(DISTINCT CASE WHEN a.analyst = :analyst THEN a.medium END) AS mine_graded
  FROM assessment a
  WHERE NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.assessment = a.id)
"""
SEEN = """
  SELECT COUNT(DISTINCT CASE WHEN v.kind = 'shown' THEN v.medium END) AS shown,
         COUNT(DISTINCT CASE WHEN v.kind = 'revealed' THEN v.medium END) AS revealed,
         COALESCE(SUM(CASE WHEN v.kind = 'shown' THEN v.milliseconds END), 0) AS seconds
  FROM view v JOIN audit_entry e ON e.number = v.entry
  WHERE v.analyst = :analyst AND e.at_us >= :since
"""


class Clock:
    """A time that goes on, or back, only when told."""

    def __init__(self):
        self.now = 1_000 * HOUR

    def __call__(self):
        return self.now


@pytest.fixture
def clock(store, again):
    """One clock for a store and the same store as another process has it open."""
    store.clock = again.clock = Clock()
    return store.clock


def counted_anew(store, analyst):
    """Count everything from the rows, as if nothing had been counted before."""
    (counts,) = store.rows(sa.text(COUNTED), analyst=analyst)
    since = store.clock() - WINDOWS.viewed
    (seen,) = store.rows(sa.text(SEEN), analyst=analyst, since=since)
    mine = assigned_to(store, analyst, since=store.clock() - WINDOWS.held)
    exposure = {**seen, "seconds": round(int(seen["seconds"]) / 1000, 1)}
    return {
        **counts,
        "mine_open": len(waiting_media(store, mine)),
        "exposure": {**exposure, "since": since},
    }


class Walk:
    """People who do whatever comes next, and what they may still take back."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.media, self.held, self.graded = [], [], []

    def step(self, store):
        analyst = self.dice.choice(PEOPLE)
        steps = [self.arrives, self.takes, self.grades, self.grades, self.looks]
        steps += [self.gives_back] * bool(self.held)
        steps += [self.withdraws] * bool(self.graded)
        step = self.dice.choice(steps) if self.media else self.arrives
        with store.act(step.__name__, analyst, analyst=analyst) as act:
            step(act, analyst)

    def arrives(self, act, _):
        digest = f"{len(self.media):064x}"
        told = {"sha256": digest, "sha1": "", "md5": "", "size": 1}
        self.media.append(act.insert("medium", **told))

    def takes(self, act, analyst):
        medium = self.dice.choice(self.media)
        self.held.append(act.insert("assignment", medium=medium, analyst=analyst))

    def gives_back(self, act, _):
        place = self.dice.randrange(len(self.held))
        act.insert("assignment_end", assignment=self.held.pop(place))

    def grades(self, act, analyst):
        medium = self.dice.choice(self.media)
        told = {"medium": medium, "analyst": analyst, "elements": "{}", "tags": "{}"}
        told |= {"note": "", "reveal": "none", "seconds": 1.0, "ending": "settled"}
        self.graded.append(act.insert("assessment", **told))

    def withdraws(self, act, _):
        place = self.dice.randrange(len(self.graded))
        act.insert("withdrawal", assessment=self.graded.pop(place))

    def looks(self, act, analyst):
        for kind in ("delivered", "shown", "shown", "revealed"):
            medium, length = self.dice.choice(self.media), self.dice.randrange(9_000)
            told = {"variant": "shielded", "milliseconds": length}
            act.insert("view", medium=medium, analyst=analyst, kind=kind, **told)


@pytest.mark.parametrize("seed", range(3))
def test_counting_on_is_counting_anew_whoever_wrote(store, again, clock, seed):
    walk = Walk(seed)
    for number in range(90):
        walk.step(walk.dice.choice([store, again]))  # the other: another process
        clock.now += walk.dice.choice([1, HOUR // 60, HOUR, 3 * HOUR])
        if number % 30 == 29:
            clock.now -= 9 * HOUR  # set back: what had lapsed has not, any more
        if number % 2:
            for analyst in PEOPLE:
                assert how_far(store, analyst, WINDOWS) == counted_anew(store, analyst)
    assert walk.graded
    assert how_far(again, "ann", WINDOWS) == how_far(store, "ann", WINDOWS)


def test_another_window_is_counted_from_the_start(store, again, clock):
    walk = Walk(7)
    for _ in range(40):
        walk.step(store)
        clock.now += HOUR
    little = Windows(held=1, viewed=1)
    assert how_far(store, "ann", little)["exposure"]["shown"] == 0
    assert how_far(store, "ann", WINDOWS) == counted_anew(store, "ann")


def test_what_is_not_committed_is_not_counted(store):
    with (
        pytest.raises(StoreError, match="not committed"),
        store.act("grade", "x", analyst="ann"),
    ):
        how_far(store, "ann", WINDOWS)


def test_an_older_moment_counts_what_it_sees_and_the_next_goes_on(store, again, clock):
    walk = Walk(1)
    for _ in range(20):
        walk.step(store)
    how_far(store, "ann", WINDOWS)
    with store.moment():
        store.rows(sa.text("SELECT COUNT(*) FROM medium"))  # the moment begins here
        before = counted_anew(store, "ann")
        other = threading.Thread(target=_go_on, args=(walk, again, store))
        other.start()
        other.join()
        assert how_far(store, "ann", WINDOWS) == before
    assert how_far(store, "ann", WINDOWS) == counted_anew(store, "ann") != before


def _go_on(walk, again, store):
    for _ in range(20):
        walk.step(again)
    how_far(store, "ann", WINDOWS)


def test_two_settings_do_not_count_all_anew_at_every_call(store, monkeypatch):
    anew, forget = [], tallies.Tally._forget
    monkeypatch.setattr(
        tallies.Tally, "_forget", lambda self: (anew.append(1), forget(self))[1]
    )
    short = Windows(held=HOUR, viewed=HOUR)
    how_far(store, "ann", WINDOWS)
    how_far(store, "ann", short)
    first = len(anew)
    for _ in range(5):
        how_far(store, "ann", WINDOWS)
        how_far(store, "ann", short)
    assert len(anew) == first
    for hours in range(2, 40):
        how_far(store, "ann", Windows(held=hours * HOUR, viewed=HOUR))
    assert len(tallies._TALLIES[store]) <= tallies._SETTINGS_MOST

"""How far the lab is: counted once, then only what later entries of the trail say.

A tally is right up to the number of an entry, whoever wrote it, this process or
another; every fact is written with an entry, and none is ever changed.
"""

import heapq
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from sys import intern
from typing import Any
from weakref import WeakKeyDictionary

from iwflab.errors import StoreError
from iwflab.store.database import Store
from iwflab.store.second import open_second

_STANDS = "NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.assessment = a.id)"
_LATER = f"""
  SELECT 'newest' AS kind, '' AS name, '' AS medium, '' AS analyst,
         COALESCE(MAX(number), 0) AS n, 0 AS at_us FROM audit_entry
  UNION ALL SELECT 'media', '', '', '', COUNT(*), 0 FROM medium WHERE entry > :seen
  UNION ALL SELECT 'graded', '', t.medium, COALESCE(a.analyst, ''), 0, 0 FROM (
      SELECT b.medium FROM assessment b WHERE b.entry > :seen
      UNION SELECT b.medium FROM withdrawal y JOIN assessment b ON b.id = y.assessment
      WHERE y.entry > :seen
    ) t LEFT JOIN assessment a ON a.medium = t.medium AND {_STANDS}
  UNION ALL SELECT 'taken', a.id, a.medium, a.analyst, 0, e.at_us
    FROM assignment a JOIN audit_entry e ON e.number = a.entry
    WHERE a.entry > :seen AND e.at_us >= :held
  UNION ALL SELECT 'ended', x.assignment, '', a.analyst, 0, 0
    FROM assignment_end x JOIN assignment a ON a.id = x.assignment
    WHERE x.entry > :seen
  UNION ALL SELECT v.kind, '', v.medium, v.analyst, v.milliseconds, e.at_us
    FROM view v JOIN audit_entry e ON e.number = v.entry
    WHERE v.entry > :seen AND e.at_us >= :viewed AND v.kind IN ('shown', 'revealed')
"""  # noqa: S608 - our own text

_SWEEP_US = 600_000_000
_SETTINGS_MOST = 4  # whose tallies of a store are kept at once
_TALLIES: "WeakKeyDictionary[Store, dict[Windows, Tally]]" = WeakKeyDictionary()
_GUARD = threading.Lock()


@dataclass(frozen=True, slots=True)
class Windows:
    """How far back one looks, in microseconds: at assignments, at views."""

    held: int
    viewed: int


@dataclass(slots=True)
class _Person:
    """What one analyst holds, graded, and had before them."""

    graded: int = 0
    held: dict[str, tuple[str, int]] = field(default_factory=dict)
    views: list[tuple[int, str, str, int]] = field(default_factory=list)  # a heap
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)  # kind, medium
    media: Counter[str] = field(default_factory=Counter)  # of each kind
    milliseconds: int = 0

    def views_more(self, view: tuple[int, str, str, int]) -> None:
        heapq.heappush(self.views, view)
        self._count(view, 1)

    def let_go(self, held: int, viewed: int) -> None:
        """Forget what is older than two times."""
        while self.views and self.views[0][0] < viewed:
            self._count(heapq.heappop(self.views), -1)
        for name in [n for n, (_, at_us) in self.held.items() if at_us < held]:
            del self.held[name]

    def _count(self, view: tuple[int, str, str, int], by: int) -> None:
        _, kind, medium, milliseconds = view
        before = self.seen[kind, medium]
        self.seen[kind, medium] += by
        self.media[kind] += (before + by > 0) - (before > 0)
        self.milliseconds += by * milliseconds if kind == "shown" else 0
        if not before + by:
            del self.seen[kind, medium]


class Tally:
    """What is counted of one store; ``seen`` is the entry up to which it is right."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self.lock = threading.Lock()
        self._windows = Windows(0, 0)
        self._forget()

    def _forget(self) -> None:
        self.seen = self.media = self._now = self._swept = 0
        self._graders: dict[str, frozenset[str]] = {}
        self._people: defaultdict[str, _Person] = defaultdict(_Person)

    def up_to_date(self, store: Store, windows: Windows) -> None:
        """Add what was written since, and let go of what is too old by now."""
        now = store.clock()
        if now < self._now or windows != self._windows:
            self._forget()  # what was let go counts again
            self._windows = windows
        rows = self._later(store, now, windows)
        if next(row["n"] for row in rows if row["kind"] == "newest") < self.seen:
            self._forget()  # read from an older moment than before
            rows = self._later(store, now, windows)
        self._now = now
        self._add(rows)
        if now - self._swept > _SWEEP_US:  # of people whom another process serves
            self._swept = now
            for person in self._people.values():
                person.let_go(now - windows.held, now - windows.viewed)

    def _later(self, store: Store, now: int, windows: Windows) -> list[dict[str, Any]]:
        held, viewed = now - windows.held, now - windows.viewed
        return store.quick_rows(_LATER, seen=self.seen, held=held, viewed=viewed)

    def _add(self, rows: Iterable[dict[str, Any]]) -> None:
        graders: dict[str, set[str]] = {}
        ended, newest = [], self.seen
        for row in rows:
            kind, medium, person = row["kind"], row["medium"], row["analyst"]
            if kind == "newest":
                newest = row["n"]
            elif kind == "media":
                self.media += row["n"]
            elif kind == "graded":
                graders.setdefault(medium, set()).update([person] if person else [])
            elif kind == "taken":
                self._people[person].held[row["name"]] = (intern(medium), row["at_us"])
            elif kind == "ended":
                ended.append((person, row["name"]))
            else:
                view = (row["at_us"], kind, intern(medium), row["n"])
                self._people[person].views_more(view)
        for person, name in ended:
            self._people[person].held.pop(name, None)
        for medium, there in graders.items():
            self._graded(intern(medium), frozenset(there))
        self.seen = newest

    def _graded(self, medium: str, now: frozenset[str]) -> None:
        before = self._graders.pop(medium, frozenset())
        if now:
            self._graders[medium] = now
        for person in now - before:
            self._people[person].graded += 1
        for person in before - now:
            self._people[person].graded -= 1

    def by_others(self, analyst: str) -> list[str]:
        """Give what a person holds that others graded, and they did not."""
        mine = {medium for medium, _ in self._people[analyst].held.values()}
        there = {medium: self._graders.get(medium, frozenset()) for medium in mine}
        return sorted(m for m, them in there.items() if them and analyst not in them)

    def of_person(self, analyst: str) -> dict[str, Any]:
        """Give the counts of the lab and of one person, as plain numbers."""
        person = self._people[analyst]
        viewed = self._now - self._windows.viewed
        person.let_go(self._now - self._windows.held, viewed)
        mine = {medium for medium, _ in person.held.values()}
        return {
            "media": self.media,
            "graded": len(self._graders),
            "mine_open": sum(medium not in self._graders for medium in mine),
            "mine_graded": person.graded,
            "exposure": {
                "shown": person.media["shown"],
                "revealed": person.media["revealed"],
                "seconds": round(person.milliseconds / 1000, 1),
                "since": viewed,
            },
        }


def _tally(store: Store, windows: Windows) -> Tally:
    """Give the tally of a store and a setting; the one longest not asked for goes."""
    with _GUARD:
        tallies = _TALLIES.setdefault(store, {})
        tally = tallies[windows] = (
            tallies.pop(windows) if windows in tallies else Tally()
        )
        while len(tallies) > _SETTINGS_MOST:
            del tallies[next(iter(tallies))]
        return tally


def how_far(store: Store, analyst: str, windows: Windows) -> dict[str, Any]:
    """Count the lab's media and what is graded; what one person holds, graded, saw.

    ``mine_open`` are media assigned to the person within the window and not graded,
    or left by another for somebody else;
    ``exposure`` counts different media shown and revealed, and seconds.
    """
    if store.in_act:
        raise StoreError(
            "what is not committed yet was to be counted",
            advice="this is a fault of the program; please report it",
        )
    tally = _tally(store, windows)
    with tally.lock, store.moment():
        tally.up_to_date(store, windows)
        found = tally.of_person(analyst)
        second = tally.by_others(analyst)
        # Few are left for a second person; whether one is, the newest record says.
        if second:
            found["mine_open"] += len(open_second(store, second, analyst, unknown=True))
        return found

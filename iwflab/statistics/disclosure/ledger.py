"""What was released, and what a new release would tell by subtraction.

Cells of different tables and releases that count the same thing (the same unit,
coverage and levels) are one count, or one that has grown; everything that was ever
shown is held together, and the audit asks what follows.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from iwflab.errors import BadInput, Contradiction
from iwflab.statistics.disclosure.auditing import known_of
from iwflab.statistics.disclosure.equations import (
    Knot,
    Known,
    Name,
    Row,
    knots,
)
from iwflab.statistics.disclosure.outputs import Outcome, Verdict
from iwflab.statistics.disclosure.profiles import Profile
from iwflab.statistics.disclosure.protecting import Protected
from iwflab.statistics.disclosure.tables import ALL, Key, Published

Same = tuple[str, str, tuple[tuple[str, str], ...]]  # unit, coverage, levels by name
MOST_TOLD = 5  # findings spelt out in a reason
# Nobody looked: a person has to.
NOT_SAID = Verdict(Outcome.REVIEW, "nobody said what disclosure control found")


@dataclass(frozen=True, slots=True)
class Entry:
    """A table in the ledger, with the cells that it hides: the ledger stays inside.

    ``verdict`` is what was said of the table by itself, when it was protected.
    """

    published: Published
    profile: Profile
    hidden: Mapping[Key, int]  # primary cells, and the width that each needs
    small: tuple[Key, ...]
    verdict: Verdict = NOT_SAID


@dataclass(frozen=True, slots=True)
class Release:
    """Tables that leave together, of one cut.

    ``grows`` says that nothing was revised since the release that was made before: a
    count has not fallen from an earlier cut to a later one, and is the same at the
    same cut.  Set it to False where counts may have been revised.
    """

    name: str
    cut: str  # the day up to which it counts, as YYYY-MM-DD
    entries: tuple[Entry, ...]
    grows: bool = True

    @property
    def digest(self) -> str:
        """SHA-256 of all that was shown, in canonical form."""
        told = [
            [
                e.published.name,
                e.published.unit,
                e.published.coverage,
                e.published.profile,
            ]
            + [[*key, cell.text] for key, cell in sorted(e.published.cells.items())]
            for e in self.entries
        ]
        plain = json.dumps([self.name, self.cut, told], ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Leak:
    """A cell, or what was added to it between two cuts, that is bounded too tightly."""

    cell: Same
    cuts: tuple[str, ...]
    lower: float
    upper: float

    @property
    def text(self) -> str:
        """Say it in words."""
        unit, _, levels = self.cell
        where = " / ".join(level for _, level in levels) or ALL
        when = " to ".join(self.cuts)
        what = "added" if len(self.cuts) > 1 else "counted"
        return f"{where}: {self.lower:.0f}-{self.upper:.0f} {unit} {what} {when}"


def entry(protected: Protected, profile: Profile) -> Entry:
    """Make the ledger's entry of a table that was protected under a profile."""
    if protected.published is None:
        raise BadInput(
            "a table that was refused cannot be released",
            advice=protected.verdict.reason,
        )
    return Entry(
        protected.published,
        profile,
        protected.widths,
        protected.small,
        protected.verdict,
    )


def check_release(
    new: Release, earlier: Sequence[Release], profile: Profile
) -> tuple[Verdict, tuple[Leak, ...]]:
    """Say whether a release tells, with all earlier ones, what none of them shows.

    ``earlier`` are in the order in which they were made; cuts may come in any order,
    and several releases may have the same.  It fails where a hidden cell of any
    release is bounded tighter than its width, or an increment that may be small (1 to
    one below the threshold) tighter than ``added_width``.  Where nothing agrees with
    all that was shown it is for review.
    """
    try:
        leaks = tuple(_leaks([*earlier, new], profile))
        if leaks:  # what was told before, under an exception, is not told by this one
            before = set(_leaks(earlier, profile))
            leaks = tuple(leak for leak in leaks if leak not in before)
    except Contradiction as fault:
        return Verdict(Outcome.REVIEW, fault.message + "; was a count revised?"), ()
    if not leaks:
        compared = len(earlier)
        return Verdict(Outcome.PASS, f"compared with {compared} earlier releases"), ()
    return Verdict(Outcome.FAIL, in_words(leaks)), leaks


def in_words(leaks: Sequence[Leak]) -> str:
    """Say the first leaks in words, and how many there are beyond."""
    told = "; ".join(leak.text for leak in leaks[:MOST_TOLD])
    more = f"; and {len(leaks) - MOST_TOLD} more" if len(leaks) > MOST_TOLD else ""
    return f"{told}{more}"


def _leaks(made: Sequence[Release], profile: Profile) -> Iterator[Leak]:
    steps = list(_steps(made))
    width_added = profile.added_width or profile.width
    known = _joined(made, steps)
    of = {name: knot for knot in knots(known) for name in knot.names}
    for (at, cell), width in _hidden(made).items():
        low, high = _tight(known, of, {(at, cell): 1}, width)
        if high - low < width:
            yield Leak(cell, (made[at].cut,), low, high)
    for step in steps:
        low, high = _tight(known, of, step.change, width_added)
        small = low < profile.threshold and high > -profile.threshold
        if small and (low, high) != (0, 0) and high - low < width_added:
            cuts = made[step.before].cut, made[step.after].cut
            yield Leak(step.cell, cuts, low, high)


@dataclass(frozen=True, slots=True)
class _Step:
    """A count, and two releases that showed it one after the other; by their places."""

    cell: Same
    before: int
    after: int
    lower: float  # what is known of the change
    upper: float

    @property
    def change(self) -> dict[Name, int]:
        return {(self.after, self.cell): 1, (self.before, self.cell): -1}


def _tight(
    known: Known, of: Mapping[Name, Knot], wanted: Mapping[Name, int], width: float
) -> tuple[float, float]:
    """Bound a sum; (0, inf) where it is known to be hidden well enough."""
    told = sum(t * known.bounds[n][0] for n, t in wanted.items() if n not in of)
    asked = {n: t for n, t in wanted.items() if n in of}
    if not asked:
        return told, told
    knot = of[next(iter(asked))]
    if knot.hides(asked, width):
        return 0, inf
    low, high = knot.range(asked)
    return low + told, high + told


def _hidden(made: Sequence[Release]) -> dict[tuple[int, Same], int]:
    """Give the hidden cells of every release and the greatest width asked for each."""
    found: dict[tuple[int, Same], int] = {}
    for at, release in enumerate(made):
        for one in release.entries:
            for key, width in one.hidden.items():
                name = (at, same(one.published, key))
                found[name] = max(width, found.get(name, 0))
    return found


def _steps(made: Sequence[Release]) -> Iterator[_Step]:
    """Go through each count and each two successive cuts that showed it."""
    shown: dict[Same, list[int]] = {}
    for at in sorted(range(len(made)), key=lambda at: (made[at].cut, at)):
        cells = {cell for one in made[at].entries for cell in cells_of(one)}
        for cell in sorted(cells):
            shown.setdefault(cell, []).append(at)
    for cell, found in shown.items():
        for before, after in pairwise(found):
            yield _Step(cell, before, after, *_change(made, before, after))


def _change(made: Sequence[Release], before: int, after: int) -> tuple[float, float]:
    """Say what is known of how a count changed: nothing, if it was revised between."""
    first, last = sorted((before, after))
    if not all(one.grows for one in made[first + 1 : last + 1]):
        return -inf, inf
    return 0, 0 if made[before].cut == made[after].cut else inf


def _joined(made: Sequence[Release], steps: Sequence[_Step]) -> Known:
    """Hold together all that every table says, and that counts grow."""
    bounds: dict[Name, tuple[float, float]] = {}
    rows: list[Row] = []
    some: list[tuple[frozenset[Name], int]] = []
    for at, release in enumerate(made):
        for one in release.entries:
            names = {key: (at, same(one.published, key)) for key in one.published.cells}
            own = known_of(one.published, one.profile, small=one.small)
            for key, (low, high) in own.bounds.items():
                was = bounds.get(names[key], (0, inf))
                bounds[names[key]] = max(low, was[0]), min(high, was[1])
            rows += [
                Row({names[n]: t for n, t in row.parts.items()}, row.lower, row.upper)
                for row in own.rows
            ]
            some += [(frozenset(names[n] for n in s), b) for s, b in own.some_small]
    rows += [Row(step.change, step.lower, step.upper) for step in steps]
    if any(low > high for low, high in bounds.values()):
        raise Contradiction(
            "tables of one release show different numbers of the same count"
        )
    return Known(bounds, rows, some)


def cells_of(one: Entry) -> frozenset[Same]:
    """Give what the cells of a table count, margins too."""
    return frozenset(same(one.published, key) for key in one.published.cells)


def same(published: Published, key: Key) -> Same:
    """Name what a cell counts: cells of one name are one count."""
    levels = zip(published.names, key, strict=True)
    own = tuple(sorted((name, level) for name, level in levels if level != ALL))
    return published.unit, published.coverage, own

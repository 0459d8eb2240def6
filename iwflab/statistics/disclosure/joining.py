"""Everything that was ever shown, held together as one set of rows.

A count has one name in every table of a release (``releases.same_of``); releases are
named by their place, in the order in which they were made, and joined from cut to cut
by what was added between them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Any

from iwflab.errors import Contradiction
from iwflab.statistics.disclosure.auditing import known_of
from iwflab.statistics.disclosure.equations import Known, Name, Row, knots
from iwflab.statistics.disclosure.linking import Coarser, Links, Shape, atoms, links
from iwflab.statistics.disclosure.releases import Entry, Release, Same, named, same_of
from iwflab.statistics.disclosure.tables import lines

Group = tuple[str, str]  # unit and coverage
At = tuple[int, Same]  # a count of one release


@dataclass(frozen=True, slots=True)
class Step:
    """A count, and two releases that have it one after the other, by their cuts."""

    before: int
    after: int
    cell: Same
    lower: float  # what is known of the change
    upper: float
    shown: bool  # some table has it, in any release

    @property
    def change(self) -> Mapping[Name, int]:
        """What was added, as a sum of counts."""
        return {(self.after, self.cell): 1, (self.before, self.cell): -1}


@dataclass(frozen=True, slots=True)
class Joined:
    """All that is known outside, the counts in it and what must stay hidden.

    ``hidden`` gives the width that each hidden count needs, ``joint`` the counts that
    no table has but which can be bounded; ``left_out`` are joint tables too large to be
    looked at.  ``cuts`` are those of the releases.
    """

    cuts: tuple[str, ...]
    known: Known
    steps: tuple[Step, ...]
    hidden: Mapping[At, int]
    joint: tuple[At, ...]
    left_out: tuple[Shape, ...]


def joined(made: Sequence[Release], coarser: Coarser) -> Joined:
    """Hold together what every table says, what links them, and that counts grow.

    Raises Contradiction where a merged level is made of other levels than elsewhere.
    """
    coarser = _coarser(made, coarser)
    bounds: dict[Name, tuple[float, float]] = {}
    rows: list[Row] = []
    some: list[tuple[frozenset[Name], int]] = []
    for at, release in enumerate(made):
        for one in release.entries:
            own = _own(at, one)
            for name, (low, high) in own.bounds.items():
                was = bounds.get(name, (0, inf))
                bounds[name] = max(low, was[0]), min(high, was[1])
            rows += own.rows
            some += [(frozenset(names), below) for names, below in own.some_small]
    shown = frozenset(bounds)
    linked = grouped(made, coarser)
    for at, group in _groups(made):
        for row in linking_rows(at, group, linked[group]):
            rows.append(row)
            bounds |= {name: (0, inf) for name in row.parts if name not in bounds}
    some += _small_together(made, Known(bounds, rows))
    steps = tuple(_steps(made, bounds, {cell for _, cell in shown}))
    rows += [Row(step.change, step.lower, step.upper) for step in steps]
    if any(low > high for low, high in bounds.values()):
        raise Contradiction(
            "tables of one release show different numbers of the same count"
        )
    return Joined(
        tuple(release.cut for release in made),
        Known(bounds, rows, some),
        steps,
        _hidden(made),
        tuple(name for name in bounds if name not in shown),
        tuple(shape for one in linked.values() for shape in one.left_out),
    )


def _coarser(made: Sequence[Release], named_: Coarser) -> Coarser:
    """Add what the tables themselves say of their merged levels."""
    found = dict(named_)
    for one in (one for release in made for one in release.entries):
        for level, parts in one.merged.items():
            mine = atoms(level, {**found, level: parts})
            if mine != atoms(level, {level: parts, **found}):
                raise Contradiction(
                    f"the merged level {level!r} is made of other levels elsewhere",
                    advice="give it another name, or name its parts alike",
                )
            found[level] = parts
    return found


def grouped(releases: Sequence[Release], coarser: Coarser) -> Mapping[Group, Links]:
    """Link the tables of each unit and coverage, of all releases."""
    shapes: dict[Group, list[Shape]] = {}
    for release in releases:
        for one in release.entries:
            shape = Shape(one.published.names, one.published.levels)
            shapes.setdefault(group_of(one), []).append(shape)
    return {group: links(own, coarser) for group, own in shapes.items()}


def group_of(one: Entry) -> Group:
    """Give the unit and coverage of a table: nothing is told across them."""
    return one.published.unit, one.published.coverage


def linking_rows(at: int, group: Group, linked: Links) -> Iterator[Row]:
    """Give the rows of a release that no table of it says by itself."""
    for shape in linked.joint:
        for above, parts in lines(shape.levels):
            yield _row(at, group, shape.names, above, parts)
    for told in linked.merged.values():
        for names, above, parts in told:
            yield _row(at, group, names, above, parts)


def _row(at: int, group: Group, names: tuple[str, ...], above: Any, parts: Any) -> Row:
    whole = {(at, named(group, names, above)): -1}
    return Row({(at, named(group, names, part)): 1 for part in parts} | whole)


def _groups(made: Sequence[Release]) -> list[tuple[int, Group]]:
    return sorted(
        {
            (at, group_of(one))
            for at, release in enumerate(made)
            for one in release.entries
        }
    )


def _own(at: int, one: Entry) -> Known:
    """Say what a table tells, with the names that its counts have everywhere."""
    names = {key: (at, same_of(one.published, key)) for key in one.published.cells}
    small = () if one.together else one.small
    own = known_of(one.published, one.profile, small=small)
    return Known(
        {names[key]: ends for key, ends in own.bounds.items()},
        [
            Row({names[n]: t for n, t in row.parts.items()}, row.lower, row.upper)
            for row in own.rows
        ],
        [([names[n] for n in some], below) for some, below in own.some_small],
    )


def _small_together(
    made: Sequence[Release], known: Known
) -> Iterator[tuple[frozenset[Name], int]]:
    """Of cells that tables withheld together, say which groups hold a small one.

    A cell of one table may be withheld for the sake of another's: who looks on knows of
    all that hang together, not of each table, that one at least is small.
    """
    groups: dict[tuple[int, tuple[str, ...]], list[Entry]] = {}
    for at, release in enumerate(made):
        for one in release.entries:
            if one.together and one.profile.method == "withhold":
                groups.setdefault((at, one.together), []).append(one)
    if not groups:
        return
    tied = knots(known)
    for (at, _), entries in groups.items():
        names = [
            {(at, same_of(e.published, key)) for key in keys}
            for e in entries
            for keys in (e.published.withheld, e.small)
        ]
        hidden, small = set().union(*names[::2]), set().union(*names[1::2])
        below = max(one.profile.threshold for one in entries)
        for knot in tied:
            if not small.isdisjoint(knot.names):
                yield frozenset(hidden.intersection(knot.names)), below


def _hidden(made: Sequence[Release]) -> dict[At, int]:
    """Give the hidden cells of every release and the greatest width asked for each."""
    found: dict[At, int] = {}
    for at, release in enumerate(made):
        for one in release.entries:
            for key, width in one.hidden.items():
                name = (at, same_of(one.published, key))
                found[name] = max(width, found.get(name, 0))
    return found


def _steps(
    made: Sequence[Release],
    bounds: Mapping[Name, tuple[float, float]],
    shown: Collection[Same],
) -> Iterator[Step]:
    """Go through each count and each two successive cuts that have it."""
    has: dict[Same, set[int]] = {}
    for at, cell in bounds:
        has.setdefault(cell, set()).add(at)
    for cell, places in has.items():
        own = sorted(places, key=lambda at: (made[at].cut, at))
        for before, after in pairwise(own):
            change = _change(made, before, after)
            yield Step(before, after, cell, *change, cell in shown)


def _change(made: Sequence[Release], before: int, after: int) -> tuple[float, float]:
    """Say what is known of how a count changed: nothing, if it was revised between."""
    first, last = sorted((before, after))
    if not all(one.grows for one in made[first + 1 : last + 1]):
        return -inf, inf
    return 0, 0 if made[before].cut == made[after].cut else inf

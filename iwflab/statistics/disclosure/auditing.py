"""What somebody outside can conclude of each cell that is not shown exactly.

They know every number and mark of the table, the rule of its profile, that counts are
whole and none is below nought, and, of cells withheld together, that at least one is
small.  What they may know of a series from elsewhere is not in it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import inf

from iwflab.statistics.disclosure.equations import Knot, Known, Name, Row, knots
from iwflab.statistics.disclosure.profiles import Profile
from iwflab.statistics.disclosure.tables import Key, Published, lines


@dataclass(frozen=True, slots=True)
class Bound:
    """A cell, and what it can be bounded to."""

    key: Key
    lower: float
    upper: float

    @property
    def width(self) -> float:
        """How far its ends are apart; 0 where the cell is recovered."""
        return self.upper - self.lower


def audit(
    published: Published,
    profile: Profile,
    *,
    small: Collection[Key] = (),
    cells: Collection[Key] | None = None,
) -> tuple[Bound, ...]:
    """Bound each cell of a published table as tightly as can be done from outside.

    ``small`` are the cells that were withheld as small counts; those who look on are
    told which groups of withheld cells hold one, the most that they could know.
    ``cells`` limits the answer; by default it is every cell that is not shown exactly.
    Raises Contradiction where the table does not add up.
    """
    found = [
        Bound(key, *_range(knot, key))
        for knot in knots(known_of(published, profile, small=small))
        for key in knot.names
        if isinstance(key, tuple) and (cells is None or key in cells)
    ]
    return tuple(sorted(found, key=lambda one: one.key))


def _range(knot: Knot, key: Key) -> tuple[float, float]:
    return knot.range({key: 1})


def known_of(
    published: Published, profile: Profile, *, small: Collection[Key] = ()
) -> Known:
    """Say what is known outside of a published table."""
    bounds: dict[Name, tuple[float, float]] = {
        key: (cell.lower, inf if cell.upper is None else cell.upper)
        for key, cell in published.cells.items()
    }
    rows = sums(published)
    if profile.method != "withhold":
        return Known(bounds, rows)
    together = [
        (knot.names, profile.threshold)
        for knot in knots(Known(bounds, rows))
        if not set(knot.names).isdisjoint(small)
    ]
    return Known(bounds, rows, together)


def sums(published: Published) -> Sequence[Row]:
    """Give the rows of a table: what adds up to each margin."""
    return [
        Row({**dict.fromkeys(parts, 1), above: -1})
        for above, parts in lines(published.levels)
    ]


def tightest(bounds: Iterable[Bound]) -> float:
    """Give the width of the cell that is bounded most tightly."""
    return min((one.width for one in bounds), default=inf)

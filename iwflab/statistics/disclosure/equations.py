"""What somebody outside knows of some counts, as linear rows over whole numbers.

Here it is settled how tightly a sum of them can be bounded.  Each bound is exact:
HiGHS (Huangfu and Hall, Math. Prog. Comp. 10, 2018) solves it over whole numbers, and
every solution found is a table that agrees with all that is known.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

from iwflab.errors import Contradiction

if TYPE_CHECKING:
    import numpy as np

Name = Any  # whatever names a count; it can be hashed
Sum = Mapping[Name, int]  # how often each count is taken
INFEASIBLE = 2  # scipy.optimize.milp


@dataclass(frozen=True, slots=True)
class Row:
    """A sum that is known to lie between two numbers."""

    parts: Sum
    lower: float = 0
    upper: float = 0


@dataclass(frozen=True, slots=True)
class Known:
    """Bounds of each count, rows over them, and sets one of which is small.

    In each of ``some_small`` at least one count is known to be from 1 to ``below`` - 1.
    """

    bounds: Mapping[Name, tuple[float, float]]
    rows: Sequence[Row] = ()
    some_small: Sequence[tuple[Collection[Name], int]] = ()

    @property
    def open(self) -> frozenset[Name]:
        """The counts that their bounds alone do not tell."""
        return frozenset(n for n, (low, high) in self.bounds.items() if low < high)


@dataclass(slots=True)
class Knot:
    """Counts that hang together, with what is known of them; asked by :meth:`range`."""

    names: tuple[Name, ...]
    known: Known
    # Tables that agree with all that is known, found on the way.
    seen: list["np.ndarray"] = field(default_factory=list)
    arrays: "tuple[Any, np.ndarray, np.ndarray] | tuple[()]" = ()

    def range(self, wanted: Sum) -> tuple[float, float]:
        """Bound a sum of these counts from below and above."""
        return self._end(wanted, 1), self._end(wanted, -1)

    def one(self) -> dict[Name, int]:
        """Give counts that agree with all that is known; Contradiction if none do."""
        self._end({}, 1)
        return dict(zip(self.names, self.seen[-1].astype(int).tolist(), strict=True))

    def tighter(self, wanted: Sum, width: float) -> tuple[float, float] | None:
        """Bound a sum where that can be done tighter than a width; None where not.

        Tables that were found for other sums are asked first: they often show it.
        """
        values = self._seen(wanted)
        if values and max(values) - min(values) >= width:
            return None
        low, high = self.range(wanted)
        return (low, high) if high - low < width else None

    def surely(self, wanted: Sum, least: float, most: float) -> bool:
        """Tell whether a sum is known to lie between two numbers."""
        if any(not least <= value <= most for value in self._seen(wanted)):
            return False
        return self._end(wanted, 1) >= least and self._end(wanted, -1) <= most

    def _seen(self, wanted: Sum) -> list[float]:
        at = [place for place, name in enumerate(self.names) if name in wanted]
        take = [wanted[self.names[place]] for place in at]
        return [float(one[at] @ take) for one in self.seen]

    def _end(self, wanted: Sum, sign: int) -> float:
        """Find the least (1) or greatest (-1) of a sum; branch on what is small."""
        import numpy as np

        cost = np.array([sign * wanted.get(name, 0) for name in self.names], float)
        best, ahead = inf, [self._ends()]
        while ahead:
            ends = ahead.pop()
            value, found = self._least(cost, ends)
            if value >= best:
                continue
            branches = None if found is None else self._branches(found, ends)
            if branches is None:
                best = value
                if found is not None:
                    self.seen.append(found)
            else:
                ahead += branches
        if best == inf:
            raise _contradiction()
        return sign * best

    def _ends(self) -> "np.ndarray":
        import numpy as np

        return np.array([self.known.bounds[name] for name in self.names], float)

    def _least(
        self, cost: "np.ndarray", ends: "np.ndarray"
    ) -> tuple[float, "np.ndarray | None"]:
        """Give the least cost within bounds and a table that has it; inf if none."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        rows, lower, upper = self._rows()
        # The presolve of HiGHS has called a feasible table infeasible: asked again.
        for presolve in (True, False):
            done = milp(
                cost,
                constraints=LinearConstraint(rows, lower, upper)
                if len(lower)
                else None,
                bounds=Bounds(ends[:, 0], ends[:, 1]),
                integrality=np.ones(len(cost)),
                options={"mip_rel_gap": 0, "presolve": presolve},
            )
            if done.status != INFEASIBLE:
                break
        if done.x is not None:
            found = np.round(done.x)
            return float(cost @ found), found
        return (inf if done.status == INFEASIBLE else -inf), None

    def _rows(self) -> tuple[Any, "np.ndarray", "np.ndarray"]:
        import numpy as np
        from scipy.sparse import csr_array

        if not self.arrays:
            place = {name: i for i, name in enumerate(self.names)}
            entries = [
                (times, line, place[name])
                for line, row in enumerate(self.known.rows)
                for name, times in row.parts.items()
            ]
            times, lines, places = zip(*entries, strict=True) if entries else [()] * 3
            shape = len(self.known.rows), len(place)
            rows = csr_array((times, (lines, places)), shape=shape, dtype=float)
            lower = np.array([row.lower for row in self.known.rows], float)
            upper = np.array([row.upper for row in self.known.rows], float)
            self.arrays = (rows, lower, upper)
        return self.arrays

    def _branches(
        self, found: "np.ndarray", ends: "np.ndarray"
    ) -> "list[np.ndarray] | None":
        """Give what else to try where a set has no small count; None if all have."""
        for some, below in self.known.some_small:
            own = [i for i, name in enumerate(self.names) if name in some]
            if not any(1 <= found[i] < below for i in own):
                return [
                    _made_small(ends, i, below)
                    for i in own
                    if ends[i, 0] < below and ends[i, 1] >= 1
                ]
        return None


def _contradiction() -> Contradiction:
    return Contradiction(
        "no counts agree with what is shown",
        advice="a count fell, or a table does not add up; declare a revision",
    )


def _made_small(ends: "np.ndarray", at: int, below: int) -> "np.ndarray":
    made = ends.copy()
    made[at] = max(ends[at, 0], 1), min(ends[at, 1], below - 1)
    return made


def knots(known: Known) -> tuple[Knot, ...]:
    """Split what is known into parts that tell nothing of each other.

    Raises Contradiction where what is told outright does not add up.
    """
    open_ = known.open
    rows = [_without(row, known, open_) for row in known.rows]
    if any(not row.parts and not row.lower <= 0 <= row.upper for row in rows):
        raise _contradiction()
    rows = [row for row in rows if row.parts]
    some = [
        (open_.intersection(names), below)
        for names, below in known.some_small
        if not any(1 <= known.bounds[n][0] < below for n in set(names) - open_)
    ]
    groups = _together(open_, [*[row.parts for row in rows], *[s for s, _ in some]])
    return tuple(_knot(group, known, rows, some) for group in groups)


def _knot(
    group: frozenset[Name],
    known: Known,
    rows: Sequence[Row],
    some: Sequence[tuple[frozenset[Name], int]],
) -> Knot:
    names = tuple(sorted(group, key=str))
    mine = [row for row in rows if not group.isdisjoint(row.parts)]
    small = [(s, below) for s, below in some if s and s <= group]
    return Knot(names, Known({n: known.bounds[n] for n in names}, mine, small))


def _without(row: Row, known: Known, open_: frozenset[Name]) -> Row:
    """Put the counts that are told into a row's bounds."""
    told = sum(t * known.bounds[n][0] for n, t in row.parts.items() if n not in open_)
    parts = {n: t for n, t in row.parts.items() if n in open_}
    return Row(parts, row.lower - told, row.upper - told)


def _together(
    names: Iterable[Name], sets: Sequence[Collection[Name]]
) -> Iterator[frozenset[Name]]:
    """Group names that share a set, and names that share it with those."""
    touching: dict[Name, list[Collection[Name]]] = defaultdict(list)
    for one in sets:
        for name in one:
            touching[name].append(one)
    left = sorted(names, key=str)
    done: set[Name] = set()
    for start in left:
        if start in done:
            continue
        group, ahead = {start}, [start]
        while ahead:
            for one in touching[ahead.pop()]:
                ahead += [n for n in one if n not in group]
                group.update(one)
        done |= group
        yield frozenset(group)

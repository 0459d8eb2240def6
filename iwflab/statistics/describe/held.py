"""What each series holds of each cell of a table, summed without a dense cube."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from iwflab.statistics.intervals.clusters import Moments
from iwflab.statistics.intervals.clusters import moments as dense_moments

if TYPE_CHECKING:
    from iwflab.statistics.describe.axes import Codes
    from iwflab.statistics.results import Floats

# Counting in one array pays while it has at most so many places for each row.
_DENSE = 2


class Sums(Protocol):
    """What an interval needs to know about series."""

    def moments(self, base_of: "Codes", method: Any) -> Moments:
        """Give the moments of each cell's share of its base; -1 is no base."""

    def holding(self) -> "Floats":
        """Say how many series hold something of each cell."""


@dataclass(frozen=True, slots=True)
class Held:
    """Each pair of a series and a cell that holds anything, and how much.

    ``alone`` counts, by cell, the rows that are a series by themselves: they are many,
    all alike, and stand in no pair.
    """

    series: "Codes"
    cell: "Codes"
    count: "Floats"
    number: int  # of series
    cells: int
    alone: "Floats"

    def moments(self, base_of: "Codes", method: Any) -> Moments:
        """Give the moments of each cell's share of its base."""
        return _moments(self, base_of, method)

    def holding(self) -> "Floats":
        """Say how many series hold something of each cell."""
        import numpy as np

        return np.bincount(self.cell, minlength=self.cells) + self.alone


@dataclass(frozen=True, slots=True)
class Nested:
    """Cells that lie in one another: the last but one is all known, the last unknown.

    ``count`` has one row a cell and one column a series.
    """

    count: "Floats"

    def moments(self, base_of: "Codes", method: Any) -> Moments:
        """Give the moments of each cell's share of its base."""
        import numpy as np

        inside = base_of >= 0
        base = self.count[-2] + np.where(inside[-1], self.count[-1], 0)
        n = np.where(inside[:, None], base[None, :], 0)
        return dense_moments(np.where(inside[:, None], self.count, 0), n, method=method)

    def holding(self) -> "Floats":
        """Say how many series hold something of each cell."""
        import numpy as np

        return np.asarray(np.count_nonzero(self.count, axis=1), dtype=float)


def held(series: "Codes", number: int, cell: "Codes", cells: int, weight: Any) -> Held:
    """Count rows (or their weights) by series and cell."""
    import numpy as np

    alone = np.zeros(cells)
    if weight is None:
        single = (np.bincount(series, minlength=number) == 1)[series]
        alone += np.bincount(cell[single], minlength=cells)
        series, cell = series[~single], cell[~single]
    joint = series * cells + cell
    if number * cells <= _DENSE * len(joint):
        full = np.bincount(joint, weights=weight, minlength=number * cells)
        at = np.flatnonzero(full)
        count = full[at]
    else:
        at, count = _runs(joint, weight)
    return Held(at // cells, at % cells, count.astype(float), number, cells, alone)


def _runs(joint: "Codes", weight: Any) -> tuple["Codes", Any]:
    """Count equal numbers by sorting them, where most that could be are not there."""
    import numpy as np

    if weight is None:
        ordered = np.sort(joint)
    else:
        order = np.argsort(joint)
        ordered, weight = joint[order], weight[order]
    starts = _starts(ordered)
    if weight is None:
        return ordered[starts], np.diff(starts, append=len(ordered))
    sums = np.add.reduceat(weight, starts) if len(starts) else weight
    return ordered[starts][sums > 0], sums[sums > 0]


def _moments(found: Held, base_of: "Codes", method: str) -> Moments:
    """Give the moments of each cell's share of its base.

    ``base_of`` says to which base a cell belongs; -1 is none, and its moments are 0.
    The sum over series of ((y - p n) / (N - n))^2 is taken apart into sums over the
    pairs that hold anything, so that empty ones cost nothing.
    """
    import numpy as np

    bases = int(base_of.max(initial=-1)) + 1
    cell, y, runs = _by_base(found, base_of, bases)
    n = np.diff(np.append(0.0, np.cumsum(y))[runs.ends])
    single = np.where(base_of >= 0, found.alone, 0.0)
    singles = np.bincount(np.maximum(base_of, 0), single, max(bases, 1))[:bases]
    largest = (singles > 0).astype(float)
    np.maximum.at(largest, runs.base, n)

    def of_base(values: Any, one: Any = 0.0) -> "Floats":
        """Sum over runs; add the same of rows that are alone; give it to each cell."""
        by = np.bincount(runs.base, values, bases) + singles * one
        return np.append(by, 0.0)[base_of]  # -1 is the last: nothing

    total = np.asarray(np.bincount(runs.base, n, bases) + singles, dtype=float)
    weight = _weights(n, total[runs.base], method)
    lone = _weights(np.ones(bases), total, method)
    sums = _sums((cell, y, runs.ends), n, weight, found.cells)
    sums[:5] += single
    sums[5:] += single * np.append(lone, 0.0)[base_of]
    yes, yes2, cross, bearing, whole, first, second = sums
    base, base2, number = of_base(n, 1), of_base(n * n, 1), of_base(np.ones_like(n), 1)
    third = of_base(weight * n * n, lone)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = yes / base
        spread = np.maximum(first - 2 * p * second + p * p * third, 0)
    return Moments(
        yes=yes,
        base=base,
        clusters=number,
        variance=_factor(number, method) * spread,
        base2=base2,
        yes2=yes2,
        no2=base2 - 2 * cross + yes2,
        bearing=bearing,
        lacking=number - whole,
        largest=np.append(largest, 0.0)[base_of],
    )


def _sums(pairs: Any, n: "Floats", weight: "Floats", cells: int) -> "Floats":
    """Sum over pairs, by cell: y, y^2, y n, 1, y = n, w y^2, w y n; one row each."""
    import numpy as np
    from scipy.sparse import csr_matrix

    cell, y, ends = pairs
    one = np.ones_like(n)
    by_cell = csr_matrix((y, cell, ends), shape=(len(n), cells)).T
    yes, cross, second = (by_cell @ np.stack([one, n, weight * n], 1)).T
    by_cell.data = y * y
    yes2, first = (by_cell @ np.stack([one, weight], 1)).T
    bearing = np.bincount(cell, minlength=cells)
    whole = np.bincount(cell[y == np.repeat(n, np.diff(ends))], minlength=cells)
    rows = [yes, yes2, cross, bearing, whole, first, second]
    return np.array(rows, dtype=float)


@dataclass(frozen=True, slots=True)
class _Runs:
    """Pairs of one series and one base stand together: where they end, which base."""

    ends: "Codes"  # one more than there are runs, as scipy's indptr
    base: "Codes"


def _by_base(
    found: Held, base_of: "Codes", bases: int
) -> tuple["Codes", "Floats", _Runs]:
    """Give cells and counts ordered by series and base, without cells of no base."""
    import numpy as np

    series, cell, count = found.series, found.cell, found.count
    base = base_of[cell]
    if (base_of < 0).any():
        keep = base >= 0
        series, cell, count, base = series[keep], cell[keep], count[keep], base[keep]
    key = series * bases + base
    inside = base_of[base_of >= 0]
    if (inside[1:] < inside[:-1]).any():  # else the order of cells is that of bases
        order = np.argsort(key)
        key, cell, count, base = key[order], cell[order], count[order], base[order]
    starts = _starts(key)
    return cell, count, _Runs(np.append(starts, len(key)), base[starts])


def _starts(ordered: "Codes") -> "Codes":
    """Say where another number begins."""
    import numpy as np

    fresh = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    return np.flatnonzero(fresh)


def _factor(number: "Floats", method: str) -> "Floats":
    """Give what the sum of squares of a base is multiplied with."""
    import numpy as np

    many = np.maximum(number, 1.0)
    if method == "linearised":
        return np.asarray(many / np.maximum(many - 1, 1), dtype=float)
    return np.asarray((many - 1) / many, dtype=float)


def _weights(n: "Floats", total: "Floats", method: str) -> "Floats":
    """Give the weight of each n in the sum of squares of its base."""
    import numpy as np

    others = np.maximum(total, 1) if method == "linearised" else total - n
    # A series that is the whole base has no others: refused later, so 0 will do.
    weight = np.divide(1.0, others * others, out=np.zeros_like(n), where=others > 0)
    return np.asarray(weight, dtype=float)

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
    """Each pair of a series and a cell that holds anything, and how much."""

    series: "Codes"
    cell: "Codes"
    count: "Floats"
    number: int  # of series
    cells: int

    def moments(self, base_of: "Codes", method: Any) -> Moments:
        """Give the moments of each cell's share of its base."""
        return _moments(self, base_of, method)

    def holding(self) -> "Floats":
        """Say how many series hold something of each cell."""
        import numpy as np

        return np.bincount(self.cell, minlength=self.cells).astype(float)


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

    joint = series * cells + cell
    if number * cells <= _DENSE * len(joint):
        full = np.bincount(joint, weights=weight, minlength=number * cells)
        at = np.flatnonzero(full)
        count = full[at]
    else:
        at, count = _runs(joint, weight)
    return Held(at // cells, at % cells, count.astype(float), number, cells)


def _runs(joint: "Codes", weight: Any) -> tuple["Codes", Any]:
    """Count equal numbers by sorting them, where most that could be are not there."""
    import numpy as np

    if weight is None:
        ordered = np.sort(joint)
    else:
        order = np.argsort(joint)
        ordered, weight = joint[order], weight[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
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
    n, of = np.add.reduceat(y, runs.starts) if len(y) else y, runs.base
    largest = np.zeros(bases)
    np.maximum.at(largest, of, n)
    total = np.bincount(of, n, bases).astype(float)
    number = np.bincount(of, minlength=bases).astype(float)
    factor, weight = _weights(n, total[of], number, method)
    nj, wj = np.repeat(n, runs.sizes), np.repeat(weight, runs.sizes) * y
    sums = [y, y * y, y * nj, wj * y, wj * nj, None, y == nj]
    yes, yes2, cross, first, second, bearing, whole = (
        np.bincount(cell, weights=s, minlength=found.cells).astype(float) for s in sums
    )

    def of_base(values: "Floats") -> "Floats":
        return np.append(values, 0.0)[base_of]  # -1 is the last: nothing

    square = n * n
    base, base2 = of_base(total), of_base(np.bincount(of, square, bases).astype(float))
    third = of_base(np.bincount(of, weight * square, bases).astype(float))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = yes / base
        variance = of_base(factor) * np.maximum(
            first - 2 * p * second + p * p * third, 0
        )
    return Moments(
        yes=yes,
        base=base,
        clusters=of_base(number),
        variance=variance,
        base2=base2,
        yes2=yes2,
        no2=base2 - 2 * cross + yes2,
        bearing=bearing,
        lacking=of_base(number) - whole,
        largest=of_base(largest),
    )


@dataclass(frozen=True, slots=True)
class _Runs:
    """Pairs of one series and one base stand together: where, how many, which base."""

    starts: "Codes"
    sizes: "Codes"
    base: "Codes"


def _by_base(
    found: Held, base_of: "Codes", bases: int
) -> tuple["Codes", "Floats", _Runs]:
    """Give cells and counts ordered by series and base, without cells of no base."""
    import numpy as np

    series, cell, count = found.series, found.cell, found.count
    if (base_of < 0).any():
        keep = base_of[cell] >= 0
        series, cell, count = series[keep], cell[keep], count[keep]
    base = base_of[cell]
    key = series * bases + base
    inside = base_of[base_of >= 0]
    if (inside[1:] < inside[:-1]).any():  # else the order of cells is that of bases
        order = np.argsort(key)
        key, cell, count, base = key[order], cell[order], count[order], base[order]
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    sizes = np.diff(starts, append=len(key))
    return cell, count, _Runs(starts, sizes, base[starts])


def _weights(
    n: "Floats", total: "Floats", number: "Floats", method: str
) -> "tuple[Floats, Floats]":
    """Give the factor of each base's variance, and the weight of each n in it."""
    import numpy as np

    many = np.maximum(number, 1)
    if method == "linearised":
        return many / np.maximum(many - 1, 1), 1 / np.maximum(total, 1) ** 2
    others = total - n
    # A series that is the whole base has no others: refused later, so 0 will do.
    weight = np.divide(1.0, others * others, out=np.zeros_like(n), where=others > 0)
    return (many - 1) / many, weight

"""Seeded random tables, and an attacker that knows only what was printed.

The attacker has inner cells as unknowns and every printed number as a sum of them; the
protector has cells with margins and rows between them.  No builder is shared.
"""

import itertools
from functools import cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array

from iwflab.statistics.disclosure import ALL, counts_of

SHAPES = [
    *[(3, 3), (3, 5), (4, 6), (6, 6), (5, 7), (6, 8), (9, 9), (3, 14), (2, 7), (8, 3)],
    *[(2, 2, 2), (2, 3, 3), (2, 2, 5), (3, 3, 2), (3, 3, 3), (2, 3, 4), (2, 4, 3)],
    *[(2, 2, 7), (2, 2, 6), (2, 4, 2)],
]
LARGE = [(3, 4, 4), (4, 19), (2, 4, 5), (2, 2, 9), (9, 9), (4, 4, 3), (3, 3, 4), (8, 9)]


def random_table(seed, *, shapes=SHAPES, shape=None, least=0, name="drawn"):
    draw = np.random.default_rng(seed)
    shape = shape or shapes[seed % len(shapes)]
    mean = draw.choice([6, 15, 40])
    values = least + draw.negative_binomial(0.6, 0.6 / (0.6 + mean), shape)
    return table_of(values, name=name)


def table_of(values, *, name="drawn", coverage="", **more):
    values = np.asarray(values)
    names = "abc"[: values.ndim]
    levels = [
        [f"{c}{i}" for i in range(n)] for c, n in zip(names, values.shape, strict=True)
    ]
    inner = {
        key: int(values[at])
        for key, at in zip(
            itertools.product(*levels), np.ndindex(*values.shape), strict=True
        )
    }
    return counts_of(
        inner,
        name=name,
        unit="media",
        names=names,
        levels=levels,
        coverage=coverage,
        **more,
    )


class Printed:
    """What somebody outside reads: sums of unknown inner cells, or [c]."""

    def __init__(self, *publisheds, threshold=0):
        self.rows, self.low, self.high = [], [], []
        first = publisheds[0]
        self.levels = first.levels
        self.inner = list(itertools.product(*first.levels))
        self.tables = len(publisheds)
        self.size = len(self.inner) * self.tables
        self.marks = 0
        self.found = []
        for number, one in enumerate(publisheds):
            for key, cell in one.cells.items():
                if cell.value is not None:
                    self._know(self.sum(key, number), cell.value, cell.value)
        for number in range(1, self.tables):
            for i in range(len(self.inner)):
                grown = np.zeros(self.size)
                grown[number * len(self.inner) + i] = 1
                grown[(number - 1) * len(self.inner) + i] = -1
                self._know(grown, 0, np.inf)
        if threshold:
            for number, one in enumerate(publisheds):
                self._mark(one, number, threshold)

    def sum(self, key, number=0):
        row = np.zeros(self.size)
        for i, one in enumerate(self.inner):
            if all(want in (ALL, got) for want, got in zip(key, one, strict=True)):
                row[number * len(self.inner) + i] = 1
        return row

    def _know(self, row, low, high):
        self.rows.append(row)
        self.low.append(low)
        self.high.append(high)

    def _mark(self, published, number, threshold):
        """Of withheld cells that share lines, one at least is below the threshold."""
        hidden = [key for key, cell in published.cells.items() if cell.value is None]
        most = published.cells[(ALL,) * len(published.names)].value
        chains = [{key} for key in hidden]
        for one, other in itertools.combinations(hidden, 2):
            apart = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
            if len(apart) == 1:  # they differ along one axis: one line
                mine = next(c for c in chains if one in c)
                theirs = next(c for c in chains if other in c)
                if mine is not theirs:
                    mine |= theirs
                    chains.remove(theirs)
        first = self.size + self.marks
        place = {key: first + i for i, key in enumerate(hidden)}
        self.marks += len(hidden)
        self.rows = [np.append(row, np.zeros(len(hidden))) for row in self.rows]
        for key in hidden:
            row = np.append(self.sum(key, number), np.zeros(self.marks))
            below, above = row.copy(), row.copy()
            below[place[key]], above[place[key]] = most, -1
            self._know(below, -np.inf, threshold - 1 + most)
            self._know(above, 0, np.inf)
        for chain in chains:
            row = np.zeros(self.size + self.marks)
            row[[place[key] for key in chain]] = 1
            self._know(row, 1, np.inf)

    @cached_property
    def known(self):
        """All that is known as rows over the unknowns; asked once all is read."""
        return LinearConstraint(csc_array(np.array(self.rows)), self.low, self.high)

    def bound(self, row):
        """Bound a sum of the unknowns, exactly, over whole numbers."""
        row = np.append(row, np.zeros(self.marks))
        upper = np.append(np.full(self.size, np.inf), np.ones(self.marks))
        ends = []
        for sign in (1, -1):
            done = milp(
                sign * row,
                constraints=self.known,
                bounds=Bounds(0, upper),
                integrality=np.ones(len(row)),
                options={"mip_rel_gap": 0},
            )
            assert done.x is not None, done.message
            self.found.append(np.round(done.x))
            ends.append(round(float(row @ self.found[-1])))
        return tuple(ends)

    def recovers(self, row, width):
        """Tell whether a sum is bounded tighter; tables found before may show it not."""
        padded = np.append(row, np.zeros(self.marks))
        values = [float(padded @ one) for one in self.found]
        if values and max(values) - min(values) >= width:
            return False
        low, high = self.bound(row)
        return high - low < width

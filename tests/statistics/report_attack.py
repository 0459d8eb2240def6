"""Somebody outside with the whole report: numbers, percentages, chart labels, texts.

It knows only what is printed.  A report is a list of :class:`Told`; whoever has a CSV
file or a page makes those of it.  The unknowns are the finest joint cells of all axes
that tables of one unit and coverage have (as many as can be looked at at a time), every
printed number is a sum of them; nothing of the protector's is used but ``ALL``.
"""

import itertools
import math
import re
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array

ALL = "all"
WITHHELD = "[c]"
NUMBER = re.compile(r"(?<![\w\[.-])\d[\d,]*(?:\.\d+)?\s*%?")
MOST = 1500  # joint cells attacked at a time


@dataclass
class Told:
    """A table as printed, with what stands around it.

    ``cells`` maps a cell (one level for each axis, or ``all``) to its text;
    ``percents`` a cell to (the cell it is a share of, the text); ``labels`` a cell to
    the text at its mark in a chart; ``texts`` are titles, notes and descriptions.
    ``reach`` says of a printed number between which counts it may stand (rounding).
    """

    unit: str
    coverage: str
    axes: tuple
    levels: tuple
    cells: dict
    percents: dict = field(default_factory=dict)
    labels: dict = field(default_factory=dict)
    texts: list = field(default_factory=list)
    reach: object = None

    def place(self, key):
        """Name a cell without the table: its levels by axis."""
        pairs = zip(self.axes, key, strict=True)
        return frozenset((axis, level) for axis, level in pairs if level != ALL)


def from_published(shown, *, texts=(), percents=True):
    """Print a table: its numbers, whole percentages of its total, labels, texts."""
    total = (ALL,) * len(shown.names)
    shares = {key: shown.percent(key, total) for key in shown.cells}
    whole = {
        key: (total, f"{share}%") for key, share in shares.items() if share is not None
    }
    return Told(
        shown.unit,
        shown.coverage,
        tuple(shown.names),
        tuple(shown.levels),
        {key: cell.text for key, cell in shown.cells.items()},
        whole if percents else {},
        {k: c.text for k, c in shown.cells.items() if c.value is not None},
        list(texts),
    )


def rounded(base, threshold):
    """Say between which counts a number rounded to the nearest stands."""

    def reach(text):
        if text == WITHHELD:
            return 1, threshold - 1
        value = int(text)
        if not value:
            return 0, 0  # small counts are withheld, so nought is nought
        return max(value - base // 2, threshold), value + (base - 1) // 2

    return reach


class Attack:
    """The joint cells of some axes, and all that is printed of sums of them."""

    def __init__(self, tables, axes, *, parts=None, threshold=0):
        self.parts = {k: tuple(v) for k, v in (parts or {}).items()}
        self.axes = tuple(axes)
        self.levels = [self._atoms(tables, axis) for axis in self.axes]
        self.shape = tuple(map(len, self.levels))
        self.size = math.prod(self.shape)
        self.entries, self.low, self.high = [], [], []
        self.found, self.marks = [], 0
        for table in tables:
            self._read(table)
        if threshold:
            for table in tables:
                self._mark(table, threshold)

    def _atoms(self, tables, axis):
        every = [
            atom
            for table in tables
            for name, own in zip(table.axes, table.levels, strict=True)
            if name == axis
            for level in own
            for atom in self.atoms(level)
        ]
        return list(dict.fromkeys(every))

    def atoms(self, level):
        parts = self.parts.get(level)
        return [a for p in parts for a in self.atoms(p)] if parts else [level]

    def covers(self, place):
        return {axis for axis, _ in place} <= set(self.axes)

    def sum(self, place):
        """Give the joint cells that add up to a count."""
        mask = np.ones(self.shape, bool)
        for axis, level in place:
            at = self.axes.index(axis)
            own = np.isin(self.levels[at], self.atoms(level))
            mask &= own.reshape([-1 if i == at else 1 for i in range(len(self.shape))])
        return np.flatnonzero(mask)

    def know(self, entries, low, high):
        self.entries.append(entries)
        self.low.append(low)
        self.high.append(high)

    def _read(self, table):
        reach = table.reach or (lambda text: (int(text), int(text)))
        for key, text in [*table.cells.items(), *table.labels.items()]:
            place = table.place(key)
            if self.covers(place) and (text != WITHHELD or table.reach):
                one = dict.fromkeys(self.sum(place).tolist(), 1.0)
                self.know(one, *reach(text.replace(",", "")))
        for axis, own in zip(table.axes, table.levels, strict=True):
            # What a table does not list is not in it.
            if axis in self.axes:
                at = self.axes.index(axis)
                listed = {a for level in own for a in self.atoms(level)}
                for atom in set(self.levels[at]) - listed:
                    self.know(
                        dict.fromkeys(self.sum({(axis, atom)}).tolist(), 1.0), 0, 0
                    )
        for key, (base, text) in table.percents.items():
            if table.reach is None:
                self._share(table.place(key), table.place(base), text)

    def _share(self, part, whole, text):
        """A share of s percent, rounded half up: 2s - 1 <= 200 part / whole < 2s + 1."""
        if not (self.covers(part) and self.covers(whole)):
            return
        digits = len(text.rstrip("%").partition(".")[2])
        step = 10**digits
        share = round(float(text.rstrip("%")) * step)
        for low, high, times in (
            (0, np.inf, 2 * share - 1),
            (-np.inf, -1, 2 * share + 1),
        ):
            row = dict.fromkeys(self.sum(part).tolist(), 200.0 * step)
            for at in self.sum(whole).tolist():
                row[at] = row.get(at, 0.0) - times
            self.know(row, low, high)

    def _mark(self, table, threshold):
        """Of withheld cells that share lines, one at least is small."""
        hidden = [k for k, text in table.cells.items() if text == WITHHELD]
        if not hidden or not self.covers({(axis, "") for axis in table.axes}):
            return
        chains = [{key} for key in hidden]
        for one, other in itertools.combinations(hidden, 2):
            if sum(a != b for a, b in zip(one, other, strict=True)) == 1:
                mine = next(c for c in chains if one in c)
                theirs = next(c for c in chains if other in c)
                if mine is not theirs:
                    mine |= theirs
                    chains.remove(theirs)
        most = float(
            table.cells[ALL,]
            if len(table.axes) == 1
            else table.cells[(ALL,) * len(table.axes)]
        )
        place = {key: self.size + self.marks + i for i, key in enumerate(hidden)}
        self.marks += len(hidden)
        for key in hidden:
            own = dict.fromkeys(self.sum(table.place(key)).tolist(), 1.0)
            self.know(own | {place[key]: most}, -np.inf, threshold - 1 + most)
            self.know(own | {place[key]: -1.0}, 0, np.inf)
        for chain in chains:
            self.know({place[key]: 1.0 for key in chain}, 1, np.inf)

    @cached_property
    def known(self):
        """All that is known as rows over the unknowns; asked once all is read."""
        at = [(i, j, t) for i, e in enumerate(self.entries) for j, t in e.items()]
        lines, columns, times = zip(*at, strict=True)
        shape = (len(self.entries), self.size + self.marks)
        rows = csc_array((times, (lines, columns)), shape=shape)
        return LinearConstraint(rows, self.low, self.high)

    def bound(self, place):
        """Bound a count, exactly, over whole numbers."""
        width = self.size + self.marks
        upper = np.append(np.full(self.size, np.inf), np.ones(self.marks))
        cost = np.zeros(width)
        cost[self.sum(place)] = 1
        ends = []
        for sign in (1, -1):
            done = milp(
                sign * cost,
                constraints=self.known,
                bounds=Bounds(0, upper),
                integrality=np.ones(width),
                options={"mip_rel_gap": 0},
            )
            assert done.x is not None, done.message
            self.found.append(np.round(done.x))
            ends.append(round(float(cost @ self.found[-1])))
        return tuple(ends)

    def tells(self, place, width):
        """Give the ends of a count bounded tighter than a width, or None."""
        own = self.sum(place)
        seen = [float(one[own].sum()) for one in self.found]
        if seen and max(seen) - min(seen) >= width:
            return None
        low, high = self.bound(place)
        return (low, high) if high - low < width else None


def attacks(tables, *, most=MOST, **knows):
    """Go through the sets of axes whose joint cells are few enough, largest first.

    Of tables with the same unit and coverage; a table is read as far as the axes reach.
    """
    groups = {}
    for table in tables:
        groups.setdefault((table.unit, table.coverage), []).append(table)
    for own in groups.values():
        axes = sorted({axis for table in own for axis in table.axes})
        taken = []
        for number in range(len(axes), 0, -1):
            for some in itertools.combinations(axes, number):
                if any(set(some) <= set(other) for other in taken):
                    continue
                if math.prod(len(_seen(own, axis)) for axis in some) <= most:
                    taken.append(some)
                    yield own, Attack(own, some, **knows)


def _seen(tables, axis):
    """Give the levels of an axis that any table prints, merged ones among them."""
    return {
        level
        for table in tables
        for name, own in zip(table.axes, table.levels, strict=True)
        if name == axis
        for level in own
    }


def recovered(tables, widths, **knows):
    """Attack a report; give each hidden cell that is bounded tighter than its width.

    ``widths`` maps (unit, coverage, place) to the width that has to be left.
    """
    told, asked = {}, set()
    for own, one in attacks(tables, **knows):
        unit, coverage = own[0].unit, own[0].coverage
        for (u, c, place), width in widths.items():
            if (u, c) == (unit, coverage) and one.covers(place):
                asked.add((u, c, place))
                ends = one.tells(place, width)
                if ends is not None:
                    told[u, c, place] = ends
    assert asked == set(widths), "a hidden cell was never attacked"
    return told


def loose_numbers(tables, known=()):
    """Give the numbers in texts that nothing else printed explains.

    Such a number may be a hidden cell, and cannot be reckoned with: it may not stand
    there.  A level's own digits, the words in ``known`` (dates, thresholds), shown
    numbers and shares of shown numbers are explained.
    """
    shown = {
        text.replace(",", "")
        for table in tables
        for text in table.cells.values()
        if text != WITHHELD
    }
    shares = {text for t in tables for _, text in t.percents.values()}
    words = sorted(
        {level for t in tables for own in t.levels for level in own} | set(known),
        key=len,
        reverse=True,
    )
    loose = []
    for table in tables:
        for text in table.texts:
            bare = text
            for word in words:
                # A level that is a number explains no other number that holds its digits.
                bare = re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", " ", bare)
            for found in NUMBER.findall(bare):
                plain = found.replace(",", "").replace(" ", "")
                if plain not in shown | shares:
                    loose.append((text, plain))
    return loose

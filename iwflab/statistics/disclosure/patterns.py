"""Which cells to withhold, as few as can be, so that no small one can be worked out.

The pattern is chosen by a 0-1 program that learns from attacks: each attack that bounds
a cell too tightly gives, by its dual prices, a row that every safe pattern keeps
(Fischetti and Salazar, Management Science 47, 2001).  The program is small, so HiGHS
solves it to proven optimality over and over.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from iwflab.statistics.disclosure.tables import Counts, Key, inner, lines

if TYPE_CHECKING:
    import numpy as np

HARDLY = 1e-6  # tolerance of the solver
# A gap of less than one cell: fewer cells are proven impossible.
SURE, MANY = 0.8, 60
NEAR = (0.2, 0.1, 0.05)


@dataclass(frozen=True, slots=True)
class Task:
    """A table as arrays: what may be withheld, at which cost, and the sums."""

    keys: tuple[Key, ...]
    cost: "np.ndarray"
    may: "np.ndarray"  # 0-1: the cell may be withheld
    down: "np.ndarray"  # how far somebody outside must reckon that it is lower
    up: "np.ndarray"
    sums: "np.ndarray"  # one row a line: +1 its parts, -1 its margin


@dataclass(slots=True)
class Search:
    """The rows learnt so far; they stay true when a demand grows."""

    task: Task
    must: tuple[int, ...]
    rows: "list[tuple[np.ndarray, float]]"
    until: float
    proven: bool = True


def task_of(
    counts: Counts,
    *,
    least: int,
    zeros: bool,
    margin_weight: int,
    shown: Collection[Key] = (),
) -> Task:
    """Put a table into arrays.

    ``least`` is what somebody outside knows a withheld cell to be at least; ``zeros``
    says whether a nought may be withheld.  The total never is, nor what is ``shown``.
    """
    import numpy as np

    names = tuple(counts.cells)
    place = {key: i for i, key in enumerate(names)}
    values = np.array([counts.cells[key] for key in names], float)
    cost = np.array([1.0 if inner(key) else margin_weight for key in names])
    # Of patterns that cost the same, the one that withholds the smaller counts.
    cost += values / (values.sum() + 1) / (len(names) + 1)
    open_ = {counts.total, *shown}
    may = np.array([key not in open_ for key in names], float)
    if not zeros:
        may[values == 0] = 0
    rows = np.zeros((0, len(names)))
    for above, parts in lines(counts.levels):
        row = np.zeros(len(names))
        row[[place[part] for part in parts]] = 1
        row[place[above]] = -1
        rows = np.vstack([rows, row])
    up = counts.cells[counts.total] - values
    return Task(names, cost, may, np.maximum(values - least, 0), up, rows)


def search(task: Task, must: Collection[Key], seconds: float) -> Search:
    """Begin a search for a pattern that withholds these cells."""
    at = {key: i for i, key in enumerate(task.keys)}
    return Search(task, tuple(at[key] for key in must), [], monotonic() + seconds)


def cheapest(at: Search, demands: Mapping[Key, int]) -> frozenset[Key] | None:
    """Give the cheapest pattern in which every demand is held, None if there is none.

    A demand is the least width to which a cell may be bounded.  When the time of the
    search is over it is the best pattern so far, and ``proven`` says no; TimeoutError
    where there is none.
    """
    import numpy as np

    place = {key: i for i, key in enumerate(at.task.keys)}
    widths = {place[key]: width for key, width in demands.items()}
    # Rows are learnt from patterns that are quickly found, then from the best.
    gaps = [*NEAR, SURE / (len(at.must) + MANY)]
    safe: list[np.ndarray] = []
    while gaps:
        try:
            chosen = _solve(at, gap=gaps[0])
        except TimeoutError:
            if not safe:
                raise
            at.proven = False
            break
        if chosen is None:
            return None
        cuts = _attacked(at.task, chosen, widths)
        at.rows += cuts
        if not cuts:
            safe.append(chosen)
            gaps = gaps[1:]
    return frozenset(at.task.keys[i] for i in np.flatnonzero(safe[-1]))


def _solve(at: Search, *, gap: float) -> "np.ndarray | None":
    """Choose the cheapest pattern that keeps every row learnt so far."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    task = at.task
    left = at.until - monotonic()
    if left <= 0:
        raise TimeoutError
    least = np.zeros(len(task.keys))
    least[list(at.must)] = 1
    if np.any(least > task.may):
        return None
    # A cell that is withheld alone in a sum is no secret: one row a cell and sum.
    lonely = [_lonely(row, int(i)) for row in task.sums for i in np.flatnonzero(row)]
    rows = np.array([*lonely, *[row for row, _ in at.rows]])
    bounds = np.array([*[0.0] * len(lonely), *[least for _, least in at.rows]])
    done = milp(
        task.cost,
        constraints=LinearConstraint(rows, bounds, np.inf),
        bounds=Bounds(least, task.may),
        integrality=np.ones(len(least)),
        options={"time_limit": left, "mip_rel_gap": gap},
    )
    if done.status == 1:
        raise TimeoutError
    return None if done.x is None else np.round(done.x)


def _lonely(row: "np.ndarray", at: int) -> "np.ndarray":
    made = abs(row)
    made[at] = -1
    return made


def _attacked(
    task: Task, chosen: "np.ndarray", demands: Mapping[int, int]
) -> "list[tuple[np.ndarray, float]]":
    """Attack each cell; give a row for each that is bounded tighter than demanded."""
    import numpy as np

    cuts = []
    seen: list[np.ndarray] = [np.zeros(len(chosen))]
    for at, width in demands.items():
        moves = [float(one[at]) for one in seen]
        if max(moves) - min(moves) >= width - HARDLY:
            continue  # another attack's tables show that it is hidden
        reach, row = 0.0, np.zeros(len(chosen))
        for sign in (1, -1):
            move, prices = _attack(task, chosen, at, sign)
            seen.append(move)
            reach += sign * float(move[at])
            row += prices
        if reach < width - HARDLY:
            cuts.append((np.minimum(row, width), float(width)))
    return cuts


def _attack(
    task: Task, chosen: "np.ndarray", at: int, sign: int
) -> "tuple[np.ndarray, np.ndarray]":
    """Move a cell as far as the pattern lets it; say what each other cell adds to that.

    By duality the move is at most the sum of the prices of the cells withheld, in this
    pattern and in any other.
    """
    import numpy as np
    from scipy.optimize import linprog

    cost = np.zeros(len(chosen))
    cost[at] = -sign
    own = np.flatnonzero(chosen)
    touched = task.sums[np.any(task.sums[:, own], axis=1)]
    done = linprog(
        cost[own],
        A_eq=touched[:, own],
        b_eq=np.zeros(len(touched)),
        bounds=np.column_stack([-task.down[own], task.up[own]]),
        method="highs",
    )
    move = np.zeros(len(chosen))
    move[own] = done.x
    gain = done.eqlin.marginals @ touched - cost
    prices = np.maximum(gain, 0) * task.up + np.maximum(-gain, 0) * task.down
    return move, np.where(prices < HARDLY, 0, prices)

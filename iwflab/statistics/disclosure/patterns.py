"""Which cells to withhold, as few as can be, so that no small one can be worked out.

The pattern is chosen by a 0-1 program that learns from attacks: each attack that bounds
a cell too tightly gives, by its dual prices, a row that every safe pattern keeps
(Fischetti and Salazar, Management Science 47, 2001).  The program is small, so HiGHS
solves it to proven optimality over and over.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

from iwflab.statistics.disclosure.tables import Counts, Key, inner, lines

if TYPE_CHECKING:
    import numpy as np

INFEASIBLE = 2  # scipy.optimize.milp
HARDLY = 1e-6  # tolerance of the solver
# A gap of less than one cell: fewer cells are proven impossible.
SURE, MANY = 0.8, 60
NEARLY = (0.2,)


@dataclass(frozen=True, slots=True)
class Task:
    """A table as arrays: what may be withheld, at which cost, and the sums."""

    keys: tuple[Any, ...]
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
    gaps: tuple[float, ...]
    proven: bool = True
    lonely: Any = None  # rows that are true of every table
    moves: "list[np.ndarray]" = field(default_factory=list)  # what attacks have found


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
    weights = {key: 1 if inner(key) else margin_weight for key in counts.cells}
    sums = [
        {**dict.fromkeys(parts, 1), above: -1} for above, parts in lines(counts.levels)
    ]
    noughts = (key for key, n in counts.cells.items() if not (n or zeros))
    told = {counts.total, *shown, *noughts}
    return arranged(counts.cells, weights, sums, shown=told, least=least)


def arranged(
    values: Mapping[Any, int],
    weights: Mapping[Any, int],
    sums: Sequence[Mapping[Any, int]],
    *,
    shown: Collection[Any],
    least: int,
) -> Task:
    """Put counts that are told by sums into arrays.

    ``weights`` say what withholding each costs, 0 for one that nobody shows anyway;
    ``shown`` are those that may not be withheld.
    """
    import numpy as np

    names = tuple(values)
    place = {name: i for i, name in enumerate(names)}
    numbers = np.array([values[name] for name in names], float)
    cost = np.array([weights[name] for name in names], float)
    # Of patterns that cost the same, the one that withholds the smaller counts.
    cost += (cost > 0) * numbers / (numbers.sum() + 1) / (len(names) + 1)
    may = np.array([name not in shown for name in names], float)
    rows = np.zeros((len(sums), len(names)))
    for row, parts in zip(rows, sums, strict=True):
        for name, times in parts.items():
            row[place[name]] = times
    known = np.array([least if weights[name] else 0 for name in names])
    up = numbers.max(initial=0) - numbers
    return Task(names, cost, may, np.maximum(numbers - known, 0), up, rows)


def search(
    task: Task, must: Iterable[Any], *, seconds: float, gaps: tuple[float, ...] = ()
) -> Search:
    """Begin a search for a pattern that withholds these cells.

    Rows are learnt from patterns that are quickly found, then from better ones:
    ``gaps`` say how near to the best, one after the other; by default up to the best.
    """
    at = {key: i for i, key in enumerate(task.keys)}
    own = tuple(sorted(at[key] for key in must))
    best = (*NEARLY, SURE / (len(own) + MANY))
    until = monotonic() + seconds
    return Search(task, own, [], until, gaps or best, proven=not gaps)


def cheapest(at: Search, demands: Mapping[Any, int]) -> frozenset[Any] | None:
    """Give the cheapest pattern in which every demand is held, None if there is none.

    A demand is the least width to which a cell may be bounded.  When the time of the
    search is over it is the best pattern so far, and ``proven`` says no; TimeoutError
    where there is none.
    """
    import numpy as np

    place = {key: i for i, key in enumerate(at.task.keys)}
    widths = {place[key]: width for key, width in demands.items()}
    gaps = list(at.gaps)
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
        cuts = _attacked(at, chosen, widths)
        at.rows += cuts
        if not cuts:
            safe.append(chosen)
            gaps = gaps[1:]
    return frozenset(at.task.keys[i] for i in np.flatnonzero(safe[-1]))


def _solve(at: Search, *, gap: float) -> "np.ndarray | None":
    """Choose the cheapest pattern that keeps every row learnt so far."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, vstack

    task = at.task
    left = at.until - monotonic()
    if left <= 0:
        raise TimeoutError
    least = np.zeros(len(task.keys))
    least[list(at.must)] = 1
    if np.any(least > task.may):
        return None
    if at.lonely is None:
        at.lonely = _lonely(task)
    learnt = csr_array(np.array([row for row, _ in at.rows] or [0 * least]))
    wanted = [width for _, width in at.rows] or [0.0]
    rows = vstack([at.lonely, learnt])
    lower = np.append(np.zeros(at.lonely.shape[0]), wanted)
    # The presolve of HiGHS has called a feasible program infeasible: asked again.
    for presolve in (True, False):
        done = milp(
            task.cost,
            constraints=LinearConstraint(rows, lower, np.inf),
            bounds=Bounds(least, task.may),
            integrality=np.ones(len(least)),
            options={"time_limit": left, "mip_rel_gap": gap, "presolve": presolve},
        )
        if done.status != INFEASIBLE:
            break
    if done.status == 1:
        raise TimeoutError
    return None if done.x is None else np.round(done.x)


def _lonely(task: Task) -> Any:
    """Make a row a cell and sum: what is withheld alone in a sum is no secret."""
    import numpy as np
    from scipy.sparse import csr_array

    made = [np.zeros(len(task.keys))]
    for row in task.sums:
        own = np.flatnonzero(row)
        if task.cost[own].all():  # beside a cell that nobody shows none is alone
            for at in own:
                made.append(abs(row))
                made[-1][at] = -1
    return csr_array(np.array(made))


def _attacked(
    search: Search, chosen: "np.ndarray", demands: Mapping[int, int]
) -> "list[tuple[np.ndarray, float]]":
    """Attack each cell; give a row for each that is bounded tighter than demanded."""
    import numpy as np

    cuts = []
    hidden = chosen > 0
    # A table found for another pattern serves here too, if it moves only hidden cells.
    seen = [np.zeros(len(chosen))]
    seen += [one for one in search.moves if not np.any(one[~hidden])]
    for at, width in demands.items():
        moves = [float(one[at]) for one in seen]
        if max(moves) - min(moves) >= width - HARDLY:
            continue  # another attack's tables show that it is hidden
        reach, row = 0.0, np.zeros(len(chosen))
        for sign in (1, -1):
            move, prices = _attack(search.task, chosen, at, sign)
            seen.append(move)
            search.moves.append(move)
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

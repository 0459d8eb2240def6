"""Tests for tags of which an item may have several (MRCV), by items and by series.

A plain chi-square of such a table counts an item once for each of its tags and is
wrong.  These tests take each tag as a yes or no of its own.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iwflab.errors import BadInput
from iwflab.statistics.association.tables import chi_square

if TYPE_CHECKING:
    from iwflab.statistics.results import Floats

_TABLE = 2  # dimensions of a matrix of yes and no


@dataclass(frozen=True, slots=True)
class Mrcv:
    """The test for each tag (or pair of tags) and for all of them.

    ``statistics``, ``df`` and ``p`` have one entry a tag, or rows by columns for two
    sets of tags; ``adjusted`` is p by Bonferroni.  ``total`` is the modified Pearson
    statistic, their sum, which is no chi-square: ``p_bonferroni`` and ``p_bootstrap``
    (NaN where no draws were asked for) are its p-values.
    """

    statistics: "Floats"
    df: int
    p: "Floats"
    adjusted: "Floats"
    total: float
    p_bonferroni: float
    p_bootstrap: float
    n: float
    clusters: float
    method: str


def mrcv_test(
    first: Any,
    second: Any,
    *,
    clusters: Any = None,
    draws: int = 0,
    seed: int | None = None,
    add: float = 0.5,
) -> Mrcv:
    """Test whether tags are independent of a group, or of another set of tags.

    ``second`` is a matrix of 0 and 1, one row an item and one column a tag.  ``first``
    is one group for each item (multiple marginal independence: Agresti and Liu 1999,
    Biometrics 55:936-943), or another such matrix (simultaneous pairwise marginal
    independence: Bilder and Loughin 2004, Biometrics 60:241-248).  The statistic is
    the sum of Pearson's chi-squares of each tag.  Where a cell is 0, ``add`` stands in
    its place (R's ``MRCV`` does so; 0 leaves it).

    ``draws`` asks for a bootstrap: whole clusters (series; by default each item is its
    own) are drawn, and the departures from independence in the draw, less those that
    were seen, make the statistic under independence (Hall and Wilson 1991, Biometrics
    47:757-762).  It needs a ``seed``.  The p-values of single tags and Bonferroni's
    take items as independent; with series only the bootstrap holds.
    """
    rows, groups = _first(first)
    columns = _tags(second)
    if len(rows) != len(columns):
        raise BadInput("the two sides differ in length", advice="give one row an item")
    table = _pairs(rows, columns)
    statistics = _of_groups(table, add) if groups else _of_tags(table, add)
    df = int((rows.sum(0) > 0).sum()) - 1 if groups else 1
    codes, number = _clusters(clusters, len(rows))
    p_bootstrap = float("nan")
    if draws:
        sides = (rows, columns, groups)
        p_bootstrap = _bootstrap(sides, (codes, number), draws, seed)
    told = _answer(statistics, df, float(len(rows)), "MMI" if groups else "SPMI")
    return Mrcv(**told, p_bootstrap=p_bootstrap, clusters=float(number))


def mrcv_counts(yes: Any, base: Any, *, add: float = 0.5) -> Mrcv:
    """Test marginal independence from published counts; Bonferroni only.

    ``yes`` has one row a tag and one column a group, ``base`` the size of each group.
    """
    import numpy as np

    told, size = np.array(yes, dtype=float), np.array(base, dtype=float)
    if told.ndim != _TABLE or told.shape[1:] != size.shape or (told > size).any():
        raise BadInput(
            "counts and bases do not fit", advice="give one row a tag, one base a group"
        )
    statistics = _of_groups(np.stack([told.T, size[:, None] - told.T]), add)
    found = _answer(statistics, int((size > 0).sum()) - 1, float(size.sum()), "MMI")
    return Mrcv(**found, p_bootstrap=float("nan"), clusters=float("nan"))


def _answer(statistics: "Floats", df: int, n: float, kind: str) -> dict[str, Any]:
    import numpy as np

    flat = [chi_square(float(value), df) for value in statistics.ravel()]
    p = np.array(flat).reshape(statistics.shape)
    adjusted = np.minimum(p * p.size, 1.0)
    return {
        "statistics": statistics,
        "df": df,
        "p": p,
        "adjusted": adjusted,
        "total": float(np.nansum(statistics)),
        "p_bonferroni": float(np.nanmin(adjusted)),
        "n": n,
        "method": f"modified Pearson, {kind}",
    }


def _first(first: Any) -> tuple["Floats", bool]:
    """Give indicators of the groups, or the tags, and whether they are groups."""
    import numpy as np
    import pandas as pd

    if np.ndim(first) == _TABLE:
        return _tags(first), False
    codes, names = pd.factorize(pd.Series(list(first)))
    if (codes < 0).any() or len(names) < _TABLE:
        raise BadInput(
            "an item has no group, or there is one group only",
            advice="give each item one of two groups or more; unknown is a group",
        )
    return np.eye(len(names))[codes], True


def _tags(value: Any) -> "Floats":
    import numpy as np

    told = np.asarray(value, dtype=float)
    good = told.ndim == _TABLE and told.size > 0 and np.isin(told, (0.0, 1.0)).all()
    if not good:
        raise BadInput(
            "tags are not a matrix of 0 and 1",
            advice="one row an item, one column a tag; leave out unknown items",
        )
    return told


def _pairs(rows: "Floats", columns: "Floats") -> "Floats":
    """Count yes-yes, yes-no, no-yes, no-no of each pair of columns."""
    import numpy as np

    both = rows.T @ columns
    one, other = rows.sum(0)[:, None] - both, columns.sum(0) - both
    return np.stack([both, one, other, len(rows) - both - one - other])


def _of_tags(table: "Floats", add: float) -> "Floats":
    """Give Pearson's chi-square of each 2x2 table."""
    import numpy as np

    a, b, c, d = np.where(table == 0, add, table)
    n = a + b + c + d
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = (a + b) * (c + d) * (a + c) * (b + d)
        return np.asarray(n * (a * d - b * c) ** 2 / scale, dtype=float)


def _of_groups(table: "Floats", add: float) -> "Floats":
    """Give Pearson's chi-square of each tag: groups by yes and no."""
    import numpy as np

    filled = np.where(table[:2] == 0, add, table[:2])
    used = table[:2].sum(0)[:, :1] > 0  # groups that have items
    yes, no = (np.where(used, part, 0.0) for part in filled)
    base = yes + no
    with np.errstate(divide="ignore", invalid="ignore"):
        p = yes.sum(0) / base.sum(0)
        parts = (yes - base * p) ** 2 / (base * p * (1 - p))
    return np.asarray(np.where(used, parts, 0.0).sum(0), dtype=float)


def _clusters(clusters: Any, size: int) -> tuple[Any, int]:
    import numpy as np
    import pandas as pd

    if clusters is None:
        return np.arange(size), size
    codes, names = pd.factorize(pd.Series(list(clusters)))
    if len(codes) != size or (codes < 0).any():
        raise BadInput("an item has no cluster", advice="give each item its series")
    return codes, len(names)


def _bootstrap(
    sides: tuple["Floats", "Floats", bool],
    clusters: tuple[Any, int],
    draws: int,
    seed: int | None,
) -> float:
    """Give p of the total: how often a draw is as far from what was seen."""
    import numpy as np

    if seed is None:
        raise BadInput("a bootstrap needs a seed", advice="give seed=, and note it")
    rows, columns, groups = sides
    codes, number = clusters
    both = (rows[:, :, None] * columns[:, None, :]).reshape(len(rows), -1)
    parts = np.concatenate([both, rows, columns, np.ones((len(rows), 1))], axis=1)
    sums = np.zeros((number, parts.shape[1]))
    np.add.at(sums, codes, parts)
    rng = np.random.default_rng(seed)
    weight = rng.multinomial(number, np.full(number, 1 / number), size=draws)
    shape = rows.shape[1], columns.shape[1]
    away, scale = _departures(weight @ sums, shape, groups=groups)
    seen, own = _departures(sums.sum(0, keepdims=True), shape, groups=groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.nansum(((away - seen) ** 2 / scale), axis=(1, 2))
        least = float(np.nansum(seen**2 / own))
    return float((1 + (total >= least).sum()) / (1 + draws))


def _departures(
    sums: "Floats", shape: tuple[int, int], *, groups: bool
) -> tuple["Floats", "Floats"]:
    """Give p_ij - p_i p_j and what its square is divided by, for each draw."""
    r, c = shape
    n = sums[:, -1][:, None, None]
    both = sums[:, : r * c].reshape(-1, r, c) / n
    row = sums[:, r * c : r * c + r][:, :, None] / n
    column = sums[:, r * c + r : -1][:, None, :] / n
    scale = row * column * (1 - column) / n
    return both - row * column, scale if groups else scale * (1 - row)

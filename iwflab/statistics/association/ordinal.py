"""Association with an order: trend in proportions, linear by linear, gamma."""

from dataclasses import dataclass
from typing import Any

from iwflab.errors import BadInput
from iwflab.statistics.association.tables import (
    Test,
    chi_square,
    counts_of,
    scores_of,
)
from iwflab.statistics.intervals.proportions import counts, normal
from iwflab.statistics.results import Interval, plain


def trend_test(x: Any, n: Any, scores: Any = None) -> Test:
    """Test for a trend of x/n over ordered groups (Cochran-Armitage).

    [sum x_i (s_i - s)]^2 / (p q sum n_i (s_i - s)^2), s the mean score, one degree of
    freedom: Armitage (1955), Biometrics 11:375-386; R's ``prop.trend.test``.  This
    divides by n; statsmodels' ``test_ordinal_association`` is (n-1)/n times it.
    """
    import numpy as np

    found, base = (np.atleast_1d(a) for a in counts(x, n))
    score = scores_of(scores, len(base))
    total = float(base.sum())
    p = float(found.sum()) / total if total else float("nan")
    away = score - float(score @ base) / total if total else score
    spread = p * (1 - p) * float(base @ away**2)
    statistic = float(found @ away) ** 2 / spread if spread > 0 else float("nan")
    return Test(statistic, 1, chi_square(statistic, 1), total, "Cochran-Armitage trend")


def linear_by_linear(
    table: Any, row_scores: Any = None, col_scores: Any = None
) -> Test:
    """Test for a linear association of two ordered sides.

    M^2 = (n - 1) r^2, r the correlation of the scores, one degree of freedom: Mantel
    (1963), JASA 58:690-700; Agresti (2002), Categorical Data Analysis, 3.4.1.  Scores
    are 1, 2, 3, ... unless given.
    """
    import numpy as np

    told = counts_of(table)
    u = scores_of(row_scores, told.shape[0])
    v = scores_of(col_scores, told.shape[1])
    n, rows, columns = float(told.sum()), told.sum(1), told.sum(0)
    u, v = u - u @ rows / n, v - v @ columns / n
    spread = float(np.sqrt((u**2 @ rows) * (v**2 @ columns)))
    r = float(u @ told @ v) / spread if spread > 0 else float("nan")
    statistic = (n - 1) * r * r
    return Test(
        statistic,
        1,
        chi_square(statistic, 1),
        n,
        "linear by linear",
        note=f"correlation of scores {r:.4f}",
    )


@dataclass(frozen=True, slots=True)
class Gamma:
    """Goodman and Kruskal's gamma: pairs in order and against it."""

    gamma: float
    se: float
    lower: float
    upper: float
    concordant: float
    discordant: float
    p: float
    n: float
    level: float = 0.95

    def interval(self) -> Interval:
        """Give it as an interval."""
        return Interval(
            plain(self.gamma),
            self.lower,
            self.upper,
            level=self.level,
            method="Goodman-Kruskal gamma, asymptotic",
            n=self.n,
        )


def gamma(table: Any, level: float = 0.95) -> Gamma:
    """Give Goodman and Kruskal's gamma of a table with two ordered sides.

    (C - D) / (C + D), C and D the pairs of items in the same and in opposite order;
    ASE = 2 / (C+D)^2 sqrt(sum n_ij (D c_ij - C d_ij)^2), c and d the numbers of items
    concordant and discordant with a cell: Goodman and Kruskal (1972), JASA 67:415-421;
    Agresti (2002), 3.4.3.  ``p`` is of gamma = 0 by gamma/ASE.  Limits stay within
    -1 and 1.
    """
    import numpy as np
    from scipy.special import ndtr

    told = counts_of(table)
    after = _beyond(told)
    same = after + _beyond(told[::-1, ::-1])[::-1, ::-1]
    other = _beyond(told[:, ::-1])[:, ::-1] + _beyond(told[::-1])[::-1]
    c, d = float((told * same).sum() / 2), float((told * other).sum() / 2)
    if c + d == 0:
        raise BadInput(
            "no two items differ on both sides", advice="gamma needs two of each side"
        )
    value = (c - d) / (c + d)
    inside = float((told * (d * same - c * other) ** 2).sum())
    se = 2 / (c + d) ** 2 * float(np.sqrt(inside))
    half = normal(level) * se
    p = float(2 * ndtr(-abs(value) / se)) if se > 0 else float("nan")
    return Gamma(
        value,
        se,
        max(-1.0, value - half),
        min(1.0, value + half),
        c,
        d,
        p,
        float(told.sum()),
        level,
    )


def _beyond(told: Any) -> Any:
    """Sum, for each cell, what lies below it and to its right."""
    import numpy as np

    sums = np.zeros_like(told)
    inner = told[1:, 1:][::-1, ::-1].cumsum(0).cumsum(1)[::-1, ::-1]
    sums[:-1, :-1] = inner
    return sums

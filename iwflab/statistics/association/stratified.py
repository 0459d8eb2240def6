"""Several 2x2 tables, one a stratum: one odds ratio, if they agree."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iwflab.errors import BadInput
from iwflab.statistics.association.tables import Test, chi_square
from iwflab.statistics.intervals.proportions import normal
from iwflab.statistics.results import Interval

if TYPE_CHECKING:
    from iwflab.statistics.results import Floats

_WAYS = (2, 2)
_SURE = 0.05  # under this p of homogeneity the common odds ratio is not to be read


@dataclass(frozen=True, slots=True)
class MantelHaenszel:
    """The common odds ratio, its test, and whether the strata agree at all.

    ``homogeneity`` is Breslow and Day's with Tarone's correction, ``breslow_day``
    without; ``odds_ratios`` has one entry a stratum.
    """

    odds_ratio: Interval
    test: Test
    homogeneity: Test
    breslow_day: Test
    odds_ratios: "Floats"


def mantel_haenszel(
    tables: Any, *, level: float = 0.95, correct: bool = True
) -> MantelHaenszel:
    """Give the common odds ratio of 2x2 tables [[a, b], [c, d]], one a stratum.

    OR = sum(a d / n) / sum(b c / n): Mantel and Haenszel (1959), JNCI 22:719-748, with
    the variance of Robins, Breslow and Greenland (1986), Biometrics 42:311-323.  The
    test of OR = 1 is (|sum(a - e)| - 1/2)^2 / sum var(a), without 1/2 where
    ``correct`` is false.  Homogeneity: Breslow and Day (1980), IARC 32, 4.4, and
    Tarone (1985), Biometrika 72:91-95: always read it first; where the strata
    disagree the note says so.  ``tables`` has the shape (strata, 2, 2); strata with an
    empty side tell nothing and are left out.
    """
    import numpy as np

    told = _strata(tables)
    a, b, c, d = told[:, 0, 0], told[:, 0, 1], told[:, 1, 0], told[:, 1, 1]
    n = told.sum((1, 2))
    r, s = (a * d / n).sum(), (b * c / n).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        common = float(r / s)
        each = a * d / (b * c)
    plain_bd, tarone = _homogeneity(told, common)
    split = tarone.p < _SURE
    note = "the strata disagree: read them one by one" if split else ""
    lower, upper = _limits(told, common, level)
    return MantelHaenszel(
        Interval(
            common,
            lower,
            upper,
            level=level,
            method="Mantel-Haenszel odds ratio, RBG variance",
            n=float(n.sum()),
            note=note,
        ),
        _together(told, note, correct=correct),
        tarone,
        plain_bd,
        each,
    )


def _together(told: "Floats", note: str, *, correct: bool) -> Test:
    """Test whether all a together are what their margins alone would give."""
    n, rows, columns = told.sum((1, 2)), told.sum(2), told.sum(1)
    expected = rows[:, 0] * columns[:, 0] / n
    variance = rows.prod(1) * columns.prod(1) / (n**2 * (n - 1))
    away = abs(float((told[:, 0, 0] - expected).sum()))
    away = max(0.0, away - 0.5) if correct else away
    statistic = away**2 / float(variance.sum())
    return Test(
        statistic,
        1,
        chi_square(statistic, 1),
        float(n.sum()),
        "Mantel-Haenszel" + (", corrected" if correct else ""),
        note,
    )


def _strata(tables: Any) -> "Floats":
    import numpy as np

    told = np.array(tables, dtype=float)
    if told.ndim != 3 or told.shape[1:] != _WAYS:  # noqa: PLR2004 - strata of 2x2
        raise BadInput(
            f"tables of shape {told.shape} are no 2x2 tables",
            advice="give one [[a, b], [c, d]] for each stratum",
        )
    if not (np.isfinite(told) & (told >= 0)).all():
        raise BadInput("a count is negative or missing", advice="give counts from 0")
    sides = np.concatenate([told.sum(1), told.sum(2)], axis=1)
    kept: Floats = told[(sides > 0).all(1)]
    if not len(kept):
        raise BadInput("no stratum has both sides", advice="join strata")
    return kept


def _limits(told: "Floats", common: float, level: float) -> tuple[float, float]:
    import numpy as np

    a, b, c, d = told[:, 0, 0], told[:, 0, 1], told[:, 1, 0], told[:, 1, 1]
    n = told.sum((1, 2))
    p, q, r, s = (a + d) / n, (b + c) / n, a * d / n, b * c / n
    total_r, total_s = r.sum(), s.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (
            (p * r).sum() / (2 * total_r**2)
            + (p * s + q * r).sum() / (2 * total_r * total_s)
            + (q * s).sum() / (2 * total_s**2)
        )
        half = normal(level) * np.sqrt(variance)
        return float(common * np.exp(-half)), float(common * np.exp(half))


def _homogeneity(told: "Floats", common: float) -> tuple[Test, Test]:
    """Compare each a with what the common odds ratio expects of its margins."""
    import numpy as np

    n, strata = told.sum((1, 2)), len(told)
    row, column = told[:, 0].sum(1), told[:, :, 0].sum(1)
    a = told[:, 0, 0]
    if not 0 < common < float("inf"):
        nothing = Test(float("nan"), strata - 1, float("nan"), float(n.sum()), "none")
        return nothing, nothing
    fitted = _fitted(row, column, n, common)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = 1 / fitted + 1 / (row - fitted) + 1 / (column - fitted)
        variance = 1 / (parts + 1 / (n - row - column + fitted))
        breslow = float(((a - fitted) ** 2 / variance).sum())
        tarone = breslow - float((a - fitted).sum() ** 2 / variance.sum())
    freedom, total = strata - 1, float(n.sum())
    return (
        Test(breslow, freedom, chi_square(breslow, freedom), total, "Breslow-Day"),
        Test(tarone, freedom, chi_square(tarone, freedom), total, "Breslow-Day-Tarone"),
    )


def _fitted(row: "Floats", column: "Floats", n: "Floats", ratio: float) -> "Floats":
    """Solve a (n - row - col + a) = ratio (row - a)(col - a) for the a that can be."""
    import numpy as np

    square = 1 - ratio
    linear = n - row - column + ratio * (row + column)
    constant = -ratio * row * column
    if abs(square) < 1e-12:  # noqa: PLR2004 - one to the last digit
        return np.asarray(-constant / linear, dtype=float)
    root = np.sqrt(linear**2 - 4 * square * constant)
    # The stable form of the root that lies within the margins.
    return np.asarray(-2 * constant / (linear + root), dtype=float)

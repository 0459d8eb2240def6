"""Association of two sets of categories without order: chi-square and its size."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iwflab.statistics.association.tables import chi_square, counts_of

if TYPE_CHECKING:
    from iwflab.statistics.results import Floats

_SMALL = 5  # expected counts under this make the chi-square approximation poor
_OFTEN = 0.2  # in more than this share of the cells (Cochran 1954, Biometrics 10:417)


@dataclass(frozen=True, slots=True)
class Cramer:
    """Pearson's chi-square with its size; ``residuals`` has the shape of the table."""

    chi2: float
    df: int
    p: float
    v: float
    contingency: float
    n: float
    expected: "Floats"
    residuals: "Floats"
    note: str = ""


def cramers_v(table: Any) -> Cramer:
    """Give Cramer's V with Pearson's chi-square and adjusted residuals of a table.

    V = sqrt(chi2 / (n (min(r, c) - 1))): Cramer (1946), Mathematical Methods of
    Statistics, 21.9; contingency = sqrt(chi2 / (chi2 + n)) (Pearson 1904).  Adjusted
    residuals (o - e) / sqrt(e (1 - row/n) (1 - col/n)) are about standard normal:
    Haberman (1973), Biometrics 29:205-220.  Empty rows and columns take no part, and
    their residuals are NaN.  No continuity correction.  A large table makes tiny
    differences significant: read V first.
    """
    import numpy as np

    told = counts_of(table)
    n = float(told.sum())
    rows, columns = told.sum(1), told.sum(0)
    expected = np.outer(rows, columns) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        chi2 = float(np.nansum((told - expected) ** 2 / expected))
        spread = expected * np.outer(1 - rows / n, 1 - columns / n)
        residuals = (told - expected) / np.sqrt(spread)
    r, c = int((rows > 0).sum()), int((columns > 0).sum())
    df, least = (r - 1) * (c - 1), min(r, c) - 1
    used = expected[expected > 0]
    poor = float((used < _SMALL).mean()) > _OFTEN
    return Cramer(
        chi2=chi2,
        df=df,
        p=chi_square(chi2, df),
        v=float(np.sqrt(chi2 / (n * least))) if least > 0 else float("nan"),
        contingency=float(np.sqrt(chi2 / (chi2 + n))),
        n=n,
        expected=expected,
        residuals=residuals,
        note="many small expected counts: the p-value is rough" if poor else "",
    )

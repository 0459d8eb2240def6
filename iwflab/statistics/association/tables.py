"""Tables of counts as they are given, and what a test answers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iwflab.errors import BadInput

if TYPE_CHECKING:
    from iwflab.statistics.results import Floats


@dataclass(frozen=True, slots=True)
class Test:
    """A test statistic with its degrees of freedom and p-value.

    ``n`` is the number of items; ``note`` says what the statistic cannot.
    """

    __test__ = False  # no test of pytest's

    statistic: float
    df: float
    p: float
    n: float
    method: str
    note: str = ""


def counts_of(table: Any) -> "Floats":
    """Give a two-way table as floats, or refuse what is none; the table stays as it is.

    Rows and columns without any count are kept; a table needs two of each.
    """
    import numpy as np

    told = np.array(table, dtype=float)
    if told.ndim != 2 or min(told.shape) < 2:  # noqa: PLR2004 - two ways, two of each
        raise BadInput(
            f"a table of shape {told.shape} has no two rows and two columns",
            advice="give a two-way table of counts",
        )
    if not (np.isfinite(told) & (told >= 0)).all() or not told.sum():
        raise BadInput(
            "a table holds a negative or missing count, or nothing at all",
            advice="give counts from 0; unknown is a category or left out",
        )
    return told


def chi_square(statistic: float, df: float) -> float:
    """Give the upper tail of the chi-square distribution; NaN without freedom."""
    from scipy.stats import chi2

    return float(chi2.sf(statistic, df)) if df > 0 else float("nan")


def scores_of(scores: Any, size: int) -> "Floats":
    """Give scores, 1, 2, 3, ... where none are given; they must not all be equal."""
    import numpy as np

    told = np.arange(1.0, size + 1) if scores is None else np.array(scores, dtype=float)
    if told.shape != (size,) or not np.isfinite(told).all() or np.ptp(told) == 0:
        raise BadInput(
            f"{size} categories need {size} scores that are not all equal",
            advice="give one number a category, or none for 1, 2, 3, ...",
        )
    return told

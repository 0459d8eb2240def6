"""Change between two periods, and what a share may be when some are unknown."""

from typing import Any, Literal, NamedTuple

from iwflab.errors import BadInput
from iwflab.statistics.results import plain


class Bases(NamedTuple):
    """A share on its three bases; ``lower`` and ``upper`` are the worst cases."""

    of_all: Any
    of_known: Any
    lower: Any
    upper: Any


def bounds_unknown(count: Any, known: Any, unknown: Any) -> Bases:
    """Give count/(known+unknown), count/known, and the bounds of the true share.

    Lower: no unknown one belongs to it; upper: all of them do (Horowitz and Manski
    1998, J Econometrics 84:37-58).  ``known`` and ``unknown`` are numbers of items,
    ``count`` those of the known that have it.  Empty bases give NaN.
    """
    import numpy as np

    x, k, u = (np.asarray(value, float) for value in (count, known, unknown))
    if not ((x >= 0) & (x <= k) & (u >= 0)).all():
        raise BadInput(
            "a count is larger than what is known, or negative",
            advice="give 0 <= count <= known, and the unknown ones apart",
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        told = (x / (k + u), x / k, x / (k + u), (x + u) / (k + u))
    return Bases(*(plain(value) for value in told))


def change(before: Any, after: Any, kind: Literal["pct", "pp"] = "pct") -> Any:
    """Give the change from ``before`` to ``after``.

    ``pct``: 100 (after - before) / before, in percent; NaN from 0, where it has no
    meaning.  ``pp``: after - before in percentage points; each side is a percentage,
    or a pair (numerator, denominator).  22% to 33% is 11 points and 50 percent.
    Numbers or arrays; pairs are tuples.
    """
    import numpy as np

    if kind not in {"pct", "pp"}:
        raise BadInput(f"no change {kind!r}", advice="choose pct or pp")
    first, second = _percent(before), _percent(after)
    if kind == "pp":
        return plain(second - first)
    with np.errstate(divide="ignore", invalid="ignore"):
        told = 100 * (second - first) / first
    return plain(np.where(first == 0, np.nan, told))


def _percent(side: Any) -> Any:
    import numpy as np

    if not isinstance(side, tuple):
        return np.asarray(side, float)
    numerator, denominator = (np.asarray(part, float) for part in side)
    with np.errstate(divide="ignore", invalid="ignore"):
        return 100 * numerator / denominator

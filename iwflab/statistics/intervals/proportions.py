"""Intervals of a proportion, and of a difference of two, of independent items."""

from typing import TYPE_CHECKING, Any, Literal

from iwflab.errors import BadInput
from iwflab.statistics.results import Interval, known_level, plain

if TYPE_CHECKING:
    from iwflab.statistics.results import Floats

Side = Literal["both", "lower", "upper"]


def wilson(x: Any, n: Any, level: float = 0.95) -> Interval:
    """Give Wilson's score interval of x out of n independent items.

    (2 n p + z^2 -+ z sqrt(z^2 + 4 n p q)) / (2 (n + z^2)), without continuity
    correction: Wilson (1927), JASA 22:209-212; method 3 of Newcombe (1998), Stat Med
    17:857-872.  x and n are counts, or arrays of them; n = 0 gives NaN.
    Raises :class:`~iwflab.errors.BadInput` for a negative count or x over n.
    """
    count, base = counts(x, n)
    lower, upper = score(_share(count, base), base, normal(level))
    return Interval(
        plain(_share(count, base)),
        plain(lower),
        plain(upper),
        level=level,
        method="Wilson",
        n=plain(base),
        n_eff=plain(base),
    )


def clopper_pearson(
    x: Any, n: Any, level: float = 0.95, *, side: Side = "both"
) -> Interval:
    """Give the exact interval of x out of n: never too short, often too long.

    Quantiles of the beta distribution, B(a/2; x, n-x+1) and B(1-a/2; x+1, n-x):
    Clopper and Pearson (1934), Biometrika 26:404-413.  ``side="upper"`` gives the
    one-sided bound (safety bounds: 0 errors in 299 are at most 1%), the lower limit
    is then 0; ``side="lower"`` likewise.  n = 0 gives NaN.
    """
    import numpy as np
    from scipy.stats import beta

    if side not in {"both", "lower", "upper"}:
        raise BadInput(f"no side {side!r}", advice="choose both, lower or upper")
    count, base = counts(x, n)
    tail = (1 - known_level(level)) / (2 if side == "both" else 1)
    with np.errstate(invalid="ignore"):
        lower = np.where(count == 0, 0.0, beta.ppf(tail, count, base - count + 1))
        upper = np.where(
            count == base, 1.0, beta.ppf(1 - tail, count + 1, base - count)
        )
    empty = base == 0
    lower = np.where(empty, np.nan, 0.0 if side == "upper" else lower)
    upper = np.where(empty, np.nan, 1.0 if side == "lower" else upper)
    return Interval(
        plain(_share(count, base)),
        plain(lower),
        plain(upper),
        level=level,
        method="Clopper-Pearson" + ("" if side == "both" else f", {side} bound"),
        n=plain(base),
        n_eff=plain(base),
    )


def newcombe_diff(x1: Any, n1: Any, x2: Any, n2: Any, level: float = 0.95) -> Interval:
    """Give the interval of x1/n1 - x2/n2, two independent groups of single items.

    Hybrid of two Wilson intervals, d - sqrt((p1-l1)^2 + (u2-p2)^2) and
    d + sqrt((u1-p1)^2 + (p2-l2)^2): method 10 of Newcombe (1998), Stat Med
    17:873-890.  In shares; times 100 gives percentage points.
    """
    import numpy as np

    first, second = wilson(x1, n1, level), wilson(x2, n2, level)
    p1, p2 = first.estimate, second.estimate
    below = np.hypot(p1 - first.lower, second.upper - p2)
    above = np.hypot(first.upper - p1, p2 - second.lower)
    return Interval(
        plain(p1 - p2),
        plain(p1 - p2 - below),
        plain(p1 - p2 + above),
        level=level,
        method="Newcombe hybrid score",
        n=plain(np.asarray(first.n) + second.n),
    )


def counts(x: Any, n: Any) -> "tuple[Floats, Floats]":
    """Give counts and bases as arrays of one shape, or refuse what cannot be."""
    import numpy as np

    count, base = np.broadcast_arrays(whole(x), whole(n))
    good = np.isfinite(base) & (count >= 0) & (count <= base)
    if not good.all():
        raise BadInput(
            "a count is negative, not a number, or larger than its base",
            advice="give x from 0 to n",
        )
    return count, base


def whole(x: Any) -> "Floats":
    """Give counts as floats; refuse shares and truth values, which look like counts."""
    import numpy as np

    given = np.asarray(x)
    number = given.astype(float)
    if given.dtype == bool or (np.isfinite(number) & (number % 1 != 0)).any():
        raise BadInput(
            "a count is no whole number",
            advice="give how many there are: no shares, no truth values",
        )
    return number


def normal(level: float) -> float:
    """Give z of a two-sided interval: 1.96 for 0.95."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + known_level(level) / 2))


def score(share: Any, base: Any, z: Any) -> "tuple[Floats, Floats]":
    """Give Wilson's limits for shares and bases, which need not be whole numbers."""
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 1 + z * z / base
        middle = (share + z * z / (2 * base)) / scale
        spread = share * (1 - share) / base + z * z / (4 * base * base)
        half = z / scale * np.sqrt(np.maximum(spread, 0))
    lower = np.where(share == 0, 0.0, np.clip(middle - half, 0, None))
    upper = np.where(share == 1, 1.0, np.clip(middle + half, None, 1))
    lost = ~np.isfinite(half)
    return np.where(lost, np.nan, lower), np.where(lost, np.nan, upper)


def _share(count: "Floats", base: "Floats") -> "Floats":
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(count / base, dtype=float)

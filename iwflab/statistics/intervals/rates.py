"""Exact intervals of counts of events over time, and of the ratio of two rates."""

from typing import Any

from iwflab.errors import BadInput
from iwflab.statistics.intervals.proportions import clopper_pearson, whole
from iwflab.statistics.results import Interval, known_level, plain

FEW = 3  # under so many events no rate is published (ONS FOI/2021/3301)
UNSURE = 20  # under so many it is marked [u] (the same)


def poisson_exact(x: Any, exposure: Any = 1, level: float = 0.95) -> Interval:
    """Give the exact interval of x events per unit of exposure.

    chi2(a/2; 2x)/2 and chi2(1-a/2; 2x+2)/2, divided by the exposure: Garwood (1936),
    Biometrika 28:437-442.  ``exposure`` is in the unit that the rate is per (days,
    thousand media).  Flags: ``u`` under 20 events, ``x`` under 3 (the rate is not to
    be published; the interval is given all the same).
    """
    import numpy as np
    from scipy.stats import chi2

    events, time = _events(x, exposure)
    tail = (1 - known_level(level)) / 2
    with np.errstate(invalid="ignore"):
        lower = np.where(events == 0, 0.0, chi2.ppf(tail, 2 * events) / 2)
    upper = chi2.ppf(1 - tail, 2 * events + 2) / 2
    flags = np.where(events < FEW, "x", np.where(events < UNSURE, "u", ""))
    return Interval(
        plain(events / time),
        plain(lower / time),
        plain(upper / time),
        level=level,
        method="exact Poisson (Garwood)",
        n=plain(events),
        flag=plain(flags),
    )


def rate_ratio(
    x1: Any, exposure1: Any, x2: Any, exposure2: Any, level: float = 0.95
) -> Interval:
    """Give the ratio of the first rate to the second, with its exact interval.

    Given x1 + x2, x1 is binomial with p = r t1 / (r t1 + t2); the limits of
    Clopper-Pearson for p are turned into limits of r: Przyborowski and Wilenski
    (1940), Biometrika 31:313-323; R's ``poisson.test`` does the same.  No event in
    the second group gives an infinite upper limit.
    """
    import numpy as np

    first, time1 = _events(x1, exposure1)
    second, time2 = _events(x2, exposure2)
    low, high = clopper_pearson(first, first + second, level)
    low, high = np.asarray(low), np.asarray(high)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = (first / time1) / (second / time2)
        lower, upper = (p / (1 - p) * time2 / time1 for p in (low, high))
    return Interval(
        plain(estimate),
        plain(lower),
        plain(upper),
        level=level,
        method="exact conditional rate ratio",
        n=plain(first + second),
    )


def _events(x: Any, exposure: Any) -> tuple[Any, Any]:
    import numpy as np

    events, time = np.broadcast_arrays(whole(x), np.asarray(exposure, float))
    good = np.isfinite(events) & (events >= 0) & np.isfinite(time) & (time > 0)
    if not good.all():
        raise BadInput(
            "a count of events is negative or an exposure is not above 0",
            advice="give counts from 0 and the time or base they were counted in",
        )
    return events, time

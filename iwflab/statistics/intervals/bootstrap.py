"""Intervals by drawing whole series again, for statistics that have no formula."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from iwflab.errors import BadInput
from iwflab.statistics.intervals.clusters import FEWEST, MOST, UNSURE
from iwflab.statistics.results import Interval, known_level

_LEAST_FREEDOM = 2.0

if TYPE_CHECKING:
    import pandas as pd

    from iwflab.statistics.results import Floats


def cluster_bootstrap(
    frame: "pd.DataFrame",
    fn: "Callable[[pd.DataFrame], float]",
    cluster: str,
    *,
    B: int = 2000,  # noqa: N803 - the number of draws has this name everywhere
    seed: int,
    level: float = 0.95,
    kind: Literal["t", "percentile"] = "t",
) -> Interval:
    """Give ``fn(frame)`` and its interval from B draws of whole series.

    Series are drawn with replacement, with all their rows (Davison and Hinkley 1997,
    Bootstrap Methods, 3.8).  ``t`` is estimate -+ t sd of the draws; its degrees of
    freedom are min(m_eff - 1, k), at least 2, with m_eff = (sum n)^2 / sum n^2 and
    k = (sum u^2)^2 / sum u^4, the effective number of series that move the estimate
    (u_j: what leaving out series j changes; Satterthwaite 1946, Biometrics 2:110-114).
    ``percentile`` are the quantiles of the draws, which cover too little with few
    series.  Neither is for rare shares: they have :func:`cluster_proportion`.
    ``fn`` gets a new frame with the rows of the drawn series (twice where one is drawn
    twice), and must not depend on their order or on the names of series; draws in which
    it is NaN are left out and said.  ``seed`` is explicit: the same seed gives the same
    interval.  Refusals and flags are those of
    :func:`~iwflab.statistics.intervals.cluster_counts`.
    """
    import numpy as np

    rows = _rows(frame, cluster)
    if kind not in {"t", "percentile"} or B < 1:
        raise BadInput(f"no bootstrap {kind!r} of {B}", advice="choose t or percentile")
    sizes = np.array([len(mine) for mine in rows], dtype=float)
    drawn = np.array([fn(frame.take(i)) for i in _draws(rows, B, seed)], dtype=float)
    good = drawn[np.isfinite(drawn)]
    estimate = float(fn(frame))
    refused = _refused(sizes, len(good))
    lower, upper = np.nan, np.nan
    if not refused:
        lower, upper = _quantiles(estimate, good, level)
    if not refused and kind == "t":
        moved = _moved(frame, fn, rows, estimate)
        half = _student(moved, sizes, level) * float(good.std(ddof=1))
        lower, upper = estimate - half, estimate + half
    return Interval(
        estimate,
        lower,
        upper,
        level=known_level(level),
        method=f"bootstrap of series, {kind}, B={B}, seed={seed}",
        n=len(frame),
        clusters=len(rows),
        effective_clusters=float(sizes.sum() ** 2 / (sizes**2).sum()),
        largest=float(sizes.max() / sizes.sum()),
        flag="x" if refused else "u" if len(rows) < UNSURE else "",
        note=refused or (f"{B - len(good)} draws gave none" if len(good) < B else ""),
    )


def _rows(frame: "pd.DataFrame", cluster: str) -> list[Any]:
    """Give the places of the rows of each series."""
    import numpy as np
    import pandas as pd

    if cluster not in frame.columns:
        raise BadInput(f"no column {cluster!r}", advice="name a column of the frame")
    codes, _ = pd.factorize(frame[cluster])
    if not len(codes) or (codes < 0).any():
        raise BadInput("a row has no series", advice="give each row its series")
    ends = np.cumsum(np.bincount(codes))[:-1]
    return list(np.split(np.argsort(codes, kind="stable"), ends))


def _draws(rows: list[Any], number: int, seed: int) -> Any:
    import numpy as np

    rng = np.random.default_rng(seed)
    for _ in range(number):
        chosen = rng.integers(0, len(rows), len(rows))
        yield np.concatenate([rows[i] for i in chosen])


def _quantiles(estimate: float, drawn: "Floats", level: float) -> tuple[float, float]:
    import numpy as np

    low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2])
    return min(float(low), estimate), max(float(high), estimate)


def _moved(
    frame: "pd.DataFrame",
    fn: "Callable[[pd.DataFrame], float]",
    rows: list[Any],
    estimate: float,
) -> "Floats":
    """Say by how much the estimate moves when each series is left out."""
    import numpy as np

    without = [
        fn(frame.take(np.concatenate([*rows[:place], *rows[place + 1 :]])))
        for place in range(len(rows))
    ]
    moved = np.array(without, dtype=float) - estimate
    return moved[np.isfinite(moved)]


def _student(moved: "Floats", sizes: "Floats", level: float) -> float:
    from scipy.special import stdtrit

    fourth = float((moved**4).sum())
    holding = float((moved**2).sum()) ** 2 / fourth if fourth else float("inf")
    m_eff = float(sizes.sum() ** 2 / (sizes**2).sum())
    freedom = max(_LEAST_FREEDOM, min(m_eff - 1, holding))
    return float(stdtrit(freedom, 0.5 + level / 2))


def _refused(sizes: "Floats", good: int) -> str:
    if len(sizes) < FEWEST:
        return f"fewer than {FEWEST} series: no interval"
    if sizes.max() > MOST * sizes.sum():
        return "one series is more than half of the base: no interval"
    return "" if good > 1 else "the statistic is undefined in the draws: no interval"

"""Samples drawn on purpose: by stratum, and without replacement from a small lot."""

from typing import Any

from iwflab.errors import BadInput
from iwflab.statistics.intervals.proportions import counts, normal, score
from iwflab.statistics.results import Interval, known_level


def stratified_proportion(
    x: Any, n: Any, population: Any, level: float = 0.95
) -> Interval:
    """Give the share in a population that was sampled stratum by stratum.

    ``x`` of ``n`` drawn in each stratum of ``population`` items (arrays, one entry a
    stratum).  p = sum W p_h with W = N_h/N and variance
    sum W^2 (1 - n_h/N_h) p_h q_h / (n_h - 1): Cochran (1977), Sampling Techniques,
    3rd ed., 5.53.  The limits are Wilson's with the effective sample size
    p q / v, scaled by (z/t)^2 with sum(n_h) - strata degrees of freedom (Korn and
    Graubard 1998, Survey Methodology 24:193-201).  A stratum needs two items.
    Where no stratum shows any spread the limits are those that the least sampled
    stratum allows: 1 - a^(w) with w = max(W_h/n_h), which bounds sum W p_h over all
    p_h under which what was seen has a probability of at least a (by concavity).
    """
    import numpy as np
    from scipy.stats import t

    count, drawn = (np.atleast_1d(a) for a in counts(x, n))
    size = np.broadcast_to(np.asarray(population, float), drawn.shape)
    if (drawn < 2).any() or (size < drawn).any():  # noqa: PLR2004 - a variance needs two
        raise BadInput(
            "a stratum has fewer than two drawn items, or fewer items than were drawn",
            advice="join strata, and give the size of each in the whole lot",
        )
    weight, p = size / size.sum(), count / drawn
    share = float(weight @ p)
    spread = weight**2 * (1 - drawn / size) * p * (1 - p) / (drawn - 1)
    freedom = drawn.sum() - len(drawn)
    z = normal(level)
    shrink = (z / float(t.ppf(0.5 + level / 2, freedom))) ** 2
    variance = float(spread.sum())
    n_eff = share * (1 - share) / variance if variance > 0 else np.nan
    lower, upper = (float(limit) for limit in score(share, n_eff * shrink, z))
    if variance == 0:
        lower, upper = _flat(share, drawn, size, level)
    return Interval(
        share,
        lower,
        upper,
        level=level,
        method="stratified Wilson, finite population",
        n=float(drawn.sum()),
        n_eff=n_eff,
    )


def _flat(share: float, drawn: Any, size: Any, level: float) -> tuple[float, float]:
    """Bound a share that shows no spread within any stratum; a census needs none."""
    if (drawn == size).all():
        return share, share
    tail = (1 - known_level(level)) / (1 if share in {0, 1} else 2)
    room = 1 - tail ** float((size / size.sum() / drawn).max())
    return max(0.0, share - room), min(1.0, share + room)


def hypergeometric_upper(x: int, n: int, population: int, level: float = 0.95) -> int:
    """Give how many of the whole lot may be wrong when x of n drawn are.

    The largest K with P(X <= x | population, K, n) > 1 - level, X hypergeometric: a
    one-sided exact bound for a sample without replacement, see Buonaccorsi (1987),
    JASA 82:1162-1164.  The answer is a number of items, at most population - (n - x).
    """
    from scipy.stats import hypergeom

    if not 0 <= x <= n <= population:
        raise BadInput(
            f"{x} of {n} out of {population} cannot be",
            advice="give 0 <= x <= n <= population",
        )
    tail = 1 - known_level(level)
    low, high = x, population - (n - x)  # low is possible, above high nothing is
    while low < high:
        middle = (low + high + 1) // 2
        if hypergeom.cdf(x, population, middle, n) > tail:
            low = middle
        else:
            high = middle - 1
    return low

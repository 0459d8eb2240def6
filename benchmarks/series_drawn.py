"""Sets of series that are drawn: skewed sizes, and media that resemble their series.

Sizes are min(1 + floor(4 Pareto(1.2)), 200); the share of a series is drawn from a beta
distribution with mean p and intra-class correlation ICC, its media from that share.
Set number i has seed i: a set can be drawn again by itself.
"""

from typing import NamedTuple

import numpy as np

LARGEST = 200
TAIL = 1.2
SCALE = 4


class Setting(NamedTuple):
    """How many series, the true share, and how much media of a series resemble."""

    series: int
    share: float
    icc: float

    def __str__(self):
        return f"{self.series} series, p {self.share}, ICC {self.icc}"


SETTINGS = (
    *(Setting(m, 0.25, icc) for m in (10, 25, 60, 150) for icc in (0.05, 0.3)),
    Setting(25, 0.03, 0.3),
    Setting(60, 0.03, 0.3),
)


def drawn(setting, number):
    """Give y and n, one row a set and one column a series."""
    m, p, icc = setting
    a, b = (q * (1 - icc) / icc for q in (p, 1 - p))
    y, n = np.empty((number, m)), np.empty((number, m))
    for seed in range(number):
        rng = np.random.default_rng(seed)
        sizes = np.minimum(1 + np.floor(rng.pareto(TAIL, m) * SCALE), LARGEST)
        n[seed] = sizes
        y[seed] = rng.binomial(sizes.astype(int), rng.beta(a, b, m))
    return y, n


class Found(NamedTuple):
    """Of the sets: how many intervals were given, cover, and how wide they are."""

    given: int
    covering: int
    width: float

    @property
    def coverage(self):
        """The share of the given intervals that hold the truth."""
        return self.covering / self.given


def held_against(share, interval):
    """Count the intervals that are not refused, and those that hold the truth."""
    lower, upper = (np.asarray(limit) for limit in interval)
    given = np.isfinite(lower)
    covering = (lower <= share) & (share <= upper)
    return Found(
        int(given.sum()), int(covering.sum()), float(np.median((upper - lower)[given]))
    )

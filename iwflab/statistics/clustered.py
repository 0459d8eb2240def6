"""Intervals of shares and medians that know that what is counted clusters in people.

Ten media of one person tell less than ten of ten people.  A share has Wilson's interval
(Wilson, JASA 22, 1927) at an effective size: the design effect (Rao & Scott, Biometrics
48, 1992) comes from the delete-one-cluster jackknife (Wolter, Introduction to Variance
Estimation, 2nd ed. 2007, chapter 4), and Student's t, with the effective number of
clusters less one, takes the place of the normal deviate (after Korn & Graubard, Survey
Methodology 24, 1998).  A median has the percentile interval of the cluster bootstrap
(Davison & Hinkley, Bootstrap Methods, 1997, section 3.8): people are drawn, each with
all that is theirs.  With few people that interval is too narrow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

CONFIDENCE = 0.95
# Statistics reference, section 3 (simulated coverage, 2026): below these no interval
# holds what it promises.
FEWEST_CLUSTERS = 5
LARGEST_SHARE = 0.5
UNRELIABLE_BELOW = 20  # clusters: flagged, as the reference says
DRAWS = 4_000
SEED = 20_261_122  # fixed: the same data give the same interval


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95% bounds; they are NaN where they would not hold."""

    estimate: float
    lower: float
    upper: float
    n: int
    clusters: int

    @property
    def flag(self) -> str:
        """``u``: unreliable, from few clusters; ``x``: there is nothing to estimate."""
        if not self.n:
            return "x"
        few = self.clusters < UNRELIABLE_BELOW or isnan(self.lower)
        return "u" if few else ""


def share(counted: Mapping[str, tuple[int, int]]) -> Interval:
    """Estimate a share from (yes, all) of each cluster.

    Bounds are refused (NaN) below five clusters, or where one holds more than half.
    A share of 0 or 1 has a one-sided bound from the effective number of clusters.
    """
    pairs = [(yes, every) for yes, every in counted.values() if every]
    total = sum(every for _, every in pairs)
    if not total:
        return Interval(nan, nan, nan, 0, 0)
    p = sum(yes for yes, _ in pairs) / total
    if not holds([every for _, every in pairs]):
        return Interval(p, nan, nan, total, len(pairs))
    effective = total**2 / sum(every**2 for _, every in pairs)
    if p in {0.0, 1.0}:
        bound = 1 - (1 - CONFIDENCE) ** (1 / effective)
        lower, upper = (0.0, bound) if p == 0 else (1 - bound, 1.0)
        return Interval(p, lower, upper, total, len(pairs))
    lower, upper = _wilson(p, *_size(pairs, total, effective))
    return Interval(p, lower, upper, total, len(pairs))


def design_effect(pairs: Sequence[tuple[int, int]]) -> float:
    """Give how many times the variance is that of as many single items.

    ``pairs`` are (yes, all) of each cluster; the share is neither 0 nor 1.
    """
    m, total = len(pairs), sum(every for _, every in pairs)
    yes = sum(one for one, _ in pairs)
    p = yes / total
    without = [(yes - k) / (total - n) for k, n in pairs]
    variance = (m - 1) / m * sum((one - p) ** 2 for one in without)
    return variance / (p * (1 - p) / total)


def holds(sizes: Sequence[int]) -> bool:
    """Tell whether clusters of these sizes carry an interval at all."""
    there = [size for size in sizes if size]
    return len(there) >= FEWEST_CLUSTERS and max(there) <= LARGEST_SHARE * sum(there)


def _size(
    pairs: Sequence[tuple[int, int]], total: int, effective: float
) -> tuple[float, float]:
    """Give the effective number of items, and the normal deviate."""
    from scipy.special import ndtri, stdtrit

    tail = (1 + CONFIDENCE) / 2
    z = float(ndtri(tail))
    t = float(stdtrit(effective - 1, tail))
    return total / max(design_effect(pairs), 1.0) * (z / t) ** 2, z


def _wilson(p: float, n: float, z: float) -> tuple[float, float]:
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return middle - half, middle + half


def median(measured: Mapping[str, Sequence[float]]) -> Interval:
    """Estimate a median from the values of each cluster; bounds are refused alike."""
    import numpy as np

    clusters = [np.asarray(v, float) for v in measured.values() if len(v)]
    total = sum(len(one) for one in clusters)
    if not total:
        return Interval(nan, nan, nan, 0, 0)
    found = float(np.median(np.concatenate(clusters)))
    if not holds([len(one) for one in clusters]):
        return Interval(found, nan, nan, total, len(clusters))
    tail = (1 - CONFIDENCE) / 2
    lower, upper = np.quantile(_resampled(clusters), [tail, 1 - tail])
    return Interval(found, float(lower), float(upper), total, len(clusters))


def _resampled(clusters: Sequence["np.ndarray"]) -> "np.ndarray":
    """Give the medians of samples of whole clusters, drawn with replacement."""
    import numpy as np

    draw = np.random.default_rng(SEED).integers(
        0, len(clusters), (DRAWS, len(clusters))
    )
    return np.array([np.median(np.concatenate([clusters[i] for i in d])) for d in draw])

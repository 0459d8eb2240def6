"""Intervals: what a number may be, when the media behind it are a sample.

Single items that do not belong together: :func:`wilson`, :func:`clopper_pearson`,
:func:`newcombe_diff`, :func:`stratified_proportion`, :func:`hypergeometric_upper`.
Events: :func:`poisson_exact`, :func:`rate_ratio`.  Media of series, that is nearly
always: :func:`cluster_proportion`, :func:`cluster_counts`, :func:`cluster_bootstrap`.

All take plain numbers or arrays and give an :class:`Interval`, which unpacks into its
limits; proportions are shares from 0 to 1.
"""

from iwflab.statistics.intervals.bootstrap import cluster_bootstrap
from iwflab.statistics.intervals.clusters import cluster_counts, cluster_proportion
from iwflab.statistics.intervals.proportions import (
    clopper_pearson,
    newcombe_diff,
    wilson,
)
from iwflab.statistics.intervals.rates import poisson_exact, rate_ratio
from iwflab.statistics.intervals.samples import (
    hypergeometric_upper,
    stratified_proportion,
)
from iwflab.statistics.results import Interval

__all__ = [
    "Interval",
    "clopper_pearson",
    "cluster_bootstrap",
    "cluster_counts",
    "cluster_proportion",
    "hypergeometric_upper",
    "newcombe_diff",
    "poisson_exact",
    "rate_ratio",
    "stratified_proportion",
    "wilson",
]

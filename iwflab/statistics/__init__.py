"""Statistics: tidy tables in, tables that say what they count out.

The building blocks take frames, plain numbers and arrays:

    describe      counts, shares on three bases, tags, change
    intervals     of a proportion, a rate, a sample; of media that come in series
    association   tests and sizes, for tables, tags and ordered outcomes
    results       the contract that every result keeps
    published     tables that others published, to be made again

A statistic that desk and command line show is one file here: :data:`STATISTICS`.
"""

from iwflab.domain.counting import Statistic
from iwflab.registry import Registry
from iwflab.statistics import association, describe, intervals, published, results

__all__ = [
    "STATISTICS",
    "association",
    "describe",
    "intervals",
    "published",
    "results",
]

STATISTICS = Registry(__name__, Statistic)

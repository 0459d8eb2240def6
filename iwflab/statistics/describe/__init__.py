"""Counts and shares that say what they count: tidy frames in, results out.

    freq(frame, by, unit)               one row a category and measure
    crosstab(frame, rows, cols, unit)   one row a cell and measure
    multi_response(frame, tag, ...)     tags of which an item may have several
    cumulative_age(frame, band, unit)   "10 or under"
    change(before, after, kind)         percent or percentage points
    bounds_unknown(count, known, unknown)   the three bases of a share
    wide(table)                         a result as people read it

Unknown is always a row.  Each share comes on three bases: of all, of what is known, and
the bounds between which it lies whatever the unknown ones are.
"""

from iwflab.statistics.describe.ages import cumulative_age
from iwflab.statistics.describe.axes import UNKNOWN
from iwflab.statistics.describe.changes import Bases, bounds_unknown, change
from iwflab.statistics.describe.responses import multi_response
from iwflab.statistics.describe.tables import crosstab, freq, wide

__all__ = [
    "UNKNOWN",
    "Bases",
    "bounds_unknown",
    "change",
    "crosstab",
    "cumulative_age",
    "freq",
    "multi_response",
    "wide",
]

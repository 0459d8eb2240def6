"""Count units: what one row is, and how the units relate.

    unit_frame(frames, "content")  # one row each of the unit
    reconcile_units(frames)        # the ladder from files to series and addresses

``frames`` are the counted frames (docs/statistics.md).
"""

from iwflab.statistics.units.ladder import reconcile_units
from iwflab.statistics.units.rows import (
    agreed,
    most_severe,
    reference,
    unit_frame,
    youngest,
)

__all__ = [
    "agreed",
    "most_severe",
    "reconcile_units",
    "reference",
    "unit_frame",
    "youngest",
]

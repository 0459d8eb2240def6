"""Age from bands: how many are of an age or younger.  Bands give no mean age."""

from collections.abc import Collection
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from iwflab.errors import BadInput
from iwflab.statistics.describe.axes import BAND, Axis, axis, weights
from iwflab.statistics.describe.held import Nested
from iwflab.statistics.describe.shares import Cells, Describes, Kind, asked, rows
from iwflab.statistics.describe.tables import series_of
from iwflab.statistics.results import known_unit

if TYPE_CHECKING:
    import pandas as pd

    from iwflab.statistics.describe.axes import Codes


def cumulative_age(
    frame: "pd.DataFrame",
    band: str,
    unit: str,
    cluster: str | None = None,
    *,
    unknown: Collection[str] | str = "row",
    counts: str | None = None,
    interval: Kind | None = None,
    describes: Describes = "sampling",
    level: float = 0.95,
) -> "pd.DataFrame":
    """Count who is of an age or younger, by closed bands such as ``7-10``.

    Each row says "10 or under": all of that band and of those below it.  Measures,
    ``cluster``, ``unknown`` and the rest are those of
    :func:`~iwflab.statistics.describe.freq`; unknown ages are a row of their own and
    the bounds say what they could change.
    Raises :class:`~iwflab.errors.BadInput` where bands overlap or are no bands.
    """
    import numpy as np

    known_unit(unit)
    side = axis(frame, band, unknown)
    ask = asked(cluster, interval, describes, level)
    order, names = _ordered(side)
    weight = weights(frame, counts)
    count = np.bincount(side.codes, weights=weight, minlength=len(side)).astype(float)
    lost = float(count[side.unknown].sum())
    sums = np.append(np.cumsum(count[order]), lost)
    size = len(sums)
    found = None
    if cluster is not None and ask.kind not in {"none", "wilson"}:
        found = _nested(series_of(frame, cluster), side, order, weight)
    known_of = np.append(np.zeros(size - 1, dtype=np.int64), -1)
    total, known = float(count.sum()), float(count.sum()) - lost
    made = Cells(
        count=sums,
        base_of=np.zeros(size, dtype=np.int64),
        known_of=known_of,
        base=np.full(size, total),
        known=np.where(known_of < 0, 0.0, known),
        possible=np.append(sums[:-1] + lost, lost),
    )
    labels = Axis(band, side.codes, (*names, "unknown"), side.unknown, ordered=True)
    keys = {band: labels.column(np.arange(size))}
    return rows(made, keys, unit=unit, ask=ask, found=found)


def _nested(
    series: tuple["Codes", int], side: Axis, order: list[int], weight: Any
) -> Nested:
    """Count by series who is of each age or younger, and who is of unknown age."""
    import numpy as np

    joint, shape = series[0] * len(side) + side.codes, (series[1], len(side))
    by = np.bincount(joint, weights=weight, minlength=shape[0] * shape[1])
    each = by.reshape(shape).T.astype(float)
    gone = each[side.unknown].sum(0, keepdims=True)
    return Nested(np.concatenate([np.cumsum(each[order], axis=0), gone]))


def _ordered(side: Axis) -> tuple[list[int], list[str]]:
    """Give the places of the known bands from young to old, and what to call them."""
    limits: list[tuple[int, int, int]] = []
    for place, label in enumerate(side.labels):
        if side.unknown[place]:
            continue
        found = BAND.fullmatch(str(label))
        if found is None:
            raise BadInput(
                f"{label!r} is no closed age band",
                advice="give bands like 7-10, and words for unknown",
            )
        limits.append((int(found[1]), int(found[2]), place))
    limits.sort()
    for (_, high, _), (low, _, _) in pairwise(limits):
        if low <= high:
            raise BadInput("age bands overlap", advice="give bands that follow on")
    return [p for _, _, p in limits], [f"{high} or under" for _, high, _ in limits]

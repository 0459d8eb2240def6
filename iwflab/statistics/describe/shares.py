"""Rows of a result for the cells of a table: the count, and its share on three bases.

count            how many
share_of_all     of the base, unknown ones in it
share_of_known   of the base without the unknown ones
share_bounds     lower and upper: where the share of all lies, whatever the unknown
                 ones are; no interval, and no estimate
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from iwflab.errors import BadInput
from iwflab.statistics.describe.held import Sums
from iwflab.statistics.intervals.clusters import METHODS, from_moments
from iwflab.statistics.intervals.proportions import wilson
from iwflab.statistics.results import NAN, Interval, known_level, result

if TYPE_CHECKING:
    import pandas as pd

    from iwflab.statistics.describe.axes import Codes
    from iwflab.statistics.results import Floats

MEASURES = ("count", "share_of_all", "share_of_known", "share_bounds")
Kind = Literal["none", "wilson", "jackknife", "linearised"]
Describes = Literal["sampling", "process"]
_DESCRIBES: Mapping[str, str] = {
    "sampling": "interval: sampling error, the series stand for more like them",
    "process": "interval: variation from period to period",
}
CENSUS = "census: all that was counted, no interval"


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a table, as arrays of one entry a cell.

    ``base_of`` and ``known_of`` name the base of each cell among all and among the
    known (-1: none, the cell is unknown); ``base`` and ``known`` are their sizes,
    ``possible`` what the cell would hold if all unknown ones belonged to it.
    """

    count: "Floats"
    base_of: "Codes"
    known_of: "Codes"
    base: "Floats"
    known: "Floats"
    possible: "Floats"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which interval stands beside the shares, and what it describes."""

    kind: Kind
    describes: Describes
    level: float


def asked(
    cluster: object, kind: Kind | None, describes: Describes, level: float
) -> Asked:
    """Settle the kind of interval: none for a census, jackknife where series are given.

    ``wilson`` must be asked for by name: items that stand alone, or a drawn sample.
    """
    chosen: Kind = kind or ("none" if cluster is None else "jackknife")
    if chosen not in {"none", "wilson", *METHODS}:
        raise BadInput(
            f"no interval {chosen!r}",
            advice="choose none, wilson, jackknife, linearised",
        )
    if chosen in METHODS and cluster is None:
        raise BadInput(
            f"{chosen} needs the series", advice="name the column: cluster=..."
        )
    if describes not in _DESCRIBES:
        raise BadInput(
            f"an interval cannot describe {describes!r}",
            advice=f"choose {' or '.join(_DESCRIBES)}",
        )
    return Asked(chosen, describes, known_level(level))


def rows(
    cells: Cells,
    keys: Mapping[str, Any],
    *,
    unit: str,
    ask: Asked,
    found: Sums | None = None,
) -> "pd.DataFrame":
    """Give four rows a cell; ``keys`` are key columns of one entry a cell."""
    import numpy as np

    size, number = len(cells.count), len(MEASURES)
    shares = [_interval(cells, of, ask, found) for of in ("base_of", "known_of")]
    low, high = _bounds(cells)
    blank = np.full(size, NAN)
    holding = blank if found is None else found.holding()
    hidden = np.where(cells.known_of < 0, "z", "")
    of_all, of_known = shares
    spread: dict[str, tuple[Any, ...]] = {
        "estimate": (cells.count, of_all.estimate, of_known.estimate, blank),
        "lower": (blank, of_all.lower, of_known.lower, low),
        "upper": (blank, of_all.upper, of_known.upper, high),
        "n": (cells.base, cells.base, cells.known, cells.base),
        "n_eff": (blank, of_all.n_eff, of_known.n_eff, blank),
        "clusters": (holding, of_all.clusters, of_known.clusters, blank),
        "flag": ("", of_all.flag, np.where(hidden == "z", "z", of_known.flag), hidden),
        "method": ("count", of_all.method, of_known.method, "worst-case bounds"),
        "note": ("", of_all.note, of_known.note, ""),
        "level": (NAN, of_all.level, of_known.level, NAN),
        "measure": MEASURES,
    }
    told = {
        name: np.stack([np.broadcast_to(part, size) for part in parts], 1).ravel()
        for name, parts in spread.items()
    }
    repeated = {name: key.repeat(number) for name, key in keys.items()}
    return result(repeated, unit=unit, **told)


def _interval(cells: Cells, of: str, ask: Asked, found: Sums | None) -> Interval:
    import numpy as np

    base_of: Codes = getattr(cells, of)
    inside = base_of >= 0
    base = cells.base if of == "base_of" else cells.known
    count = np.where(inside, cells.count, 0.0)
    if ask.kind == "none" or not len(count):
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(inside, count / base, NAN)
        return Interval(share, NAN, NAN, level=NAN, method="share", note=CENSUS)
    if ask.kind == "wilson" or found is None:
        told = wilson(count, np.where(inside, base, 0.0), ask.level)
    else:
        sums = found.moments(base_of, ask.kind)
        told = from_moments(sums, method=ask.kind, level=ask.level)
    why = _DESCRIBES[ask.describes]
    notes = [f"{note}; {why}" if note else why for note in _each(told.note, len(count))]
    return Interval(
        told.estimate,
        told.lower,
        told.upper,
        level=ask.level,
        method=told.method,
        n=base,
        n_eff=told.n_eff,
        clusters=told.clusters,
        flag=told.flag,
        note=np.array(notes, dtype=object),
    )


def _each(value: Any, size: int) -> Any:
    import numpy as np

    return np.broadcast_to(value, size)


def _bounds(cells: Cells) -> "tuple[Floats, Floats]":
    import numpy as np

    inside = cells.known_of >= 0
    with np.errstate(divide="ignore", invalid="ignore"):
        least, most = cells.count / cells.base, cells.possible / cells.base
    return np.where(inside, least, NAN), np.where(inside, most, NAN)

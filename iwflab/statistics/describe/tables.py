"""Frequencies and two-way tables, by counting codes and never grouping objects."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from iwflab.errors import BadInput
from iwflab.statistics.describe.axes import Axis, axes, weights
from iwflab.statistics.describe.held import held
from iwflab.statistics.describe.shares import (
    MEASURES,
    Asked,
    Cells,
    Describes,
    Kind,
    asked,
    rows,
)
from iwflab.statistics.results import joined, known_unit, validated

if TYPE_CHECKING:
    import pandas as pd

    from iwflab.statistics.describe.axes import Codes

Percent = Literal["all", "rows", "cols"]


def freq(
    frame: "pd.DataFrame",
    by: str | Sequence[str],
    unit: str,
    cluster: str | None = None,
    *,
    unknown: Collection[str] | str = "row",
    counts: str | None = None,
    interval: Kind | None = None,
    describes: Describes = "sampling",
    level: float = 0.95,
) -> "pd.DataFrame":
    """Count rows by one or more columns: four measures a category, as a result.

    ``unit`` says what a row of ``frame`` is.  ``cluster`` names the column of series
    and brings the intervals of :func:`iwflab.statistics.intervals.cluster_counts`;
    without it the table is a census and has none (``interval="wilson"`` for items
    that stand alone).  ``describes`` says what the interval is about and stands in the
    note.  ``unknown`` gives the words that mean not known (default: :data:`UNKNOWN`);
    missing values are counted with them, and they are always a row.  ``counts`` names
    a column of counts where the frame is already aggregated.
    Raises :class:`~iwflab.errors.BadInput` for an unknown unit or column.
    """
    names = [by] if isinstance(by, str) else list(by)
    known_unit(unit)
    sides = axes(frame, names, unknown)
    ask = asked(cluster, interval, describes, level)
    given = _Given(frame, cluster, counts)
    return _table(sides, set(), given, unit=unit, ask=ask)


def crosstab(
    frame: "pd.DataFrame",
    rows: str,
    cols: str,
    unit: str,
    cluster: str | None = None,
    *,
    pct: Percent = "all",
    margins: bool = False,
    unknown: Collection[str] | str = "row",
    counts: str | None = None,
    interval: Kind | None = None,
    describes: Describes = "sampling",
    level: float = 0.95,
) -> "pd.DataFrame":
    """Count rows by two columns: four measures a cell, as a result.

    ``pct`` says of what the shares are: of all, of their row or of their column; known
    means known on the side that is distributed.  ``margins`` adds the rows and columns
    ``all``.  The rest as in :func:`freq`; :func:`wide` turns one measure into the table
    that people read.
    """
    if pct not in {"all", "rows", "cols"}:
        raise BadInput(f"no percentage {pct!r}", advice="choose all, rows or cols")
    known_unit(unit)
    sides = axes(frame, [rows, cols], unknown)
    ask = asked(cluster, interval, describes, level)
    given = _Given(frame, cluster, counts)
    within = {"all": set(), "rows": {rows}, "cols": {cols}}[pct]
    found = _table(sides, within, given, unit=unit, ask=ask, margin=margins)
    if not margins:
        return found
    edges = [
        _table(sides, within, given, unit=unit, ask=ask, margin=True, over=over)
        for over in ({cols}, {rows}, {rows, cols})
    ]
    return joined(found, *edges)


def wide(table: "pd.DataFrame", measure: str = "count") -> "pd.DataFrame":
    """Give one measure of a result as people read it.

    One key: a column; two keys: the second across.  Empty categories stay.
    """
    validated(table)
    keys = [str(name) for name in table.columns[: list(table.columns).index("measure")]]
    chosen = table[table["measure"] == measure]
    if chosen.empty:
        raise BadInput(
            f"no measure {measure!r} in this result",
            advice=f"there are: {', '.join(table['measure'].unique())}",
        )
    told = chosen.set_index(keys)["estimate"]
    if len(keys) == 1:
        return told.to_frame(measure)
    return told.unstack(keys[-1])  # noqa: PD010 - pivot_table drops empty categories


class _Given:
    """The columns that every part of one table shares, read once."""

    def __init__(
        self, frame: "pd.DataFrame", cluster: str | None, counts: str | None
    ) -> None:
        self.weight = weights(frame, counts)
        self.series: Codes | None = None
        self.number = 0
        if cluster is not None:
            self.series, self.number = series_of(frame, cluster)


def series_of(frame: "pd.DataFrame", cluster: str) -> tuple["Codes", int]:
    """Give the series of each row as a code, and how many codes there are."""
    import numpy as np
    import pandas as pd

    if cluster not in frame.columns:
        raise BadInput(f"no column {cluster!r}", advice="name the column of series")
    column = frame[cluster]
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, number = column.cat.codes.to_numpy(), len(column.cat.categories)
    else:
        codes, names = pd.factorize(column)
        number = len(names)
    if len(codes) and codes.min() < 0:
        raise BadInput(
            f"{cluster!r} is missing for some rows",
            advice="give each medium without a series a series of its own",
        )
    return codes.astype(np.int64), number


def _table(
    sides: list[Axis],
    within: set[str],
    given: _Given,
    *,
    unit: str,
    ask: Asked,
    margin: bool = False,
    over: Collection[str] = (),
) -> "pd.DataFrame":
    """Make the rows of one table; sides in ``over`` are summed into their margin."""
    import numpy as np

    left = [side for side in sides if side.name not in over]
    # Cells of one base stand together while they are counted: see held.py.
    kept = sorted(left, key=lambda side: side.name not in within)
    shape = tuple(len(side) for side in kept)
    cells = int(np.prod(shape, dtype=int))
    code = _ravel(kept, len(sides[0].codes))
    count = np.bincount(code, weights=given.weight, minlength=cells).astype(float)
    places = dict(zip([s.name for s in kept], np.indices(shape), strict=True))
    flat = {name: place.ravel() for name, place in places.items()}
    made = _cells(kept, count, flat, within)
    trivial = {side.name for side in kept} <= within
    quiet = Asked("none", ask.describes, ask.level) if trivial else ask
    found = None
    if given.series is not None and quiet.kind not in {"none", "wilson"}:
        found = held(given.series, given.number, code, cells, given.weight)
    margins = np.full(cells, -1)
    keys = {s.name: s.column(flat.get(s.name, margins), margin=margin) for s in sides}
    told = rows(made, keys, unit=unit, ask=quiet, found=found)
    if kept == left:
        return told
    back = np.argsort(_rank(left, flat), kind="stable")
    each = back[:, None] * len(MEASURES) + np.arange(len(MEASURES))
    return told.take(each.ravel()).reset_index(drop=True)


def _rank(left: list[Axis], flat: Mapping[str, "Codes"]) -> "Codes":
    """Give the place of each cell in the order in which the sides were named."""
    import numpy as np

    rank = np.zeros(len(flat[left[0].name]), dtype=np.int64)
    for side in left:
        rank = rank * len(side) + flat[side.name]
    return rank


def _ravel(kept: list[Axis], size: int) -> "Codes":
    import numpy as np

    code = np.zeros(size, dtype=np.int64)
    for side in kept:
        code = code * len(side) + side.codes
    return code


def _cells(
    kept: list[Axis], count: Any, places: Mapping[str, "Codes"], within: set[str]
) -> Cells:
    """Give each cell its bases; the sides in ``within`` are given, not distributed."""
    import numpy as np

    size = len(count)
    base_of, hidden = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool)
    for side in kept:
        place = places[side.name]
        if side.name in within:
            base_of = base_of * len(side) + place
        else:
            hidden |= side.unknown[place]
    known_of = np.where(hidden, -1, base_of)
    base = np.bincount(base_of, weights=count).astype(float)
    known = np.bincount(base_of, weights=np.where(hidden, 0, count))
    return Cells(
        count=count,
        base_of=base_of,
        known_of=known_of,
        base=base[base_of],
        known=np.where(hidden, 0.0, known[base_of]),
        possible=_possible(kept, count, within),
    )


def _possible(kept: list[Axis], count: Any, within: set[str]) -> Any:
    """Say what each cell would hold if all that may belong to it did."""
    import numpy as np

    cube = count.reshape([len(side) for side in kept])
    for place, side in enumerate(kept):
        if side.name not in within:
            first = np.moveaxis(cube, place, 0)
            lost = first[side.unknown].sum(0)
            told = np.where(
                side.unknown.reshape(-1, *[1] * (cube.ndim - 1)), first, first + lost
            )
            cube = np.moveaxis(told, 0, place)
    return cube.reshape(-1)

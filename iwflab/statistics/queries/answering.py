"""From a query to its answer: chosen, counted, with what it could leave as.

The table is made at once; true counts by series and what disclosure control makes of
them are made when they are asked for, because that takes longer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from iwflab.errors import BadInput
from iwflab.statistics.describe import change, crosstab, freq
from iwflab.statistics.describe.axes import axis
from iwflab.statistics.disclosure.profiles import profile
from iwflab.statistics.disclosure.protecting import Protected, protect
from iwflab.statistics.disclosure.tables import ALL, Counts, Key, counts_of
from iwflab.statistics.queries.query import EVER, Query, must_have_begun
from iwflab.statistics.queries.sides import NOT_KNOWN, Prepared, prepared
from iwflab.statistics.queries.telling import (
    coverage_of,
    finding,
    note_of,
    public_finding,
    source_of,
)

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from iwflab.statistics.disclosure.profiles import Profile
    from iwflab.statistics.queries.sides import Frames

CLUSTER = "cluster"


@dataclass(frozen=True, eq=False)
class Answer:
    """What a query found.  ``result`` keeps the contract of results, margins in it.

    ``exclusions`` says how many were left out, and why; like ``result``, ``counts``
    and ``title`` it is for inside.  What may leave is ``protected`` and
    ``public_title``.  ``before`` is the answer for the second period and ``changes``
    the change in percentage points since then, a column by keys.
    """

    query: Query
    result: "pd.DataFrame"
    base: int
    exclusions: Mapping[str, int]
    coverage: str
    chosen: "pd.DataFrame" = field(repr=False)
    rule: "Profile"
    before: "Answer | None" = None
    seconds: int | None = None  # disclosure control may take so long, if not as long
    #                             as its profile says
    read_on: "date | None" = None

    @property
    def title(self) -> str:
        """Say the finding in words, from true numbers: for inside."""
        return finding(self)

    @property
    def public_title(self) -> str:
        """Say the finding in words, from nothing but what may leave."""
        return public_finding(self)

    @property
    def note(self) -> str:
        """Say how to read it."""
        return note_of(self.query, self.read_on)

    @property
    def source(self) -> str:
        """Say where it comes from."""
        return source_of(self.query)

    @property
    def changes(self) -> "pd.DataFrame | None":
        """Give the change of each share of all, in percentage points."""
        before = self.before
        return None if before is None else _changes(self.result, before.result)

    @cached_property
    def counts(self) -> Counts:
        """Give true counts with their series, as disclosure control takes them."""
        return _counts(self.query, self.chosen, self.coverage)

    @cached_property
    def protected(self) -> Protected:
        """Say what could leave under the profile: ``disclosure.protect``."""
        rule = self.rule
        if self.seconds is not None:
            rule = replace(rule, seconds=min(rule.seconds, self.seconds))
        return protect(self.counts, rule)


def answer(frames: "Frames", query: Query, *, seconds: int | None = None) -> Answer:
    """Answer a query from the counted frames of a lab (``workflow.counting.frames``).

    Takes the frame of the unit, keeps what is signed off, in the period and of the
    levels asked for, and counts it; what was left out is in ``exclusions``.  Whoever
    asks often prepares the frame once: :func:`answer_of`.
    Raises :class:`~iwflab.errors.BadInput` for a column or level that is not there.
    """
    return answer_of(prepared(frames, query.unit), query, seconds=seconds)


def answer_of(
    ready: Prepared,
    query: Query,
    *,
    seconds: int | None = None,
    profiles: "Mapping[str, Profile] | None" = None,
    read_on: "date | None" = None,
) -> Answer:
    """Answer a query from a prepared frame of its unit.

    ``profiles`` are those that it may name, by default the ones of this release;
    raises NotFound for another.  ``read_on`` is the day of the data (UTC): a period
    that begins later is refused with BadInput, one that is not over is told of.
    """
    rule = profile(query.profile, profiles)
    if read_on is not None:
        must_have_begun(query, read_on)
    if ready.unit != query.unit:
        raise BadInput(
            f"the query counts {query.unit!r}, the frame holds {ready.unit!r}",
            advice="prepare the frame of the unit that the query names",
        )
    for side in (*query.sides, *query.filters):
        ready.known(side)
    before = None
    if query.compares:
        earlier = replace(query, period=query.compare, compare=EVER)
        before = answer_of(
            ready, earlier, seconds=seconds, profiles=profiles, read_on=read_on
        )
    chosen, exclusions = _choose(ready, query)
    return Answer(
        query=query,
        result=_table(chosen, query),
        base=len(chosen),
        exclusions={**exclusions, **ready.left_out},
        coverage=coverage_of(query),
        chosen=chosen,
        rule=rule,
        before=before,
        seconds=seconds,
        read_on=read_on,
    )


def _choose(ready: Prepared, query: Query) -> "tuple[pd.DataFrame, dict[str, int]]":
    """Keep the rows that are asked for; say of the others why they are not."""
    import numpy as np

    frame = ready.frame
    counted = frame["counted"].to_numpy()
    when = frame["signed_on"]
    first, last = query.period
    inside = np.ones(len(frame), dtype=bool)
    if first:
        inside &= (when >= first).to_numpy()
    if last:
        inside &= (when < _day_after(last)).to_numpy()
    kept = np.ones(len(frame), dtype=bool)
    for side, levels in query.filters.items():
        kept &= _among(ready, side, levels)
    left = {
        "not signed off": int((~counted).sum()),
        "signed off on another day": int((counted & ~inside).sum()),
        "left out by the filters": int((counted & inside & ~kept).sum()),
    }
    exclusions = {reason: number for reason, number in left.items() if number}
    return frame[counted & inside & kept], exclusions


def _day_after(day: str) -> Any:
    import pandas as pd

    return pd.Timestamp(day) + pd.Timedelta(days=1)


def _among(ready: Prepared, side: str, levels: tuple[str, ...]) -> Any:
    import numpy as np

    found = axis(ready.frame, side, NOT_KNOWN)
    names = [str(one) for one in found.labels]
    if strange := [one for one in levels if one not in names]:
        raise BadInput(
            f"{side!r} has no level {strange[0]!r}",
            advice=f"choose among: {', '.join(names)}",
        )
    return np.isin(found.codes, [names.index(one) for one in levels])


def _table(chosen: "pd.DataFrame", query: Query) -> "pd.DataFrame":
    cluster = CLUSTER if query.cluster else None
    if not query.cols:
        return freq(chosen, query.rows, query.unit, cluster, unknown=NOT_KNOWN)
    return crosstab(
        chosen,
        query.rows,
        query.cols,
        query.unit,
        cluster,
        pct=query.pct,
        margins=True,
        unknown=NOT_KNOWN,
    )


def _changes(now: "pd.DataFrame", before: "pd.DataFrame") -> "pd.DataFrame":
    measures = [one[one["measure"] == "share_of_all"] for one in (now, before)]
    keys = list(now.columns[: list(now.columns).index("measure")])
    made = measures[0][keys].reset_index(drop=True)
    after, first = (one["estimate"].to_numpy(dtype=float) for one in measures)
    return made.assign(pp=change(100 * first, 100 * after, "pp"))


def _counts(query: Query, chosen: "pd.DataFrame", coverage: str) -> Counts:
    """Count each inner cell by series; series are numbers, never their names."""
    import numpy as np

    sides = [axis(chosen, name, NOT_KNOWN) for name in query.sides]
    shape = [len(side) for side in sides]
    cell = np.ravel_multi_index([side.codes for side in sides], shape)
    whose = chosen[CLUSTER].to_numpy(dtype=np.int64)
    most = int(whose.max(initial=0)) + 1
    both, number = np.unique(cell * most + whose, return_counts=True)
    labels = [tuple(str(one) for one in side.labels) for side in sides]
    series: dict[Key, dict[str, int]] = {}
    for at, one, n in zip(both // most, both % most, number, strict=True):
        places = np.unravel_index(at, shape)
        key = tuple(names[i] for names, i in zip(labels, places, strict=True))
        series.setdefault(key, {})[str(one)] = int(n)
    return counts_of(
        {key: sum(found.values()) for key, found in series.items()},
        name=" by ".join(query.sides),
        unit=query.unit,
        names=query.sides,
        levels=labels,
        coverage=coverage,
        series=series,
    )


__all__ = ["ALL", "Answer", "answer", "answer_of"]

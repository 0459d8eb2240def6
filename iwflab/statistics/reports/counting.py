"""From counted frames to tables of counts: who is in a period, and one row a content.

A content stands for its near-duplicates: the most severe of their categories (a
category that is not settled may be the most severe one, unless the most severe is
there), the youngest known band of their children, the sexes of all their children, and
the children of the medium that shows most of them.  Youngest and most severe need not
belong to one medium.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from iwflab.domain.categories import NONE, UNDETERMINED
from iwflab.domain.elements import AGE_BANDS, CHILD_FIELDS
from iwflab.errors import BadInput
from iwflab.statistics.disclosure import Counts, counts_of
from iwflab.statistics.reports.periods import Period

if TYPE_CHECKING:
    import pandas as pd

Frames = Mapping[str, "pd.DataFrame"]

# A content without a child row counts as not known, on every axis: a row of its own
# would be one count under several names, which no audit can tell.
UNKNOWN = "not known"
SEXES = ("girls", "boys", "both", UNKNOWN)
AGES = (*[b for b in AGE_BANDS if b not in CHILD_FIELDS["age_band"].unknown], UNKNOWN)
WIDER: Mapping[str, str] = {  # pairs of bands, where the narrow ones tell too much
    "0-2": "0-6",
    "3-6": "0-6",
    "7-10": "7-13",
    "11-13": "7-13",
    "14-15": "14-17",
    "16-17": "14-17",
}
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "media": (
        *("medium", "content", "series", "kind", "counted", "code", "prohibited"),
        *("children", "youngest", "arrived_on", "signed_on"),
    ),
    "children": ("medium", "content", "age_band", "sex"),
    "tags": ("medium", "content", "tag", "value"),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """What a period counts, under one scheme.

    ``assessed``: one row a content signed off in the period; ``items``: those of it
    that are in a category or undetermined; ``children``: one row a child of them.
    ``levels``: the codes, most severe first, and undetermined.
    """

    period: Period
    levels: tuple[str, ...]
    arrived: "pd.DataFrame"
    media: "pd.DataFrame"
    assessed: "pd.DataFrame"
    items: "pd.DataFrame"
    children: "pd.DataFrame"


def checked(frames: Frames) -> None:
    """Refuse frames that lack what every report counts."""
    for name, columns in _NEEDED.items():
        have = set(frames[name].columns) if name in frames else set()
        if lacking := [column for column in columns if column not in have]:
            raise BadInput(
                f"the frame {name!r} lacks: {', '.join(lacking)}",
                advice="give the counted frames as the lab makes them",
            )


def counted_in(frames: Frames, period: Period) -> Counted:
    """Take what was signed off in a period, one row a content."""
    media = frames["media"]
    here = media["counted"].astype(bool) & period.holds(media["signed_on"])
    signed = media[here & media["code"].notna()]
    codes = [str(code) for code in media["code"].cat.categories]
    levels = tuple(c for c in reversed(codes) if c not in {NONE, UNDETERMINED})
    children = frames["children"]
    children = children[children["medium"].isin(signed["medium"])]
    assessed = _contents(signed, children, levels)
    items = assessed[assessed["code"] != NONE]
    shown = children[children["medium"].isin(items["richest"])]
    shown = shown.drop(columns="series", errors="ignore")
    shown = shown.merge(items[["content", "series"]], on="content")
    known = shown["age_band"].astype(object)
    shown = shown.assign(age=known.where(known.isin(AGES), UNKNOWN))
    return Counted(
        period=period,
        levels=(*levels, UNDETERMINED),
        arrived=media[period.holds(media["arrived_on"])],
        media=signed,
        assessed=assessed,
        items=items,
        children=shown,
    )


def _contents(
    media: "pd.DataFrame", children: "pd.DataFrame", levels: Sequence[str]
) -> "pd.DataFrame":
    """Make one row a content of its media and their children."""
    import pandas as pd

    ranked = media.assign(rows=media["children"].fillna(0).astype(int))
    by = ["content", "rows", "medium"]
    ranked = ranked.sort_values(by, ascending=[True, False, True])
    made = ranked.drop_duplicates("content").set_index("content")
    made = made.rename(columns={"medium": "richest"})
    order = [*levels[:1], UNDETERMINED, *levels[1:]]
    severity = {code: at for at, code in enumerate(order)}
    made["code"] = _first(media, "code", severity, NONE)
    made["prohibited"] = _first(media, "prohibited", {"prohibited": 0}, "")
    ages = {band: at for at, band in enumerate(AGES)}
    made["age"] = _first(media, "youngest", ages, UNKNOWN)
    made["sex"] = _sexes(children).reindex(made.index).fillna(UNKNOWN)
    made = made.rename(columns={"rows": "number"}).reset_index()
    series = made["series"].fillna("").astype(str)
    alone = "content " + made["content"].astype(str)
    made["series"] = series.where(series != "", alone)
    columns = ["content", "series", "kind", "code", "prohibited", "age", "sex"]
    return pd.DataFrame(made[[*columns, "number", "richest"]])


def _first(
    frame: "pd.DataFrame", column: str, order: Mapping[str, int], other: str
) -> "pd.Series[Any]":
    """Give each content the value that comes first in an order."""
    names = dict(enumerate(order))
    rank = frame[column].astype(object).map(order).astype(float)
    least = rank.groupby(frame["content"]).min()
    return least.map(names).astype(object).where(least.notna(), other)


def _sexes(children: "pd.DataFrame") -> "pd.Series[Any]":
    """Say of each content which sexes its children have, as far as it is known."""
    import numpy as np
    import pandas as pd

    own = children["content"]
    girls = (children["sex"].astype(object) == "girl").groupby(own).any()
    boys = (children["sex"].astype(object) == "boy").groupby(own).any()
    told = np.select([girls & boys, girls, boys], ["both", "girls", "boys"], UNKNOWN)
    return pd.Series(told, index=girls.index, dtype=object)


def counts(
    frame: "pd.DataFrame",
    axes: Mapping[str, tuple[str, Sequence[str]]],
    *,
    name: str,
    unit: str,
    coverage: str,
) -> Counts:
    """Count the rows of a frame; ``axes`` maps each name to its column and levels.

    ``frame`` has a column ``series``.  What is no level is refused, not dropped.
    """
    columns = [column for column, _ in axes.values()]
    plain = frame.assign(**{c: frame[c].astype(object) for c in columns})
    sizes = plain.groupby([*columns, "series"], dropna=False).size()
    cells: dict[tuple[str, ...], int] = {}
    series: dict[tuple[str, ...], dict[str, int]] = {}
    for found, number in sizes.items():
        *levels, whose = found if isinstance(found, tuple) else (found,)
        key = tuple(str(level) for level in levels)
        cells[key] = cells.get(key, 0) + int(number)
        series.setdefault(key, {})[str(whose)] = int(number)
    return counts_of(
        cells,
        name=name,
        unit=unit,
        names=list(axes),
        levels=[list(levels) for _, levels in axes.values()],
        coverage=coverage,
        series=series,
    )


def recoded(counted: Counted, column: str, words: Mapping[str, str]) -> Counted:
    """Join levels of the items and, where they have the column, of their children."""
    frames = {}
    for name in ("items", "children"):
        frame = getattr(counted, name)
        if column in frame:
            told = frame[column].astype(object).map(lambda one: words.get(one, one))
            frames[name] = frame.assign(**{column: told})
    return replace(counted, **frames)

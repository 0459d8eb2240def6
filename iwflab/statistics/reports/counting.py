"""From counted frames to tables of counts: who is in a period, and one row a content.

A content stands for its near-duplicates that are signed off: the most severe of their
categories (``units.most_severe``), the youngest known band of their children
(``units.youngest``), the sexes of all their children, and the children of the medium
that shows most of them.  Youngest and most severe need not belong to one medium.  It is
counted once, in the period of its first sign-off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from iwflab.domain.categories import NONE, UNDETERMINED
from iwflab.domain.elements import AGE_BANDS, CHILD_FIELDS
from iwflab.errors import BadInput
from iwflab.statistics.disclosure import Counts, counts_of
from iwflab.statistics.reports.periods import Period
from iwflab.statistics.units import most_severe, reference, youngest

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
PROHIBITED = (NONE, "prohibited")  # the codes of section 62, mild to severe
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "media": (
        *("medium", "content", "series", "kind", "counted", "code", "prohibited"),
        *("children", "arrived_on", "signed_on"),
    ),
    "children": ("medium", "content", "age_band", "sex"),
    "tags": ("medium", "content", "tag", "value"),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """What a period counts, under one scheme.

    ``signed``: every medium that is signed off, at any time; ``assessed``: one row a
    content that was signed off first in the period; ``media``: the media of these that
    have a code; ``items``: those contents that are in a category or undetermined;
    ``children``: one row a child of them.  ``levels``: the codes that are categories,
    most severe first, and undetermined; ``outside``: the lowest code, that is none.
    """

    period: Period
    scheme: str
    levels: tuple[str, ...]
    outside: str
    arrived: "pd.DataFrame"
    signed: "pd.DataFrame"
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


def read_by(frames: Frames, cut: date) -> None:
    """Refuse frames that hold what is later than the day of their data."""
    import pandas as pd

    dated = [
        ("media", "signed_on"),
        ("media", "arrived_on"),
        ("released", "released_on"),
    ]
    for name, column in dated:
        if name not in frames:
            continue
        latest = pd.to_datetime(frames[name][column]).max()
        if not pd.isna(latest) and latest.date() > cut:
            raise BadInput(
                f"the data are of {latest.date().isoformat()}, later than the cut",
                advice="give the day on which they were read",
            )


def counted_in(frames: Frames, period: Period, scheme: str = "") -> Counted:
    """Take the contents that were signed off first in a period, one row each.

    ``scheme`` names that of ``code``, for the names of what depends on it.
    Raises BadInput where the levels of ``code`` are no scale: from the code that is
    outside to the most severe, then undetermined.
    """
    scale = _scale(frames["media"])
    media = _with_series(frames["media"])
    media = media.assign(code=media["code"].cat.set_categories(scale, ordered=True))
    signed = media[media["counted"].astype(bool)]
    first = signed.groupby("content")["signed_on"].min()
    here = first.index[period.holds(first)]
    mine = signed[signed["code"].notna() & signed["content"].isin(here)]
    children = frames["children"]
    children = children[children["medium"].isin(mine["medium"])]
    assessed = _contents(mine, children)
    items = assessed[assessed["code"] != scale[0]]
    shown = children[children["medium"].isin(items["richest"])]
    shown = shown.drop(columns="series", errors="ignore")
    shown = shown.merge(items[["content", "series"]], on="content")
    known = shown["age_band"].astype(object)
    shown = shown.assign(age=known.where(known.isin(AGES), UNKNOWN))
    return Counted(
        period=period,
        scheme=scheme,
        levels=(*reversed(scale[1:-1]), UNDETERMINED),
        outside=scale[0],
        arrived=media[period.holds(media["arrived_on"])],
        signed=signed,
        media=mine,
        assessed=assessed,
        items=items,
        children=shown,
    )


def _scale(media: "pd.DataFrame") -> list[str]:
    """Give the codes of the scheme in its order, and undetermined after them."""
    codes = [str(code) for code in media["code"].cat.categories]
    if codes[-1:] != [UNDETERMINED]:
        codes.append(UNDETERMINED)
    if len(codes) == 1 or len(set(codes)) < len(codes):
        raise BadInput(
            "the levels of code are no scale of severity",
            advice=f"give them from the code that is outside, and {UNDETERMINED} last",
        )
    return codes


def _with_series(media: "pd.DataFrame") -> "pd.DataFrame":
    """Give each medium the one series of its content, else the content as its own."""
    own = media["content"].map(series_of(media))
    alone = "content " + media["content"].astype(str)
    return media.assign(series=own.astype(object).where(own != "", alone))


def series_of(media: "pd.DataFrame") -> "pd.Series[Any]":
    """Give the one series of each content, "" where there is none, or several.

    Near-duplicates show the same: what is said of one of them holds for all.
    """
    told = media.assign(series=media["series"].fillna("").astype(str))
    return reference(told, "content", "series", told.groupby("content").size().index)


def _contents(media: "pd.DataFrame", children: "pd.DataFrame") -> "pd.DataFrame":
    """Make one row a content of its media and their children."""
    import pandas as pd

    ranked = media.assign(rows=media["children"].fillna(0).astype(int))
    by = ["content", "rows", "medium"]
    ranked = ranked.sort_values(by, ascending=[True, False, True])
    made = ranked.drop_duplicates("content").set_index("content")
    made = made.rename(columns={"medium": "richest"})
    whose = media["content"]
    made["code"] = most_severe(media["code"], whose).astype(object)
    made["prohibited"] = most_severe(_prohibited(media), whose).astype(object)
    made["kind"] = media.groupby("content")["kind"].max()
    bands = pd.Categorical(children["age_band"], list(AGE_BANDS), ordered=True)
    ages = youngest(pd.Series(bands), children["content"]).astype(object)
    made["age"] = ages.where(ages.isin(AGES)).reindex(made.index).fillna(UNKNOWN)
    made["sex"] = _sexes(children).reindex(made.index).fillna(UNKNOWN)
    made = made.rename(columns={"rows": "number"}).reset_index()
    columns = ["content", "series", "kind", "code", "prohibited", "age", "sex"]
    return pd.DataFrame(made[[*columns, "number", "richest"]])


def _prohibited(media: "pd.DataFrame") -> "pd.Series[Any]":
    """Give the class of each medium under section 62, missing where none was given."""
    import pandas as pd

    told = media["prohibited"].fillna("").astype(str)
    told = told.where(told.isin(["", *PROHIBITED]), UNDETERMINED).replace("", None)
    return pd.Series(
        pd.Categorical(told, [*PROHIBITED, UNDETERMINED], ordered=True), told.index
    )


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

"""What the monthly report counts: one table of counts for each table that it shows.

The order is the order of importance: a later table gives way to an earlier one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from iwflab.domain.categories import UNDETERMINED
from iwflab.statistics.disclosure import Counts, Profile
from iwflab.statistics.reports.counting import (
    AGES,
    PROHIBITED,
    SEXES,
    UNKNOWN,
    WIDER,
    Counted,
    Frames,
    recoded,
    series_of,
)
from iwflab.statistics.reports.monthly.addresses import addresses
from iwflab.statistics.reports.monthly.populations import (
    JOINED,
    OUTCOME,
    OUTCOMES,
    Axes,
    Of,
    of,
    one,
    outcome,
)
from iwflab.statistics.reports.releasing import NONE, Asked

if TYPE_CHECKING:
    import pandas as pd

CATEGORY, AGE, SEX = "category", "age band", "sex"
KIND, CLASS = "kind", "class under section 62"
KINDS = ("picture", "video")
VALUES = ("present", "absent", "not determined")
TYPE = "self_generated"  # the tag that published tables are split by
NUMBERS = ("1", "2", "3", "4 or more")
FEWER = ("1", "2 or more")
PLACES = ("first child of an item", "additional children")


@dataclass(frozen=True, slots=True)
class Detail:
    """How finely a period is counted.

    Bands in pairs; the mildest category with undetermined; and, of what was assessed,
    all that is in a category with undetermined.
    """

    wide_bands: bool = False
    joined_codes: bool = False
    joined_outcomes: bool = False


def linked(frames: Frames, counted: Counted, detail: Detail) -> tuple[Asked, ...]:
    """Say which tables of the items a period needs; all of them at one detail."""
    bands = AGES
    if detail.wide_bands:
        counted = recoded(counted, "age", WIDER)
        bands = tuple(dict.fromkeys(WIDER.get(band, band) for band in AGES))
    if detail.joined_codes:
        last = counted.levels[-2:]
        label = " or ".join(last)
        counted = recoded(counted, "code", dict.fromkeys(last, label))
        counted = replace(counted, levels=(*counted.levels[:-2], label))
    return (
        *_items(counted, bands),
        *_types(frames, counted),
        *_children(counted, bands),
    )


def merged(counted: Counted) -> dict[str, tuple[str, ...]]:
    """Say of each level that a coarser detail has which finer ones it is made of."""
    found: dict[str, tuple[str, ...]] = {
        FEWER[1]: NUMBERS[1:],
        JOINED[0]: OUTCOMES[:-1],
    }
    if len(last := counted.levels[-2:]) > 1:
        found[" or ".join(last)] = last
    for wide in dict.fromkeys(WIDER.values()):
        found[wide] = tuple(band for band in WIDER if WIDER[band] == wide)
    return found


def apart(
    frames: Frames, counted: Counted, detail: Detail, profile: Profile
) -> tuple[Asked, ...]:
    """Say which tables of other populations a period needs; bands do not alter them."""
    levels = JOINED if detail.joined_outcomes else OUTCOMES
    return (
        _outcome(counted, levels),
        _prohibited(counted),
        _arrived(counted),
        *addresses(frames, counted, levels, profile),
        _hashes(frames, counted),
    )


def _items(counted: Counted, bands: Sequence[str]) -> list[Asked]:
    own: dict[str, tuple[str, Sequence[str]]] = {
        CATEGORY: ("code", counted.levels),
        AGE: ("age", bands),
        SEX: ("sex", SEXES),
        KIND: ("kind", KINDS),
    }
    asked = {
        "severity": (CATEGORY,),
        "age": (AGE,),
        "sex": (SEX,),
        "kinds": (KIND,),
        "severity_by_age": (AGE, CATEGORY),
        "severity_by_sex": (SEX, CATEGORY),
        "severity_by_kind": (KIND, CATEGORY),
    }
    return [
        Asked(name, (_item(name, counted, {axis: own[axis] for axis in axes}),))
        for name, axes in asked.items()
    ]


def _item(name: str, counted: Counted, axes: Axes) -> Counts:
    return one(name, counted.items, axes, of(counted, "content", "items"))


def _types(frames: Frames, counted: Counted) -> list[Asked]:
    """Each tag by itself; the type of the published tables by severity and sex too."""
    tags = frames["tags"]
    mine = tags[tags["medium"].isin(counted.media["medium"])]
    names = sorted(str(tag) for tag in mine["tag"].unique())
    if not names:
        return [Asked(f"tag {TYPE}", absent="no tag was recorded in this period")]
    asked = []
    for tag in names:
        frame = counted.items.assign(value=_value(mine, tag, counted.items["content"]))
        axis = {tag: ("value", VALUES)}
        sides: Mapping[str, Axes] = {
            f"tag {tag}": axis,
            f"{tag} by severity": {CATEGORY: ("code", counted.levels), **axis},
            f"{tag} by sex": {SEX: ("sex", SEXES), **axis},
        }
        for name, axes in sides.items():
            if axes is axis or tag == TYPE:
                own = one(name, frame, axes, of(counted, "content", "items"))
                asked.append(Asked(name, (own,)))
    return asked


def _value(tags: "pd.DataFrame", tag: str, contents: "pd.Series[Any]") -> Any:
    """Present on one medium is present; absent only where every row says so."""
    mine = tags[tags["tag"] == tag]
    said = mine["value"].astype(object)
    some = (said == "present").groupby(mine["content"]).any()
    every = (said == "absent").groupby(mine["content"]).all()
    present = contents.map(some).fillna(value=False).astype(bool)
    absent = contents.map(every).fillna(value=False).astype(bool)
    told = present.map({True: VALUES[0], False: VALUES[2]}).astype(object)
    return told.mask(absent & ~present, VALUES[1])


def _outcome(counted: Counted, levels: Sequence[str]) -> Asked:
    told = outcome(counted.assessed["code"], counted.outside, levels)
    axes: Axes = {OUTCOME: ("outcome", levels)}
    population = of(counted, "content", "assessed")
    own = one("outcome", counted.assessed.assign(outcome=told), axes, population)
    return Asked("outcome", (own,), whole=True)


def _children(counted: Counted, bands: Sequence[str]) -> list[Asked]:
    """Numbers of children are sums over items, which ties these to the tables above."""
    with_child = counted.items[counted.items["number"] > 0]
    options = []
    for levels in (NUMBERS, FEWER):
        last = len(levels)
        number = (
            with_child["number"].clip(upper=last).map(dict(enumerate(levels, start=1)))
        )
        frame = with_child.assign(several=number)
        axes: Axes = {"number of children": ("several", levels)}
        population = of(counted, "content", "items with a child")
        options.append(one("number", frame, axes, population))
    child = counted.children
    first = child.groupby("content").cumcount() == 0
    child = child.assign(place=first.map({True: PLACES[0], False: PLACES[1]}))
    population = of(counted, "child_appearance", "children of items")
    place: Axes = {"place": ("place", PLACES)}
    ages: Axes = {"age band of the child": ("age", bands)}
    needs = ("age", "sex")
    own = [
        ("number", tuple(options)),
        ("additional", (one("additional", child, place, population),)),
        ("all_children", (one("all_children", child, ages, population),)),
    ]
    return [Asked(name, some, whole=True, needs=needs) for name, some in own]


def _prohibited(counted: Counted) -> Asked:
    """Count what is prohibited, and what may be: undetermined is a level of its own."""
    if not (counted.media["prohibited"].fillna("").astype(str) != "").any():
        why = "no medium of this period has a class under section 62"
        return Asked("prohibited", absent=why)
    levels = (PROHIBITED[-1], UNDETERMINED)
    rows = counted.assessed[counted.assessed["prohibited"].isin(levels)]
    axes: Axes = {CLASS: ("prohibited", levels), KIND: ("kind", KINDS)}
    own = one("prohibited", rows, axes, of(counted, "content", "prohibited"))
    why = f"{NONE}: no item of this period is prohibited or undetermined"
    return Asked("prohibited", (own,), absent=why)


def _arrived(counted: Counted) -> Asked:
    axes: Axes = {KIND: ("kind", KINDS)}
    population = Of(counted.period, "medium", "arrived")
    own = one("arrived", counted.arrived, axes, population)
    return Asked("arrived", (own,))


def _hashes(frames: Frames, counted: Counted) -> Asked:
    """Count what was added in the period alone: a sum so far tells withheld months."""
    if "released" not in frames:
        return Asked("hashes", absent="nothing was released to a hash list yet")
    rows = frames["released"].drop_duplicates("medium")
    rows = rows[counted.period.holds(rows["released_on"])]
    media = frames["media"].set_index("medium")
    content = rows["medium"].map(media["content"])
    series = content.map(series_of(frames["media"]))
    rows = rows.assign(
        kind=rows["medium"].map(media["kind"]).astype(object).fillna(UNKNOWN),
        series=series.where(series != "", "content " + content.astype(str)),
    )
    kinds = (*KINDS, UNKNOWN) if (rows["kind"] == UNKNOWN).any() else KINDS
    axes: Axes = {KIND: ("kind", kinds)}
    own = one("hashes", rows, axes, Of(counted.period, "medium", "released"))
    why = "nothing was released to a hash list in this period"
    return Asked("hashes", (own,), absent=why)

"""What the monthly report counts: one table of counts for each table that it shows.

The order is the order of importance: a later table gives way to an earlier one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from iwflab.domain.categories import NONE, UNDETERMINED
from iwflab.statistics.disclosure import Counts, Profile
from iwflab.statistics.reports.counting import (
    AGES,
    SEXES,
    UNKNOWN,
    WIDER,
    Counted,
    Frames,
    counts,
    recoded,
)
from iwflab.statistics.reports.periods import Period
from iwflab.statistics.reports.releasing import Asked

if TYPE_CHECKING:
    import pandas as pd

CATEGORY, AGE, SEX = "category", "age band", "sex"
KIND, ROUTE, SOURCE, OUTCOME = "kind", "route", "source", "outcome"
KINDS = ("picture", "video")
CONFIRMED = ("in a category", "in none, or undetermined")
INSIDE = ("in a category or undetermined", "in none")
ROUTES = ("proactive", "external", UNKNOWN)
OTHER = "other sources"
VALUES = ("present", "absent", "not determined")
TYPE = "self_generated"  # the tag that published tables are split by
NUMBERS = ("1", "2", "3", "4 or more")
FEWER = ("1", "2 or more")
PLACES = ("first child of an item", "additional children")
WHEN = ("before the period", "in the period")
Axes = Mapping[str, tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Detail:
    """How finely a period is counted: bands in pairs, the mildest with undetermined."""

    wide_bands: bool = False
    joined_codes: bool = False


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
    found: dict[str, tuple[str, ...]] = {FEWER[1]: NUMBERS[1:]}
    if len(last := counted.levels[-2:]) > 1:
        found[" or ".join(last)] = last
    for wide in dict.fromkeys(WIDER.values()):
        found[wide] = tuple(band for band in WIDER if WIDER[band] == wide)
    return found


def apart(frames: Frames, counted: Counted, profile: Profile) -> tuple[Asked, ...]:
    """Say which tables of other populations a period needs; no detail alters them."""
    return (
        _outcome(counted),
        _prohibited(counted),
        _arrived(counted),
        *_addresses(frames, counted, profile),
        _hashes(frames, counted.period),
    )


@dataclass(frozen=True, slots=True)
class Of:
    """A population: period, unit, and a name that all tables of it share."""

    period: Period
    unit: str
    what: str


def _one(name: str, frame: "pd.DataFrame", axes: Axes, of: Of) -> Counts:
    code = of.period.code
    return counts(
        frame,
        axes,
        name=f"{name} {code}",
        unit=of.unit,
        coverage=f"{of.what} {code}",
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
    return _one(name, counted.items, axes, Of(counted.period, "content", "items"))


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
                own = _one(name, frame, axes, Of(counted.period, "content", "items"))
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


def _outcome(counted: Counted) -> Asked:
    inside = counted.assessed["code"] != NONE
    frame = counted.assessed.assign(
        outcome=inside.map(dict(zip((True, False), INSIDE, strict=True)))
    )
    axes: Axes = {OUTCOME: ("outcome", INSIDE)}
    own = _one("outcome", frame, axes, Of(counted.period, "content", "assessed"))
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
        of = Of(counted.period, "content", "items with a child")
        options.append(_one("number", frame, axes, of))
    child = counted.children
    first = child.groupby("content").cumcount() == 0
    child = child.assign(place=first.map({True: PLACES[0], False: PLACES[1]}))
    of = Of(counted.period, "child_appearance", "children of items")
    place: Axes = {"place": ("place", PLACES)}
    ages: Axes = {"age band of the child": ("age", bands)}
    needs = ("age", "sex")
    own = [
        ("number", tuple(options)),
        ("additional", (_one("additional", child, place, of),)),
        ("all_children", (_one("all_children", child, ages, of),)),
    ]
    return [Asked(name, some, whole=True, needs=needs) for name, some in own]


def _prohibited(counted: Counted) -> Asked:
    asked = counted.assessed["prohibited"] != ""
    if not (counted.media["prohibited"].fillna("").astype(str) != "").any():
        why = "no medium of this period has a class under section 62"
        return Asked("prohibited", absent=why)
    axes: Axes = {KIND: ("kind", KINDS)}
    of = Of(counted.period, "content", "prohibited")
    own = _one("prohibited", counted.assessed[asked], axes, of)
    return Asked("prohibited", (own,))


def _arrived(counted: Counted) -> Asked:
    media = counted.arrived
    series = media["series"].fillna("").astype(str)
    alone = "content " + media["content"].astype(str)
    frame = media.assign(series=series.where(series != "", alone))
    axes: Axes = {KIND: ("kind", KINDS)}
    own = _one("arrived", frame, axes, Of(counted.period, "medium", "arrived"))
    return Asked("arrived", (own,))


def _addresses(frames: Frames, counted: Counted, profile: Profile) -> list[Asked]:
    why = "no address of a medium that was assessed in this period is known"
    nothing = [Asked("routes", absent=why), Asked("sources", absent=why)]
    if "sightings" not in frames:
        return nothing
    rows = frames["sightings"]
    rows = rows[rows["medium"].isin(counted.media["medium"])]
    rows = rows[rows["url"].fillna("").astype(str) != ""]
    if rows.empty:
        return nothing
    by_medium = counted.media.set_index("medium")["code"].astype(object)
    code = rows["medium"].map(by_medium)
    confirmed = ~code.isin([NONE, UNDETERMINED])
    series = rows["series"].fillna("").astype(str)
    rows = rows.assign(
        yes=confirmed,
        series=series.where(series != "", "content " + rows["content"].astype(str)),
    ).sort_values(["url", "yes", "medium"], ascending=[True, False, True])
    url = rows.drop_duplicates("url")
    url = url.assign(
        outcome=url["yes"].map(dict(zip((True, False), CONFIRMED, strict=True))),
        route=url["route"].astype(object).where(url["route"].isin(ROUTES), UNKNOWN),
        source=_sources(url, profile),
    )
    ends: Axes = {OUTCOME: ("outcome", CONFIRMED)}
    levels = sorted(set(url["source"]) - {OTHER})
    levels += [OTHER] if OTHER in set(url["source"]) else []
    of = Of(counted.period, "url", "addresses")
    routes: Axes = {ROUTE: ("route", ROUTES), **ends}
    sources: Axes = {SOURCE: ("source", levels), **ends}
    return [
        Asked("routes", (_one("routes", url, routes, of),)),
        Asked("sources", (_one("sources", url, sources, of),)),
    ]


def _sources(url: "pd.DataFrame", profile: Profile) -> "pd.Series[Any]":
    """Name a source only where it gave enough: a name beside [c] tells of a case."""
    named = url["source"].fillna("").astype(str).replace({"": OTHER, "all": OTHER})
    size = named.map(named.value_counts())
    return named.where(size >= max(profile.threshold, 1), OTHER)


def _hashes(frames: Frames, period: Period) -> Asked:
    import pandas as pd

    why = "nothing was released to a hash list yet"
    if "released" not in frames:
        return Asked("hashes", absent=why)
    rows = frames["released"].drop_duplicates("medium")
    inside = period.holds(rows["released_on"])
    past = pd.to_datetime(rows["released_on"]) < pd.Timestamp(period.first)
    media = frames["media"].set_index("medium")
    series = rows["medium"].map(media["series"]).fillna("").astype(str)
    rows = rows.assign(
        when=inside.map({True: WHEN[1], False: WHEN[0]}),
        series=series.where(series != "", "medium " + rows["medium"].astype(str)),
    )[inside | past]
    axes: Axes = {"when": ("when", WHEN)}
    own = _one("hashes", rows, axes, Of(period, "medium", "released up to"))
    return Asked("hashes", (own,), whole=True, absent=why)

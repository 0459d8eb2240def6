"""What the monthly report counts: one table of counts for each table that it shows.

The order is the order of importance: a later table gives way to an earlier one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
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


def wanted(
    frames: Frames, counted: Counted, profile: Profile, *, wide: bool = False
) -> tuple[Asked, ...]:
    """Say which tables a period needs; ``wide`` takes age bands in pairs."""
    if wide:
        ages = counted.items["age"].map(lambda band: WIDER.get(band, band))
        child = counted.children["age"].map(lambda band: WIDER.get(band, band))
        counted = replace(
            counted,
            items=counted.items.assign(age=ages),
            children=counted.children.assign(age=child),
        )
    bands = tuple(dict.fromkeys(WIDER.get(b, b) for b in AGES)) if wide else AGES
    return (
        *_items(counted, bands),
        *_types(frames, counted),
        _outcome(counted),
        *_children(counted, bands),
        _prohibited(counted),
        _arrived(counted),
        *_addresses(frames, counted, profile),
        _hashes(frames, counted.period),
    )


def _one(
    name: str, frame: "pd.DataFrame", axes: Axes, period: Period, unit: str, what: str
) -> Counts:
    """Count one table; ``what`` names the population, the same for what is linked."""
    return counts(
        frame,
        axes,
        name=f"{name} {period.code}",
        unit=unit,
        coverage=f"{what} {period.code}",
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
    return _one(name, counted.items, axes, counted.period, "content", "items")


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
                own = _one(name, frame, axes, counted.period, "content", "items")
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
    frame = counted.assessed.assign(outcome=inside.map(dict(zip((True, False), INSIDE))))
    axes: Axes = {OUTCOME: ("outcome", INSIDE)}
    period = counted.period
    own = _one("outcome", frame, axes, period, "content", "assessed")
    return Asked("outcome", (own,), whole=True)


def _children(counted: Counted, bands: Sequence[str]) -> list[Asked]:
    """Numbers of children are sums over items, which ties these to the tables above."""
    with_child = counted.items[counted.items["number"] > 0]
    options = []
    for levels in (NUMBERS, FEWER):
        last = len(levels)
        number = with_child["number"].clip(upper=last).map(
            dict(enumerate(levels, start=1))
        )
        frame = with_child.assign(several=number)
        axes: Axes = {"number of children": ("several", levels)}
        what = ("content", "items with a child")
        options.append(_one("number", frame, axes, counted.period, *what))
    child = counted.children
    first = child.groupby("content").cumcount() == 0
    child = child.assign(place=first.map({True: PLACES[0], False: PLACES[1]}))
    what = ("child_appearance", "children of items")
    place: Axes = {"place": ("place", PLACES)}
    ages: Axes = {"age band of the child": ("age", bands)}
    needs = ("age", "sex")
    own = [
        ("number", tuple(options)),
        ("additional", (_one("additional", child, place, counted.period, *what),)),
        ("all_children", (_one("all_children", child, ages, counted.period, *what),)),
    ]
    return [Asked(name, some, whole=True, needs=needs) for name, some in own]


def _prohibited(counted: Counted) -> Asked:
    asked = counted.assessed["prohibited"] != ""
    if not (counted.media["prohibited"].fillna("").astype(str) != "").any():
        why = "no medium of this period has a class under section 62"
        return Asked("prohibited", absent=why)
    axes: Axes = {KIND: ("kind", KINDS)}
    frame, period = counted.assessed[asked], counted.period
    return Asked(
        "prohibited",
        (_one("prohibited", frame, axes, period, "content", "prohibited"),),
    )


def _arrived(counted: Counted) -> Asked:
    media = counted.arrived
    series = media["series"].fillna("").astype(str)
    alone = "content " + media["content"].astype(str)
    frame = media.assign(series=series.where(series != "", alone))
    axes: Axes = {KIND: ("kind", KINDS)}
    own = _one("arrived", frame, axes, counted.period, "medium", "arrived")
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
        outcome=url["yes"].map(dict(zip((True, False), CONFIRMED))),
        route=url["route"].astype(object).where(url["route"].isin(ROUTES), UNKNOWN),
        source=_sources(url, profile),
    )
    ends: Axes = {OUTCOME: ("outcome", CONFIRMED)}
    levels = sorted(set(url["source"]) - {OTHER})
    levels += [OTHER] if OTHER in set(url["source"]) else []
    what = (counted.period, "url", "addresses")
    routes: Axes = {ROUTE: ("route", ROUTES), **ends}
    sources: Axes = {SOURCE: ("source", levels), **ends}
    return [
        Asked("routes", (_one("routes", url, routes, *what),)),
        Asked("sources", (_one("sources", url, sources, *what),)),
    ]


def _sources(url: "pd.DataFrame", profile: Profile) -> "pd.Series[Any]":
    """Name a source only where it gave enough: a name beside [c] tells of a case."""
    named = url["source"].fillna("").astype(str).replace({"": OTHER, "all": OTHER})
    size = named.map(named.value_counts())
    return named.where(size >= max(profile.threshold, 1), OTHER)


def _hashes(frames: Frames, period: Period) -> Asked:
    import pandas as pd

    if "released" not in frames:
        return Asked("hashes", absent="nothing was released to a hash list yet")
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
    own = _one("hashes", rows, axes, period, "medium", "released up to")
    return Asked("hashes", (own,), whole=True)

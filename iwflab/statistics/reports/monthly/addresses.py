"""Addresses of what was assessed: how they were found, and from whom they came.

An address counts once, in the period of the first sign-off of its media, by the most
severe of them; its route and its source are those that were said, where one was.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from iwflab.domain.counting import NOT_KNOWN
from iwflab.domain.counting import ROUTES as KNOWN_ROUTES
from iwflab.statistics.disclosure import ALL, Profile
from iwflab.statistics.reports.counting import Counted, Frames, series_of
from iwflab.statistics.reports.monthly.populations import (
    OUTCOME,
    Axes,
    of,
    one,
    outcome,
)
from iwflab.statistics.reports.releasing import Asked
from iwflab.statistics.units import agreed, most_severe, reference

if TYPE_CHECKING:
    import pandas as pd

ROUTE, SOURCE = "route", "source"
ROUTES = (*KNOWN_ROUTES, NOT_KNOWN)
OTHER = "other sources"


def addresses(
    frames: Frames, counted: Counted, levels: Sequence[str], profile: Profile
) -> tuple[Asked, ...]:
    """Say which tables of addresses a period needs; ``levels`` are those of outcome."""
    url = _counted(frames, counted)
    if url is None:
        why = "no address of a medium that was assessed in this period is known"
        return Asked("routes", absent=why), Asked("sources", absent=why)
    url = url.assign(
        outcome=outcome(url["code"], counted.outside, levels),
        source=_sources(url["source"], profile),
    )
    ends: Axes = {OUTCOME: ("outcome", levels)}
    found = set(url["source"])
    last = [word for word in (OTHER, NOT_KNOWN) if word in found]
    named = [*sorted(found - set(last)), *last]
    population = of(counted, "url", "addresses")
    routes: Axes = {ROUTE: ("route", ROUTES), **ends}
    sources: Axes = {SOURCE: ("source", named), **ends}
    return (
        Asked("routes", (one("routes", url, routes, population),)),
        Asked("sources", (one("sources", url, sources, population),)),
    )


def _counted(frames: Frames, counted: Counted) -> "pd.DataFrame | None":
    """Make one row an address that was signed off first in the period; None of none."""
    import pandas as pd

    if "sightings" not in frames:
        return None
    seen = frames["sightings"]
    seen = seen[seen["url"].fillna("").astype(str) != ""]
    media = counted.signed.set_index("medium")
    signed = seen[seen["medium"].isin(media.index)]
    first = signed["medium"].map(media["signed_on"]).groupby(signed["url"]).min()
    telling = signed[signed["medium"].isin(media.index[media["code"].notna()])]
    here = first.index[counted.period.holds(first)]
    urls = here[here.isin(telling["url"])]
    if not len(urls):
        return None
    seen = _plain(seen[seen["url"].isin(urls)], frames)
    telling = telling[telling["url"].isin(urls)]
    codes = media["code"].reindex(telling["medium"])
    made = pd.DataFrame(index=urls)
    made["code"] = most_severe(codes, telling["url"]).astype(object)
    made["route"] = agreed(seen, "url", "route", NOT_KNOWN, urls).astype(object)
    made["source"] = reference(seen, "url", "source", urls)
    made["series"] = _series(seen, urls)
    return made.rename_axis("url").reset_index()


def _plain(seen: "pd.DataFrame", frames: Frames) -> "pd.DataFrame":
    """Give sightings their columns as units take them, with the series of contents."""
    import pandas as pd

    route = seen["route"].astype(object)
    told = pd.Categorical(route.where(route.isin(ROUTES), NOT_KNOWN), list(ROUTES))
    content = seen["medium"].map(frames["media"].set_index("medium")["content"])
    return seen.assign(
        route=told,
        source=seen["source"].fillna("").astype(str),
        content=content,
        series=content.map(series_of(frames["media"])).fillna(""),
    )


def _series(seen: "pd.DataFrame", urls: "pd.Index[Any]") -> "pd.Series[Any]":
    """Give the one series of each address, else its one content, else itself."""
    series = reference(seen, "url", "series", urls).astype(object)
    content = reference(seen, "url", "content", urls).astype(object)
    alone = "address " + urls.to_series().astype(str)
    return series.where(
        series != "", ("content " + content).where(content != "", alone)
    )


def _sources(named: "pd.Series[Any]", profile: Profile) -> "pd.Series[Any]":
    """Name a source only where it gave enough: a name beside [c] tells of a case."""
    told = named.astype(object).replace({"": NOT_KNOWN, ALL: OTHER})
    size = told.map(told.value_counts())
    enough = (size >= max(profile.threshold, 1)) | (told == NOT_KNOWN)
    return told.where(enough, OTHER)

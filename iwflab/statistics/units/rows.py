"""One row each of a count unit.

Where several media are one unit, its row tells the most severe category and the
youngest child of them; the two need not belong together.  Source: IWF, "Methodology
and datasets" (2024): youngest child seen, most severe seen.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from iwflab.domain.counting import NOT_KNOWN
from iwflab.statistics.results import known_unit

if TYPE_CHECKING:
    import pandas as pd

    Frames = Mapping[str, "pd.DataFrame"]

_LIMITS = (
    *(("arrived_on", "min"), ("signed_on", "min")),
    *(("first_seen", "min"), ("last_seen", "max")),
)


def unit_frame(frames: "Frames", unit: str) -> "pd.DataFrame":
    """Give one row each of a unit, with the columns that make sense at that unit.

    ``file`` and ``child_appearance`` come with what is told of their medium.  What is
    made of several media (``content``, ``victim``, ``series``, ``url``) has
    ``media`` and ``contents``, how many; ``code`` is the most severe and ``youngest``
    the youngest of those media that are counted (of all, where none is); it is
    ``counted`` where any is, since the first ``signed_on``.  Sorted by the unit's
    id, whatever the order of the rows.  What belongs to no victim, series or address
    is no row.

    Raises :class:`~iwflab.errors.BadInput` for a unit that is none.
    """
    return _MADE[known_unit(unit)](frames)


def youngest(bands: "pd.Series[Any]", by: "pd.Series[Any]") -> "pd.Series[Any]":
    """Give the youngest known of ordered age bands by group; the last level is unknown.

    It is the youngest child seen (IWF): a child of unknown age alters nothing where
    the age of another is known, and is a row of its own in counts of every child.
    """
    import numpy as np
    import pandas as pd

    unknown = len(bands.cat.categories) - 1
    codes = bands.cat.codes.to_numpy()
    plain = pd.Series(np.where(codes < 0, unknown, codes))
    least = plain.groupby(by.to_numpy()).min()
    return _levelled(least, bands.cat.categories)


def most_severe(codes: "pd.Series[Any]", by: "pd.Series[Any]") -> "pd.Series[Any]":
    """Give the most severe of ordered codes by group; missing where all are.

    The last level is undetermined, the one before it the most severe.  An undetermined
    class could be any, so it is the answer unless the most severe is there as well: a
    class is never rounded down.
    """
    import numpy as np
    import pandas as pd

    last = len(codes.cat.categories) - 1
    plain = pd.Series(codes.cat.codes.to_numpy())
    determined = plain.where(plain < last, -1).groupby(by.to_numpy()).max()
    most = plain.groupby(by.to_numpy()).max()
    found = np.where((most == last) & (determined != last - 1), last, determined)
    return _levelled(pd.Series(found, index=most.index), codes.cat.categories)


def _levelled(places: "pd.Series[Any]", levels: "pd.Index[Any]") -> "pd.Series[Any]":
    import pandas as pd

    made = pd.Categorical.from_codes(
        places.to_numpy(dtype="int64"), categories=levels, ordered=True
    )
    return pd.Series(made, index=places.index)


def _files(frames: "Frames") -> "pd.DataFrame":
    told = ["medium", "kind", "stage", "prohibited", "children", "youngest", "known"]
    found = frames["copies"].merge(frames["media"][told], on="medium", how="left")
    return _sorted(found, "copy")


def _media(frames: "Frames") -> "pd.DataFrame":
    return _sorted(frames["media"].copy(), "medium")


def _appearances(frames: "Frames") -> "pd.DataFrame":
    return _sorted(frames["children"].copy(), "appearance")


def _contents(frames: "Frames") -> "pd.DataFrame":
    media = frames["media"]
    found = _of_media(frames, media, "content")
    telling = media[_telling(media, "content")]
    # Near-duplicates show the same children: the fullest of them tells how many.
    found["children"] = _by(telling, "content", "children", "max", found.index)
    found["kind"] = _by(telling, "content", "kind", "max", found.index)
    found["series"] = reference(media, "content", "series", found.index)
    return found.drop(columns="contents").rename_axis("content").reset_index()


def _series(frames: "Frames") -> "pd.DataFrame":
    media = frames["media"][frames["media"]["series"] != ""]
    found = _of_media(frames, media, "series")
    children = frames["children"][frames["children"]["series"] != ""]
    linked = children[children["victim"] != ""]
    appear = children.groupby("series").size().astype("Int64")
    found["appearances"] = appear.reindex(found.index, fill_value=0)
    victims = linked.groupby("series")["victim"].nunique().astype("Int64")
    found["victims"] = victims.reindex(found.index, fill_value=0)
    return found.rename_axis("series").reset_index()


def _of_media(frames: "Frames", media: "pd.DataFrame", by: str) -> "pd.DataFrame":
    """Put media together: how many, and the most severe, youngest, first and last."""
    import pandas as pd

    grouped = media.groupby(by)
    found = pd.DataFrame(index=grouped.size().index)
    found["media"] = grouped.size().astype("Int64")
    found["contents"] = grouped["content"].nunique().astype("Int64")
    found["counted"] = grouped["counted"].any()
    telling = media[_telling(media, by)]
    found["code"] = most_severe(telling["code"], telling[by]).reindex(found.index)
    children = frames["children"]
    mine = children[children["medium"].isin(telling["medium"])]
    key = mine["medium"].map(telling.set_index("medium")[by])
    found["youngest"] = youngest(mine["age_band"], key).reindex(found.index)
    found["copies"] = grouped["copies"].sum().astype("Int64")
    for name, which in _LIMITS:
        found[name] = grouped[name].agg(which)
    found["known"] = grouped["known"].all()
    return found


def _victims(frames: "Frames") -> "pd.DataFrame":
    import pandas as pd

    linked = frames["children"][frames["children"]["victim"] != ""]
    grouped = linked.groupby("victim")
    found = pd.DataFrame(index=grouped.size().index)
    found["appearances"] = grouped.size().astype("Int64")
    for name, column in (("media", "medium"), ("contents", "content")):
        found[name] = grouped[column].nunique().astype("Int64")
    found["series"] = reference(linked, "victim", "series", found.index)
    found["counted"] = grouped["counted"].any()
    telling = linked[_telling(linked, "victim")]
    found["code"] = most_severe(telling["code"], telling["victim"])
    # Seen over years, a child is in several bands: the first is told.
    found["age_band"] = youngest(telling["age_band"], telling["victim"])
    found["sex"] = _sex(telling, found.index)
    found["signed_on"] = grouped["signed_on"].min()
    found["link_to_check"] = grouped["link_to_check"].any()
    return found.rename_axis("victim").reset_index()


def _sex(telling: "pd.DataFrame", index: "pd.Index[Any]") -> "pd.Series[Any]":
    """Give the one sex that is known of each victim, else that it is not."""
    unknown = telling["sex"].cat.categories[-1]
    return agreed(telling, "victim", "sex", unknown, index)


def _urls(frames: "Frames") -> "pd.DataFrame":
    import pandas as pd

    seen = frames["sightings"][frames["sightings"]["url"] != ""]
    pairs = seen[["medium", "url"]].drop_duplicates()
    media = pairs.merge(frames["media"], on="medium")
    grouped = seen.groupby("url")
    telling = media[_telling(media, "url")]
    found = pd.DataFrame(index=grouped.size().index)
    found["sightings"] = grouped.size().astype("Int64")
    for name, column in (("media", "medium"), ("contents", "content")):
        found[name] = grouped[column].nunique().astype("Int64")
    found["series"] = reference(seen, "url", "series", found.index)
    found["source"] = reference(seen, "url", "source", found.index)
    found["route"] = _route(seen, found.index)
    found["counted"] = grouped["counted"].any()
    found["code"] = most_severe(telling["code"], telling["url"])
    on = telling[["medium", "url"]].merge(frames["children"], on="medium")
    found["youngest"] = youngest(on["age_band"], on["url"]).reindex(found.index)
    found["signed_on"] = grouped["signed_on"].min()
    found["first_seen"] = grouped["seen_on"].min()
    found["last_seen"] = grouped["seen_on"].max()
    return found.rename_axis("url").reset_index()


def _route(seen: "pd.DataFrame", index: "pd.Index[Any]") -> "pd.Series[Any]":
    """Give the route of each address; where two were said it is not known."""
    return agreed(seen, "url", "route", NOT_KNOWN, index)


def agreed(
    frame: "pd.DataFrame", by: str, column: str, unknown: str, index: "pd.Index[Any]"
) -> "pd.Series[Any]":
    """Give the one known level of each group, else the unknown one."""
    import pandas as pd

    levels = frame[column].cat.categories
    codes = frame[column].cat.codes[frame[column] != unknown]
    grouped = codes.groupby(frame.loc[codes.index, by])
    least, most = grouped.min(), grouped.max()
    found = least.where(least == most).reindex(index)
    found = found.fillna(list(levels).index(unknown)).astype("int64")
    return pd.Series(pd.Categorical.from_codes(found, categories=levels), index=index)


def _telling(frame: "pd.DataFrame", by: str) -> "pd.Series[Any]":
    """Say which rows tell of their group: the counted ones, all where none is."""
    return frame["counted"] | ~frame.groupby(by)["counted"].transform("any")


def _by(
    frame: "pd.DataFrame", by: str, column: str, which: str, index: "pd.Index[Any]"
) -> "pd.Series[Any]":
    return frame.groupby(by)[column].agg(which).reindex(index)


def reference(
    frame: "pd.DataFrame", by: str, column: str, index: "pd.Index[Any]"
) -> "pd.Series[Any]":
    """Give the one reference of each group, "" where there is none or several."""
    grouped = frame[frame[column] != ""].groupby(by)[column]
    least, most = grouped.min(), grouped.max()
    one = least.where(least == most)
    return one.reindex(index).fillna("")


def _sorted(frame: "pd.DataFrame", key: str) -> "pd.DataFrame":
    return frame.sort_values(key, ignore_index=True)


_MADE: Mapping[str, Callable[["Frames"], "pd.DataFrame"]] = {
    "file": _files,
    "medium": _media,
    "content": _contents,
    "child_appearance": _appearances,
    "victim": _victims,
    "series": _series,
    "url": _urls,
}

"""Counted frames: one row a unit, from which every statistic and report starts.

    frames(store, scheme="uk_2014")["children"]

Days are UTC.  What is not known is missing: NaT, NaN, or a level of its own.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from iwflab.domain.hashes import FARTHEST_CANDIDATE, MATCH_DISTANCE
from iwflab.errors import BadInput
from iwflab.schemes import scheme_named
from iwflab.store import Store
from iwflab.workflow.counting import made
from iwflab.workflow.counting.reading import base_of, read

if TYPE_CHECKING:
    import pandas as pd


def frames(
    store: Store, *, scheme: str, distance: int | None = None
) -> "dict[str, pd.DataFrame]":
    """Give the frames ``media, children, tags, sightings, copies``, of one state.

    ``scheme`` is that of ``code``, as it was signed off; ``distance`` (0 to 60 bits,
    by default that of a match) makes near-duplicates one ``content``.  The columns
    are those of docs/statistics.md.
    """
    law = scheme_named(scheme)
    bits = MATCH_DISTANCE if distance is None else distance
    if not 0 <= bits <= FARTHEST_CANDIDATE:
        raise BadInput(
            f"near-duplicates are within 0 to {FARTHEST_CANDIDATE} bits",
            advice=f"{MATCH_DISTANCE} is the distance of a match",
        )
    with store.moment():
        found = read(store, bits)
    base = base_of(found, law)
    place = {medium: at for at, medium in enumerate(base["medium"])}
    children = made.children(found, base)
    sightings = made.sightings(found.sightings, base, place)
    return {
        "media": made.media(base, children, sightings),
        "children": children,
        "tags": made.tags(found.rows, base),
        "sightings": sightings,
        "copies": made.copies(found.copies, base, place),
    }


def within(
    found: "dict[str, pd.DataFrame]", media: Collection[str] | None
) -> "dict[str, pd.DataFrame]":
    """Keep the rows of some media; None keeps all.

    A content is then named after the first medium that is left of it, so that no id
    tells of another.
    """
    if media is None:
        return found
    held = found["media"]
    held = held[held["medium"].isin(list(media))]
    first = held.groupby("content", sort=False)["medium"].first()
    kept = {}
    for name, frame in found.items():
        rows = frame[frame["medium"].isin(list(media))].reset_index(drop=True)
        kept[name] = rows.assign(content=rows["content"].map(first))
    return kept

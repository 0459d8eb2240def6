"""Media that outside sources name as one series (kind 12 of the evidence ladder)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from iwflab.domain.links import Link, LinkKind


def find(copies: Sequence[Mapping[str, Any]]) -> list[Link]:
    """Chain the media of each named series: n media give n - 1 links.

    A name is compared without regard to case and outer spaces; an empty name links
    nothing.
    """
    members: dict[str, set[str]] = defaultdict(set)
    for row in copies:
        if name := row["series"].strip().casefold():
            members[name].add(row["medium"])
    return [
        Link("series_name", one, other, name)
        for name, media in sorted(members.items())
        for one, other in pairwise(sorted(media))
    ]


SERIES_NAME = LinkKind(
    name="series_name",
    title="named as one series by an outside source",
    strength=12,
    find=find,
    example=(
        (
            {"medium": "b", "series": "Harbour"},
            {"medium": "a", "series": " harbour"},
            {"medium": "c", "series": ""},
        ),
        (Link("series_name", "a", "b", "harbour"),),
    ),
)

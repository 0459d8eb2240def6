"""How the count units relate, from files to addresses, and what the youngest hides.

    reconcile_units(frames)

Precedent: IWF's MultiChild (2024) counts every child where "youngest child seen" was
counted before: a tenth of the images had two or more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from iwflab.statistics.results import RUNG, joined, result
from iwflab.statistics.units.rows import unit_frame, youngest

if TYPE_CHECKING:
    import pandas as pd

    Frames = Mapping[str, "pd.DataFrame"]

PART, ALL, COUNTED = "part", "all", "counted"
YOUNGEST, EVERY, HIDDEN = (
    "age of the youngest child on each medium",
    "age of every child",
    "children that the youngest hides",
)


@dataclass(frozen=True, slots=True)
class _Rung:
    name: str
    unit: str
    parts: Sequence[str]
    counts: Sequence[int]
    note: str = ""


def reconcile_units(frames: "Frames") -> "pd.DataFrame":
    """Say how many there are of each unit, and where the numbers part.

    Keys: ``rung`` (what is counted, in the row's ``unit``) and ``part``: ``all``,
    ``counted`` (signed off), or a part of these.  Ages are of counted media, once by
    the youngest child of each whose age is known and once by every child.  The
    difference is what counting the youngest hides: never negative, in no band.  Sums
    over rungs mean nothing.
    """
    return joined(
        *(
            result(
                {RUNG: [one.name] * len(one.parts), PART: list(one.parts)},
                unit=one.unit,
                measure="count",
                estimate=list(one.counts),
                note=one.note,
            )
            for one in (*_ladder(frames), *_ages(frames))
        )
    )


def _ladder(frames: "Frames") -> Iterator[_Rung]:
    media, children = frames["media"], frames["children"]
    linked = children[children["victim"] != ""]
    alone = media[media["series"] == ""]
    seen = frames["sightings"]
    yield _both("files", "file", frames["copies"], "each copy that was found")
    yield _both("media", "medium", media, "files of the same bytes are one")
    contents = unit_frame(frames, "content")
    yield _both("content", "content", contents, "near-duplicates are one")
    shown = "a child on three media counts three times: no count of victims"
    yield _both("child appearances", "child_appearance", children, shown)
    known = "linked by hand to the reference of a child"
    yield _both("appearances linked to a victim", "child_appearance", linked, known)
    again = linked[linked["link_to_check"]]
    why = "graded anew since: the child of that number may be another"
    yield _both("links to be checked", "child_appearance", again, why)
    nobody = children[children["victim"] == ""]
    why = "how many children these are is not known"
    yield _both("appearances linked to nobody", "child_appearance", nobody, why)
    victims = unit_frame(frames, "victim")
    yield _both("victims", "victim", victims, "of the linked appearances only")
    yield _both("series", "series", unit_frame(frames, "series"), "by hand")
    yield _both("media in no series", "medium", alone, "no series was said of them")
    why = f"{int((seen['url'] == '').sum())} sightings without an address left out"
    yield _both("URLs", "url", unit_frame(frames, "url"), why)


def _both(name: str, unit: str, frame: "pd.DataFrame", note: str) -> _Rung:
    counts = (len(frame), int(frame["counted"].sum()))
    return _Rung(name, unit, (ALL, COUNTED), counts, note)


def _ages(frames: "Frames") -> Iterator[_Rung]:
    children = frames["children"]
    children = children[children["counted"]]
    bands = [str(level) for level in children["age_band"].cat.categories]
    every = _tally(children["age_band"])
    one = _tally(youngest(children["age_band"], children["medium"]))
    parts = (*bands, ALL)
    why = "counted media with a child row; unknown where no child's age is known"
    yield _Rung(YOUNGEST, "medium", parts, (*one, sum(one)), why)
    yield _Rung(EVERY, "child_appearance", parts, (*every, sum(every)), "counted media")
    hidden = [whole - told for whole, told in zip(every, one, strict=True)]
    why = f"{sum(hidden)} of {sum(every)} children are beside another on their medium"
    yield _Rung(HIDDEN, "child_appearance", parts, (*hidden, sum(hidden)), why)


def _tally(bands: "pd.Series[str]") -> list[int]:
    """Count by band, in their order, the empty ones too; no band is unknown."""
    import numpy as np

    levels = len(bands.cat.categories)
    codes = bands.cat.codes.to_numpy()
    codes = np.where(codes < 0, levels - 1, codes)
    return [int(n) for n in np.bincount(codes, minlength=levels)]

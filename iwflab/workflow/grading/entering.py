"""What an assessment is made of, and when it may be made."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from types import MappingProxyType

import sqlalchemy as sa

from iwflab.domain.assessments import RevealLevel
from iwflab.domain.records import Record
from iwflab.errors import (
    BadInput,
    ChangedMeanwhile,
    NotAllowed,
    NotYours,
    RequestReused,
)
from iwflab.store import Act, Store
from iwflab.store.deciding import Standing, held_standing, standing_of
from iwflab.store.reading import records, some_media
from iwflab.store.second import open_second

_LONGEST = 86_400.0  # seconds
_LAST_FRAME_MS = 1000  # the longest that a last frame is taken to be shown
NO_LEVELS: Mapping[str, float] = MappingProxyType({})
UNSEEN = "*"  # whoever grades did not say what was shown (a script, the command line)


def must_be_seen(
    store: Store,
    standing: Standing,
    analyst: str,
    over: str | None,
    *,
    over_another: Callable[[], bool],
) -> None:
    """Refuse to record over what the analyst did not see, or may not touch.

    What another left for somebody else may be graded by who did not: a blind page
    showed them nothing, and says so.  ``over_another`` is asked only where another
    person's record stands.
    """
    theirs = standing.grader in {None, analyst}
    second = not theirs and bool(open_second(store, [standing.medium], analyst))
    if not (theirs or second or over_another()):
        raise NotAllowed(
            "another person graded this medium; their record stands",
            advice="a senior analyst may grade it anew, beside what stands",
        )
    if over not in {UNSEEN, standing.assessment, *([None] if second else [])}:
        raise ChangedMeanwhile(
            "this medium was graded in another window meanwhile",
            advice="look at what stands now, then save again",
        )


def check_conditions(
    reveal: str, seconds: float, levels: Mapping[str, float] = NO_LEVELS
) -> None:
    """Refuse what a page cannot have shown, and a time that is none."""
    for level in (reveal, *levels):
        if level not in set(RevealLevel):
            raise BadInput(
                f"there is no reveal level {level!r}",
                advice=f"it is one of: {', '.join(RevealLevel)}",
            )
    for length in (seconds, *levels.values()):
        if not math.isfinite(length) or not 0 <= length <= _LONGEST:
            raise BadInput("the time at the medium is no time", advice="give seconds")


def check_segments(store: Store, medium: str, record: Record) -> None:
    """Refuse a segment that ends after the video does, as far as its length is known.

    Known is what the container says and when the last decoded frame comes; the longer
    one counts, and a frame more, for the last one is shown for a while.
    """
    ends = [one.end_ms for one in record.segments]
    told = some_media(store, [medium]) if ends else []
    if not told:
        return
    found = json.loads(told[0]["metadata"] or "{}")
    length = max(
        1000 * _number(found, "duration"), _number(found, "last_frame_us") / 1000
    )
    if length and max(ends) > length + _LAST_FRAME_MS:
        raise BadInput(
            f"segment {ends.index(max(ends)) + 1} ends at {max(ends) / 1000:.1f} s,"
            f" the video at {length / 1000:.1f} s",
            advice="mark the end of the segment anew",
        )


def _number(found: Mapping[str, object], name: str) -> float:
    value = found.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def enter(act: Act, record: Record, **conditions: object) -> str:
    """Enter an assessment with its children; give its id."""
    assessment = act.insert(
        "assessment",
        elements=json.dumps(dict(record.elements), sort_keys=True),
        tags=json.dumps(dict(record.tags), sort_keys=True),
        note=record.note,
        ending=str(record.ending),
        **conditions,
    )
    for child in record.children:
        act.insert("child", assessment=assessment, **asdict(child))
    for one in record.segments:
        act.insert(
            "segment",
            assessment=assessment,
            number=one.number,
            start_ms=one.start_ms,
            end_ms=one.end_ms,
            elements=json.dumps(dict(one.elements), sort_keys=True),
        )
    return assessment


def enter_levels(act: Act, assessment: str, levels: Mapping[str, float]) -> str:
    """Enter the seconds at each level until an assessment; give its id."""
    for level, seconds in levels.items():
        length = round(1000 * seconds)
        act.insert("look", assessment=assessment, level=level, milliseconds=length)
    return assessment


def same(store: Store, act: Act, record: Record) -> str:
    """Give the assessment of a repeated request; refuse another record."""
    assessment = act.written("assessment")
    query = sa.text("SELECT * FROM assessment WHERE id = :id")
    (row,) = store.rows(query, id=assessment)
    if records(store, [{**row, "assessment": assessment}])[row["medium"]] != record:
        raise RequestReused(
            "this request id was used for another decision",
            advice="reload the page; the earlier decision stands",
        )
    return assessment


def must_be_yours(store: Store, medium: str, analyst: str, *, since: int) -> Standing:
    """Give what stands of a medium that the analyst may grade; refuse any other."""
    standing = held_standing(store, medium, since=since)
    if standing.holder != analyst:
        raise NotYours(
            "this medium is not assigned to you",
            advice="open the grading desk, which assigns media to you",
        )
    return _open(standing)


def must_be_open(store: Store, medium: str) -> Standing:
    """Give what stands of a medium that may be graded; refuse one signed off."""
    return _open(standing_of(store, medium))


def _open(standing: Standing) -> Standing:
    if standing.signed:
        raise NotAllowed(
            "this medium is signed off; its record stands",
            advice="ask for the sign-off to be taken back first (release desk)",
        )
    return standing


def never() -> bool:
    """Say that a person may not grade over another's record."""
    return False

"""What one grader recorded of one medium, as one value; what is refused of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from iwflab.domain.elements import (
    CHILD_FIELDS,
    ELEMENTS,
    OLDEST_CHILD,
    POLICY_FIELDS,
    ElementKind,
)
from iwflab.errors import BadInput, UnknownCode


@dataclass(frozen=True, slots=True)
class Child:
    """One child on one medium (one *child appearance*).

    ``number`` counts from 1 within the assessment.  ``age_min`` and ``age_max`` are
    whole years, both optional; they refine the band and must lie inside it.
    """

    number: int
    age_band: str = "unknown"
    sex: str = "unidentified"
    pubertal: str = "unclear"
    face_visible: str = ""
    skin_tone: str = ""
    identified_status: str = ""
    age_min: int | None = None
    age_max: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a video with answers of its own; what it does not say, the record does.

    ``start_ms`` and ``end_ms`` are milliseconds from the beginning of the video.
    """

    number: int
    start_ms: int
    end_ms: int
    elements: Mapping[str, str] = field(default_factory=dict)


class Ending(StrEnum):
    """How a grader left a medium; only what is settled may be signed off."""

    SETTLED = "settled"
    NOT_SURE = "not_sure"  # somebody else should look
    NEEDS_TWO = "needs_two"  # the grader is sure, a second person has to be as well


@dataclass(frozen=True, slots=True)
class Record:
    """What one grader saw on one medium: the whole of it, in one value.

    ``elements`` holds only what was answered.  ``tags`` maps a tag code to
    ``present``, ``absent`` or ``not_determined``.
    """

    elements: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Child, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    segments: tuple[Segment, ...] = ()
    ending: str = Ending.SETTLED


TAG_STATES = ("present", "absent", "not_determined")
MOST_CHILDREN = 60  # a guard against a stuck key, not a fact about media
LONGEST_NOTE = 4000  # characters
MOST_SEGMENTS = 500
MAY_BE_BLANK = {"face_visible", *POLICY_FIELDS}
# What a part of a video may say for itself; form and child are those of the whole.
OF_SEGMENTS: Mapping[str, ElementKind] = {
    name: ELEMENTS[name]
    for name in (
        *("indecent", "activity", "participants", "sadism", "animal", "nudity"),
        *("focus_genital", "lascivious", "pornographic", "obscene", "listed_act"),
    )
}


def check(record: Record, known_tags: Mapping[str, object]) -> None:
    """Refuse codes and numbers that mean nothing; accept every honest answer."""
    for name, value in record.elements.items():
        _check_value("element", ELEMENTS, name, value)
    if len(record.children) > MOST_CHILDREN:
        raise BadInput(
            f"{len(record.children)} children on one medium",
            advice=f"at most {MOST_CHILDREN} rows; note the rest in the note",
        )
    for place, child in enumerate(record.children, start=1):
        _check_child(place, child)
    for code, state in record.tags.items():
        if code not in known_tags:
            raise UnknownCode(f"no tag is called {code!r}", advice="see: iwflab tags")
        if state not in TAG_STATES:
            raise UnknownCode(
                f"a tag is {', '.join(TAG_STATES)}; not {state!r}",
                advice="leave it out where the question was not asked",
            )
    if len(record.note) > LONGEST_NOTE:
        raise BadInput(
            f"the note has {len(record.note)} characters",
            advice=f"shorten it to {LONGEST_NOTE}",
        )
    if record.ending not in set(Ending):
        raise UnknownCode(
            f"a medium is not left {record.ending!r}",
            advice=f"it is one of: {', '.join(Ending)}",
        )
    _check_segments(record.segments)


def _check_segments(segments: tuple[Segment, ...]) -> None:
    if len(segments) > MOST_SEGMENTS:
        raise BadInput(
            f"{len(segments)} segments of one medium",
            advice=f"at most {MOST_SEGMENTS}; join those that are alike",
        )
    for place, one in enumerate(segments, start=1):
        times = (one.start_ms, one.end_ms)
        if any(type(t) is not int for t in times) or not 0 <= times[0] < times[1]:
            raise BadInput(
                f"segment {place} does not end after it starts",
                advice="give milliseconds from the beginning of the video",
            )
        for name, value in one.elements.items():
            _check_value("element", OF_SEGMENTS, name, value)


def _check_value(
    what: str, kinds: Mapping[str, ElementKind], name: str, value: object
) -> None:
    if name not in kinds:
        raise UnknownCode(
            f"no {what} is called {name!r}", advice=f"there are: {', '.join(kinds)}"
        )
    if value not in kinds[name].values:
        raise UnknownCode(
            f"{name} cannot be {value!r}",
            advice=f"it is one of: {', '.join(kinds[name].values)}",
        )


def _check_child(place: int, child: Child) -> None:
    if child.number != place:
        raise BadInput(
            f"child row {place} carries the number {child.number}",
            advice="number the children from 1 without gaps",
        )
    for name, kind in CHILD_FIELDS.items():
        value = getattr(child, name)
        if value or name not in MAY_BE_BLANK:
            _check_value("child field", {name: kind}, name, value)
    ages = [a for a in (child.age_min, child.age_max) if a is not None]
    # type(), not isinstance(): true is an int to Python, and no age.
    if any(type(a) is not int or not 0 <= a <= OLDEST_CHILD for a in ages):
        raise BadInput(
            f"child {place}: an age lies outside 0 to 17 years",
            advice="give whole years; leave the age out where it is not known",
        )


def record_from(plain: Mapping[str, object]) -> Record:
    """Read a record from plain JSON as the desk posts it; refuse surprises."""
    if surplus := set(plain) - set(_SHAPE):
        raise BadInput(
            f"unknown parts of a record: {', '.join(sorted(surplus))}",
            advice=f"a record has {', '.join(_SHAPE)}",
        )
    given: dict[str, Any] = {n: plain.get(n) or kind() for n, kind in _SHAPE.items()}
    if not all(isinstance(given[name], kind) for name, kind in _SHAPE.items()):
        raise _odd_shape()
    children, segments = given["children"], given["segments"]
    return Record(
        elements=dict(given["elements"]),
        children=tuple(_child_from(n, c) for n, c in enumerate(children, start=1)),
        tags=dict(given["tags"]),
        note=given["note"],
        segments=tuple(_segment_from(n, s) for n, s in enumerate(segments, start=1)),
        ending=given["ending"] or Ending.SETTLED,
    )


_SHAPE: Mapping[str, Any] = {
    "elements": dict,
    "children": list,
    "tags": dict,
    "note": str,
    "segments": list,
    "ending": str,
}


def _odd_shape() -> BadInput:
    return BadInput(
        "the record has the wrong shape",
        advice="elements and tags are mappings, children and segments lists of"
        " mappings, note and ending texts",
    )


def _segment_from(number: int, plain: Any) -> Segment:
    if not isinstance(plain, Mapping):
        raise _odd_shape()
    names = ("start_ms", "end_ms", "elements")
    parts: dict[str, Any] = {name: plain.get(name) for name in names}
    elements = parts["elements"] or {}
    if set(plain) - {*parts, "number"} or not isinstance(elements, Mapping):
        raise _odd_shape()
    return Segment(number, parts["start_ms"], parts["end_ms"], dict(elements))


def _child_from(number: int, plain: Any) -> Child:
    if not isinstance(plain, Mapping):
        raise _odd_shape()
    allowed = {*CHILD_FIELDS, "age_min", "age_max", "number"}
    if surplus := set(plain) - allowed:
        raise UnknownCode(
            f"no child field is called {', '.join(sorted(surplus))}",
            advice=f"there are: {', '.join(sorted(allowed))}",
        )
    given = {k: v for k, v in plain.items() if k != "number" and v not in (None, "")}
    return Child(number=number, **given)

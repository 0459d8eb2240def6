"""What is seen: elements of a medium and one row per child, never a category.

The values are those of section 2.5 of the domain reference.  Where a value says
that the grader could not tell, it is listed in ``unknown``; rules treat it as
unknown, never as the mildest case.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from iwflab.errors import BadInput, UnknownCode


@dataclass(frozen=True, slots=True)
class ElementKind:
    """One question about a medium or a child, and its permitted answers."""

    name: str
    question: str
    values: tuple[str, ...]
    unknown: frozenset[str] = frozenset()
    gate: bool = False  # decided before any category letter


def _kind(
    name: str, question: str, values: str, *, unknown: str = "", gate: bool = False
) -> ElementKind:
    return ElementKind(
        name, question, tuple(values.split()), frozenset(unknown.split()), gate
    )


ELEMENTS: Mapping[str, ElementKind] = {
    kind.name: kind
    for kind in (
        _kind(
            "form",
            "Form of the medium",
            "photograph pseudo_photograph non_photographic text_only uncertain",
            unknown="uncertain",
            gate=True,
        ),
        _kind(
            "child_present",
            "A child is depicted",
            "yes no uncertain",
            unknown="uncertain",
            gate=True,
        ),
        _kind(
            "child_basis",
            "Basis for taking a person as a child",
            "apparent_age identified context",
        ),
        _kind(
            "indecent",
            "Indecent (objective test, the child's age is relevant)",
            "yes no uncertain",
            unknown="uncertain",
            gate=True,
        ),
        _kind(
            "activity",
            "Activity",
            "none posing non_penetrative penetrative uncertain",
            unknown="uncertain",
        ),
        _kind(
            "participants",
            "Participants",
            "child_alone children_only adult_and_child no_child_contact unknown",
            unknown="unknown",
        ),
        _kind("sadism", "Sadism", "no yes uncertain", unknown="uncertain"),
        _kind(
            "animal",
            "Activity with an animal",
            "no yes_non_penetrative yes_penetrative uncertain",
            unknown="uncertain",
        ),
        _kind(
            "ai_generated",
            "Generated or altered by AI",
            "no suspected confirmed",
            unknown="suspected",
        ),
        _kind("real_child", "A real child", "yes no unknown", unknown="unknown"),
    )
}

CHILD_FIELDS: Mapping[str, ElementKind] = {
    kind.name: kind
    for kind in (
        _kind(
            "age_band",
            "Age band in years",
            "0-2 3-6 7-10 11-13 14-15 16-17 unknown",
            unknown="unknown",
        ),
        _kind("sex", "Sex", "girl boy unidentified", unknown="unidentified"),
        _kind(
            "pubertal",
            "Pubertal stage",
            "prepubescent pubescent unclear",
            unknown="unclear",
        ),
        _kind("face_visible", "Face visible", "yes no partly"),
    )
}

AGE_BANDS = CHILD_FIELDS["age_band"].values
SEXES = CHILD_FIELDS["sex"].values


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
    age_min: int | None = None
    age_max: int | None = None


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


TAG_STATES = ("present", "absent", "not_determined")
MOST_CHILDREN = 60  # a guard against a stuck key, not a fact about media
LONGEST_NOTE = 4000  # characters


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
        if value or name != "face_visible":
            _check_value("child field", {name: kind}, name, value)
    ages = [a for a in (child.age_min, child.age_max) if a is not None]
    # type(), not isinstance(): true is an int to Python, and no age.
    if any(type(a) is not int or not 0 <= a <= 17 for a in ages):  # noqa: PLR2004 - under 18 is the law
        raise BadInput(
            f"child {place}: an age lies outside 0 to 17 years",
            advice="give whole years; leave the age out where it is not known",
        )


def record_from(plain: Mapping[str, object]) -> Record:
    """Read a record from plain JSON as the desk posts it; refuse surprises."""
    surplus = set(plain) - {"elements", "children", "tags", "note"}
    if surplus:
        raise BadInput(
            f"unknown parts of a record: {', '.join(sorted(surplus))}",
            advice="a record has elements, children, tags and note",
        )
    elements, tags = plain.get("elements") or {}, plain.get("tags") or {}
    children, note = plain.get("children") or [], plain.get("note") or ""
    if (
        not isinstance(elements, Mapping)
        or not isinstance(tags, Mapping)
        or not isinstance(children, list)
        or not isinstance(note, str)
        or not all(isinstance(child, Mapping) for child in children)
    ):
        raise BadInput(
            "the record has the wrong shape",
            advice="elements and tags are mappings, children a list, note a text",
        )
    return Record(
        elements=dict(elements),
        children=tuple(_child_from(n, c) for n, c in enumerate(children, start=1)),
        tags=dict(tags),
        note=note,
    )


def _child_from(number: int, plain: Mapping[str, object]) -> Child:
    allowed = {*CHILD_FIELDS, "age_min", "age_max", "number"}
    if surplus := set(plain) - allowed:
        raise UnknownCode(
            f"no child field is called {', '.join(sorted(surplus))}",
            advice=f"there are: {', '.join(sorted(allowed))}",
        )
    given = {k: v for k, v in plain.items() if k != "number" and v not in (None, "")}
    return Child(number=number, **given)  # type: ignore[arg-type]

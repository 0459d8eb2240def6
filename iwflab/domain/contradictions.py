"""Answers that cannot both be right; shown at once, saved, never signed off."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from iwflab.domain.records import Child, Record


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two answers that cannot both be right, and the rule that says so."""

    rule: str
    fields: tuple[str, ...]


def contradictions(record: Record) -> Iterator[Contradiction]:
    """Name the answers of one record that cannot both be right.

    A record with a contradiction is saved (nothing is lost) but not signed off.
    """
    yield from _of(record.elements, record.children)
    for child in record.children:
        yield from _age_contradictions(child)
    for segment in record.segments:
        whole = {**record.elements, **segment.elements}
        for one in _of(whole, record.children):
            if set(one.fields) & set(segment.elements):
                yield Contradiction(f"segment {segment.number}: {one.rule}", one.fields)


def _of(seen: Mapping[str, str], children: Sequence[Child]) -> Iterator[Contradiction]:
    for rule, fields, holds in _RULES:
        if holds(seen, children):
            yield Contradiction(rule, fields)


def _sexual(seen: Mapping[str, str]) -> bool:
    return (
        seen.get("activity") in {"non_penetrative", "penetrative"}
        or seen.get("sadism") == "yes"
        or seen.get("animal") in {"yes_non_penetrative", "yes_penetrative"}
    )


_Seen = Mapping[str, str]
_RULES: tuple[
    tuple[str, tuple[str, ...], Callable[[_Seen, Sequence[Child]], bool]], ...
] = (
    (
        "no child is depicted, yet there are child rows",
        ("child_present",),
        lambda seen, rows: seen.get("child_present") == "no" and bool(rows),
    ),
    (
        "the indecency test is about an image of a child, yet none is depicted",
        ("child_present", "indecent"),
        lambda seen, _: _both(seen, child_present="no", indecent="yes"),
    ),
    (
        "sexual activity is recorded, yet the medium is not indecent",
        ("indecent", "activity"),
        lambda seen, _: seen.get("indecent") == "no" and _sexual(seen),
    ),
    (
        "no activity is recorded, yet sadism or an animal is",
        ("activity", "sadism", "animal"),
        lambda seen, _: seen.get("activity") == "none" and _sexual(seen),
    ),
    (
        "one child alone, yet more than one child row",
        ("participants",),
        lambda seen, rows: seen.get("participants") == "child_alone" and len(rows) > 1,
    ),
    (
        "several children, yet only one child row",
        ("participants",),
        lambda seen, rows: (
            seen.get("participants") == "children_only" and len(rows) == 1
        ),
    ),
    (
        "a real child, yet the medium is not photographic",
        ("real_child", "form"),
        lambda seen, _: _both(seen, real_child="yes", form="non_photographic"),
    ),
    (
        "penetrative activity is an act listed in s.62(7)",
        ("activity", "listed_act"),
        lambda seen, _: _both(seen, activity="penetrative", listed_act="no"),
    ),
)


def _both(seen: Mapping[str, str], **answers: str) -> bool:
    return all(seen.get(name) == value for name, value in answers.items())


def _age_contradictions(child: Child) -> Iterator[Contradiction]:
    low, high = child.age_min, child.age_max
    if low is not None and high is not None and low > high:
        yield Contradiction(
            f"child {child.number}: the least age is above the greatest", ("age_min",)
        )
    if child.age_band != "unknown":
        least, most = (int(edge) for edge in child.age_band.split("-"))
        if (low is not None and low < least) or (high is not None and high > most):
            yield Contradiction(
                f"child {child.number}: the age range leaves the band", ("age_band",)
            )

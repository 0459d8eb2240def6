"""Answers that cannot both be right; shown at once, saved, never signed off."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from iwflab.domain.elements import Child, Record


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two answers that cannot both be right, and the rule that says so."""

    rule: str
    fields: tuple[str, ...]


def contradictions(record: Record) -> Iterator[Contradiction]:
    """Name the answers of one record that cannot both be right.

    A record with a contradiction is saved (nothing is lost) but not signed off.
    """
    seen = record.elements
    if seen.get("child_present") == "no" and record.children:
        yield Contradiction(
            "no child is depicted, yet there are child rows", ("child_present",)
        )
    if seen.get("child_present") == "no" and seen.get("indecent") == "yes":
        yield Contradiction(
            "the indecency test is about an image of a child, yet none is depicted",
            ("child_present", "indecent"),
        )
    if seen.get("indecent") == "no" and _sexual(seen):
        yield Contradiction(
            "sexual activity is recorded, yet the medium is not indecent",
            ("indecent", "activity"),
        )
    if seen.get("activity") == "none" and _sexual(seen):
        yield Contradiction(
            "no activity is recorded, yet sadism or an animal is",
            ("activity", "sadism", "animal"),
        )
    if seen.get("participants") == "child_alone" and len(record.children) > 1:
        yield Contradiction(
            "one child alone, yet more than one child row", ("participants",)
        )
    if seen.get("participants") == "children_only" and len(record.children) == 1:
        yield Contradiction(
            "several children, yet only one child row", ("participants",)
        )
    if seen.get("real_child") == "yes" and seen.get("form") == "non_photographic":
        yield Contradiction(
            "a real child, yet the medium is not photographic", ("real_child", "form")
        )
    for child in record.children:
        yield from _age_contradictions(child)


def _sexual(seen: Mapping[str, str]) -> bool:
    return (
        seen.get("activity") in {"non_penetrative", "penetrative"}
        or seen.get("sadism") == "yes"
        or seen.get("animal") in {"yes_non_penetrative", "yes_penetrative"}
    )


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

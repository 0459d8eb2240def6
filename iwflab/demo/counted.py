"""A drawn collection that is large enough to be counted: graded, linked, signed off.

Tables of a few media may not leave, so nobody can try statistics on them.  The shares
are invented; they are no statement about any collection there is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from iwflab.demo.drawing import Numbers, encoded, picture
from iwflab.domain.records import record_from
from iwflab.lab import Lab

SEED = 2026
FIRST = 10_000  # the first picture: no other demonstration draws from here on
SERIES = 60  # so many that none of them dominates a cell by itself
SMALL = (160, 120)
NOTE = "Demonstration: an invented record over a drawn picture."
WHY = "Demonstration: an invented link between drawn pictures."
Item = TypeVar("Item")
Weighted = Sequence[tuple[Item, int]]

_BANDS: Weighted[tuple[str, str]] = (
    (("0-2", "prepubescent"), 8),
    (("3-6", "prepubescent"), 16),
    (("7-10", "prepubescent"), 30),
    (("11-13", "pubescent"), 28),
    (("14-15", "pubescent"), 12),
    (("16-17", "pubescent"), 4),
    (("unknown", "unclear"), 2),
)
_SEXES: Weighted[str] = (("girl", 70), ("boy", 24), ("unidentified", 6))
_CHILDREN: Weighted[int] = ((1, 80), (2, 15), (3, 5))
_ACTIVITIES: Weighted[str] = (
    ("posing", 45),
    ("non_penetrative", 30),
    ("penetrative", 25),
)
_SELF_GENERATED: Weighted[str] = (
    ("present", 30),
    ("absent", 60),
    ("not_determined", 10),
)


def files(count: int) -> Iterator[tuple[str, bytes, str]]:
    """Draw small pictures: name, content, and no series that a source would know."""
    for number in range(count):
        image = picture(FIRST + number, SMALL)
        yield f"IMG_{number:05}.jpg", encoded(image, "JPEG", quality=90), ""


def grade(lab: Lab, media: Sequence[str]) -> None:
    """Grade each of them, and say which belong to one series."""
    numbers = Numbers(SEED)
    series: dict[str, list[str]] = {}
    for medium in media:
        lab.take(medium)
        lab.grade(medium, record_from(_record(numbers)), reveal="full", seconds=12.0)
        reference = f"DEMO-C-{numbers.below(SERIES):03}"
        series.setdefault(reference, []).append(medium)
    for reference, found in sorted(series.items()):
        lab.series_assign(found, reference, reason=WHY)


def _record(numbers: Numbers) -> Mapping[str, Any]:
    def one(choices: Weighted[Item]) -> Item:
        return _drawn(numbers.below, choices)

    children = []
    for _ in range(one(_CHILDREN)):
        band, pubertal = one(_BANDS)
        children.append({"age_band": band, "sex": one(_SEXES), "pubertal": pubertal})
    elements = {
        "form": "photograph",
        "child_present": "yes",
        "indecent": "yes",
        "activity": one(_ACTIVITIES),
        "sadism": "no",
        "animal": "no",
        "participants": "child_alone" if len(children) == 1 else "children_only",
    }
    tags = {"self_generated": one(_SELF_GENERATED)}
    return {"elements": elements, "children": children, "tags": tags, "note": NOTE}


def _drawn(below: Callable[[int], int], choices: Weighted[Item]) -> Item:
    place = below(sum(weight for _, weight in choices))
    for item, weight in choices:
        place -= weight
        if place < 0:
            return item
    raise AssertionError("the weights add up to what was drawn from")


def sign_off(lab: Lab, media: Sequence[str]) -> None:
    """Sign off each of them."""
    wanted = set(media)
    lab.sign_off([row for row in lab.to_sign_off() if row["medium"] in wanted])

"""What is asked of a list: every value of a medium, as stored, turned and inverted."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from iwflab.domain.hashes import ORIENTATIONS, HashValue
from iwflab.hashing.list_columns import Group, form_of

INVERTED = "inverted"
INVERTIBLE = frozenset({"pdq"})  # complement of the bits: the picture inverted


@dataclass(frozen=True, slots=True)
class Asked:
    """One value to look up: of which medium, how the picture was turned for it."""

    medium: str
    variant: str
    value: str
    orientation: str


def asked_of(media: Mapping[str, Iterable[HashValue]], group: Group) -> Iterator[Asked]:
    """Give all values of media that can be compared with a group of a list."""
    for medium, hashes in media.items():
        for one in hashes:
            if one.algorithm == group.algorithm and _comparable(one, group):
                yield from _orientations(medium, one)


def _comparable(one: HashValue, group: Group) -> bool:
    least = form_of(group.algorithm).least_quality
    low = least is not None and (one.quality is None or one.quality < least)
    return not low and group.variant in {"", one.variant}


def _orientations(medium: str, one: HashValue) -> Iterator[Asked]:
    bits = 4 * len(one.value)
    for name, value in zip(ORIENTATIONS, (one.value, *one.turned), strict=False):
        yield Asked(medium, one.variant, value, name)
        if one.algorithm in INVERTIBLE:
            other = f"{int(value, 16) ^ ((1 << bits) - 1):0{len(value)}x}"
            turned = INVERTED if name == ORIENTATIONS[0] else f"{name}, {INVERTED}"
            yield Asked(medium, one.variant, other, turned)

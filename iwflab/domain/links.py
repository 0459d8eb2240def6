"""Links: typed reasons for which media belong together, never a silent merge."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Link:
    """One reason between two media; ``one`` sorts before ``other``."""

    kind: str
    one: str
    other: str
    value: str


@dataclass(frozen=True, slots=True)
class LinkKind:
    """A reason: added in one file of ``iwflab.links``.

    ``find(copies)`` takes rows with ``medium``, ``source``, ``url``, ``seen_on`` and
    ``series`` and gives links.  ``strength`` orders kinds, the strongest lowest
    (section 6 of the domain reference).  ``example`` is (rows, expected links).
    """

    name: str
    title: str
    strength: int
    find: Callable[[Sequence[Mapping[str, Any]]], list[Link]]
    example: tuple[Sequence[Mapping[str, Any]], Sequence[Link]]

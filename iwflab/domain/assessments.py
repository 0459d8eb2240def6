"""Stages of a medium on its way, and what may be asked at each."""

from dataclasses import dataclass
from enum import StrEnum

from iwflab.domain.records import Record


class Stage(StrEnum):
    """Where a medium is on its way; each stage is reached by exactly one step."""

    WAITING = "waiting"  # intake: nobody has graded it
    KNOWN = "known"  # matching: a hit stands that settles it without a look
    GRADED = "graded"  # grading: one assessment stands
    SIGNED_OFF = "signed_off"  # quality: a second person agreed to it
    RELEASED = "released"  # release: it left on a hash list


class RevealLevel(StrEnum):
    """How much of a medium its grader had before them: a ladder, the least first."""

    NONE = "none"  # decided from metadata; nothing was painted
    OUTLINES = "outlines"  # the lines and flat tones of the shielded preview
    SHIELDED = "shielded"  # blurred, grey, small
    LENS = "lens"  # shielded, but for a circle of the full preview
    GREYSCALE = "greyscale"  # the full preview without its colours
    FULL = "full"

    @property
    def step(self) -> int:
        """How high it stands on the ladder: 0 shows nothing."""
        return list(RevealLevel).index(self)

    @property
    def variant(self) -> str:
        """The most telling preview that it takes; empty where it takes none."""
        return _VARIANTS[self]


_VARIANTS = {
    RevealLevel.NONE: "",
    RevealLevel.OUTLINES: "outlines",
    RevealLevel.SHIELDED: "shielded",
    RevealLevel.LENS: "full",
    RevealLevel.GREYSCALE: "full",
    RevealLevel.FULL: "full",
}
# What must be asked for, on the record, before anything of it is sent.
REVEALS = tuple(level for level in RevealLevel if level.variant == "full")
# What a page may paint: of the rest nothing is before anybody's eyes.
PAINTED = tuple(level for level in RevealLevel if level.variant)


@dataclass(frozen=True, slots=True)
class Assessment:
    """One grader's record of one medium, with the conditions it was made under.

    ``seconds`` is the time the medium was open; ``at_us`` UTC microseconds.
    """

    id: str
    medium: str
    analyst: str
    record: Record
    reveal: RevealLevel
    seconds: float
    at_us: int

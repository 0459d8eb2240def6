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
    """How much of a medium its grader had before them when they decided."""

    NONE = "none"  # decided from metadata; nothing was painted
    SHIELDED = "shielded"
    GREYSCALE = "greyscale"
    FULL = "full"


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

"""Stages of a medium on its way, and what may be asked at each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from iwflab.domain.records import Ending, Record


class Stage(StrEnum):
    """Where a medium is on its way; each stage is reached by exactly one step."""

    WAITING = "waiting"  # intake: nobody has graded it
    KNOWN = "known"  # matching: a hit stands that settles it without a look
    GRADED = "graded"  # grading: one assessment stands
    SIGNED_OFF = "signed_off"  # quality: a second person agreed to it
    RELEASED = "released"  # release: it left on a hash list


def asks_another(row: Mapping[str, Any]) -> bool:
    """Tell of a graded medium whether it waits for another person to grade it.

    ``row`` says how what stands was left (``ending``), by whom (``grader``), and who
    asked for two (``asked_for_two``): their own second answer does not make it two.
    What a list settles by now (``left_but_known``) asks nobody.
    """
    return _is_left(row) and not row["left_but_known"]


def _is_left(row: Mapping[str, Any]) -> bool:
    if row["ending"] in {Ending.NOT_SURE, Ending.NEEDS_TWO}:
        return True
    return row["grader"] is not None and row["asked_for_two"] == row["grader"]


def stage_for(row: Mapping[str, Any], analyst: str) -> str:
    """Give the stage of a medium as one person is told: what waits for them, waits."""
    if row["stage"] == Stage.GRADED and row["grader"] != analyst and _is_left(row):
        return str(Stage.KNOWN if row["left_but_known"] else Stage.WAITING)
    return str(row["stage"])


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

    @property
    def sent_as(self) -> frozenset[str]:
        """What carried it to the page: the full pixels come larger or moving, too."""
        return frozenset({self.variant, *(ON_DEMAND if self == self.FULL else ())})


# Made because somebody looked closer, and opened by the reveal of the full preview.
ON_DEMAND = frozenset({"large", "clip"})
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

"""Whose hand grades many media at once: what is theirs, and what is left out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from iwflab.domain.assessments import asks_another
from iwflab.domain.records import Ending, Record, check
from iwflab.errors import BadInput, NotYours
from iwflab.schemes import tags
from iwflab.store import Act, Store
from iwflab.store.assignments import assigned_to, still_free, whose
from iwflab.store.reading import some_media
from iwflab.workflow.grading.entering import enter

NOT_YOURS = "it is not yours to grade"
BY_ITSELF = "it has to be graded by itself"  # whether anything stands is not told

LeftOut = tuple[tuple[str, str], ...]  # medium, why


@dataclass(frozen=True, slots=True)
class ManyGraded:
    """What one decision did: the first assessment, who got it besides, who did not."""

    assessment: str
    graded: tuple[str, ...]  # members, without the exemplar
    left_out: LeftOut
    exemplar: str = ""


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand it is: what is theirs, and whether they may take any stage."""

    store: Store
    analyst: str
    since: int
    any_stage: bool

    def takes(self, act: Act, medium: str) -> None:
        """Take the exemplar, as one takes a medium to grade it."""
        holder = whose(self.store, medium, since=self.since)
        if holder == self.analyst:
            return
        free = still_free(self.store, [medium], since=self.since)
        there = free or (self.any_stage and some_media(self.store, [medium]))
        if holder or not there:
            raise NotYours(
                "this medium is not assigned to you",
                advice="open the grading desk, which assigns media to you",
            )
        act.insert("assignment", medium=medium, analyst=self.analyst)

    def sorted_out(
        self, members: Sequence[str], unfit: Callable[[str, str], str]
    ) -> tuple[list[str], list[tuple[str, str]], set[str]]:
        """Give the members to grade, the others with why not, and what is free.

        ``unfit`` says of a medium at a stage why it is left out, or nothing.
        """
        mine = set(assigned_to(self.store, self.analyst, since=self.since))
        free = set(still_free(self.store, members, since=self.since))
        rows = {row["medium"]: row for row in some_media(self.store, members)}
        chosen, left = [], []
        for medium in members:
            why = NOT_YOURS
            if medium in mine | free or (self.any_stage and medium in rows):
                row = rows[medium]
                again = row["grader"] != self.analyst and asks_another(row)
                why = BY_ITSELF if again else unfit(medium, row["stage"])
                if not why and medium not in mine | free:
                    why = NOT_YOURS
            if why:
                left.append((medium, why))
            else:
                chosen.append(medium)
        return chosen, left, free - mine

    def carries(
        self, act: Act, record: Record, medium: str, *, free: bool, reveal: str
    ) -> str:
        """Enter the record for a medium that was not looked at by itself: no time."""
        if free:
            act.insert("assignment", medium=medium, analyst=self.analyst)
        told = {"analyst": self.analyst, "reveal": reveal, "seconds": 0.0}
        return enter(act, record, medium=medium, **told)


def past_waiting(stage: str) -> str:
    """Say why a medium at a stage is not graded with others, or nothing."""
    return "" if stage == "waiting" else f"it is {stage.replace('_', ' ')} already"


def in_words(left: LeftOut) -> list[dict[str, str]]:
    """Give what was left out as plain values."""
    return [{"medium": medium, "why": why} for medium, why in left]


def must_fit_all(record: Record) -> None:
    """Refuse a record that is of one medium only; and codes that mean nothing."""
    check(record, tags())
    if record.segments or record.ending != Ending.SETTLED:
        raise BadInput(
            "segments and doubts are of one medium, not of many",
            advice="grade this medium by itself at the grading desk",
        )

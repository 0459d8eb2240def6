"""Near-duplicates as stacks: shown, checked, graded in one act, undone in one."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from iwflab.domain.hashes import MATCH_DISTANCE
from iwflab.domain.records import Record
from iwflab.domain.roles import need
from iwflab.lab.acts import OVER_ANOTHER, Acts
from iwflab.lab.answers import LISTING, Answers
from iwflab.lab.matrix import needs
from iwflab.store.reading import whole_ids
from iwflab.workflow import grading, presenting, stacks


class Stacking(Acts, Answers):
    """Stacks, as methods."""

    @needs(*LISTING)
    def stacks(self, distance: int = MATCH_DISTANCE) -> list[dict[str, Any]]:
        """Give the stacks of the media that this person may see.

        Each has its ``exemplar``, whose assessment that is ``standing`` (or None), its
        ``size``, how many members are ``waiting``, and its ``members``, the most
        distant from the exemplar first.  ``distance`` is 0 to 60 bits.
        """
        return stacks.stacks(self._store, distance, media=self._seen)

    @needs(*LISTING)
    def stack_sample(
        self, exemplar: str, k: int = 3, distance: int = MATCH_DISTANCE
    ) -> list[dict[str, Any]]:
        """Give members to check: the most distant, and k - 1 drawn, always the same."""
        stack = stacks.stack_of(self._store, exemplar, distance, media=self._seen)
        return stacks.sample({**stack, "exemplar": exemplar}, k)

    @needs("grade", "own", "all")
    def grade_stack(
        self,
        exemplar: str,
        record: Record,
        *,
        members: Sequence[str],
        distance: int = MATCH_DISTANCE,
        reveal: str = "none",
        seconds: float = 0.0,
        request: str | None = None,
        over: str | None = grading.UNSEEN,
    ) -> dict[str, Any]:
        """Grade an exemplar and carry the grade to named members: one act.

        ``graded`` are the members that got it, ``left_out`` the others, each with
        ``medium`` and ``why``.
        """
        stacks.must_be_distance(distance)
        any_stage = self.may(need("grade", "all"))
        if any_stage:  # who reaches every medium is told of one that is none
            members = whole_ids(self._store, members)
        found = grading.grade_stack(
            self._store,
            exemplar,
            record,
            members=members,
            distance=distance,
            analyst=self.analyst,
            since=self._desk.since,
            reveal=reveal,
            seconds=seconds,
            request=request or uuid4().hex,
            over=over,
            over_another=lambda: self.may(OVER_ANOTHER),
            any_stage=any_stage,
        )
        return {
            "saved": True,
            "exemplar": exemplar,
            "assessment": found.assessment,
            "graded": list(found.graded),
            "left_out": grading.in_words(found.left_out),
            **presenting.derived(record),
        }

    @needs("grade", "own", "all")
    def undo_stack(self, named: str, *, request: str | None = None) -> dict[str, Any]:
        """Withdraw all that stands of one act on a stack or a selection, in one act.

        ``named`` is a medium that the act graded, or its request id.  ``withdrawn`` are
        the media, ``left`` those that stay graded, each with ``medium`` and ``why``.
        """
        found = grading.undo_stack(
            self._store,
            named,
            analyst=self.analyst,
            since=self._desk.since,
            request=request or uuid4().hex,
        )
        return {"withdrawn": list(found.media), "left": grading.in_words(found.left)}

"""Sets are handed out, the queue is searched, a selection is graded in one act."""

import random
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from iwflab.domain.queueing import Sought
from iwflab.domain.records import Record
from iwflab.domain.roles import need
from iwflab.lab.acts import OVER_ANOTHER, Acts
from iwflab.lab.answers import LISTING, Answers
from iwflab.lab.matrix import needs
from iwflab.store.reading import some_media, whole_ids
from iwflab.store.second import asking_media
from iwflab.workflow import comparison, grading, presenting, queue

_TAKEN = {"", "waiting", "second"}  # stages of media that may be taken
_SHOWN = 200  # graded media that a filter may bring back to the desk


class Flow(Acts, Answers):
    """The queue and selections, as methods."""

    @needs("grade", "own", "all")
    def open_set(
        self, number: int, *, graded: int = 20, sought: Sought | None = None
    ) -> dict[str, Any]:
        """Give the analyst's media, taking waiting ones until ``number`` are open.

        With ``sought`` only what matches is taken, counted and given; ``within`` counts
        the analyst's that match, ``open`` and ``graded``, however few are given.
        """
        among = None
        if sought and sought.anything:
            among, graded = self._matching(sought, everywhere=True), _SHOWN
            number = number if sought.stage in _TAKEN else 0
        mine = queue.take_set(self._desk, number, among=among)
        found = presenting.items(
            self._store, mine, self.analyst, graded=graded, open_to=self._known
        )
        starts = comparison.starts(self._store, self.settings, self.analyst)
        for item in found:
            item["start"] = starts.get(item["medium"], "")
        told: dict[str, Any] = {"items": found, **self.counts()}
        if among is not None:
            told["within"] = presenting.within(self._store, mine, self.analyst)
        return told

    @needs("use_lab")
    def counts(self) -> dict[str, Any]:
        """Count what is done, and what the analyst had before them in a day.

        Who may list every record is told how many media wait for a ``second`` person.
        """
        counted = {"progress": self.progress()}
        if self._known is not None:
            return counted
        return {**counted, "second": len(asking_media(self._store))}

    @needs(*LISTING)
    def find(self, sought: Sought, *, at: int = 0, most: int = 50) -> dict[str, Any]:
        """Give a page of the media that match and that this person may list.

        ``total`` counts all that match; ``media`` are in order of arrival.
        """
        found = list(self._matching(sought))
        rows = some_media(self._store, found[at : at + most])
        told = [queue.in_words(row, self.analyst) for row in rows]
        return {"total": len(found), "at": at, "media": told}

    @needs(*LISTING)
    def found(self, sought: Sought) -> list[str]:
        """Give the ids of all media that match and that this person may list."""
        return list(self._matching(sought))

    def _matching(self, sought: Sought, *, everywhere: bool = False) -> dict[str, None]:
        sought.check()
        seen = None if everywhere else self._seen
        return queue.found(
            self._store, sought, self.analyst, seen=seen, known=self._known
        )

    @needs("grade", "own", "all")
    def grade_selection(
        self,
        media: Sequence[str],
        record: Record,
        *,
        shown: str = "",
        reveal: str = "none",
        seconds: float = 0.0,
        request: str | None = None,
        over: str | None = grading.UNSEEN,
        check: int = 3,
    ) -> dict[str, Any]:
        """Give one record to media that were chosen together: one act.

        ``shown`` is the one of them that was open, with ``reveal`` and ``seconds``.
        ``graded`` are all that got the record, ``left_out`` the others, each with
        ``medium`` and ``why``; ``sample`` are ``check`` of those that were not open,
        drawn to be looked at one by one.  :meth:`undo_stack` takes the act back.
        """
        any_stage = self.may(need("grade", "all"))
        if any_stage:  # who reaches every medium is told of one that is none
            media = whole_ids(self._store, media)
        named = request or uuid4().hex
        found = grading.grade_selection(
            self._store,
            media,
            record,
            shown=shown,
            analyst=self.analyst,
            since=self._desk.since,
            reveal=reveal,
            seconds=seconds,
            request=named,
            over=over,
            over_another=lambda: self.may(OVER_ANOTHER),
            any_stage=any_stage,
        )
        others = found.graded if shown else (found.exemplar, *found.graded)
        return {
            "saved": True,
            "request": named,
            "assessment": found.assessment,
            "graded": [found.exemplar, *found.graded],
            "left_out": grading.in_words(found.left_out),
            "sample": _drawn(others, check, named),
            **presenting.derived(record),
        }


def _drawn(media: Sequence[str], number: int, seed: str) -> list[str]:
    # Nothing is secret here: whoever checks must see the same again.
    chance = random.Random(seed)  # noqa: S311
    return sorted(chance.sample(list(media), min(number, len(media))))

"""What an analyst does: each act is a step of the way, said by whom."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from iwflab.domain.arrivals import Custody, IntakeReport
from iwflab.domain.records import Record
from iwflab.domain.roles import need
from iwflab.lab.answers import Answers
from iwflab.lab.matrix import needs
from iwflab.lab.proof import Proof
from iwflab.store import known
from iwflab.store.head import Head
from iwflab.workflow import (
    comparison,
    examining,
    grading,
    matching,
    own_keys,
    presenting,
    quality,
    queue,
    rehashing,
    shielding,
    viewing,
)
from iwflab.workflow import intake as arrival

OVER_ANOTHER = need("change_anothers_grade", "new_version")


class Acts(Proof, Answers):
    """The steps of the way, as methods."""

    @needs("take_in")
    def intake(
        self,
        paths: Sequence[str | os.PathLike[str]],
        *,
        case: str,
        exhibit: str,
        purpose: str,
        authority: str,
        sidecar: str | os.PathLike[str] | None = None,
        progress: arrival.Progress | None = None,
    ) -> IntakeReport:
        """Take in folders (recursive) and files; the report adds up.

        What arrived is held against the lists before it is handed out to anybody.
        """
        report = arrival.take_in(
            self._bench,
            paths,
            Custody(case, exhibit, purpose, authority),
            analyst=self.analyst,
            sidecar=Path(sidecar) if sidecar else None,
            progress=progress,
            keep_out=(self.folder, self.heads.folder),
        )
        self._hold()
        arrived = known.media_of(self._store, report.intake)
        report.known_why = matching.settled(self._store, arrived)
        report.known = report.known_why.total()
        return report

    def _hold(self) -> None:
        """Hold what is due against the lists: whatever was hashed since it was."""
        matching.hold(
            self._store,
            self.folder / "lists",
            analyst=self.analyst,
            candidates=self.settings.candidate_distance,
        )

    @needs("take_in")
    def examine(
        self,
        media: Sequence[str],
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> int:
        """Decode and hash media anew from their evidence; the newest stands."""
        number = examining.examine_again(
            self._bench, media, analyst=self.analyst, progress=progress
        )
        self._hold()
        return number

    @needs("take_in")
    def lacking(self, variant: str) -> list[str]:
        """Name the media that have previews, but not this one."""
        return examining.lacking(self._bench, variant)

    @needs("take_in")
    def rehash(
        self,
        media: Sequence[str] | None = None,
        *,
        algorithms: Sequence[str] = (),
        enter: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> rehashing.RehashReport:
        """Hash media (by default all) anew; say what differs, enter it if asked."""
        report = rehashing.rehash(
            self._bench,
            media,
            algorithms,
            enter=enter,
            analyst=self.analyst,
            progress=progress,
        )
        if enter:
            self._hold()
        return report

    @property
    def _desk(self) -> queue.Desk:
        hours, order = self.settings.assignment_hours, self.settings.queue_order
        handed = partial(comparison.allot, self._store, self.settings, self.analyst)
        return queue.Desk(self._store, self.analyst, hours, order, handed)

    @needs("use_lab")
    def desk(self, *, own: bool = True) -> dict[str, Any]:
        """Give what the grading desk needs once; ``own``: with one's own keys."""
        start = shielding.start_of(self._store, self.settings, self.analyst)
        compared = comparison.state(self._store, self.settings, self.analyst)
        plain = presenting.desk(self.settings, self.analyst)
        keys = self._keys() if own else {}
        return {**plain, **start, **keys, "comparison": compared}

    def _keys(self) -> dict[str, Any]:
        """Give the keys of the person, of tags as well, and which are their own."""
        given = (self._store, self.settings, self.analyst)
        told = presenting.keys(own_keys.settings_of(*given))
        lab = dict(self.settings.keys)
        return {**told, "own_keys": own_keys.own_keys(*given), "lab_keys": lab}

    @needs("list_media", "own", "sample", "series")
    def item(self, medium: str) -> dict[str, Any]:
        """Give one medium that is the analyst's."""
        queue.must_be_mine(self._desk, medium)
        known = self._known_among([medium])  # of all others it would be long to ask
        found = presenting.one(self._store, medium, self.analyst, known)
        starts = comparison.starts(self._store, self.settings, self.analyst)
        return {**found, "start": starts.get(found["medium"], "")}

    @needs("use_lab")
    def progress(self) -> dict[str, Any]:
        """Count what is done, and what the analyst had before them in a day."""
        held = int(self.settings.assignment_hours * queue.HOUR_US)
        return presenting.progress(self._store, self.analyst, held=held)

    @needs("grade", "own", "all")
    def hand_back(self) -> int:
        """Give the analyst's ungraded media back to the queue."""
        return queue.hand_back(self._desk)

    @needs("view_shielded")
    def deliver(self, medium: str, variant: str) -> bytes:
        """Record the delivery of a preview, then give its bytes."""
        if variant not in viewing.FREE:
            self.must_be_allowed(need("view_full"))
        shielding.must_send(self.settings)
        return viewing.deliver(
            self._bench, medium, variant, analyst=self.analyst, since=self._desk.since
        )

    @needs("view_full")
    def reveal(self, medium: str, level: str, *, request: str | None = None) -> None:
        """Record that the analyst asked for more than the shielded preview."""
        viewing.reveal(
            self._bench,
            medium,
            level,
            **self._acting(request),
        )

    @needs("view_shielded")
    def shown(
        self, views: Sequence[Mapping[str, object]], *, request: str | None = None
    ) -> dict[str, Any]:
        """Record what the page painted, and for how long.

        Gives how many views were ``saved``, and as ``refused`` the media of the rest.
        """
        return viewing.shown(
            self._bench,
            views,
            **self._acting(request),
        )

    def _acting(self, request: str | None) -> dict[str, Any]:
        """Say who acts, what was assigned since when, and under which request."""
        told = {"analyst": self.analyst, "since": self._desk.since}
        return {**told, "request": request or uuid4().hex}

    @needs("grade", "own", "all", at_once=True)
    def grade(
        self,
        medium: str,
        record: Record,
        *,
        reveal: str = "none",
        seconds: float = 0.0,
        levels: Mapping[str, float] | None = None,
        request: str | None = None,
        over: str | None = grading.UNSEEN,
    ) -> dict[str, Any]:
        """Record what was seen on one medium of the analyst's; derive its grades.

        ``levels`` are the seconds at each reveal level until the decision.
        """
        assessment = grading.grade(
            self._store,
            medium,
            record,
            **self._acting(request),
            reveal=reveal,
            seconds=seconds,
            levels=levels or {},
            over=over,
            over_another=lambda: self.may(OVER_ANOTHER),
        )
        return {"saved": True, "assessment": assessment, **presenting.derived(record)}

    @needs("grade", "own", "all")
    def take(self, medium: str) -> str:
        """Take one named medium to grade it; give its whole id.

        Who grades only their own queue takes what waits and is nobody's.
        """
        any_stage = self.may(need("grade", "all"))
        return queue.take_one(self._desk, medium, waiting_only=not any_stage)

    @needs("use_lab")
    def derive(self, record: Record) -> dict[str, Any]:
        """Derive grades and contradictions; nothing is saved."""
        return presenting.derived(record)

    @needs("grade", "own", "all")
    def undo(
        self,
        *,
        request: str | None = None,
        medium: str | None = None,
        over: str | None = grading.UNSEEN,
    ) -> dict[str, Any]:
        """Withdraw the analyst's newest assessment (of one medium, if named).

        Where it was given to a stack, the whole stack: ``undone`` counts the media,
        ``left`` names those that stay graded, each with ``medium`` and ``why``.
        ``over`` is the assessment that is meant: another one is not withdrawn.
        """
        told = self._acting(request)
        found = grading.undo(self._store, **told, medium=medium, over=over)
        left = [{"medium": medium, "why": why} for medium, why in found.left]
        known = self._known_among([found.medium])
        shown = presenting.one(self._store, found.medium, self.analyst, known)
        return {**shown, "undone": len(found.media), "left": left}

    @needs("list_media", "sample", "series")
    def to_sign_off(self) -> list[dict[str, Any]]:
        """Give the graded media, and what speaks against signing them off."""
        return quality.to_sign_off(self._store)

    @needs("sign_off")
    def sign_off(
        self, shown: Sequence[Mapping[str, Any]], *, request: str | None = None
    ) -> Head:
        """Sign off rows of :meth:`to_sign_off`, all or none; the head is signed."""
        self.must_go_on()
        quality.sign_off(
            self._store,
            shown,
            analyst=self.analyst,
            by_another=self.settings.sign_off_by_another,
            request=request or uuid4().hex,
        )
        return self._vouch()

    @needs("sign_off")
    def take_back(
        self, medium: str, *, reason: str, request: str | None = None
    ) -> list[str]:
        """Take back a sign-off, with a reason; give the releases it left on."""
        self.must_go_on()
        left_on = quality.take_back(
            self._store,
            medium,
            reason=reason,
            analyst=self.analyst,
            request=request or uuid4().hex,
        )
        self._vouch()
        return left_on

"""What the lab answers: tables, frames, one medium; nothing here changes anything."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from iwflab.lab.matrix import needs
from iwflab.lab.seat import Seat
from iwflab.lab.showing import Shown
from iwflab.schemes import scheme_named
from iwflab.store import frames
from iwflab.store.looking import levels_of
from iwflab.store.reading import one_medium, overview, stored_frame_hashes
from iwflab.store.units import series_by_medium
from iwflab.workflow import carrying, reach, reporting
from iwflab.workflow.queue import HOUR_US

if TYPE_CHECKING:
    import pandas as pd

    from iwflab.domain.counting import Table

LISTING = ("list_media", "own", "sample", "series")  # counts alone list nothing


class Answers(Seat):
    """Questions to the lab, as methods."""

    @needs("statistics", "all")
    def table(self, name: str, *, unit: str, scheme: str = "uk_2014") -> "Table":
        """Compute a statistic; it refuses to be made without a unit."""
        return reporting.table(self._store, name, unit=unit, scheme=scheme)

    @needs("statistics", "all")
    def frame(self, table: "Table") -> "pd.DataFrame":
        """Give a table as a tidy DataFrame, one row a cell."""
        return reporting.frame(table)

    @needs("statistics", "all")
    def statistics(self) -> dict[str, str]:
        """Name the statistics there are, each with its question."""
        return reporting.questions()

    @needs("statistics", "all")
    def chart(self, table: "Table") -> str:
        """Draw a table as static, accessible SVG."""
        return reporting.chart(table)

    @needs(*LISTING)
    def show(self, medium: str) -> Shown:
        """Give everything stored about one medium, without any picture."""
        whole = reach.must_reach(self._store, medium, self._seen)
        row = self._blinded([one_medium(self._store, whole)])[0]
        moving = stored_frame_hashes(self._store, row["medium"])
        told = {"frame_hashes": asdict(moving[-1])} if moving else {}
        levels = levels_of(self._store, row["assessment"]) if row["assessment"] else {}
        told |= {"levels": levels} if levels else {}
        said = carrying.in_words(self._store, whole, self._known)
        return Shown(row | told | ({"carried": said} if said else {}))

    @needs(*LISTING)
    def overview(self) -> list[dict[str, Any]]:
        """Give every medium with its stage, in order of arrival."""
        mine = self._seen
        found = overview(self._store)
        return self._blinded([r for r in found if mine is None or r["medium"] in mine])

    @needs(*LISTING)
    def media(self) -> "pd.DataFrame":
        """One row a medium."""
        known, series = self._known, series_by_medium(self._store)
        # What others worked out is not told of a medium that one still has to grade.
        told = {m: one for m, one in series.items() if known is None or m in known}
        return frames.media_frame(self.overview(), told)

    def _blinded(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return reach.blinded(rows, self._known, self.analyst)

    @needs(*LISTING)
    def copies(self) -> "pd.DataFrame":
        """One row a copy, with what its sidecar said."""
        return within(frames.copies_frame(self._store), self._seen)

    @needs(*LISTING)
    def assessments(self) -> "pd.DataFrame":
        """One row a standing assessment."""
        return within(frames.assessments_frame(self._store), self._known)

    @needs(*LISTING)
    def children(self) -> "pd.DataFrame":
        """One row a child appearance."""
        return within(frames.children_frame(self._store), self._known)

    @needs(*LISTING)
    def segments(self) -> "pd.DataFrame":
        """One row a segment of a video, with what it answers for itself."""
        return within(frames.segments_frame(self._store), self._known)

    @needs(*LISTING)
    def grades(self, scheme: str = "uk_2014") -> "pd.DataFrame":
        """One row a graded medium, under one scheme."""
        found = frames.grades_frame(self._store, scheme_named(scheme))
        return within(found, self._known)

    @needs(*LISTING)
    def hashes(self) -> "pd.DataFrame":
        """One row a hash."""
        return within(frames.hashes_frame(self._store), self._seen)

    @needs(*LISTING)
    def frames(self) -> "pd.DataFrame":
        """One row a hashed frame of a video or an animated picture."""
        return within(frames.frame_hashes_frame(self._store), self._seen)

    @needs(*LISTING)
    def links(self) -> "pd.DataFrame":
        """One row a reason for which two media belong together."""
        found = reporting.links_frame(self._store)
        return within(found, self._seen, "one", "other")

    @needs("read_trail", "own", "series", "all")
    def trail(self) -> "pd.DataFrame":
        """One row an act of the audit trail: ids, never content."""
        scopes = self._scopes("read_trail")
        return reach.trail_frame(self._store, self.analyst, scopes)

    @property
    def _seen(self) -> frozenset[str] | None:
        return self._reach(reach.media_within)

    @property
    def _known(self) -> frozenset[str] | None:
        return self._reach(reach.records_within)

    def _known_among(self, media: Sequence[str]) -> frozenset[str] | None:
        return self._reach(partial(reach.records_within, among=media))

    def _reach(
        self, within: Callable[..., frozenset[str] | None]
    ) -> frozenset[str] | None:
        since = self._store.clock() - int(self.settings.assignment_hours * HOUR_US)
        scopes = self._scopes("list_media")
        return within(self._store, self.analyst, scopes, since=since)


def within(
    frame: "pd.DataFrame", media: frozenset[str] | None, *columns: str
) -> "pd.DataFrame":
    """Keep the rows whose media a person may see; None keeps them all."""
    if media is not None:
        for column in columns or ("medium",):
            frame = frame[frame[column].isin(list(media))]
    return frame.reset_index(drop=True)

"""What the lab answers: tables, frames, one medium; nothing here changes anything."""

from typing import TYPE_CHECKING, Any

from iwflab.lab.seat import Seat
from iwflab.lab.showing import Shown
from iwflab.schemes import scheme_named
from iwflab.store import frames
from iwflab.store.reading import one_medium, overview
from iwflab.workflow import reporting

if TYPE_CHECKING:
    import pandas as pd

    from iwflab.domain.counting import Table


class Answers(Seat):
    """Questions to the lab, as methods."""

    def table(self, name: str, *, unit: str, scheme: str = "uk_2014") -> "Table":
        """Compute a statistic; it refuses to be made without a unit."""
        return reporting.table(self._store, name, unit=unit, scheme=scheme)

    def frame(self, table: "Table") -> "pd.DataFrame":
        """Give a table as a tidy DataFrame, one row a cell."""
        return reporting.frame(table)

    def statistics(self) -> dict[str, str]:
        """Name the statistics there are, each with its question."""
        return reporting.questions()

    def chart(self, table: "Table") -> str:
        """Draw a table as static, accessible SVG."""
        return reporting.chart(table)

    def show(self, medium: str) -> Shown:
        """Give everything stored about one medium, without any picture."""
        return Shown(one_medium(self._store, medium))

    def overview(self) -> list[dict[str, Any]]:
        """Give every medium with its stage, in order of arrival."""
        return overview(self._store)

    def media(self) -> "pd.DataFrame":
        """One row a medium."""
        return frames.media_frame(self._store)

    def copies(self) -> "pd.DataFrame":
        """One row a copy, with what its sidecar said."""
        return frames.copies_frame(self._store)

    def assessments(self) -> "pd.DataFrame":
        """One row a standing assessment."""
        return frames.assessments_frame(self._store)

    def children(self) -> "pd.DataFrame":
        """One row a child appearance."""
        return frames.children_frame(self._store)

    def grades(self, scheme: str = "uk_2014") -> "pd.DataFrame":
        """One row a graded medium, under one scheme."""
        return frames.grades_frame(self._store, scheme_named(scheme))

    def hashes(self) -> "pd.DataFrame":
        """One row a hash."""
        return frames.hashes_frame(self._store)

    def links(self) -> "pd.DataFrame":
        """One row a reason for which two media belong together."""
        return reporting.links_frame(self._store)

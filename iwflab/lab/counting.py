"""What is counted: frames with one row a unit, within what a person may see."""

from typing import TYPE_CHECKING

from iwflab.lab.answers import LISTING, Answers
from iwflab.lab.matrix import needs
from iwflab.workflow import counting, reporting

if TYPE_CHECKING:
    import pandas as pd


class Counting(Answers):
    """Counted frames, as methods."""

    @needs(*LISTING)
    def counted(
        self, scheme: str = "uk_2014", *, distance: int | None = None
    ) -> "dict[str, pd.DataFrame]":
        """Give ``media, children, tags, sightings, copies`` as statistics count them.

        ``distance`` (bits; by default that of a match) makes near-duplicates one
        ``content``.  Of media whose records one may not see there is no row.
        """
        found = counting.frames(self._store, scheme=scheme, distance=distance)
        return counting.within(found, self._known)

    @needs(*LISTING)
    def tags(self, scheme: str = "uk_2014") -> "pd.DataFrame":
        """One row a graded medium and tag; no value where nobody answered."""
        return self.counted(scheme)["tags"]

    @needs(*LISTING)
    def sightings(self, scheme: str = "uk_2014") -> "pd.DataFrame":
        """One row a sighting; its address is an id, :meth:`copies` has the text."""
        return self.counted(scheme)["sightings"]

    @needs("statistics", "all")
    def units(
        self, scheme: str = "uk_2014", *, distance: int | None = None
    ) -> "pd.DataFrame":
        """Say how files, media, content, children, victims, series, URLs relate.

        Counts only, and what counting the youngest child alone leaves out.
        """
        found = counting.frames(self._store, scheme=scheme, distance=distance)
        return reporting.reconciled(found)

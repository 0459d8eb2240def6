"""Exploring counts: read once, asked as often as one likes; only counts come out."""

from typing import TYPE_CHECKING

from iwflab.lab.counting import Counting
from iwflab.lab.matrix import needs
from iwflab.lab.profiling import profiles_of
from iwflab.workflow import counting, exploring

if TYPE_CHECKING:
    from iwflab.workflow.exploring import Exploration


class Exploring(Counting):
    """What is signed off, to be counted by any unit."""

    @needs("statistics", "all")
    def counted_by(self) -> dict[str, dict[str, str]]:
        """Name the units that can be counted, and the profiles for what may leave."""
        return exploring.counted_by(profiles_of(self.folder, self.settings))

    @needs("statistics", "all")
    def explore(
        self, scheme: str = "uk_2014", *, distance: int | None = None
    ) -> "Exploration":
        """Read what is signed off now; ``explore().table(query)`` counts it.

        It answers with counts, shares and words, never with a medium or a series.
        """
        found = counting.frames(self._store, scheme=scheme, distance=distance)
        read_us = self._store.clock()
        known = profiles_of(self.folder, self.settings)
        return exploring.begin(found, scheme=scheme, read_us=read_us, profiles=known)

"""Exploring counts: read once, asked as often as one likes; only counts come out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from iwflab.lab.counting import Counting
from iwflab.lab.matrix import needs
from iwflab.workflow import composing, counting, exploring

if TYPE_CHECKING:
    from iwflab.statistics.reports import Report
    from iwflab.workflow.exploring import Exploration


class Exploring(Counting):
    """What is signed off, to be counted by any unit."""

    @needs("statistics", "all")
    def counted_by(self) -> dict[str, dict[str, str]]:
        """Name the units that can be counted, and the profiles for what may leave."""
        return exploring.counted_by()

    @needs("statistics", "all")
    def explore(
        self, scheme: str = "uk_2014", *, distance: int | None = None
    ) -> "Exploration":
        """Read what is signed off now; ``explore().table(query)`` counts it.

        It answers with counts, shares and words, never with a medium or a series.
        """
        found = counting.frames(self._store, scheme=scheme, distance=distance)
        read_us = self._store.clock()
        return exploring.begin(found, scheme=scheme, read_us=read_us)

    @needs("statistics", "all")
    def report_kinds(self) -> dict[str, str]:
        """Name the reports that can be made, each with its title."""
        return composing.kinds()

    @needs("statistics", "all")
    def report_compose(
        self,
        kind: str,
        *,
        months: tuple[str, str],
        told: Mapping[str, str],
        profile: str = "cautious",
        scheme: str = "uk_2014",
    ) -> "Report":
        """Compose a report of whole months; nothing leaves by that."""
        found = counting.frames(self._store, scheme=scheme)
        return composing.compose(found, kind, months=months, profile=profile, told=told)

    @needs("statistics", "all")
    def report_forms(self, report: "Report") -> dict[str, bytes]:
        """Write a report in every form, as it would leave."""
        return composing.forms(report)

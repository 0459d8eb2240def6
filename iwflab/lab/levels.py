"""Start levels are compared: switched on, joined and left, reported."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from iwflab.lab.acts import Acts
from iwflab.lab.matrix import needs
from iwflab.store.reading import waiting_media
from iwflab.workflow import comparison, queue
from iwflab.workflow.comparison import report

if TYPE_CHECKING:
    import pandas as pd


class Levels(Acts):
    """The comparison of start levels, as methods."""

    @needs("compare_levels")
    def comparison_switch(
        self, *, active: bool, request: str | None = None
    ) -> dict[str, Any]:
        """Switch the comparison that ``lab.toml`` names on, or off; give what holds."""
        return comparison.switch(
            self._store,
            self.settings,
            active=active,
            analyst=self.analyst,
            request=request or uuid4().hex,
        )

    @needs("grade", "own", "all")
    def comparison_part(
        self, part: str, *, shown: str = "", request: str | None = None
    ) -> dict[str, Any]:
        """Take part (``in``) or no longer (``out``); give what the desk is told then.

        ``shown`` is the medium that is open now: it was seen, and is not allotted.
        """
        mine = waiting_media(self._store, queue.mine_now(self._desk))
        comparison.choose(
            self._store,
            self.settings,
            part,
            [medium for medium in mine if medium != shown],
            analyst=self.analyst,
            request=request or uuid4().hex,
        )
        found = comparison.state(self._store, self.settings, self.analyst)
        return {"comparison": found}

    @needs("grade", "own", "all")
    def comparison_answer(
        self, medium: str, answer: int, *, request: str | None = None
    ) -> None:
        """Keep how demanding one allotted medium was, 1 to 5; 0: that was left."""
        comparison.answer(
            self._store,
            self.settings,
            medium,
            answer,
            analyst=self.analyst,
            request=request or uuid4().hex,
        )

    @needs("statistics", "all")
    def level_comparison(self, protocol: str = "") -> "pd.DataFrame":
        """Give the comparison of start levels, one row a level and measure.

        ``by`` says whether media count under the level that was allotted (``assigned``:
        intention to treat) or under the highest that was shown until the decision
        (``at decision``).  Measures: ``media``, ``decided`` (counts), ``agreement``
        with the accepted class and ``went higher`` (shares), ``seconds`` to the
        decision (median), ``report 1`` to ``report 5`` (shares of answers).
        ``lower`` and ``upper`` bound 95% intervals that know that media cluster in
        people (:mod:`iwflab.statistics.intervals`).  Nothing is told of fewer than
        five people (``flag`` c), of persons, or about which level is to be preferred.
        ``attrs`` hold protocol, base, what is unknown and notes.
        """
        return report.frame(self._store, protocol)

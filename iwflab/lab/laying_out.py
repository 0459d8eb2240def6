"""One's own media are looked over: the contact sheet, and what a medium lies beside."""

from collections.abc import Sequence
from typing import Any

from iwflab.domain.hashes import MATCH_DISTANCE
from iwflab.errors import NotFound
from iwflab.lab.matrix import free, needs
from iwflab.lab.stacking import Stacking
from iwflab.workflow import enlarging, laying, presenting, queue, stacks


class LayingOut(Stacking):
    """Contact sheets, as methods."""

    @free("it loads code, and tells nothing")
    def warm_up(self) -> None:
        """Load what finds stacks; compiling it takes seconds where no cache has it."""
        stacks.warm_up()

    @needs("grade", "own", "all")
    def sheet_order(self) -> list[tuple[str, str]]:
        """Give the analyst's media, stacks together: (medium, exemplar or "")."""
        mine = queue.mine_now(self._desk)
        found = stacks.stacks(self._store, MATCH_DISTANCE, media=mine)
        return laying.order(self._store, mine, found, analyst=self.analyst)

    @needs("grade", "own", "all")
    def sheet(self, laid: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        """Tell of a part of :meth:`sheet_order`; what is another's by now is not."""
        mine = set(queue.mine_now(self._desk))
        part = [one for one in laid if one[0] in mine]
        return laying.told(self._store, part, analyst=self.analyst)

    @needs("grade", "own", "all")
    def mine_among(self, media: Sequence[str]) -> list[str]:
        """Give those of some media that are the analyst's now."""
        mine = set(queue.mine_now(self._desk))
        return [medium for medium in media if medium in mine]

    @needs("grade", "own", "all")
    def take_more(self, number: int) -> int:
        """Take waiting media until ``number`` more are open; count the new ones."""
        mine = queue.mine_now(self._desk)
        open_now = presenting.open_now(self._store, mine, self.analyst)
        return len(queue.take_set(self._desk, open_now + number)) - len(mine)

    @needs("grade", "own", "all")
    def exemplar_of(self, medium: str) -> str:
        """Give the exemplar of a medium's stack among one's own; "" without one."""
        queue.must_be_mine(self._desk, medium)
        mine = queue.mine_now(self._desk)
        try:
            stack = stacks.stack_of(self._store, medium, MATCH_DISTANCE, media=mine)
        except NotFound:
            return ""
        return "" if stack["exemplar"] == medium else str(stack["exemplar"])

    @needs("view_full")
    def rendition(self, medium: str, variant: str) -> dict[str, Any] | None:
        """Tell about a larger preview or a clip of one's own medium; None: not made.

        ``variant`` is ``large`` or ``clip``; a clip has its ``rate`` and a ``note``.
        """
        queue.must_be_mine(self._desk, medium)
        return enlarging.ready(self._bench, medium, variant)

    @needs("view_full")
    def enlarge(self, medium: str, variant: str) -> None:
        """Make a larger preview or a clip, in the sandboxed worker; it is kept."""
        queue.must_be_mine(self._desk, medium)
        enlarging.make(self._bench, medium, variant, analyst=self.analyst)

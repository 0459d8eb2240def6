"""Media are compared at the matching desk: hits explained, previews side by side."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

from iwflab.domain.roles import need
from iwflab.lab.answers import LISTING
from iwflab.lab.knowing import BLIND, Knowing
from iwflab.lab.matrix import matrix, needs
from iwflab.workflow import explaining, listing, reach, shielding, viewing

# An assignment of one's own is no reach here: assessors see what the queue gives them.
BEYOND = ("series", "sample")
Reach = frozenset[str] | None  # None: all of the lab


class Comparing(Knowing):
    """What the matching desk asks for, as methods."""

    @needs(*LISTING)
    def hit_rows(
        self, media: Sequence[str] | None = None, *, most: int | None = None
    ) -> dict[str, Any]:
        """Give the hits that stand as plain rows, what waits for an answer first.

        ``media``: only of these.  ``override`` names the roles that may answer them.
        """
        mine, open_to = self._reach_of(media)
        among = None if mine is None else sorted(mine)
        if media is not None:
            among = [m for m in media if mine is None or m in mine]
        found = explaining.hit_rows(self._store, among, most=most)
        rows = [_as_told(row, row["medium"], open_to) for row in found["rows"]]
        return {**found, "rows": rows, "override": _overriding()}

    @needs(*LISTING)
    def explain(self, hit: str) -> dict[str, Any]:
        """Give one hit with both values, the bits that differ, and who may override."""
        found = explaining.explained(self._store, hit)
        medium = found["medium"]["medium"]
        mine, open_to = self._reach_of([medium])
        reach.must_reach(self._store, medium, mine)
        return {**_as_told(found, medium, open_to), "override": _overriding()}

    @needs(*LISTING)
    def hashes_of(self, medium: str) -> dict[str, Any]:
        """Give the newest hashes of one medium, and how many frames were hashed."""
        whole = reach.must_reach(self._store, medium, self._seen)
        return explaining.hashes_of(self._store, whole)

    @needs("view_shielded", *BEYOND)
    def compare(self, medium: str) -> bytes:
        """Record the delivery of a shielded preview, then give its bytes.

        It needs no assignment, but roles that reach beyond one's own queue.
        """
        shielding.must_send(self.settings)
        whole = reach.must_reach(self._store, medium, self._comparable)
        return viewing.compare(self._bench, whole, analyst=self.analyst)

    @needs("view_shielded", *BEYOND)
    def compared(
        self, views: Sequence[Mapping[str, Any]], *, request: str | None = None
    ) -> dict[str, Any]:
        """Record which shielded previews were painted for comparing, and how long.

        Gives how many views were ``saved``, and as ``refused`` the media of the rest:
        those beyond the person's roles that were not sent to them before, either.
        """
        media = list({str(view.get("medium")) for view in views})
        return viewing.compared(
            self._bench,
            views,
            analyst=self.analyst,
            request=request or uuid4().hex,
            reached=reach.reached(self._store, media, self._comparable),
        )

    @needs(*LISTING)
    def list_forms(self) -> list[str]:
        """Name the forms in which hash lists arrive."""
        return listing.readable()

    @property
    def _comparable(self) -> frozenset[str] | None:
        scopes = self._scopes("view_shielded") - {"own"}
        return reach.media_within(self._store, self.analyst, scopes, since=0)

    def _reach_of(self, media: Sequence[str] | None) -> tuple[Reach, Reach]:
        """Give what the person may list, and whose records, of some media only."""
        if media is None:
            return self._seen, self._known
        some = list(media)
        return (
            self._reach(partial(reach.media_within, among=some)),
            self._reach(partial(reach.records_within, among=some)),
        )


def _overriding() -> str:
    """Name the roles that may answer a hit: "senior analyst or QA officer"."""
    roles = matrix().who(need("answer_matches"))
    return " or ".join(role.words for role in roles)


def _as_told(
    row: dict[str, Any], medium: str, open_to: Collection[str] | None
) -> dict[str, Any]:
    """Leave out what lists and other grades say of a medium still to be graded."""
    if open_to is None or medium in open_to:
        return row
    return {**row, **{name: empty for name, empty in BLIND.items() if name in row}}

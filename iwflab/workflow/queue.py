"""It waits for a grader who may have it: a medium is one analyst's at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from iwflab.errors import NotFound, NotYours
from iwflab.store import Act, Store
from iwflab.store.assignments import (
    assigned_to,
    leased_media,
    open_rows,
    still_free,
    whose,
)
from iwflab.store.reading import one_medium, waiting_media

HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Desk:
    """One analyst at one store; assignments older than the given hours lapsed."""

    store: Store
    analyst: str
    hours: float

    @property
    def since(self) -> int:
        """The time (UTC microseconds) before which assignments have lapsed."""
        return self.store.clock() - int(self.hours * HOUR_US)


def take_set(desk: Desk, number: int) -> list[str]:
    """Give the analyst's media; take waiting ones until ``number`` are ungraded.

    Two analysts never get the same medium: a choice is made from media that nobody
    else is choosing, and looked at again under the write lock.
    """
    missing = number - _open(desk)
    while missing > 0:
        with leased_media(desk.store, since=desk.since, most=missing) as media:
            if not media:
                break
            missing = _assign(desk, media, number)
    return mine_now(desk)


def _open(desk: Desk) -> int:
    return len(waiting_media(desk.store, mine_now(desk), unknown=True))


def _assign(desk: Desk, media: Sequence[str], number: int) -> int:
    """Enter those that are still free; say how many are missing then."""
    with desk.store.act("assign", desk.analyst, analyst=desk.analyst) as act:
        # Another window of the same person may have been quicker.
        missing = max(0, number - _open(desk))
        free = still_free(desk.store, media, since=desk.since)[:missing]
        for medium in free:
            act.insert("assignment", medium=medium, analyst=desk.analyst)
    return missing - len(free)


def mine_now(desk: Desk) -> list[str]:
    """Give the media that are the analyst's, in the order of assignment."""
    return assigned_to(desk.store, desk.analyst, since=desk.since)


def take_one(desk: Desk, medium: str, *, waiting_only: bool) -> str:
    """Take one named medium; refuse one that is another analyst's.

    With ``waiting_only`` refused alike: what is graded, and what does not exist.
    """
    try:
        medium = str(one_medium(desk.store, medium)["medium"])
    except NotFound:
        if waiting_only:
            raise _not_yours() from None
        raise
    with desk.store.act("assign", medium, analyst=desk.analyst) as act:
        holder = whose(desk.store, medium, since=desk.since)
        if holder == desk.analyst:
            return medium
        free = still_free(desk.store, [medium], since=desk.since)
        if holder or (waiting_only and not free):
            raise _not_yours()
        act.insert("assignment", medium=medium, analyst=desk.analyst)
    return medium


def must_be_mine(desk: Desk, medium: str) -> None:
    """Refuse a medium that is not assigned to the analyst now."""
    if whose(desk.store, medium, since=desk.since) != desk.analyst:
        raise _not_yours()


def _not_yours() -> NotYours:
    # The same words whether it is another's, nobody's or no medium at all: a
    # refusal must not tell what exists.
    return NotYours(
        "this medium is not assigned to you",
        advice="open the grading desk, which assigns media to you",
    )


def hand_back(desk: Desk) -> int:
    """Give the analyst's ungraded media back to the queue; count them."""
    waiting = set(waiting_media(desk.store, mine_now(desk)))
    with desk.store.act("hand back", desk.analyst, analyst=desk.analyst) as act:
        return _end(act, desk, waiting)


def _end(act: Act, desk: Desk, media: set[str]) -> int:
    ended = 0
    for row in open_rows(desk.store, desk.analyst, since=desk.since):
        if row["medium"] in media:
            act.insert("assignment_end", assignment=row["id"])
            ended += 1
    return ended

"""It waits for a grader who may have it: a medium is one analyst's at a time.

What one grader left for somebody else (not sure, needs two) waits for another, who is
not told what the first recorded; it is handed out before what nobody has graded yet.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from iwflab.domain.queueing import OLDEST
from iwflab.errors import NotFound, NotYours
from iwflab.store import Act, Store
from iwflab.store.assignments import (
    assigned_to,
    leased_among,
    leased_media,
    open_rows,
    still_free,
    whose,
)
from iwflab.store.reading import one_medium, waiting_media
from iwflab.store.second import open_second, pass_on, to_grade_again
from iwflab.workflow.queue.board import next_in_order
from iwflab.workflow.queue.finding import found, in_words

__all__ = [
    "HOUR_US",
    "Desk",
    "found",
    "hand_back",
    "in_words",
    "mine_now",
    "must_be_mine",
    "take_one",
    "take_set",
]

HOUR_US = 3_600_000_000


def _nothing_more(act: Act, media: Sequence[str]) -> None:
    """Write nothing beside the assignments."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One analyst at one store; assignments older than the given hours lapsed.

    ``handed`` writes what else belongs to an assignment, in the same act.
    """

    store: Store
    analyst: str
    hours: float
    order: str = OLDEST
    handed: Callable[[Act, Sequence[str]], None] = _nothing_more

    @property
    def since(self) -> int:
        """The time (UTC microseconds) before which assignments have lapsed."""
        return self.store.clock() - int(self.hours * HOUR_US)


def take_set(
    desk: Desk, number: int, *, among: Collection[str] | None = None
) -> list[str]:
    """Give the analyst's media; take waiting ones until ``number`` are ungraded.

    Two analysts never get the same medium: a choice is made from media that nobody
    else is choosing, and looked at again under the write lock.  With ``among`` only
    these are counted, taken and given.
    """
    missing = _take_again(desk, number, among)
    passed: set[str] = set()  # what other takers are choosing just now
    while missing > 0:
        before = len(passed)
        with _leased(desk, missing, among, passed) as media:
            if not media and len(passed) == before:
                break
            missing = _assign(desk, media, number, among, _still_free)
    return _mine_of(desk, among)


def _take_again(desk: Desk, number: int, among: Collection[str] | None) -> int:
    """Take what others left for somebody else; say how many are missing then."""
    missing = number - _open(desk, among)
    while missing > 0:
        media = _left_by_others(desk, among)[:missing]
        if not media:
            break
        missing = _assign(desk, media, number, among, _left_by_others)
    return missing


def _left_by_others(desk: Desk, media: Collection[str] | None) -> list[str]:
    return to_grade_again(desk.store, desk.analyst, since=desk.since, among=media)


def _still_free(desk: Desk, media: Sequence[str]) -> list[str]:
    return still_free(desk.store, media, since=desk.since)


@contextmanager
def _leased(
    desk: Desk, most: int, among: Collection[str] | None, passed: set[str]
) -> Iterator[list[str]]:
    """Give the next waiting media in the order of the lab, kept from other takers."""
    if desk.order == OLDEST and among is None:
        with leased_media(desk.store, since=desk.since, most=most) as media:
            yield media
        return
    if desk.order == OLDEST:
        there = [medium for medium in among or () if medium not in passed]
        chosen = still_free(desk.store, there, since=desk.since)[:most]
    else:
        chosen = _in_order(desk, most, among, passed)
    with leased_among(desk.store, chosen, since=desk.since) as media:
        passed.update(set(chosen) - set(media))
        yield media


def _in_order(
    desk: Desk, most: int, among: Collection[str] | None, passed: set[str]
) -> list[str]:
    """Give the next free media of the order: what is taken is passed over."""
    free = dict.fromkeys(passed, False)
    while True:
        without = [medium for medium, is_free in free.items() if not is_free]
        ahead = next_in_order(
            desk.store,
            desk.order,
            desk.analyst,
            most=2 * most + len(without),
            without=without,
            among=among,
        )
        asked = [medium for medium in ahead if medium not in free]
        now = set(still_free(desk.store, asked, since=desk.since))
        free.update((medium, medium in now) for medium in asked)
        if not asked or all(free[medium] for medium in ahead[:most]):
            return [medium for medium in ahead if free[medium]][:most]


def _mine_of(desk: Desk, among: Collection[str] | None) -> list[str]:
    return [m for m in mine_now(desk) if among is None or m in among]


def _open(desk: Desk, among: Collection[str] | None) -> int:
    mine = _mine_of(desk, among)
    again = open_second(desk.store, mine, desk.analyst, unknown=True)
    return len(waiting_media(desk.store, mine, unknown=True)) + len(again)


def _assign(
    desk: Desk,
    media: Sequence[str],
    number: int,
    among: Collection[str] | None,
    free_of: Callable[[Desk, Sequence[str]], list[str]],
) -> int:
    """Enter those that are still free; say how many are missing then."""
    with desk.store.act("assign", desk.analyst, analyst=desk.analyst) as act:
        # Another window of the same person may have been quicker.
        missing = max(0, number - _open(desk, among))
        free = free_of(desk, media)[:missing]
        if free_of is _left_by_others:
            pass_on(act, desk.store, free, since=desk.since)
        # The ids tell the order within the act, in which the media are shown.
        for key, medium in zip(act.keys(len(free)), free, strict=True):
            act.insert("assignment", id=key, medium=medium, analyst=desk.analyst)
        desk.handed(act, free)
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
        free = _still_free(desk, [medium])
        again = _left_by_others(desk, [medium])
        if not again and (holder or (waiting_only and not free)):
            raise _not_yours()
        pass_on(act, desk.store, again, since=desk.since)
        act.insert("assignment", medium=medium, analyst=desk.analyst)
        desk.handed(act, [medium])
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
    mine = mine_now(desk)
    waiting = {
        *waiting_media(desk.store, mine),
        *open_second(desk.store, mine, desk.analyst),
    }
    with desk.store.act("hand back", desk.analyst, analyst=desk.analyst) as act:
        return _end(act, desk, waiting)


def _end(act: Act, desk: Desk, media: set[str]) -> int:
    ended = 0
    for row in open_rows(desk.store, desk.analyst, since=desk.since):
        if row["medium"] in media:
            act.insert("assignment_end", assignment=row["id"])
            ended += 1
    return ended

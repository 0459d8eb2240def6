"""The board: every medium that waits, stood in the lines of an order.

It is worked out once and kept beside the store; what was graded or undone since is
looked up, and what hits, lists, sidecars and sign-offs change makes it anew.
"""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from iwflab.domain.queueing import KNOWN_FIRST, ROTATING, STACKS, Line, in_turn
from iwflab.store import Store
from iwflab.store.known import all_media, graded_media
from iwflab.store.lining import (
    handed_out,
    labels,
    last_given,
    marks,
    newest_entry,
    settled_media,
    signed_codes,
    told_by_sidecars,
    touched_since,
)
from iwflab.store.reading import waiting_media
from iwflab.workflow.queue.stacking import stack_of_each

if TYPE_CHECKING:
    import numpy as np

SCHEME = "uk_2014"  # whose codes tell how severe signed-off media were
ALONE = "alone"  # the line of media that are in no stack
_TAIL = 40  # of the media that a person got last: longer runs are not counted

_BOARDS: "WeakKeyDictionary[Store, dict[str, Board]]" = WeakKeyDictionary()
_ONE_AT_A_TIME = threading.Lock()


@dataclass(slots=True)
class Board:
    """Media in order of arrival; ``line`` is the number of each one's line."""

    marks: tuple[int | None, ...]
    seen: int  # the entry up to which ``waits`` is right
    media: list[str]
    place: dict[str, int]
    keys: list[str]
    line: "np.ndarray"
    waits: "np.ndarray"
    settled: "np.ndarray"

    def up_to_date(self, store: Store) -> None:
        """Look up what was graded or undone since."""
        newest = newest_entry(store)
        if newest == self.seen:
            return
        touched = touched_since(store, self.seen)
        waiting = set(waiting_media(store, touched))
        for medium in touched:
            self.waits[self.place[medium]] = medium in waiting
        self.seen = newest

    def key_of(self, medium: str) -> str:
        """Name the line of a medium."""
        return self.keys[int(self.line[self.place[medium]])]


def next_in_order(
    store: Store,
    order: str,
    analyst: str,
    *,
    most: int,
    without: Collection[str] = (),
    among: Collection[str] | None = None,
) -> list[str]:
    """Give the next media of an order, but not those that turned out not to be free."""
    with _ONE_AT_A_TIME, store.moment():
        board = _board(store, order)
        lines, arrivals = _lines(board, order, most, without, among)
        tail = [
            board.key_of(medium)
            for medium in last_given(store, analyst, most=_TAIL)
            if medium in board.place
        ]
        if order == STACKS and tail:  # the stack that was begun comes to its end
            lines.sort(key=lambda line: line.key != tail[-1] or line.key == ALONE)
        turns = in_turn(
            lines,
            arrivals,
            rotate=order == ROTATING,
            place=handed_out(store),
            tail=tail,
        )
        return list(islice(turns, most))


def _board(store: Store, order: str) -> Board:
    kept = _BOARDS.setdefault(store, {})
    now = marks(store)
    if order == STACKS:
        now = (*now, *stack_of_each(store)[0])
    if order not in kept or kept[order].marks != now:
        kept[order] = _made(store, order, now)
    kept[order].up_to_date(store)
    return kept[order]


def _made(store: Store, order: str, now: tuple[int | None, ...]) -> Board:
    import numpy as np

    media = all_media(store)
    named = {KNOWN_FIRST: _by_hit, STACKS: _by_stack, ROTATING: _by_what_is_told}
    told = named[order](store)
    rest = {KNOWN_FIRST: "no hit", STACKS: ALONE, ROTATING: "nothing is told"}[order]
    said = [told.get(medium, rest) for medium in media]
    keys = list(dict.fromkeys([*said, rest]))
    number = {key: at for at, key in enumerate(keys)}
    graded, settled = graded_media(store), settled_media(store)
    return Board(
        marks=now,
        seen=newest_entry(store),
        media=media,
        place={medium: at for at, medium in enumerate(media)},
        keys=keys,
        line=np.array([number[key] for key in said], np.int64),
        waits=np.array([medium not in graded for medium in media], bool),
        settled=np.array([medium in settled for medium in media], bool),
    )


# -- the lines of each order --------------------------------------------------------
def _by_hit(store: Store) -> dict[str, str]:
    return dict.fromkeys(labels(store), "hit")


def _by_stack(store: Store) -> dict[str, str]:
    return stack_of_each(store)[1]


def _by_what_is_told(store: Store) -> dict[str, str]:
    """Name the class that is told of it or of its series; else series, or source."""
    codes, sidecars = signed_codes(store, SCHEME), told_by_sidecars(store)
    of_series: dict[str, str] = {}
    for medium, code in codes.items():  # the newest sign-off of a series stands
        series = sidecars.get(medium, ("", ""))[0]
        if series:
            of_series[series] = code
    found = {}
    for medium, (series, source) in sidecars.items():
        told = f"series {series}" if series else f"source {source}"
        found[medium] = _class(of_series[series]) if series in of_series else told
    said = {medium: _class(label) for medium, label in labels(store).items() if label}
    return {**found, **{m: _class(c) for m, c in codes.items()}, **said}


def _class(word: str) -> str:
    return f"class {word.casefold()}"


def _lines(
    board: Board,
    order: str,
    most: int,
    without: Collection[str],
    among: Collection[str] | None,
) -> tuple[list[Line], list[tuple[str, str]]]:
    """Give the lines as they are ranked, and who has waited longest of all."""
    import numpy as np

    waits = board.waits & ~board.settled
    if among is not None:
        waits &= np.array([medium in among for medium in board.media], bool)
    waits[[board.place[medium] for medium in without if medium in board.place]] = False
    there = np.flatnonzero(waits)
    numbers = board.line[there]
    grouped = there[np.argsort(numbers, kind="stable")]
    counts = np.bincount(numbers, minlength=len(board.keys))
    ends = np.cumsum(counts)

    def line(number: int) -> Line:
        start = int(ends[number] - counts[number])
        chosen = grouped[start : start + min(int(counts[number]), 2 * most)]
        media = [board.media[at] for at in chosen.tolist()]
        return Line(board.keys[number], int(counts[number]), media)

    arrivals = [
        (board.media[at], board.keys[board.line[at]]) for at in there[: 4 * most]
    ]
    ranked = _ranked(board.keys, counts, order, most)
    lines = [line(number) for number in ranked]
    if order == STACKS:
        lines = _the_rest_alone(board, lines, there, most)
    return lines, arrivals


def _ranked(
    keys: Sequence[str], counts: "np.ndarray", order: str, most: int
) -> list[int]:
    import numpy as np

    if order == KNOWN_FIRST:
        there = np.flatnonzero(counts).tolist()
        return sorted(there, key=lambda number: keys[number] != "hit")
    fullest = np.argsort(-counts, kind="stable")
    fullest = fullest[counts[fullest] > 0]
    if order == STACKS:
        stacks = [n for n in fullest[: most + 1].tolist() if keys[n] != ALONE]
        return [n for n in stacks if counts[n] > 1]
    return [int(number) for number in fullest]


def _the_rest_alone(
    board: Board, lines: list[Line], there: "np.ndarray", most: int
) -> list[Line]:
    """Put what is in none of the largest stacks in one last line."""
    stood = {line.key for line in lines}
    rest: list[str] = []
    for at in there.tolist():
        if board.keys[board.line[at]] not in stood:
            rest.append(board.media[at])
            if len(rest) >= 2 * most:
                break
    return [*lines, Line(ALONE, len(rest), rest)]

"""Writers of one process take turns, before they ask for a connection.

SQLite lets one writer in at a time anyway.  Waiting here, and not inside SQLite with
a pooled connection in hand, leaves the pool to those who read.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from iwflab.errors import StoreError

_LONGEST = 60.0  # seconds a writer waits; an act takes milliseconds


class Turn:
    """The turn to write to one database."""

    def __init__(self) -> None:
        """Start with nobody writing."""
        self._lock = threading.Lock()
        self._holder = 0

    @contextmanager
    def taken(self, longest: float = _LONGEST) -> Iterator[None]:
        """Wait for the turn, and keep it for a block."""
        me = threading.get_ident()
        if self._holder == me:
            raise StoreError(
                "an act was begun inside another act",
                advice="this is a fault of the program; please report it",
            )
        if not self._lock.acquire(timeout=longest):
            raise StoreError(
                "another act of this program has not ended",
                advice="wait a moment and try again; nothing was written by this act",
            )
        self._holder = me
        try:
            yield
        finally:
            self._holder = 0
            self._lock.release()


_TURNS: WeakValueDictionary[str, Turn] = WeakValueDictionary()
_GUARD = threading.Lock()


def turn_of(database: str) -> Turn:
    """Give the turn of a database, the same to everybody in this process."""
    with _GUARD:
        turn = _TURNS.get(database)
        if turn is None:
            turn = _TURNS[database] = Turn()
        return turn

"""How often a login may be tried: a growing delay, then a pause."""

import time
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 60.0
PER_NAME = 5  # failures per name and address within the window
PER_ADDRESS = 40  # ... and per address over all names, against guessing names
FIRST_DELAY = 0.1
REMEMBERED = 10_000  # keys; beyond it the oldest are forgotten


class Attempts:
    """Failures per key in the last minute.

    An attempt counts from the moment it starts and is taken back when it succeeds;
    otherwise many guesses at once would all pass before the first one failed.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the clock as an argument, so that a test can turn it."""
        self._clock = clock
        self._failed: dict[tuple[str, str], deque[float]] = {}

    def start(self, name: str, address: str) -> float | None:
        """Return the delay before this attempt is judged, or None: too many."""
        by_name = self._recent((name, address))
        by_address = self._recent(("", address))
        if len(by_name) >= PER_NAME or len(by_address) >= PER_ADDRESS:
            return None
        failed = len(by_name)
        now = self._clock()
        by_name.append(now)
        by_address.append(now)
        return FIRST_DELAY * 2 ** (failed - 1) if failed else 0.0

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of this name, and this attempt of the address."""
        own = self._failed.pop((name, address), deque())
        by_address = self._recent(("", address))
        for _ in range(min(len(own), len(by_address))):
            by_address.pop()

    def _recent(self, key: tuple[str, str]) -> deque[float]:
        while len(self._failed) >= REMEMBERED and key not in self._failed:
            self._failed.pop(next(iter(self._failed)))
        times = self._failed.setdefault(key, deque())
        while times and times[0] <= self._clock() - WINDOW_SECONDS:
            times.popleft()
        return times

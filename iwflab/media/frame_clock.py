"""When a frame is shown: by what it says, where that can be true (worker only)."""

from typing import Any

_HOLE = 3_600_000_000  # microseconds between two frames: a broken clock, no pause
_UNKNOWN = 40_000  # microseconds a frame where nobody knows: 25 a second


class FrameClock:
    """Tells the microseconds of each frame after the first; never backwards."""

    def __init__(self, rate: float, start: int = 0) -> None:
        """Start; frames without a time come at ``rate`` a second.

        ``start`` is the time of the first one: where the track before ended.
        """
        self._start = start
        self._step = int(1_000_000 / rate) if rate else _UNKNOWN
        self._first: int | None = None
        self._last = -1

    def of(self, frame: Any) -> int:
        """Give the time of the next frame, in microseconds after the first."""
        # Exact in whole numbers: times are compared with those of other programs.
        base = frame.time_base or 0
        given = frame.pts
        now = None if given is None or not base else round(given * base * 1_000_000)
        if self._first is None:
            self._first, self._last = now or 0, 0
            return self._start
        since = None if now is None else now - self._first
        if since is None or not self._last <= since <= self._last + _HOLE:
            since = self._last + self._step
            self._first = self._first if now is None else now - since
        self._last = since
        return self._start + since

    @property
    def end(self) -> int:
        """When the next frame would be shown."""
        return self._start + (self._last + self._step if self._last >= 0 else 0)

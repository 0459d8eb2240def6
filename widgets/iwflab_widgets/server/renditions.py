"""Larger previews and clips in the making: one at a time, apart from intakes.

A clip may take minutes; who asked for it asks again until it is there.
"""

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor

from iwflab.domain.media import display_text
from iwflab.errors import LabError, NotAllowed
from iwflab.lab import Lab

WAITING_MOST = 20  # not made yet, of all people together
FAILED_MOST = 200  # failures that nobody has asked for again; the oldest are forgotten
CLIP_BYTES = 256 << 20  # of clips that are being played, in memory
_Key = tuple[str, str]


class Renditions:
    """What is being made, for whom it may be, and the clips that are being played."""

    def __init__(self) -> None:
        """Start with none; the one thread begins with the first."""
        self._lock = threading.Lock()
        self._making: dict[_Key, Future[None]] = {}
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="rendition")
        self._clips: OrderedDict[str, bytes] = OrderedDict()

    def ask(self, seat: Lab, medium: str, variant: str) -> dict[str, str]:
        """Say how far it is; begin where nobody has. A failure is told once."""
        key = (medium, variant)
        with self._lock:
            making = self._making.get(key)
            if making is None:
                if self._waiting() >= WAITING_MOST:
                    raise NotAllowed(
                        "too many larger previews and clips are being made",
                        advice="try again in a minute",
                    )
                making = self._pool.submit(seat.enlarge, medium, variant)
                self._making[key] = making
            if not making.done():
                return {"state": "running"}
            del self._making[key]
        return _outcome(making)

    def keep(self, grant: str, clip: bytes) -> None:
        """Keep a delivered clip for the further parts that its player asks for."""
        with self._lock:
            self._clips[grant] = clip
            while len(self._clips) > 1 and self._held() > CLIP_BYTES:
                self._clips.popitem(last=False)

    def clip(self, grant: str) -> bytes | None:
        """Give a clip that is being played under a grant."""
        with self._lock:
            if grant in self._clips:
                self._clips.move_to_end(grant)
            return self._clips.get(grant)

    def close(self) -> None:
        """Begin nothing more; forget the clips."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._clips.clear()

    def _waiting(self) -> int:
        """Count what is not made yet; forget what is, failures but the newest aside.

        Who asks for what was made by now is given it by the lab, and not here.
        """
        done = [(key, one) for key, one in self._making.items() if one.done()]
        failed = [key for key, one in done if not one.cancelled() and one.exception()]
        kept = set(failed[-FAILED_MOST:])
        for key, _ in done:
            if key not in kept:
                del self._making[key]
        return len(self._making) - len(kept)

    def _held(self) -> int:
        return sum(len(clip) for clip in self._clips.values())


def _outcome(making: "Future[None]") -> dict[str, str]:
    if making.cancelled():
        return {"state": "running"}
    error = making.exception()
    if error is None:
        return {"state": "done"}
    if not isinstance(error, LabError):
        raise error
    told = {"error": display_text(error.message), "advice": display_text(error.advice)}
    return {"state": "failed", **told}

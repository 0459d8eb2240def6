"""Larger previews and clips in the making: one of each at a time, apart from intakes.

A clip may take minutes; who asked for it asks again until it is there.  A larger
preview does not wait for it.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from iwflab.domain.media import display_text
from iwflab.errors import LabError, NotAllowed
from iwflab.lab import Lab
from iwflab_widgets.server.grants import CLIP, GRANT_SECONDS, LARGE

WAITING_MOST = 20  # of each kind not made yet, of all people together
FAILED_MOST = 200  # failures that nobody has asked for again; the oldest are forgotten
CLIP_BYTES = 256 << 20  # of clips that are being played, in memory
# Since a part was asked for last.  No grant stands for longer: nobody could ask again.
CLIP_SECONDS = GRANT_SECONDS
_Key = tuple[str, str]


class Renditions:
    """What is being made, for whom it may be, and the clips that are being played."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with none; a thread of each kind begins with the first."""
        self._clock = clock
        self._lock = threading.Lock()
        self._making: dict[_Key, Future[None]] = {}
        self._pools = {
            kind: ThreadPoolExecutor(1, thread_name_prefix=kind)
            for kind in (LARGE, CLIP)
        }
        self._clips: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._timer: threading.Timer | None = None

    def ask(self, seat: Lab, medium: str, variant: str) -> dict[str, str]:
        """Say how far it is; begin where nobody has. A failure is told once."""
        key = (medium, variant)
        with self._lock:
            making = self._making.get(key)
            if making is None:
                if self._waiting(variant) >= WAITING_MOST:
                    raise NotAllowed(
                        "too many larger previews and clips are being made",
                        advice="try again in a minute",
                    )
                pool = self._pools[variant]
                making = pool.submit(seat.enlarge, medium, variant)
                self._making[key] = making
            if not making.done():
                return {"state": "running"}
            del self._making[key]
        return _outcome(making)

    def keep(self, grant: str, clip: bytes) -> None:
        """Keep a delivered clip for the further parts that its player asks for.

        The newest is kept in any case: a worker makes none that is longer than memory.
        """
        with self._lock:
            self._clips[grant] = (self._clock(), clip)
            while len(self._clips) > 1 and self._held() > CLIP_BYTES:
                self._clips.popitem(last=False)
            self._look_again()

    def clip(self, grant: str) -> bytes | None:
        """Give a clip that is being played under a grant."""
        with self._lock:
            if grant not in self._clips:
                return None
            _, clip = self._clips.pop(grant)
            self._clips[grant] = (self._clock(), clip)
            return clip

    def let_go(self) -> None:
        """Forget the clips that nobody plays any more."""
        with self._lock:
            old = self._clock() - CLIP_SECONDS
            for grant in [g for g, (used, _) in self._clips.items() if used <= old]:
                del self._clips[grant]
            self._timer = None
            self._look_again()

    def close(self) -> None:
        """Begin nothing more; forget the clips."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._clips.clear()
            if self._timer:
                self._timer.cancel()

    def _look_again(self) -> None:
        """See to it that clips are let go of though nobody asks for any."""
        if self._clips and self._timer is None:
            self._timer = threading.Timer(CLIP_SECONDS / 4, self.let_go)
            self._timer.daemon = True
            self._timer.start()

    def _waiting(self, variant: str) -> int:
        """Count what is not made yet; forget what is, failures but the newest aside.

        Who asks for what was made by now is given it by the lab, and not here.
        """
        done = [(key, one) for key, one in self._making.items() if one.done()]
        failed = [key for key, one in done if not one.cancelled() and one.exception()]
        kept = set(failed[-FAILED_MOST:])
        for key, _ in done:
            if key not in kept:
                del self._making[key]
        return sum(key[1] == variant for key in self._making.keys() - kept)

    def _held(self) -> int:
        return sum(len(clip) for _, clip in self._clips.values())


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

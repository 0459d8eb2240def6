"""Animated pictures, frame by frame, by Pillow, each at the time of its own clock."""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from iwflab.domain.media import DecoderState, display_text
from iwflab.media import hourglass
from iwflab.media.clips import MEMORY, Moment
from iwflab.media.decoding import Decoded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Bytes = NDArray[np.uint8]

FORMATS = frozenset({"GIF", "WEBP", "PNG", "AVIF"})
CPU_SECONDS = 8.0  # of one animation; what was seen until then stands
FRAMES = 20_000
PIXELS = 40_000_000  # of one frame: several are held at once
# What browsers do with a frame that has no time of its own, in milliseconds.
_UNTIMED = 100
_SHORTEST = 10


def is_animated(decoded: Decoded) -> bool:
    """Tell whether there is more than one frame to be seen."""
    return decoded.frames > 1 and decoded.format in FORMATS


def unroll(decoded: Decoded) -> Iterator[Moment]:
    """Give the frames of an animated picture; how it went is added to ``decoded``.

    Pillow composes each frame over the one before, as a viewer does.  It never raises
    for what is wrong with the medium.
    """
    picture = decoded.picture
    if picture is None:
        return
    if decoded.width * decoded.height > PIXELS:
        stop_at(decoded, "its frames are too large to look at more than the first")
        return
    began = time.process_time()
    elapsed = 0
    for number in range(min(decoded.frames, FRAMES)):
        if hourglass.is_empty() or time.process_time() - began > CPU_SECONDS:
            stop_at(decoded, f"only {number} of its frames: it took too long")
            return
        try:
            picture.seek(number)
            picture.load()
            frame = picture.convert("RGB")
            pause = _pause(picture)
        except MemoryError:
            stop_at(decoded, f"frame {number} needs {MEMORY}")
            return
        except EOFError:
            stop_at(decoded, f"only {number} of {decoded.frames} frames are there")
            return
        except Exception as error:  # noqa: BLE001 - Pillow's plug-ins raise all kinds
            _broken(decoded, number, error)
            return
        yield Moment(number, elapsed, _luma(frame), _rgb(frame))
        elapsed += pause
    if decoded.frames > FRAMES:
        stop_at(decoded, f"only {FRAMES} of its frames were looked at")


def _pause(picture: "Image.Image") -> int:
    """Give the microseconds for which a frame stands."""
    given = picture.info.get("duration")
    if isinstance(given, int | float) and _SHORTEST < given < 1 << 32:
        return int(given * 1000)
    return _UNTIMED * 1000


def _luma(frame: "Image.Image") -> "Callable[[], tuple[Bytes, bool]]":
    def plane() -> "tuple[Bytes, bool]":
        import numpy as np

        return np.asarray(frame.convert("L")), False

    return plane


def _rgb(frame: "Image.Image") -> "Callable[[], Bytes]":
    def pixels() -> "Bytes":
        import numpy as np

        return np.asarray(frame)

    return pixels


def stop_at(decoded: Decoded, reason: str) -> None:
    """Note that the rest of the frames was not looked at, and why."""
    if decoded.state is DecoderState.COMPLETE:
        decoded.state = DecoderState.TRUNCATED
    decoded.reason = "; ".join(filter(None, (decoded.reason, reason)))


def _broken(decoded: Decoded, number: int, error: Exception) -> None:
    if decoded.state is DecoderState.COMPLETE:
        decoded.state = DecoderState.DAMAGED
    what = display_text(f"{type(error).__name__}: {error}", limit=300)
    reason = f"frame {number} of {decoded.frames} cannot be decoded: {what}"
    decoded.reason = "; ".join(filter(None, (decoded.reason, reason)))

"""A clip that a browser may play, made inside the worker: pictures only, bounded, ours.

VP8 in WebM, because every browser plays it without anything installed.  No sound, no
metadata, no packet of the original; each frame at its own time, so that stepping
through it is stepping through the medium.
"""

import io
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from iwflab.media import hourglass
from iwflab.media.clips import SECOND, Moment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

SIDE = 854  # pixels, the longest side
BITS_PER_SECOND = 1_500_000
BYTES = 100 << 20  # of a clip; what would follow is left out, and said
CPU_SECONDS = 180.0
STEPPED = 5_000  # frames of a clip without an even rate whose times are told
HALF = 0.4  # of a frame, and some room for rounding
KEY_FRAMES = 15  # a jump decodes at most so many frames
_MILLISECOND = Fraction(1, 1000)
_REALTIME = {"deadline": "realtime", "cpu-used": "8"}


@dataclass(slots=True)
class Playable:
    """A clip; ``rate`` in frames a second, ``stopped``: why it ends early."""

    webm: bytes = b""
    frames: int = 0
    width: int = 0
    height: int = 0
    last_ms: int = 0
    stopped: str = ""
    times: list[int] = field(default_factory=list)  # of each frame, in milliseconds

    @property
    def uneven(self) -> list[int]:
        """The times where no rate tells them to half a frame; empty where one does."""
        rate = self.rate or 1.0
        off = (abs(t * rate / 1000 - n) for n, t in enumerate(self.times))
        return (
            self.times if self.frames <= STEPPED and max(off, default=0) > HALF else []
        )

    @property
    def rate(self) -> float:
        """The average frames a second; 0 for a single one."""
        steps = self.frames - 1
        return round(1000 * steps / self.last_ms, 3) if self.last_ms else 0.0


def playable(moments: Iterable[Moment], size: tuple[int, int], turn: int) -> Playable:
    """Encode moments; ``turn`` in degrees counter-clockwise, as the medium says."""
    import av

    made, out, began = Playable(), io.BytesIO(), time.process_time()
    with av.open(out, "w", format="webm", options={"fflags": "+bitexact"}) as writer:
        stream: Any = None
        for moment in moments:
            small = _scaled(moment, size)
            small = _turned(small, turn)
            if stream is None:
                stream = _stream(writer, small)
                made.height, made.width = small.shape[:2]
            _write(writer, stream, moment, small, made)
            made.stopped = _why_stop(out, began)
            if made.stopped:
                break
        if stream is not None:
            writer.mux(stream.encode())
    made.webm = out.getvalue() if made.frames else b""
    return made


def bounded(width: int, height: int) -> tuple[int, int]:
    """Give a size within ``SIDE``, in even numbers, as the codec wants them."""
    part = min(1.0, SIDE / max(width, height, 1))
    return tuple(max(2, round(length * part / 2) * 2) for length in (width, height))  # type: ignore[return-value]


def _why_stop(out: io.BytesIO, began: float) -> str:
    if out.tell() > BYTES:
        return "the rest would make it too large"
    if hourglass.is_empty() or time.process_time() - began > CPU_SECONDS:
        return "making the rest would take too long"
    return ""


def _stream(writer: Any, first: "Bytes") -> Any:
    stream = writer.add_stream("libvpx", rate=30, options=_REALTIME)
    stream.height, stream.width = first.shape[:2]
    stream.pix_fmt, stream.bit_rate = "yuv420p", BITS_PER_SECOND
    context = stream.codec_context
    # A second thread would not come up behind the walls.
    context.thread_count, context.gop_size = 1, KEY_FRAMES
    context.time_base = _MILLISECOND
    return stream


def _write(
    writer: Any, stream: Any, moment: Moment, small: "Bytes", made: Playable
) -> None:
    import av

    frame = av.VideoFrame.from_ndarray(small, format="rgb24")
    drawn = frame.reformat(format="yuv420p", threads=1)
    at = moment.microseconds * 1000 // SECOND
    # Times of a track that starts anew, or twice the same one: always on.
    drawn.pts = max(at, made.last_ms + 1) if made.frames else 0
    drawn.time_base = _MILLISECOND
    writer.mux(stream.encode(drawn))
    made.last_ms = drawn.pts
    made.times.append(drawn.pts)
    made.frames += 1


def _scaled(moment: Moment, size: tuple[int, int]) -> "Bytes":
    if moment.small is not None:
        return moment.small(*size)
    import numpy as np
    from PIL import Image

    picture = Image.fromarray(moment.rgb())
    return np.asarray(picture.resize(size, Image.Resampling.BILINEAR))


def _turned(small: "Bytes", turn: int) -> "Bytes":
    import numpy as np

    quarters = turn // 90 % 4
    return np.ascontiguousarray(np.rot90(small, quarters)) if quarters else small

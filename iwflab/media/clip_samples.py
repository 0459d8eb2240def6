"""Drawn clips of a few frames: what a worker plays before lock-down.

A demuxer, a decoder and a converter load and allocate parts of themselves at first
use.  The clips are drawn and encoded in memory each time; none lies on a disk.
"""

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

_WIDTH, _HEIGHT, _FRAMES = 96, 64, 3
# Container, encoder, pixels: the ways through demuxing and conversion that differ.
_KINDS = (
    ("mp4", "mpeg4", "yuv420p"),
    ("matroska", "mjpeg", "yuvj420p"),
    ("avi", "rawvideo", "bgr24"),
    ("mpegts", "mpeg2video", "yuv420p"),
)


def clips() -> Iterator[bytes]:
    """Encode a moving slope in each kind; what cannot be encoded here is left out."""
    import av.error

    for form, codec, pixels in _KINDS:
        try:
            clip = encode(_drawn(), form, codec, pixels=pixels)
        except (av.error.FFmpegError, ValueError):
            continue
        yield clip
        yield clip[: len(clip) * 2 // 3]  # the ways of failing import, too
    yield b"\x1a\x45\xdf\xa3 and nothing more"


def encode(
    frames: Sequence["Bytes"],
    form: str,
    codec: str,
    *,
    pixels: str = "yuv420p",
    rate: int = 10,
) -> bytes:
    """Encode frames of (height, width, 3) in memory; FFmpegError where it cannot."""
    import av

    out = io.BytesIO()
    height, width, _ = frames[0].shape
    with av.open(out, "w", format=form) as writer:
        stream: Any = writer.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        stream.codec_context.thread_count = 1
        for array in frames:
            frame = av.VideoFrame.from_ndarray(array, format="rgb24")
            drawn = frame.reformat(format=pixels, threads=1)
            writer.mux(stream.encode(drawn))
        writer.mux(stream.encode())
    return out.getvalue()


def _drawn() -> list["Bytes"]:
    import numpy as np

    y, x = np.mgrid[0:_HEIGHT, 0:_WIDTH]
    waves = [(x * 5 + y * 3 + 80 * n) % 256 for n in range(_FRAMES)]
    return [np.repeat(w[:, :, None], 3, axis=2).astype(np.uint8) for w in waves]

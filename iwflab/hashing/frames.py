"""PDQ of the frames of a video, from arrays of pixels.

Frames of record are hashed from RGB, as Meta's vPDQ does (facebook/ThreatExchange,
vpdq/cpp/vpdq/cpp/hashing/filehasher.cpp): those values are compatible.  Every other
frame is hashed from its luma plane alone, which costs a fraction and differs by a few
bits: enough to see where a shot ends, not a hash of record.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from iwflab.hashing import pdq

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Windows = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]

# Video stores black as 16 and white as 235 unless it says otherwise (BT.601, BT.709).
BLACK, WHITE = 16, 235
_FLAT = ("0" * 64, 0)


def hash_rgb(pixels: "Bytes") -> tuple[str, int]:
    """Hash a frame of (height, width, 3), 0 to 255: 64 hex digits, quality 0-100."""
    import numpy as np

    values, quality = pdq.hash_rgb(np.ascontiguousarray(pixels))
    return values[0], quality


def hash_luma(plane: "Bytes", *, limited: bool) -> tuple[str, int]:
    """Hash a luma plane of (height, width); 64 hex digits, quality 0-100.

    Lines may be padded.  ``limited`` says that black is 16 and white 235: without
    stretching, the quality would be up to 17 too low; the bits do not depend on it.
    """
    import numpy as np

    from iwflab.hashing.kernels.frames import hash_padded

    height, width = plane.shape
    if min(height, width) < pdq.LEAST_SIDE:
        return _FLAT
    lines = _whole_lines(plane)
    words = np.empty(4, np.uint64)
    stretch = 255 / (WHITE - BLACK) if limited else 1.0
    windows = (*_windows(height), *_windows(width))
    quality = hash_padded(lines, width, stretch, *windows, words)
    return words.astype(">u8").tobytes().hex(), int(quality)


def _whole_lines(plane: "Bytes") -> "Bytes":
    """Give the lines with their padding where the array shows such, not copied."""
    import numpy as np

    if plane.flags.c_contiguous:
        return plane
    height, (step, one), base = plane.shape[0], plane.strides, plane.base
    if (
        isinstance(base, np.ndarray)
        and (base.ndim, base.dtype, one) == (1, plane.dtype, 1)
        and base.ctypes.data == plane.ctypes.data
        and base.size >= step * height
    ):
        lines: Bytes = base[: step * height].reshape(height, step)
        return lines
    return np.ascontiguousarray(plane)


@lru_cache(maxsize=64)
def _windows(length: int) -> "Windows":
    from iwflab.hashing.kernels.windows import pdq_windows

    return pdq_windows(length)

"""PDQ of the frames of a video, from arrays of pixels.

Frames of record are hashed from RGB, as Meta's vPDQ does (facebook/ThreatExchange,
vpdq/cpp/vpdq/cpp/hashing/filehasher.cpp): those values are compatible.  Every other
frame is hashed from its luma plane alone, which costs a fraction and differs by a few
bits: enough to see where a shot ends, not a hash of record.
"""

from typing import TYPE_CHECKING

from iwflab.hashing import pdq

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

# Video stores black as 16 and white as 235 unless it says otherwise (BT.601, BT.709).
BLACK, WHITE = 16, 235


def hash_rgb(pixels: "Bytes") -> tuple[str, int]:
    """Hash a frame of (height, width, 3), 0 to 255: 64 hex digits, quality 0-100."""
    from PIL import Image

    found = pdq.compute(Image.fromarray(pixels))
    return found.value, found.quality or 0


def hash_luma(plane: "Bytes", *, limited: bool) -> tuple[str, int]:
    """Hash a luma plane of (height, width); 64 hex digits, quality 0-100.

    ``limited`` says that black is 16 and white 235: without stretching, the quality
    would be up to 17 too low; the bits hardly depend on it.
    """
    import numpy as np
    from PIL import Image

    if limited:
        steps = (np.arange(256) - BLACK) * (255 / (WHITE - BLACK))
        plane = np.clip(steps, 0, 255).astype(np.uint8)[plane]
    found = pdq.compute(Image.fromarray(np.ascontiguousarray(plane)))
    return found.value, found.quality or 0

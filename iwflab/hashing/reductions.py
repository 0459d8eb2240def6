"""The small pictures that hashes are made from, by one pass over the pixels.

aHash, dHash and pHash shrink the grey picture with Pillow's Lanczos filter; it is done
here in the same whole numbers, so that their bits are those of ImageHash.

Pillow 13 or newer is required: it shrinks the height of tall pictures first, older ones
always the width, and tall pictures are left to Pillow itself.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray["np.uint8"]

# Width and height of the grey pictures: average_hash, dhash, phash of ImageHash 4.3.2.
AHASH, DHASH, PHASH = (8, 8), (9, 8), (32, 32)
SIZES = (AHASH, DHASH, PHASH)
_LENGTHS_KEPT = 32  # windows; photographs of one camera share theirs


@dataclass(frozen=True, slots=True)
class Reductions:
    """``small``: 64 x 64 luminances of PDQ; ``grey``: 8-bit pictures by their size.

    A grey picture is height x width; it is missing where it was not asked for.
    """

    small: "NDArray[np.float32]"
    grey: "dict[tuple[int, int], Bytes]"


class _Windows(NamedTuple):
    """The windows of one direction, for several outputs beside each other."""

    starts: "NDArray[np.int32]"
    counts: "NDArray[np.int32]"
    low: "NDArray[np.int16]"
    high: "NDArray[np.int16]"
    short: "NDArray[np.bool_]"


def reduced(rgb: "Bytes", *, grey_too: bool) -> Reductions:
    """Reduce height x width x 3 pixels, contiguous, for PDQ and the hashes of grey."""
    import numpy as np

    from iwflab.hashing.kernels.reducing import reduce_rgb

    height, width, _ = rgb.shape
    small = np.empty((64, 64), np.float32)
    tall = any(_is_tall(width, height, size) for size in SIZES)
    sizes = SIZES if grey_too and not tall else ()
    across = _across(width, tuple(size[0] for size in sizes))
    lines = np.empty((height if sizes else 0, len(across.starts)), np.uint8)
    reduce_rgb(rgb, *across, small, lines)
    if grey_too and tall:
        return Reductions(small, _by_pillow(rgb))
    return Reductions(small, _downwards(lines, height, sizes))


def _is_tall(width: int, height: int, size: tuple[int, int]) -> bool:
    """Tell whether Pillow 13 shrinks the height first: rounding makes it differ."""
    return height - size[1] > 2 * (width - size[0])


def _by_pillow(rgb: "Bytes") -> "dict[tuple[int, int], Bytes]":
    """Shrink a picture more than twice as tall as wide: rare, so not worth a kernel."""
    import numpy as np
    from PIL import Image

    grey = Image.fromarray(rgb).convert("L")
    lanczos = Image.Resampling.LANCZOS
    return {size: np.array(grey.resize(size, lanczos)) for size in SIZES}


def _downwards(
    lines: "Bytes", height: int, sizes: tuple[tuple[int, int], ...]
) -> "dict[tuple[int, int], Bytes]":
    import numpy as np

    from iwflab.hashing.kernels.reducing import reduce_down

    grey, column = {}, 0
    for width, rows in sizes:
        out = np.empty((rows, width), np.uint8)
        reduce_down(lines, column, *_down(height, rows), out)
        grey[width, rows] = out
        column += width
    return grey


@lru_cache(_LENGTHS_KEPT)
def _down(
    length: int, outputs: int
) -> "tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]":
    from iwflab.hashing.kernels.windows import lanczos_windows

    return lanczos_windows(length, outputs)


@lru_cache(_LENGTHS_KEPT)
def _across(length: int, outputs: tuple[int, ...]) -> _Windows:
    import numpy as np

    parts = [_down(length, number) for number in outputs]
    widest = max((part[2].shape[1] for part in parts), default=0)
    weights = np.zeros((sum(outputs), widest), np.int32)
    row = 0
    for part in parts:
        weights[row : row + len(part[2]), : part[2].shape[1]] = part[2]
        row += len(part[2])
    short = np.max(np.abs(weights), axis=1, initial=0) < 1 << 15
    # A weight of 16 bits stands in ``low`` whole; a longer one is low + high * 2^15.
    low = np.where(short[:, None], weights, weights & 0x7FFF).astype(np.int16)
    none = np.zeros(0, np.int32)
    starts, counts = (
        np.concatenate([none, *(part[place] for part in parts)]) for place in (0, 1)
    )
    return _Windows(starts, counts, low, (weights >> 15).astype(np.int16), short)

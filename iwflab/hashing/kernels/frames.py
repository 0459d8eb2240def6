"""PDQ of a luma plane as a decoder leaves it: lines with padding, one orientation.

The same reductions and transform as for pictures, in one call a frame: of videos every
frame is hashed, and a second pass or a copy would cost as much as decoding it.
"""

from math import cos, pi, sqrt

import numpy as np
from numba import float32, int32, int64, types, uint64
from numpy.typing import NDArray

from iwflab.hashing.kernels.compiling import PLANE, kernel
from iwflab.hashing.kernels.spectrum import COEFFICIENTS, WORDS, quality
from iwflab.hashing.kernels.windows import SIDE

_BITS = COEFFICIENTS * COEFFICIENTS
_NUMBERS, _SMALL = int32[::1], float32[:, ::1]
_WINDOWS = (_NUMBERS, _NUMBERS, _SMALL)
_BASIS = np.array(
    [
        [sqrt(2.0 / SIDE) * cos(pi / 2 / SIDE * k * (2 * n + 1)) for n in range(SIDE)]
        for k in range(1, COEFFICIENTS + 1)
    ],
    np.float32,
)


@kernel(types.void(PLANE, int64, *_WINDOWS, *_WINDOWS, _SMALL), loose=True)
def reduce_padded(
    plane: NDArray[np.uint8],
    width: int,
    down: NDArray[np.int32],
    number: NDArray[np.int32],
    heavy: NDArray[np.float32],
    across: NDArray[np.int32],
    many: NDArray[np.int32],
    light: NDArray[np.float32],
    small: NDArray[np.float32],
) -> None:
    """Fill ``small`` (64 x 64) from the first ``width`` bytes of each line."""
    total = np.empty(width, np.float32)
    for i in range(SIDE):
        total[:] = np.float32(0)
        for n in range(number[i]):
            row = plane[down[i] + n]
            weight = heavy[i, n]
            for x in range(width):
                total[x] += weight * np.float32(row[x])
        for k in range(SIDE):
            value = np.float32(0.0)
            for n in range(many[k]):
                value += light[k, n] * total[across[k] + n]
            small[i, k] = value


@kernel(types.void(_SMALL, _SMALL), loose=True)
def lowest(small: NDArray[np.float32], spectrum: NDArray[np.float32]) -> None:
    """Fill ``spectrum`` (16 x 16) with the lowest cosine coefficients of each way."""
    half = np.zeros((COEFFICIENTS, SIDE), np.float32)
    for k in range(COEFFICIENTS):
        for n in range(SIDE):
            weight = _BASIS[k, n]
            for x in range(SIDE):
                half[k, x] += weight * small[n, x]
    for k in range(COEFFICIENTS):
        for m in range(COEFFICIENTS):
            value = np.float32(0.0)
            for x in range(SIDE):
                value += half[k, x] * _BASIS[m, x]
            spectrum[k, m] = value


@kernel(types.void(_SMALL, uint64[::1]))
def above_median(spectrum: NDArray[np.float32], words: NDArray[np.uint64]) -> None:
    """Fill four words, the highest bits first, with what lies above the median."""
    line = spectrum.ravel()
    # The lower of the two middle values, as Torben's method finds it.
    median = np.sort(line)[_BITS // 2 - 1]
    for word in range(WORDS):
        bits = np.uint64(0)
        for bit in range(64):
            place = (WORDS - 1 - word) * 64 + bit
            if line[place] > median:
                bits |= np.uint64(1) << np.uint64(bit)
        words[word] = bits


@kernel(
    int64(PLANE, int64, float32, *_WINDOWS, *_WINDOWS, uint64[::1]),
)
def hash_padded(
    plane: NDArray[np.uint8],
    width: int,
    stretch: float,
    down: NDArray[np.int32],
    number: NDArray[np.int32],
    heavy: NDArray[np.float32],
    across: NDArray[np.int32],
    many: NDArray[np.int32],
    light: NDArray[np.float32],
    words: NDArray[np.uint64],
) -> int:
    """Hash a plane into ``words``; give the quality, of values times ``stretch``."""
    small = np.empty((SIDE, SIDE), np.float32)
    spectrum = np.empty((COEFFICIENTS, COEFFICIENTS), np.float32)
    reduce_padded(plane, width, down, number, heavy, across, many, light, small)
    lowest(small, spectrum)
    above_median(spectrum, words)
    for i in range(SIDE):
        for k in range(SIDE):
            small[i, k] *= np.float32(stretch)
    return quality(small)

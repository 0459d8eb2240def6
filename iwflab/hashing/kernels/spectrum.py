"""From 64 x 64 luminances to PDQ's bits in eight orientations, and the quality.

Source: facebook/ThreatExchange, pdq/cpp/hashing/pdqhashing.cpp (commit baefb4e).
Turning a picture changes the signs and the places of its cosine coefficients, so the
other seven hashes cost no second look at the pixels.
"""

from math import cos, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from iwflab.hashing.kernels.compiling import kernel
from iwflab.hashing.kernels.windows import SIDE

COEFFICIENTS = 16  # of each direction, from the first after the constant one
WORDS = 4  # of 64 bits; the first word holds the highest bits
TURNS = 8
_QUALITY_SCALE = 90
_BITS = COEFFICIENTS * COEFFICIENTS
# Of each orientation: are rows and columns swapped, is the sign of the odd frequencies
# down and across changed (the picture is flipped, mirrored).
_SWAPPED = (False, True, False, True, False, False, True, True)
_FLIPPED = (False, True, True, False, True, False, False, True)
_MIRRORED = (False, False, True, True, False, True, False, True)


@kernel("i8(f4[:, ::1])")
def quality(small: NDArray[np.float32]) -> int:
    """Sum the gradients that matter, scaled, 0 to 100; in float32 as the reference."""
    total = 0
    for i in range(SIDE):
        for j in range(SIDE):
            if i + 1 < SIDE:
                step = (small[i + 1, j] - small[i, j]) * np.float32(100)
                total += abs(int(step / np.float32(255)))
            if j + 1 < SIDE:
                step = (small[i, j + 1] - small[i, j]) * np.float32(100)
                total += abs(int(step / np.float32(255)))
    return min(total // _QUALITY_SCALE, 100)


@kernel("f8[:, ::1](f4[:, ::1])", loose=True)
def cosines(small: NDArray[np.float32]) -> NDArray[np.float64]:
    """Give the 16 x 16 lowest coefficients after the constant ones."""
    basis = np.empty((COEFFICIENTS, SIDE))
    for k in range(COEFFICIENTS):
        for n in range(SIDE):
            angle = pi / 2 / SIDE * (k + 1) * (2 * n + 1)
            basis[k, n] = sqrt(2.0 / SIDE) * cos(angle)
    half = np.zeros((COEFFICIENTS, SIDE))
    for k in range(COEFFICIENTS):
        for n in range(SIDE):
            for x in range(SIDE):
                half[k, x] += basis[k, n] * small[n, x]
    answer = np.empty((COEFFICIENTS, COEFFICIENTS))
    for k in range(COEFFICIENTS):
        for m in range(COEFFICIENTS):
            value = 0.0
            for x in range(SIDE):
                value += half[k, x] * basis[m, x]
            answer[k, m] = value
    return answer


@kernel("u8[:, ::1](f8[:, ::1])")
def hashes(spectrum: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Give eight hashes of four words, in the order of ``ORIENTATIONS``."""
    words = np.zeros((TURNS, WORDS), np.uint64)
    line = np.empty(_BITS)
    for turn in range(TURNS):
        for i in range(COEFFICIENTS):
            for j in range(COEFFICIENTS):
                value = spectrum[j, i] if _SWAPPED[turn] else spectrum[i, j]
                # Even places hold odd frequencies: the constant one is left out.
                down = _FLIPPED[turn] and i % 2 == 0
                across = _MIRRORED[turn] and j % 2 == 0
                line[i * COEFFICIENTS + j] = -value if down != across else value
        # The lower of the two middle values, as Torben's method finds it.
        median = np.sort(line)[_BITS // 2 - 1]
        for bit in range(_BITS):
            if line[bit] > median:
                word = WORDS - 1 - bit // 64
                words[turn, word] |= np.uint64(1) << np.uint64(bit % 64)
    return words

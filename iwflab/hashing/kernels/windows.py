"""What each output of a reduction weighs its inputs with; one row an output.

PDQ: two passes of a box filter and a pick of 64 places, of one direction, in one
(facebook/ThreatExchange, pdq/cpp/downscaling/downscaling.cpp, commit baefb4e).
Lanczos: Pillow's ``precompute_coeffs`` and ``normalize_coeffs_8bpc``, in whole numbers
of 22 bits (python-pillow/Pillow, src/libImaging/Resample.c, 13.0.0).
"""

from math import ceil, pi

import numpy as np
from numpy.typing import NDArray

from iwflab.hashing.kernels.compiling import kernel

SIDE = 64  # of the picture that PDQ decimates to
LOBES = 3.0  # of the Lanczos window on either side
PRECISION = 22  # bits of a weight: 32 less 8 of a pixel and 2 to spare

_TERMS = 14  # sin x to x^27: within 3e-17 for every |x| <= pi

Starts = NDArray[np.int32]


@kernel("Tuple((i4[::1], i4[::1], f4[:, ::1]))(i8)")
def pdq_windows(
    length: int,
) -> tuple[Starts, Starts, NDArray[np.float32]]:
    """Give first input, number of inputs, and weights of each of 64 outputs."""
    window = (length + 2 * SIDE - 1) // (2 * SIDE)
    reach = (window + 2) // 2 - 1  # to the right; the window is lopsided if even
    starts = np.empty(SIDE, np.int32)
    counts = np.empty(SIDE, np.int32)
    weights = np.zeros((SIDE, 2 * window + 1))
    for i in range(SIDE):
        centre = int((i + 0.5) * length / SIDE)
        if length == SIDE:  # the reference filters nothing then
            starts[i], counts[i], weights[i, 0] = centre, 1, 1.0
            continue
        right = min(centre + reach, length - 1)
        left = max(centre + reach - window + 1, 0)
        first = max(left + reach - window + 1, 0)
        starts[i] = first
        counts[i] = min(right + reach, length - 1) - first + 1
        for k in range(left, right + 1):
            to = min(k + reach, length - 1)
            begin = max(k + reach - window + 1, 0)
            share = 1.0 / (right - left + 1) / (to - begin + 1)
            for j in range(begin, to + 1):
                weights[i, j - first] += share
    return starts, counts, weights.astype(np.float32)


@kernel("void(f8[::1])", loose=True)
def _windowed(places: NDArray[np.float64]) -> None:
    """Turn distances in lobes into sinc(x) sinc(x / 3), in place."""
    for i in range(len(places)):
        angle = places[i] * (pi / LOBES)
        square = angle * angle
        term = 1.0
        total = 1.0
        for n in range(1, _TERMS):
            term *= -square / (2 * n * (2 * n + 1))
            total += term
        # total is sin(a) / a; sin(3 a) is 3 sin(a) - 4 sin(a)^3.
        sine = total * angle
        places[i] = total * total * (1.0 - 4.0 / 3.0 * sine * sine)


@kernel("Tuple((i4[::1], i4[::1], i4[:, ::1]))(i8, i8)")
def lanczos_windows(
    length: int, outputs: int
) -> tuple[Starts, Starts, NDArray[np.int32]]:
    """Give first input, number of inputs, and weights of each output, as Pillow has."""
    scale = length / outputs
    stretch = max(scale, 1.0)
    support = LOBES * stretch
    starts = np.empty(outputs, np.int32)
    counts = np.empty(outputs, np.int32)
    weights = np.zeros((outputs, 2 * ceil(support) + 1), np.int32)
    for i in range(outputs):
        centre = (i + 0.5) * scale
        first = max(int(centre - support + 0.5), 0)
        count = min(int(centre + support + 0.5), length) - first
        line = np.empty(count)
        for k in range(count):
            place = (k + first - centre + 0.5) / stretch
            line[k] = place
        outside = (line < -LOBES) | (line >= LOBES)
        _windowed(line)
        total = 0.0
        for k in range(count):
            if outside[k]:
                line[k] = 0.0
            total += line[k]
        starts[i], counts[i] = first, count
        for k in range(count):
            whole = line[k] / total * (1 << PRECISION)
            weights[i, k] = int(whole - 0.5) if whole < 0 else int(whole + 0.5)
    return starts, counts, weights

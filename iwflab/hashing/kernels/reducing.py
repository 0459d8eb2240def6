"""One pass over the pixels: PDQ's 64 x 64 and the Lanczos reductions together.

Each row is read once; what is made of it stays in the nearest cache.
"""

import numpy as np
from numba import boolean, float32, int16, int32, int64, uint8, void
from numpy.typing import NDArray

from iwflab.hashing.kernels.compiling import LINE, PICTURE, PLANE, kernel
from iwflab.hashing.kernels.windows import PRECISION, SIDE, pdq_windows

Bytes3 = NDArray[np.uint8]
Whole = np.int32
_HALF = np.int32(1 << (PRECISION - 1))
_SPLIT = 15  # bits: weights beyond 16 bits are two, so that 16 x 16 bit products do
_NUMBERS, _TABLE = int32[::1], int32[:, ::1]
_REALS, _SMALL = float32[::1], float32[:, ::1]
_WINDOWS = (_NUMBERS, _NUMBERS, int16[:, ::1], int16[:, ::1], boolean[::1])


@kernel(void(LINE, uint8[::1]))
def _grey(row: NDArray[np.uint8], line: NDArray[np.uint8]) -> None:
    """Pillow's RGB to L (ITU-R 601-2, 16-bit fractions)."""
    for x in range(len(line)):
        red = np.uint32(np.uint32(row[3 * x]) * np.uint32(19595))
        green = np.uint32(np.uint32(row[3 * x + 1]) * np.uint32(38470))
        blue = np.uint32(np.uint32(row[3 * x + 2]) * np.uint32(7471))
        total = np.uint32(np.uint32(np.uint32(red + green) + blue) + np.uint32(0x8000))
        line[x] = np.uint8(total >> np.uint32(16))


@kernel(void(LINE, *_WINDOWS, uint8[::1]))
def _across(
    line: NDArray[np.uint8],
    starts: NDArray[np.int32],
    counts: NDArray[np.int32],
    low: NDArray[np.int16],
    high: NDArray[np.int16],
    short: NDArray[np.bool_],
    out: NDArray[np.uint8],
) -> None:
    """Reduce one line of grey: each output is rounded to 8 bits, as Pillow does."""
    for o in range(len(starts)):
        count = counts[o]
        part = line[starts[o] : starts[o] + count]
        near = low[o, :count]
        total = Whole(0)
        if short[o]:
            for j in range(count):
                total = Whole(total + Whole(Whole(near[j]) * Whole(part[j])))
        else:
            far = high[o, :count]
            more = Whole(0)
            for j in range(count):
                total = Whole(total + Whole(Whole(near[j]) * Whole(part[j])))
                more = Whole(more + Whole(Whole(far[j]) * Whole(part[j])))
            # Both may run over 32 bits on the way; their sum does not.
            total = Whole(total + Whole(more << Whole(_SPLIT)))
        value = Whole(Whole(total + _HALF) >> Whole(PRECISION))
        out[o] = min(max(value, Whole(0)), Whole(255))


@kernel(void(LINE, float32, _REALS), loose=True)
def _add(row: NDArray[np.uint8], weight: float, total: NDArray[np.float32]) -> None:
    for j in range(len(row)):
        total[j] += weight * np.float32(row[j])


@kernel(void(_REALS, _REALS, _NUMBERS, _NUMBERS, _SMALL, _REALS), loose=True)
def _luma_across(
    total: NDArray[np.float32],
    luma: NDArray[np.float32],
    starts: NDArray[np.int32],
    counts: NDArray[np.int32],
    weights: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Reduce one filtered line of red, green, blue to 64 luminances."""
    for x in range(len(luma)):
        luma[x] = (
            np.float32(0.299) * total[3 * x]
            + np.float32(0.587) * total[3 * x + 1]
            + np.float32(0.114) * total[3 * x + 2]
        )
    for k in range(SIDE):
        part = luma[starts[k] : starts[k] + counts[k]]
        weight = weights[k, : counts[k]]
        value = 0.0
        for n in range(len(part)):
            value += weight[n] * part[n]
        out[k] = value


@kernel(void(PICTURE, *_WINDOWS, _SMALL, uint8[:, ::1]))
def reduce_rgb(
    rgb: Bytes3,
    starts: NDArray[np.int32],
    counts: NDArray[np.int32],
    low: NDArray[np.int16],
    high: NDArray[np.int16],
    short: NDArray[np.bool_],
    small: NDArray[np.float32],
    lines: NDArray[np.uint8],
) -> None:
    """Fill ``small`` (64 x 64) and ``lines`` (height x outputs) from a picture.

    The picture is height x width x 3; with no outputs only PDQ's reduction is made.
    """
    height, width, _ = rgb.shape
    flat = rgb.reshape(height, width * 3)
    down, number, heavy = pdq_windows(height)
    across, many, light = pdq_windows(width)
    total = np.empty(width * 3, np.float32)
    luma = np.empty(width, np.float32)
    grey = np.empty(width, np.uint8)
    done = 0 if len(starts) else height
    for i in range(SIDE):
        total[:] = 0
        for n in range(number[i]):
            y = down[i] + n
            _add(flat[y], heavy[i, n], total)
            while done <= y:
                _grey(flat[done], grey)
                _across(grey, starts, counts, low, high, short, lines[done])
                done += 1
        _luma_across(total, luma, across, many, light, small[i])
    while done < height:
        _grey(flat[done], grey)
        _across(grey, starts, counts, low, high, short, lines[done])
        done += 1


@kernel(void(PICTURE, uint8[:, :, ::1]))
def sample(rgb: Bytes3, out: Bytes3) -> None:
    """Fill ``out`` with the nearest pixels, as CImg's resize without interpolation."""
    height, width, _ = out.shape
    places = np.empty(width, np.uint64)  # signed ones are checked for wrapping
    for x in range(width):
        places[x] = x * rgb.shape[1] // width
    for y in range(height):
        row = rgb[y * rgb.shape[0] // height]
        for x in range(width):
            place = places[x]
            out[y, x, 0] = row[place, 0]
            out[y, x, 1] = row[place, 1]
            out[y, x, 2] = row[place, 2]


@kernel(void(PLANE, int64, _NUMBERS, _NUMBERS, _TABLE, uint8[:, ::1]))
def reduce_down(
    lines: NDArray[np.uint8],
    column: int,
    starts: NDArray[np.int32],
    counts: NDArray[np.int32],
    weights: NDArray[np.int32],
    out: NDArray[np.uint8],
) -> None:
    """Reduce columns of ``lines``, from ``column`` on, to the rows of ``out``."""
    width = out.shape[1]
    total = np.empty(width, np.int32)
    for o in range(len(starts)):
        total[:] = _HALF
        for n in range(counts[o]):
            part = lines[starts[o] + n, column : column + width]
            weight = weights[o, n]
            for x in range(width):
                total[x] = Whole(total[x] + Whole(weight * Whole(part[x])))
        for x in range(width):
            value = Whole(total[x] >> Whole(PRECISION))
            out[o, x] = min(max(value, Whole(0)), Whole(255))

"""The band join: many queries against many hashes, exact by the pigeonhole principle.

256 bits are 16 bands of 16.  Two hashes that differ in at most 31 bits differ in at
most one bit of some band, for 16 bands of two are 32.  So for each band the entries
are put in the order of its value, and the queries under their value and the 16 values
one bit away; then each run of entries is scanned for the queries of the same value.
The order carries two columns along that the band is not of, to tell the near from the
others without going back.  A pair is noted in the first band that brings it together,
so once.
"""

from typing import Any

import numba
import numpy as np
from numba import types

from iwflab.hashing.kernels.compiling import kernel
from iwflab.hashing.kernels.hits import (
    FOUR,
    TOLD,
    WHOLE,
    empty_hits,
    jit,
    noted,
    ones,
    roomy,
)
from iwflab.hashing.kernels.scan import distance4, least_of_two

BANDS = 16
VALUES = 1 << 16
REACH = 31  # the largest radius for which one bit is enough: two in each make 32
PROBES = 17  # the value itself, and each of its 16 bits turned over
PAD = 16  # runs begin at multiples of it: no hash of a run is left to a slow loop
_MASK = numba.uint64(0xFFFF)
_TALLY = types.int64[:, ::1]
_WORDS, _NUMBERS = types.uint64[::1], types.uint32[::1]
ROOM = types.Tuple((WHOLE, WHOLE, _WORDS, _WORDS, _NUMBERS))
_INT = types.int64


@kernel(_TALLY(FOUR))
def tally(columns: Any) -> Any:
    """Count how often each band has each value: (16, 65536)."""
    counts = np.zeros((BANDS, VALUES), np.int64)
    for band in range(BANDS):
        column, shift = columns[band // 4], numba.uint64(16 * (band % 4))
        line = counts[band]
        for i in range(column.size):
            line[(column[i] >> shift) & _MASK] += 1
    return counts


@kernel(types.float64(_TALLY, _TALLY))
def looked_at(entries: Any, queries: Any) -> float:
    """Count the pairs that a join of two tallies looks at."""
    total = 0.0
    for band in range(BANDS):
        for value in range(VALUES):
            near = queries[band, value]
            for bit in range(16):
                near += queries[band, value ^ (1 << bit)]
            total += float(entries[band, value]) * float(near)
    return total


def room_for(size: int) -> tuple[Any, ...]:
    """Make room for hashes in order: runs from and to, two columns, numbers."""
    words = (np.empty(size, np.uint64), np.empty(size, np.uint64))
    runs = (np.empty(VALUES, np.int64), np.empty(VALUES, np.int64))
    return (*runs, *words, np.empty(size, np.uint32))


@kernel(types.void(FOUR, _INT, _INT, _INT, _INT, _INT, ROOM))
def order(
    columns: Any, band: int, low: int, high: int, probes: int, pad: int, room: Any
) -> None:
    """Put the hashes from low to high in the order of a band's value.

    With 17 ``probes`` each stands under the values one bit away, too.  Each run begins
    at a multiple of ``pad``; what lies between two runs is left as it was.
    """
    starts, ends, x, y, numbers = room
    column, shift = columns[band // 4][low:high], numba.uint64(16 * (band % 4))
    other = 2 if band < BANDS // 2 else 0  # columns that the band is not of
    one, two = columns[other][low:high], columns[other + 1][low:high]
    ends[:] = 0
    for i in range(column.size):
        value = (column[i] >> shift) & _MASK
        for probe in range(probes):
            ends[value ^ numba.uint64((1 << probe) >> 1)] += 1
    total = 0
    for run in range(VALUES):
        size = ends[run]
        starts[run] = ends[run] = total
        total += (size + pad - 1) // pad * pad
    for i in range(column.size):
        value = (column[i] >> shift) & _MASK
        for probe in range(probes):
            near = value ^ numba.uint64((1 << probe) >> 1)
            at = numba.uint64(ends[near])
            ends[near] += 1
            x[at] = one[i]
            y[at] = two[i]
            numbers[at] = i


@kernel(types.UniTuple(_INT, 2)(ROOM, ROOM, types.uint64, _INT, WHOLE, WHOLE))
def sift(
    room: Any, asked: Any, radius: int, value: int, values: Any, places: Any
) -> Any:
    """Find the queries that may be near a run, from a value on: (count, next value).

    Nothing else happens here: with more around it, LLVM makes no vectors of the loop.
    What lies behind a run is scanned with it, and can only find too much.
    """
    starts, ends, x, y, _ = room
    begins, stops, p, q, _ = asked
    count = 0
    while value < VALUES and count + stops[value] - begins[value] <= places.size:
        first, end = starts[value], ends[value]
        if first < end:
            full = first + (end - first + PAD - 1) // PAD * PAD
            one, two = x[first:full], y[first:full]
            for at in range(begins[value], stops[value]):
                if least_of_two(one, two, p[at], q[at]) <= radius:
                    values[count] = value
                    places[count] = at
                    count += 1
        value += 1
    return count, value


@jit
def first_band(e: Any, i: int, q: Any, j: int) -> int:
    """Give the first band in which two hashes differ in at most one bit."""
    for band in range(BANDS):
        apart = (e[band // 4][i] ^ q[band // 4][j]) >> numba.uint64(16 * (band % 4))
        if ones(apart & _MASK) <= 1:
            return band
    return BANDS


_SIFTED = types.Tuple((_INT, WHOLE, WHOLE))  # how many; values and places of sift


@kernel(
    TOLD(
        *(FOUR, FOUR, types.uint64, types.boolean, WHOLE, _INT),
        *(_INT, _INT, _INT, ROOM, ROOM, _SIFTED),
    )
)
def settled(
    e: Any,
    q: Any,
    radius: int,
    pairs: bool,
    parents: Any,
    most: int,
    band: int,
    entries_from: int,
    queries_from: int,
    room: Any,
    asked: Any,
    sifted: Any,
) -> Any:
    """Note those of what was sifted that are within the radius: (count, hits)."""
    hits, count = empty_hits(), 0
    much, values, places = sifted
    starts, ends, x, y, numbers = room
    for one in range(much):
        value = values[one]
        place = places[one]
        one_word, two_word = asked[2][place], asked[3][place]
        j = numba.int64(asked[4][place]) + queries_from
        for at in range(starts[value], ends[value]):
            if ones(x[at] ^ one_word) + ones(y[at] ^ two_word) > radius:
                continue
            i = numba.int64(numbers[at]) + entries_from
            if pairs and i <= j:
                continue
            far = distance4(e, i, q, j)
            if far <= radius and first_band(e, i, q, j) == band:
                hits = roomy(hits, count)
                count = noted(hits, count, parents, j, i, far)
        if count > most:
            break
    return count, hits

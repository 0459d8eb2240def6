"""The scan: every query against every hash, in blocks that stay in the first cache.

A block is an array slice, so that its loop starts at nought and LLVM makes vectors of
it (vpxorq, vpopcntq, vpminuq with AVX-512).  A block whose least distance is too far
is done; only the others are looked at one by one.  With radii far below 64 two of the
four columns are enough to tell that: half the memory is read.
"""

from typing import Any

import numba
from numba import types

from iwflab.hashing.kernels.compiling import kernel
from iwflab.hashing.kernels.hits import (
    BLOCK,
    FOUR,
    READ,
    TOLD,
    WHOLE,
    empty_hits,
    jit,
    noted,
    ones,
    roomy,
)

_PART = 64  # of a block, to find what is near in it


@jit
def least_of_one(x: Any, p: int) -> int:
    """Give the least distance of a slice of one column to a word."""
    least = numba.uint64(64)
    for i in range(x.size):
        least = min(least, ones(x[i] ^ p))
    return least


@jit
def least_of_two(x: Any, y: Any, p: int, q: int) -> int:
    """Give the least distance of slices of two columns to two words."""
    least = numba.uint64(128)
    for i in range(x.size):
        least = min(least, ones(x[i] ^ p) + ones(y[i] ^ q))
    return least


@jit
def least_of_four(block: Any, q: Any, j: int) -> int:
    """Give the least distance of slices of four columns to one query."""
    w, x, y, z = block
    a, b, c, d = q[0][j], q[1][j], q[2][j], q[3][j]
    least = numba.uint64(256)
    for i in range(x.size):
        half = ones(w[i] ^ a) + ones(x[i] ^ b)
        least = min(least, half + ones(y[i] ^ c) + ones(z[i] ^ d))
    return least


@jit
def distance4(e: Any, i: int, q: Any, j: int) -> int:
    """Give the distance of one hash of four columns to another."""
    half = ones(e[0][i] ^ q[0][j]) + ones(e[1][i] ^ q[1][j])
    return half + ones(e[2][i] ^ q[2][j]) + ones(e[3][i] ^ q[3][j])


@jit
def looked(
    e: Any,
    q: Any,
    j: int,
    radius: int,
    first: int,
    high: int,
    hits: Any,
    count: int,
    parents: Any,
) -> int:
    """Note what of a block is within the radius, leaving out what is plainly not."""
    for low in range(first, high, _PART):
        end = min(low + _PART, high)
        near = least_of_two(e[0][low:end], e[1][low:end], q[0][j], q[1][j])
        for i in range(low, end if near <= radius else low):
            far = distance4(e, i, q, j)
            if far <= radius:
                count = noted(hits, count, parents, j, i, far)
    return count


_BOOL, _WORD, _INT = types.boolean, types.uint64, types.int64


@kernel(TOLD(FOUR, FOUR, _WORD, _BOOL, _BOOL, WHOLE, _INT))
def scan4(
    e: Any, q: Any, radius: int, whole: bool, pairs: bool, parents: Any, most: int
) -> Any:
    """Find all within the radius, over four columns: (count, hits).

    ``whole``: all four columns are read at once, for wide radii.  ``pairs``: the
    queries are the entries, and each pair counts once.  More hits than ``most`` end it.
    """
    hits, count = empty_hits(), 0
    for low in range(0, e[0].size, BLOCK):
        high = min(low + BLOCK, e[0].size)
        w, x = e[0][low:high], e[1][low:high]
        y, z = e[2][low:high], e[3][low:high]
        for j in range(high if pairs else q[0].size):
            if pairs and j >= low:  # itself is always near, and must not count
                rest, more = e[0][j + 1 : high], e[1][j + 1 : high]
                near = least_of_two(rest, more, q[0][j], q[1][j])
            elif whole:
                near = least_of_four((w, x, y, z), q, j)
            else:
                near = least_of_two(w, x, q[0][j], q[1][j])
            if near > radius:
                continue
            hits = roomy(hits, count)
            first = max(low, j + 1) if pairs else low
            count = looked(e, q, j, radius, first, high, hits, count, parents)
            if count > most:
                return count, hits
    return count, hits


@kernel(TOLD(READ, READ, _WORD, _BOOL, WHOLE, _INT))
def scan1(e: Any, q: Any, radius: int, pairs: bool, parents: Any, most: int) -> Any:
    """Find all within the radius, over one column of 64 bits: (count, hits)."""
    hits, count = empty_hits(), 0
    for low in range(0, e.size, BLOCK):
        high = min(low + BLOCK, e.size)
        x = e[low:high]
        for j in range(high if pairs else q.size):
            rest = e[j + 1 : high] if pairs and j >= low else x
            if least_of_one(rest, q[j]) > radius:
                continue
            hits = roomy(hits, count)
            for i in range(max(low, j + 1) if pairs else low, high):
                far = ones(e[i] ^ q[j])
                if far <= radius:
                    count = noted(hits, count, parents, j, i, far)
            if count > most:
                return count, hits
    return count, hits

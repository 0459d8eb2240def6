"""What the search kernels share: counting bits, hits that grow, stacks that unite."""

from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic

from iwflab.hashing.kernels.compiling import kernel

BLOCK = 1024  # hashes looked at together: two columns of them fit the first cache
READ = types.Array(types.uint64, 1, "C", readonly=True)
FOUR = types.UniTuple(READ, 4)
WHOLE = types.int64[::1]  # numbers of queries, entries, parents
HITS = types.Tuple((WHOLE, WHOLE, types.int16[::1]))
TOLD = types.Tuple((types.int64, HITS))  # how many, and where they stand
jit = numba.njit(nogil=True)  # becomes part of the kernel that calls it


@intrinsic
def ones(_context: Any, _word: Any) -> Any:
    """Count the bits that are set in a word: one instruction, also in vectors."""

    def generate(_context: Any, builder: Any, _signature: Any, words: Any) -> Any:
        return builder.ctpop(words[0])

    return types.uint64(types.uint64), generate


@jit
def empty_hits() -> Any:
    """Make room for the first hits: query, entry, distance."""
    room = 2 * BLOCK
    return np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int16)


@jit
def roomy(hits: Any, count: int) -> Any:
    """Give the hits with room for one more block."""
    if count + BLOCK <= hits[0].size:
        return hits
    size = 2 * hits[0].size
    query, entry = np.empty(size, np.int64), np.empty(size, np.int64)
    distance = np.empty(size, np.int16)
    query[:count] = hits[0][:count]
    entry[:count] = hits[1][:count]
    distance[:count] = hits[2][:count]
    return query, entry, distance


@jit
def root(parents: Any, item: int) -> int:
    """Find the smallest member of the stack of an item, shortening the way."""
    while parents[item] != item:
        parents[item] = parents[parents[item]]
        item = parents[item]
    return item


@jit
def unite(parents: Any, one: int, other: int) -> None:
    """Make one stack of two; its root is the smaller of both."""
    one, other = root(parents, one), root(parents, other)
    parents[max(one, other)] = min(one, other)


@jit
def noted(hits: Any, count: int, parents: Any, query: int, entry: int, far: int) -> int:
    """Note one hit, or unite its two ends where stacks are asked for."""
    if parents.size:
        unite(parents, query, entry)
        return count
    hits[0][count] = query
    hits[1][count] = entry
    hits[2][count] = far
    return count + 1


@kernel(WHOLE(types.int64, WHOLE, WHOLE))
def stacks_of(items: int, left: Any, right: Any) -> Any:
    """Label each item with the smallest item that it hangs together with."""
    parents = np.arange(items)
    for pair in range(left.size):
        unite(parents, left[pair], right[pair])
    for item in range(items):
        parents[item] = root(parents, item)
    return parents

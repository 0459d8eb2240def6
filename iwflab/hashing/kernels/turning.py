"""Stacks of pictures that may lie turned, and how far members are from an exemplar.

``words`` are rows of four 64-bit words: first every picture as it is stored, then all
of them in the second orientation, and so on.  Bands are those of the join: two hashes
within 31 of 256 bits have one 16-bit band in which at most one bit differs.
"""

from typing import Any

import numba
import numpy as np
from numba import types

from iwflab.hashing.kernels.compiling import kernel
from iwflab.hashing.kernels.hits import (
    HITS,
    WHOLE,
    empty_hits,
    jit,
    ones,
    roomy,
    unite,
)
from iwflab.hashing.kernels.join import BANDS, VALUES

CANDIDATES = 64  # members tried as exemplar
_MASK = numba.uint64(VALUES - 1)
_WORDS = types.Array(types.uint64, 2, "C", readonly=True)
_TOLD = types.Tuple((WHOLE, types.int16[::1], types.int8[::1]))


@jit
def far(words: Any, one: int, other: int) -> int:
    """Count the bits in which two rows differ."""
    half = ones(words[one, 0] ^ words[other, 0]) + ones(words[one, 1] ^ words[other, 1])
    return (
        half
        + ones(words[one, 2] ^ words[other, 2])
        + ones(words[one, 3] ^ words[other, 3])
    )


@jit
def put_in_order(words: Any, band: int, starts: Any, rows: Any, pairs: Any) -> None:
    """Group rows by a band's value, in their order, each with two of its words.

    The stored hashes are the first rows, so that they lead their group.
    """
    place, shift = band // 4, numba.uint64(16 * (band % 4))
    starts[:] = 0
    for row in range(len(words)):
        starts[((words[row, place] >> shift) & _MASK) + 2] += 1
    for value in range(VALUES):
        starts[value + 2] += starts[value + 1]
    # Words that the band is not of: those it is of are near already.
    one, other = (place + 1) % 4, (place + 2) % 4
    for row in range(len(words)):
        value = ((words[row, place] >> shift) & _MASK) + 1
        at = starts[value]
        starts[value] += 1
        rows[at] = row
        pairs[at, 0], pairs[at, 1] = words[row, one], words[row, other]


@jit
def looked_at(starts: Any, rows: Any, items: int) -> int:
    """Estimate how many pairs of a group and its neighbours would be looked at."""
    total = 0
    for value in range(VALUES):
        stored = 0
        for at in range(starts[value], starts[value + 1]):
            if rows[at] >= items:
                break
            stored += 1
        total += stored * (starts[value + 1] - starts[value])
    return 2 * total


@jit
def unite_near(told: Any, ordered: Any, parents: Any) -> None:
    """Unite what has at most one bit of a band's value between them, and is near."""
    words, items, radius = told
    starts, rows, pairs = ordered
    for value in range(VALUES):
        first, end = starts[value], starts[value]
        while end < starts[value + 1] and rows[end] < items:
            end += 1
        if first == end:
            continue
        for probe in range(17):
            near = value ^ (1 << (probe - 1)) if probe else value
            for at in range(starts[near], starts[near + 1]):
                x, y = pairs[at, 0], pairs[at, 1]
                for asked in range(first, end):
                    half = ones(pairs[asked, 0] ^ x) + ones(pairs[asked, 1] ^ y)
                    if half > radius:
                        continue
                    item, row = numba.int64(rows[asked]), numba.int64(rows[at])
                    if far(words, item, row) <= radius:
                        unite(parents, item, row % items)


@kernel(types.boolean(_WORDS, types.int64, types.uint64, types.int64, WHOLE))
def united(words: Any, items: int, radius: int, most: int, parents: Any) -> bool:
    """Unite pictures of which one, turned, is within the radius of the other.

    False, and nothing is said, where more than ``most`` pairs would be looked at.
    """
    starts, rows = np.empty(VALUES + 2, np.int64), np.empty(len(words), np.int32)
    pairs = np.empty((len(words), 2), np.uint64)
    for band in range(BANDS):
        put_in_order(words, band, starts, rows, pairs)
        most -= looked_at(starts, rows, items)
        if most < 0:
            return False
        unite_near((words, items, radius), (starts, rows, pairs), parents)
    return True


@jit
def nearest(words: Any, items: int, member: int, exemplar: int) -> Any:
    """Give the least distance of a member to an exemplar, and the orientation.

    The orientation is the one in which the member lies as the exemplar does: turned
    by 90 degrees where the exemplar, turned by 270, lies as the member.
    """
    least, way = far(words, member, exemplar), 0
    for turn in range(1, len(words) // items):
        # A turned hash is no exact image of the stored one: both are looked at.
        back = 4 - turn if turn in {1, 3} else turn
        told = far(words, turn * items + member, exemplar)
        other = far(words, back * items + exemplar, member)
        if min(told, other) < least:
            least, way = min(told, other), turn
    return least, way


@kernel(_TOLD(_WORDS, types.int64, WHOLE, WHOLE, WHOLE, types.uint64))
def led(
    words: Any, items: int, members: Any, starts: Any, eligible: Any, radius: int
) -> Any:
    """Give each stack's exemplar, and each member's distance and orientation to it.

    ``members`` stand stack by stack, those that should lead first; ``eligible`` says
    how many of a stack may.  The one with most of them within the radius leads.
    """
    leaders = np.empty(len(starts) - 1, np.int64)
    distances = np.empty(len(members), np.int16)
    ways = np.empty(len(members), np.int8)
    for stack in range(len(starts) - 1):
        first, end = starts[stack], starts[stack + 1]
        leader, most = members[first], -1
        for one in range(first, first + min(eligible[stack], CANDIDATES)):
            within = 0
            for other in range(first, first + eligible[stack]):
                told, _ = nearest(words, items, members[other], members[one])
                within += told <= radius
            if within > most:
                leader, most = members[one], within
        leaders[stack] = leader
        for at in range(first, end):
            distances[at], ways[at] = nearest(words, items, members[at], leader)
    return leaders, distances, ways


@kernel(
    types.Tuple((WHOLE, WHOLE, types.int64, HITS))(
        _WORDS, types.int64, WHOLE, types.int64, types.int64
    )
)
def tallied(words: Any, items: int, families: Any, limit: int, most: int) -> Any:
    """Count every pair by its distance: (across families, within, near, hits).

    ``hits`` are the first ``most`` pairs across families within ``limit``.
    """
    across, within = np.zeros(257, np.int64), np.zeros(257, np.int64)
    hits, count = empty_hits(), 0
    for one in range(items):
        for other in range(one + 1, items):
            told, _ = nearest(words, items, other, one)
            if families[one] == families[other]:
                within[told] += 1
                continue
            across[told] += 1
            if told <= limit and count < most:
                hits = roomy(hits, count)
                hits[0][count], hits[1][count] = one, other
                hits[2][count] = told
                count += 1
    return across, within, count, hits

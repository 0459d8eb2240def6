"""Near-duplicate stacks of pictures that may lie turned or mirrored.

    words = words_of([[value, *turned], ...])        # rows of the kernels
    labels = labelled(words, items, radius)          # each picture's stack
    stacks = gathered(labels, leads, radius, words)  # members, exemplar, distances

Two pictures belong together where either, in one of its orientations, is within the
radius of the other as it is stored; a stack is what hangs together by such pairs, so
that its ends may be farther apart than the radius.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from iwflab.domain.hashes import ORIENTATIONS
from iwflab.hashing.search import columns_of, stacks_within

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]
    Whole = NDArray[np.int64]

_BITS, _REACH = 256, 31  # kernels.join.REACH, known here without loading numba
_DENSE = 24  # a pair of the join costs so many of the scan


@dataclass(frozen=True, slots=True)
class Led:
    """A stack: its exemplar, and of each member distance (bits) and orientation.

    ``members`` are positions; ``orientations`` are the ways to lay a member down so
    that it lies as the exemplar does.
    """

    exemplar: int
    members: tuple[int, ...]
    distances: tuple[int, ...]
    orientations: tuple[str, ...]


def warm_up() -> None:
    """Load the kernels; where no cache holds them they are compiled, for seconds."""
    words = words_of([["0" * (_BITS // 4)]] * 2)
    labels = labelled(words, 2, 0)
    gathered(labels, words, 0, labels, labels)


def words_of(values: Sequence[Sequence[str]]) -> "Words":
    """Make rows for the kernels from hex: of each picture as stored, then turned.

    A picture whose hash has no turned values is looked at as it is stored only.
    """
    import numpy as np

    ways = len(ORIENTATIONS)
    laid = [
        one[way] if len(one) == ways else one[0]
        for way in range(ways)
        for one in values
    ]
    columns = columns_of(laid, _BITS)
    return np.ascontiguousarray(np.stack(columns, axis=1))


def labelled(words: "Words", items: int, radius: int) -> "Whole":
    """Give each of ``items`` pictures the first picture of its stack (int64)."""
    import numpy as np

    ways = len(words) // items if items else 0
    laid = [
        tuple(np.ascontiguousarray(words[way * items : (way + 1) * items].T))
        for way in range(ways)
    ]
    if not laid:
        return np.empty(0, np.int64)
    if radius > _REACH:
        return stacks_within(laid[0], radius, turned=laid[1:])
    return _joined(words, items, radius, laid)


def _joined(
    words: "Words", items: int, radius: int, laid: "Sequence[tuple[Words, ...]]"
) -> "Whole":
    import numpy as np

    from iwflab.hashing.kernels import turning
    from iwflab.hashing.stacks import components, distinct

    firsts, which = distinct(laid[0])
    if len(firsts) < items:
        rows = (np.arange(len(laid))[:, None] * items + firsts).ravel()
        words = np.ascontiguousarray(words[rows])
    few = len(firsts)
    parents = np.arange(few)
    most = few * len(words) // _DENSE + _DENSE
    if not turning.united(words, few, radius, most, parents):
        return stacks_within(laid[0], radius, turned=laid[1:])
    roots = components(few, np.arange(few), parents)
    labels: Whole = firsts[roots][which]
    return labels


def gathered(
    labels: "Whole", words: "Words", radius: int, rank: "Whole", leads: "Whole"
) -> list[Led]:
    """Give the stacks of two and more, each with the exemplar that leads it.

    ``leads`` (0 or 1) says which pictures may lead, ``rank`` (smallest first) which
    should; where none of a stack may, any does.  Of those (the first 64) the one that
    has most of them within the radius leads: one decision then reaches most.
    """
    import numpy as np

    from iwflab.hashing.kernels import turning

    if not len(labels):
        return []
    sizes = np.bincount(labels, minlength=len(labels))
    members = np.flatnonzero(sizes[labels] > 1)
    members = members[np.lexsort((rank[members], 1 - leads[members], labels[members]))]
    at = labels[members]
    starts = np.append(np.flatnonzero(np.diff(at, prepend=-1)), len(members))
    open_ = np.add.reduceat(leads[members], starts[:-1]) if len(members) else starts[:0]
    eligible = np.where(open_, open_, np.diff(starts)).astype(np.int64)
    leaders, distances, ways = turning.led(
        words, len(labels), members, starts.astype(np.int64), eligible, radius
    )
    told = (
        members.tolist(),
        distances.tolist(),
        [ORIENTATIONS[w] for w in ways.tolist()],
    )
    return [
        Led(leader, *(tuple(part[start:end]) for part in told))
        for leader, start, end in zip(
            leaders.tolist(), starts[:-1].tolist(), starts[1:].tolist(), strict=True
        )
    ]


def measured(
    exemplar: Sequence[str], members: Sequence[Sequence[str]]
) -> list[tuple[int, str]]:
    """Give the distance and orientation of each member to one exemplar."""
    import numpy as np

    from iwflab.hashing.kernels import turning

    if not members:
        return []
    count = len(members) + 1
    ends = np.array([0, count])
    every = np.arange(count)
    # The exemplar stands first and is the only one that may lead.
    _, distances, ways = turning.led(
        words_of([exemplar, *members]), count, every, ends, np.ones(1, np.int64), 0
    )
    found = zip(distances.tolist(), ways.tolist(), strict=True)
    return [(told, ORIENTATIONS[way]) for told, way in found][1:]

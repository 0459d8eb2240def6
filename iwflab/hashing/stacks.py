"""Which items hang together: by pairs, and by being equal."""

from typing import TYPE_CHECKING

from iwflab.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]


def components(items: int, left: "Whole", right: "Whole") -> "Whole":
    """Give each of ``items`` the smallest item that pairs connect it with (int64)."""
    import numpy as np

    from iwflab.hashing.kernels.hits import stacks_of

    ends = [np.ascontiguousarray(end, np.int64) for end in (left, right)]
    for end in ends:
        if end.size and not 0 <= int(end.min()) <= int(end.max()) < items:
            raise BadInput("a pair names what is not there", advice="check the pairs")
    labels: Whole = stacks_of(items, *ends)
    return labels


def distinct(columns: "tuple[NDArray[np.uint64], ...]") -> "tuple[Whole, Whole]":
    """Give where each distinct hash stands first, ascending, and which each one is."""
    import numpy as np

    count = len(columns[0])
    every = np.arange(count)
    order = np.argsort(columns[0], kind="stable")
    word = columns[0][order]
    again = np.zeros(count + 1, bool)
    again[1:count] = word[1:] == word[:-1]
    # Few hashes share their first 64 bits: only those are looked at as a whole.
    rows = np.sort(order[again[:count] | again[1:]])
    if not len(rows):
        return every, every
    order = rows[np.lexsort([column[rows] for column in columns])]
    alike = [column[order][1:] == column[order][:-1] for column in columns]
    new = np.ones(len(rows), bool)
    new[1:] = ~np.all(alike, axis=0)
    first = every.copy()
    # Equal hashes keep their order in the sort: the first of a run is the smallest.
    first[order] = order[new][np.cumsum(new) - 1]
    firsts = np.flatnonzero(first == every)
    place = np.zeros(count, np.int64)
    place[firsts] = np.arange(len(firsts))
    return firsts, place[first]

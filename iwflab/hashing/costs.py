"""Which way of searching is the cheaper one; it never changes the answer."""

from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Columns = tuple[NDArray[np.uint64], ...]

TILE, PIECE = 131_072, 2_500_000  # queries, entries put in order together
# Seconds in one band of the join.
_ENTRY, _QUERY, _RUN = 14e-9, 300e-9, 20e-9
_LOOKED = 1.7  # a pair in the band join, in pairs of the scan
_SAMPLE = 16_384  # hashes, at each of 16 places: how uneven the bands are
_TRIED = 31  # bits; any radius of the scan costs the same


def join_pays(q: "Columns", e: "Columns", *, pairs: bool) -> bool:
    """Tell whether the band join is cheaper for these queries and entries.

    ``pairs``: they are the same, and each pair counts once.  Skewed bands make it dear.
    """
    queries, entries = len(q[0]), len(e[0])
    pace = _pace()
    scan = queries * entries * pace * (0.5 if pairs else 1)
    tiles, pieces = -(-queries // TILE), -(-entries // PIECE)
    fixed = entries * tiles * _ENTRY + queries * _QUERY + pieces * tiles * 65_536 * _RUN
    if scan <= 16 * fixed:
        return False
    from iwflab.hashing.kernels import join

    one, other = _sampled(e), _sampled(q)
    looked = join.looked_at(join.tally(one), join.tally(other))
    share = looked / (len(one[0]) * len(other[0]))
    return bool(scan > 16 * fixed + share * queries * entries * _LOOKED * pace)


@cache
def _pace() -> float:
    """Measure what a pair costs in a scan here: five times less with AVX-512."""
    import numpy as np

    from iwflab.hashing.kernels import scan

    entries = (np.zeros(1 << 14, np.uint64),) * 4
    queries = (np.full(64, 2**64 - 1, np.uint64),) * 4
    none, spent = np.empty(0, np.int64), []
    for _ in range(5):
        start = perf_counter()
        scan.scan4(entries, queries, _TRIED, False, False, none, 1)
        spent.append(perf_counter() - start)
    return min(spent) / (len(entries[0]) * len(queries[0]))


def _sampled(columns: "Columns") -> "Columns":
    import numpy as np

    size = len(columns[0])
    if size <= 16 * _SAMPLE:
        return columns
    starts = np.linspace(0, size - _SAMPLE, 16).astype(int)
    return tuple(
        np.concatenate([column[start : start + _SAMPLE] for start in starts])
        for column in columns
    )

"""Exact search among hashes: all within a radius, none missed, none too many.

Hashes are *columns*: a tuple of one-dimensional uint64 arrays, one for each 64 bits,
the first bits first (:func:`columns_of` makes them from hex).  256-bit hashes have
four, 64-bit hashes one.  Columns may be memory-mapped and read-only.

    search(queries, entries, radius)     -> Hits(query, entry, distance)
    pairs_within(columns, radius)        -> Hits(left, right, distance), left < right
    components(n, left, right)           -> for each its stack: its smallest member
    stacks_within(columns, radius)       -> the same from the hashes, in bounded memory

Two ways lead to the same answer, and the cheaper one is taken.  The *scan* holds every
query against every hash.  The *band join* groups both by 16-bit bands while it runs; it
is exact up to 31 (kernels/join.py has the proof).  Nothing is kept that could go stale.

Beside the hashes themselves the scan needs room for its hits only, the band join about
120 MB.  Both hold no GIL.  Kernels are compiled on first use and kept in numba's cache.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from iwflab.errors import BadInput, TooManyHits
from iwflab.hashing.costs import PIECE, TILE, join_pays
from iwflab.hashing.stacks import components, distinct

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.uint64]
    Whole = NDArray[np.int64]

__all__ = [
    "Hits",
    "columns_of",
    "components",
    "pairs_within",
    "search",
    "stacks_within",
]

Method = Literal["auto", "scan", "join"]

WORD = 64  # bits of a column
MOST = 20_000_000  # hits; more are no answer that anybody could look at
# Up to here the first 128 bits alone rule out all but a few of the blocks: a block of
# 1,024 random hashes stays with 3e-6 at 31 and with 1.5% at 40.
_HALVED = 40
_JOINED = 31  # kernels.join.REACH, known here without loading numba


@dataclass(frozen=True, slots=True)
class Hits:
    """Pairs within the radius, in the order of query and entry.

    ``query`` and ``entry`` are positions (int64), ``distance`` counts bits (int16).
    """

    query: "Whole"
    entry: "Whole"
    distance: "NDArray[np.int16]"

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.query)


@dataclass(frozen=True, slots=True)
class _Question:
    queries: "tuple[Column, ...]"
    entries: "tuple[Column, ...]"
    radius: int
    pairs: bool  # the queries are the entries: each pair counts once
    most: int
    method: Method
    parents: "Whole | None" = None  # unite hits into stacks, and keep none


def columns_of(values: Sequence[str], bits: int) -> "tuple[Column, ...]":
    """Make columns from hex values of ``bits`` bits each; BadInput if one is none."""
    import numpy as np

    digits = bits // 4
    if any(len(value) != digits for value in values):
        raise BadInput(
            f"a value does not have {digits} hex digits",
            advice="compare values of one algorithm",
        )
    try:
        told = bytes.fromhex("".join(values))
    except ValueError as fault:
        raise BadInput("a value is not hex", advice="mend the value") from fault
    words = np.frombuffer(told, dtype=">u8").reshape(len(values), bits // WORD)
    return tuple(words[:, k].astype(np.uint64) for k in range(bits // WORD))


def search(
    queries: "Sequence[Column]",
    entries: "Sequence[Column]",
    radius: int,
    *,
    method: Method = "auto",
    most: int = MOST,
) -> Hits:
    """Find all entries within ``radius`` bits (inclusive) of each query.

    Raises BadInput where columns do not fit each other and where the band join is
    asked for beyond what it proves, TooManyHits past ``most`` hits.
    """
    asked, known = _checked(queries), _checked(entries)
    if len(asked) != len(known):
        raise BadInput(
            "hashes of different length cannot be compared",
            advice="compare values of one algorithm",
        )
    return _told(_Question(asked, known, radius, False, most, method))


def pairs_within(
    columns: "Sequence[Column]",
    radius: int,
    *,
    method: Method = "auto",
    most: int = MOST,
) -> Hits:
    """Find all pairs within ``radius`` bits of each other, each once, query < entry."""
    known = _checked(columns)
    return _told(_Question(known, known, radius, True, most, method))


def stacks_within(
    columns: "Sequence[Column]",
    radius: int,
    *,
    method: Method = "auto",
    turned: "Sequence[Sequence[Column]]" = (),
) -> "Whole":
    """Give each hash the smallest position that it hangs together with (int64).

    The same as :func:`components` of :func:`pairs_within`, but no pair is kept and
    equal hashes are looked at once: a thousand copies of one picture cost nothing.
    ``turned`` are columns of the same pictures in other orientations: two belong
    together where either of them, turned, is near the other as it is stored.  (Of
    equal hashes the first one's turned values are taken.)
    """
    import numpy as np

    known, *others = (_checked(each) for each in (columns, *turned))
    if {tuple(map(len, each)) for each in others} - {tuple(map(len, known))}:
        raise BadInput("turned hashes do not fit", advice="give one for each hash")
    firsts, which = distinct(known)
    if len(firsts) < len(known[0]):
        known = tuple(column[firsts] for column in known)
        others = [tuple(column[firsts] for column in each) for each in others]
    # A turned hash hangs on its picture from the start, and is never queried itself.
    parents = np.tile(np.arange(len(firsts)), 1 + len(others))
    every = tuple(map(np.concatenate, zip(known, *others, strict=True)))
    asked = _Question(known, every, radius, not others, MOST, method, parents)
    for _ in _found(asked):
        pass
    roots = components(len(firsts), np.arange(len(firsts)), parents[: len(firsts)])
    labels: Whole = firsts[roots][which]
    return labels


def _checked(columns: "Sequence[Column]") -> "tuple[Column, ...]":
    import numpy as np

    known = tuple(np.ascontiguousarray(column, np.uint64) for column in columns)
    if len(known) not in {1, 4} or len({column.shape for column in known}) > 1:
        raise BadInput(
            "these are no columns of hashes of 64 or 256 bits",
            advice="make them with columns_of",
        )
    return known


def _told(asked: _Question) -> Hits:
    import numpy as np

    found: list[tuple[Any, ...]] = []
    count = 0
    for part in _found(asked):
        found.append(part)
        count += len(part[0])
        if count > asked.most:
            raise TooManyHits(
                f"more than {asked.most:,} pairs are that near each other",
                advice="leave out values of low quality, or take a smaller radius",
            )
    kinds = (np.int64, np.int64, np.int16)
    query, entry, distance = (
        np.concatenate([np.empty(0, kind), *(part[k] for part in found)])
        for k, kind in enumerate(kinds)
    )
    order = np.lexsort((entry, query))
    return Hits(query[order], entry[order], distance[order])


def _found(asked: _Question) -> "Iterator[tuple[Any, ...]]":
    """Give hits part by part: (query, entry, distance), none where stacks unite."""
    import numpy as np

    if asked.radius < 0:
        raise BadInput("a radius is not negative", advice="0 finds equal hashes")
    joins = len(asked.entries) > 1 and asked.radius <= _JOINED
    if asked.method == "join" and not joins:
        raise BadInput(
            f"the band join is proven to {_JOINED} of 256 bits only",
            advice="take the method auto or scan",
        )
    parents = np.empty(0, np.int64) if asked.parents is None else asked.parents
    method = asked.method
    if method == "auto":
        method = (
            "join"
            if joins and join_pays(asked.queries, asked.entries, pairs=asked.pairs)
            else "scan"
        )
    for count, hits in (_joined if method == "join" else _scanned)(asked, parents):
        yield tuple(part[:count].copy() for part in hits)


def _scanned(asked: _Question, parents: "Whole") -> Iterator[Any]:
    from iwflab.hashing.kernels import scan

    q, e, radius = asked.queries, asked.entries, asked.radius
    if len(e) == 1:
        yield scan.scan1(e[0], q[0], radius, asked.pairs, parents, asked.most)
    else:
        whole = radius > _HALVED
        yield scan.scan4(e, q, radius, whole, asked.pairs, parents, asked.most)


def _joined(asked: _Question, parents: "Whole") -> Iterator[Any]:
    import numpy as np

    from iwflab.hashing.kernels import join

    q, e, radius = asked.queries, asked.entries, asked.radius
    queries, entries = len(q[0]), len(e[0])
    if not queries or not entries:
        return
    piece, tile = min(PIECE, entries), min(TILE, queries)
    room = join.room_for(piece + min(piece, join.VALUES) * (join.PAD - 1))
    near = join.room_for(join.PROBES * tile)
    values, places = np.empty(tile, np.int64), np.empty(tile, np.int64)
    for band in range(join.BANDS):
        for start in range(0, queries, tile):
            end = min(start + tile, queries)
            join.order(q, band, start, end, join.PROBES, 1, near)
            for low in range(0, entries, piece):
                join.order(e, band, low, min(low + piece, entries), 1, join.PAD, room)
                value = 0
                while value < join.VALUES:
                    much, value = join.sift(room, near, radius, value, values, places)
                    yield join.settled(
                        *(e, q, radius, asked.pairs, parents, asked.most),
                        *(band, low, start, room, near, (much, values, places)),
                    )

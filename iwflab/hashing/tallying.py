"""How far unrelated pictures are from each other: every pair, by its distance.

PDQ is held against PDQ in eight orientations, the nearest counts, as everywhere in the
lab; the other hashes are held as they are stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from iwflab.hashing import ALGORITHMS
from iwflab.hashing.search import WORD, columns_of
from iwflab.hashing.stacking import words_of

MOST = 100_000  # pairs that are named


@dataclass(frozen=True, slots=True)
class Tally:
    """Pairs by distance in bits (lists of bits + 1 counts), and the near ones named.

    ``near`` are pairs of positions with their distance, across families.
    """

    across: tuple[int, ...]
    within: tuple[int, ...]
    near: tuple[tuple[int, int, int], ...]


def tally(
    algorithm: str,
    values: Sequence[Sequence[str]],
    families: Sequence[int],
    *,
    limit: int,
) -> Tally:
    """Count all pairs of hashes: across families, and within.

    ``values`` are hex, of each picture as stored (PDQ: then turned).  Pairs within
    ``limit`` bits across families are named, 100,000 at most.
    """
    import numpy as np

    from iwflab.hashing.kernels import turning

    bits = ALGORITHMS[algorithm].bits
    if not values:
        return Tally((0,) * (bits + 1), (0,) * (bits + 1), ())
    if bits == WORD:
        words = np.zeros((len(values), 4), np.uint64)
        (words[:, 0],) = columns_of([one[0] for one in values], bits)
    else:
        words = words_of(values)
    named = np.asarray(families, np.int64)
    across, within, count, hits = turning.tallied(
        words, len(values), named, limit, MOST
    )
    near = zip(*(part[:count].tolist() for part in hits), strict=True)
    cut = slice(bits + 1)
    return Tally(tuple(across[cut].tolist()), tuple(within[cut].tolist()), tuple(near))

"""PhotoDNA values: carried, checked and compared, never computed here.

A value is 144 bytes, written as 288 hex digits or as base64 of 192 characters.  Source
of the form and of the comparison: IPED's PhotoDNA lookup, which takes the sum of the
squared differences of the bytes, at most 40,000 by default, and leaves out values of
which fewer than 70% of the neighbouring bytes differ (flat pictures).

A licensed library that computes them joins through the entry-point group
``iwflab.hashing`` with a HashAlgorithm of the name ``photodna`` (docs/matching.md).
"""

import base64
import binascii
from typing import TYPE_CHECKING

from iwflab.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.uint8]

NAME = "photodna"
SIZE = 144  # bytes
FARTHEST = 40_000  # sum of squared differences
LEAST_CHANGE = 0.7  # share of neighbouring bytes that differ
_BASE64, _HEX = 192, 288
_ROWS, _ASKED = 32_768, 512  # compared at once: 38 MB, and 134 MB of sums


def value_of(text: str) -> bytes:
    """Read a value from base64 or hex; BadInput if it is neither."""
    try:
        if len(text) == _BASE64:
            return base64.b64decode(text, validate=True)
        if len(text) == _HEX:
            return binascii.unhexlify(text)
    except (binascii.Error, ValueError):
        pass
    raise BadInput(
        "a PhotoDNA value is neither 288 hex digits nor 192 characters of base64",
        advice="ask the sender for values of 144 bytes",
    )


def lively(rows: "Rows") -> "NDArray[np.bool_]":
    """Tell which values (n, 144) are of pictures that are not flat."""
    import numpy as np

    share: NDArray[np.bool_] = (rows[:, 1:] != rows[:, :-1]).mean(1) >= LEAST_CHANGE
    return share


def near(queries: "Rows", entries: "Rows") -> "tuple[NDArray[np.int64], ...]":
    """Find all pairs within 40,000: query, entry, sum of squared differences.

    Exact: no sum exceeds 2 * 144 * 255 ** 2, a whole number that float64 holds
    (float32 does not), so that a distance of 0 means equal bytes.
    """
    import numpy as np

    empty = np.empty(0, np.int64)
    found = [(empty, empty, empty)]
    for low in range(0, len(entries) if len(queries) else 0, _ROWS):
        known = entries[low : low + _ROWS].astype(np.float64)
        length = (known * known).sum(1)
        for first in range(0, len(queries), _ASKED):
            asked = queries[first : first + _ASKED].astype(np.float64)
            own = (asked * asked).sum(1)
            apart = own[:, None] + length - 2 * (asked @ known.T)
            query, entry = np.nonzero(apart <= FARTHEST)
            far = apart[query, entry].astype(np.int64)
            found.append((query + first, entry + low, far))
    query, entry, far = (np.concatenate(part) for part in zip(*found, strict=True))
    return query, entry, far

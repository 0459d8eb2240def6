"""Files are hashed without a lab: the same reading, sandbox and algorithms."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple

from iwflab.domain.hashes import FrameHashes
from iwflab.domain.media import display_name, display_text
from iwflab.errors import BadInput, Unreadable
from iwflab.hashing import ALGORITHMS
from iwflab.media.pool import DecodePool
from iwflab.media.reading import Found, read_once, walk
from iwflab.workflow import EXAMINE


def hash_files(paths: Sequence[str], algorithms: Sequence[str] = ()) -> Iterator[str]:
    """Give one JSON line a file: digests, decoder state, perceptual hashes, or why not.

    ``algorithms`` are computed besides those that always are; BadInput for others.
    """
    unknown = [name for name in algorithms if name not in tuple(ALGORITHMS)]
    if unknown:
        raise BadInput(
            f"no algorithm is called {', '.join(map(display_text, unknown))}",
            advice=f"there are: {', '.join(sorted(ALGORITHMS))}",
        )
    with DecodePool(EXAMINE) as pool:
        for path in paths:
            for found in walk(os.fsencode(path)):
                yield json.dumps(_one(pool, found, algorithms), sort_keys=True)


def _one(
    pool: DecodePool, found: Found, algorithms: Sequence[str]
) -> dict[str, object]:
    name = {"file": display_name(found.path)}
    if found.refused:
        return {**name, "refused": found.refused}
    try:
        sealed = read_once(found.path)
    except Unreadable as fault:
        return {**name, "refused": fault.message}
    with sealed:
        examined = pool.examine(sealed, algorithms, previews=False)
        return {
            **name,
            **asdict(sealed.digests),
            "state": str(examined.state),
            "reason": examined.reason,
            "hashes": [asdict(value) for value in examined.hashes],
            **_moving(examined.frame_hashes),
        }


def _moving(found: FrameHashes | None) -> dict[str, object]:
    if found is None:
        return {}
    rows = [astuple(one) for one in found.frames]
    return {"frame_hashes": {**asdict(found), "frames": rows}}

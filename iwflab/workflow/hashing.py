"""Files are hashed without a lab: the same reading, decoding and algorithms.

By default in the sandboxed workers.  Files that are trusted by name are decoded in
threads of this process, which let go of the interpreter lock; whatever does not decode
at once, cleanly, goes to a worker all the same.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, astuple
from functools import partial
from importlib import import_module

from iwflab.domain.hashes import FrameHashes, HashValue
from iwflab.domain.media import DecoderState, Examined, display_name, display_text
from iwflab.errors import BadInput, Unreadable
from iwflab.hashing import ALGORITHMS
from iwflab.media.containers import container
from iwflab.media.decoding import prepare
from iwflab.media.pool import DecodePool
from iwflab.media.reading import Found, Sealed, read_once, walk
from iwflab.workflow import EXAMINE, comparable

AHEAD = 4  # files under way for each worker: enough that none waits for another
COLUMNS = (
    *("file", "refused", "size", "md5", "sha1", "sha256", "state", "reason"),
    *("pdq", "pdq_quality", "pdq_512nn", "ahash", "dhash", "phash"),
)

Examine = Callable[[Sealed], Examined]


def hash_files(
    paths: Iterable[str | bytes],
    algorithms: Sequence[str] = (),
    *,
    workers: int | None = None,
    trusted: bool = False,
) -> Iterator[dict[str, object]]:
    """Give one record a file, in order: digests, state, perceptual hashes, or why not.

    ``paths`` are files and folders (recursive), read as they are needed.
    ``algorithms`` are computed besides those that always are; BadInput for others.
    ``trusted`` files are decoded in this process, by as many threads as ``workers``.
    """
    asked = _known(algorithms)
    number = workers or os.cpu_count() or 1
    with DecodePool(EXAMINE, workers=number, check=comparable) as pool:
        walled: Examine = partial(pool.examine, algorithms=asked, previews=False)
        examine = _here_first(asked, walled) if trusted else walled
        with ThreadPoolExecutor(number, "hash") as threads:
            waiting: deque[Future[dict[str, object]]] = deque()
            try:
                for path in paths:
                    for found in walk(os.fsencode(path)):
                        waiting.append(threads.submit(_one, found, examine))
                        if len(waiting) >= AHEAD * number:
                            yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()


def flat(record: dict[str, object]) -> dict[str, object]:
    """Give a record as one row of :data:`COLUMNS`, for a table."""
    row = {name: record.get(name, "") for name in COLUMNS}
    hashes = record.get("hashes", [])
    for value in hashes if isinstance(hashes, list) else []:
        name = value["algorithm"]
        place = f"{name}_{value['variant']}" if value["variant"] == "512nn" else name
        row[place] = value["value"]
        if place == "pdq":
            row["pdq_quality"] = value["quality"]
    return row


def values_in(record: Mapping[str, object]) -> list[HashValue]:
    """Give the digests and hashes of a record, as they are held against lists."""
    digests = [
        HashValue(name, str(record[name]), "hashlib", "")
        for name in ("md5", "sha1", "sha256")
        if name in record
    ]
    hashes = record.get("hashes", [])
    rows = hashes if isinstance(hashes, list) else []
    return digests + [HashValue(**row) for row in rows]


def frames_in(record: Mapping[str, object]) -> list[HashValue]:
    """Give the frame hashes of a record, as they are held against lists."""
    moving = record.get("frame_hashes")
    if not isinstance(moving, dict):
        return []
    told = {name: moving[name] for name in ("algorithm", "library", "version")}
    return [
        HashValue(value=value, variant="full", quality=quality, **told)
        for _, _, quality, value in moving["frames"]
    ]


def _known(algorithms: Sequence[str]) -> tuple[str, ...]:
    unknown = [name for name in algorithms if name not in tuple(ALGORITHMS)]
    if unknown:
        raise BadInput(
            f"no algorithm is called {', '.join(map(display_text, unknown))}",
            advice=f"there are: {', '.join(sorted(ALGORITHMS))}",
        )
    return tuple(algorithms)


def _here_first(asked: Sequence[str], walled: Examine) -> Examine:
    # Named, not imported: steps of the way do not know each other.
    module, _, function = EXAMINE.partition(":")
    examine = getattr(import_module(module), function)
    prepare()

    def tried(sealed: Sealed) -> Examined:
        # A second, tolerant try changes a switch that all threads of Pillow share, and
        # videos need libraries of their own: both are left to a worker.
        if container(sealed.view()) is not None:
            return walled(sealed)
        # Whatever goes wrong here, want of memory too, costs this file its short way.
        try:
            found: Examined = examine(
                sealed.view(), asked, with_previews=False, tolerant=False
            )
        except Exception:  # noqa: BLE001 - decoders raise all kinds
            return walled(sealed)
        return found if found.state is DecoderState.COMPLETE else walled(sealed)

    return tried


def _one(found: Found, examine: Examine) -> dict[str, object]:
    name = {"file": display_name(found.path)}
    if found.refused:
        return {**name, "refused": found.refused}
    try:
        sealed = read_once(found.path)
    except Unreadable as fault:
        return {**name, "refused": fault.message}
    with sealed:
        examined = examine(sealed)
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

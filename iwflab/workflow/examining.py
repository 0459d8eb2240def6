"""It is examined again: after trouble, or with a newer decoder; the newest stands."""

import json
from collections.abc import Callable, Sequence

from iwflab.store.entering import enter_examination
from iwflab.store.reading import overview, some_media, whole_ids
from iwflab.workflow import Bench


def lacking(bench: Bench, variant: str) -> list[str]:
    """Name the media with previews of which this one is not: made before it was."""
    rows = overview(bench.store, "previews <> '{}'")
    return [row["medium"] for row in rows if variant not in json.loads(row["previews"])]


def examine_again(
    bench: Bench,
    media: Sequence[str],
    *,
    analyst: str,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Decode and hash media anew from their evidence; count them.

    What was found before stays in the trail.  Raises
    :class:`~iwflab.errors.Tampered` where the bytes are not what they were.
    """
    rows = some_media(bench.store, whole_ids(bench.store, media))
    for number, row in enumerate(rows, start=1):
        with bench.evidence.open(row["sha256"]) as sealed:
            found = bench.pool.examine(sealed)
        for variant, picture in found.previews.items():
            bench.previews.keep(row["sha256"], variant, picture)
        with bench.store.act("examine again", row["medium"], analyst=analyst) as act:
            enter_examination(act, row["medium"], found)
        if progress:
            progress(number, len(rows))
    return len(rows)

"""A hit is explained: who knows it, by which entry, and in which bits they differ."""

from collections.abc import Sequence
from typing import Any

from iwflab.domain.hashes import ORIENTATIONS, HashValue
from iwflab.errors import NotFound
from iwflab.hashing.asking import INVERTED
from iwflab.store import Store
from iwflab.store.answered import Answered, answers_of
from iwflab.store.known import (
    NOT_SAME,
    OPEN,
    SAME,
    frames_of,
    one_hit,
    signed_codes,
    standing_hits,
    values_of,
)
from iwflab.store.reading import some_media, stored_frame_hashes, waiting_media

FRAME = "frame"  # the variant of a hit that one frame of a video made
_TOLD = (
    *("medium", "sha256", "stage", "copies", "size", "state", "format"),
    *("width", "height", "frames"),
)


def hit_rows(
    store: Store, media: Sequence[str] | None = None, *, most: int | None = None
) -> dict[str, Any]:
    """Give the hits that stand, with the file name and the stage of their media.

    ``rows``: first what waits for an answer, then what settles nothing, then what
    settles, the surest first; of these the first ``most`` of each kind.  ``waiting``
    and ``settled`` count media, whatever was cut; what a person graded is neither.
    """
    hits = standing_hits(store, media)
    hit = {row["medium"] for row in hits}
    graded = hit - set(waiting_media(store, list(hit)))
    found = sorted(hits, key=lambda row: _rank(row, graded))
    parts = [[row for row in found if row["settles"] == one] for one in (0, 1)]
    kept = [row for part in parts for row in part[:most]]
    named = list(dict.fromkeys(row["medium"] for row in kept))
    known = {row["medium"]: facts(row) for row in some_media(store, named)}
    more = ("name", "sha256", "stage", "copies")
    answers = answers_of(store, [row["hit"] for row in kept])
    rows = [
        {**row, **{name: known[row["medium"]][name] for name in more}}
        | _said(answers[row["hit"]])
        for row in kept
    ]
    settled = {row["medium"] for row in parts[1]} - graded
    waiting = {row["medium"] for row in parts[0] if _waits(row)} - settled - graded
    return {"rows": rows, "waiting": len(waiting), "settled": len(settled)}


def _said(stands: Answered) -> dict[str, Any]:
    """Give which answer a page shows; one that was taken back is nobody's."""
    by = "" if stands.verdict == OPEN else stands.analyst
    return {"answered": stands.entry, "answered_by": by}


def _waits(row: dict[str, Any]) -> bool:
    return row["tier"] == "candidate" and row["answer"] not in {SAME, NOT_SAME}


def _rank(row: dict[str, Any], graded: set[str]) -> tuple[bool, bool, bool, int]:
    done = row["medium"] in graded
    return done, not _waits(row), bool(row["settles"]), row["distance"]


def facts(row: dict[str, Any]) -> dict[str, Any]:
    """Give what may be told of a medium: the name of its file, not its folders."""
    return {
        **{name: row[name] for name in _TOLD},
        "name": (row["name"] or "").rsplit("/", 1)[-1],
        "shielded": "shielded" in (row["previews"] or ""),
    }


def explained(store: Store, hit: str) -> dict[str, Any]:
    """Give a hit that stands with both values, the bits that differ, both media.

    ``ours`` and ``differing`` are hex, of the orientation that was compared; empty
    where the algorithm is no matter of bits, or the medium was hashed anew since.
    """
    found = one_hit(store, hit)
    if found is None:
        raise NotFound("this hit does not stand", advice="look again: reload the list")
    named = [found["medium"], *([found["twin"]] if found["twin"] else [])]
    media = {row["medium"]: facts(row) for row in some_media(store, named)}
    ours = _ours(store, found)
    differing = (
        f"{int(ours, 16) ^ int(found['value'], 16):0{len(ours)}x}"
        if ours and len(ours) == len(found["value"])
        else ""
    )
    signed = signed_codes(store).get(found["twin"], {}) if found["twin"] else {}
    return {
        **found,
        "ours": ours,
        "differing": differing,
        "medium": media[found["medium"]],
        "twin": media.get(found["twin"]),
        "twin_grades": {
            scheme: grade["code"] for scheme, grade in signed.get("grades", {}).items()
        },
    }


def _ours(store: Store, hit: dict[str, Any]) -> str:
    """Give our value in the orientation that was compared; the nearest of frames."""
    medium = hit["medium"]
    if hit["variant"] == FRAME:
        values = frames_of(store, [medium]).get(medium, [])
    else:
        values = [
            one
            for one in values_of(store, [medium])[medium]
            if (one.algorithm, one.variant) == (hit["algorithm"], hit["variant"])
        ]
    turned = [_turned(one, hit["orientation"]) for one in values]
    same = [value for value in turned if len(value) == len(hit["value"])]
    theirs = int(hit["value"] or "0", 16)
    return min(
        same, key=lambda value: (int(value, 16) ^ theirs).bit_count(), default=""
    )


def _turned(one: HashValue, orientation: str) -> str:
    turn, _, inverted = orientation.partition(", ")
    plain = turn in {"", INVERTED}
    at = 0 if plain else ORIENTATIONS.index(turn) if turn in ORIENTATIONS else -1
    values = (one.value, *one.turned)
    if not 0 <= at < len(values):
        return ""
    value = values[at]
    if INVERTED in {turn, inverted}:
        bits = 4 * len(value)
        return f"{int(value, 16) ^ ((1 << bits) - 1):0{len(value)}x}"
    return value


def hashes_of(store: Store, medium: str) -> dict[str, Any]:
    """Give the newest hashes of one medium, and how many of its frames were hashed."""
    names = ("algorithm", "variant", "value", "quality", "library", "version")
    values = values_of(store, [medium])[medium]
    moving = stored_frame_hashes(store, medium)[-1:]
    return {
        "hashes": [{name: getattr(one, name) for name in names} for one in values],
        "frames": sum(len(one.frames) for one in moving),
    }

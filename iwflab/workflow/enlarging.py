"""More of it is made to be seen, on demand: a larger preview, a clip.

It is kept beside the other previews, its digest on record, and delivered as they are.
"""

import json
from hashlib import sha256
from typing import Any

from iwflab.domain.media import Examined
from iwflab.errors import BadInput, DecodeError
from iwflab.store.reading import one_medium
from iwflab.workflow import Bench

LARGE, CLIP = "large", "clip"
_COPIED = (
    *("state", "reason", "format", "mode", "width", "height", "frames"),
    *("decoder", "stopped"),
)


def ready(bench: Bench, medium: str, variant: str) -> dict[str, Any] | None:
    """Tell about a rendition that is there; None if it is still to be made."""
    if variant not in {LARGE, CLIP}:
        raise BadInput(f"{variant!r} is not made", advice="ask for large or clip")
    row = one_medium(bench.store, medium)
    if variant not in json.loads(row["previews"] or "{}"):
        return None
    told = (
        json.loads(row["metadata"] or "{}").get("clip", {}) if variant == CLIP else {}
    )
    named = {"rate": 0, "note": "", "times": []}
    return {name: told.get(name, empty) for name, empty in named.items()}


def make(bench: Bench, medium: str, variant: str, *, analyst: str) -> None:
    """Make a rendition in the sandboxed worker, keep it, enter its digest.

    DecodeError where it cannot be made.  The examination is entered once more, with
    one preview more: the newest stands.
    """
    if ready(bench, medium, variant) is not None or bench.renditions is None:
        return
    row = one_medium(bench.store, medium)
    with bench.evidence.open(row["sha256"]) as sealed:
        found = bench.renditions.examine(sealed, (variant,))
    made = _joined(found, variant)
    if not made:
        raise DecodeError(
            f"it cannot be made: {found.reason or 'nothing came of it'}",
            advice="go on with the preview that is there",
        )
    with bench.store.act("enlarge", medium, analyst=analyst) as act:
        newest = one_medium(bench.store, medium)
        previews = json.loads(newest["previews"] or "{}")
        if variant in previews:  # another process was quicker: its digest stands
            return
        bench.previews.keep(row["sha256"], variant, made)
        metadata = json.loads(newest["metadata"] or "{}")
        if variant == CLIP:
            metadata["clip"] = _clip_told(found)
        act.insert(
            "examination",
            medium=newest["medium"],
            **{name: newest[name] for name in _COPIED},
            metadata=json.dumps(metadata),
            previews=json.dumps({**previews, variant: sha256(made).hexdigest()}),
        )


def _joined(found: Examined, variant: str) -> bytes:
    if variant != CLIP:
        return found.previews.get(variant, b"")
    names = sorted(name for name in found.previews if name.startswith(f"{CLIP}_"))
    return b"".join(found.previews[name] for name in names)


def _clip_told(found: Examined) -> dict[str, Any]:
    rate, last = (found.metadata.get(name, 0) for name in ("rate", "last_ms"))
    seconds = last / 1000 if isinstance(last, int | float) else 0
    note = (
        f"The clip ends after {seconds:.1f} s: {found.reason}." if found.reason else ""
    )
    parts = found.metadata.get("times", [])
    times = [t for part in parts for t in part] if isinstance(parts, list) else []
    return {"rate": rate, "note": note, "times": times}

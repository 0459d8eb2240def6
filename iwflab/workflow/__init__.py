"""The way of a medium, one file a step; no step imports another.

    intake      it arrives, is verified, hashed, entered
    queue       it waits for a grader who may have it
    viewing     its previews are delivered, revealed, shown - and that is recorded
    grading     elements, children and tags are recorded; grades are derived
    quality     a second person signs it off
    release     signed off, it leaves as a hash list with a manifest
    reporting   it is counted

``examination`` is what the sandboxed worker runs, ``rendition`` what it runs when more
is to be seen.  Steps meet only in the store.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from iwflab.domain.media import Examined, without_malformed

# The sandboxed worker imports this package on its way to ``examination``; it must
# not load a database to do so.
if TYPE_CHECKING:
    from iwflab.media.evidence import EvidenceStore
    from iwflab.media.pool import DecodePool
    from iwflab.media.previews import PreviewStore
    from iwflab.store import Store

EXAMINE = "iwflab.workflow.examination:examine"  # named, not imported: it runs apart
RENDER = "iwflab.workflow.rendition:render"


@dataclass(frozen=True, slots=True)
class Bench:
    """What the steps that touch bytes work with."""

    store: "Store"
    evidence: "EvidenceStore"
    previews: "PreviewStore"
    pool: "DecodePool"
    workers: int = 2
    # Makes what is asked for at the desk; starts nothing before it is.
    renditions: "DecodePool | None" = None


def comparable(examined: Examined) -> Examined:
    """Give what a worker said with those hashes only that can be compared."""
    from iwflab.hashing import ALGORITHMS

    bits = {
        one.algorithm or one.name: one.bits
        for one in ALGORITHMS.values()
        if one.of == "pixels"
    }
    return without_malformed(examined, bits)

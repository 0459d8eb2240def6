"""The smallest task of a worker: nothing is decoded, only the walls are measured."""

from collections.abc import Sequence

from iwflab.domain.media import DecoderState, Examined


def examine(view: memoryview, algorithms: Sequence[str] = ()) -> Examined:
    """Say how many bytes came."""
    reason = f"{len(view)} bytes, {len(algorithms)} algorithms"
    return Examined(DecoderState.REFUSED, reason)

"""What a worker makes when more is to be seen: a larger preview, a clip to play.

This runs behind the walls, as the examination does, and like it is put together here.
"""

from collections.abc import Sequence
from itertools import chain

from iwflab.domain.media import DecoderState, Examined
from iwflab.media.animations import is_animated, unroll
from iwflab.media.clip_samples import clips
from iwflab.media.containers import container
from iwflab.media.decoding import open_picture, prepare
from iwflab.media.demuxing import prepare_video
from iwflab.media.playable import Playable, bounded, playable
from iwflab.media.rendering import large
from iwflab.media.samples import samples
from iwflab.media.video import Film, play
from iwflab.media.wire import BLOB_LIMIT

LARGE, CLIP = "large", "clip"


def warm_up() -> None:
    """Import, decode and encode everything once: afterwards nothing can be opened."""
    prepare()
    prepare_video()
    for sample in (*samples(), *clips()):
        render(memoryview(sample), (LARGE,))
        render(memoryview(sample), (CLIP,))


def render(
    view: memoryview, algorithms: Sequence[str] = (), *, with_previews: bool = True
) -> Examined:
    """Make what is named first; without any ``previews`` it cannot be made.

    A clip comes in pieces, ``clip_0`` first.
    """
    wanted = algorithms[0] if algorithms and with_previews else ""
    if wanted == LARGE:
        return _large(view)
    if wanted == CLIP:
        return _clip(view)
    return Examined(DecoderState.REFUSED, f"nothing of this kind is made: {wanted}")


def _large(view: memoryview) -> Examined:
    decoded = None if container(view) is not None else open_picture(view)
    if decoded is None or decoded.picture is None:
        return Examined(DecoderState.REFUSED, "no picture could be decoded")
    made = {LARGE: large(decoded.picture, decoded.rgb)}
    return Examined(decoded.state, decoded.reason, previews=made)


def _clip(view: memoryview) -> Examined:
    kind = container(view)
    if kind is not None:
        film = Film(kind)
        moments = play(view, kind, film)
        first = next(moments, None)
        if first is None:
            return Examined(DecoderState.REFUSED, "no frame could be decoded")
        size = bounded(film.width, film.height)
        made = playable(chain([first], moments), size, film.turn)
        moments.close()
        return _told(made, film.capped)
    decoded = open_picture(view)
    if not is_animated(decoded):
        return Examined(DecoderState.REFUSED, "it does not move")
    size = bounded(decoded.width, decoded.height)
    return _told(playable(unroll(decoded), size, 0), "")


def _told(made: Playable, capped: str) -> Examined:
    if not made.frames:
        return Examined(DecoderState.REFUSED, "no frame could be decoded")
    pieces = {
        f"{CLIP}_{number}": made.webm[at : at + BLOB_LIMIT]
        for number, at in enumerate(range(0, len(made.webm), BLOB_LIMIT))
    }
    uneven = made.uneven
    told = {
        "rate": made.rate,
        "last_ms": made.last_ms,
        # In parts: what a worker says is taken in lists of a thousand.
        "times": [uneven[at : at + 1000] for at in range(0, len(uneven), 1000)],
    }
    why = made.stopped or capped
    return Examined(
        DecoderState.TRUNCATED if why else DecoderState.COMPLETE,
        why,
        width=made.width,
        height=made.height,
        frames=made.frames,
        metadata=told,
        previews=pieces,
    )

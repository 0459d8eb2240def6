"""What a worker does with one medium: decode it, describe it, hash it, preview it.

This runs behind the walls.  It is put together here because neither the decoding nor
the hashing may know the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from iwflab.domain.hashes import FrameHashes, HashAlgorithm, HashValue
from iwflab.domain.media import Examined, display_text
from iwflab.domain.version import VERSION
from iwflab.errors import LabError
from iwflab.hashing import ALGORITHMS
from iwflab.hashing.frames import hash_luma, hash_rgb
from iwflab.hashing.pixels import Pixels, pixels_of
from iwflab.media.animations import is_animated, stop_at, unroll
from iwflab.media.clip_samples import clips
from iwflab.media.clips import VARIANT, Hashing, Watched, watch
from iwflab.media.containers import Container, container
from iwflab.media.decoding import Decoded, open_picture, prepare
from iwflab.media.demuxing import prepare_video
from iwflab.media.describing import describe
from iwflab.media.rendering import previews
from iwflab.media.samples import samples
from iwflab.media.sheet import draw_sheet
from iwflab.media.video import Film, play

TASK = f"{__name__}:examine"
FRAME_HASHING = Hashing(rgb=hash_rgb, luma=hash_luma)
_decoder: list[str] = []
_video_decoder: list[str] = []


def warm_up() -> None:
    """Import, decode and compute everything once: afterwards nothing can be opened.

    A format whose sample does not decode, or an algorithm that cannot be computed,
    stays out; ``examine`` says so for each medium that would need it.
    """
    _decoder[:] = [prepare()]
    _video_decoder[:] = [prepare_video()]
    everything = tuple(ALGORITHMS)
    for number, sample in enumerate((*samples(), *clips())):
        # One picture is enough for what is computed on request; some take long.
        examine(memoryview(sample), () if number else everything)


def examine(
    view: memoryview,
    algorithms: Sequence[str] = (),
    *,
    with_previews: bool = True,
    tolerant: bool = True,
) -> Examined:
    """Examine one medium: state, metadata, hashes of the stored pixels, previews.

    ``algorithms`` are computed over those that are computed for every medium; those
    that eat bytes are left to whoever read the bytes.  A video has no hash of its own
    but those of its frames; an animated picture has both.  Previews are most of the
    work: whoever only hashes does without.  Without ``tolerant`` what is damaged gets
    no second try.
    """
    kind = container(view)
    if kind is not None:
        return _examine_video(view, kind, with_previews=with_previews)
    decoded = open_picture(view, tolerant=tolerant)
    found = Examined(decoded.state)
    if decoded.picture is not None:
        found = _examine_picture(decoded, view, algorithms, with_previews=with_previews)
    return replace(
        found,
        state=decoded.state,
        reason=decoded.reason,
        format=decoded.format,
        width=decoded.width,
        height=decoded.height,
        frames=decoded.frames,
        metadata=decoded.metadata,
        decoder=_decoder[0] if _decoder else "",
    )


def _examine_picture(
    decoded: Decoded,
    view: memoryview,
    algorithms: Sequence[str],
    *,
    with_previews: bool,
) -> Examined:
    """Give what is made of the pixels; the rest goes into ``decoded``."""
    picture, metadata = decoded.picture, decoded.metadata
    if picture is None:
        return Examined(decoded.state)
    mode = picture.mode
    metadata |= describe(picture, view)
    metadata["animated"] = decoded.frames > 1 and decoded.format != "TIFF"
    missing: dict[str, str] = {}
    hashes = tuple(_hashes(decoded, algorithms, missing))
    if missing:
        metadata["hashes_missing"] = missing
    shown = previews(picture, decoded.rgb) if with_previews else {}
    moving: FrameHashes | None = None
    if is_animated(decoded):
        seen = watch(unroll(decoded), _untimed, FRAME_HASHING, sheet=with_previews)
        moving = _of_record(seen, "composed frame to RGB by Pillow, alpha dropped")
        metadata |= _told(seen)
        if seen.stopped:
            stop_at(decoded, seen.stopped)
        if len(seen.tiles) > 1:
            shown = previews(draw_sheet(seen.tiles))
    return Examined(
        decoded.state, mode=mode, hashes=hashes, previews=shown, frame_hashes=moving
    )


def _examine_video(
    view: memoryview, kind: Container, *, with_previews: bool
) -> Examined:
    film = Film(kind)
    moments = play(view, kind, film)
    seen = watch(moments, lambda: film.rate, FRAME_HASHING, sheet=with_previews)
    moments.close()
    if seen.stopped:
        film.stop(seen.stopped, seen=bool(seen.records))
    metadata = film.metadata
    shown: dict[str, bytes] = {}
    if film.decoded:
        metadata |= _told(seen) | {"rotation": film.turn}
    if seen.tiles:
        shown = previews(draw_sheet(seen.tiles, turn=film.turn))
    return Examined(
        film.state,
        "; ".join(film.reasons),
        format=kind.name,
        mode=film.mode,
        width=film.width,
        height=film.height,
        frames=film.decoded,
        metadata=metadata,
        previews=shown,
        decoder=_video_decoder[0] if _video_decoder else "",
        frame_hashes=_of_record(seen, "decoded frame to RGB by swscale, not turned"),
    )


def _untimed() -> float:
    return 0.0  # animated pictures have no rate, only times


def _told(seen: Watched) -> dict[str, object]:
    told: dict[str, object] = {"last_frame_us": seen.last_us}
    if seen.tiles:
        tiles = [[tile.number, tile.microseconds, tile.quality] for tile in seen.tiles]
        told |= {"sheet": tiles, "shots": seen.shots}
    return told


def _of_record(seen: Watched, conversion: str) -> FrameHashes | None:
    if not seen.records:
        return None
    records = tuple(seen.records)
    return FrameHashes("pdq", VARIANT, records, "iwflab", VERSION, conversion)


def _hashes(
    decoded: Decoded, asked: Sequence[str], missing: dict[str, str]
) -> Iterator[HashValue]:
    pixels: Pixels | None = None
    for algorithm in _wanted(asked):
        try:
            pixels = pixels or _pixels(decoded)
            value = algorithm.compute(pixels)
        except MemoryError:
            missing[algorithm.name] = "it needs more memory than a worker may have"
        except Exception as error:  # noqa: BLE001 - a plug-in must not cost a medium
            what = error.message if isinstance(error, LabError) else str(error)
            missing[algorithm.name] = display_text(what, limit=300)
        else:
            yield _marked(value, decoded)


def _pixels(decoded: Decoded) -> Pixels:
    """Give the pixels once for all hashes: one pass makes what most of them need."""
    if decoded.rgb is None or decoded.picture is None:
        return pixels_of(decoded.picture)
    mode = decoded.picture.mode
    note = "RGB" if mode == "RGB" else f"{mode} to RGB"
    return Pixels(decoded.rgb, f"stored pixels, {note}")


def _wanted(asked: Sequence[str]) -> Iterator[HashAlgorithm]:
    for name, algorithm in ALGORITHMS.items():
        if algorithm.of == "pixels" and (algorithm.by_default or name in asked):
            yield algorithm


def _marked(value: HashValue, decoded: Decoded) -> HashValue:
    notes = [value.conversion]
    if decoded.format == "HEIF":  # unlike EXIF's turn, it is part of decoding
        notes.append("turned, mirrored and cropped as the HEIF says (libheif)")
    if decoded.frames > 1:
        notes.append(f"first of {decoded.frames} frames")
    if decoded.partial:
        notes.append("partly decoded")
    return replace(value, conversion=", ".join(filter(None, notes)))

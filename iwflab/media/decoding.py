"""Decoding, inside the worker only: an allow-list of formats, caps, honest states.

Nothing here is called in the parent.  Decoders raise whatever they like, so every
exception becomes a state with its reason; the medium stays in the set in each case.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iwflab.domain.media import DecoderState, display_text
from iwflab.media.endings import Ending, ending, gif_frames, trailing
from iwflab.media.jpegs import pixels_of_jpeg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

# Pillow knows over 40 formats; these nine are what cameras, phones and the web make.
# EPS starts another program, and most of the rest are rarely fuzzed.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "HEIF", "AVIF", "JPEG2000")

BYTES = 512 << 20  # of a medium that is decoded; larger ones are kept and hashed
PIXELS = 120_000_000  # one frame; fits the memory of a worker in every format
SIDE = 65_535  # pixels; no camera or scanner comes near
FRAME_PIXELS = 40_000_000_000  # all frames together; 20,000 frames of 2 MP
FRAMES_COUNTED = 1_000  # TIFF directories are a chain, walked one by one

_SIGNATURES = (
    ("JPEG", 0, b"\xff\xd8\xff"),
    ("PNG", 0, b"\x89PNG\r\n\x1a\n"),
    ("GIF", 0, b"GIF8"),
    ("WEBP", 8, b"WEBP"),
    ("BMP", 0, b"BM"),
    ("TIFF", 0, b"II*\0"),
    ("TIFF", 0, b"MM\0*"),
    ("TIFF", 0, b"II\0*"),  # as some write it, and Pillow reads it
    ("TIFF", 0, b"MM*\0"),
    ("TIFF", 0, b"II+\0"),  # BigTIFF
    ("TIFF", 0, b"MM\0+"),
    ("JPEG2000", 0, b"\0\0\0\x0cjP  "),
    ("JPEG2000", 0, b"\xff\x4f\xff\x51"),
    ("AVIF", 4, b"ftypavi"),
    ("HEIF", 4, b"ftyp"),
)


@dataclass(slots=True)
class Decoded:
    """What came of one medium; ``picture`` is its first frame, as stored, or None.

    ``rgb`` holds its pixels, height x width x 3, where they were decoded without
    Pillow; then the picture is opened and not loaded.  ``partial`` says that some
    pixels were never in the bytes.
    """

    state: DecoderState
    reason: str = ""
    format: str = ""
    width: int = 0
    height: int = 0
    frames: int = 0
    picture: "Image.Image | None" = None
    rgb: "NDArray[np.uint8] | None" = None
    partial: bool = False
    metadata: dict[str, object] = field(default_factory=dict)


class _Capped(Exception):
    """A cap of ours, not a fault of the medium."""


def prepare() -> str:
    """Import every decoder, and say which versions decode."""
    import pillow_heif
    import simplejpeg
    from PIL import Image, __version__, features

    # Warnings would be printed with their source line, and that means a file.
    warnings.simplefilter("ignore")
    pillow_heif.register_heif_opener(thumbnails=False)
    # libheif brings threads of its own; one medium shall not take every core.
    pillow_heif.options.DECODE_THREADS = 1
    Image.init()
    # Our own cap stands in its place, and says so in our own words.
    Image.MAX_IMAGE_PIXELS = None
    libraries = [
        f"Pillow {__version__}",
        f"pillow-heif {pillow_heif.__version__}",
        f"simplejpeg {simplejpeg.__version__}",
    ]
    below = ("libjpeg_turbo", "zlib", "webp", "avif", "jpg_2000", "libtiff")
    libraries += [f"{name} {features.version(name)}" for name in below]
    return ", ".join(libraries)


def open_picture(view: memoryview, *, tolerant: bool = True) -> Decoded:
    """Decode the first frame of a medium: strictly, then what can be had of it.

    Without ``tolerant`` there is no second try; then it may run beside other threads.
    """
    form = signature(view)
    if not form:
        return Decoded(DecoderState.REFUSED, "its format is not one that is decoded")
    if len(view) > BYTES:
        reason = f"larger than {BYTES >> 20} MiB: not decoded, only kept and hashed"
        return Decoded(DecoderState.REFUSED, reason, form)
    decoded = _attempt(view, form, tolerant=False)
    again = tolerant and decoded.state is not DecoderState.REFUSED
    if decoded.picture is None and again:
        decoded = _second_try(view, form, decoded)
    return decoded


def signature(view: memoryview) -> str:
    """Name the format that the first bytes claim; empty if none of the list."""
    for form, at, sign in _SIGNATURES:
        if view[at : at + len(sign)] == sign:
            return form
    return ""


def _second_try(view: memoryview, form: str, first: Decoded) -> Decoded:
    second = _attempt(view, form, tolerant=True)
    if second.picture is None:
        # A cap that only the tolerant reading came to is the reason that counts.
        return second if second.state is DecoderState.REFUSED else first
    second.partial = True
    if second.state is DecoderState.COMPLETE:
        cut = "truncated" in first.reason
        second.state = DecoderState.TRUNCATED if cut else DecoderState.DAMAGED
    second.reason = "; ".join(filter(None, (first.reason, second.reason)))
    return second


def _attempt(view: memoryview, form: str, *, tolerant: bool) -> Decoded:
    from PIL import Image, UnidentifiedImageError

    decoded = Decoded(DecoderState.COMPLETE, format=form)
    try:
        with _tolerance(allowed=tolerant):
            picture = Image.open(io.BytesIO(view), formats=FORMATS)
            _measure(picture, view, decoded)
            decoded.rgb = None if tolerant else pixels_of_jpeg(view, picture)
            if decoded.rgb is None:
                picture.load()
                # What was loaded tolerantly stays loaded: a plug-in that left tiles
                # behind would start again, strictly, at the next use.
                picture.tile = []
    except _Capped as capped:
        decoded.state, decoded.reason = DecoderState.REFUSED, str(capped)
    except MemoryError:
        raise
    except UnidentifiedImageError:
        decoded.state = DecoderState.DAMAGED
        decoded.reason = f"it begins like {form}, but no decoder takes it"
    except Exception as error:  # noqa: BLE001 - Pillow's plug-ins raise all kinds
        decoded.state = DecoderState.DAMAGED
        decoded.reason = display_text(f"{type(error).__name__}: {error}", limit=300)
    else:
        decoded.picture = picture
        _judge(decoded, ending(decoded.format, view), view)
    return decoded


def _measure(picture: "Image.Image", view: memoryview, decoded: Decoded) -> None:
    """Note what the header says, and stop at our caps before any pixel is decoded."""
    # Several pictures in one JPEG (MPO) are a JPEG with more after its end.
    decoded.format = "JPEG" if picture.format == "MPO" else str(picture.format)
    decoded.width, decoded.height = (max(0, length) for length in picture.size)
    if max(picture.size) > SIDE:
        raise _Capped(f"a side is longer than {SIDE:,} pixels")
    if decoded.width * decoded.height > PIXELS:
        raise _Capped(f"it has more than {PIXELS // 1_000_000} million pixels")
    decoded.frames = _frames(picture, decoded.format, view)
    if decoded.width * decoded.height * decoded.frames > FRAME_PIXELS:
        raise _Capped("its frames together have too many pixels")


def _frames(picture: "Image.Image", form: str, view: memoryview) -> int:
    if form == "GIF":
        return max(gif_frames(view), 1)
    if form != "TIFF":
        return int(getattr(picture, "n_frames", 1))
    count = 1
    try:
        while count < FRAMES_COUNTED:
            picture.seek(count)
            count += 1
    except Exception:  # noqa: BLE001, S110 - the chain ends or is broken
        pass
    picture.seek(0)
    return count


def _judge(decoded: Decoded, end: Ending, view: memoryview) -> None:
    if end.broken:
        decoded.state, decoded.reason = DecoderState.DAMAGED, end.broken
    elif end.missing:
        decoded.state, decoded.reason = DecoderState.TRUNCATED, end.missing
    if end.end is not None and end.end < len(view):
        decoded.metadata["trailing"] = trailing(view, end.end)


@contextmanager
def _tolerance(*, allowed: bool) -> Iterator[None]:
    from PIL import ImageFile

    ImageFile.LOAD_TRUNCATED_IMAGES = allowed
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False

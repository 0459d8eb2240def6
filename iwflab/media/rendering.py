"""Previews, made inside the worker: what a grader is shown instead of the original."""

import io
from typing import TYPE_CHECKING

from iwflab.media.describing import orientation
from iwflab.media.outlines import outlined

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

FULL_SIDE = 1600  # pixels, longest side
LARGE_SIDE = 3840  # on demand, for a 4K screen or a look at details
SHIELDED_SIDE = 480
QUALITY = 82
# A blur over 1/24 of the picture leaves composition and no feature.  It is done
# before encoding: what is sent holds no more than what is seen.
BLUR_PART = 24
_WORD = 0xFFFF
_MID_GREY = (128, 128, 128)
# EXIF orientation to Image.Transpose: mirror, 180, flip, transpose, 270, ...
_TURN = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}


def previews(
    picture: "Image.Image", rgb: "NDArray[np.uint8] | None" = None
) -> dict[str, bytes]:
    """Encode ``full`` (colour), ``shielded`` and ``outlines``, as JPEG.

    ``shielded`` is small, grey and blurred; ``outlines`` are drawn from it alone.
    ``rgb`` are its pixels, height x width x 3, where the picture was not loaded.  All
    are turned by EXIF, in sRGB, with transparency over mid-grey, and without any
    metadata.
    """
    full = _shown(picture if rgb is None else _of_pixels(picture, rgb))
    shielded = _shield(full)
    return {
        "full": _encode(full),
        "shielded": _encode(shielded),
        "outlines": _encode(outlined(shielded)),
    }


def large(picture: "Image.Image", rgb: "NDArray[np.uint8] | None" = None) -> bytes:
    """Encode the full preview anew with up to ``LARGE_SIDE`` pixels, as JPEG."""
    whole = picture if rgb is None else _of_pixels(picture, rgb)
    return _encode(_shown(whole, LARGE_SIDE))


def _of_pixels(picture: "Image.Image", rgb: "NDArray[np.uint8]") -> "Image.Image":
    """Give a loaded picture with what the opened one says about itself."""
    from PIL import Image

    loaded = Image.fromarray(rgb)
    loaded.info = dict(picture.info)
    return loaded


def _shown(picture: "Image.Image", side: int = FULL_SIDE) -> "Image.Image":
    from PIL import Image

    small = _opaque(_shrink(flatten_depth(picture), side), picture)
    turn = _TURN.get(orientation(picture))
    return small if turn is None else small.transpose(Image.Transpose(turn))


def flatten_depth(picture: "Image.Image") -> "Image.Image":
    """Bring more than 8 bits to 8, by the range that the mode or the pixels give.

    16-bit grey loses its low byte; 32-bit integers and floats are stretched between
    their extremes, because no file says what their white is.
    """
    if picture.mode.startswith("I;16"):
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode not in {"I", "F"}:
        return picture
    grey = picture.convert("F")
    low, high = (float(x) for x in grey.getextrema())  # type: ignore[arg-type]
    if picture.mode == "I" and low >= 0 and high <= _WORD:
        low, high = 0.0, float(_WORD)
    scale = 255 / ((high - low) or 1.0)
    return grey.point(lambda value: value * scale - low * scale).convert("L")


def _shrink(picture: "Image.Image", side: int) -> "Image.Image":
    from PIL import Image

    part = side / max(picture.size)
    if part >= 1:
        return picture
    size = tuple(max(1, round(length * part)) for length in picture.size)
    if picture.mode in {"1", "P"}:
        picture = picture.convert("RGBA" if _transparent(picture) else "RGB")
    resample = Image.Resampling.BICUBIC
    return picture.resize((size[0], size[1]), resample, reducing_gap=2.0)


def _opaque(small: "Image.Image", original: "Image.Image") -> "Image.Image":
    from PIL import Image

    if _transparent(small):
        layer = small.convert("RGBA")
        ground = Image.new("RGBA", layer.size, (*_MID_GREY, 255))
        return Image.alpha_composite(ground, layer).convert("RGB")
    return _to_srgb(small, original.info.get("icc_profile")).convert("RGB")


def _transparent(picture: "Image.Image") -> bool:
    return picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or (
        "transparency" in picture.info
    )


def _to_srgb(picture: "Image.Image", profile: object) -> "Image.Image":
    from PIL import ImageCms

    if not isinstance(profile, bytes) or picture.mode not in {"RGB", "CMYK", "L"}:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    except Exception:  # noqa: BLE001 - a broken profile: the colours as they are
        return picture
    return turned or picture


def _shield(full: "Image.Image") -> "Image.Image":
    from PIL import ImageFilter

    small = _shrink(full.convert("L"), SHIELDED_SIDE)
    radius = max(2.0, max(small.size) / BLUR_PART)
    return small.filter(ImageFilter.GaussianBlur(radius))


def _encode(picture: "Image.Image") -> bytes:
    buffer = io.BytesIO()
    # Without this Pillow writes the comment of the original into the preview.
    picture.save(buffer, "JPEG", quality=QUALITY, comment=b"")
    return buffer.getvalue()

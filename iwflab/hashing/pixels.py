"""What every perceptual hash eats: the stored pixels of one frame, as 8-bit RGB.

The conversion is recorded with each value, because it moves bits.  Nothing is turned
by EXIF and no colour profile is applied: both differ between programs.
"""

from typing import TYPE_CHECKING

from iwflab.errors import DecodeError

if TYPE_CHECKING:
    from PIL import Image


def as_rgb(picture: object) -> tuple["Image.Image", str]:
    """Give the picture as RGB, and say what was done; DecodeError if it is none."""
    from PIL import Image

    if not isinstance(picture, Image.Image):
        raise DecodeError(
            f"a {type(picture).__name__} is no decoded picture",
            advice="decode the medium first; only pictures have pixels",
        )
    try:
        return _converted(picture)
    except (OSError, ValueError) as error:
        raise DecodeError(
            f"pixels of mode {picture.mode} cannot be hashed: {error}",
            advice="the medium keeps its exact digests; escalate if it matters",
        ) from error


def _converted(picture: "Image.Image") -> tuple["Image.Image", str]:
    mode = picture.mode
    if mode == "RGB":
        picture.load()
        return picture, "stored pixels, RGB"
    note = f"stored pixels, {mode} to RGB"
    if mode.startswith("I;16"):
        # Pillow clips 16-bit grey at 255; the high byte is the picture.
        high = picture.convert("I").point(lambda value: value * (1 / 256))
        return high.convert("L").convert("RGB"), f"{note} by the high byte"
    if mode == "P" and "transparency" in picture.info:
        # Otherwise Pillow warns, and bytes of transparency depend on its version.
        return picture.convert("RGBA").convert("RGB"), f"{note}, alpha dropped"
    alpha = ", alpha dropped" if mode in {"RGBA", "LA", "PA"} else ""
    return picture.convert("RGB"), note + alpha

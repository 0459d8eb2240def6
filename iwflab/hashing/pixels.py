"""What every perceptual hash eats: the stored pixels of one frame, as 8-bit RGB.

The conversion is recorded with each value, because it moves bits.  Nothing is turned
by EXIF and no colour profile is applied: both differ between programs.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from iwflab.errors import DecodeError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from iwflab.hashing.reductions import Reductions


@dataclass
class Pixels:
    """One frame, read once for all hashes; not to be changed.

    ``rgb`` is height x width x 3, 8 bits, contiguous; ``conversion`` says how it came
    to be.  ``grey_too`` says that hashes of grey are wanted besides PDQ, so that one
    pass over the pixels does for both.
    """

    rgb: "NDArray[np.uint8]"
    conversion: str = "stored pixels, RGB"
    grey_too: bool = True
    # 16-bit grey as the reference tool of PDQ reads it: CImg keeps the low byte.
    low_bytes: "NDArray[np.uint8] | None" = field(default=None, repr=False)
    _picture: "Image.Image | None" = field(default=None, repr=False)

    @cached_property
    def reductions(self) -> "Reductions":
        """The small pictures that PDQ and the hashes of grey are made from."""
        from iwflab.hashing.reductions import reduced

        return reduced(self.rgb, grey_too=self.grey_too)

    @property
    def image(self) -> "Image.Image":
        """The same as a Pillow image, for libraries that want one."""
        from PIL import Image

        if self._picture is None:
            self._picture = Image.fromarray(self.rgb)
        return self._picture


def pixels_of(picture: object, *, grey_too: bool = True) -> Pixels:
    """Give the pixels of a Pillow image (or those given); DecodeError otherwise."""
    import numpy as np
    from PIL import Image

    if isinstance(picture, Pixels):
        return picture
    if not isinstance(picture, Image.Image):
        raise DecodeError(
            f"a {type(picture).__name__} is no decoded picture",
            advice="decode the medium first; only pictures have pixels",
        )
    try:
        rgb, conversion = _converted(picture)
        array = np.ascontiguousarray(rgb, dtype=np.uint8)
    except (OSError, ValueError) as error:
        raise DecodeError(
            f"pixels of mode {picture.mode} cannot be hashed: {error}",
            advice="the medium keeps its exact digests; escalate if it matters",
        ) from error
    low = None
    if picture.mode.startswith("I;16"):
        grey = np.asarray(picture).astype(np.uint16).astype(np.uint8)
        low = np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))
    return Pixels(array, conversion, grey_too, low, rgb)


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

"""JPEG straight into an array, by libjpeg-turbo: the pixels of Pillow, sooner."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

_SAME = frozenset({"RGB", "L"})  # CMYK and its kin are converted by Pillow's rules


def pixels_of_jpeg(
    view: memoryview, picture: "Image.Image"
) -> "NDArray[np.uint8] | None":
    """Decode height x width x 3 pixels at full size; None leaves it to Pillow.

    ``picture`` is the opened, unloaded JPEG.  Strict: the first warning of the library
    is a refusal, because what follows would be guessed.
    """
    import simplejpeg

    if picture.format not in {"JPEG", "MPO"} or picture.mode not in _SAME:
        return None
    try:
        rgb: NDArray[np.uint8] = simplejpeg.decode_jpeg(
            view, "RGB", fastdct=False, fastupsample=False, strict=True
        )
    except ValueError:
        return None
    width, height = picture.size
    return rgb if rgb.shape == (height, width, 3) else None

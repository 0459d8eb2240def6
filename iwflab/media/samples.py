"""One small drawn picture of each format: what a worker decodes before lock-down.

A decoder loads parts of itself at first use; after lock-down it could not.
"""

import io
from collections.abc import Iterator

from iwflab.media.decoding import FORMATS


def samples() -> Iterator[bytes]:
    """Encode a slope of colours in each format, and in the modes that differ.

    What this build of Pillow cannot encode is left out.
    """
    for sample in _drawn():
        if sample:
            yield sample


def _drawn() -> Iterator[bytes]:
    from PIL import Image

    grey = Image.linear_gradient("L").resize((96, 64))
    colour = Image.merge(
        "RGB", (grey, grey.transpose(Image.Transpose.ROTATE_180), grey)
    )
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    for form in FORMATS:
        yield _encoded(colour, form)
    profile = _profile()
    yield _encoded(colour, "JPEG", exif=exif, icc_profile=profile, progressive=True)
    yield _encoded(colour.convert("CMYK"), "JPEG")
    yield _encoded(colour.convert("P"), "PNG", transparency=1)
    yield _encoded(grey.convert("I;16"), "PNG", exif=exif)
    for form in ("PNG", "WEBP", "HEIF", "AVIF", "TIFF"):
        yield _encoded(colour.convert("RGBA"), form)
    for form in ("GIF", "WEBP", "PNG"):
        yield _encoded(colour, form, save_all=True, append_images=[colour.rotate(9)])
    for packing in ("tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"):
        yield _encoded(colour, "TIFF", compression=packing)
    # Broken ones walk the ways of failing, which import too.
    yield _encoded(colour, "JPEG")[:-40]
    yield _encoded(colour, "PNG")[:-60]
    yield b"\x89PNG\r\n\x1a\n and nothing more"


def _encoded(picture: object, form: str, **options: object) -> bytes:
    from PIL import Image

    if not isinstance(picture, Image.Image):
        raise TypeError(form)
    buffer = io.BytesIO()
    try:
        picture.save(buffer, form, **options)
    except (KeyError, OSError, RuntimeError, ValueError):
        return b""
    return buffer.getvalue()


def _profile() -> bytes:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

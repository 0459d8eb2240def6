"""Hashes that the library ImageHash computes itself, only on request.

They cost 4 to 13 times a decode and reach no useful false match rate, so they are
for comparing with what others have, not for matching.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from iwflab.domain.hashes import HashAlgorithm, HashValue
from iwflab.errors import DecodeError, MissingExtra
from iwflab.hashing.pixels import pixels_of

if TYPE_CHECKING:
    from types import ModuleType


def library() -> "ModuleType":
    """Import ImageHash; MissingExtra with advice if it is not installed."""
    try:
        import imagehash
    except ImportError as error:
        raise MissingExtra(
            "ImageHash is not installed", advice="pip install imagehash"
        ) from error
    module: ModuleType = imagehash
    return module


def by_imagehash(name: str, function: str) -> Callable[[object], HashValue]:
    """Make the ``compute`` of an algorithm out of a function of ImageHash."""

    def compute(picture: object) -> HashValue:
        from PIL import __version__

        imagehash = library()
        pixels = pixels_of(picture)
        try:
            # The hashes of the parts of a picture are written one after the other.
            value = str(getattr(imagehash, function)(pixels.image)).replace(",", "")
        except (ValueError, ArithmeticError) as error:
            raise DecodeError(
                f"{name} cannot be computed: {error}",
                advice="the other hashes stand; escalate if this one matters",
            ) from error
        version = f"{imagehash.__version__} with Pillow {__version__}"
        return HashValue(name, value, "ImageHash", version, pixels.conversion)

    return compute


WHASH = HashAlgorithm(
    name="whash",
    of="pixels",
    bits=64,
    compute=by_imagehash("whash", "whash"),
    example=("rings", "8c000f80cf5f5f5f"),
    by_default=False,
)
COLORHASH = HashAlgorithm(
    name="colorhash",
    of="pixels",
    bits=42,
    compute=by_imagehash("colorhash", "colorhash"),
    example=("rings", "00000000200"),
    by_default=False,
)
CROP_RESISTANT = HashAlgorithm(
    name="crop_resistant",
    of="pixels",
    bits=0,  # 64 for each part that it finds
    compute=by_imagehash("crop_resistant", "crop_resistant_hash"),
    example=(
        "rings",
        (
            "9860c081070c1830d83367d8b163468c1258336c5ab3b393b467dcb223676337"
            "70d6a72b57172b9763c68c182063c68c245cb34c1bb3654c335a334c93b3b393"
            "67c5bc23636763675c9933e7c71f2c59ce9c3973e7ce1d73"
        ),
    ),
    by_default=False,
)

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
            value = str(getattr(imagehash, function)(pixels.image))
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

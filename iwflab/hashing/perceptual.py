"""aHash, dHash and pHash by ImageHash, 64 bits each.

The values depend on the resampling of Pillow, so both versions are recorded.
Match distances are the largest at which at most one in a million unrelated pairs
falls (1.05 million pairs of 1,452 photographs, measured for this project in November
2026): 11 for pHash, where the usual 10 is kept, and 8 for dHash.  aHash has none.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from iwflab.domain.hashes import HashAlgorithm, HashValue
from iwflab.errors import DecodeError, MissingExtra
from iwflab.hashing.pixels import as_rgb

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
        rgb, conversion = as_rgb(picture)
        try:
            value = str(getattr(imagehash, function)(rgb))
        except (ValueError, ArithmeticError) as error:
            raise DecodeError(
                f"{name} cannot be computed: {error}",
                advice="the other hashes stand; escalate if this one matters",
            ) from error
        version = f"{imagehash.__version__} with Pillow {__version__}"
        return HashValue(name, value, "ImageHash", version, conversion)

    return compute


AHASH = HashAlgorithm(
    name="ahash",
    of="pixels",
    bits=64,
    compute=by_imagehash("ahash", "average_hash"),
    example=("rings", "88080b80cf5f5b5f"),
)
DHASH = HashAlgorithm(
    name="dhash",
    of="pixels",
    bits=64,
    compute=by_imagehash("dhash", "dhash"),
    example=("rings", "141813245c93b393"),
    match_distance=8,
)
PHASH = HashAlgorithm(
    name="phash",
    of="pixels",
    bits=64,
    compute=by_imagehash("phash", "phash"),
    example=("rings", "b977c8c0f74c88b1"),
    match_distance=10,
)

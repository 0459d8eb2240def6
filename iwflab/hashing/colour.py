"""The colour hash of ImageHash: 14 fractions of 3 bits, for sorting, not matching."""

from iwflab.domain.hashes import HashAlgorithm
from iwflab.hashing.perceptual import by_imagehash

COLORHASH = HashAlgorithm(
    name="colorhash",
    of="pixels",
    bits=42,
    compute=by_imagehash("colorhash", "colorhash"),
    example=("rings", "00000000200"),
    by_default=False,
)

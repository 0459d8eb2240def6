"""wHash by ImageHash: the Haar wavelet hash, 64 bits.

Only on request: it costs more than decoding, and reaches no useful false match rate.
"""

from iwflab.domain.hashes import HashAlgorithm
from iwflab.hashing.perceptual import by_imagehash

WHASH = HashAlgorithm(
    name="whash",
    of="pixels",
    bits=64,
    compute=by_imagehash("whash", "whash"),
    example=("rings", "8c000f80cf5f5f5f"),
    by_default=False,
)

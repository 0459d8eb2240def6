"""PDQ: a 256-bit perceptual hash with a quality, in eight orientations.

Source: facebook/ThreatExchange, pdq/cpp/hashing/pdqhashing.cpp and
downscaling/downscaling.cpp (commit baefb4e).  Meta's own programs differ by up to 32
bits: the ``pdqhash`` binding hashes the full resolution (variant ``full``), the
command-line tool first samples to 512 x 512, nearest neighbours, where a side is
longer (variant ``512nn``, pdq/cpp/io/pdqio.cpp).  Both are made, and each says which.

The two-pass box filter and the decimation to 64 x 64 are linear and act on rows and
columns separately, so each of the 64 output rows is a short weighted sum of input
rows, and the picture is passed over once.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from iwflab.domain.hashes import MATCH_DISTANCE, HashAlgorithm, HashValue
from iwflab.domain.version import VERSION
from iwflab.hashing.pixels import pixels_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_SIDE = 5  # pixels; smaller pictures hash to zero with quality 0
SAMPLED_SIDE = 512  # pixels; of the tool that samples first
# Values of quality below 50 are not matched: python-threatexchange .../pdq/signal.py.
LEAST_QUALITY = 50

NOTHING: tuple[tuple[str, ...], int] = (("0" * 64,) * 8, 0)
FULL, SAMPLED = "full", "512nn"


def hashed(small: "NDArray[np.float32]") -> tuple[tuple[str, ...], int]:
    """Hash 64 x 64 luminances: eight hex values as stored and turned, and quality."""
    from iwflab.hashing.kernels import spectrum

    words = spectrum.hashes(spectrum.cosines(small))
    values = tuple("".join(f"{int(word):016x}" for word in row) for row in words)
    return values, int(spectrum.quality(small))


def hash_rgb(rgb: "NDArray[np.uint8]") -> tuple[tuple[str, ...], int]:
    """Hash height x width x 3 contiguous pixels; as :func:`hashed`."""
    from iwflab.hashing.reductions import reduced

    if min(rgb.shape[:2]) < LEAST_SIDE:
        return NOTHING
    return hashed(reduced(rgb, grey_too=False).small)


def compute(picture: object) -> HashValue:
    """Hash the stored pixels at full resolution; DecodeError if it is no picture."""
    pixels = pixels_of(picture, grey_too=False)
    if min(pixels.rgb.shape[:2]) < LEAST_SIDE:
        return _value(FULL, *NOTHING, pixels.conversion)
    return _value(FULL, *hashed(pixels.reductions.small), pixels.conversion)


def compute_sampled(picture: object) -> HashValue:
    """Hash as Meta's command-line tool does; DecodeError if it is no picture."""
    pixels = pixels_of(picture, grey_too=False)
    low = pixels.low_bytes
    rgb = sampled(pixels.rgb if low is None else low)
    if rgb is pixels.rgb:
        full = compute(pixels)
        return replace(full, variant=SAMPLED)
    note = "stored pixels, 16-bit grey by the low byte, as the tool reads it"
    return _value(SAMPLED, *hash_rgb(rgb), pixels.conversion if low is None else note)


def sampled(rgb: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
    """Sample to 512 x 512, nearest neighbours, where a side is longer."""
    import numpy as np

    from iwflab.hashing.kernels.reducing import sample

    if max(rgb.shape[:2]) <= SAMPLED_SIDE:
        return rgb
    out = np.empty((SAMPLED_SIDE, SAMPLED_SIDE, 3), np.uint8)
    sample(rgb, out)
    return out


def _value(
    variant: str, values: tuple[str, ...], quality: int, conversion: str
) -> HashValue:
    return HashValue(
        "pdq",
        values[0],
        "iwflab",
        VERSION,
        conversion,
        variant=variant,
        quality=quality,
        turned=values[1:],
    )


PDQ = HashAlgorithm(
    name="pdq",
    of="pixels",
    bits=256,
    compute=compute,
    example=(
        "rings",
        "83147f4c5f893f89fb19fe09c819b03140f6c9c69f88761948774b817f89c477",
    ),
    match_distance=MATCH_DISTANCE,
    least_quality=LEAST_QUALITY,
)
PDQ_SAMPLED = HashAlgorithm(
    name="pdq_512nn",
    algorithm="pdq",
    of="pixels",
    bits=256,
    compute=compute_sampled,
    example=(
        "rings",
        "83147f4c5f893f89fb19fe09c819b03140f6c9c69f88761948774b817f89c477",
    ),
    match_distance=MATCH_DISTANCE,
    least_quality=LEAST_QUALITY,
)

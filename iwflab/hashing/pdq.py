"""PDQ: a 256-bit perceptual hash with a quality, in plain numpy.

Source: facebook/ThreatExchange, pdq/cpp/hashing/pdqhashing.cpp and
downscaling/downscaling.cpp (commit baefb4e).  This is the variant of the ``pdqhash``
binding, which hashes the full resolution; the command-line tool of the same project
samples to 512 x 512 first and differs by up to 32 bits.

The two-pass box filter and the decimation to 64 x 64 are linear and act on rows and
columns separately, so each of the 64 output rows is a short weighted sum of input
rows: the weights are computed once for a length, and the picture is passed over once.
"""

from typing import TYPE_CHECKING

from iwflab.domain.hashes import HashAlgorithm, HashValue
from iwflab.domain.version import VERSION
from iwflab.hashing.pixels import as_rgb

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Floats = NDArray[np.float64]

SIDE = 64  # of the decimated picture
COEFFICIENTS = 16  # of each direction, from the first after the constant one
LEAST_SIDE = 5  # pixels; smaller pictures hash to zero with quality 0
# Matches at 31 or fewer of 256 bits; values of quality below 50 are not matched:
# ThreatExchange pdq/README.md and python-threatexchange .../pdq/signal.py.
MATCH_DISTANCE = 31
LEAST_QUALITY = 50

_LUMA = (0.299, 0.587, 0.114)
_PASSES = 2
_QUALITY_SCALE = 90


def compute(picture: object) -> HashValue:
    """Hash the stored pixels of a decoded picture; DecodeError if it is none."""
    rgb, conversion = as_rgb(picture)
    value, quality = "0" * 64, 0
    if min(rgb.size) >= LEAST_SIDE:
        small = _decimate(rgb)
        value, quality = _bits(small), _quality(small)
    return HashValue(
        "pdq",
        value,
        "iwflab",
        VERSION,
        conversion,
        variant="full",
        quality=quality,
    )


def _decimate(rgb: "Image.Image") -> "Floats":
    """Filter and decimate the luminance to 64 x 64."""
    import numpy as np

    width, height = rgb.size
    down, across = _weights(height), _weights(width)
    small = np.empty((SIDE, width))
    coefficients = np.array(_LUMA, dtype=np.float32)
    for row, (start, weights) in enumerate(down):
        band = rgb.crop((0, start, width, start + len(weights)))
        # float32 keeps 24 bits: more than 8-bit pixels and their weights can fill.
        lines = np.asarray(band, dtype=np.float32).reshape(len(weights), -1)
        line = weights.astype(np.float32) @ lines
        small[row] = line.reshape(width, 3) @ coefficients
    columns = [
        small[:, start : start + len(weights)] @ weights for start, weights in across
    ]
    return np.stack(columns, axis=1)


def _weights(length: int) -> "list[tuple[int, Floats]]":
    """For each of 64 outputs, where its inputs begin and what each one weighs."""
    import numpy as np

    centres = [int((i + 0.5) * length / SIDE) for i in range(SIDE)]
    if length == SIDE:
        return [(centre, np.ones(1)) for centre in centres]
    window = (length + 2 * SIDE - 1) // (2 * SIDE)
    reach = (window + 2) // 2 - 1  # to the right; the window is lopsided if even
    answer = []
    for centre in centres:
        line = {centre: 1.0}
        for _ in range(_PASSES):
            spread: dict[int, float] = {}
            for at, weight in line.items():
                right = min(at + reach, length - 1)
                left = max(at + reach - window + 1, 0)
                share = weight / (right - left + 1)
                for k in range(left, right + 1):
                    spread[k] = spread.get(k, 0.0) + share
            line = spread
        start = min(line)
        answer.append((start, np.array([line[k] for k in sorted(line)])))
    return answer


def _quality(small: "Floats") -> int:
    """Sum of the gradients that matter, scaled, 0 to 100."""
    import numpy as np

    # The reference works in float32 and cuts to whole numbers: so do we.
    grey = small.astype(np.float32)
    total = 0
    for axis in (0, 1):
        steps = np.diff(grey, axis=axis) * np.float32(100) / np.float32(255)
        total += int(np.abs(np.trunc(steps)).sum())
    return min(total // _QUALITY_SCALE, 100)


def _bits(small: "Floats") -> str:
    import numpy as np

    k, n = np.mgrid[1 : COEFFICIENTS + 1, 0:SIDE]
    transform = np.sqrt(2 / SIDE) * np.cos(np.pi / 2 / SIDE * k * (2 * n + 1))
    spectrum = (transform @ small @ transform.T).ravel()
    # The lower of the two middle values, as Torben's method finds it.
    median = np.sort(spectrum)[len(spectrum) // 2 - 1]
    number = sum(1 << i for i, above in enumerate(spectrum > median) if above)
    return f"{number:064x}"


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

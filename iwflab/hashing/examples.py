"""Drawn inputs for golden vectors: whole-number arithmetic, the same everywhere."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from iwflab.errors import NotFound

if TYPE_CHECKING:
    from PIL import Image


def example(name: str) -> "bytes | Image.Image":
    """Give the input of that name: bytes, or an RGB picture; NotFound otherwise."""
    draw = _INPUTS.get(name)
    if draw is None:
        raise NotFound(
            f"no example is called {name!r}",
            advice=f"there are: {', '.join(sorted(_INPUTS))}",
        )
    return draw()


def _abc() -> bytes:
    return b"abc"


def _rings() -> "Image.Image":
    """Two sets of rings and a slope, 320 x 240: full of gradients at every scale."""
    import numpy as np
    from PIL import Image

    y, x = np.mgrid[0:240, 0:320].astype(np.int64)
    near = (x - 90) ** 2 + (y - 70) ** 2
    far = (x - 260) ** 2 + 2 * (y - 190) ** 2
    red = (near // 47) % 256
    green = (far // 97 + x // 2) % 256
    blue = (x + 2 * y + (near // 900) * 31) % 256
    return Image.fromarray(np.stack([red, green, blue], axis=2).astype(np.uint8))


def _slope() -> "Image.Image":
    """Draw a soft slope, 200 x 150: so little in it that PDQ calls its quality low."""
    import numpy as np
    from PIL import Image

    y, x = np.mgrid[0:150, 0:200].astype(np.int64)
    grey = (100 + x // 10 + y // 15).astype(np.uint8)
    return Image.fromarray(np.stack([grey, grey, grey], axis=2))


_INPUTS: "dict[str, Callable[[], bytes | Image.Image]]" = {
    "abc": _abc,
    "rings": _rings,
    "slope": _slope,
}

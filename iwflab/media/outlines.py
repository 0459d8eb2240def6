"""Outlines, made inside the worker: the kindest preview that still shows a picture.

They are drawn from the shielded preview and from nothing else: a step below it on the
ladder can then hold no more than it does.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# Flat tones, between which the lines run.  An odd number: what has little contrast lies
# within the middle one.
TONES = 5
_DARKEST, _LIGHTEST = 168, 236  # light, so that the lines are what is seen
_LINE = 70
_CONTRAST = 96.0  # greys between the darkest and the lightest tone, at least
_EDGE = 8  # a step between two tones answers the edge filter with more than this


def outlined(shielded: "Image.Image") -> "Image.Image":
    """Draw flat tones of a blurred grey picture, and a line where two of them meet."""
    from PIL import Image, ImageFilter

    flat = shielded.point(_tones_of(shielded))
    # The filter looks at neighbours: at the rim it would draw a frame.
    edges = flat.filter(ImageFilter.FIND_EDGES).point(
        [255 if value > _EDGE else 0 for value in range(256)]
    )
    edges.paste(0, (0, 0, edges.width, 1))
    edges.paste(0, (0, edges.height - 1, edges.width, edges.height))
    edges.paste(0, (0, 0, 1, edges.height))
    edges.paste(0, (edges.width - 1, 0, edges.width, edges.height))
    lines = Image.new("L", flat.size, _LINE)
    return Image.composite(lines, flat, edges.filter(ImageFilter.MaxFilter(3)))


def _tones_of(picture: "Image.Image") -> list[int]:
    """Map each grey to one of a few tones, at even steps over what the picture has.

    A picture with little contrast keeps it: its outlines must not show what its
    shielded preview hides.
    """
    low, high = (float(value) for value in picture.getextrema())  # type: ignore[arg-type]
    span = max(high - low, _CONTRAST)
    start = (low + high - span) / 2
    step = (_LIGHTEST - _DARKEST) / (TONES - 1)
    return [
        round(_DARKEST + step * min(TONES - 1, max(0, int((v - start) / span * TONES))))
        for v in range(256)
    ]

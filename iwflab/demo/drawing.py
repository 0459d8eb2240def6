"""Benign pictures drawn from numbers: hills, seas, tiles and rings; no people.

The same seed gives the same picture on every machine: integer arithmetic and a
small linear congruential generator, no platform's own randomness.
"""

import io
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

_MODULUS = 2**32


class Numbers:
    """A reproducible stream of numbers (Numerical Recipes' LCG)."""

    def __init__(self, seed: int) -> None:
        """Start from a seed."""
        self._state = seed % _MODULUS

    def below(self, limit: int) -> int:
        """Give a whole number from 0 up to, not including, the limit."""
        self._state = (1664525 * self._state + 1013904223) % _MODULUS
        return (self._state >> 8) % limit

    def colour(self) -> tuple[int, int, int]:
        """Give a colour that is neither black nor white."""
        return (40 + self.below(180), 40 + self.below(180), 40 + self.below(180))


def _sky(size: tuple[int, int], numbers: Numbers) -> Image.Image:
    width, height = size
    top, low = (np.array(numbers.colour(), float) for _ in range(2))
    share = np.linspace(0, 1, height)[:, None, None]
    rows = top * (1 - share) + low * share
    grain = np.arange(width)[None, :, None] % 7
    return Image.fromarray(
        np.clip(np.broadcast_to(rows, (height, width, 3)) + grain, 0, 255).astype("u1")
    )


def hills(size: tuple[int, int], numbers: Numbers) -> Image.Image:
    """Draw a row of hills under a sky, with a sun."""
    picture = _sky(size, numbers)
    width, height = size
    draw = ImageDraw.Draw(picture)
    radius = height // 12
    x, y = (
        radius + numbers.below(width - 2 * radius),
        radius + numbers.below(height // 4),
    )
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(245, 230, 150))
    for layer in range(4):
        base, colour = height * (4 + layer) // 9, numbers.colour()
        phase, length = numbers.below(628) / 100, 60 + numbers.below(240)
        tall = height // (8 + layer)
        ridge = [
            (px, base + int(tall * math.sin(px / length + phase)))
            for px in range(0, width + 8, 8)
        ]
        draw.polygon([*ridge, (width, height), (0, height)], fill=colour)
    return picture


def sea(size: tuple[int, int], numbers: Numbers) -> Image.Image:
    """Draw waves and two boats."""
    picture = _sky(size, numbers)
    width, height = size
    draw = ImageDraw.Draw(picture)
    for line in range(height // 2, height, max(height // 24, 6)):
        blue = (30, 60 + line * 80 // height, 120 + line * 90 // height)
        draw.rectangle((0, line, width, height), fill=blue)
        for px in range(0, width, 40):
            draw.arc((px, line - 6, px + 40, line + 10), 180, 360, fill=(220, 230, 240))
    for _ in range(2):
        x, y = numbers.below(width * 3 // 4), height // 2 + numbers.below(height // 5)
        unit = width // 16
        hull = [(x, y), (x + 2 * unit, y), (x + 3 * unit // 2, y + unit // 2)]
        draw.polygon([*hull, (x + unit // 2, y + unit // 2)], fill=(90, 50, 30))
        sail = [(x + unit, y - 2 * unit), (x + unit, y), (x + 2 * unit, y)]
        draw.polygon(sail, fill=(240, 235, 220))
    return picture


def tiles(size: tuple[int, int], numbers: Numbers) -> Image.Image:
    """Draw a mosaic."""
    picture = Image.new("RGB", size)
    draw = ImageDraw.Draw(picture)
    step = max(size) // (8 + numbers.below(8))
    for x in range(0, size[0], step):
        for y in range(0, size[1], step):
            box = (x + 2, y + 2, x + step - 2, y + step - 2)
            shape = draw.rectangle if numbers.below(3) else draw.ellipse
            shape(box, fill=numbers.colour())
    return picture


def rings(size: tuple[int, int], numbers: Numbers) -> Image.Image:
    """Draw interfering rings."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    field = np.zeros((height, width))
    for _ in range(3):
        cx, cy = numbers.below(width), numbers.below(height)
        field += np.sin(np.hypot(x - cx, y - cy) / (6 + numbers.below(22)))
    one, other = (np.array(numbers.colour(), float) for _ in range(2))
    share = ((field + 3) / 6)[:, :, None]
    return Image.fromarray((one * share + other * (1 - share)).astype("u1"))


SUBJECTS: tuple[Callable[[tuple[int, int], Numbers], Image.Image], ...] = (
    hills,
    sea,
    tiles,
    rings,
)
SIZES = ((960, 640), (640, 960), (1280, 720), (800, 800), (1600, 1067))


def picture(seed: int, size: tuple[int, int] | None = None) -> Image.Image:
    """Draw the picture of a seed (RGB); by itself at most 1600 pixels a side."""
    numbers = Numbers(seed * 7919 + 17)
    subject = SUBJECTS[seed % len(SUBJECTS)]
    usual = SIZES[(seed // len(SUBJECTS)) % len(SIZES)]
    return subject(size or usual, numbers)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    """Encode a picture in one of Pillow's formats, or as HEIF."""
    if form == "HEIF":
        from pillow_heif import register_heif_opener

        register_heif_opener()
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def camera(*, make: str, model: str, serial: str, taken: str) -> Image.Exif:
    """Write EXIF as a camera does: make, model, body serial number, time taken."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0132] = make, model, taken
    inner = exif.get_ifd(0x8769)
    inner[0x9003], inner[0xA431] = taken, serial
    return exif


def clip(*seeds: int, size: tuple[int, int] = (640, 360)) -> bytes:
    """Draw a video (MP4): two seconds of each seed, the camera moving to the right."""
    from iwflab.media.clip_samples import encode

    width, height = size
    frames = []
    for seed in seeds:
        whole = SUBJECTS[seed % len(SUBJECTS)]((width + 48, height), Numbers(seed))
        pixels = np.asarray(whole)
        frames += [
            np.ascontiguousarray(pixels[:, at : at + width]) for at in range(0, 48, 2)
        ]
    return encode(frames, "mp4", "libx264", rate=12)

"""Drawn pictures that weigh what photographs weigh, and a lab filled with them."""

from functools import cache

import numpy as np
from measuring import workshop
from PIL import Image

from iwflab.demo.drawing import encoded, picture
from iwflab.lab import Lab

WIDTHS = (1300, 1750, 2050, 2350)  # 1.1, 2.0, 2.8 and 3.7 megapixels
GRAIN = {1300: 16, 1750: 12, 2050: 10, 2350: 8}  # as sensors: small ones are noisy
MEDIA = 64
CUSTODY = {"case": "B", "exhibit": "1", "purpose": "benchmark", "authority": "none"}


def photograph(number):
    """Draw a picture, grow it, add grain: a JPEG of 0.4 to 0.9 MB."""
    width = WIDTHS[number % len(WIDTHS)]
    small = picture(number)
    height = width * 2 // 3
    grown = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))
    grain = np.random.default_rng(number).normal(0, GRAIN[width], (height, width, 1))
    noisy = Image.fromarray(np.clip(grown + grain, 0, 255).astype("u1"))
    return encoded(noisy, "JPEG", quality=86)


@cache
def folder():
    """Draw the pictures once a run."""
    made = workshop() / "pictures"
    made.mkdir()
    for number in range(MEDIA):
        (made / f"photo-{number:03}.jpg").write_bytes(photograph(number))
    return made


@cache
def lab():
    """Fill a lab with them once a run; who changes it takes a copy."""
    place = workshop() / "filled" / "lab"
    heads = place.parent / "heads"
    with Lab.create(place, set_size=MEDIA, head_folder=str(heads)) as made:
        made.intake([folder()], **CUSTODY)
    return place.parent

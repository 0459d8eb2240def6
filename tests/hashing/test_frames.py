"""PDQ of frames: the same as of pictures, whatever the padding and the range."""

import numpy as np
import pytest
from PIL import Image

from iwflab.hashing import pdq
from iwflab.hashing.frames import hash_luma, hash_rgb
from tests import films


def padded(plane, more):
    """The plane as a decoder gives it: a view of longer lines in one buffer."""
    height, width = plane.shape
    lines = np.full(height * (width + more), 255, np.uint8)
    view = lines.reshape(height, width + more)[:, :width]
    view[:] = plane
    return view


@pytest.mark.parametrize("size", [(160, 120), (64, 64), (480, 270), (63, 200), (7, 5)])
@pytest.mark.parametrize("more", [0, 13, 32])
def test_a_plane_hashes_as_the_grey_picture_does(size, more):
    plane = films.scene(3, *size)[:, :, 0].copy()
    whole = pdq.compute(Image.fromarray(plane))
    values, quality = (whole.value,), whole.quality
    assert hash_luma(padded(plane, more), limited=False) == (values[0], quality)
    assert hash_luma(np.asfortranarray(plane), limited=False) == (values[0], quality)


def test_colours_hash_as_the_picture_does():
    frame = films.scene(4)
    whole = pdq.compute(Image.fromarray(frame))
    assert hash_rgb(frame) == (whole.value, whole.quality)
    assert hash_rgb(frame[::-1]) != hash_rgb(frame)  # not contiguous, and turned over


def test_the_limited_range_moves_the_quality_and_no_bit():
    wide = np.asarray(Image.fromarray(films.scene(5)).convert("L")) // 4 + 96
    narrow = np.round(16 + wide * (219 / 255)).astype(np.uint8)
    full = hash_luma(wide, limited=False)
    stretched, plain = (hash_luma(narrow, limited=way) for way in (True, False))
    assert abs(stretched[1] - full[1]) <= 3
    assert plain[1] < stretched[1]
    assert plain[0] == stretched[0]
    assert (int(plain[0], 16) ^ int(full[0], 16)).bit_count() <= 12


def test_what_is_too_small_or_flat_has_no_quality():
    assert hash_luma(np.zeros((4, 90), np.uint8), limited=True) == ("0" * 64, 0)
    assert hash_luma(np.full((90, 90), 50, np.uint8), limited=True)[1] == 0
    assert hash_rgb(np.zeros((90, 3, 3), np.uint8)) == ("0" * 64, 0)

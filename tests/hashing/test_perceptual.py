"""aHash, dHash and pHash: the very bits of ImageHash, from our own reduction."""

import imagehash
import numpy as np
import pytest
from PIL import Image

from iwflab.hashing import ALGORITHMS
from iwflab.hashing.examples import example
from iwflab.hashing.pixels import Pixels, pixels_of

THEIRS = {
    "ahash": imagehash.average_hash,
    "dhash": imagehash.dhash,
    "phash": imagehash.phash,
}
SIZES = [(320, 240), (1, 1), (7, 5), (8, 8), (9, 8), (32, 32), (33, 900), (900, 33)]
SIZES += [(31, 64), (400, 792), (400, 793), (401, 1203), (1300, 2), (2, 1300)]


def noise(size):
    rng = np.random.default_rng(size[0] * 7919 + size[1])
    return Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", THEIRS)
@pytest.mark.parametrize("draw", [noise, lambda size: example("rings").resize(size)])
def test_the_bits_are_those_of_imagehash(name, size, draw):
    picture = draw(size)
    assert ALGORITHMS[name].compute(picture).value == str(THEIRS[name](picture))


@pytest.mark.parametrize("size", SIZES)
def test_the_grey_pictures_are_those_of_pillow(size):
    picture = noise(size)
    lanczos = Image.Resampling.LANCZOS
    for small, ours in pixels_of(picture).reductions.grey.items():
        theirs = np.asarray(picture.convert("L").resize(small, lanczos))
        assert np.array_equal(ours, theirs)


def test_longer_pictures_have_weights_of_16_bits():
    """Past 4,096 columns another way through the kernel is taken for pHash."""
    picture = noise((4200, 40))
    for name, theirs in THEIRS.items():
        assert ALGORITHMS[name].compute(picture).value == str(theirs(picture))


def test_pixels_are_read_once_for_all_hashes():
    pixels = pixels_of(example("rings"))
    first = pixels.reductions
    for name in ("pdq", "ahash", "dhash", "phash"):
        ALGORITHMS[name].compute(pixels)
    assert pixels.reductions is first


def test_an_array_that_may_only_be_read_is_hashed_as_well():
    array = np.array(example("rings"))
    array.setflags(write=False)
    value = ALGORITHMS["pdq"].compute(Pixels(array))
    assert value.value == ALGORITHMS["pdq"].example[1]

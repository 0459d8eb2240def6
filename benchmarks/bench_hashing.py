"""PDQ in our own numpy beside a perceptual hash that everybody knows: no goal."""

import io

import imagehash
from measuring import interleaved, p50, row
from pictures import photograph
from PIL import Image

from iwflab.hashing import ALGORITHMS

REPEATS = 30


def rows():
    picture = Image.open(io.BytesIO(photograph(1)))
    picture.load()
    pdq = ALGORITHMS["pdq"]
    mine, theirs = interleaved(
        REPEATS, lambda: pdq.compute(picture), lambda: imagehash.phash(picture)
    )
    told = {"other_name": "imagehash.phash (another algorithm)", "unit": "ms"}
    name = "PDQ with quality of a 2 MP picture, median"
    return [row(name, p50(mine), p50(theirs), **told)]

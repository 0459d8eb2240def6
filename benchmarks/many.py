"""A lab with ten thousand media in one person's hands, entered without decoding."""

import random
import sqlite3
from functools import cache
from hashlib import sha256

from measuring import workshop
from PIL import Image, ImageDraw

from iwflab.demo.drawing import encoded
from iwflab.domain.hashes import HashValue
from iwflab.domain.media import DecoderState, Digests, Examined
from iwflab.lab import Lab
from iwflab.media.previews import PreviewStore
from iwflab.store.entering import enter_examination, enter_medium

MEDIA, AT_ONCE = 10_000, 500
CUSTODY = {"case": "B", "exhibit": "1", "purpose": "benchmark", "authority": "none"}


@cache
def lab(analyst="ann"):
    """Fill a lab once a run; give the folder above it, as ``pictures.lab`` does."""
    place = workshop() / "many" / "lab"
    drawn = place.parent / "drawn"
    drawn.mkdir(parents=True)
    (drawn / "first.jpg").write_bytes(shielded(-1))
    with Lab.create(place, head_folder=str(place.parent / "heads")) as made:
        made.intake([drawn], **CUSTODY)
    numbers = list(range(MEDIA))
    for at in range(0, MEDIA, AT_ONCE):
        enter(place, analyst, numbers[at : at + AT_ONCE])
    return place.parent


def enter(place, analyst, numbers):
    """Enter media as an intake does, each with a preview and a PDQ hash of its own."""
    previews = PreviewStore(place / "previews")
    with Lab.open(place) as opened:
        store = opened._store
        exhibit, intake = arrival(place)
        with store.act("seed", "benchmark", analyst=analyst) as act:
            for number in numbers:
                examined = described(number)
                name = sha256(f"medium {number}".encode()).hexdigest()
                digests = Digests(1000, name[:32], name[:40], name)
                medium, _ = enter_medium(act, digests, name[:16])
                kept = previews.path(name, "shielded")
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(examined.previews["shielded"])  # need not last
                enter_examination(act, medium, examined)
                act.insert(
                    "copy",
                    medium=medium,
                    exhibit=exhibit,
                    intake=intake,
                    path=f"{number}.jpg".encode(),
                    shown=f"{number}.jpg",
                )
                act.insert("assignment", medium=medium, analyst=analyst)


def arrival(place):
    database = sqlite3.connect(place / "lab.db")
    try:
        return database.execute("SELECT exhibit, id FROM intake").fetchone()
    finally:
        database.close()


def described(number):
    bits = random.Random(number // 4 if number % 100 < 4 else number).getrandbits(256)
    value = f"{bits ^ (number % 4):064x}"
    pdq = HashValue("pdq", value, "seed", "1", "", variant="full", quality=100)
    return Examined(
        DecoderState.COMPLETE,
        format="JPEG",
        width=640,
        height=420,
        frames=1,
        hashes=(pdq,),
        previews={"shielded": shielded(number)},
    )


def shielded(number):
    """Draw what a shielded preview is: 480 pixels, grey, soft."""
    image = Image.new("L", (24, 16), 40 + number * 7 % 160)
    pen = ImageDraw.Draw(image)
    pen.line((0, number % 16, 24, 16 - number % 16), fill=230, width=3)
    return encoded(image.resize((480, 320), Image.Resampling.BICUBIC), "JPEG")

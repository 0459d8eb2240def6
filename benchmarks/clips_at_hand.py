"""Clips for measuring: drawn ones that weigh what filmed ones do, and those given."""

import io
from functools import cache

import av
import numpy as np
from media_at_hand import media_folder
from PIL import Image

from iwflab.demo.drawing import picture

# Width, height, frames: two shots each, a slow pan, grain of its own on every frame.
DRAWN = ((640, 360, 240), (1280, 720, 150), (1920, 1080, 75))
RATE = 30
GRAIN = 4  # standard deviation, of 255


@cache
def clips():
    """Give name -> bytes of MP4 (H.264)."""
    found = {f"drawn {height}p": drawn(width, height, n) for width, height, n in DRAWN}
    given = media_folder("videos")
    for file in sorted(given.glob("*.mp4")) if given else ():
        found[file.stem] = file.read_bytes()
    return found


def drawn(width, height, number):
    chance = np.random.default_rng(width)
    # One field of grain, laid anew each time: drawing noise would take the longest.
    grain = chance.normal(0, GRAIN, (height + 64, width + 64, 1)).astype(np.float32)
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as writer:
        stream = writer.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "23"}
        stream.codec_context.thread_count = 1
        for at in range(number):
            frame = av.VideoFrame.from_ndarray(
                _frame(at, number, grain, chance, (width, height)), format="rgb24"
            )
            writer.mux(stream.encode(frame.reformat(format="yuv420p", threads=1)))
        writer.mux(stream.encode())
    return out.getvalue()


def _frame(at, number, grain, chance, size):
    width, height = size
    whole = _scene(2 * at // number, width, height)
    seen = whole[:height, at % 60 : at % 60 + width]
    down, across = chance.integers(0, 64, 2)
    noisy = seen + grain[down : down + height, across : across + width]
    return np.clip(noisy, 0, 255).astype(np.uint8)


@cache
def _scene(seed, width, height):
    grown = picture(seed).resize((width + 60, height), Image.Resampling.BICUBIC)
    return np.asarray(grown).astype(np.float32)

"""Tasks that misbehave on purpose, for the tests of the pool."""

import os
import time

from iwflab.domain.hashes import FrameHash, FrameHashes, HashValue
from iwflab.domain.media import DecoderState, Examined
from iwflab.media import wire

VIDEO = "OggS\0 "  # what begins so has the deadline of a video
_served = []


def examine(view, algorithms=()):
    """Do what the bytes say; what they do not say is answered with them."""
    order = bytes(view).decode()
    _served.append(order)
    if order in _LIES:
        return _LIES[order]
    act = _ACTS.get(order)
    if act is not None:
        act()
    return Examined(DecoderState.COMPLETE, order, frames=len(_served))


def _shout(data):
    """Write to every descriptor there may be, past the protocol."""
    for fd in range(3, 32):
        try:
            os.write(fd, data)
        except OSError:
            continue


def _frames(*given, count=1):
    return FrameHashes("pdq", "x", (FrameHash(*given),) * count, "y", "z")


def _hang():
    while True:
        time.monotonic()


def _fail():
    raise LookupError("on purpose")


_ACTS = {
    "die": lambda: os._exit(3),
    "abort": os.abort,
    "hang": _hang,
    VIDEO + "hang": _hang,
    "fail": _fail,
    "eat": lambda: bytearray(8 << 30),
    "garbage": lambda: _shout(b"\xff" * 64),
    "huge": lambda: _shout(wire.HEADER.pack(wire.MAGIC, 0xFFFFFFFF, 0)),
}
_DONE = DecoderState.COMPLETE
_LIES = {
    "deep": Examined(_DONE, metadata={"a": [[[[[[[[1]]]]]]]]}),
    "dirty": Examined(_DONE, "a\u202eb", metadata={"k": "\x1b[31m"}),
    "page": Examined(_DONE, previews={"full": b"<html></html>"}),
    "negative": Examined(_DONE, width=-1),
    "odd": Examined(_DONE, metadata={"k": {1, 2}}),
    "frames": Examined(_DONE, frame_hashes=_frames(7, 9, 100, "ab" * 32, count=14_400)),
    "long": Examined(_DONE, frame_hashes=_frames(7, 9, 100, "ab" * 32, count=14_401)),
    "short": Examined(_DONE, frame_hashes=_frames(7, 9, 100, "ab")),
    "better": Examined(_DONE, frame_hashes=_frames(7, 9, 101, "ab" * 32)),
    "misfit": Examined(
        _DONE,
        hashes=(
            HashValue("pdq", "ab" * 32, "y", "z"),
            HashValue("pdq", "ab", "y", "z", variant="512nn"),
            HashValue("sha256", "ab" * 32, "y", "z"),
        ),
    ),
    "early": Examined(_DONE, frame_hashes=_frames(7, -9, 100, "ab" * 32)),
}

"""What goes between the parent and a worker; the worker is not trusted.

A message is a header of fixed size (magic, length of the JSON, number of blobs), the
JSON, then each blob with its length before it.  The parent checks every length before
it takes the bytes, every type and range after, and cleans every text again: a decoder
that was taken over can lie about its medium, and nothing more.
"""

import json
import math
import re
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import asdict, astuple

from iwflab.domain.hashes import FrameHash, FrameHashes, HashValue
from iwflab.domain.media import DecoderState, Examined, display_text

HEADER = struct.Struct("<4sII")
LENGTH = struct.Struct("<Q")
MAGIC = b"iwf1"
JSON_LIMIT = 2 << 20  # 14,400 hashes of frames take 1.4 MB
BLOBS = 8
BLOB_LIMIT = 16 << 20

_DEPTH = 5
_ITEMS = 1000
_FRAMES = 14_400  # hashes of record of one medium
_MICROSECONDS = 1 << 53
_TEXT = 4000
_SIDE = 1 << 33  # more than any header can say: 32 bits, or a difference of two
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HEX = re.compile(r"[0-9a-f]{1,4096}")
_FRAME_HEX = re.compile(r"[0-9a-f]{64}")
# Previews are JPEG, re-encoded by us; a browser is given nothing else.
_PREVIEW = re.compile(rb"\xff\xd8\xff.*\xff\xd9", re.DOTALL)
# A clip, re-encoded by us as WebM, comes in pieces; only the first has a beginning.
_PIECE = re.compile(r"clip_[0-7]")
_FIRST_PIECE, _WEBM = "clip_0", b"\x1a\x45\xdf\xa3"


_PLAIN = ("reason", "format", "mode", "width", "height", "frames", "decoder")


class Garbled(Exception):
    """A worker did not keep to the protocol; its process is to be killed."""


def write(channel: socket.socket, body: object, blobs: tuple[bytes, ...] = ()) -> None:
    """Send one message; OSError if the other side is gone."""
    text = json.dumps(body, allow_nan=False).encode()
    parts = [HEADER.pack(MAGIC, len(text), len(blobs)), text]
    for blob in blobs:
        parts += [LENGTH.pack(len(blob)), blob]
    for part in parts:
        channel.sendall(part)


def read(
    channel: socket.socket, deadline: float | None = None
) -> tuple[object, list[bytes]]:
    """Receive one message until ``deadline`` (on the monotonic clock), or whenever.

    Garbled if it does not keep to the protocol, TimeoutError if it is late,
    EOFError if the other side is gone.
    """
    magic, length, count = HEADER.unpack(_exactly(channel, HEADER.size, deadline))
    if magic != MAGIC or length > JSON_LIMIT or count > BLOBS:
        raise Garbled("the header of its answer is out of bounds")
    text = _exactly(channel, length, deadline)
    blobs = []
    for _ in range(count):
        (size,) = LENGTH.unpack(_exactly(channel, LENGTH.size, deadline))
        if size > BLOB_LIMIT:
            raise Garbled("a preview in its answer is out of bounds")
        blobs.append(bytes(_exactly(channel, size, deadline)))
    try:
        return json.loads(bytes(text)), blobs
    except (ValueError, RecursionError) as error:
        raise Garbled("its answer is no JSON") from error


def pack(examined: Examined) -> tuple[dict[str, object], tuple[bytes, ...]]:
    """Turn a result into JSON and blobs (inside the worker)."""
    body: dict[str, object] = {
        "state": str(examined.state),
        "metadata": dict(examined.metadata),
        "hashes": [asdict(value) for value in examined.hashes],
        "previews": list(examined.previews),
        "frame_hashes": None,
    }
    if examined.frame_hashes is not None:
        plain = asdict(examined.frame_hashes)
        plain["frames"] = [list(astuple(one)) for one in examined.frame_hashes.frames]
        body["frame_hashes"] = plain
    for name in _PLAIN:
        body[name] = getattr(examined, name)
    return body, tuple(examined.previews.values())


def unpack(body: object, blobs: list[bytes]) -> Examined:
    """Check and clean a result (in the parent); Garbled if anything is amiss."""
    fields = _mapping(body)
    names = [_name(name) for name in _sequence(fields.get("previews"))]
    if len(set(names)) != len(blobs) or len(names) != len(blobs):
        raise Garbled("its previews and their names do not agree")
    if not all(map(_is_shown, names, blobs)):
        raise Garbled("one of its previews is no JPEG")
    try:
        state = DecoderState(_text(fields.get("state")))
    except ValueError as error:
        raise Garbled("the state in its answer is not known") from error
    return Examined(
        state,
        reason=_text(fields.get("reason")),
        format=_text(fields.get("format")),
        mode=_text(fields.get("mode")),
        width=_number(fields.get("width"), _SIDE),
        height=_number(fields.get("height"), _SIDE),
        frames=_number(fields.get("frames"), _SIDE),
        decoder=_text(fields.get("decoder")),
        metadata=_mapping(_clean(fields.get("metadata"), _DEPTH)),
        hashes=tuple(_hash(value) for value in _sequence(fields.get("hashes"))),
        previews=dict(zip(names, blobs, strict=True)),
        frame_hashes=_frame_hashes(fields.get("frame_hashes")),
    )


def _is_shown(name: str, blob: bytes) -> bool:
    if _PIECE.fullmatch(name):
        return name != _FIRST_PIECE or blob.startswith(_WEBM)
    return bool(_PREVIEW.fullmatch(blob))


def _exactly(channel: socket.socket, size: int, deadline: float | None) -> bytearray:
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        # Setting a time-out is a call that a locked-down worker may not make.
        if deadline is not None:
            channel.settimeout(max(deadline - time.monotonic(), 1e-6))
        count = channel.recv_into(rest)
        if not count:
            raise EOFError
        rest = rest[count:]
    return data


def _hash(value: object) -> HashValue:
    fields = _mapping(value)
    quality = fields.get("quality")
    return HashValue(
        algorithm=_name(fields.get("algorithm")),
        value=_match(_HEX, fields.get("value")),
        library=_text(fields.get("library")),
        version=_text(fields.get("version")),
        conversion=_text(fields.get("conversion")),
        variant=_text(fields.get("variant")),
        quality=None if quality is None else _number(quality, 100),
        turned=tuple(_match(_HEX, one) for one in _sequence(fields.get("turned"))),
    )


def _frame_hashes(value: object) -> FrameHashes | None:
    if value is None:
        return None
    fields = _mapping(value)
    rows = fields.get("frames")
    if not isinstance(rows, list) or len(rows) > _FRAMES:
        raise Garbled("the hashes of its frames are out of bounds")
    return FrameHashes(
        algorithm=_name(fields.get("algorithm")),
        variant=_text(fields.get("variant")),
        frames=tuple(_frame_hash(row) for row in rows),
        library=_text(fields.get("library")),
        version=_text(fields.get("version")),
        conversion=_text(fields.get("conversion")),
    )


def _frame_hash(row: object) -> FrameHash:
    if not isinstance(row, list) or len(row) != 4:  # noqa: PLR2004 - see FrameHash
        raise Garbled("the hash of a frame is malformed")
    frame, microseconds, quality, value = row
    return FrameHash(
        _number(frame, _SIDE),
        _number(microseconds, _MICROSECONDS),
        _number(quality, 100),
        _match(_FRAME_HEX, value),
    )


def _clean(value: object, depth: int) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return display_text(value, limit=_TEXT)
    if isinstance(value, int | float):
        if not math.isfinite(value) or abs(value) > 1 << 63:
            raise Garbled("a number in its answer is out of bounds")
        return value
    if depth == 0:
        raise Garbled("its answer is nested too deeply")
    if isinstance(value, dict):
        pairs = list(_mapping(value).items())
        return {_text(key): _clean(item, depth - 1) for key, item in pairs}
    return [_clean(item, depth - 1) for item in _sequence(value)]


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict) or len(value) > _ITEMS:
        raise Garbled("a part of its answer is no mapping")
    return value


def _sequence(value: object) -> list[object]:
    if not isinstance(value, list) or len(value) > _ITEMS:
        raise Garbled("a part of its answer is no list")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Garbled("a part of its answer is no text")
    return display_text(value, limit=_TEXT)


def _number(value: object, limit: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= limit:
        raise Garbled("a number in its answer is out of bounds")
    return value


def _name(value: object) -> str:
    return _match(_NAME, value)


def _match(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Garbled("a name or value in its answer is malformed")
    return value

"""Where a picture ends in its bytes: what is missing, and what comes after.

Decoders stop at the last pixel they need.  They say nothing of an end marker that is
missing, a checksum that is wrong further on, or another file that was appended.
"""

import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

_LIMIT = 1_000_000  # blocks that are walked; hostile files can hold more


@dataclass(frozen=True, slots=True)
class Ending:
    """Where the picture ends, in bytes (None: not known), and what is wrong."""

    end: int | None = None
    missing: str = ""  # what ought to come, but the bytes are over
    broken: str = ""  # what is there, but wrong


def ending(form: str, view: memoryview) -> Ending:
    """Find the end of a picture of a format; what cannot be told is left open."""
    walker = _WALKERS.get(form)
    if walker is None:
        return Ending()
    try:
        return walker(view)
    except (struct.error, IndexError, ValueError):
        return Ending(missing="the structure of the file ends in the middle")


def trailing(view: memoryview, end: int) -> dict[str, object]:
    """Describe what follows the picture: its length and what it looks like."""
    rest = bytes(view[end : end + 4096])
    kind = next((kind for sign, kind in _SIGNS if sign in rest[:64].lower()), "unknown")
    if not bytes(view[end : end + (1 << 16)]).strip(b"\0"):
        kind = "zeros"
    return {"bytes": len(view) - end, "kind": kind}


_SIGNS = (
    (b"pk\x03\x04", "zip"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"%pdf-", "pdf"),
    (b"<html", "html"),
    (b"<!doctype", "html"),
    (b"<script", "html"),
    (b"<?php", "php"),
    (b"rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x7felf", "elf"),
    (b"mz", "executable"),
    (b"ftyp", "iso media"),
)
# The next marker in entropy-coded data: neither a stuffed zero nor a restart.  (A plus
# after the first byte, for fill bytes, would find the same in sixteen times the time.)
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def _jpeg(view: memoryview) -> Ending:
    at = 2
    for _ in range(_LIMIT):
        found = _MARKER.search(view, at)
        if found is None:
            return Ending(missing="no end-of-image marker")
        at = found.end()
        marker = view[at - 1]
        if marker == 0xD9:  # noqa: PLR2004 - EOI
            return Ending(end=at)
        if marker in {0x01, 0xD8}:
            continue
        (length,) = struct.unpack_from(">H", view, at)
        at += length
    return Ending()


def _png(view: memoryview) -> Ending:
    at = 8
    broken = ""
    for _ in range(_LIMIT):
        length, kind = struct.unpack_from(">I4s", view, at)
        body = view[at + 4 : at + 8 + length]
        (crc,) = struct.unpack_from(">I", view, at + 8 + length)
        if zlib.crc32(body) != crc and not broken:
            broken = f"the checksum of chunk {kind.decode('latin-1')!r} is wrong"
        at += 12 + length
        if kind == b"IEND":
            return Ending(end=at, broken=broken)
    return Ending(broken=broken)


def _gif(view: memoryview) -> Ending:
    return Ending(end=_gif_walk(view)[0])


def gif_frames(view: memoryview) -> int:
    """Count the pictures of a GIF without decoding any."""
    return _gif_walk(view, whole=False)[1]


def _gif_walk(view: memoryview, *, whole: bool = True) -> tuple[int, int]:
    """Return (end, frames); IndexError if it ends early and ``whole`` is asked."""
    at = 13 + _palette(view[10])
    frames = 0
    try:
        for _ in range(_LIMIT):
            block = view[at]
            if block == 0x3B:  # noqa: PLR2004 - the trailer
                return at + 1, frames
            if block == 0x2C:  # noqa: PLR2004 - an image descriptor
                frames += 1
                at += 11 + _palette(view[at + 9])
            elif block == 0x21:  # noqa: PLR2004 - an extension
                at += 2
            else:
                at += 1
                continue
            while view[at]:
                at += 1 + view[at]
            at += 1
    except IndexError:
        if whole:
            raise
    return at, frames


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _riff(view: memoryview) -> Ending:
    (size,) = struct.unpack_from("<I", view, 4)
    end = 8 + size + (size & 1)
    if end - (size & 1) > len(view):
        return Ending(missing="the RIFF container ends in the middle")
    return Ending(end=min(end, len(view)))


def _boxes(view: memoryview) -> Ending:
    at = 0
    for _ in range(_LIMIT):
        if at == len(view):
            return Ending(end=at)
        size, kind = struct.unpack_from(">I4s", view, at)
        if not kind.isascii() or not kind.replace(b" ", b"a").isalnum():
            return Ending(end=at)
        if size == 0:
            return Ending(end=len(view))
        if size == 1:
            (size,) = struct.unpack_from(">Q", view, at + 8)
        if at + size > len(view):
            name = kind.decode("ascii")
            return Ending(missing=f"box {name!r} ends in the middle")
        at += max(size, 8)
    return Ending()


def _codestream(view: memoryview) -> Ending:
    if bytes(view[:4]) == b"\xff\x4f\xff\x51":
        ended = bytes(view[-2:]) == b"\xff\xd9"
        return Ending() if ended else Ending(missing="no end-of-codestream marker")
    return _boxes(view)


_WALKERS: dict[str, Callable[[memoryview], Ending]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "GIF": _gif,
    "WEBP": _riff,
    "HEIF": _boxes,
    "AVIF": _boxes,
    "JPEG2000": _codestream,
}

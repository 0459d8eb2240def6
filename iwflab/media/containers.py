"""Which container of moving pictures some bytes are, and where its structure ends.

Only the first bytes decide, against a list: no demuxer is ever asked to guess.  A
guess would let a text file become a playlist, a script or a list of other files.
What begins like a picture is no container, whatever lies further in: a comment in it
can be made to look like the packets of a stream.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from iwflab.media.decoding import signature
from iwflab.media.endings import Ending

_BOXES = 100_000  # top-level boxes, tags or pages that are walked
# ISO base media brands (mp4ra.org) of films; pictures have brands of their own.
_FILM_BRANDS = (
    *(b"iso", b"mp4", b"avc", b"M4V", b"MSN", b"qt  ", b"3gp", b"3g2", b"3gr", b"3gs"),
    *(b"mmp4", b"dash", b"msdh", b"f4v", b"F4V", b"XAVC", b"av01", b"hvc1", b"hev1"),
    *(b"CAEP", b"caqv", b"niko", b"pana", b"NDSC", b"NDSH", b"isml", b"cmf", b"nvr"),
)
_STILL_BRANDS = (
    b"avi",
    b"mif",
    b"mia",
    b"hei",
    b"hev",
    b"hevc",
    b"msf",
    b"jp2",
    b"crx",
)
_OLD_BOXES = frozenset({b"moov", b"mdat", b"wide", b"pnot"})
_PACKET = 188  # bytes of a transport stream; 192 with a time before each (M2TS)
_PACKETS = 5, 32  # how many must begin as they should: at least, at most
_BOXED = ("HEIF", "AVIF")  # pictures in boxes, as films are: the brand tells them apart


@dataclass(frozen=True, slots=True)
class Container:
    """A container: how we call it, and which demuxer reads it (and no other)."""

    name: str
    demuxer: str


_FIXED = (
    (0, b"\x1a\x45\xdf\xa3", Container("Matroska", "matroska")),
    (0, b"FLV\x01", Container("FLV", "flv")),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Container("ASF", "asf")),
    (0, b"OggS\0", Container("Ogg", "ogg")),
    (0, b"\0\0\x01\xba", Container("MPEG-PS", "mpeg")),
)
_TRANSPORT = Container("MPEG-TS", "mpegts")


def container(view: memoryview) -> Container | None:
    """Name the container that the first bytes claim; None if none of the list."""
    for at, sign, kind in _FIXED:
        if _is(view, at, sign):
            return _matroska(view) if kind.demuxer == "matroska" else kind
    if _is(view, 0, b"RIFF") and _is(view, 8, b"AVI "):
        return Container("AVI", "avi")
    picture = signature(view)
    if picture and picture not in _BOXED:
        return None
    return _iso(view) or (_TRANSPORT if _packet_length(view) else None)


def _packet_length(view: memoryview) -> int:
    """Give the bytes of each packet of a transport stream; 0 where it is none."""
    for start, length in ((0, _PACKET), (4, _PACKET + 4)):
        least, most = _PACKETS
        signs = bytes(view[start : start + most * length : length])
        if len(signs) >= least and signs == b"G" * len(signs):
            return length
    return 0


def _is(view: memoryview, at: int, sign: bytes) -> bool:
    return bytes(view[at : at + len(sign)]) == sign


def _matroska(view: memoryview) -> Container:
    webm = b"webm" in bytes(view[:64])
    return Container("WebM" if webm else "Matroska", "matroska")


def _iso(view: memoryview) -> Container | None:
    kind, brand = bytes(view[4:8]), bytes(view[8:12])
    if kind in _OLD_BOXES:
        return Container("MOV", "mov")
    if kind != b"ftyp":
        return None
    if brand.startswith(_FILM_BRANDS):
        name = "3GP" if brand[:2] == b"3g" else "MOV" if brand == b"qt  " else "MP4"
        return Container(name, "mov")
    # A brand that nobody knows: a film says so by its index, a picture has none.
    film = not brand.startswith(_STILL_BRANDS) and any(
        kind in {b"moov", b"moof"} for kind, _, _ in _iso_boxes(view)
    )
    return Container("MP4", "mov") if film else None


def structure(kind: Container, view: memoryview) -> Ending:
    """Walk the outermost structure: what is cut off, what comes after the end."""
    walker = _WALKERS.get(kind.demuxer)
    if walker is None:
        return Ending()
    try:
        return walker(view)
    except (struct.error, IndexError, ValueError):
        return Ending(missing="the structure of the file ends in the middle")


def _iso_boxes(view: memoryview) -> Iterator[tuple[bytes, int, int]]:
    """Give kind, start and length of the outermost boxes that have a header."""
    at = 0
    for _ in range(_BOXES):
        if at + 8 > len(view):
            return
        length, kind = struct.unpack_from(">I4s", view, at)
        if length == 1 and at + 16 <= len(view):
            (length,) = struct.unpack_from(">Q", view, at + 8)
        if length == 0:  # up to the end, whatever that is
            length = len(view) - at
        yield kind, at, length
        at += max(length, 8)


def _iso_end(view: memoryview) -> Ending:
    end = 0
    kinds = set()
    for kind, at, length in _iso_boxes(view):
        if not kind.isascii() or not kind.strip(b"\0"):
            return Ending(end=at)  # no box any more: something was appended
        if at + length > len(view):
            name = kind.decode("latin-1")
            return Ending(missing=f"the box {name!r} runs past the end of the file")
        kinds.add(kind)
        end = at + length
    if b"moov" not in kinds:
        return Ending(missing="its index (the box 'moov') is not there")
    return Ending(end=end)


def _riff_end(view: memoryview) -> Ending:
    end = 0
    for _ in range(_BOXES):  # more than a gigabyte comes in several RIFFs
        if not _is(view, end, b"RIFF"):
            return Ending(end=end)
        (length,) = struct.unpack_from("<I", view, end + 4)
        if end + 8 + length > len(view):
            return Ending(missing="the file is shorter than its header says")
        end += 8 + length + length % 2
    return Ending()


def _ebml_end(view: memoryview) -> Ending:
    at = 0
    while at < len(view):
        number = bytes(view[at : at + 4])
        length, size = _ebml_length(view, at + 4)
        if number not in {b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"}:
            return Ending(end=at)
        if length is None:  # written as a stream: it ends where it ends
            return Ending()
        at += 4 + size + length
        if at > len(view):
            return Ending(missing="the file is shorter than its header says")
    return Ending(end=at)


def _ebml_length(view: memoryview, at: int) -> tuple[int | None, int]:
    first = view[at]
    size = 9 - first.bit_length()
    if size > 8:  # noqa: PLR2004 - bytes; no such length exists
        raise ValueError("no length")
    if at + size > len(view):
        raise IndexError
    number = int.from_bytes(view[at : at + size]) & ((1 << 7 * size) - 1)
    return (None if number == (1 << 7 * size) - 1 else number), size


def _flv_end(view: memoryview) -> Ending:
    (at,) = struct.unpack_from(">I", view, 5)
    at += 4
    for _ in range(10 * _BOXES):
        if at == len(view):
            return Ending(end=at)
        kind = view[at] & 0x1F
        if kind not in {8, 9, 18}:
            return Ending(end=at)
        at += 15 + int.from_bytes(view[at + 1 : at + 4])
        if at > len(view):
            return Ending(missing="its last tag runs past the end of the file")
    return Ending()


def _asf_end(view: memoryview) -> Ending:
    # The file properties object holds the size of the whole (ASF 1.20, section 3.2).
    sign = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
    at = bytes(view[: 1 << 16]).find(sign)
    if at < 0:
        return Ending()
    (length,) = struct.unpack_from("<Q", view, at + 40)
    if length > len(view):
        return Ending(missing="the file is shorter than its header says")
    return Ending()


def _ogg_end(view: memoryview) -> Ending:
    at, last = 0, 0
    for _ in range(10 * _BOXES):
        if at == len(view):
            done = last & 4  # the flag of a last page
            return Ending(end=at, missing="" if done else "its last page is not there")
        if not _is(view, at, b"OggS"):
            return Ending(end=at)
        last, count = view[at + 5], view[at + 26]
        at += 27 + count + sum(view[at + 27 : at + 27 + count])
        if at > len(view):
            return Ending(missing="its last page runs past the end of the file")
    return Ending()


def _transport_end(view: memoryview) -> Ending:
    if len(view) % (_packet_length(view) or _PACKET):
        return Ending(missing="its last packet is cut")
    return Ending()


_WALKERS: dict[str, Callable[[memoryview], Ending]] = {
    "mov": _iso_end,
    "avi": _riff_end,
    "matroska": _ebml_end,
    "flv": _flv_end,
    "asf": _asf_end,
    "ogg": _ogg_end,
    "mpegts": _transport_end,
}

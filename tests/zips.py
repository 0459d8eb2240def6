"""Zip archives for tests: good ones, and what a sender could make of one."""

import io
import stat
import struct
import zipfile
import zlib
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo


def packed(members, method=ZIP_DEFLATED):
    """An archive of (name or ZipInfo, bytes) pairs."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content, method)
    return buffer.getvalue()


def special(name, kind):
    """A member that a Unix tool would make a link or a device of."""
    member = ZipInfo(name)
    member.create_system = 3
    member.external_attr = (kind | 0o777) << 16
    return member


def changed(archive, name, **fields):
    """The directory entry of one member, told otherwise: at -> bytes."""
    data = bytearray(archive)
    at = data.rindex(name.encode()) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    for place, value in fields.items():
        where = {"flags": 8, "method": 10, "crc": 16, "size": 24, "offset": 42}[place]
        data[at + where : at + where + len(value)] = value
    return bytes(data)


def encrypted(name="locked.png"):
    return changed(packed([(name, b"x" * 40)]), name, flags=b"\x01\x00")


def wrong_crc():
    return changed(packed([("crc.png", b"y" * 40)]), "crc.png", crc=b"\0\0\0\0")


def bomb(size):
    """One member of zeros: about a thousandth of its size."""
    return packed([("zeros.bmp", bytes(size))])


def overlapping(number=200):
    """Members that all share one body, as in a bomb without recursion."""
    body = packed([("a0000", bytes(1 << 20))])
    start = body.index(b"PK\x01\x02")
    entry = body[start : body.index(b"PK\x05\x06")]
    entries = b"".join(
        entry.replace(b"a0000", b"a%04d" % index) for index in range(number)
    )
    return body[:start] + entries + _end(number, len(entries), start)


def many(number):
    """A directory of so many members, hardly anything behind it."""
    entry = packed([("a", b"")])
    start = entry.index(b"PK\x01\x02")
    one = entry[start : entry.index(b"PK\x05\x06")]
    return entry[:start] + one * number + _end(number, len(one) * number, start)


def long_directory(size=0xFFFFFFF0):
    """An end that claims a directory of four gigabytes."""
    return b"PK\x03\x04" + bytes(200) + _end(1, size, 0)


def _end(number, size, at):
    number = min(number, 0xFFFF)
    return struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, number, number, size, at, 0)


def lying_size():
    """Deflated data of 40 bytes behind a directory that says 39."""
    data = packed([("size.png", b"z" * 40)])
    crc = struct.pack("<I", zlib.crc32(b"z" * 39))
    return changed(data, "size.png", size=struct.pack("<I", 39), crc=crc)


def short_stream():
    """A deflated stream that ends before the size that the directory says."""
    data = packed([("short.png", b"z" * 40)])
    return changed(data, "short.png", size=struct.pack("<I", 90))


# Name of the case -> (archive, words of the reason, members that come through).
def refused_ones():
    nested = packed([("inner.png", b"i" * 9)])
    twice = io.BytesIO()
    with ZipFile(twice, "w") as archive:
        archive.writestr("same.png", b"one")
        archive.writestr("same.pnG", b"two")
    return {
        "encrypted": (encrypted(), "encrypted", 0),
        "wrong crc": (wrong_crc(), "CRC", 0),
        "short": (short_stream(), "another size", 0),
        "nested": (packed([("in.zip", nested)]), "within an archive", 0),
        "symlink": (
            packed([(special("l", stat.S_IFLNK), b"/etc/passwd")]),
            "symbolic link",
            0,
        ),
        "pipe": (packed([(special("p", stat.S_IFIFO), b"")]), "named pipe", 0),
        "bzip2": (packed([("b.bmp", bytes(99))], ZIP_BZIP2), "method 12", 0),
        "lzma": (packed([("b.bmp", bytes(99))], ZIP_LZMA), "method 14", 0),
        "same name": (
            twice.getvalue().replace(b"same.pnG", b"same.png"),
            "same name",
            1,
        ),
        "overlap": (overlapping(), "shares bytes", 1),
        "ratio": (bomb(200 << 20), "times its packed size", 0),
        "nothing": (packed([("folder/", b"")]), "holds no file", 0),
        "empty": (packed([]), "holds no file", 0),
        "cut": (packed([("a.png", b"a" * 999)])[:-9], "broken", 0),
        "garbage": (b"PK\x03\x04" + bytes(range(256)) * 9, "broken", 0),
        "directory": (long_directory(), "", 0),
        "many": (many(100_001), "more than 100,000", 0),
        "very many": (many(900_000), "directory is larger", 0),
    }


def traversing():
    """Names that would leave a folder if anybody made files of them."""
    names = ("../../up.png", "/abs/olute.png", "C:\\drive.png", "a/../../b.png")
    return packed([(name, name.encode()) for name in names], zipfile.ZIP_STORED)

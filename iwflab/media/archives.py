"""Zip archives: members go one by one into sealed memory, never onto a disk.

The archive's own structure is read here, in the parent, by Python's zipfile; no member
is decoded here.  So everything that the structure can ask for is bounded first: the
size of the directory, the number of members, what each and all of them may unpack to.
Only stored and deflated members are read: zlib unpacks in pieces of a bounded size,
the other methods do not, and LZMA takes as much memory as the archive names.
"""

import errno
import io
import stat
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

from iwflab.domain.media import display_text
from iwflab.errors import Unreadable
from iwflab.media.reading import CHUNK, Sealed, kind_of, seal

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")  # APPNOTE 6.3.10, 4.3
BETWEEN = b"!/"  # between the path of an archive and the name of a member in it
# Ours.  100,000 members with names of a hundred bytes need 14 MiB of directory, and
# what zipfile makes of 16 MiB stays under 400 MiB in the worst case (46 bytes each).
MEMBERS = 100_000
DIRECTORY_BYTES = 16 << 20
MEMBER_BYTES = 2 << 30
# Deflate gives 1,032 to 1 at most (zlib's technical notes); pictures and videos are
# packed already and give about 1.  A drawn bitmap may give 1,000, so ratios count only
# beyond what a worker would decode in any case.
RATIO = 100
FREE_BYTES = 64 << 20  # of one member, whatever its ratio
FREE_TOTAL = 1 << 30  # of all members together
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x0001 | 0x0040  # APPNOTE 4.4.4: general purpose bits 0 and 6
_UTF8 = 0x0800  # bit 11
_HEADER = 30  # bytes of a local header before the name
_ADVICE = "unpack it with a forensic tool, and bring in the folder"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one archive may ask for; bytes, but for ``members`` and ``ratio``."""

    members: int = MEMBERS
    directory: int = DIRECTORY_BYTES
    member: int = MEMBER_BYTES
    ratio: int = RATIO
    free: int = FREE_BYTES
    free_total: int = FREE_TOTAL


@dataclass(frozen=True, slots=True)
class Member:
    """One member: sealed bytes, which the receiver closes, or why there are none.

    ``name`` are the raw bytes of its name: shown and kept, never a place on a disk.
    """

    name: bytes
    sealed: Sealed | None = None
    refused: str = ""


def is_archive(sealed: Sealed) -> bool:
    """Tell whether bytes begin as a zip archive does; their name says nothing."""
    return bytes(sealed.view()[:4]) in SIGNATURES


class Archive:
    """An open archive; a context manager.

    Raises Unreadable where its directory is broken, empty or over a limit: then no
    member was read.
    """

    def __init__(self, sealed: Sealed, limits: Limits | None = None) -> None:
        """Read the directory; ``sealed`` stays the caller's."""
        self._limits = limits or Limits()
        size = sealed.digests.size
        self._left = max(self._limits.free_total, self._limits.ratio * size)
        self._file = _Directory(sealed, self._limits.directory)
        try:
            self._zip = zipfile.ZipFile(self._file)
            self._members = self._zip.infolist()
            self._must_be_sound()
        except Unreadable:
            self._file.close()
            raise
        except Exception as fault:  # zipfile raises all kinds over a broken directory
            self._file.close()
            raise Unreadable(f"{_why(fault)}", advice=_ADVICE) from fault

    def __enter__(self) -> Self:
        """Hand out itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self._zip.close()
        self._file.close()

    def members(self) -> Iterator[Member]:
        """Give every member in the order of the directory, folders left out."""
        overlapping = _overlapping(self._members)
        names: Counter[bytes] = Counter()
        for member in self._members:
            name = _raw_name(member)
            names[name] += 1
            if _is_plain_folder(member):
                continue
            why = self._refusal(member)
            if id(member) in overlapping:
                why = "it shares bytes of the archive with another member"
            elif names[name] > 1:
                why = f"member {names[name]} of the same name in the archive"
            if why:
                yield Member(name, refused=why)
                continue
            try:
                sealed = self._read(member)
            except Unreadable as fault:
                yield Member(name, refused=fault.message)
            else:
                yield Member(name, sealed)

    def _must_be_sound(self) -> None:
        number, most = len(self._members), self._limits.members
        if number > most:
            raise Unreadable(
                f"the archive has {number:,} members, more than {most:,}",
                advice=_ADVICE,
            )
        if all(_is_plain_folder(member) for member in self._members):
            raise Unreadable("the archive holds no file", advice=_ADVICE)

    def _refusal(self, member: zipfile.ZipInfo) -> str:
        mode = member.external_attr >> 16  # as Unix tools write it, zero elsewhere
        if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
            return f"it is {kind_of(mode)} in the archive"
        if member.filename.endswith("/"):
            return "it is named as a folder, and holds bytes"
        if member.flag_bits & _ENCRYPTED:
            return "it is encrypted"
        if member.compress_type not in _METHODS:
            return f"it is packed by method {member.compress_type}, which is not read"
        if member.file_size > self._allowed(member):
            return self._too_much(member)
        return ""

    def _allowed(self, member: zipfile.ZipInfo) -> int:
        by_ratio = max(self._limits.free, self._limits.ratio * member.compress_size)
        return min(self._limits.member, by_ratio)

    def _too_much(self, member: zipfile.ZipInfo) -> str:
        if self._allowed(member) == self._limits.member:
            return f"it unpacks to more than {self._limits.member:,} bytes"
        return f"it unpacks to more than {self._limits.ratio} times its packed size"

    def _read(self, member: zipfile.ZipInfo) -> Sealed:
        try:
            with self._zip.open(member) as stream:
                sealed = seal(self._chunks(stream, member), limit=self._limits.member)
        except Unreadable:
            raise
        except Exception as fault:  # zipfile and zlib raise all kinds
            raise Unreadable(_why(fault), advice=_ADVICE) from fault
        why = ""
        if sealed.digests.size != member.file_size:
            why = "it unpacks to another size than the archive says"
        elif is_archive(sealed):
            why = "it is an archive within an archive, which is not opened"
        if why:
            sealed.close()
            raise Unreadable(why, advice=_ADVICE)
        return sealed

    def _chunks(self, stream: IO[bytes], member: zipfile.ZipInfo) -> Iterator[bytes]:
        allowed = self._allowed(member)
        while chunk := stream.read(CHUNK):
            allowed -= len(chunk)
            self._left -= len(chunk)
            if self._left < 0:
                raise Unreadable("the archive unpacks to too much", advice=_ADVICE)
            if allowed < 0:
                raise Unreadable(self._too_much(member), advice=_ADVICE)
            yield chunk


class _Directory(io.RawIOBase):
    """The sealed bytes as a file, in which no single read is larger than a limit.

    zipfile reads the directory in one piece of the size that the archive names.
    """

    def __init__(self, sealed: Sealed, limit: int) -> None:
        self._view = sealed.view()
        self._limit = limit
        self._at = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._view)}
        if base[whence] + offset < 0:
            # As a file does it: zipfile feels its way back from the end.
            raise OSError(errno.EINVAL, "before the beginning of the archive")
        self._at = base[whence] + offset
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        rest = max(0, len(self._view) - self._at)
        wanted = rest if size is None or size < 0 else min(size, rest)
        if wanted > self._limit:
            raise Unreadable(
                f"the archive's directory is larger than {self._limit:,} bytes",
                advice=_ADVICE,
            )
        piece = bytes(self._view[self._at : self._at + wanted])
        self._at += wanted
        return piece


def _is_plain_folder(member: zipfile.ZipInfo) -> bool:
    return member.filename.endswith("/") and member.file_size == 0


def _raw_name(member: zipfile.ZipInfo) -> bytes:
    # zipfile decodes names as UTF-8 or as code page 437; back to what stood there.
    coding = "utf-8" if member.flag_bits & _UTF8 else "cp437"
    return member.orig_filename.encode(coding, "surrogateescape")


def _overlapping(members: list[zipfile.ZipInfo]) -> set[int]:
    """Name members whose bytes begin inside another one's: small bombs are made so."""
    found, end = set(), 0
    for member in sorted(members, key=lambda one: one.header_offset):
        if member.header_offset < end:
            found.add(id(member))
        whole = _HEADER + len(_raw_name(member)) + member.compress_size
        end = max(end, member.header_offset + whole)
    return found


def _why(fault: Exception) -> str:
    if isinstance(fault, NotImplementedError | RuntimeError):
        return display_text(f"it cannot be unpacked: {fault}", limit=200)
    words = str(fault) or type(fault).__name__
    return display_text(f"the archive is broken here: {words}", limit=200)

"""The one way in: a regular file, read once, hashed while read, then sealed.

A path that is read twice (to hash, then to decode) can give two different contents;
54 of 400 did under a rewriting process.  So bytes go once into a sealed memfd, and
everything after that, the digests included, is about those bytes.
"""

import ctypes
import errno
import fcntl
import hashlib
import mmap
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from iwflab.domain.media import Digests, display_name
from iwflab.errors import Unreadable

CHUNK = 1 << 20
DEFAULT_LIMIT = 8 << 30  # bytes; a memfd lies in memory

# Super-block magics (linux/magic.h) of file systems whose "files" are the kernel
# talking: reading one may block, never end, or change the machine.
_NOT_STORAGE = {
    0x00009FA0: "procfs",
    0x62656572: "sysfs",
    0x64626720: "debugfs",
    0x74726163: "tracefs",
    0x73636673: "securityfs",
    0x63677270: "cgroup2",
    0x0027E0EB: "cgroup",
    0x62656570: "configfs",
    0xCAFE4A11: "bpffs",
    0x6165676C: "pstore",
    0xDE5E81E4: "efivarfs",
    0x19800202: "mqueue",
    0x00001CD1: "devpts",
}
_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a character device"),
    (stat.S_ISBLK, "a block device"),
)
_ADVICE = "copy the medium itself into an ordinary folder and bring in that copy"

AnyPath = bytes | str | os.PathLike[str] | os.PathLike[bytes]


class Sealed:
    """Bytes that nobody can change any more, with their digests.

    ``fd`` is a memfd sealed against writing, growing and shrinking.  Use it as a
    context manager, or call :meth:`close`.
    """

    __slots__ = ("_digests", "_fd")

    def __init__(self, fd: int, digests: Digests) -> None:
        """Take over ``fd``; it is closed with this object."""
        self._fd = fd
        self._digests = digests

    @property
    def fd(self) -> int:
        """The sealed memfd; Unreadable once closed."""
        if self._fd < 0:
            raise Unreadable(
                "these sealed bytes are closed already",
                advice="read the medium again",
            )
        return self._fd

    @property
    def digests(self) -> Digests:
        """Size and digests of exactly these bytes."""
        return self._digests

    def view(self) -> memoryview:
        """Map the bytes read-only; they are not copied."""
        if self._digests.size == 0:
            return memoryview(b"")
        length = self._digests.size
        return memoryview(mmap.mmap(self.fd, length, prot=mmap.PROT_READ))

    def bytes(self) -> bytes:
        """Copy the bytes."""
        return bytes(self.view())

    def close(self) -> None:
        """Let go of the memfd; views that were handed out stay valid."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

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
        self.close()

    def __del__(self) -> None:
        """Close what was forgotten."""
        self.close()


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a walk: a regular file, or why it is none (``refused``)."""

    path: bytes
    refused: str = ""


def safe_open(path: AnyPath) -> int:
    """Open a regular file for reading and return its descriptor, or raise Unreadable.

    No symbolic link is followed in the last component; pipes, devices, sockets,
    folders and the kernel's own file systems are refused.  O_NONBLOCK keeps a pipe
    without a writer from holding the caller.
    """
    name = display_name(os.fsencode(path))
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    try:
        fd = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise Unreadable(f"{name}: {_why_not(error)}", advice=_ADVICE) from error
    try:
        _must_be_storage(fd, name)
        os.set_blocking(fd, True)
    except BaseException:
        os.close(fd)
        raise
    return fd


def read_once(path: AnyPath, *, limit: int = DEFAULT_LIMIT) -> Sealed:
    """Read a file in one pass into a sealed memfd while its digests are computed.

    ``limit`` is in bytes.  Raises Unreadable for what ``safe_open`` refuses, for
    what is larger than ``limit`` and for a failing disk.
    """
    fd = safe_open(path)
    try:
        return seal(_chunks(fd, display_name(os.fsencode(path))), limit=limit)
    finally:
        os.close(fd)


def seal(chunks: Iterable[bytes | memoryview], *, limit: int = DEFAULT_LIMIT) -> Sealed:
    """Put a stream of bytes (an upload, a member of an archive) into a sealed memfd."""
    digests = [hashlib.md5(usedforsecurity=False)]
    digests += [hashlib.sha1(usedforsecurity=False), hashlib.sha256()]
    size = 0
    fd = _memfd()
    try:
        for chunk in chunks:
            size += len(chunk)
            _must_fit(size, limit)
            for digest in digests:
                digest.update(chunk)
            _write_all(fd, chunk)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
    except OSError as error:
        os.close(fd)
        raise Unreadable(
            f"the bytes could not be held in memory: {error.strerror}",
            advice="free memory, or lower the number of parallel jobs",
        ) from error
    except BaseException:
        os.close(fd)
        raise
    return Sealed(fd, Digests(size, *(digest.hexdigest() for digest in digests)))


def walk(path: AnyPath) -> Iterator[Found]:
    """Go through a file or folder in order of raw names; every entry is accounted for.

    Symbolic links are never followed; what is no regular file, and every folder
    that cannot be listed, comes out with its reason.
    """
    waiting = [os.fsencode(path)]
    while waiting:
        here = waiting.pop()
        try:
            mode = os.lstat(here).st_mode
            if stat.S_ISDIR(mode):
                # pathlib knows no raw names: bytes that are no UTF-8 must survive.
                names = sorted(os.listdir(here), reverse=True)  # noqa: PTH208
                waiting += [os.path.join(here, name) for name in names]  # noqa: PTH118
            else:
                yield Found(here, "" if stat.S_ISREG(mode) else kind_of(mode))
        except (OSError, ValueError) as error:
            yield Found(here, _why_not(error))


_SEALS = (
    fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
)


def _must_fit(size: int, limit: int) -> None:
    if size > limit:
        raise Unreadable(
            f"the medium is larger than {limit:,} bytes",
            advice="split it, or hand it to a forensic tool: it must fit into memory",
        )


def _memfd() -> int:
    flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
    noexec = 0x0008  # MFD_NOEXEC_SEAL, Linux 6.3 and later
    try:
        return os.memfd_create("medium", flags | noexec)
    except OSError:
        return os.memfd_create("medium", flags)


def _chunks(fd: int, name: str) -> Iterator[memoryview]:
    buffer = bytearray(CHUNK)
    whole = memoryview(buffer)
    while True:
        try:
            count = os.readv(fd, [buffer])
        except OSError as error:
            raise Unreadable(
                f"{name}: the read failed: {error.strerror}",
                advice="check the disk, make a fresh copy from the exhibit",
            ) from error
        if not count:
            return
        yield whole[:count]


def _write_all(fd: int, chunk: bytes | memoryview) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(fd, rest) :]


def _must_be_storage(fd: int, name: str) -> None:
    mode = os.fstat(fd).st_mode
    if not stat.S_ISREG(mode):
        raise Unreadable(f"{name}: it is {kind_of(mode)}", advice=_ADVICE)
    kernel = _NOT_STORAGE.get(_file_system(fd))
    if kernel:
        raise Unreadable(f"{name}: it lies on {kernel}, no storage", advice=_ADVICE)


def _file_system(fd: int) -> int:
    # struct statfs begins with f_type, a long; 256 bytes are more than any of it.
    libc = ctypes.CDLL(None, use_errno=True)
    answer = (ctypes.c_long * 32)()
    if libc.fstatfs(fd, ctypes.byref(answer)):
        code = ctypes.get_errno()
        raise Unreadable(f"the file system is not known: {os.strerror(code)}")
    return int(answer[0]) & 0xFFFFFFFF


def kind_of(mode: int) -> str:
    """Say what a mode stands for, where it is no regular file."""
    for test, name in _KINDS:
        if test(mode):
            return name
    return "no regular file"


def _why_not(error: OSError | ValueError) -> str:
    if isinstance(error, ValueError):
        return "the name holds a zero byte"
    if error.errno == errno.ELOOP:
        return "it is a symbolic link"
    if error.errno == errno.ENXIO:
        return "it is a named pipe, a socket or a device"
    return (error.strerror or "it could not be opened").lower()

"""Files beside the database that must survive a power cut, and locks on them."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNFINISHED = ".new"  # how a file is called until it is whole


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a lock that one thread of one process has at a time.

    The file itself stays: removing it would let two holders in.  The lock goes with
    the process, however it ends.
    """
    fd = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def unfinished(file: Path) -> Path:
    """Give a name beside a file that no other process uses at the same time."""
    return file.with_name(f".{file.name}.{secrets.token_hex(8)}{UNFINISHED}")


def sweep(folder: Path, start: str = "") -> None:
    """Remove what killed processes left of files; only under their lock."""
    for left in folder.glob(f".{start}*{UNFINISHED}*"):
        left.unlink(missing_ok=True)


def write_whole(file: Path, content: bytes, *, once: bool = False) -> None:
    """Write a file so that it is there whole or not at all, also after a power cut.

    With ``once`` a file that is there is never touched.
    """
    temporary = unfinished(file)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        into_place(temporary, file, once=once)
    finally:
        temporary.unlink(missing_ok=True)


def into_place(temporary: Path, file: Path, *, once: bool) -> bool:
    """Give a finished file its name; False where ``once`` found one there."""
    if once:
        try:
            os.link(temporary, file)
        except FileExistsError:
            return False
        temporary.unlink()
    else:
        temporary.replace(file)
    flush(file.parent)
    return True


def flush(place: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    fd = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)

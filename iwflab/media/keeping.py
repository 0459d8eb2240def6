"""Files named by a SHA-256: written beside their place, made durable, put in place.

A temporary file is recognised by its name and known to be in work by its lock, so
what a killed process left behind is told apart from what another one is writing.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from iwflab.errors import BadInput, StoreError

READ_ONLY = 0o400
FOLDER = 0o700
TEMPORARY = re.compile(r"\.keep-[0-9a-f]{16}\.part")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def leaf(root: Path, sha256: str) -> Path:
    """Say in which folder (``ab/cd``) things of this SHA-256 lie."""
    if not _SHA256.fullmatch(sha256):
        raise BadInput(
            f"{sha256[:80]!r} is no SHA-256",
            advice="give 64 lower-case hexadecimal digits",
        )
    return root / sha256[:2] / sha256[2:4]


def place(
    path: Path, write: Callable[[int], None], *, root: Path, replace: bool = False
) -> bool:
    """Write a file durably, mode 0400, under ``path``; False if one was there.

    ``write`` fills a descriptor.  Without ``replace`` an existing file is never
    touched.  After True has come back the file survives a power cut.
    """
    try:
        _make_folders(path.parent, root)
        sweep(path.parent)
        fd, temporary = _new(path.parent)
        try:
            write(fd)
            os.fchmod(fd, READ_ONLY)
            os.fsync(fd)
            placed = _settle(temporary, path, replace=replace)
        finally:
            temporary.unlink(missing_ok=True)
            os.close(fd)
        _flush(path.parent)
    except OSError as error:
        raise StoreError(
            f"{path.name[:16]} could not be kept: {error.strerror}",
            advice="check free space and the owner of the lab folder",
        ) from error
    return placed


def sweep(folder: Path) -> int:
    """Remove what killed processes left in one folder; count it."""
    removed = 0
    for path in list(folder.iterdir()):
        if TEMPORARY.fullmatch(path.name):
            removed += _remove_orphan(path)
    return removed


def files(root: Path) -> Iterator[Path]:
    """Go through everything below ``root`` that is no folder, in order of name."""
    waiting = [root]
    while waiting:
        here = waiting.pop()
        if here.is_dir() and not here.is_symlink():
            waiting += sorted(here.iterdir(), reverse=True)
        elif here != root:
            yield here


def _new(folder: Path) -> tuple[int, Path]:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    while True:
        path = folder / f".keep-{secrets.token_hex(8)}.part"
        fd = os.open(path, flags, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        # A sweep may have come between open and lock; then the name is gone.
        if os.fstat(fd).st_nlink:
            return fd, path
        os.close(fd)


def _remove_orphan(path: Path) -> int:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    except OSError:
        return 0  # It is being written.
    finally:
        os.close(fd)
    return 1


def _settle(temporary: Path, path: Path, *, replace: bool) -> bool:
    if replace:
        temporary.replace(path)
        return True
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    return True


def _make_folders(folder: Path, root: Path) -> None:
    missing = []
    while folder != root.parent and not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir(mode=FOLDER, parents=path == root, exist_ok=True)
        _flush(path.parent)


def _flush(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)

"""The folder of a list while it is built: held by its builder, swept without one.

A folder is held by a lock that goes with the process, however it ends.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNFINISHED = ".unfinished"  # as backups know what is of the moment


@contextmanager
def begun(folder: Path) -> Iterator[Path]:
    """Make the folder in which ``folder`` is built, and hold it; removed on a fault."""
    work = folder.with_name(f".{folder.name}.{secrets.token_hex(8)}{UNFINISHED}")
    with _open(folder.parent) as parent:
        fcntl.flock(parent, fcntl.LOCK_EX)  # no sweep between making it and holding it
        work.mkdir(mode=0o700)
        held = os.open(work, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield work
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    finally:
        os.close(held)


def sweep(parent: Path) -> int:
    """Remove what killed processes left of lists, and nothing that is being built.

    Gives how many folders there were.
    """
    removed = 0
    with _open(parent) as names:
        fcntl.flock(names, fcntl.LOCK_EX)
        for left in sorted(parent.glob(f".*{UNFINISHED}")):
            with _open(left) as held:
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                shutil.rmtree(left)
                removed += 1
    return removed


@contextmanager
def _open(folder: Path) -> Iterator[int]:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield fd
    finally:
        os.close(fd)

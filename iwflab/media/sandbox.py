"""The walls around a decoder, put up from inside, in an order that matters.

Limits first, then what forbids new rights, then own namespaces and an empty root,
then no capabilities, then Landlock, and the list of system calls last, because each
step needs calls that the next one forbids.  There is no limit on the number of
processes: for an ordinary user that would forbid the threads that HEIF and AVIF
need, and the list of calls allows no process anyway.
"""

import os
import resource
import secrets
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from iwflab.errors import WallMissing
from iwflab.media import landlock, seccomp
from iwflab.media.kernel import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWUSER,
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    drop_capabilities,
    prctl,
    unshare,
)

MEMORY = 2 << 30  # bytes over what is mapped; a 114 MP WebP needs more than 1 GiB
OPEN_FILES = 32
_ENDING = 0.5  # seconds for a joined thread to leave /proc


@dataclass(frozen=True, slots=True)
class Layer:
    """One wall: whether it stands here, and why (not)."""

    name: str
    active: bool
    why: str = ""


def lock_down(
    *, memory: int = MEMORY, parent: int = 0, stem_threads: int = 1
) -> list[Layer]:
    """Put up every wall that this machine allows and say which ones stand.

    ``memory`` is in bytes over what is mapped now; ``parent`` is the process with
    which this one dies; ``stem_threads`` are those of the process that this one is a
    copy of: what another thread held locked stays locked in a copy.  Must run in a
    process of a single thread, after everything has been imported: nothing can be
    imported, opened or started afterwards.
    """
    steps: Mapping[str, Callable[[], str]] = {
        "single thread": lambda: _single_thread(stem_threads),
        "resource limits": lambda: _limits(memory),
        "no new privileges": _no_new_privileges,
        "own namespaces": _namespaces,
        "empty root": _empty_root,
        "no capabilities": _no_capabilities,
        "not dumpable": _not_dumpable,
        "dies with parent": lambda: die_with(parent),
        "landlock": landlock.install,
        "system call list": _system_calls,
    }
    return [_try(name, step) for name, step in steps.items()]


def layers(task: str = "iwflab.media.probe:examine") -> list[Layer]:
    """Start a worker for a task, let it lock down, and report which walls stand.

    An unsupported machine, or a worker that does not start, is one inactive layer.
    """
    from iwflab.media.process import Process

    try:
        process = Process.start(task)
    except WallMissing as missing:
        return [Layer("worker process", active=False, why=str(missing))]
    process.kill()
    return list(process.layers)


def _try(name: str, step: Callable[[], str]) -> Layer:
    try:
        return Layer(name, active=True, why=step())
    except OSError as error:
        return Layer(name, active=False, why=error.strerror or str(error))


def threads() -> int:
    """Count the threads of this process; one that is just ending is waited for."""
    end = time.monotonic() + _ENDING
    while True:
        count = len(list(Path("/proc/self/task").iterdir()))
        if count == 1 or time.monotonic() >= end:
            return count
        time.sleep(0.001)


def _single_thread(stem_threads: int) -> str:
    # A second thread makes unshare(NEWUSER) fail and stays outside Landlock.
    count = max(len(list(Path("/proc/self/task").iterdir())), stem_threads)
    if count != 1:
        raise OSError(f"{count} threads were running before lock-down")
    return ""


def _limits(memory: int) -> str:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    space = pages * resource.getpagesize() + memory
    for kind, limit in (
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        try:
            resource.setrlimit(kind, (limit, limit))
        except ValueError as error:  # A lower hard limit stands already.
            raise OSError(str(error)) from error
    return f"{memory >> 20} MiB over {(space - memory) >> 20} MiB mapped, no core file"


def _no_new_privileges() -> str:
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    return ""


def _namespaces() -> str:
    unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWNS)
    return "user, network, ipc, mount"


def _empty_root() -> str:
    # A folder that has been removed is empty, and nothing can be put into it.
    last = OSError("there is no folder to make an empty one in")
    for place in ("/tmp", "/var/tmp", "/dev/shm"):  # noqa: S108 - gone at once
        folder = Path(place) / f"iwflab-root-{secrets.token_hex(8)}"
        try:
            folder.mkdir(mode=0o700)
            fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            last = error
            continue
        try:
            folder.rmdir()
            os.fchdir(fd)
            os.chroot(".")
        finally:
            os.close(fd)
        return ""
    raise last


def _no_capabilities() -> str:
    drop_capabilities()
    return ""


def _not_dumpable() -> str:
    prctl(PR_SET_DUMPABLE, 0)
    return ""


def die_with(parent: int) -> str:
    """Let this process end with the thread that started it."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # The parent may have died before the line above; nobody would tell us.
    if parent and os.getppid() != parent:
        os._exit(1)
    return ""


def _system_calls() -> str:
    seccomp.install()
    return f"{len(seccomp.program())} instructions"

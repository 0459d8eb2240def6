"""The few calls to the kernel for which the standard library has no name."""

import ctypes
import os
import platform
import sys

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_GET_DUMPABLE = 1, 4, 3
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWNS, CLONE_NEWIPC = 0x00020000, 0x08000000
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
_CAPABILITY_VERSION_3 = 0x20080522
_SYS_CAPSET = 126


def supported() -> str:
    """Say why the walls cannot stand on this machine; empty if they can."""
    machine = platform.machine()
    if not sys.platform.startswith("linux"):
        return f"the walls are built for Linux; this is {platform.system()}"
    if machine not in {"x86_64", "AMD64"}:
        return f"the walls are built for x86-64; this is {machine}"
    return ""


def syscall(number: int, *arguments: object) -> int:
    """Make a system call by its number; OSError if it fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    words = (ctypes.c_long(x) if isinstance(x, int) else x for x in arguments)
    return _checked(libc.syscall(ctypes.c_long(number), *words))


def prctl(option: int, value: int) -> None:
    """Set one property of this process; OSError if it fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)
    _checked(libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero))


def unshare(flags: int) -> None:
    """Leave shared namespaces for own ones; OSError if it fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    _checked(libc.unshare(ctypes.c_int(flags)))


def drop_capabilities() -> None:
    """Give up every capability, also those within an own user namespace."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    syscall(_SYS_CAPSET, ctypes.byref(header), ctypes.byref(nothing))


def _checked(answer: int) -> int:
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return answer

"""Landlock with every right handled and no rule: no file, no port, no signal out.

Source: landlock(7), linux/landlock.h; the rights that each ABI version knows.
"""

import ctypes
import os

from iwflab.media.kernel import syscall

_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_FLAG_VERSION = 1
_FS_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # ABI: number of rights, bits from 0
_NET_RIGHTS = 0b11  # bind and connect TCP, since ABI 4
_SCOPES = 0b11  # abstract sockets and signals, since ABI 6
_ABI_NET, _ABI_SCOPES = 4, 6


def abi() -> int:
    """Ask which version of Landlock the kernel has; OSError if none."""
    return syscall(_CREATE_RULESET, None, 0, _FLAG_VERSION)


def install() -> str:
    """Forbid this thread everything that Landlock can forbid, for good.

    Needs no_new_privs and a single thread.  Returns what it cannot forbid here
    (an older kernel); OSError where there is no Landlock at all.
    """
    version = abi()
    rights = (1 << _FS_RIGHTS.get(version, max(_FS_RIGHTS.values()))) - 1
    attributes = (ctypes.c_uint64 * 3)(
        rights,
        _NET_RIGHTS if version >= _ABI_NET else 0,
        _SCOPES if version >= _ABI_SCOPES else 0,
    )
    size = 8 if version < _ABI_NET else 16 if version < _ABI_SCOPES else 24
    ruleset = syscall(_CREATE_RULESET, ctypes.byref(attributes), size, 0)
    try:
        syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    if version < _ABI_SCOPES:
        return f"ABI {version} knows no scopes: seccomp alone holds signals and sockets"
    return f"ABI {version}"

"""The list of system calls a decoder may make, as a raw BPF program (x86-64 only).

Everything that is not listed kills the process.  Calls by which a library merely
looks for a file are answered with an error instead: a decoder that looks for its
locale finds none and goes on, one that wants a socket or a process dies.

Sources: seccomp(2), linux/seccomp.h, linux/filter.h, linux/audit.h, and the x86-64
call table (arch/x86/entry/syscalls/syscall_64.tbl).
"""

import ctypes
import errno
from typing import ClassVar

from iwflab.media.kernel import syscall

_AUDIT_ARCH_X86_64 = 0xC000003E
_X32_BIT = 0x40000000
_LD_ABS, _JEQ, _JGE, _JSET, _RET = 0x20, 0x15, 0x35, 0x45, 0x06
_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_NR, _ARCH, _ARGS = 0, 4, 16  # offsets in struct seccomp_data

_SYS_SECCOMP = 317
_SET_MODE_FILTER, _FLAG_TSYNC = 1, 1

# Nothing here opens, names, connects, signals, starts or maps code.
_ALLOWED = {
    "read": 0,
    "write": 1,
    "close": 3,
    "fstat": 5,
    "poll": 7,
    "lseek": 8,
    "munmap": 11,
    "brk": 12,
    "rt_sigaction": 13,
    "rt_sigprocmask": 14,
    "rt_sigreturn": 15,
    "sched_yield": 24,
    "mremap": 25,
    "madvise": 28,
    "nanosleep": 35,
    "getpid": 39,
    "sendto": 44,
    "recvfrom": 45,
    "sendmsg": 46,
    "recvmsg": 47,
    "exit": 60,
    "gettimeofday": 96,
    "getrusage": 98,
    "sigaltstack": 131,
    "gettid": 186,
    "futex": 202,
    "sched_getaffinity": 204,
    "clock_gettime": 228,
    "clock_getres": 229,
    "clock_nanosleep": 230,
    "exit_group": 231,
    "set_robust_list": 273,
    "getcpu": 309,
    "getrandom": 318,
    "membarrier": 324,
    "rseq": 334,
}
_DENIED_QUIETLY = {
    "open": (2, errno.EACCES),
    "stat": (4, errno.EACCES),
    "lstat": (6, errno.EACCES),
    "access": (21, errno.EACCES),
    "getcwd": (79, errno.EACCES),
    "readlink": (89, errno.EACCES),
    "openat": (257, errno.EACCES),
    "newfstatat": (262, errno.EACCES),
    "readlinkat": (267, errno.EACCES),
    "statx": (332, errno.EACCES),
    "openat2": (437, errno.EACCES),
    "faccessat2": (439, errno.EACCES),
    # OpenBLAS places large buffers near a processor, and does well without.
    "mbind": (237, errno.EPERM),
    "set_mempolicy": (238, errno.EPERM),
    "get_mempolicy": (239, errno.EPERM),
    # glibc falls back to clone, whose flags a filter can see.
    "clone3": (435, errno.ENOSYS),
}
_MMAP, _MPROTECT, _CLONE, _FCNTL, _PRCTL = 9, 10, 56, 72, 157
_PROT_EXEC = 0x4
_CLONE_THREAD = 0x00010000
_CLONE_NEW = 0x7E020080  # every CLONE_NEW* flag, the time namespace included
_FCNTL_ALLOWED = (1, 3, 1030)  # F_GETFD, F_GETFL, F_DUPFD_CLOEXEC
_PR_SET_NAME, _PR_SET_VMA = 15, 0x53564D41

_Code = tuple[int, int, int, int]


class _Instruction(ctypes.Structure):
    _fields_: ClassVar = [
        ("code", ctypes.c_uint16),
        ("jt", ctypes.c_uint8),
        ("jf", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    ]


class _Program(ctypes.Structure):
    _fields_: ClassVar = [
        ("length", ctypes.c_uint16),
        ("filter", ctypes.POINTER(_Instruction)),
    ]


def install() -> None:
    """Put the filter on every thread of this process, for good.

    Needs no_new_privs.  OSError where the kernel refuses.
    """
    codes = program()
    instructions = (_Instruction * len(codes))(*(_Instruction(*code) for code in codes))
    pointer = ctypes.cast(instructions, ctypes.POINTER(_Instruction))
    whole = _Program(len(codes), pointer)
    answer = syscall(_SYS_SECCOMP, _SET_MODE_FILTER, _FLAG_TSYNC, ctypes.byref(whole))
    if answer:
        raise OSError(errno.ESRCH, f"thread {answer} could not be brought under it")


def program() -> list[_Code]:
    """Assemble the filter: (code, jump if true, jump if false, operand) each."""
    codes: list[_Code] = [
        (_LD_ABS, 0, 0, _ARCH),
        (_JEQ, 1, 0, _AUDIT_ARCH_X86_64),
        _ret(_KILL),
        (_LD_ABS, 0, 0, _NR),
        (_JGE, 0, 1, _X32_BIT),
        _ret(_KILL),
    ]
    for number in _ALLOWED.values():
        codes += _on(number, [_ret(_ALLOW)])
    for number, code in _DENIED_QUIETLY.values():
        codes += _on(number, [_ret(_ERRNO | code)])
    for number in (_MMAP, _MPROTECT):
        codes += _on(number, _unless_set(2, _PROT_EXEC))
    codes += _on(_CLONE, _threads_only())
    codes += _on(_FCNTL, _one_of(1, dict.fromkeys(_FCNTL_ALLOWED, _ALLOW)))
    # Newer runtimes try to name their memory; refusing that is no reason to die.
    prctl = {_PR_SET_NAME: _ALLOW, _PR_SET_VMA: _ERRNO | errno.EINVAL}
    codes += _on(_PRCTL, _one_of(0, prctl))
    return [*codes, _ret(_KILL)]


def _ret(what: int) -> _Code:
    return (_RET, 0, 0, what)


def _on(number: int, block: list[_Code]) -> list[_Code]:
    """Run a block, which returns on every path, for one call number."""
    return [(_JEQ, 0, len(block), number), *block]


def _argument(index: int) -> _Code:
    return (_LD_ABS, 0, 0, _ARGS + 8 * index)  # the low half, little-endian


def _unless_set(index: int, bits: int) -> list[_Code]:
    test = (_JSET, 0, 1, bits)
    return [_argument(index), test, _ret(_KILL), _ret(_ALLOW)]


def _threads_only() -> list[_Code]:
    return [
        _argument(0),
        (_JSET, 0, 1, _CLONE_NEW),
        _ret(_KILL),
        (_JSET, 0, 1, _CLONE_THREAD),
        _ret(_ALLOW),
        _ret(_KILL),
    ]


def _one_of(index: int, answers: dict[int, int]) -> list[_Code]:
    block = [_argument(index)]
    for value, answer in answers.items():
        block += [(_JEQ, 0, 1, value), _ret(answer)]
    return [*block, _ret(_KILL)]

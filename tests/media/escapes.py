"""What a decoder that was taken over might try; each attempt returns if it works.

Imported by the worker as its task, and started as a program without any wall for the
positive control (``python escapes.py``).
"""

# Raw names and calls are the point here, or sys.path as it stands.
# ruff: noqa: PTH102, PTH106, PTH108, PTH116, PTH123, PTH208

import ctypes
import fcntl
import mmap
import os
import resource
import socket
import sys
import termios

from iwflab.domain.media import DecoderState, Examined

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
# Asked for on import, before lock-down: asking itself would be stopped.
PARENT = os.getppid()


def _call(number, *arguments):
    answer = LIBC.syscall(
        ctypes.c_long(number),
        *(ctypes.c_long(x) if isinstance(x, int) else x for x in arguments),
    )
    if answer < 0:
        raise OSError(ctypes.get_errno(), "refused")


def read_file():
    with open("/etc/passwd") as file:
        file.read()


def write_file():
    path = f"/tmp/iwflab-escape-{os.getpid()}"
    with open(path, "w") as file:
        file.write("x")
    os.unlink(path)


def make_folder():
    path = f"/tmp/iwflab-escape-folder-{os.getpid()}"
    os.mkdir(path)
    os.rmdir(path)


def stat_file():
    os.stat("/etc/passwd")


def list_folder():
    os.listdir("/")


def read_parent_environment():
    with open(f"/proc/{PARENT}/environ", "rb") as file:
        file.read()


def write_parent_memory():
    with open(f"/proc/{PARENT}/mem", "r+b") as file:
        file.fileno()


def tcp():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        with socket.create_connection(one.getsockname(), 1):
            pass


def udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"x", ("127.0.0.1", 9))


def abstract_socket():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
        one.bind(f"\0iwflab-escape-{os.getpid()}")


def netlink():
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW):
        pass


def pair_of_sockets():
    one, other = socket.socketpair()
    one.close()
    other.close()


def fork():
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def fork_by_number():
    answer = LIBC.syscall(ctypes.c_long(57))
    if answer == 0:
        os._exit(0)
    if answer < 0:
        raise OSError(ctypes.get_errno(), "refused")


def execute():
    os.execv("/bin/true", ["true"])


def shell():
    if os.system("true") != 0:
        raise OSError("refused")


def signal_parent():
    os.kill(PARENT, 0)


def pidfd_of_parent():
    os.close(os.pidfd_open(PARENT))


def writable_code():
    every = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    mmap.mmap(-1, 4096, prot=every).close()


def make_code_of_memory():
    area = mmap.mmap(-1, 4096)
    address = ctypes.addressof(ctypes.c_char.from_buffer(area))
    _call(10, address, 4096, 5)


def trace():
    _call(101, 0, 0, 0, 0)  # PTRACE_TRACEME: attaching would stop the parent


def read_parent_memory():
    buffer = ctypes.create_string_buffer(8)
    local = (ctypes.c_uint64 * 2)(ctypes.addressof(buffer), 8)
    remote = (ctypes.c_uint64 * 2)(0, 0)
    _call(310, PARENT, ctypes.byref(local), 1, ctypes.byref(remote), 0, 0)


def memory_file():
    os.close(os.memfd_create("escape"))


def io_uring():
    parameters = ctypes.create_string_buffer(120)
    _call(425, 1, ctypes.byref(parameters))


def bpf():
    attributes = (ctypes.c_uint32 * 32)(2, 4, 4, 1)
    _call(321, 0, ctypes.byref(attributes), 72)


def user_fault():
    _call(323, 0x80001)


def user_namespace():
    _call(272, 0x10000000)


def mount():
    _call(165, b"none", b"/mnt", b"tmpfs", 0, None)
    _call(166, b"/mnt", 0)


def change_root():
    os.chroot("/")


def become_another():
    os.setuid(os.getuid() or 65_534)


def performance_events():
    attributes = (ctypes.c_uint32 * 32)(1, 128, 0)
    _call(298, ctypes.byref(attributes), 0, -1, -1, 0)


def key_ring():
    _call(250, 0, -3, 1)


def watch_files():
    _call(294, 0)


def lift_limits():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def three_gibibytes():
    # Asked for at once and not filled: filling them took the control 15 seconds.
    bytes(3 << 30)[-1]


def hundred_descriptors():
    held = [fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, 3) for _ in range(100)]
    for fd in held:
        os.close(fd)


def type_into_terminal():
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSTI, b"x")
    os.close(master)


def dumpable_again():
    _call(157, 4, 1, 0, 0, 0)


def another_filter():
    _call(317, 2, 0, ctypes.byref(ctypes.c_uint32(0x7FFF0000)))


def ask_x32():
    _call(0x40000000 + 39)


NAMES = tuple(
    name
    for name, thing in list(globals().items())
    if callable(thing)
    and getattr(thing, "__module__", "") == __name__
    and not name.startswith("_")
)


def examine(view, algorithms=()):
    """Run one attempt inside a worker: COMPLETE says that it worked."""
    name = bytes(view).decode()
    try:
        globals()[name]()
    except (OSError, ValueError, MemoryError) as error:
        return Examined(DecoderState.REFUSED, f"denied: {error}")
    return Examined(DecoderState.COMPLETE, "worked")


def unprotected():
    """Run every attempt in a child of its own without any wall; those that work."""
    worked = []
    for name in NAMES:
        child = os.fork()
        if child == 0:
            try:
                globals()[name]()
            except (OSError, ValueError, MemoryError):
                os._exit(1)
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            worked.append(name)
    return worked


def unlisted(*names):
    """Lock down all but the list of system calls, then try; those that work."""
    from iwflab.media import sandbox

    sandbox._system_calls = str
    sandbox.lock_down()
    return [name for name in names if _works(name)]


def _works(name):
    try:
        globals()[name]()
    except (OSError, MemoryError):
        return False
    return True


if __name__ == "__main__":
    print("\n".join(unlisted(*sys.argv[1:]) if sys.argv[1:] else unprotected()))

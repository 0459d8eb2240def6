"""What a stem does: it forks workers, and says how they ended.

This runs in the stem; what asks it is in ``iwflab.media.stem``.
"""

import errno
import os
import signal
import socket
import time

from iwflab.media import wire

RUNNING = 1 << 16  # no exit code: what is said of a worker that still runs


def attend(channel: socket.socket) -> tuple[socket.socket, int] | None:
    """Serve the parent; in a fresh copy give its channel and memory, else None at last.

    Runs in the stem until the parent is gone; returns in each copy that it forks.
    """
    children: set[int] = set()
    while True:
        first, fds, _, _ = socket.recv_fds(channel, 1, 1)
        if not first:
            return None
        body, _ = wire.read(channel)
        if not isinstance(body, dict):
            return None
        if "fork" in body:
            try:
                answer = _forked(fds)
            except OSError as error:  # no memory, no process more, no descriptor
                wire.write(channel, {"error": error.strerror})
                continue
            if answer == 0:
                channel.close()
                os.setsid()
                return socket.socket(fileno=fds[0]), int(body["fork"])
            children.add(answer)
        elif "wait" in body:
            answer = _waited(children, *body["wait"])
        else:
            pid, number = body["signal"]
            if pid in children:
                os.kill(pid, int(number))
            answer = _waited(children, pid, 0)
        wire.write(channel, {"answer": answer})


def _forked(fds: list[int]) -> int:
    """Fork; the descriptor that came with the question is open in the copy only."""
    if not fds:  # the system drops those for which there is no room
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    pid = -1
    try:
        pid = os.fork()
    finally:
        if pid:
            os.close(fds[0])
    return pid


def _waited(children: set[int], pid: int, seconds: float) -> int:
    """Give the exit code of a copy, which is forgotten then, or that it still runs."""
    end = time.monotonic() + seconds
    while pid in children:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            children.discard(pid)
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= end:
            return RUNNING
        time.sleep(0.001)
    return -signal.SIGKILL

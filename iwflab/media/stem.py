"""The process that workers are copies of: it has imported, compiled and warmed all.

Starting a decoder takes a second of computing; copying one takes milliseconds.  So one
process a pool does it once, and forks a worker whenever one is asked for.  The stem
itself never sees a medium, and puts up no walls; its copies do before they read a byte.
It is their parent: it alone may wait for them, so the parent asks it how they ended.
"""

import contextlib
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from iwflab.domain.media import display_text
from iwflab.errors import WallMissing
from iwflab.media import wire
from iwflab.media.forking import RUNNING

START = 60.0  # seconds to import, compile and warm up on a busy machine
_ANSWER = 20.0  # seconds for the stem to answer, which only forks and waits
# The path of the parent travels by hand: -I ignores PYTHONPATH, and so a worker
# finds the package in a checkout as well as in an installation.
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from iwflab.media.worker import main; main()"
)
# One thread each: a second one, started by a library on import, breaks lock-down.
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "LC_ALL": "C.UTF-8",
}
# A stem is told to die with the *thread* that started it (prctl(2),
# PR_SET_PDEATHSIG), so all are started by one thread that lives as long as we do.
_starter = ThreadPoolExecutor(1, "iwflab-starter")
_FREE = "free memory and processes, then try again"
_CLOSE = "close files that are open, then try again"
# A program that is not there, that may not be run, or that is none.
_NO_PROGRAM = frozenset(
    {
        *(errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENOTDIR),
        *(errno.ENOEXEC, errno.ELOOP, errno.EISDIR),
    }
)


class StemGone(Exception):
    """The stem died or did not answer; another one is to be started."""


class Stem:
    """A warmed-up process that forks workers; may be used from several threads."""

    def __init__(self, child: subprocess.Popen[bytes], channel: socket.socket) -> None:
        """Hold a started child; use :meth:`start`."""
        self._child = child
        self._channel = channel
        self._turn = threading.Lock()
        self.gone = False

    @classmethod
    def start(cls, task: str) -> Self:
        """Start a stem and wait until it is warm; WallMissing if it fails."""
        stem = cls(*_spawn(task))
        try:
            body, _ = wire.read(stem._channel, time.monotonic() + START)
        except (EOFError, OSError, wire.Garbled) as error:
            raise _not_started(str(error) or obituary(stem.close())) from error
        except BaseException:
            stem.close()
            raise
        told = body if isinstance(body, dict) else {}
        if "warm" not in told:
            stem.close()
            raise _not_started(str(told.get("error") or "it said nothing"))
        return stem

    def fork(self, memory: int) -> tuple["Copy", socket.socket]:
        """Make a worker; give it and the channel to it.

        StemGone if the stem is gone, WallMissing if the system gives no process.
        """
        ours, theirs = _pair()
        try:
            pid = self.ask({"fork": memory}, theirs.fileno())
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return Copy(self, pid), ours

    def ask(self, question: dict[str, object], fd: int | None = None) -> int:
        """Ask the stem for a number; StemGone if it does not answer.

        Whatever ends the dialogue in its middle ends the stem: the answer, or a part
        of it, would stay in the channel and be taken for that to the next question.
        """
        with self._turn:
            if self.gone:
                raise StemGone("it was stopped")
            try:
                self._channel.settimeout(_ANSWER)
                fds = [] if fd is None else [fd]
                socket.send_fds(self._channel, [b"\0"], fds)
                wire.write(self._channel, question)
                body, _ = wire.read(self._channel, time.monotonic() + _ANSWER)
            except BaseException as error:
                self._stop()
                if isinstance(error, EOFError | OSError | wire.Garbled):
                    raise StemGone(str(error)) from error
                raise
        told = body if isinstance(body, dict) else {}
        if "error" in told:
            raise WallMissing(
                f"no worker could be started: {display_text(str(told['error']))}",
                advice=_FREE,
            )
        answer = told.get("answer")
        if not isinstance(answer, int):
            raise StemGone("its answer is no number")
        return answer

    def _stop(self) -> None:
        # Its workers die with it.  Whoever closes it waits for its end.
        self.gone = True
        self._channel.close()
        self._child.kill()

    def close(self) -> int:
        """End the stem, and with it every worker; its exit code."""
        self.gone = True
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._channel.close()
            return self._child.wait(0.05)
        self._child.kill()
        return self._child.wait()


class Stems:
    """The stem of a pool: started when first needed, started anew when it is gone."""

    def __init__(self, task: str) -> None:
        """Start nothing yet."""
        self._task = task
        self._stem: Stem | None = None
        self._turn = threading.Lock()

    def get(self, *, instead_of: Stem | None = None) -> Stem:
        """Give the stem, or another one in the place of one that is gone."""
        with self._turn:
            if self._stem is None or self._stem is instead_of or self._stem.gone:
                if self._stem is not None:
                    self._stem.close()
                self._stem = Stem.start(self._task)
            return self._stem

    def close(self) -> None:
        """End it, if there is one."""
        with self._turn:
            if self._stem is not None:
                self._stem.close()
                self._stem = None


class Copy:
    """One worker, seen through its stem; as far as needed like ``Popen``."""

    def __init__(self, stem: Stem, pid: int) -> None:
        """Name a forked worker."""
        self.stem = stem
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Give the exit code (negative: a signal), or None while it runs."""
        return self._asked("wait", 0)

    def wait(self, timeout: float = _ANSWER / 2) -> int:
        """Wait for its end; TimeoutExpired if it does not come, in seconds."""
        code = self._asked("wait", timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return code

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        self._asked("signal", number)

    def _asked(self, what: str, value: float) -> int | None:
        if self.returncode is None:
            try:
                code = self.stem.ask({what: [self.pid, value]})
            except StemGone:
                code = -signal.SIGKILL  # it dies with its stem
            self.returncode = None if code == RUNNING else code
        return self.returncode


def obituary(code: int) -> str:
    """Say how a process ended, from its exit code."""
    if code == -signal.SIGSYS:
        return "it tried something that a decoder may not do, and was stopped"
    if code < 0:
        return f"it was ended by {signal.Signals(-code).name}"
    return f"it ended by itself (exit {code})"


def _not_started(why: str) -> WallMissing:
    return WallMissing(
        f"the decoding worker did not start: {why}",
        advice="run iwflab doctor; it names what is missing",
    )


def _not_executed(error: OSError) -> WallMissing:
    """Say what is wrong: with the interpreter, or with the machine."""
    here = display_text(sys.executable or "Python")
    if error.errno in _NO_PROGRAM:
        return WallMissing(
            f"the decoding worker did not start: {here} cannot be executed"
            f" ({error.strerror})",
            advice="install iwflab where this account may execute its Python",
        )
    advice = _CLOSE if error.errno in {errno.EMFILE, errno.ENFILE} else _FREE
    return WallMissing(
        f"the decoding worker did not start: {error.strerror}", advice=advice
    )


def _spawn(task: str) -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = _pair()
    path = json.dumps([os.path.abspath(entry) for entry in sys.path])  # noqa: PTH100
    command = [sys.executable, "-I", "-B", "-X", "utf8", "-c", _BOOT, path, task]
    command += [str(theirs.fileno()), str(os.getpid())]
    try:
        child = _starter.submit(
            subprocess.Popen,
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        ).result()
    except OSError as error:
        ours.close()
        raise _not_executed(error) from error
    finally:
        theirs.close()
    return child, ours


def _pair() -> tuple[socket.socket, socket.socket]:
    try:
        return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    except OSError as error:
        raise WallMissing(
            f"the decoding worker did not start: {error.strerror}",
            advice=_CLOSE,
        ) from error

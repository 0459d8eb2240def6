"""The parent's side of one worker process: start it, ask it, doubt it, kill it."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from iwflab.domain.media import Examined, display_text
from iwflab.errors import WallMissing
from iwflab.media import wire
from iwflab.media.kernel import supported
from iwflab.media.reading import Sealed
from iwflab.media.sandbox import MEMORY, Layer

START = 60.0  # seconds to import, warm up and lock down on a busy machine
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


class Gone(Exception):
    """The worker died or broke the protocol while it had a medium."""


class Late(Exception):
    """The worker did not answer in time; it has been killed."""


class Process:
    """One worker; not safe to share between threads."""

    def __init__(self, child: subprocess.Popen[bytes], channel: socket.socket) -> None:
        """Hold a started child; use :meth:`start`."""
        self._child = child
        self._channel = channel
        self.layers: tuple[Layer, ...] = ()
        self.served = 0

    @classmethod
    def start(cls, task: str, *, strict: bool = False, memory: int = MEMORY) -> Self:
        """Start a worker and wait until it has locked itself down.

        ``memory`` is in bytes.  WallMissing on an unsupported machine, if it does
        not come up, or if ``strict`` and any layer is missing.
        """
        why = supported()
        if why:
            raise WallMissing(
                f"nothing is decoded here: {why}",
                advice="use Linux on x86-64, or ask for unsafe_in_process by name",
            )
        process = cls(*_spawn(task, memory))
        try:
            process._greet(strict=strict)
        except BaseException:
            process.kill()
            raise
        return process

    def examine(
        self,
        sealed: Sealed,
        algorithms: Sequence[str],
        *,
        seconds: float,
        previews: bool = True,
    ) -> Examined:
        """Let the worker examine one medium; Late or Gone if it does not answer."""
        self.served += 1
        request = {
            "size": sealed.digests.size,
            "algorithms": list(algorithms),
            "seconds": seconds,
            "previews": previews,
        }
        deadline = time.monotonic() + seconds
        try:
            self._channel.settimeout(seconds)
            socket.send_fds(self._channel, [b"\0"], [sealed.fd])
            wire.write(self._channel, request)
            return wire.unpack(*wire.read(self._channel, deadline))
        except TimeoutError as error:
            self.kill()
            raise Late(f"it took longer than {seconds:g} s") from error
        except wire.Garbled as error:
            self.kill()
            raise Gone(str(error)) from error
        except (EOFError, OSError) as error:
            raise Gone(_obituary(self.kill())) from error

    def kill(self) -> int:
        """End the worker, whatever it is doing; its exit code (negative: a signal)."""
        # A worker that has closed its channel is on its way out by itself: wait for
        # the true cause a moment before giving it another one.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._channel.close()
            return self._child.wait(0.05)
        self._child.kill()
        return self._child.wait()

    def _greet(self, *, strict: bool) -> None:
        try:
            body, _ = wire.read(self._channel, time.monotonic() + START)
            layers = _layers(body)
        except (EOFError, OSError, wire.Garbled) as error:
            why = str(error) or _obituary(self.kill())
            raise WallMissing(
                f"the decoding worker did not start: {why}",
                advice="run iwflab doctor; it names what is missing",
            ) from error
        self.layers = layers
        missing = [layer for layer in layers if not layer.active]
        if strict and missing:
            names = "; ".join(f"{layer.name} ({layer.why})" for layer in missing)
            raise WallMissing(
                f"not every wall stands here: {names}",
                advice="run iwflab doctor, or go on without strict",
            )


# A worker is told to die with the *thread* that started it (prctl(2),
# PR_SET_PDEATHSIG), so all are started by one thread that lives as long as we do.
_starter = ThreadPoolExecutor(1, "iwflab-starter")


def _spawn(task: str, memory: int) -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    path = json.dumps([os.path.abspath(entry) for entry in sys.path])  # noqa: PTH100
    command = [sys.executable, "-I", "-B", "-X", "utf8", "-c", _BOOT, path, task]
    command += [str(theirs.fileno()), str(os.getpid()), str(memory)]
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
        raise WallMissing(
            f"the decoding worker did not start: {error.strerror}",
            advice="free memory and processes, then try again",
        ) from error
    finally:
        theirs.close()
    return child, ours


def _layers(body: object) -> tuple[Layer, ...]:
    if not isinstance(body, dict) or not isinstance(body.get("layers"), list):
        error = body.get("error") if isinstance(body, dict) else None
        raise wire.Garbled(display_text(str(error or "it said nothing")))
    return tuple(
        Layer(str(row["name"]), active=bool(row["active"]), why=str(row["why"]))
        for row in body["layers"]
    )


def _obituary(code: int) -> str:
    if code == -signal.SIGSYS:
        return "it tried something that a decoder may not do, and was stopped"
    if code < 0:
        return f"it was ended by {signal.Signals(-code).name}"
    return f"it ended by itself (exit {code})"

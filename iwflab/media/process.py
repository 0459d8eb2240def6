"""The parent's side of one worker process: start it, ask it, doubt it, kill it."""

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from typing import Self

from iwflab.domain.media import Examined, display_text
from iwflab.errors import WallMissing
from iwflab.media import wire
from iwflab.media.kernel import supported
from iwflab.media.reading import Sealed
from iwflab.media.sandbox import MEMORY, Layer
from iwflab.media.stem import Copy, Stem, StemGone, obituary

START = 60.0  # seconds to lock down on a busy machine


class Gone(Exception):
    """The worker died or broke the protocol while it had a medium."""


class Late(Exception):
    """The worker did not answer in time; it has been killed."""


class Process:
    """One worker; not safe to share between threads."""

    def __init__(
        self, child: Copy, channel: socket.socket, own: Stem | None = None
    ) -> None:
        """Hold a forked worker; use :meth:`start` or :meth:`of`."""
        self._child = child
        self._channel = channel
        self._own = own
        self.layers: tuple[Layer, ...] = ()
        self.served = 0

    @classmethod
    def start(cls, task: str, *, strict: bool = False, memory: int = MEMORY) -> Self:
        """Start a worker and wait until it has locked itself down.

        ``memory`` is in bytes.  WallMissing on an unsupported machine, if it does
        not come up, or if ``strict`` and any layer is missing.
        """
        must_be_supported()
        stem = Stem.start(task)
        try:
            return cls.of(stem, strict=strict, memory=memory, own=True)
        except StemGone as gone:
            stem.close()
            raise WallMissing(
                f"the decoding worker did not start: {gone}",
                advice="run iwflab doctor; it names what is missing",
            ) from gone
        except BaseException:
            stem.close()
            raise

    @classmethod
    def of(
        cls,
        stem: Stem,
        *,
        strict: bool = False,
        memory: int = MEMORY,
        own: bool = False,
    ) -> Self:
        """Fork a worker of a stem and wait until it has locked itself down.

        A stem that is the worker's ``own`` ends with it.

        WallMissing as for :meth:`start`; StemGone if the stem does not answer.
        """
        process = cls(*stem.fork(memory), stem if own else None)
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
            raise Gone(obituary(self.kill())) from error

    @property
    def orphaned(self) -> bool:
        """Whether its stem is gone: then it died of that, and not of its medium."""
        return self._child.stem.gone

    def kill(self) -> int:
        """End the worker, whatever it is doing; its exit code (negative: a signal)."""
        # A worker that has closed its channel is on its way out by itself: wait for
        # the true cause a moment before giving it another one.
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._channel.close()
                return self._child.wait(0.05)
            self._child.kill()
            # Killed, but stuck in the kernel: it ends when that lets go of it.
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self._child.wait()
            return -signal.SIGKILL
        finally:
            if self._own is not None:
                self._own.close()

    def _greet(self, *, strict: bool) -> None:
        try:
            body, _ = wire.read(self._channel, time.monotonic() + START)
            layers = _layers(body)
        except (EOFError, OSError, wire.Garbled) as error:
            why = str(error) or obituary(self.kill())
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


def must_be_supported() -> None:
    """Refuse to decode where no walls can stand."""
    why = supported()
    if why:
        raise WallMissing(
            f"nothing is decoded here: {why}",
            advice="use Linux on x86-64, or ask for unsafe_in_process by name",
        )


def _layers(body: object) -> tuple[Layer, ...]:
    if not isinstance(body, dict) or not isinstance(body.get("layers"), list):
        error = body.get("error") if isinstance(body, dict) else None
        raise wire.Garbled(display_text(str(error or "it said nothing")))
    return tuple(
        Layer(str(row["name"]), active=bool(row["active"]), why=str(row["why"]))
        for row in body["layers"]
    )

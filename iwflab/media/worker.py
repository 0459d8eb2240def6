"""The process that decodes: import all, fork, lock down, serve one medium at a time.

Started by ``iwflab.media.stem``; the way here is
``python -I -c BOOT <sys.path> <task> <descriptor> <parent>``.
"""

import gc
import mmap
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module

from iwflab.domain.media import DecoderState, Examined
from iwflab.media import forking, hourglass, sandbox, wire

Task = Callable[..., Examined]
EXHAUSTED = "decoding needs more memory than a worker may have"


def main() -> None:
    """Run the worker until the other side of its channel is closed."""
    name, descriptor, parent = sys.argv[2:5]
    channel = socket.socket(fileno=int(descriptor))
    try:
        task = load(name)
    except Exception as error:  # noqa: BLE001 - the parent is told, whatever it was
        wire.write(channel, {"error": f"{type(error).__name__}: {error}"[:1000]})
        os._exit(1)
    sandbox.die_with(int(parent))
    threads = sandbox.threads()  # a copy has one only, and cannot tell
    gc.freeze()  # what all copies share stays where it is
    wire.write(channel, {"warm": True})
    stem = os.getpid()
    with suppress(OSError, EOFError):  # the parent is gone
        forked = forking.attend(channel)
        if forked is not None:
            _work(*forked, task, stem, threads)
    # Not sys.exit: interpreter shut-down makes calls that the list does not allow.
    os._exit(0)


def _work(
    channel: socket.socket, memory: int, task: Task, stem: int, threads: int
) -> None:
    """Lock a fresh copy down, then serve one medium at a time."""
    layers = sandbox.lock_down(memory=memory, parent=stem, stem_threads=threads)
    wire.write(channel, {"layers": [asdict(layer) for layer in layers]})
    while _serve(channel, task):
        pass


def load(name: str) -> Task:
    """Import a task by its dotted name (``module:function``) and warm it up."""
    module_name, _, function = name.partition(":")
    module = import_module(module_name)
    warm_up = getattr(module, "warm_up", None)
    if warm_up is not None:
        warm_up()
    task: Task = getattr(module, function)
    return task


def run(
    task: Task, view: memoryview, algorithms: tuple[str, ...], *, previews: bool = True
) -> Examined:
    """Run the task; whatever it raises becomes a result."""
    more = {} if previews else {"with_previews": False}
    try:
        return task(view, algorithms, **more)
    except MemoryError:
        return Examined(DecoderState.REFUSED, EXHAUSTED)
    except Exception as error:  # noqa: BLE001 - decoders raise all kinds
        reason = f"the decoder failed: {type(error).__name__}: {error}"[:1000]
        return Examined(DecoderState.DAMAGED, reason)


def _serve(channel: socket.socket, task: Task) -> bool:
    # One byte carries the descriptor; the request itself follows as a message.
    first, fds, _, _ = socket.recv_fds(channel, 1, 1)
    if not first:
        return False
    try:
        body, _ = wire.read(channel)
        if not isinstance(body, dict) or not fds:
            return False
        size = int(body["size"])
        # The length is given: asking the kernel for it is not on the list of calls.
        view = memoryview(mmap.mmap(fds[0], size, prot=mmap.PROT_READ) if size else b"")
    finally:
        for fd in fds:
            os.close(fd)
    hourglass.turn(float(body["seconds"]))
    previews = bool(body.get("previews", True))
    examined = run(task, view, tuple(body["algorithms"]), previews=previews)
    try:
        wire.write(channel, *wire.pack(examined))
    except (TypeError, ValueError) as error:  # metadata that is no JSON
        wire.write(channel, *wire.pack(Examined(DecoderState.DAMAGED, str(error))))
    return True

"""Several workers, one medium in each at a time; no medium is ever lost to a decoder.

A worker is one trust domain: a medium that takes it over could falsify the next
one's preview.  So workers are replaced every few hundred media, after every
misfortune, and before every medium that is to be released (``fresh``).
"""

import contextlib
import queue
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self

from iwflab.domain.media import DecoderState, Examined
from iwflab.errors import WallMissing
from iwflab.media.containers import container
from iwflab.media.kernel import supported
from iwflab.media.process import Gone, Late, Process, must_be_supported
from iwflab.media.reading import Sealed
from iwflab.media.sandbox import MEMORY
from iwflab.media.stem import StemGone, Stems
from iwflab.media.worker import EXHAUSTED, load, run

# Reading alone takes time: seconds allowed for each 10^6 bytes above the deadline.
SECONDS_PER_MB = 0.5
# More for what begins like a video: a few megabytes can hold an hour.  The worker
# stops itself before that and keeps what it has; one that is stuck is killed then.
VIDEO_SECONDS = 300.0
# So often a medium is tried again whose worker died because the stem was gone.
_SPARED = 3


class DecodePool:
    """Examines media in sandboxed workers; may be used from several threads.

    ``task`` is the dotted name (``module:function``) of what the workers run.
    ``deadline`` is in seconds for one medium, plus half a second per megabyte, plus
    ``video_deadline`` for what begins like a video.
    ``strict`` refuses to decode unless every wall stands.  ``unsafe_in_process``
    decodes in this process where no worker can be had; it is off unless asked for.
    ``check`` takes what a worker answered and gives what of it is taken over.
    ``stems`` is where workers are forked from, when it is shared with another pool.
    """

    def __init__(
        self,
        task: str,
        *,
        workers: int = 2,
        strict: bool = False,
        deadline: float = 20.0,
        video_deadline: float = VIDEO_SECONDS,
        recycle: int = 200,
        memory: int = MEMORY,
        unsafe_in_process: bool = False,
        check: Callable[[Examined], Examined] | None = None,
        stems: Stems | None = None,
    ) -> None:
        """Remember what to start; workers come up when the first medium comes."""
        self._task = task
        self._workers = workers
        self._strict = strict
        self._deadline = deadline
        self._video_deadline = video_deadline
        self._recycle = recycle
        self._memory = memory
        self._unsafe = unsafe_in_process
        self._stems = stems or Stems(task)
        self._own = stems is None
        self._check = check
        self._slots: queue.LifoQueue[Process | None] = queue.LifoQueue()
        self._closed = False
        for _ in range(workers):
            self._slots.put(None)

    def examine(
        self, sealed: Sealed, algorithms: Sequence[str] = (), *, previews: bool = True
    ) -> Examined:
        """Examine one medium; whatever it does to the worker, a result comes back.

        ``algorithms`` are asked for over those computed by default; ``previews``
        are made unless they are not wanted.  WallMissing if
        no worker can be started at all: that is not the fault of the medium.
        """
        if self._unsafe and supported():
            return run(
                load(self._task), sealed.view(), tuple(algorithms), previews=previews
            )
        process = self._take()
        spared = 0
        try:
            while True:
                process = process or self._start()
                alone = process.served == 0
                examined, healthy = self._once(
                    process, sealed, algorithms, previews=previews
                )
                orphaned = not healthy and process.orphaned and spared < _SPARED
                spared += orphaned
                if not healthy or process.served >= self._recycle:
                    # Out of hand first: what is dead never goes back to its slot.
                    spent, process = process, None
                    spent.kill()
                # A death may be owed to an earlier medium, or come from outside:
                # only one in a worker of its own is held against this medium.
                if healthy or (alone and not orphaned):
                    return examined
        except BaseException:
            # Stopped in the middle of an exchange, a worker would give its answer
            # to the next medium: it must not live on.
            stopped, process = process, None
            if stopped is not None:
                stopped.kill()
            raise
        finally:
            self._slots.put(process)

    @contextlib.contextmanager
    def fresh(self) -> Iterator["DecodePool"]:
        """Hand out a pool whose every worker sees one medium only."""
        pool = DecodePool(
            self._task,
            workers=1,
            strict=self._strict,
            deadline=self._deadline,
            video_deadline=self._video_deadline,
            recycle=1,
            memory=self._memory,
            unsafe_in_process=self._unsafe,
            check=self._check,
            stems=self._stems,
        )
        with pool:
            yield pool

    def close(self) -> None:
        """End the workers; those at work are waited for."""
        self._closed = True
        for process in [self._slots.get() for _ in range(self._workers)]:
            if process is not None:
                process.kill()
            # Whoever waits for a slot gets one, and learns that the pool is closed.
            self._slots.put(None)
        if self._own:
            self._stems.close()

    def __enter__(self) -> Self:
        """Hand out itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def _take(self) -> Process | None:
        process = self._slots.get()
        if self._closed:
            self._slots.put(process)
            raise WallMissing("the pool is closed", advice="open another one")
        return process

    def _start(self) -> Process:
        must_be_supported()
        stem = self._stems.get()
        try:
            return Process.of(stem, strict=self._strict, memory=self._memory)
        except StemGone:  # killed from outside: another one is started
            stem = self._stems.get(instead_of=stem)
        try:
            return Process.of(stem, strict=self._strict, memory=self._memory)
        except StemGone as gone:
            raise WallMissing(
                f"no worker could be started: {gone or 'what starts them died twice'}",
                advice="free memory and processes, then try again",
            ) from gone

    def _once(
        self,
        process: Process,
        sealed: Sealed,
        algorithms: Sequence[str],
        *,
        previews: bool,
    ) -> tuple[Examined, bool]:
        """Ask a worker; the result, and whether the worker may go on."""
        seconds = self._deadline + SECONDS_PER_MB * sealed.digests.size / 1e6
        if container(sealed.view()) is not None:
            seconds += self._video_deadline
        try:
            examined = process.examine(
                sealed, algorithms, seconds=seconds, previews=previews
            )
        except (Gone, Late) as error:
            reason = f"the decoder was stopped: {error}"
            return Examined(DecoderState.REFUSED, reason, stopped=True), False
        healthy = examined.reason != EXHAUSTED
        return self._check(examined) if self._check else examined, healthy

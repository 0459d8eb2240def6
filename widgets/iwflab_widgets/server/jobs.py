"""Jobs (intakes, new lists): on the server's side, one at a time, seen by their owner.

A kernel may be culled or closed with its tab; a job may not.  The job runs in one
thread of the server, under the name of the person who asked for it.
"""

import dataclasses
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from iwflab.domain.media import display_text
from iwflab.errors import LabError, NotAllowed
from iwflab.lab import Lab

LOG = logging.getLogger("iwflab.server")
Progress = Callable[..., None]  # (done, total), and of an intake (bytes, bytes_total)
Work = Callable[[Progress], Any]
KEPT_PER_ANALYST = 50
OPEN_PER_ANALYST = 20


class Stopping(LabError):
    """The server is closing; the job ends at the next medium."""


@dataclasses.dataclass
class Job:
    """One intake or new list: what the page is told about it."""

    analyst: str
    kind: str = "intake"  # intake | list
    title: str = ""  # the folder, the file or the list, by which a person knows it
    job: str = dataclasses.field(default_factory=lambda: secrets.token_urlsafe(12))
    state: str = "running"  # running | done | failed, as the page knows them
    begun: bool = False
    done: int = 0
    total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    started: float = dataclasses.field(default_factory=time.monotonic)
    seconds: float = 0.0
    report: dict[str, Any] = dataclasses.field(default_factory=dict)
    error: str = ""
    advice: str = ""

    def told(self, ahead: int) -> dict[str, Any]:
        """Return the job as the page gets it."""
        running = self.state == "running"
        passed = time.monotonic() - self.started if running else self.seconds
        return {
            "job": self.job,
            "kind": self.kind,
            "title": display_text(self.title),
            "state": self.state,
            "ahead": ahead,
            "done": self.done,
            "total": self.total,
            "bytes": self.bytes_done,
            "bytes_total": self.bytes_total,
            "seconds": round(passed, 1),
            "report": self.report,
            "error": self.error,
            "advice": self.advice,
        }


class Jobs:
    """The jobs of this server run, in the order they were asked for."""

    def __init__(self) -> None:
        """Start with none; the one worker thread begins with the first job."""
        self._lock = threading.Lock()
        self._jobs: list[Job] = []
        self._closing = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="intake")

    def submit(
        self,
        seat: Lab,
        paths: list[Path],
        facts: dict[str, Any],
        *,
        after: Callable[[], None] = lambda: None,
    ) -> str:
        """Queue an intake for the person of ``seat``; ``after`` always runs."""

        def work(progress: Progress) -> Any:
            return seat.intake(paths, **facts, progress=progress)

        job = Job(analyst=seat.analyst, title=paths[0].name)
        return self.queue(job, work, after=after)

    def queue(
        self, job: Job, work: Work, *, after: Callable[[], None] = lambda: None
    ) -> str:
        """Queue any work whose report the page is told; ``after`` always runs."""
        with self._lock:
            open_now = sum(
                other.analyst == job.analyst and other.state == "running"
                for other in self._jobs
            )
            if open_now >= OPEN_PER_ANALYST:
                raise NotAllowed(
                    f"{open_now} of your intakes are still waiting",
                    advice="wait until one of them has ended",
                )
            self._jobs.append(job)
            self._forget_old(job.analyst)
        self._pool.submit(self._run, job, work, after)
        return job.job

    def of(self, analyst: str) -> list[dict[str, Any]]:
        """Return this person's jobs, the newest first; nobody else's."""
        with self._lock:
            ahead, told = 0, []
            for job in self._jobs:
                if job.analyst == analyst:
                    told.append(job.told(0 if job.begun else ahead))
                ahead += job.state == "running"
        return told[::-1]

    def close(self) -> None:
        """End the running job at its next medium, and start none of the others."""
        self._closing.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, job: Job, work: Work, after: Callable[[], None]) -> None:
        def progress(done: int, total: int, got: int = 0, size: int = 0) -> None:
            if self._closing.is_set():
                raise Stopping("the server was stopped", advice="start it anew")
            job.done, job.total, job.bytes_done, job.bytes_total = (
                done,
                total,
                got,
                size,
            )

        job.begun, job.started = True, time.monotonic()
        state = "failed"
        try:
            job.report, state = plain(work(progress)), "done"
        except LabError as error:
            job.error = display_text(error.message)
            job.advice = display_text(error.advice)
        except Exception:
            error_id = secrets.token_hex(4)
            LOG.exception("%s failed, error %s", job.kind, error_id)
            job.error = f"the {job.kind} failed for a reason that was not foreseen"
            job.advice = f"tell your administrator the error id {error_id}"
        finally:
            job.seconds = time.monotonic() - job.started
            after()
            job.state = state

    def _forget_old(self, analyst: str) -> None:
        ended = [j for j in self._jobs if j.analyst == analyst and j.state != "running"]
        for job in ended[: max(0, len(ended) - KEPT_PER_ANALYST)]:
            self._jobs.remove(job)


def plain(report: Any) -> Any:
    """Turn a report into what JSON can carry; an unknown value becomes its text.

    ``dataclasses.asdict`` will not do: it breaks the keys of a Counter.
    """
    if dataclasses.is_dataclass(report) and not isinstance(report, type):
        names = [field.name for field in dataclasses.fields(report)]
        return {name: plain(getattr(report, name)) for name in names}
    if isinstance(report, Mapping):
        return {str(key): plain(value) for key, value in report.items()}
    if isinstance(report, list | tuple | set | frozenset):
        return [plain(value) for value in report]
    if report is None or isinstance(report, bool | int | float):
        return report
    return str(report)

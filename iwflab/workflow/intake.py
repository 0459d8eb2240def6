"""It arrives, is verified, hashed, entered: nothing is judged, nothing is left out."""

import json
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from iwflab.domain.arrivals import Custody, IntakeReport
from iwflab.domain.lists import Sighting
from iwflab.domain.media import Digests, Examined, display_name
from iwflab.errors import BadInput, LabError, Unreadable
from iwflab.exchange.sidecar import read_sidecar
from iwflab.media.reading import Found, Sealed, read_once, walk
from iwflab.store import Store
from iwflab.store.entering import (
    enter_examination,
    enter_medium,
    is_examined,
    known_medium,
    one_row,
    sha256_of,
    unexamined,
)
from iwflab.workflow import Bench

Progress = Callable[[int, int, int, int], None]
"""Called with media done, media in all, bytes done, bytes in all."""


def take_in(
    bench: Bench,
    paths: Sequence[str | os.PathLike[str]],
    custody: Custody,
    *,
    analyst: str,
    sidecar: Path | None = None,
    progress: Progress | None = None,
    keep_out: Sequence[Path] = (),
) -> IntakeReport:
    """Take in folders (recursive) and files; give a report that adds up.

    ``keep_out`` are the lab's own folders: a lab must not take itself in.

    Each file is read once, into sealed memory, hashed while read, stored under its
    SHA-256, and entered as a medium (new bytes) and a copy (new place).  Decoding
    runs beside it in sandboxed workers.  A second run adds nothing; an interrupted
    one is finished by running it again.
    """
    custody.check()
    _must_be_outside(paths, keep_out)
    started = time.monotonic()
    lines = read_sidecar(sidecar) if sidecar else {}
    # A path is part of what is recorded: always the whole one, so that a second run
    # from another folder finds the same copies.
    found = [
        item
        for path in paths
        for item in walk(os.path.abspath(os.fsencode(path)))  # noqa: PTH100 - raw bytes
        if sidecar is None or not _same_file(item.path, sidecar)
    ]
    if not found:
        raise BadInput(
            "there is nothing to take in", advice="check the path of the folder"
        )
    intake, exhibit = _begin(bench.store, custody, analyst, paths)
    report = IntakeReport(intake, found=len(found))
    run = _Run(bench, analyst, intake, exhibit, report, progress or _silent)
    run.all(found, lines)
    _end(bench.store, report, analyst)
    report.seconds = time.monotonic() - started
    return report


def _end(store: Store, report: IntakeReport, analyst: str) -> None:
    with store.act("end intake", report.intake, analyst=analyst) as act:
        act.insert(
            "intake_end",
            intake=report.intake,
            found=report.found,
            new_media=report.new_media,
            new_copies=report.new_copies,
            refused=len(report.refused),
        )


def _real(path: bytes) -> bytes:
    try:
        return os.path.realpath(path)
    except OSError:  # a link that may not be followed: it is refused by name later
        return path


def _same_file(path: bytes, other: Path) -> bool:
    return _real(path) == _real(os.fsencode(other))


def _must_be_outside(
    paths: Sequence[str | os.PathLike[str]], keep_out: Sequence[Path]
) -> None:
    for path in paths:
        real = Path(os.path.realpath(path))
        for place in (place.resolve() for place in keep_out):
            # Uploads wait in the lab's own ``incoming``.
            uploaded = real.is_relative_to(place / "incoming")
            if not uploaded and (
                real.is_relative_to(place) or place.is_relative_to(real)
            ):
                raise BadInput(
                    "this would take the lab itself in",
                    advice="name a folder that neither lies in the lab nor holds it",
                )


def _silent(_done: int, _total: int, _bytes: int, _all_bytes: int) -> None:
    pass


def _begin(
    store: Store,
    custody: Custody,
    analyst: str,
    paths: Sequence[str | os.PathLike[str]],
) -> tuple[str, str]:
    # The subject of an entry is an id, never a name: names may have to be erased.
    with store.act("begin intake", "lab", analyst=analyst) as act:
        case = one_row(act, "lab_case", name=custody.case.strip())
        exhibit = one_row(act, "exhibit", lab_case=case, name=custody.exhibit.strip())
        intake = act.insert(
            "intake",
            exhibit=exhibit,
            purpose=custody.purpose,
            authority=custody.authority,
            sources=json.dumps([display_name(os.fsencode(p)) for p in paths]),
        )
    return intake, exhibit


@dataclass(slots=True)
class _Run:
    """One intake under way."""

    bench: Bench
    analyst: str
    intake: str
    exhibit: str
    report: IntakeReport
    progress: Progress
    decoding: dict[Future[Examined], tuple[str, Sealed]] = field(default_factory=dict)

    def all(self, found: list[Found], lines: Mapping[bytes, list[Sighting]]) -> None:
        sizes = [_size(item.path) for item in found]
        total, done = sum(sizes), 0
        used: set[bytes] = set()
        with ThreadPoolExecutor(self.bench.workers) as threads:
            for number, (item, size) in enumerate(
                zip(found, sizes, strict=True), start=1
            ):
                real = _real(item.path)
                used.add(real)
                self.one(item, lines.get(real, []), threads)
                done += size
                self.progress(number, len(found), done, total)
            self.left_over(threads)
            self.collect(0)
        self.report.unmatched = [
            display_name(path) for path in lines if path not in used
        ]

    def one(
        self, item: Found, sightings: list[Sighting], threads: ThreadPoolExecutor
    ) -> None:
        if item.refused:
            self.refuse(item.path, item.refused)
            return
        try:
            sealed = read_once(item.path)
        except Unreadable as fault:
            self.refuse(item.path, fault.message)
            return
        # Evidence first: a row never names bytes that are not on the disk.
        self.bench.evidence.keep(sealed)
        medium, is_new = self.enter(item.path, sealed.digests, sightings)
        if is_new:
            self.decode(medium, sealed, threads)
        else:
            sealed.close()

    def refuse(self, path: bytes, reason: str) -> None:
        self.report.refused.append((display_name(path), reason))
        with self.bench.store.act("refuse", self.intake, analyst=self.analyst) as act:
            known = act.connection.execute(
                sa.text(
                    "SELECT id FROM refusal WHERE exhibit = :exhibit"
                    " AND path = :path AND reason = :reason"
                ),
                {"exhibit": self.exhibit, "path": path, "reason": reason},
            ).scalar()
            if known is None:
                act.insert(
                    "refusal",
                    exhibit=self.exhibit,
                    intake=self.intake,
                    path=path,
                    shown=display_name(path),
                    reason=reason,
                )

    def enter(
        self, path: bytes, digests: Digests, sightings: list[Sighting]
    ) -> tuple[str, bool]:
        """Enter medium, copy and sightings as far as they are new, in one act."""
        store = self.bench.store
        named = known_medium(store, digests.sha256) or secrets.token_hex(8)
        with store.act("take in", named, analyst=self.analyst) as act:
            medium, is_new = enter_medium(act, digests, named)
            where = {"exhibit": self.exhibit, "path": path, "medium": medium}
            query = (
                "SELECT id FROM copy WHERE exhibit = :exhibit AND path = :path"
                " AND medium = :medium"
            )
            copy = act.connection.execute(sa.text(query), where).scalar()
            if copy is None:
                copy = act.insert(
                    "copy", **where, intake=self.intake, shown=display_name(path)
                )
                self.report.new_copies += 1
            else:
                self.report.known_copies += 1
            for seen in sightings:
                one_row(
                    act,
                    "sighting",
                    copy=copy,
                    source=seen.source,
                    url=seen.url,
                    seen_on=seen.seen_on,
                    series=seen.series,
                )
        self.report.new_media += is_new
        return medium, is_new

    def decode(self, medium: str, sealed: Sealed, threads: ThreadPoolExecutor) -> None:
        # A small window: sealed bytes live in memory until their worker is done.
        self.collect(2 * self.bench.workers)
        future = threads.submit(self.bench.pool.examine, sealed)
        self.decoding[future] = (medium, sealed)

    def collect(self, leave: int) -> None:
        """Write what the workers found, until at most ``leave`` are at work."""
        while len(self.decoding) > leave:
            done, _ = wait(self.decoding, return_when=FIRST_COMPLETED)
            for future in done:
                medium, sealed = self.decoding.pop(future)
                sealed.close()
                try:
                    found = future.result()
                except LabError as fault:
                    self.report.problems.append(str(fault))
                    continue
                self.examined(medium, found)
                self.report.states[found.state] += 1

    def examined(self, medium: str, found: Examined) -> None:
        """Keep the previews first: a row never names a preview that is not there."""
        digest = sha256_of(self.bench.store, medium)
        for variant, picture in found.previews.items():
            self.bench.previews.keep(digest, variant, picture)
        with self.bench.store.act("examine", medium, analyst=self.analyst) as act:
            if not is_examined(act, medium):  # another intake may have been quicker
                enter_examination(act, medium, found)

    def left_over(self, threads: ThreadPoolExecutor) -> None:
        """Decode what an interrupted intake entered and did not get to."""
        under_way = {medium for medium, _ in self.decoding.values()}
        for medium, digest in unexamined(self.bench.store):
            if medium in under_way:
                continue
            try:
                sealed = self.bench.evidence.open(digest)
            except LabError as fault:
                self.report.problems.append(str(fault))
            else:
                self.decode(medium, sealed, threads)


def _size(path: bytes) -> int:
    with suppress(OSError):
        return os.lstat(path).st_size
    return 0

"""It arrives, is verified, hashed, entered: nothing is judged, nothing is left out."""

import json
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from iwflab.domain.arrivals import Custody, IntakeReport
from iwflab.domain.lists import Sighting
from iwflab.domain.media import Digests, Examined, display_name
from iwflab.errors import BadInput, LabError, Unreadable
from iwflab.exchange.sidecar import read_sidecar
from iwflab.media.archives import BETWEEN, Archive, is_archive
from iwflab.media.reading import Found, Sealed, read_once, walk
from iwflab.media.sources import must_be_outside, real, same_file, size
from iwflab.store import Store
from iwflab.store.entering import (
    enter_examination,
    enter_medium,
    enter_once,
    enter_sighting,
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
    must_be_outside(paths, keep_out)
    started = time.monotonic()
    lines = read_sidecar(sidecar) if sidecar else {}
    # A path is part of what is recorded: always the whole one, so that a second run
    # from another folder finds the same copies.
    found = [
        item
        for path in paths
        for item in walk(os.path.abspath(os.fsencode(path)))  # noqa: PTH100 - raw bytes
        if sidecar is None or not same_file(item.path, sidecar)
    ]
    if not found:
        raise BadInput(
            "there is nothing to take in", advice="check the path of the folder"
        )
    intake, exhibit = _begin(bench.store, custody, analyst, paths)
    report = IntakeReport(intake, found=len(found))
    run = _Run(bench, analyst, intake, exhibit, report, progress or _silent, lines)
    run.all(found)
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
    lines: Mapping[bytes, list[Sighting]]
    used: set[bytes] = field(default_factory=set)
    at: tuple[int, int, int, int] = (0, 0, 0, 0)
    decoding: dict[Future[Examined], tuple[str, Sealed]] = field(default_factory=dict)

    def all(self, found: list[Found]) -> None:
        sizes = [size(item.path) for item in found]
        total, done = sum(sizes), 0
        with ThreadPoolExecutor(self.bench.workers) as threads:
            for number, item in enumerate(found, start=1):
                self.at = (number - 1, len(found), done, total)
                self.one(item, threads)
                done += sizes[number - 1]
                self.progress(number, len(found), done, total)
            self.left_over(threads)
            self.collect(0)
        self.report.unmatched = [
            display_name(path) for path in self.lines if path not in self.used
        ]

    def one(self, item: Found, threads: ThreadPoolExecutor) -> None:
        where = real(item.path)
        self.used.add(where)
        if item.refused:
            self.refuse(item.path, item.refused)
            return
        try:
            sealed = read_once(item.path)
        except Unreadable as fault:
            self.refuse(item.path, fault.message)
            return
        if is_archive(sealed):
            with sealed:
                self.unpack(item.path, where, sealed, threads)
        else:
            self.keep(item.path, where, sealed, threads)

    def unpack(
        self, path: bytes, where: bytes, archive: Sealed, threads: ThreadPoolExecutor
    ) -> None:
        """Take in the members of an archive, each as if it lay in a folder."""
        self.arrived(path, archive.digests)
        try:
            opened = Archive(archive)
        except Unreadable as fault:
            self.refuse(path, fault.message)
            return
        self.report.found -= 1  # its members are counted in its place
        with opened:
            for member in opened.members():
                self.report.found += 1
                self.progress(*self.at)  # a long archive can be stopped, too
                inside = BETWEEN + member.name
                self.used.add(where + inside)
                if member.sealed is None:
                    self.refuse(path + inside, member.refused)
                else:
                    self.keep(path + inside, where + inside, member.sealed, threads)

    def keep(
        self, path: bytes, where: bytes, sealed: Sealed, threads: ThreadPoolExecutor
    ) -> None:
        # Evidence first: a row never names bytes that are not on the disk.
        self.bench.evidence.keep(sealed)
        sightings = self.lines.get(where, [])
        medium, is_new = self.enter(path, sealed.digests, sightings)
        if is_new:
            self.decode(medium, sealed, threads)
        else:
            sealed.close()

    def arrived(self, path: bytes, digests: Digests) -> None:
        """Record which archive came; its bytes are not kept, its members' are."""
        shown, sha256 = display_name(path), digests.sha256
        self.report.archives.append((shown, sha256))
        where = {"exhibit": self.exhibit, "path": path, "sha256": sha256}
        more = {"intake": self.intake, "shown": shown, "size": digests.size}
        store = self.bench.store
        with store.act("open archive", self.intake, analyst=self.analyst) as act:
            enter_once(act, "archive", where, more)

    def refuse(self, path: bytes, reason: str) -> None:
        self.report.refused.append((display_name(path), reason))
        with self.bench.store.act("refuse", self.intake, analyst=self.analyst) as act:
            where = {"exhibit": self.exhibit, "path": path, "reason": reason}
            more = {"intake": self.intake, "shown": display_name(path)}
            enter_once(act, "refusal", where, more)

    def enter(
        self, path: bytes, digests: Digests, sightings: list[Sighting]
    ) -> tuple[str, bool]:
        """Enter medium, copy and sightings as far as they are new, in one act."""
        store = self.bench.store
        named = known_medium(store, digests.sha256) or secrets.token_hex(8)
        with store.act("take in", named, analyst=self.analyst) as act:
            medium, is_new = enter_medium(act, digests, named)
            where = {"exhibit": self.exhibit, "path": path, "medium": medium}
            more = {"intake": self.intake, "shown": display_name(path)}
            copy, is_found = enter_once(act, "copy", where, more)
            self.report.new_copies += is_found
            self.report.known_copies += not is_found
            for seen in sightings:
                if before := enter_sighting(act, copy, seen):
                    self.report.routes.append((display_name(path), before, seen.route))
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

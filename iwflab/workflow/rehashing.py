"""Everything is hashed anew: a new algorithm, a new release; with a report of changes.

The originals are read from the evidence, decoded in the sandbox and hashed; what came
out otherwise is told.  Values are entered only when asked for: the newest stands, and
what stood before stays in the store.  Stopped in the middle, it goes on where it was.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from iwflab.domain.hashes import FrameHashes, HashValue
from iwflab.domain.media import Examined, display_text
from iwflab.errors import BadInput, DecodeError, EvidenceError, NotFound
from iwflab.hashing import ALGORITHMS
from iwflab.media.clip_samples import clips
from iwflab.media.reading import seal
from iwflab.media.samples import samples
from iwflab.store.entering import enter_frames, enter_hash, sha256_of
from iwflab.store.known import all_media, values_of
from iwflab.store.reading import whole_ids
from iwflab.store.rehashed import enter_rehashed, newest_frames, rehashed_by
from iwflab.workflow import Bench

# What lies between two entries in the trail, and is done again if it is stopped there.
AT_ONCE = 64  # media
SECONDS = 30.0  # of a wall clock: videos are slow
AHEAD = 2  # media under way for each worker: enough that none waits for another

Progress = Callable[[int, int], None]
Looked = tuple[str, Examined]


@dataclass(slots=True)
class RehashReport:
    """What hashing anew found; every hash that was made is in one count.

    ``media`` were hashed now, ``done_before`` passed over.
    ``same``, ``added`` (there was none), ``changed`` (another value or quality) and
    ``missing`` (wanted now, there before, and not made) count by name of the hash;
    the frames of a video are one, called ``pdq_frames``.
    ``changes`` names each change: medium, hash, values before and now, bits between.
    ``problems`` names the media that could not be hashed, and why: those are met again.
    """

    media: int = 0
    done_before: int = 0
    same: Counter[str] = field(default_factory=Counter)
    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    changes: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)


def rehash(
    bench: Bench,
    media: Sequence[str] | None = None,
    algorithms: Sequence[str] = (),
    *,
    enter: bool,
    analyst: str,
    progress: Progress | None = None,
) -> RehashReport:
    """Hash media (by default all) anew; with ``enter`` what differs is stored.

    ``algorithms`` are those wanted besides the usual; BadInput for one that cannot be
    made here.  With ``enter``, media that were hashed anew before by the very same
    libraries and decoders are passed over: that is how it goes on.
    """
    asked = tuple(algorithms)
    makers = _made_now(bench, asked)
    chosen = all_media(bench.store) if media is None else whole_ids(bench.store, media)
    done = rehashed_by(bench.store, makers) if enter else set()
    todo = [medium for medium in chosen if medium not in done]
    report = RehashReport(done_before=len(chosen) - len(todo))
    batch: list[Looked] = []
    began = time.monotonic()
    with closing(_examined(bench, todo, asked, report)) as looked:
        for number, one in enumerate(looked, start=1):
            batch += [one] if one else []
            late = time.monotonic() - began > SECONDS
            if late or number == len(todo) or len(batch) >= AT_ONCE:
                _one_part(bench, batch, makers, report, analyst if enter else "")
                batch, began = [], time.monotonic()
            if progress:
                progress(number, len(todo))
    return report


def _made_now(bench: Bench, asked: tuple[str, ...]) -> dict[str, str]:
    """Say who makes each wanted hash, and who decodes, from a tiny picture and clip."""
    unknown = [name for name in asked if name not in ALGORITHMS]
    if unknown:
        raise BadInput(
            f"no algorithm is called {display_text(unknown[0])!r}",
            advice=f"there are: {', '.join(ALGORITHMS)}",
        )
    makers: dict[str, str] = {}
    missing: object = None
    for kind, drawn in (("pictures", samples()), ("videos", clips())):
        with seal([next(drawn)]) as sealed:
            found = bench.pool.examine(sealed, asked, previews=False)
        missing = missing or found.metadata.get("hashes_missing")
        # The libraries in full would be most of what is stored.
        makers[f"decoder of {kind}"] = sha256(found.decoder.encode()).hexdigest()[:16]
        makers |= {_name(v): f"{v.library} {v.version}" for v in found.hashes}
        if found.frame_hashes:
            moving = found.frame_hashes
            makers[_moving(moving)] = f"{moving.library} {moving.version}"
    for name in asked:
        if name not in makers:
            told = missing.get(name) if isinstance(missing, dict) else None
            raise BadInput(
                f"{name} cannot be made: {told or 'it is not a hash of pixels'}",
                advice="leave it out; digests of bytes are made at intake",
            )
    return makers


def _examined(
    bench: Bench, media: Sequence[str], asked: tuple[str, ...], report: RehashReport
) -> Generator[Looked | None]:
    """Look at media side by side, in their order; None where there is a problem."""

    def examine(medium: str) -> Examined:
        with bench.evidence.open(sha256_of(bench.store, medium)) as sealed:
            return bench.pool.examine(sealed, asked, previews=False)

    def told(medium: str, future: Future[Examined]) -> Looked | None:
        try:
            found = future.result()
            why = found.reason if found.stopped else ""
        # What is wrong with this one medium; a sandbox or store that fails is raised.
        except (DecodeError, EvidenceError, NotFound) as error:
            why = str(error)
        if why:
            report.problems.append({"medium": medium, "why": display_text(why)})
            return None
        report.media += 1
        return medium, found

    waiting: deque[tuple[str, Future[Examined]]] = deque()
    with ThreadPoolExecutor(bench.workers, "rehash") as threads:
        try:
            for medium in media:
                waiting.append((medium, threads.submit(examine, medium)))
                if len(waiting) >= AHEAD * bench.workers:
                    yield told(*waiting.popleft())
            while waiting:
                yield told(*waiting.popleft())
        finally:
            for _, future in waiting:
                future.cancel()


def _one_part(
    bench: Bench,
    looked: Sequence[Looked],
    makers: dict[str, str],
    report: RehashReport,
    analyst: str,
) -> None:
    """Compare what came out with what is stored; enter it where there is an analyst."""
    media = [medium for medium, _ in looked]
    values, frames = values_of(bench.store, media), newest_frames(bench.store, media)
    fresh = [
        (
            medium,
            _compared(medium, values[medium], found.hashes, makers, report),
            _moved(medium, frames[medium], found.frame_hashes, makers, report),
        )
        for medium, found in looked
    ]
    if not analyst or not fresh:
        return
    with bench.store.act("hash again", "lab", analyst=analyst) as act:
        for medium, hashes, moving in fresh:
            for value in hashes:
                enter_hash(act, medium, value)
            if moving:
                enter_frames(act, medium, moving)
            enter_rehashed(act, medium, makers)


def _compared(
    medium: str,
    stored: Sequence[HashValue],
    found: Sequence[HashValue],
    makers: dict[str, str],
    report: RehashReport,
) -> list[HashValue]:
    """Count what came out; give what is not stored as it is now."""
    before = {(value.algorithm, value.variant): value for value in stored}
    now = {(value.algorithm, value.variant): value for value in found}
    made = {_name(value) for value in found}
    for key in before.keys() - now.keys():
        name = _name(before[key])
        if name in makers and name not in made:
            report.missing[name] += 1
    fresh = []
    for key, value in now.items():
        then, name = before.get(key), _name(value)
        if then is None:
            report.added[name] += 1
        elif _differ(then, value):
            report.changed[name] += 1
            report.changes.append(_change(medium, then, value))
        else:
            report.same[name] += 1
        if then is None or _made(then) != _made(value):
            fresh.append(value)
    return fresh


def _differ(then: HashValue, now: HashValue) -> bool:
    """Tell whether a value is another one; earlier releases stored none turned."""
    turned = bool(then.turned) and then.turned != now.turned
    return turned or (then.value, then.quality) != (now.value, now.quality)


def _change(medium: str, then: HashValue, now: HashValue) -> dict[str, Any]:
    return {
        "medium": medium,
        "hash": _name(now),
        "before": then.value,
        "now": now.value,
        "bits": _bits(then.value, now.value),
        "quality_before": then.quality,
        "quality_now": now.quality,
        "made_by": f"{then.library} {then.version}",
    }


def _moved(
    medium: str,
    stored: Sequence[FrameHashes],
    now: FrameHashes | None,
    makers: dict[str, str],
    report: RehashReport,
) -> FrameHashes | None:
    """Count the frames of a medium as one hash; give them if they are not stored so."""
    before = {(one.algorithm, one.variant): one for one in stored}
    then = before.pop((now.algorithm, now.variant), None) if now else None
    for left in before.values():
        if _moving(left) in makers:
            report.missing[_moving(left)] += 1
    if now is None:
        return None
    if then is None:
        report.added[_moving(now)] += 1
    elif then.frames != now.frames:
        report.changed[_moving(now)] += 1
        report.changes.append(_change_of_frames(medium, then, now))
    else:
        report.same[_moving(now)] += 1
    return None if then == now else now


def _change_of_frames(
    medium: str, then: FrameHashes, now: FrameHashes
) -> dict[str, Any]:
    """Tell of frames by number; ``bits`` is the most in any frame that both have."""
    was, are = ({one.frame: one for one in kind.frames} for kind in (then, now))
    both = was.keys() & are.keys()
    other = len(was.keys() ^ are.keys()) + sum(was[n] != are[n] for n in both)
    return {
        "medium": medium,
        "hash": _moving(now),
        "before": f"{len(was)} frames",
        "now": f"{len(are)} frames, {other} otherwise",
        "bits": max((_bits(was[n].value, are[n].value) for n in both), default=0),
        "quality_before": None,
        "quality_now": None,
        "made_by": f"{then.library} {then.version}",
    }


def _made(value: HashValue) -> tuple[object, ...]:
    # How pixels were converted tells of the medium, not of who hashed it.
    return value.value, value.quality, value.library, value.version, value.turned


def _bits(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _name(value: HashValue) -> str:
    """Name a hash as its algorithm is called: pdq, pdq_512nn, whash."""
    variant = f"{value.algorithm}_{value.variant}"
    return variant if variant in ALGORITHMS else value.algorithm


def _moving(found: FrameHashes) -> str:
    return f"{found.algorithm}_frames"

"""Everything is hashed anew: a new algorithm, a new release; with a report of changes.

The originals are read from the evidence, decoded in the sandbox and hashed; what came
out otherwise is told.  Values are entered only when asked for: the newest stands, and
what stood before stays in the store.  Stopped in the middle, it goes on where it was.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from iwflab.domain.hashes import HashValue
from iwflab.domain.media import Examined
from iwflab.domain.version import VERSION
from iwflab.errors import BadInput
from iwflab.hashing import ALGORITHMS
from iwflab.store.entering import enter_hash, sha256_of
from iwflab.store.known import all_media, values_of
from iwflab.store.reading import whole_ids
from iwflab.workflow import Bench

AT_ONCE = 64  # media between two entries in the trail

Progress = Callable[[int, int], None]
Key = tuple[str, str]


@dataclass(slots=True)
class RehashReport:
    """What hashing anew found; every hash of every medium is in one count.

    ``same``, ``added`` (there was none), ``changed`` (another value or quality) and
    ``missing`` (it could not be made now) count by algorithm and variant.
    ``changes`` names each change: medium, hash, values before and now, bits between.
    """

    media: int = 0
    done_before: int = 0
    same: Counter[str] = field(default_factory=Counter)
    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    changes: list[dict[str, Any]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)  # the decoder was stopped


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

    ``algorithms`` are those wanted besides the usual.  With ``enter``, media that have
    a value of each by this very release are passed over: that is how it goes on.
    """
    unknown = [name for name in algorithms if name not in tuple(ALGORITHMS)]
    if unknown:
        raise BadInput(
            f"no algorithm is called {unknown[0]!r}",
            advice=f"there are: {', '.join(ALGORITHMS)}",
        )
    chosen = all_media(bench.store) if media is None else whole_ids(bench.store, media)
    report = RehashReport()
    todo = [m for m in chosen if not (enter and _has_all(bench, m, algorithms))]
    report.media, report.done_before = len(todo), len(chosen) - len(todo)
    for at in range(0, len(todo), AT_ONCE):
        part = todo[at : at + AT_ONCE]
        _one_part(bench, part, tuple(algorithms), report, analyst if enter else "")
        if progress:
            progress(min(at + AT_ONCE, len(todo)), len(todo))
    return report


def _has_all(bench: Bench, medium: str, algorithms: Sequence[str]) -> bool:
    usual = {
        name
        for name, one in ALGORITHMS.items()
        if one.of == "pixels" and one.by_default
    }
    values = values_of(bench.store, [medium])[medium]
    # What another library made has a version of its own: it is made anew if named.
    by_us = {_name(v) for v in values if v.library != "iwflab" or v.version == VERSION}
    return usual | set(algorithms) <= by_us


def _one_part(
    bench: Bench,
    media: Sequence[str],
    algorithms: tuple[str, ...],
    report: RehashReport,
    analyst: str,
) -> None:
    def examine(medium: str) -> Examined:
        with bench.evidence.open(sha256_of(bench.store, medium)) as sealed:
            return bench.pool.examine(sealed, algorithms, previews=False)

    with ThreadPoolExecutor(bench.workers) as threads:
        found = list(threads.map(examine, media))
    stored = values_of(bench.store, media)
    fresh = [
        (medium, value)
        for medium, examined in zip(media, found, strict=True)
        for value in _compared(medium, stored[medium], examined, report)
    ]
    if analyst and fresh:
        with bench.store.act("hash again", "lab", analyst=analyst) as act:
            for medium, value in fresh:
                enter_hash(act, medium, value)


def _compared(
    medium: str, stored: Sequence[HashValue], examined: Examined, report: RehashReport
) -> list[HashValue]:
    """Count what came out; give what is not stored as it is now."""
    if examined.stopped:
        report.stopped.append(medium)
        return []
    before = {_key(value): value for value in stored}
    now = {_key(value): value for value in examined.hashes}
    for key in before.keys() - now.keys():
        if ALGORITHMS[key[0]].of == "pixels":
            report.missing[_name(before[key])] += 1
    fresh = []
    for key, value in now.items():
        then = before.get(key)
        name = _name(value)
        if then is None:
            report.added[name] += 1
        elif (then.value, then.quality) != (value.value, value.quality):
            report.changed[name] += 1
            report.changes.append(_change(medium, then, value))
        else:
            report.same[name] += 1
        if then is None or _maker(then) != _maker(value):
            fresh.append(value)
    return fresh


def _change(medium: str, then: HashValue, now: HashValue) -> dict[str, Any]:
    bits = (int(then.value, 16) ^ int(now.value, 16)).bit_count()
    return {
        "medium": medium,
        "hash": _name(now),
        "before": then.value,
        "now": now.value,
        "bits": bits,
        "quality_before": then.quality,
        "quality_now": now.quality,
        "made_by": f"{then.library} {then.version}",
    }


def _maker(value: HashValue) -> tuple[object, ...]:
    return value.value, value.quality, value.library, value.version, value.turned


def _key(value: HashValue) -> Key:
    return value.algorithm, value.variant


def _name(value: HashValue) -> str:
    """Name a hash as its algorithm is called: pdq, pdq_512nn, whash."""
    variant = f"{value.algorithm}_{value.variant}"
    return variant if variant in ALGORITHMS else value.algorithm

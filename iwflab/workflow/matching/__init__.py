"""Media are held against known lists, and against what this lab signed off itself.

What is known needs no eyes: an exact or near enough match settles a medium, with its
source named; a candidate waits for a person's word.  A video is never settled by one
frame: what its frames find are candidates.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from iwflab.domain.hashes import HashValue
from iwflab.hashing.lists import CANDIDATE, MATCH, KnownList, ListHit
from iwflab.store import Store
from iwflab.store.known import (
    OWN,
    all_media,
    enter_held,
    examined,
    frames_of,
    held_against,
    known_among,
    newest_hashes,
    several_frames,
    standing_hits,
    standing_lists,
    unlooked,
    values_of,
    withdrawn_lines,
)
from iwflab.store.reading import waiting_media
from iwflab.store.second import asking_media
from iwflab.workflow.matching.answering import answer, answer_all
from iwflab.workflow.matching.own import Own, against_own, own_grades

__all__ = [
    "MatchReport",
    "Progress",
    "answer",
    "answer_all",
    "avoided",
    "hold",
    "look_up",
    "settled",
]

AT_ONCE = 2_000  # media held, and entered, together
FILMS_AT_ONCE = 50  # each may have thousands of frames

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class MatchReport:
    """What holding media against lists found: media by what settled them."""

    media: int = 0
    lists: int = 0
    hits: Counter[str] = field(default_factory=Counter)  # by tier
    settled: int = 0
    why: Counter[str] = field(default_factory=Counter)  # settled media by reason
    skipped: int = 0  # held against all of these before


def hold(
    store: Store,
    folder: Path,
    media: Sequence[str] | None = None,
    *,
    analyst: str,
    candidates: int,
    again: bool = False,
    progress: Progress | None = None,
) -> MatchReport:
    """Hold media (by default all) against every list that stands, and our own grades.

    ``folder`` is where the lists lie.  What was held before, as it is hashed now, is
    not held again, unless ``again``; our own grades are asked anew after every
    sign-off, for media that wait, also for a second person.  ``candidates`` is the
    farthest distance in bits that is still shown to a person.  Stopped in the middle
    it goes on where it was.
    """
    known = standing_lists(store)
    before = {} if again else held_against(store)
    chosen = all_media(store) if media is None else list(media)
    wanted = {row["id"] for row in known}
    waiting = {*waiting_media(store, chosen), *asking_media(store)}
    todo = [
        m
        for m in chosen
        if again or _is_due(before.get(m, {}), wanted, waits=m in waiting)
    ]
    report = MatchReport(len(todo), len(known), skipped=len(chosen) - len(todo))
    own = own_grades(store)
    for at in range(0, len(todo), AT_ONCE):
        part = todo[at : at + AT_ONCE]
        found = _Held(store, folder, known, before, candidates)
        _enter(found, part, own, analyst, report)
        if progress:
            progress(min(at + AT_ONCE, len(todo)), len(todo))
    report.why = settled(store, todo)
    report.settled = report.why.total()
    return report


def settled(store: Store, media: Sequence[str]) -> Counter[str]:
    """Count those of some media that need no eyes, by the surest reason of each."""
    with store.moment():
        hits = standing_hits(store, sorted(known_among(store, media)))
    surest = {hit["medium"]: hit for hit in reversed(hits) if hit["settles"]}
    return Counter(_reason(hit) for hit in surest.values())


def look_up(
    store: Store,
    folder: Path,
    values: Mapping[str, Sequence[HashValue]],
    frames: Mapping[str, Sequence[HashValue]],
    *,
    candidates: int,
) -> list[tuple[str, ListHit]]:
    """Hold hashes of anything, by its name, against the lists; nothing is entered.

    What ``frames`` find is a candidate, as are near hits of something that has frames.

    Gives names of lists and hits, the surest of each name first.
    """
    found = []
    for row in standing_lists(store):
        match = partial(
            KnownList.open(folder / row["id"]).match,
            candidates=candidates,
            withdrawn=withdrawn_lines(store, row["id"]),
        )
        for hit in match(values):
            unsure = frames.get(hit.medium) or row["kind"] == "benign"
            found.append((str(row["name"]), _demoted(hit) if unsure else hit))
        for hit in match(frames):
            moving = replace(_demoted(hit), variant="frame")
            found.append((str(row["name"]), moving))
    return sorted(found, key=lambda one: (one[1].medium, one[1].distance, one[0]))


def _is_due(before: Mapping[str, int], wanted: set[str], *, waits: bool) -> bool:
    return not (wanted | {OWN} if waits else wanted) <= before.keys()


@dataclass(frozen=True, slots=True)
class _Held:
    """One part of the media under way: against which lists, beyond those before."""

    store: Store
    folder: Path
    known: Sequence[dict[str, Any]]
    before: Mapping[str, Mapping[str, int]]
    candidates: int

    def hits(self, media: Sequence[str]) -> Iterator[tuple[str, ListHit]]:
        """Give the hits of media against each list that they were not held against.

        What the first of several frames finds is a candidate, and so is what is near
        to something benign: a picture can be changed in a small part of it.
        """
        stills, frames = values_of(self.store, media), frames_of(self.store, media)
        several = several_frames(self.store, media)
        for row in self.known:
            due = [m for m in media if row["id"] not in self.before.get(m, {})]
            opened = KnownList.open(self.folder / row["id"])
            withdrawn = withdrawn_lines(self.store, row["id"])
            match = partial(
                opened.match, candidates=self.candidates, withdrawn=withdrawn
            )
            for hit in match({m: stills[m] for m in due}):
                unsure = hit.medium in several or row["kind"] == "benign"
                yield row["id"], _demoted(hit) if unsure else hit
            moving = [m for m in due if m in frames]
            for at in range(0, len(moving), FILMS_AT_ONCE):
                part = moving[at : at + FILMS_AT_ONCE]
                for hit in match({m: frames[m] for m in part}):
                    yield row["id"], replace(_demoted(hit), variant="frame")


def _demoted(hit: ListHit) -> ListHit:
    return replace(hit, tier=CANDIDATE) if hit.tier == MATCH else hit


def _enter(
    held: _Held, media: Sequence[str], own: Own, analyst: str, report: MatchReport
) -> None:
    store = held.store
    before = newest_hashes(store, media)
    found = list(held.hits(media))
    ours = list(against_own(store, media, own, held.candidates))
    lists = [row["id"] for row in held.known]
    with store.act("match", "lab", analyst=analyst) as act:
        # What was hashed anew meanwhile was held by what no longer stands: it is due.
        now, seen = newest_hashes(store, media), examined(store, media)
        same = {m for m in media if now.get(m) == before.get(m)}
        there = {_key(row) for row in standing_hits(store, media)}
        for key, hit in found:
            row = {**_row(hit), "hash_list": key, "sign_off": None}
            if hit.medium in same and _key(row) not in there:
                act.insert("hit", **row)
                report.hits[hit.tier] += 1
        for row in ours:
            if row["medium"] in same and _key(row) not in there:
                act.insert("hit", **row)
                report.hits[row["tier"]] += 1
        for medium in media:
            # By its digests alone, a medium that no worker had yet is not held.
            if medium in same & seen:
                enter_held(act, medium, [*lists, OWN])


def _row(hit: ListHit) -> dict[str, Any]:
    names = ("medium", "line", "algorithm", "variant", "value", "distance")
    more = ("orientation", "tier", "label")
    return {name: getattr(hit, name) for name in (*names, *more)}


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    names = ("medium", "hash_list", "sign_off", "line", "algorithm", "variant", "value")
    return tuple(row[name] for name in names)


def avoided(store: Store, *, among: Collection[str] | None = None) -> Counter[str]:
    """Count looks that were not needed, by reason: the unit is one look at one copy.

    ``among``: only of these media.
    """
    found: Counter[str] = Counter()
    with store.moment():
        hits, rows = standing_hits(store), unlooked(store)
    reasons = {hit["medium"]: hit for hit in reversed(hits) if hit["settles"]}
    for row in rows:
        if among is not None and row["medium"] not in among:
            continue
        found["another copy of the same bytes"] += max(0, row["copies"] - 1)
        if row["looked"]:
            continue
        if row["known"]:
            found[_reason(reasons[row["medium"]])] += 1
        elif row["carried"]:
            found["graded with its stack or selection"] += 1
    return +found


def _reason(hit: dict[str, Any]) -> str:
    if hit["sign_off"]:
        return "near enough to a medium that was signed off here"
    what = "a list of benign media" if hit["kind"] == "benign" else "a list"
    ways = {"exact": "the same bytes are on", MATCH: "near enough to an entry of"}
    return f"{ways.get(hit['tier'], 'confirmed to be on')} {what}"

"""Media are held against known lists, and against what this lab signed off itself.

What is known needs no eyes: an exact or near enough match settles a medium, with its
source named; a candidate waits for a person's word.  A video is never settled by one
frame: what its frames find are candidates.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from iwflab.domain.hashes import HashValue
from iwflab.errors import BadInput, NotFound
from iwflab.hashing.lists import CANDIDATE, MATCH, KnownList, ListHit
from iwflab.store import Store
from iwflab.store.known import (
    NOT_SAME,
    OPEN,
    OWN,
    SAME,
    all_media,
    enter_held,
    frames_of,
    held_against,
    one_hit,
    standing_hits,
    standing_lists,
    unlooked,
    values_of,
    withdrawn_lines,
)
from iwflab.workflow.matching.own import Own, against_own, own_grades

AT_ONCE = 2_000  # media held, and entered, together

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

    ``folder`` is where the lists lie.  What was held before is not held again, unless
    ``again``; ``candidates`` is the farthest distance in bits that is still shown to a
    person.  Stopped in the middle it goes on where it was.
    """
    known = standing_lists(store)
    before = {} if again else held_against(store)
    chosen = all_media(store) if media is None else list(media)
    wanted = {row["id"] for row in known}
    # Our own grades grow with every sign-off: they are asked each time.
    todo = [
        m for m in chosen if again or media is not None or _is_due(m, before, wanted)
    ]
    report = MatchReport(len(todo), len(known), skipped=len(chosen) - len(todo))
    own = own_grades(store)
    for at in range(0, len(todo), AT_ONCE):
        part = todo[at : at + AT_ONCE]
        found = _Held(store, folder, known, before, candidates)
        _enter(found, part, own, analyst, report)
        if progress:
            progress(min(at + AT_ONCE, len(todo)), len(todo))
    surest = {
        hit["medium"]: hit
        for hit in reversed(standing_hits(store, todo))
        if hit["settles"]
    }
    report.settled = len(surest)
    report.why = Counter(_reason(hit) for hit in surest.values())
    return report


def look_up(
    store: Store,
    folder: Path,
    values: Mapping[str, Sequence[HashValue]],
    *,
    candidates: int,
) -> list[tuple[str, ListHit]]:
    """Hold hashes of anything, by its name, against the lists; nothing is entered.

    Gives names of lists and hits, the surest of each name first.
    """
    found = []
    for row in standing_lists(store):
        hits = KnownList.open(folder / row["id"]).match(
            values,
            candidates=candidates,
            withdrawn=withdrawn_lines(store, row["id"]),
        )
        found += [(str(row["name"]), hit) for hit in hits]
    return sorted(found, key=lambda one: (one[1].medium, one[1].distance, one[0]))


def _is_due(medium: str, before: dict[str, set[str]], wanted: set[str]) -> bool:
    return not wanted | {OWN} <= before.get(medium, set())


@dataclass(frozen=True, slots=True)
class _Held:
    """One part of the media under way: against which lists, beyond those before."""

    store: Store
    folder: Path
    known: Sequence[dict[str, Any]]
    before: dict[str, set[str]]
    candidates: int

    def hits(self, media: Sequence[str]) -> Iterator[tuple[str, ListHit]]:
        """Give the hits of media against each list that they were not held against."""
        stills, frames = values_of(self.store, media), frames_of(self.store, media)
        for row in self.known:
            due = [m for m in media if row["id"] not in self.before.get(m, set())]
            opened = KnownList.open(self.folder / row["id"])
            withdrawn = withdrawn_lines(self.store, row["id"])
            match = partial(
                opened.match, candidates=self.candidates, withdrawn=withdrawn
            )
            for hit in match({m: stills[m] for m in due}):
                yield row["id"], hit
            for hit in match({m: frames[m] for m in due if m in frames}):
                tier = CANDIDATE if hit.tier == MATCH else hit.tier
                yield row["id"], replace(hit, tier=tier, variant="frame")


def _enter(
    held: _Held, media: Sequence[str], own: Own, analyst: str, report: MatchReport
) -> None:
    store = held.store
    found = list(held.hits(media))
    ours = list(against_own(store, media, own, held.candidates))
    lists = [row["id"] for row in held.known]
    with store.act("match", "lab", analyst=analyst) as act:
        there = {_key(row) for row in standing_hits(store, media)}
        for key, hit in found:
            row = {**_row(hit), "hash_list": key, "sign_off": None}
            if _key(row) not in there:
                act.insert("hit", **row)
                report.hits[hit.tier] += 1
        for row in ours:
            if _key(row) not in there:
                act.insert("hit", **row)
                report.hits[row["tier"]] += 1
        for medium in media:
            enter_held(act, medium, [*lists, OWN])


def _row(hit: ListHit) -> dict[str, Any]:
    names = ("medium", "line", "algorithm", "variant", "value", "distance")
    more = ("orientation", "tier", "label")
    return {name: getattr(hit, name) for name in (*names, *more)}


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    names = ("medium", "hash_list", "sign_off", "line", "algorithm", "variant", "value")
    return tuple(row[name] for name in names)


# -- what a person says to it --------------------------------------------------------
def answer(
    store: Store,
    hit: str,
    verdict: str,
    *,
    reason: str,
    analyst: str,
    request: str | None = None,
) -> dict[str, Any]:
    """Confirm a hit ("same"), or say "not_same"; give the hit as it stands then.

    "open" takes an answer back: the hit stands as if nobody had said anything.
    The answer is about this medium and this value: it holds as well where another
    list brings the value again.
    """
    if verdict not in {SAME, NOT_SAME, OPEN}:
        raise BadInput(
            f"{verdict!r} is no answer to a hit",
            advice=f"say {SAME} or {NOT_SAME}; {OPEN} takes an answer back",
        )
    if one_hit(store, hit) is None:
        raise NotFound(
            "this hit does not stand", advice="look again: iwflab match show"
        )
    with store.act("answer hit", hit, analyst=analyst, request=request) as act:
        if not act.repeated:
            said = {"verdict": verdict, "reason": reason, "analyst": analyst}
            act.insert("hit_answer", hit=hit, **said)
    found = one_hit(store, hit)
    if found is None:
        raise NotFound("this hit does not stand", advice="its list was withdrawn now")
    return found


def avoided(store: Store) -> Counter[str]:
    """Count looks that were not needed, by reason: the unit is one look at one copy."""
    found: Counter[str] = Counter()
    reasons = {
        hit["medium"]: hit for hit in reversed(standing_hits(store)) if hit["settles"]
    }
    for row in unlooked(store):
        found["another copy of the same bytes"] += max(0, row["copies"] - 1)
        if row["looked"]:
            continue
        if row["known"]:
            found[_reason(reasons[row["medium"]])] += 1
        elif row["carried"]:
            found["graded with its stack"] += 1
    return +found


def _reason(hit: dict[str, Any]) -> str:
    if hit["sign_off"]:
        return "near enough to a medium that was signed off here"
    what = "a list of benign media" if hit["kind"] == "benign" else "a list"
    ways = {"exact": "the same bytes are on", MATCH: "near enough to an entry of"}
    return f"{ways.get(hit['tier'], 'confirmed to be on')} {what}"

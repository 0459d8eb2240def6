"""Media are held against known lists, and against what this lab signed off itself.

What is known needs no eyes: an exact or near enough match settles a medium, with its
source named; a candidate waits for a person's word.  A video is never settled by one
frame: what its frames find are candidates.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from iwflab.domain.hashes import ORIENTATIONS, HashValue
from iwflab.errors import BadInput, NotFound
from iwflab.hashing import ALGORITHMS
from iwflab.hashing.lists import CANDIDATE, MATCH, KnownList, ListHit
from iwflab.store import Store
from iwflab.store.known import (
    NOT_SAME,
    OWN,
    SAME,
    enter_held,
    frames_of,
    held_against,
    one_hit,
    signed_codes,
    standing_hits,
    standing_lists,
    unlooked,
    values_of,
    withdrawn_lines,
)
from iwflab.store.reading import overview

AT_ONCE = 2_000  # media held, and entered, together
SCHEME = "uk_2014"  # whose code a hit on our own grades names first

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class MatchReport:
    """What holding media against lists found: media by what settled them."""

    media: int = 0
    lists: int = 0
    hits: Counter[str] = field(default_factory=Counter)  # by tier
    settled: int = 0
    skipped: int = 0  # held against all of these before


@dataclass(frozen=True, slots=True)
class _Own:
    """What this lab signed off: media in order, with their codes and columns."""

    media: tuple[str, ...]
    labels: tuple[str, ...]
    sign_offs: tuple[str, ...]
    values: tuple[HashValue, ...]


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
    rows = overview(store) if media is None else None
    chosen = [row["medium"] for row in rows] if rows is not None else list(media or ())
    wanted = {row["id"] for row in known}
    # Our own grades grow with every sign-off: they are asked each time.
    todo = [m for m in chosen if again or media is not None or _is_due(m, before, wanted)]
    report = MatchReport(len(todo), len(known), skipped=len(chosen) - len(todo))
    own = _own(store)
    for at in range(0, len(todo), AT_ONCE):
        part = todo[at : at + AT_ONCE]
        found = _Held(store, folder, known, before, candidates)
        _enter(store, part, found, own, analyst, report)
        if progress:
            progress(min(at + AT_ONCE, len(todo)), len(todo))
    report.settled = len(
        {hit["medium"] for hit in standing_hits(store, todo) if hit["settles"]}
    )
    return report


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
            asked = {"candidates": self.candidates, "withdrawn": withdrawn}
            own = {m: stills[m] for m in due}
            yield from ((row["id"], hit) for hit in opened.match(own, **asked))
            moving = {m: frames[m] for m in due if m in frames}
            for hit in opened.match(moving, **asked) if moving else ():
                tier = CANDIDATE if hit.tier == MATCH else hit.tier
                yield row["id"], replace(hit, tier=tier, variant="frame")


def _enter(
    store: Store,
    media: Sequence[str],
    held: _Held,
    own: _Own,
    analyst: str,
    report: MatchReport,
) -> None:
    found = list(held.hits(media))
    ours = list(_against_own(store, media, own, held.candidates))
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


# -- against what this lab signed off ------------------------------------------------
def _own(store: Store) -> _Own:
    signed = signed_codes(store)
    values = values_of(store, list(signed))
    least = ALGORITHMS["pdq"].least_quality or 0
    found = [
        (medium, value)
        for medium in signed
        for value in values[medium]
        if (value.algorithm, value.variant) == ("pdq", "full")
        and (value.quality or 0) >= least
    ]
    media = tuple(medium for medium, _ in found)
    return _Own(
        media,
        tuple(_code(signed[medium]["grades"]) for medium in media),
        tuple(signed[medium]["sign_off"] for medium in media),
        tuple(value for _, value in found),
    )


def _code(grades: dict[str, Any]) -> str:
    for scheme in (SCHEME, *grades):
        if scheme in grades:
            return f"{scheme} {grades[scheme]['code']}"
    return ""


def _against_own(
    store: Store, media: Sequence[str], own: _Own, candidates: int
) -> Iterator[dict[str, Any]]:
    """Give hits against signed-off media, the nearest orientation of each pair."""
    from iwflab.hashing.search import columns_of, search

    known = ALGORITHMS["pdq"]
    asked = [
        (medium, orientation, value)
        for medium, values in values_of(store, media).items()
        for one in values
        if (one.algorithm, one.variant) == ("pdq", "full")
        and (one.quality or 0) >= (known.least_quality or 0)
        for orientation, value in zip(
            ORIENTATIONS, (one.value, *one.turned), strict=False
        )
    ]
    if not asked or not own.media:
        return
    queries = columns_of([value for *_, value in asked], known.bits)
    entries = columns_of([value.value for value in own.values], known.bits)
    hits = search(queries, entries, candidates)
    best: dict[tuple[str, int], tuple[int, str]] = {}
    for query, entry, distance in zip(
        hits.query.tolist(), hits.entry.tolist(), hits.distance.tolist(), strict=True
    ):
        medium, orientation, _ = asked[query]
        key = (medium, entry)
        if own.media[entry] != medium and (
            key not in best or distance < best[key][0]
        ):
            best[key] = distance, orientation
    for (medium, entry), (distance, orientation) in best.items():
        near = distance <= (known.match_distance or 0)
        yield {
            "medium": medium,
            "hash_list": None,
            "sign_off": own.sign_offs[entry],
            "line": -1,
            "algorithm": "pdq",
            "variant": "full",
            "value": own.values[entry].value,
            "distance": distance,
            "orientation": orientation,
            "tier": MATCH if near else CANDIDATE,
            "label": own.labels[entry],
        }


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

    The answer is about this medium and this value: it holds as well where another
    list brings the value again.
    """
    if verdict not in {SAME, NOT_SAME}:
        raise BadInput(
            f"{verdict!r} is no answer to a hit", advice=f"say {SAME} or {NOT_SAME}"
        )
    if one_hit(store, hit) is None:
        raise NotFound("this hit does not stand", advice="look again: iwflab match show")
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

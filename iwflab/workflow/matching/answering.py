"""What a person says to hits: the newest stands, and is never replaced unseen."""

from collections.abc import Mapping, Sequence
from typing import Any

from iwflab.errors import BadInput, ChangedMeanwhile, NotAllowed, NotFound
from iwflab.store import Store
from iwflab.store.answered import Answered, answers_of
from iwflab.store.entering import must_be_same
from iwflab.store.known import (
    NOT_SAME,
    OPEN,
    SAME,
    hits_called,
    one_hit,
)

Over = Mapping[str, int]  # by hit: the newest answer that the page showed; 0: none


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

    As :func:`answer_all`, of one hit, by whoever did not say what they were shown.
    """
    (found,) = answer_all(
        store, [hit], verdict, reason=reason, analyst=analyst, request=request
    )
    return found


def answer_all(
    store: Store,
    hits: Sequence[str],
    verdict: str,
    *,
    reason: str,
    analyst: str,
    request: str | None = None,
    over: Over | None = None,
) -> list[dict[str, Any]]:
    """Answer hits in one act, all or none; give them as they stand then.

    Each is named by its id, or the start of it where no other begins so.
    "open" takes one's own answer back: the hit stands as if nobody had said anything.
    An answer is about its medium and value: it holds as well where another list
    brings the value again.  Refused where ``over`` is not what stands by now.
    """
    if verdict not in {SAME, NOT_SAME, OPEN}:
        raise BadInput(
            f"{verdict!r} is no answer to a hit",
            advice=f"say {SAME} or {NOT_SAME}; {OPEN} takes an answer back",
        )
    if not hits:
        raise BadInput("no hit was named", advice="name the hits that you answer")
    named = list(dict.fromkeys(_whole_id(store, hit) for hit in hits))
    said = [
        {"hit": hit, "verdict": verdict, "reason": reason, "analyst": analyst}
        for hit in named
    ]
    with store.act("answer hit", named[0], analyst=analyst, request=request) as act:
        if act.repeated:
            must_be_same(act, "hit_answer", said)
        else:
            for hit, stands in answers_of(store, named).items():
                _must_be_seen(stands, over.get(hit) if over else None, analyst)
                _must_be_theirs(stands, verdict, analyst)
            for one in said:
                act.insert("hit_answer", **one)
    return [_standing(store, hit) for hit in named]


def _must_be_seen(stands: Answered, shown: int | None, analyst: str) -> None:
    if shown is None or shown == stands.entry:
        return
    who = f"{stands.analyst} answered this hit meanwhile"
    if stands.analyst == analyst:
        who = "this hit was answered in another window of yours meanwhile"
    raise ChangedMeanwhile(
        f"{who}: {stands.verdict.replace('_', ' ')}",
        advice="look at what stands now; to answer again overrules it",
    )


def _must_be_theirs(stands: Answered, verdict: str, analyst: str) -> None:
    if verdict == OPEN and stands.verdict in {SAME, NOT_SAME}:
        if stands.analyst == analyst:
            return
        raise NotAllowed(
            f"{stands.analyst} answered this hit: only they take it back",
            advice=f"to overrule it say {SAME} or {NOT_SAME}: the newest stands",
        )


def _standing(store: Store, hit: str) -> dict[str, Any]:
    found = one_hit(store, hit)
    if found is None:
        raise NotFound("this hit does not stand", advice="its list was withdrawn now")
    return found


def _whole_id(store: Store, hit: str) -> str:
    if one_hit(store, hit) is not None:
        return hit
    found = hits_called(store, hit)
    if len(found) > 1:
        raise NotFound(
            f"{len(found)} hits that stand begin with {hit!r}",
            advice="give more of the id: iwflab match show",
        )
    if not found:
        raise NotFound(
            "this hit does not stand", advice="look again: iwflab match show"
        )
    return found[0]

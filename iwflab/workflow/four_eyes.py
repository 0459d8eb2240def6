"""One asks, another agrees, and it is done once: a step that others build on.

It knows nothing of what is asked: a request has a kind and a payload of plain JSON.
What is asked *now* is told by a function, called in the transaction that decides, so
that nothing can change between the look and the act.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from iwflab.domain.four_eyes import (
    LEAST,
    Asked,
    State,
    Verdict,
    digest_of,
    state_of,
)
from iwflab.domain.trail import canonical
from iwflab.errors import BadInput, NotAllowed, NotFound
from iwflab.store import Act, Store
from iwflab.store.entering import must_be_same

HOUR_US = 3_600_000_000

Payload = Mapping[str, Any]
Now = Callable[[Payload], Payload]  # what was asked -> what it would be now

_ASK_ANEW = "ask anew, so that a second person sees what it is now"
_ADVICE = {
    State.WAITING: "wait until another person with the right role has approved it",
    State.APPROVED: "it waits to be carried out; it is answered once",
    State.REFUSED: "talk to who refused it, then ask anew",
    State.WITHDRAWN: _ASK_ANEW,
    State.USED: "a request is good for one use; " + _ASK_ANEW,
    State.EXPIRED: _ASK_ANEW + " (approval_hours in lab.toml)",
    State.VOID: _ASK_ANEW,
}
_SAYS = {
    State.WAITING: "nobody has approved this request yet",
    State.APPROVED: "this request is approved already",
    State.REFUSED: "this request was refused",
    State.WITHDRAWN: "this request was withdrawn by who made it",
    State.USED: "this request was used already",
    State.EXPIRED: "this request has expired",
    State.VOID: "what was asked has changed since: the request is void",
}


def ask(
    store: Store,
    kind: str,
    payload: Callable[[], Payload],
    *,
    analyst: str,
    hours: float,
    request: str,
) -> str:
    """Ask for exactly this; give the id of the request.

    A repeated ``request`` gives the same id, whatever has changed since.
    """
    with store.act(f"ask {kind}", kind, analyst=analyst, request=request) as act:
        if act.repeated:
            return act.written("four_eyes_request")
        asked = payload()
        return act.insert(
            "four_eyes_request",
            kind=kind,
            digest=digest_of(kind, asked),
            payload=canonical(asked).decode(),
            analyst=analyst,
            expires_us=store.clock() + int(hours * HOUR_US),
        )


def requests(store: Store, kind: str) -> list[Asked]:
    """Give every request of a kind, the newest first."""
    rows = store.rows(sa.text(f"{_ASKED} WHERE q.kind = :kind {_LAST}"), kind=kind)
    return [_asked(row) for row in rows]


def one(store: Store, kind: str, key: str) -> Asked:
    """Give one request by its id, or the start of it."""
    least = 6
    rows = store.rows(
        sa.text(f"{_ASKED} WHERE q.kind = :kind AND q.id >= :low AND q.id < :high"),
        kind=kind,
        low=key,
        high=key + "g",
    )
    if len(key) < least or len(rows) != 1:
        raise NotFound(
            f"no one {kind} request answers to {key!r}",
            advice="give the whole id, as the list of requests shows it",
        )
    return _asked(rows[0])


def is_open(store: Store, asked: Asked) -> bool:
    """Tell whether it still matters to a request what it would be now."""
    found = state(store, asked, lambda payload: payload)
    return found in {State.WAITING, State.APPROVED}


def state(store: Store, asked: Asked, now: Now) -> State:
    """Say where a request stands now."""
    digest = digest_of(asked.kind, now(asked.payload))
    return state_of(asked, digest=digest, now_us=store.clock())


def answer(
    store: Store,
    asked: Asked,
    verdict: Verdict,
    *,
    analyst: str,
    now: Now,
    request: str,
    digest: str = "",
    reason: str = "",
) -> None:
    """Approve, refuse or withdraw a request; it is answered once.

    Who approves gives the ``digest`` of what they were shown (or its first 12 signs
    or more).  Refused are: the requester's own approval, another digest, a request
    that is expired, void, answered or used.
    """
    if verdict is Verdict.REFUSED and not reason.strip():
        raise BadInput("no reason was given", advice="say why; the requester reads it")
    told = {"request": asked.id, "verdict": str(verdict), "reason": reason}
    verb = f"{_VERBS[verdict]} {asked.kind}"
    with store.act(verb, asked.id, analyst=analyst, request=request) as act:
        if act.repeated:
            must_be_same(act, "four_eyes_answer", [told])
            return
        asked = one(store, asked.kind, asked.id)
        _must_be_another(asked, verdict, analyst)
        found = state(store, asked, now)
        # What can no longer be carried out may still be refused or withdrawn.
        if found is not State.WAITING and (
            verdict is Verdict.APPROVED or found is not State.VOID
        ):
            raise _not(found)
        if verdict is Verdict.APPROVED:
            _must_be_shown(asked, digest)
        who = {"asked_by": asked.analyst, "analyst": analyst}
        act.insert("four_eyes_answer", **told, **who, digest=asked.digest)


@dataclass(frozen=True, slots=True)
class Permit:
    """What a permitted act shows: an approved request, good once.

    ``check`` refuses early, before a long job; ``use`` is called in the transaction of
    the permitted act, with what that act is about to do: both are there, or neither.
    """

    store: Store
    asked: Asked
    must_be_allowed: Callable[[], None]  # refuses who acts, where the role is gone
    may_approve: Callable[[str], bool]  # asked of who approved: may they still?

    def check(self, payload: Payload) -> None:
        """Refuse what is not approved, or not exactly what was approved."""
        self._approved(payload)

    def use(self, act: Act, payload: Payload) -> None:
        """Check once more, under the write lock, and use the request up."""
        asked = self._approved(payload)
        act.insert("four_eyes_use", answer=asked.answer)

    def _approved(self, payload: Payload) -> Asked:
        self.must_be_allowed()
        asked = one(self.store, self.asked.kind, self.asked.id)
        found = state(self.store, asked, lambda _: payload)
        if found is not State.APPROVED:
            raise _not(found)
        if not self.may_approve(asked.answered_by):
            raise NotAllowed(
                "who approved this request has no role to do so any more",
                advice=_ASK_ANEW,
            )
        return asked


def _must_be_another(asked: Asked, verdict: Verdict, analyst: str) -> None:
    own = asked.analyst == analyst
    if verdict is Verdict.WITHDRAWN and not own:
        raise NotAllowed(
            "only who made a request withdraws it", advice="refuse it, with a reason"
        )
    if verdict is not Verdict.WITHDRAWN and own:
        raise NotAllowed(
            "this is your own request; another person answers it",
            advice="ask who may approve it (docs/roles.md), or withdraw it",
        )


def _must_be_shown(asked: Asked, digest: str) -> None:
    if len(digest) < LEAST or not asked.digest.startswith(digest):
        raise NotAllowed(
            "the digest is not that of this request: something else was shown",
            advice="look at the request again, compare the list, and give its digest",
        )


def _not(found: State) -> NotAllowed:
    return NotAllowed(_SAYS[found], advice=_ADVICE[found])


_VERBS = {
    Verdict.APPROVED: "approve",
    Verdict.REFUSED: "refuse",
    Verdict.WITHDRAWN: "withdraw",
}
_LAST = "ORDER BY q.entry DESC, q.id"
_ASKED = """
  SELECT q.id, q.kind, q.digest, q.payload, q.analyst, e.at_us, q.expires_us,
         a.id AS answer, a.verdict, a.analyst AS answered_by, a.reason,
         u.id AS used
  FROM four_eyes_request q JOIN audit_entry e ON e.number = q.entry
  LEFT JOIN four_eyes_answer a ON a.request = q.id
  LEFT JOIN four_eyes_use u ON u.answer = a.id
"""


def _asked(row: Mapping[str, Any]) -> Asked:
    return Asked(
        **{n: row[n] for n in ("id", "kind", "digest", "analyst", "at_us")},
        payload=json.loads(row["payload"]),
        expires_us=row["expires_us"],
        verdict=Verdict(row["verdict"]) if row["verdict"] else None,
        answer=row["answer"] or "",
        answered_by=row["answered_by"] or "",
        reason=row["reason"] or "",
        used=row["used"] is not None,
    )

"""Four eyes: one person asks for exactly something, another agrees to exactly that.

A request is known by the digest of what is asked, in canonical form.  It holds for one
use, until it expires, and only while what is asked is still the same.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from iwflab.domain.trail import canonical

LEAST = 12  # signs of a digest by which people compare; 48 bits


class Verdict(StrEnum):
    """How a request was answered."""

    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # by who asked


class State(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    USED = "used"
    EXPIRED = "expired"
    VOID = "void"  # what was asked is no longer what there is


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with what was said to it; times are UTC microseconds."""

    id: str
    kind: str
    digest: str
    payload: Mapping[str, Any]
    analyst: str
    at_us: int
    expires_us: int
    verdict: Verdict | None = None
    answer: str = ""  # the id of the answer
    answered_by: str = ""
    reason: str = ""
    used: bool = False


def digest_of(kind: str, payload: Mapping[str, Any]) -> str:
    """Give SHA-256 of what is asked: its kind and its payload, in canonical form."""
    return hashlib.sha256(canonical([kind, payload])).hexdigest()


def state_of(asked: Asked, *, digest: str, now_us: int) -> State:
    """Say where a request stands, given the digest of what it would be now.

    What was settled stays as it was settled; an open one ends by time or by change.
    """
    if asked.used:
        return State.USED
    if asked.verdict in {Verdict.REFUSED, Verdict.WITHDRAWN}:
        return State(str(asked.verdict))
    if now_us >= asked.expires_us:
        return State.EXPIRED
    if digest != asked.digest:
        return State.VOID
    return State.APPROVED if asked.verdict else State.WAITING

"""Grants: who may fetch which variant of which medium, for a few minutes.

They live in the memory of the server only.  A grant is a random name for four facts
(person, session, medium, variant); it carries none of them, so an address in a log
or a history says nothing and opens nothing for anyone else.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from iwflab.errors import NotAllowed

GRANT_SECONDS = 300.0
GRANTS_PER_SESSION = 2_000
OUTLINES, SHIELDED, FULL = "outlines", "shielded", "full"
FREE = (OUTLINES, SHIELDED)  # given without a reveal
# Made on demand, and opened by the same reveal as the full preview.
LARGE, CLIP = "large", "clip"
# Shielded as well, by the reach of roles instead of an assignment: never renewed as it.
COMPARED = "compared"


@dataclass(frozen=True, slots=True)
class Grant:
    """One person may fetch one variant of one medium until ``expires``."""

    analyst: str
    session: str
    medium: str
    variant: str
    expires: float


class Grants:
    """The standing grants, and the reveals that a renewal may rest on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the clock as an argument, so that a test can turn it."""
        self._clock = clock
        self._lock = threading.Lock()
        self._grants: dict[str, Grant] = {}
        self._revealed: set[tuple[str, str]] = set()

    def mint(self, analyst: str, session: str, medium: str, variant: str) -> str:
        """Give a fresh grant; the caller has checked that the medium is theirs."""
        token = secrets.token_urlsafe(32)
        expires = self._clock() + GRANT_SECONDS
        with self._lock:
            self._drop_old(session)
            self._grants[token] = Grant(analyst, session, medium, variant, expires)
        return token

    def redeem(self, token: str, analyst: str, session: str) -> Grant:
        """Return the grant, if it stands and is this person's in this session.

        Unknown, expired and another's all get one answer: it tells nothing.
        """
        with self._lock:
            grant = self._grants.get(token)
        if (
            grant is None
            or grant.expires <= self._clock()
            or (grant.analyst, grant.session) != (analyst, session)
        ):
            raise NotAllowed(
                "this grant does not stand",
                advice="ask for a new grant of a medium that is assigned to you",
            )
        return grant

    def reveal(self, session: str, medium: str) -> None:
        """Remember that a reveal was logged, so that its grant can be renewed."""
        with self._lock:
            self._revealed.add((session, medium))

    def may_renew(self, session: str, medium: str, variant: str) -> bool:
        """Say whether a new grant needs no new reveal."""
        return variant in FREE or (session, medium) in self._revealed

    def forget(self, session: str) -> None:
        """Withdraw everything that was given to a session."""
        with self._lock:
            self._grants = {
                t: g for t, g in self._grants.items() if g.session != session
            }
            self._revealed = {r for r in self._revealed if r[0] != session}

    def _drop_old(self, session: str) -> None:
        now = self._clock()
        for token in [t for t, g in self._grants.items() if g.expires <= now]:
            del self._grants[token]
        own = [t for t, g in self._grants.items() if g.session == session]
        for token in own[: max(0, len(own) - GRANTS_PER_SESSION + 1)]:
            del self._grants[token]

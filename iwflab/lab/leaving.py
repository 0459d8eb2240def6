"""What leaves, as methods: one asks, another approves, then it is released once."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from iwflab.domain.four_eyes import Asked, State, Verdict
from iwflab.domain.roles import need
from iwflab.errors import RequestReused
from iwflab.exchange.folder import Release
from iwflab.lab.matrix import needs
from iwflab.lab.proof import Proof
from iwflab.workflow import four_eyes
from iwflab.workflow import release as leaving

RELEASE = "release"  # the kind of these requests
_APPROVE = need("export_hashes", "approve")
_RELEASE = need("export_hashes", "request")


class Leaving(Proof):
    """Releases, by four eyes."""

    @needs("export_hashes", "request")
    def release_request(
        self,
        name: str,
        *,
        recipient: str,
        purpose: str,
        scheme: str = "uk_2014",
        request: str | None = None,
    ) -> dict[str, Any]:
        """Ask for a release of exactly what is signed off as criminal now."""
        given = {"name": name, "recipient": recipient, "purpose": purpose}
        key = four_eyes.ask(
            self._store,
            RELEASE,
            lambda: leaving.asked(self._store, scheme=scheme, **given),
            analyst=self.analyst,
            hours=self.settings.approval_hours,
            request=request or uuid4().hex,
        )
        asked = four_eyes.one(self._store, RELEASE, key)
        wanted = {"scheme": scheme, **{n: text.strip() for n, text in given.items()}}
        if {name: asked.payload[name] for name in wanted} != wanted:
            raise RequestReused(
                "this request id was used for another release",
                advice="reload the page; the earlier request stands",
            )
        return self._told(asked)

    @needs("export_hashes")
    def release_requests(self) -> list[dict[str, Any]]:
        """Give every request for a release and where it stands, the newest first."""
        known: dict[str, dict[str, Any]] = {}

        def now(payload: Mapping[str, Any]) -> Mapping[str, Any]:
            # What could leave by a scheme is worked out once, not for each request.
            scheme = payload["scheme"]
            if scheme not in known:
                known[scheme] = dict(self._now(payload))
            own = {name: payload[name] for name in _OWN}
            return known[scheme] if "nothing" in known[scheme] else known[scheme] | own

        with self._store.moment():
            asked = four_eyes.requests(self._store, RELEASE)
            return [self._told(one, now) for one in asked]

    @needs("export_hashes")
    def release_asked(self, key: str) -> dict[str, Any]:
        """Give one request, with its digest and the whole list of what would leave."""
        asked = four_eyes.one(self._store, RELEASE, key)
        return {**self._told(asked), "media": asked.payload["media"]}

    @needs("export_hashes", "approve")
    def release_approve(
        self, key: str, *, digest: str, request: str | None = None
    ) -> dict[str, Any]:
        """Approve another person's request, by the digest of what was shown."""
        return self._answer(key, Verdict.APPROVED, request, digest=digest)

    @needs("export_hashes", "approve")
    def release_refuse(
        self, key: str, *, reason: str, request: str | None = None
    ) -> dict[str, Any]:
        """Refuse another person's request, with a reason."""
        return self._answer(key, Verdict.REFUSED, request, reason=reason)

    @needs("export_hashes", "request")
    def release_withdraw(
        self, key: str, *, request: str | None = None
    ) -> dict[str, Any]:
        """Withdraw one's own request, while nobody has answered it."""
        return self._answer(key, Verdict.WITHDRAWN, request)

    @needs("export_hashes", "request")
    def release(
        self,
        key: str,
        *,
        request: str | None = None,
        progress: leaving.Progress | None = None,
    ) -> Release:
        """Release what a request names, once it is approved; the head is signed."""
        asked = four_eyes.one(self._store, RELEASE, key)
        permit = four_eyes.Permit(
            self._store,
            asked,
            must_be_allowed=lambda: self.must_be_allowed(_RELEASE),
            may_approve=self._may_approve,
        )
        if not asked.used:  # before the long proofs; a retry of a used one goes on
            permit.check(self._now(asked.payload))
        self.must_go_on()
        self.must_be_whole()
        done = leaving.release(
            self._bench,
            self.folder / "releases",
            asked.payload,
            permit=permit,
            agreed=_agreed(asked),
            analyst=self.analyst,
            request=request or uuid4().hex,
            progress=progress,
        )
        self._vouch()
        return done

    @needs("export_hashes")
    def releases(self) -> list[Release]:
        """Give the releases that left; each is checked against its manifest."""
        return leaving.releases(self._bench, self.folder / "releases")

    def _may_approve(self, name: str) -> bool:
        return self.seat(name).may(_APPROVE)

    def _now(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        return leaving.asked_now(self._store, payload)

    def _answer(
        self, key: str, verdict: Verdict, request: str | None, **said: str
    ) -> dict[str, Any]:
        asked = four_eyes.one(self._store, RELEASE, key)
        four_eyes.answer(
            self._store,
            asked,
            verdict,
            analyst=self.analyst,
            now=self._now,
            request=request or uuid4().hex,
            **said,
        )
        return self._told(four_eyes.one(self._store, RELEASE, asked.id))

    def _told(
        self, asked: Asked, would_be: four_eyes.Now | None = None
    ) -> dict[str, Any]:
        # What is settled stays so: only an open request is compared with what there is.
        is_open = four_eyes.is_open(self._store, asked)
        now = (would_be or self._now)(asked.payload) if is_open else asked.payload
        state = four_eyes.state(self._store, asked, lambda _: now)
        return {
            **{name: asked.payload[name] for name in _TOLD},
            "id": asked.id,
            "state": str(state),
            "why": leaving.changes(asked.payload, now) if state is State.VOID else [],
            "digest": asked.digest,
            "items": len(asked.payload["media"]),
            "asked_by": asked.analyst,
            "asked_us": asked.at_us,
            "expires_us": asked.expires_us,
            "answered_by": asked.answered_by,
            "reason": asked.reason,
        }


_OWN = ("name", "recipient", "purpose")  # a request says these itself
_TOLD = ("name", "recipient", "purpose", "scheme", "scheme_version")


def _agreed(asked: Asked) -> dict[str, str]:
    return {
        "digest": asked.digest,
        "requested_by": asked.analyst,
        "approved_by": asked.answered_by,
    }

"""What leaves as numbers, as methods; and the queries that people keep."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

from iwflab.domain.four_eyes import Asked, State, Verdict
from iwflab.domain.roles import need
from iwflab.errors import RequestReused
from iwflab.lab.composing import lacking
from iwflab.lab.matrix import needs
from iwflab.lab.profiling import profiles_of
from iwflab.lab.proof import Proof
from iwflab.workflow import four_eyes, publishing, queries

STATISTICS = "statistics"  # the kind of these requests
NOT_RELEASED = "not-released-"
_APPROVE = need("publish_statistics", "approve")
_PUBLISH = need("publish_statistics", "request")


class Publishing(Proof):
    """Reports that leave by four eyes, the ledger of them, and saved queries."""

    @needs("publish_statistics", "request")
    def report_ask(
        self,
        name: str,
        report: publishing.Composed,
        forms: Mapping[str, bytes],
        *,
        exceptions: Mapping[str, str] | None = None,
        revised: bool = False,
        request: str | None = None,
    ) -> dict[str, Any]:
        """Ask that exactly these bytes and tables leave, under a name of their own.

        ``forms`` are the files by ending (html, pdf, ...), ``exceptions`` the reasons
        why tables leave that did not pass, by name of the table.  ``revised`` says
        that numbers that left before are corrected; the report was told why.  The
        request says which forms could not be written on this machine.
        """
        request = request or uuid4().hex
        with publishing.held(self._reports):
            self._sweep()
            payload: dict[str, Any] = {}
            if not publishing.is_known(self._store, request):
                known = profiles_of(self.folder, self.settings)
                why: dict[str, Any] = {"known": known, "revised": revised}
                why["exceptions"] = exceptions or {}
                payload = publishing.asked(
                    self._store, self._reports, name, report, forms, **why
                )
                payload["lacks"] = lacking(forms)
            key = four_eyes.ask(
                self._store,
                STATISTICS,
                lambda: payload,
                analyst=self.analyst,
                hours=self.settings.approval_hours,
                request=request,
            )
        asked = four_eyes.one(self._store, STATISTICS, key)
        if (asked.payload["name"], asked.payload["report"]) != (name, report.name):
            raise RequestReused(
                "this request id was used for another report",
                advice="reload the page; the earlier request stands",
            )
        return self._said(asked)

    @needs("publish_statistics")
    def report_requests(self) -> list[dict[str, Any]]:
        """Give every request to publish and where it stands, the newest first.

        The files of a request are compared when it is looked at, or answered.
        """
        with self._store.moment():
            return [self._said(one, files=False) for one in self._all_asked()]

    @needs("publish_statistics")
    def report_asked(self, key: str) -> dict[str, Any]:
        """Give one request, with its digest, and all its tables and files."""
        asked = four_eyes.one(self._store, STATISTICS, key)
        tables = publishing.tables_of(asked.payload)
        return {**self._said(asked), "tables": tables, "files": asked.payload["files"]}

    @needs("publish_statistics")
    def report_file(self, key: str, file: str) -> bytes:
        """Give a file of a request: the very bytes that would leave, or that left."""
        asked = four_eyes.one(self._store, STATISTICS, key)
        return publishing.file_of(self._reports, asked.payload, file)

    @needs("publish_statistics")
    def report_file_name(self, key: str, file: str) -> str:
        """Say how a file of a request is called where it is saved.

        The bytes are those that would leave: what has not left says so in its name.
        """
        asked = four_eyes.one(self._store, STATISTICS, key)
        state = four_eyes.state(self._store, asked, lambda payload: payload)
        return file if state is State.USED else f"{NOT_RELEASED}{file}"

    @needs("publish_statistics", "approve")
    def report_approve(
        self, key: str, *, digest: str, request: str | None = None
    ) -> dict[str, Any]:
        """Approve another person's request, by the digest of what was shown."""
        return self._say(key, Verdict.APPROVED, request, digest=digest)

    @needs("publish_statistics", "approve")
    def report_refuse(
        self, key: str, *, reason: str, request: str | None = None
    ) -> dict[str, Any]:
        """Refuse another person's request, with a reason."""
        return self._say(key, Verdict.REFUSED, request, reason=reason)

    @needs("publish_statistics", "request")
    def report_withdraw(
        self, key: str, *, request: str | None = None
    ) -> dict[str, Any]:
        """Withdraw one's own request, while nobody has answered it."""
        return self._say(key, Verdict.WITHDRAWN, request)

    @needs("publish_statistics", "request")
    def report_publish(
        self, key: str, *, request: str | None = None
    ) -> publishing.Left:
        """Let an approved report leave, once; the head of the trail is signed."""
        asked = four_eyes.one(self._store, STATISTICS, key)
        permit = four_eyes.Permit(
            self._store,
            asked,
            must_be_allowed=lambda: self.must_be_allowed(_PUBLISH),
            may_approve=lambda name: self.seat(name).may(_APPROVE),
        )
        self.must_go_on()
        self.must_be_whole()
        agreed = {"requested_by": asked.analyst, "approved_by": asked.answered_by}
        done = publishing.publish(
            self._store,
            self._reports,
            asked.payload,
            permit=permit,
            agreed=agreed,
            known=profiles_of(self.folder, self.settings),
            analyst=self.analyst,
            request=request or uuid4().hex,
        )
        self._vouch()
        with publishing.held(self._reports):
            self._sweep()
        return done

    @needs("publish_statistics")
    def reports(self) -> list[publishing.Left]:
        """Give the reports that left, the oldest first; each is checked."""
        return publishing.left(self._store, self._reports)

    # -- queries -------------------------------------------------------------------
    @needs("statistics", "all")
    def save_query(
        self,
        name: str,
        query: Mapping[str, Any],
        *,
        scheme: str = queries.DEFAULT,
        replace: bool = False,
        request: str | None = None,
    ) -> None:
        """Keep a query for all who make statistics; the newest of a name stands.

        ``scheme`` is that of its categories.  The name of another person's query is
        refused, unless it is to ``replace`` it.
        """
        from iwflab.statistics.disclosure import profile as named

        known = profiles_of(self.folder, self.settings)
        named(str(query.get("profile", "cautious")), known)
        queries.save(
            self._store,
            name,
            query,
            scheme=scheme,
            replace=replace,
            analyst=self.analyst,
            request=request or uuid4().hex,
        )

    @needs("statistics", "all")
    def queries(self) -> list[dict[str, Any]]:
        """Give the queries that are kept, in order of name.

        Each with its scheme and the version of that; the version is empty of those
        that were kept without: the default scheme stands for theirs.
        """
        return [asdict(one) for one in queries.queries(self._store)]

    @needs("statistics", "all")
    def drop_query(
        self, name: str, *, replace: bool = False, request: str | None = None
    ) -> None:
        """Take a query off the list; another person's only if told to ``replace``."""
        asked = request or uuid4().hex
        queries.drop(
            self._store, name, replace=replace, analyst=self.analyst, request=asked
        )

    # -- what the methods share ----------------------------------------------------
    @property
    def _reports(self) -> Path:
        return self.folder / "reports"

    def _all_asked(self) -> list[Asked]:
        return four_eyes.requests(self._store, STATISTICS)

    def _sweep(self) -> None:
        """Remove what was laid aside for requests that are settled."""
        with self._store.moment():
            open_ = [
                one for one in self._all_asked() if four_eyes.is_open(self._store, one)
            ]
        places = {publishing.place_of(self._reports, one.payload) for one in open_}
        publishing.sweep(self._reports, places)

    def _say(
        self, key: str, verdict: Verdict, request: str | None, **said: str
    ) -> dict[str, Any]:
        asked = four_eyes.one(self._store, STATISTICS, key)

        def as_asked(payload: Mapping[str, Any]) -> Mapping[str, Any]:
            return payload  # may be refused or withdrawn, whatever it would be now

        now: Callable[[Mapping[str, Any]], Mapping[str, Any]] = as_asked
        if verdict is Verdict.APPROVED:  # weighed before the store is locked
            now = publishing.ready(self._store, self._reports, asked.payload)
        four_eyes.answer(
            self._store,
            asked,
            verdict,
            analyst=self.analyst,
            now=now,
            request=request or uuid4().hex,
            **said,
        )
        return self._said(four_eyes.one(self._store, STATISTICS, asked.id))

    def _said(self, asked: Asked, *, files: bool = True) -> dict[str, Any]:
        # What is settled stays so: only an open request is compared with what there is.
        is_open = four_eyes.is_open(self._store, asked)
        now = asked.payload
        if is_open:
            now = publishing.asked_now(self._store, self._reports, now, files=files)
        state = four_eyes.state(self._store, asked, lambda _: now)
        why = publishing.changes(asked.payload, now) if state is State.VOID else []
        return {
            **{name: asked.payload[name] for name in _TOLD},
            "id": asked.id,
            "state": str(state),
            "why": why,
            "digest": asked.digest,
            "lacks": asked.payload.get("lacks", []),
            "items": len(asked.payload["tables"]),
            "exceptions": {
                one["name"]: one["exception"]
                for one in asked.payload["tables"]
                if one["exception"]
            },
            "asked_by": asked.analyst,
            "asked_us": asked.at_us,
            "expires_us": asked.expires_us,
            "answered_by": asked.answered_by,
            "reason": asked.reason,
        }


_TOLD = ("name", "report", "title", "cut", "revised", "profile")

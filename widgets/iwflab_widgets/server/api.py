"""The base of our JSON routes: who asks, from where, and how errors are told."""

import json
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado.web import HTTPError

from iwflab.domain.media import display_text
from iwflab.domain.roles import Need
from iwflab.errors import (
    BadInput,
    DecodeError,
    LabError,
    MissingExtra,
    NotAllowed,
    NotFound,
    RequestReused,
    StoreError,
    WallMissing,
)
from iwflab.lab import Lab
from iwflab_widgets.server.body import Body
from iwflab_widgets.server.headers import ALWAYS, CLOSED, NO_STORE
from iwflab_widgets.server.identity import names_people
from iwflab_widgets.server.service import Service

LOG = logging.getLogger("iwflab.server")
BODY_BYTES = 256 * 1024
SITES = ("same-origin", "none")
READING = ("GET", "HEAD")
PAGE_OF = "X-Iwflab-Analyst"  # for whom the page that writes was made
STATUS: tuple[tuple[type[LabError], int], ...] = (  # the first that fits
    (RequestReused, 409),
    (NotAllowed, 403),
    (NotFound, 404),
    (BadInput, 400),
    (DecodeError, 422),
    (MissingExtra, 501),
    (WallMissing, 503),
    (StoreError, 503),
    (LabError, 500),
)
TOLD: dict[int, tuple[str, str]] = {
    400: ("the request could not be read", "reload the page"),
    401: ("nobody is logged in", "log in again; the page keeps what is not yet saved"),
    403: ("the request was refused", "reload the page, or log in again"),
    404: ("there is no such address", "go back to the landing page"),
    405: ("this address is not asked in this way", "reload the page"),
    409: (
        "this page belongs to another person than is logged in now",
        "log in again as the person whose page this is; it keeps what is not yet saved",
    ),
    413: ("the request is too large", "send less at once"),
    507: ("the disk of the lab is nearly full", "make room before you upload"),
}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, in which login; acts are done for them and for nobody else."""

    service: Service
    analyst: str
    session: str

    @property
    def seat(self) -> Lab:
        """The lab as this person sees it."""
        return self.service.seat(self.analyst)

    async def act(
        self,
        needs: Need,
        method: Callable[..., Any],
        told: Callable[[], dict[str, Any]],
    ) -> Any:
        """Run a method of the seat, which asks for the role itself, on what was told.

        In one turn of a thread: a route that is waited for asks once.  Who may not is
        told that, whatever was sent.  A method that asks for something else is not run.
        """
        if getattr(method, "need", None) != needs:
            raise HTTPError(403)

        def acted() -> Any:
            try:
                given = told()
            except LabError:
                self.seat.must_be_allowed(needs)
                raise
            return method(**given)

        return await self.service.run(acted)


class ApiHandler(JupyterHandler):
    """A route for a logged-in person on a page of this server; JSON both ways."""

    body_limit = BODY_BYTES
    needs: Need | None = None  # what the route asks of a person; None refuses everyone
    asks_with_the_act = False  # whether the act asks for it, not ``prepare``
    content_security_policy = CLOSED

    def set_default_headers(self) -> None:
        """Seal the reply, also where this is an extension and no transform does."""
        super().set_default_headers()
        for name, value in ALWAYS.items():
            self.set_header(name, value)
        self.set_header("Cache-Control", NO_STORE)

    @property
    def service(self) -> Service:
        """The lab behind this server."""
        service: Service = self.settings["iwflab_service"]
        return service

    @property
    def analyst(self) -> str:
        """Who is logged in; no request can say otherwise."""
        return self.service.only_analyst or str(self.current_user.username)

    @property
    def session(self) -> str:
        """The login that this request belongs to."""
        return str(getattr(self.current_user, "session", ""))

    @property
    def seat(self) -> Lab:
        """The lab as this person sees it."""
        return self.service.seat(self.analyst)

    @property
    def asker(self) -> Asker:
        """Who asks, apart from this request."""
        return Asker(self.service, self.analyst, self.session)

    async def prepare(self) -> None:
        """Refuse who is not logged in or has no such role, and what is no page's."""
        try:
            await super().prepare(_redirect_to_login=False)
        except HTTPError as error:
            if getattr(self, "_jupyter_current_user", None) is None:
                raise HTTPError(401) from error
            raise
        # Asked here too: a jupyter_server by default lets strangers reach handlers.
        if self.current_user is None:
            raise HTTPError(401)
        self._must_be_the_one_person()
        site = self.request.headers.get("Sec-Fetch-Site", "none")
        if site not in SITES or not self.check_origin():
            raise HTTPError(403)
        if len(self.request.body or b"") > self.body_limit:
            raise HTTPError(413)
        # One browser, two people: what a page of the first sends after the second
        # logged in must not be recorded under the second's name.
        made_for = self.request.headers.get(PAGE_OF, self.analyst)
        if self.request.method not in READING and made_for != self.analyst:
            raise HTTPError(409)
        if self.needs is None:
            raise HTTPError(403)
        if not self.asks_with_the_act:
            await self.service.run(self.seat.must_be_allowed, self.needs)

    def _must_be_the_one_person(self) -> None:
        """Refuse another person on a server that works for one person alone."""
        served = self.service.only_analyst
        if (
            served
            and names_people(self.identity_provider)
            and self.current_user.username != served
        ):
            raise NotAllowed(
                "this server works for another person",
                advice="start your own server, where the lab knows you; on a hub the "
                "name there and the analyst's name must be the same",
            )

    def compute_etag(self) -> None:
        """Never: an etag would let a browser keep what must not be kept."""

    def reply(self, answer: dict[str, Any]) -> None:
        """Answer with JSON."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(answer, default=str, allow_nan=False))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log what was not foreseen, under an id; the rest is in the access log."""
        if isinstance(value, LabError | HTTPError):
            return
        self._error_id = secrets.token_hex(4)
        LOG.error("error %s in a route", self._error_id, exc_info=(typ, value, tb))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Tell every error in one shape: what happened, what to do."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        status, answer = self.refusal(error, status_code)
        self.set_status(status)
        self.reply(answer)

    def refusal(
        self, error: BaseException | None, status: int
    ) -> tuple[int, dict[str, str]]:
        """Return the status of a refusal, and its words: what happened, what to do."""
        if isinstance(error, LabError):
            words = display_text(error.message), display_text(error.advice)
            status = next(s for kind, s in STATUS if isinstance(error, kind))
            return status, _told(*words, type(error).__name__)
        if status in TOLD:
            kind = "NotYours" if status == 409 else "Refused"  # noqa: PLR2004 (HTTP)
            return status, _told(*TOLD[status], kind)
        error_id = getattr(self, "_error_id", "unknown")
        advice = f"tell your administrator the error id {error_id}"
        return status, _told("something failed that was not foreseen", advice, "Failed")

    async def presents(self) -> bool:
        """Tell whether this session gets no pixels."""
        return bool(await self.service.run(self.seat.presents, self.session))

    def body(self) -> Body:
        """Read the JSON body."""
        return Body.read(self.request.body)


class ActHandler(ApiHandler):
    """A route whose act may also come over the kept line of a page."""

    @classmethod
    async def answer(cls, asker: Asker, body: Body) -> dict[str, Any]:
        """Act for who asks; return what they are told."""
        raise NotImplementedError

    async def post(self) -> None:
        """Act on the body."""
        try:
            body = self.body()
        except LabError:
            if self.asks_with_the_act and self.needs is not None:
                await self.service.run(self.seat.must_be_allowed, self.needs)
            raise
        self.reply(await self.answer(self.asker, body))


def _told(error: str, advice: str, kind: str) -> dict[str, str]:
    return {"error": error, "advice": advice, "kind": kind}

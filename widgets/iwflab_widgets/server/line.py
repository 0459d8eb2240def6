"""The kept line of a page: acts that somebody waits for, without a request each.

A browser takes some milliseconds for a request of its own, a message over a websocket
that is open already well under one.  The line carries nothing that a request could not:
a page whose line is lost asks the same by a request, under the same request id.

Each message is asked for anew who sends it: a login that ended, an account that was
closed and a role that was taken away end here when they end everywhere.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Mapping
from typing import Any, ClassVar

from tornado.web import HTTPError, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from iwflab.domain.roles import need
from iwflab.errors import LabError
from iwflab_widgets.server.api import BODY_BYTES, ActHandler, ApiHandler, Asker
from iwflab_widgets.server.body import Body
from iwflab_widgets.server.identity import names_people
from iwflab_widgets.server.logs import log_act

AT_ONCE = 8  # acts of one page at once; more of them wait for their turn
AROUND_BYTES = 1024  # of a message, beside its body
PING_SECONDS = 20.0  # a line that nobody holds any more is closed after two of these
NOT_PROVEN, ENDED = 4401, 4403  # why it was closed, in the range that is ours


class LineHandler(ApiHandler, WebSocketHandler):
    """A websocket of one page, for as long as the login of its cookie stands.

    The first message is ``{"xsrf": ..., "analyst": ...}``: what every writing request
    shows in its headers.  Its answer is ``{"ready": true}``.  Then come
    ``{"n": ..., "act": ..., "body": {...}}``, each answered by ``{"n": ..., "status":
    ..., "reply": {...}}`` with the status and the words of the route of that name;
    answers come in the order in which the acts end.
    """

    needs = need("use_lab")
    acts: ClassVar[Mapping[str, type[ActHandler]]] = {}  # what may be asked here

    def initialize(self) -> None:
        """Begin with nothing proven."""
        # What this is before anybody is known, to be asked anew with each message:
        # identity providers note on a handler whom they found, for its one request.
        self._bare = dict(vars(self))
        self._opened_by = ""
        self._proven = self._over = False
        self._running: set[asyncio.Task[None]] = set()

    @property
    def max_message_size(self) -> int:
        """What a request may bring, and the few words around it."""
        return BODY_BYTES + AROUND_BYTES

    @property
    def ping_interval(self) -> float:
        """How often the browser is asked whether it is there, in seconds."""
        return PING_SECONDS

    @property
    def ping_timeout(self) -> float:
        """How long it may take to say so; jupyter_server's default is for ever."""
        return PING_SECONDS

    async def get(self) -> None:
        """Open it; a plain request is told so in the shape of all refusals."""
        if self.request.headers.get("Upgrade", "").lower() != "websocket":
            raise HTTPError(400)
        await super().get()

    def open(self) -> None:
        """Begin; who this is is asked anew with each message."""
        self._opened_by = str(self.current_user.username)

    def on_message(self, message: str | bytes) -> Any:
        """Take one message; with many on the way, wait for this one first."""
        if self._over:
            return None  # closing takes a moment, in which messages still come
        if not self._proven:
            return self._prove(message)
        task = asyncio.ensure_future(self._answer(message, time.perf_counter()))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task if len(self._running) >= AT_ONCE else None

    async def _prove(self, message: str | bytes) -> None:
        """Close, unless this is a page of ours, made for who is logged in."""
        try:
            shown = Body.read(_bytes(message))
            token = shown.text("xsrf", most=200)
            made_for = shown.text("analyst", most=200)
            self.request.headers["X-XSRFToken"] = token
            # The one of tornado: Jupyter's own lets a GET pass for its referer.
            RequestHandler.check_xsrf_cookie(self)
            self._proven = made_for == self.analyst
        except (LabError, HTTPError):
            self._proven = False
        if self._proven:
            await self._tell('{"ready":true}')
        else:
            self._end(NOT_PROVEN, 403)

    async def _answer(self, message: str | bytes, began: float) -> None:
        number, act, status = None, "", 200
        try:
            told = Body.read(_bytes(message))
            number = told.number("n", least=0, most=2**53)
            act = told.text("act", most=40)
            text = _written(number, status, await self._acted(act, told))
        except Exception as error:  # noqa: BLE001 (as tornado does for a request)
            status = error.status_code if isinstance(error, HTTPError) else 500
            if status == 401:  # noqa: PLR2004 (HTTP)
                self._end(ENDED, status)  # the page hears the reason from a request
                return
            self.log_exception(type(error), error, error.__traceback__)
            status, reply = self.refusal(error, status)
            name = act if act in self.acts else "..."
            log_act(self, name, status, time.perf_counter() - began)
            text = _written(number, status, reply)
        await self._tell(text)

    async def _acted(self, act: str, told: Body) -> dict[str, Any]:
        asker = await self._who()
        door = self.acts.get(act)
        if door is None or door.needs is None:
            raise HTTPError(404)
        if not door.asks_with_the_act or not told.is_mapping("body"):
            await asker.service.run(asker.seat.must_be_allowed, door.needs)
        return await door.answer(asker, told.within("body"))

    async def _who(self) -> Asker:
        """Prove the cookie of this line anew, as every request does."""
        asking = object.__new__(type(self))
        asking.__dict__.update(self._bare)
        user = self.identity_provider.get_user(asking)
        if isinstance(user, Awaitable):
            user = await user
        if user is None:
            raise HTTPError(401)
        # Jupyter's own make up a name for whoever has the token, another each time.
        named = names_people(self.identity_provider)
        if named and str(user.username) != self._opened_by:
            raise HTTPError(401)
        service = self.service
        analyst = service.only_analyst or self._opened_by
        return Asker(service, analyst, str(getattr(user, "session", "")))

    def _end(self, code: int, status: int) -> None:
        """Close for good, and say so in the log, as for a request that is refused."""
        if not self._over:
            self._over = True
            log_act(self, "...", status, 0.0)
            self.close(code)

    async def _tell(self, text: str) -> None:
        # What was done stays done: the page asks again under the same request id.
        # An act is over when its answer is out, so that a reader who is slow waits.
        with contextlib.suppress(WebSocketClosedError):
            await self.write_message(text)


def _written(number: float | None, status: int, reply: dict[str, Any]) -> str:
    answer = {"n": number, "status": status, "reply": reply}
    return json.dumps(answer, default=str, allow_nan=False)


def _bytes(message: str | bytes) -> bytes:
    return message.encode() if isinstance(message, str) else message

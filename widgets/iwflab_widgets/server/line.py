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
from iwflab_widgets.server.logs import log_act

AT_ONCE = 8  # acts of one page at once; more of them wait for their turn
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
        self._proven = False
        self._running: set[asyncio.Task[None]] = set()

    @property
    def max_message_size(self) -> int:
        """What a request may bring, and the few words around it."""
        return BODY_BYTES

    @property
    def ping_interval(self) -> float:
        """How often the browser is asked whether it is there."""
        return PING_SECONDS

    async def get(self) -> None:
        """Open it; a plain request is told so in the shape of all refusals."""
        if self.request.headers.get("Upgrade", "").lower() != "websocket":
            raise HTTPError(400)
        await super().get()

    def open(self) -> None:
        """Begin; who this is is asked anew with each message."""
        # The identity provider takes who is noted here for known.
        self._jupyter_current_user = None
        # One of Jupyter's own writes a cookie when it sees a token: no message has any.
        for name in ("set_cookie", "clear_cookie"):
            setattr(self, name, lambda *_, **__: None)

    def on_message(self, message: str | bytes) -> Any:
        """Take one message; with many on the way, wait for this one first."""
        if not self._proven:
            self._prove(message)
            return None
        task = asyncio.ensure_future(self._answer(message, time.perf_counter()))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task if len(self._running) >= AT_ONCE else None

    def _prove(self, message: str | bytes) -> None:
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
            self._tell('{"ready":true}')
        else:
            self.close(NOT_PROVEN)

    async def _answer(self, message: str | bytes, began: float) -> None:
        number, act, status = None, "", 200
        try:
            told = Body.read(_bytes(message))
            number = told.number("n", least=0, most=2**53)
            act = told.text("act", most=40)
            reply = await self._acted(act, told)
        except Exception as error:  # noqa: BLE001 (as tornado does for a request)
            if isinstance(error, HTTPError) and error.status_code == 401:  # noqa: PLR2004
                self.close(ENDED)  # the page asks by a request, and hears the reason
                return
            self.log_exception(type(error), error, error.__traceback__)
            status = error.status_code if isinstance(error, HTTPError) else 500
            status, reply = self.refusal(error, status)
            log_act(self, act, status, time.perf_counter() - began)
        answer = {"n": number, "status": status, "reply": reply}
        self._tell(json.dumps(answer, default=str, allow_nan=False))

    async def _acted(self, act: str, told: Body) -> dict[str, Any]:
        asker = await self._who()
        door = self.acts.get(act)
        if door is None or door.needs is None:
            raise HTTPError(404)
        if not door.asks_with_the_act:
            await asker.service.run(asker.seat.must_be_allowed, door.needs)
        return await door.answer(asker, told.within("body"))

    async def _who(self) -> Asker:
        """Prove the cookie of this line anew, as every request does."""
        user = self.identity_provider.get_user(self)
        if isinstance(user, Awaitable):
            user = await user
        if user is None:
            raise HTTPError(401)
        service = self.service
        analyst = service.only_analyst or str(user.username)
        return Asker(service, analyst, str(getattr(user, "session", "")))

    def _tell(self, text: str) -> None:
        # What was done stays done: the page asks again under the same request id.
        with contextlib.suppress(WebSocketClosedError):
            self.write_message(text)


def _bytes(message: str | bytes) -> bytes:
    return message.encode() if isinstance(message, str) else message

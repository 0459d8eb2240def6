"""Log in and out: a calm page, a slow guess, a session that ends when told."""

import asyncio
import logging
import re
from typing import Any
from uuid import uuid4

from jupyter_server.auth.decorator import allow_unauthenticated

from iwflab.errors import NotAllowed
from iwflab_widgets.server.identity import Analyst
from iwflab_widgets.server.pages import PageHandler

LOG = logging.getLogger("iwflab.server")
NAME_MOST, PASSWORD_MOST = 64, 1024
TOO_MANY = "Too many attempts. Wait one minute, then try again."
WRONG = "Name or password is not right. Check both; capital letters count."
# One leading slash, then nothing that a browser could read as another host.
WAY_BACK = re.compile(r"/(?![/\\])[\w\-./~%?=&+ ]*\Z")


class LoginHandler(PageHandler):
    """The login page."""

    @allow_unauthenticated
    async def get(self) -> None:
        """Show the form, or go on when someone is logged in.

        A desk whose person is no longer the one who is logged in asks for the form
        ``again``, whoever that is, for the ``name`` of its person.
        """
        if self.current_user is not None and not self._again:
            self.redirect(self._way_back())
            return
        self._form()

    @allow_unauthenticated
    async def post(self) -> None:
        """Judge one attempt."""
        name = self.get_body_argument("name", "").strip()[:NAME_MOST]
        password = self.get_body_argument("password", "", strip=False)
        address = str(self.request.remote_ip)
        delay = self.service.attempts.start(name, address)
        if delay is None:
            LOG.warning("login paused: too many failures from %s", address)
            self.set_status(429)
            self.set_header("Retry-After", "60")
            self._form(TOO_MANY, name)
            return
        await asyncio.sleep(delay)
        if not await self._is_right(name, password):
            await self._log_failure(name, address)
            self.set_status(401)
            self._form(WRONG, name)
            return
        self.service.attempts.succeeded(name, address)
        login = await self.service.login_of(name, fresh=True)
        session = self.service.sessions.new()
        await self._end_former(name, session)
        person = Analyst(username=name, session=session, login=login)
        self.identity_provider.set_login_cookie(self, person)
        LOG.info("%s logged in from %s", name, address)
        self.redirect(self._way_back())

    async def _end_former(self, name: str, session: str) -> None:
        """End the login whose cookie is replaced: nothing may go on under it unseen.

        Another person's ends as if they had logged out; who logs in anew keeps their
        kernels, which end with the new session.
        """
        former = self.current_user
        if former is None:
            return
        await self.service.run(self.service.sessions.end, former.session)
        self.service.grants.forget(former.session)
        if former.username == name:
            await self._keep_presenting(name, former.session, session)
            self.kernel_manager.move_session(former.session, session)
        else:
            await self.kernel_manager.shutdown_session(former.session)

    async def _keep_presenting(self, name: str, former: str, session: str) -> None:
        """Keep off a projector what was kept off it: only its key ends that."""
        seat = self.service.lab.seat(name)
        try:
            if await self.service.run(seat.presents, former):
                told = {"session": session, "request": uuid4().hex}
                await self.service.run(seat.present, active=True, **told)
        except NotAllowed:  # without a role no desk is open, and nothing is shown
            return

    async def _is_right(self, name: str, password: str) -> bool:
        if not name or not password or len(password) > PASSWORD_MOST:
            return False
        return await self.service.check_password(name, password)

    async def _log_failure(self, name: str, address: str) -> None:
        # A name that no account has may be a password typed into the wrong field.
        known = await self.service.login_of(name)
        LOG.warning("login failed: %s from %s", name if known else "unknown", address)

    def _way_back(self) -> str:
        wanted = str(self.get_argument("next", ""))
        return wanted if WAY_BACK.match(wanted) else str(self.base_url)

    @property
    def _again(self) -> bool:
        return bool(self.get_argument("again", ""))

    def _form(self, problem: str = "", name: str = "") -> None:
        name = name or self.get_query_argument("name", "")[:NAME_MOST]
        told = {"problem": problem, "name": name, "again": self._again}
        self.page("login.html", way_back=self._way_back(), **told)


class LogoutHandler(PageHandler):
    """The end of a session, with everything that was given to it."""

    async def post(self) -> None:
        """End the session: its cookie, its grants and its kernels."""
        user: Any = self.current_user
        await self.service.run(self.service.sessions.end, user.session)
        self.service.grants.forget(user.session)
        self.identity_provider.clear_login_cookie(self)
        await self.kernel_manager.shutdown_session(user.session)
        LOG.info("%s logged out", user.username)
        self.redirect(self.get_login_url())

"""Who is logged in: named accounts of the lab, by cookie, and nobody else.

No token is ever accepted, in an address or a header, and there is no anonymous user:
a person without an account has no identity here at all.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

from jupyter_server.auth.identity import (
    IdentityProvider,
    PasswordIdentityProvider,
    User,
)

from iwflab.errors import NotAllowed
from iwflab_widgets.server.service import ACCOUNTS_SECONDS
from iwflab_widgets.server.sessions import SESSION_SECONDS

DAYS = SESSION_SECONDS / 86_400
PROVEN_MOST = 1_000  # cookies whose signature is remembered


@dataclass
class Analyst(User):
    """A logged-in person and the session of this login."""

    session: str = ""
    login: str = ""  # the mark of the password that was given; another ends the login


def names_people(provider: IdentityProvider) -> bool:
    """Tell whether a provider knows who it lets in, as a hub's does.

    Jupyter's own two know a token or one password, and make up a name for whoever has
    it: that is the one person of their own server.  Any other is taken to know.
    """
    return type(provider) not in {IdentityProvider, PasswordIdentityProvider}


class LabIdentity(IdentityProvider):
    """Accounts of the lab; the lab checks the password, this keeps the cookie."""

    def __init__(self, **kwargs: Any) -> None:
        """Drop what Voila passes for its own login page and its token."""
        for surplus in ("token", "login_handler_class"):
            kwargs.pop(surplus, None)
        super().__init__(token="", **kwargs)
        self.service = self.parent.service
        self.cookie_name = f"iwflab-{self.parent.port}"
        self.secure_cookie = self.parent.behind_tls
        self.cookie_options = {
            "samesite": "Strict",
            "httponly": True,
            "expires_days": DAYS,
        }
        self.get_secure_cookie_kwargs = {"max_age_days": DAYS}
        self._proven: dict[str, tuple[User, float]] = {}

    async def get_user(self, handler: Any) -> Analyst | None:
        """Return the person of the cookie, if the login still stands."""
        known: Analyst | None = getattr(handler, "_jupyter_current_user", None)
        if known is not None:
            return known
        user = self._user_of(handler)
        if (
            not isinstance(user, Analyst)
            or not user.session
            or self.service.sessions.is_ended(user.session)
            or not await self.service.stands(user.username, user.login)
        ):
            return None
        return user

    def _user_of(self, handler: Any) -> Any:
        """Read the cookie; its signature is not proven anew within a few seconds."""
        sent, now = handler.get_cookie(self.cookie_name), time.monotonic()
        user, proven = self._proven.get(sent, (None, float("-inf")))
        if now - proven > ACCOUNTS_SECONDS:
            user = self.get_user_cookie(handler)
            if len(self._proven) >= PROVEN_MOST and sent not in self._proven:
                self._proven.clear()
            if user is not None:  # what was not signed here is never kept
                self._proven[sent] = (user, now)
        return user

    async def get_user_token(self, handler: Any) -> None:
        """Know no tokens."""

    def generate_anonymous_user(self, handler: Any) -> User:  # noqa: ARG002
        """Refuse: jupyter_server would make a random person who may do everything."""
        raise NotAllowed("nobody is logged in", advice="log in with your account")

    def is_token_authenticated(self, handler: Any) -> bool:  # noqa: ARG002
        """Say no: a token would waive the XSRF and origin checks."""
        return False

    def user_to_cookie(self, user: User) -> str:
        """Write the cookie's text (tornado signs and dates it)."""
        held = {"name": user.username, "session": user.session, "login": user.login}
        return json.dumps(held)

    def user_from_cookie(self, cookie_value: str) -> Analyst | None:
        """Read it back."""
        held = json.loads(cookie_value)
        login = held.get("login", "")  # a cookie of an older release has none
        return Analyst(username=held["name"], session=held["session"], login=login)

    def get_handlers(self) -> list[Any]:
        """Bring none: the login pages are ours, and stand in the table of routes."""
        return []

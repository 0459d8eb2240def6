"""The login of a research server: one account, its password, no token."""

from typing import Any

from tornado.web import authenticated

from iwflab.lab.research import may_research
from iwflab_widgets.server.identity import Analyst, LabIdentity
from iwflab_widgets.server.login import LoginHandler, LogoutHandler
from iwflab_widgets.server.pages import AssetHandler


class OnePersonLogin(LoginHandler):
    """The login page, where any other account is answered like a wrong password."""

    async def _is_right(self, name: str, password: str) -> bool:
        right = await super()._is_right(name, password)
        if not right or name != self.service.only_analyst:
            return False
        return bool(await self.service.run(may_research, self.service.lab))


class MenuLogout(LogoutHandler):
    """The end of a session; JupyterLab's menu asks for it as for a page."""

    @authenticated
    async def get(self) -> None:
        """End the session; the cookie is sent from this server's own pages only."""
        await super().post()

    @authenticated
    async def post(self) -> None:
        """End the session."""
        await super().post()


class OnePerson(LabIdentity):
    """The account whose name is the operating-system user's, and nobody else."""

    async def get_user(self, handler: Any) -> Analyst | None:
        """Return the person of the cookie, if it is the one whom this serves.

        The role is asked at every request: whoever is here runs code.
        """
        user = await super().get_user(handler)
        if user is None or user.username != self.service.only_analyst:
            return None
        may = await self.service.run(may_research, self.service.lab)
        return user if may else None

    def identity_model(self, user: Any) -> dict[str, Any]:
        """Tell the page the name; the session is the server's own."""
        return {**super().identity_model(user), "session": ""}

    def get_handlers(self) -> list[Any]:
        """Bring the login pages; here Jupyter puts them before its own."""
        return [
            ("/login", OnePersonLogin),
            ("/logout", MenuLogout),
            (r"/iwflab/static/([a-z.]+)", AssetHandler),
        ]

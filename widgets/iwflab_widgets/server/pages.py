"""Our own pages: plain HTML from the server, no script, every text escaped."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado.web import HTTPError

from iwflab.domain.media import display_text
from iwflab.domain.roles import Need, need
from iwflab_widgets.server.headers import PLAIN_PAGE
from iwflab_widgets.server.places import PAGES
from iwflab_widgets.server.service import Service

TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(PAGES),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
)
ASSETS = {"pages.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class App:
    """One door: a notebook and how the landing page presents it."""

    path: str
    name: str
    sentence: str
    order: int
    needs: Need | None = None  # a door that names no operation opens for nobody


def find_apps(root: Path) -> list[App]:
    """Read the doors; a new app is a new notebook, no other line changes."""
    apps: list[App] = []
    for place in sorted(root.glob("*.ipynb")):
        metadata = json.loads(place.read_text("utf-8")).get("metadata", {})
        told = metadata.get("iwflab", {})
        apps.append(
            App(
                path=place.name,
                name=str(told.get("name", place.stem.capitalize())),
                sentence=str(told.get("sentence", "")),
                order=int(told.get("order", len(apps) + 100)),
                needs=need(told["operation"], *told.get("scopes", ()))
                if "operation" in told
                else None,
            )
        )
    return sorted(apps, key=lambda app: (app.order, app.path))


class PageHandler(JupyterHandler):
    """A page for a person; who is not logged in is sent to the login."""

    @property
    def service(self) -> Service:
        """The lab behind this server."""
        service: Service = self.settings["iwflab_service"]
        return service

    def page(self, template: str, **facts: Any) -> None:
        """Send a page from a template."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", PLAIN_PAGE)
        self.set_header("Accept-CH", "Sec-CH-Prefers-Color-Scheme")
        shared = {
            "base": self.base_url,
            "lab": display_text(str(self.service.lab.name)),
            "xsrf": self._xsrf,
        }
        self.finish(TEMPLATES.get_template(template).render({**shared, **facts}))

    def _xsrf(self) -> str:
        return str(self.xsrf_token.decode())  # asking for it sets the cookie

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ARG002
        """Tell a person what to do, and nothing about the inside."""
        problem = {403: "This was refused.", 404: "There is no such page."}
        title = problem.get(status_code, "Something did not work.")
        self.page("message.html", title=title, hint="")

    def compute_etag(self) -> None:
        """Never: nothing here is kept by a browser."""


class LandingHandler(PageHandler):
    """The doors, as cards."""

    def initialize(self, apps: list[App]) -> None:
        """Know the doors."""
        self._apps = apps

    async def get(self) -> None:
        """Show those that this person may open."""
        name = self.current_user.username
        apps = await self.service.doors_for(name, self._apps)
        warnings = self.service.lab.warnings()
        self.page("landing.html", apps=apps, analyst=name, warnings=warnings)


class AssetHandler(PageHandler):
    """The stylesheet and the icon: all that anyone gets without a login."""

    @allow_unauthenticated
    async def get(self, name: str) -> None:
        """Send one of the two files."""
        if name not in ASSETS:
            raise HTTPError(404)
        self.set_header("Content-Type", ASSETS[name])
        self.finish((PAGES / name).read_bytes())


class NoPage(PageHandler):
    """Every address that is not in the table."""

    async def prepare(self) -> None:
        """Say so, after the login."""
        await super().prepare()
        if not self._finished:
            raise HTTPError(404)

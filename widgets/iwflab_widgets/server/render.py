"""Voila's own handlers, each behind the login and with what they leave open closed."""

import re
from typing import Any

from jupyter_server.base.handlers import FileFindHandler, JupyterHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyterlab_server.themes_handler import ThemesHandler
from tornado.ioloop import IOLoop
from tornado.web import HTTPError
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from iwflab_widgets.server.headers import app_page
from iwflab_widgets.server.pages import App, PageHandler

THEMES = ("light", "dark")
SHUT = "Your roles do not open this desk."
SHUT_HINT = "An administrator of this lab gives roles (iwflab account role)."
PREFERRED = "Sec-CH-Prefers-Color-Scheme"


class RenderHandler(PageHandler, TornadoVoilaHandler):
    """Run an app notebook and send its page."""

    iwflab_kernel = ""

    def initialize(self, *, doors: tuple[App, ...], **kwargs: Any) -> None:
        """Know which notebooks are doors."""
        self.doors = doors
        super().initialize(**kwargs)

    async def get(self, path: str = "") -> None:
        """Render a door; any other file under the root does not exist here."""
        if path not in {app.path for app in self.doors}:
            raise HTTPError(404)
        user = self.current_user.username
        self.open_doors = await self.service.doors_for(user, self.doors)
        if path not in {app.path for app in self.open_doors}:
            self.set_status(403)
            self.page("message.html", title=SHUT, hint=SHUT_HINT)
            return
        # Without the cookie that this sets, the beacon of the closing tab is refused
        # and the kernel lives on (Voila sets it only on its tree page).
        _ = self.xsrf_token
        secure = self.request.protocol == "https" or self.settings["iwflab_tls"]
        self.set_header(
            "Content-Security-Policy", app_page(self.request.host, secure=secure)
        )
        await super().get(path)

    def get_argument(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Take the theme from two words only: Voila writes it into the page."""
        if name != "theme":
            return super().get_argument(name, *args, **kwargs)
        asked = super().get_argument("theme", self.request.headers.get(PREFERRED, ""))
        asked = asked.strip('"')
        return asked if asked in THEMES else THEMES[0]

    def on_connection_close(self) -> None:
        """Shut the kernel down when the tab closed before the page was complete."""
        super().on_connection_close()
        if self.iwflab_kernel:
            IOLoop.current().add_callback(
                self.kernel_manager.shutdown_if_there, self.iwflab_kernel
            )


class _BehindLogin(JupyterHandler):
    """A static handler that asks for the login, and says nothing when it refuses."""

    SUPPORTED_METHODS = ("GET", "HEAD")

    async def prepare(self) -> None:
        await super().prepare(_redirect_to_login=False)
        # jupyter_server opens some of these to everyone, for its own login page.
        if self.current_user is None:
            raise HTTPError(403)
        if ".." in self.request.path.split("/"):
            raise HTTPError(404)

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ARG002
        self.finish()


class TemplateFiles(_BehindLogin, TemplateStaticFileHandler):
    """Files of the Voila templates: ``<template>/static/<file>`` and no other."""

    async def prepare(self) -> None:
        """Refuse what Voila's handler would stumble over with an assertion."""
        await super().prepare()
        if not re.fullmatch(r"[\w-]+/static/.+", self.path_args[0]):
            raise HTTPError(404)


class StaticFiles(_BehindLogin, MultiStaticFileHandler):
    """Voila's scripts."""


class LabExtensionFiles(_BehindLogin, FileFindHandler):
    """The three allowed lab extensions."""


class ThemeFiles(_BehindLogin, ThemesHandler):
    """Voila's themes."""


class KernelFactsHandler(KernelHandler):
    """The state of a kernel; the authorizer admits its owner."""

    SUPPORTED_METHODS = ("GET",)


class ChannelsHandler(VoilaKernelWebsocketHandler):
    """The websocket of a kernel; the authorizer admits its owner."""

    SUPPORTED_METHODS = ("GET",)


# Voila's handlers that are served, each as its closed form; no other one is.
OURS_FOR_THEIRS = {
    FileFindHandler: LabExtensionFiles,
    KernelHandler: KernelFactsHandler,
    MultiStaticFileHandler: StaticFiles,
    TemplateStaticFileHandler: TemplateFiles,
    ThemesHandler: ThemeFiles,
    VoilaKernelWebsocketHandler: ChannelsHandler,
}

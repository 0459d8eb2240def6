"""The app server: stand-alone Voila, with our routes first and its own gaps closed."""

import argparse
import contextlib
import ipaddress
import os
import re
import resource
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_server.utils import url_path_join
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.web import Application
from traitlets.config import Config
from voila.app import Voila
from voila.tornado.handler import TornadoVoilaHandler

from iwflab.errors import BadInput, LabError, StoreError
from iwflab.lab import Lab
from iwflab_widgets.server import (
    bar,
    headers,
    logs,
    ownership,
    pages,
    places,
    render,
    routes,
)
from iwflab_widgets.server.identity import LabIdentity
from iwflab_widgets.server.login import LoginHandler, LogoutHandler
from iwflab_widgets.server.service import ACCOUNTS_SECONDS, Service

PORT = 8866
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
# Above the limit of our routes, which answer 413 in words; far below an upload.
BUFFERED_BYTES = 1024 * 1024
EXTENSIONS = [
    "anywidget",
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
]


def settings() -> Config:
    """Return the settings of Voila; no file and no command line changes them."""
    config = Config()
    config.VoilaConfiguration.template = "iwflab"
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.allow_theme_override = "YES"  # two words, see render
    config.VoilaConfiguration.file_allowlist = []
    config.VoilaConfiguration.file_denylist = [".*"]
    config.VoilaConfiguration.show_tracebacks = False
    config.VoilaConfiguration.strip_sources = True
    config.VoilaConfiguration.extension_allowlist = EXTENSIONS
    config.VoilaConfiguration.preheat_kernel = False
    config.VoilaConfiguration.http_header_envs = []
    config.VoilaConfiguration.prelaunch_hook = bar.put_on
    config.VoilaConfiguration.multi_kernel_manager_class = ownership.OwnedKernels
    # A browser that dies says no good-bye: a kernel that no page is connected to ends.
    config.MappingKernelManager.cull_idle_timeout = 30
    config.MappingKernelManager.cull_interval = 10
    config.MappingKernelManager.cull_connected = False
    config.KernelManager.transport_encryption = "required"
    return config


class IwfVoila(Voila):
    """Voila for one lab.  Its name stays ``voila``: templates and settings need it."""

    name = "voila"

    def __init__(
        self,
        service: Service,
        *,
        root: Path,
        hosts: Sequence[str] = (),
        behind_tls: bool = False,
        **kwargs: Any,
    ) -> None:
        """Take the lab; everything else is fixed by ``settings``."""
        self.service = service
        self.behind_tls = behind_tls
        self.hosts = (*LOOPBACK_NAMES, *hosts)
        super().__init__(
            config=settings(),
            root_dir=str(root),
            open_browser=False,
            identity_provider_class=LabIdentity,
            authorizer_class=ownership.OwnersOnly,
            cookie_secret=places.cookie_secret(service.folder),
            # A voila.json in the folder where someone starts us must not open it up.
            config_file_paths=[],
            **kwargs,
        )
        self.apps = pages.find_apps(root)

    def init_settings(self) -> dict[str, Any]:
        """Return tornado's settings; what is set here wins."""
        fixed = {
            "iwflab_service": self.service,
            "iwflab_tls": self.behind_tls,
            "headers": {"Content-Security-Policy": headers.CLOSED},
            "allow_remote_access": False,
            "local_hostnames": [name.strip("[]") for name in self.hosts],
            "allow_unauthenticated_access": False,
            "xsrf_cookies": True,
            "xsrf_cookie_kwargs": {"samesite": "Strict", "secure": self.behind_tls},
            "log_function": logs.log_request,
            "default_handler_class": pages.NoPage,
            "default_handler_args": {},
            "mathjax_url": None,  # Voila's default is an address on a CDN
        }
        return {**super().init_settings(), **fixed}

    def init_handlers(self) -> list[Any]:
        """Return our handlers, then of Voila's those we know.

        Voila's tree, contents and file handlers are left out; so is whatever a later
        version may add, until someone has looked at it and named it here.
        """
        base = self.server_url
        own: list[Any] = [
            (base, pages.LandingHandler, {"apps": self.apps}),
            (url_path_join(base, "login"), LoginHandler),
            (url_path_join(base, "logout"), LogoutHandler),
            (url_path_join(base, r"iwflab/static/([a-z.]+)"), pages.AssetHandler),
            *routes.handlers(base),
            (
                url_path_join(base, r"voila/api/shutdown/([\w-]+)"),
                ownership.ShutdownHandler,
            ),
        ]
        for spec in super().init_handlers():
            own += self._kept(spec)
        return own

    def _kept(self, spec: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        path, handler, *rest = spec
        if handler in render.OURS_FOR_THEIRS:
            return [(path, render.OURS_FOR_THEIRS[handler], *rest)]
        if handler is TornadoVoilaHandler:
            told = {**rest[0], "doors": tuple(self.apps)}
            return [(path, render.RenderHandler, told)]
        return []

    def build(self) -> Application:
        """Build the application; foreign hosts match no handler at all."""
        self.connection_dir = tempfile.mkdtemp(
            prefix="voila_", dir=self.connection_dir_root
        )
        self.app = Application(**self.init_settings())
        self.app.add_transform(headers.Sealed)
        names = "|".join(re.escape(name) for name in self.hosts)
        self.app.add_handlers(f"(?:{names})$", self.init_handlers())
        return self.app

    def start(self) -> None:
        """Serve until told to stop."""
        self.build()
        self.listen()
        self.ioloop = IOLoop.current()
        often = ACCOUNTS_SECONDS * 1000
        PeriodicCallback(self.kernel_manager.end_stale, often).start()
        where = f"http://{self.ip}:{self.port}{self.base_url}"
        sys.stderr.write(f"iwflab is served at {where}\n")
        sys.stderr.flush()
        try:
            self.ioloop.start()
        finally:
            self.stop()

    def listen(self) -> None:
        """Listen on this port and no other: an address that moves is no address."""
        server = HTTPServer(self.app, max_body_size=BUFFERED_BYTES)
        try:
            server.listen(self.port, self.ip)
        except OSError as error:
            raise StoreError(
                f"port {self.port} on {self.ip} cannot be opened",
                advice="stop the other server, or give another port with --port",
            ) from error

    def stop(self) -> None:
        """Shut the kernels down, then the threads."""
        with contextlib.suppress(FileNotFoundError):
            super().stop()
        self.service.close()


def serve(
    lab: Lab,
    *,
    port: int = PORT,
    ip: str = "127.0.0.1",
    root: Path | None = None,
    hosts: Sequence[str] = (),
    behind_tls: bool = False,
) -> None:
    """Serve an open lab until SIGTERM or Ctrl-C."""
    app = prepare(lab, port=port, ip=ip, root=root, hosts=hosts, behind_tls=behind_tls)
    with contextlib.suppress(KeyboardInterrupt):
        app.start()


def prepare(
    lab: Lab,
    *,
    port: int = PORT,
    ip: str = "127.0.0.1",
    root: Path | None = None,
    hosts: Sequence[str] = (),
    behind_tls: bool = False,
) -> IwfVoila:
    """Check where the lab lies, close what leaks, and set the server up."""
    if not ipaddress.ip_address(ip).is_loopback:
        raise BadInput(
            f"{ip} is not an address of this machine alone",
            advice="serve on 127.0.0.1 behind a proxy with TLS, with --behind-tls",
        )
    root = (root or places.notebook_root()).resolve()
    places.refuse_overlap(Path(lab.folder), root)
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no memory of ours on a disk
    _find_template()
    service = Service(lab)
    app = IwfVoila(
        service, root=root, hosts=hosts, behind_tls=behind_tls, port=port, ip=ip
    )
    logs.redact_all(app.log, Path(lab.folder))
    if left := service.incoming.clean():
        app.log.warning("%d unfinished uploads removed; send them again", left)
    app.initialize([])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return app


def _find_template() -> None:
    """Put the template folder of this package first on Jupyter's path.

    Voila, nbconvert and their static handlers each search that path on their own.
    """
    known = os.environ.get("JUPYTER_PATH", "").split(os.pathsep)
    paths = [str(places.TEMPLATES), *filter(None, known)]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(dict.fromkeys(paths))


def main(
    lab_folder: Path | str | None = None,
    port: int = PORT,
    ip: str = "127.0.0.1",
    *,
    hosts: Sequence[str] = (),
    behind_tls: bool = False,
) -> None:
    """Open the lab and serve it."""
    lab = Lab.open(lab_folder)
    try:
        serve(lab, port=port, ip=ip, hosts=hosts, behind_tls=behind_tls)
    finally:
        lab.close()


def launch(arguments: Sequence[str] | None = None) -> int:
    """Read the command line; 0 ended, 1 refused with advice, 2 usage."""
    parser = argparse.ArgumentParser(prog="iwflab serve")
    parser.add_argument("--lab", type=Path, default=None, help="the lab folder")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--ip", default="127.0.0.1", help="a loopback address")
    parser.add_argument(
        "--host", action="append", default=[], help="a further name of this server"
    )
    parser.add_argument(
        "--behind-tls", action="store_true", help="a proxy in front speaks https"
    )
    asked = parser.parse_args(arguments)
    try:
        main(
            asked.lab,
            asked.port,
            asked.ip,
            hosts=asked.host,
            behind_tls=asked.behind_tls,
        )
    except LabError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0

"""JupyterLab over a lab, for one person: ``iwflab research``.

Whoever is logged in runs code as the operating-system user who started the server.
So there is one account that can log in, the one of that user's name, by its password;
there is no token, in an address or anywhere else.  Settings come from here: no file
of the home folder and no variable of the environment changes them, and what Jupyter
would keep in the home folder lies in a folder of the lab that ends with the server.
"""

import os
import resource
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_server.serverapp import ServerApp
from tornado.ioloop import PeriodicCallback
from traitlets.config import Config

from iwflab.errors import BadInput, NotAllowed, StoreError
from iwflab.lab import Lab
from iwflab.lab.research import must_research
from iwflab_widgets.server import headers, logs, places, research_settings
from iwflab_widgets.server.examples import copy_examples
from iwflab_widgets.server.research_login import OnePerson
from iwflab_widgets.server.service import ACCOUNTS_SECONDS, Service

PORT = 8867
EXTENSIONS = {"jupyterlab": True, "iwflab_widgets.server.extension": True}


class ResearchServer(ServerApp):
    """A jupyter_server for one lab and one person."""

    # Without "nbconvert" and "view": what they make of a notebook leaves no trace
    # here, but their pages ask for scripts from elsewhere.
    default_services = (
        *("api", "auth", "config", "contents", "files", "kernels", "kernelspecs"),
        *("security", "sessions", "shutdown", "events"),
    )
    behind_tls = False  # for the login, which it shares with the apps

    def __init__(self, service: Service, **kwargs: Any) -> None:
        """Take the lab; everything else is fixed by ``research_settings``."""
        self.service = service
        super().__init__(
            identity_provider_class=OnePerson, jpserver_extensions=EXTENSIONS, **kwargs
        )
        self.no_browser_open_file = True  # no file of ours says where the server is

    @property
    def config_file_paths(self) -> list[str]:
        """Name none: what a home folder says must not open this up."""
        return []

    def load_config_environ(self) -> None:
        """Read nothing from the environment."""

    def init_logging(self) -> None:
        """Send every line through the redacting handler."""
        logs.redact_all(self.log, Path(self.service.lab.folder))

    def load_server_extensions(self) -> None:
        """Send JupyterLab's lines there, too: it has a log of its own."""
        for app in self.extension_manager.extension_apps["jupyterlab"]:
            logs.redact_all(app.log, Path(self.service.lab.folder))
        super().load_server_extensions()

    def init_webapp(self) -> None:
        """Seal every reply."""
        super().init_webapp()
        self.web_app.add_transform(headers.SealedLab)

    def write_server_info_file(self) -> None:
        """Write none: it would tell others where the server is."""

    async def _post_start(self) -> None:
        await super()._post_start()
        often = ACCOUNTS_SECONDS * 1000
        PeriodicCallback(self.kernel_manager.end_stale, often).start()
        name, where = self.service.only_analyst, f"http://{self.ip}:{self.port}/"
        sys.stderr.write(f"iwflab research is served to {name} at {where}\n")
        sys.stderr.flush()


def prepare(
    lab: Lab,
    *,
    notebooks: Path,
    private: Path,
    port: int = PORT,
    allow_root: bool = False,
) -> ResearchServer:
    """Check who asks and where things lie, and set the server up; it listens at once.

    ``private`` is an empty folder for what Jupyter keeps while it runs.
    """
    _check(lab, notebooks, allow_root=allow_root)
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no memory of ours on a disk
    _folder_for(notebooks)
    copy_examples(notebooks)
    research_settings.take_home(private)
    service = Service(lab, only_analyst=lab.analyst)
    service.incoming.clean()  # and hold the lock: the apps must not clean up after us
    config: Config = research_settings.settings(
        private, notebooks, port=port, allow_root=allow_root
    )
    server = ResearchServer(
        service, config=config, cookie_secret=places.cookie_secret(service.folder)
    )
    try:
        server.initialize([], find_extensions=False, starter_extension="lab")
    except SystemExit as refused:
        raise StoreError(
            f"port {port} on 127.0.0.1 cannot be opened",
            advice="stop the other server, or give another port with --port",
        ) from refused
    return server


def _check(lab: Lab, notebooks: Path, *, allow_root: bool) -> None:
    must_research(lab)
    if lab.analyst not in lab.logins():
        raise NotAllowed(
            f"the account {lab.analyst} has no password, so nobody could log in",
            advice=f"give it one: iwflab account add {lab.analyst}",
        )
    if os.geteuid() == 0 and not allow_root:
        raise NotAllowed(
            "research would run every notebook as root",
            advice="start it as an ordinary user, or say --allow-root",
        )
    places.refuse_overlap(Path(lab.folder), notebooks)


def _folder_for(notebooks: Path) -> None:
    try:
        notebooks.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as fault:
        raise BadInput(
            f"{notebooks} cannot be a folder of notebooks: {fault.strerror}",
            advice="name another one with --notebooks",
        ) from fault


def main(
    folder: Path, *, analyst: str, notebooks: Path, port: int, allow_root: bool
) -> None:
    """Open the lab and serve JupyterLab until SIGTERM or Ctrl-C."""
    notebooks = notebooks.expanduser().absolute()
    with Lab.open(folder, analyst=analyst) as lab:
        kept = places.private_folder(Path(lab.folder) / "server")
        with tempfile.TemporaryDirectory(
            prefix="research-", dir=kept, ignore_cleanup_errors=True
        ) as private:
            server = prepare(
                lab,
                notebooks=notebooks,
                private=Path(private),
                port=port,
                allow_root=allow_root,
            )
            try:
                with suppress(KeyboardInterrupt):
                    server.start()
            finally:
                server.service.close()
                os.chdir("/")  # out of the folder that now goes


def launch(arguments: Sequence[str]) -> int:
    """Serve as ``iwflab research`` asks: lab, analyst, notebooks, port, root or not."""
    folder, analyst, notebooks, port, root = arguments
    from iwflab.errors import LabError

    try:
        main(
            Path(folder),
            analyst=analyst,
            notebooks=Path(notebooks),
            port=int(port),
            allow_root=root == "root",
        )
    except LabError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(launch(sys.argv[1:]))

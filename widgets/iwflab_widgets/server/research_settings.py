"""The settings of ``iwflab research``: what JupyterLab keeps, asks for and shows."""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from jupyterlab.handlers.announcements import NeverCheckForUpdate
from traitlets.config import Config

from iwflab.lab.research import may_research
from iwflab_widgets.server import logs
from iwflab_widgets.server.ownership import OwnedKernels

# What Jupyter keeps, each in a folder of its own; the names are Jupyter's variables.
FOLDERS = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "user-settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
}
# A variable of somebody's shell must not bring other settings, paths or tokens.
REMOVED = ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH", "JUPYTER_TOKEN", "JUPYTERLAB_DIR")
OVERRIDES: dict[str, dict[str, Any]] = {
    "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    # Cells out of sight stay in the page: a desk goes on where it was left.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}
# Parts of JupyterLab that are not there: what writes elsewhere or asks elsewhere.
DISABLED = (
    "@jupyterlab/apputils-extension:announcements",
    "@jupyterlab/debugger-extension",  # writes cells to temporary files
    "@jupyterlab/extensionmanager-extension",
    "@jupyterlab/fileeditor-extension:language-server",
    "@jupyterlab/lsp-extension",
    "@jupyterlab/notebook-extension:export",  # nbconvert is not served
    "@jupyterlab/notebook-extension:language-server",
    "@jupyterlab/notebook-extension:update-raw-mimetype",
    "@jupyterlab/terminal-extension",
)


class ResearchKernels(OwnedKernels):
    """Kernels of the one person, whose IPython keeps nothing in the home folder."""

    def environment(self, given: Any, analyst: str) -> dict[str, str]:
        """Add where IPython lives while the server runs."""
        kept = super().environment(given, analyst)
        return {**kept, "IPYTHONDIR": os.environ["IPYTHONDIR"]}

    async def may_stay(self, name: str, login: str) -> bool:
        """Say whether the login goes on: here it also ends with the role."""
        service = self.parent.service
        return await super().may_stay(name, login) and await service.run(
            may_research, service.lab
        )


def take_home(private: Path) -> None:
    """Let Jupyter and IPython live in ``private`` instead of the home folder."""
    for name in REMOVED:
        os.environ.pop(name, None)
    os.environ["JUPYTER_NO_CONFIG"] = "1"
    tempfile.tempdir = str(private)  # of this process; kernels have their own TMPDIR
    for variable, name in FOLDERS.items():
        place = private / name
        place.mkdir(mode=0o700)
        os.environ[variable] = str(place)
    place = private / "app-settings"
    place.mkdir(mode=0o700)
    (place / "overrides.json").write_text(json.dumps(OVERRIDES), "utf-8")
    (place / "page_config.json").write_text(
        json.dumps({"disabledExtensions": DISABLED}), "utf-8"
    )
    os.chdir(private)  # a configuration file in the caller's folder is not read


def settings(private: Path, notebooks: Path, *, port: int, allow_root: bool) -> Config:
    """Return the settings of the server and of JupyterLab."""
    config = Config()
    config.JupyterApp.answer_yes = True  # Ctrl-C ends it; what is saved is saved
    server = config.ServerApp
    server.ip, server.port, server.port_retries = "127.0.0.1", port, 0
    server.root_dir = str(notebooks)
    server.allow_root = allow_root
    server.open_browser = False
    server.allow_remote_access = False
    server.allow_unauthenticated_access = False
    server.terminals_enabled = False
    server.reraise_server_extension_failures = True  # no routes: no server
    server.kernel_manager_class = ResearchKernels
    server.tornado_settings = {
        "log_function": logs.log_request,
        "xsrf_cookie_kwargs": {"samesite": "Strict"},
        "page_config_data": {"buildAvailable": False, "buildCheck": False},
    }
    config.KernelManager.transport_encryption = "required"
    config.KernelSpecManager.allowed_kernelspecs = {"python3"}
    config.ContentsManager.allow_hidden = False
    _settings_of_lab(config.LabApp, private)
    return config


def _settings_of_lab(lab: Any, private: Path) -> None:
    lab.extension_manager = "readonly"
    lab.lock_all_plugins = True
    lab.news_url = None
    lab.check_for_updates_class = NeverCheckForUpdate
    lab.collaborative = False
    lab.app_settings_dir = str(private / "app-settings")
    lab.user_settings_dir = os.environ["JUPYTERLAB_SETTINGS_DIR"]
    lab.workspaces_dir = os.environ["JUPYTERLAB_WORKSPACES_DIR"]
    # Extensions of this environment only, none from the home folder.
    shared = Path(sys.prefix) / "share" / "jupyter"
    lab.labextensions_path = [str(shared / "labextensions")]
    lab.app_dir = str(shared / "lab")

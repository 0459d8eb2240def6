"""The same routes inside a jupyter_server, for the one person whom it serves.

There the person may run code anyway; the server is theirs alone, and so is the seat.
With the routes comes what must hold wherever notebooks and media meet: notebooks are
saved without outputs, and no checkpoint keeps a second copy.
"""

import atexit
import warnings
from pathlib import Path
from typing import Any

from jupyter_server.serverapp import JupyterServerAuthWarning

from iwflab.errors import LabError, NotAllowed
from iwflab.lab import Lab
from iwflab.lab.research import must_research
from iwflab_widgets.server import places, routes, stripping
from iwflab_widgets.server.service import Service


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Name this module as the extension."""
    return [{"module": "iwflab_widgets.server.extension"}]


def _load_jupyter_server_extension(serverapp: Any) -> None:
    """Add the routes to a running jupyter_server, and keep its notebooks clean."""
    if not serverapp.identity_provider.auth_enabled:
        raise NotAllowed(
            "this jupyter_server asks nobody to log in",
            advice="start it with a token or a password",
        )
    service = getattr(serverapp, "service", None) or _own_service(serverapp)
    serverapp.web_app.settings["iwflab_service"] = service
    base_url = serverapp.web_app.settings["base_url"]
    with warnings.catch_warnings():
        # It looks for a decorator on each method; ours ask before any method runs.
        warnings.simplefilter("ignore", JupyterServerAuthWarning)
        serverapp.web_app.add_handlers(".*$", routes.handlers(base_url))
    keep_clean(serverapp.contents_manager)
    serverapp.log.info("iwflab routes are served for %s", service.only_analyst)


def keep_clean(contents: Any) -> None:
    """Let no notebook be saved with what it showed, and no checkpoint be made."""
    contents.register_pre_save_hook(stripping.before_save)
    contents.checkpoints_class = stripping.NoCheckpoints
    contents.checkpoints = stripping.NoCheckpoints(parent=contents)


def _own_service(serverapp: Any) -> Service:
    """Open the lab of the environment, for its analyst alone."""
    lab = Lab.open()
    try:
        must_research(lab)
        places.refuse_overlap(lab.folder, Path(serverapp.root_dir))
        service = Service(lab, only_analyst=lab.analyst)
    except LabError:
        lab.close()
        raise
    service.incoming.clean()
    atexit.register(lab.close)
    atexit.register(service.close)
    return service

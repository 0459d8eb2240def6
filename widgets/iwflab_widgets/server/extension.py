"""The same routes inside a jupyter_server, for the one person whom it serves.

There the person may run code anyway; the server is theirs alone, and so is the seat.
"""

from pathlib import Path
from typing import Any

from iwflab.errors import LabError, NotAllowed
from iwflab_widgets.server import places, routes
from iwflab_widgets.server.service import Service


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Name this module as the extension."""
    return [{"module": "iwflab_widgets.server.extension"}]


def _load_jupyter_server_extension(serverapp: Any) -> None:
    """Add the routes to a running jupyter_server."""
    from iwflab.lab import Lab

    if not serverapp.identity_provider.auth_enabled:
        raise NotAllowed(
            "this jupyter_server asks nobody to log in",
            advice="start it with a token or a password",
        )
    lab = Lab.open()
    try:
        places.refuse_overlap(lab.folder, Path(serverapp.root_dir))
    except LabError:
        lab.close()
        raise
    service = Service(lab, only_analyst=lab.analyst)
    serverapp.web_app.settings["iwflab_service"] = service
    base_url = serverapp.web_app.settings["base_url"]
    serverapp.web_app.add_handlers(".*$", routes.handlers(base_url))
    serverapp.log.info("iwflab routes are served for %s", lab.analyst)

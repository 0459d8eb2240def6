"""The line above every desk: which desk this is, the way to the others, who is here.

The page says for whom it was made, and shows it back with everything it writes (see
``api``): a desk left open never works under the name of whoever logs in next.
"""

from pathlib import PurePosixPath
from typing import Any

from iwflab.domain.media import display_text
from iwflab_widgets.server.pages import App

KEY = "iwflab_bar"  # in the metadata of the notebook that is rendered, never on disk


def put_on(handler: Any, notebook: Any, cwd: str) -> None:  # noqa: ARG001 (Voila's)
    """Tell the template what the bar shows; Voila calls this before each rendering."""
    here = PurePosixPath(handler.request.path).name
    told = [_door(app, handler.base_url) for app in handler.open_doors]
    notebook.metadata[KEY] = {
        "base": handler.base_url,
        "lab": display_text(str(handler.service.lab.name)),
        "analyst": handler.current_user.username,
        "xsrf": handler.xsrf_token.decode(),
        "here": next((d["name"] for d in told if d["path"] == here), "Desk"),
        "warnings": handler.service.lab.warnings(),
        "others": [door for door in told if door["path"] != here],
    }


def _door(app: App, base: str) -> dict[str, str]:
    address = f"{base}voila/render/{app.path}"
    return {"path": app.path, "name": app.name, "address": address}

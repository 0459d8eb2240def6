"""A notebook is kept without what it showed: no output, no widget, no second copy.

jupyter_server goes on saving when a hook fails.  Here a notebook that cannot be
stripped is not saved at all: a refused save is seen, a leaked picture is not.
"""

import json
from datetime import UTC, datetime
from typing import Any

from jupyter_server.services.contents.checkpoints import AsyncCheckpoints
from tornado.web import HTTPError

ENDING = ".ipynb"
NO_CHECKPOINT = "none"


def strip(notebook: dict[str, Any]) -> dict[str, Any]:
    """Take outputs, counts, attachments and widget state out of a notebook, in place.

    Only format 4 keeps its cells where this looks for them; others raise ValueError.
    """
    if notebook.get("nbformat") != 4 or not isinstance(notebook.get("cells"), list):  # noqa: PLR2004 - the format's own number
        raise ValueError("not a notebook of format 4")
    for cell in notebook["cells"]:
        cell.pop("attachments", None)
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
    notebook.get("metadata", {}).pop("widgets", None)
    return notebook


def before_save(*, model: dict[str, Any], path: str, **_: Any) -> None:
    """Strip what is about to be saved; refuse what cannot be stripped."""
    if model.get("type") == "directory" or not _is_notebook(model, path):
        return
    try:
        if model.get("type") == "notebook":
            strip(model["content"])
        else:
            _strip_text(model)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise HTTPError(
            400, "this notebook cannot be saved without its outputs, so it is not"
        ) from error


def _is_notebook(model: dict[str, Any], path: str) -> bool:
    return model.get("type") == "notebook" or path.lower().endswith(ENDING)


def _strip_text(model: dict[str, Any]) -> None:
    """Strip a notebook that comes as the text of a file (an upload, an editor)."""
    if model.get("format") == "base64" or "chunk" in model:
        raise ValueError("not the text of a whole notebook")
    model["content"] = json.dumps(strip(json.loads(model["content"])), indent=1)


class NoCheckpoints(AsyncCheckpoints):
    """Keeps no second copy of a file, and says so where Jupyter asks for one."""

    async def create_checkpoint(self, _contents: Any, _path: str) -> dict[str, Any]:
        """Name a checkpoint that does not exist: Jupyter saves only with one."""
        return {"id": NO_CHECKPOINT, "last_modified": datetime.now(UTC)}

    async def restore_checkpoint(self, _contents: Any, _id: str, _path: str) -> None:
        """Refuse: there is nothing to go back to."""
        raise HTTPError(404, "no checkpoints are kept in a lab")

    async def rename_checkpoint(self, _id: str, _old: str, _new: str) -> None:
        """Do nothing: there is none."""

    async def delete_checkpoint(self, _id: str, _path: str) -> None:
        """Do nothing: there is none."""

    async def list_checkpoints(self, _path: str) -> list[dict[str, Any]]:
        """List none."""
        return []

"""What every desk is: an anywidget of plain script parts, without pixels or decisions.

The parts lie as readable files beside the desks and are joined into the one module
that anywidget imports: no bundler, nothing from elsewhere.
"""

import logging
import secrets
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget

from iwflab.domain.media import display_text
from iwflab.errors import BadInput, LabError

HERE = Path(__file__).parent
LOG = logging.getLogger("iwflab.desk")

Act = Callable[[Mapping[str, Any]], dict[str, Any]]


def joined(*parts: str) -> str:
    """Join script or style parts, given by their place beside this file."""
    return "\n".join((HERE / part).read_text("utf-8") for part in parts)


class Desk(anywidget.AnyWidget):
    """The base of the desks: a page, and no trait that could carry a picture.

    A desk whose acts may run in its kernel names them in :meth:`acts`; the page asks
    for them with custom messages, which no notebook keeps.
    """

    def __init__(self) -> None:
        """Listen to the page."""
        super().__init__()
        self.on_msg(self._heard)

    def acts(self) -> Mapping[str, Act]:
        """Name what the page may ask for; by default nothing."""
        return {}

    def _heard(self, _: object, content: object, __: object) -> None:
        if isinstance(content, Mapping):
            self.send(self.answer(content))

    def answer(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the page asks for; an error is told with its advice."""
        name, request = text(content, "act"), text(content, "request")
        try:
            reply = self._act(name)(content)
        except LabError as error:
            reply = {
                "error": display_text(error.message),
                "advice": display_text(error.advice),
            }
        except Exception as fault:  # noqa: BLE001 - a page must not wait for ever
            reply = _not_foreseen(fault)
        return {"request": request, **reply}

    def _act(self, name: str) -> Act:
        known = self.acts()
        if name not in known:
            raise BadInput(f"this desk does not do {name!r}", advice="reload the page")
        return known[name]


def _not_foreseen(fault: Exception) -> dict[str, Any]:
    """Tell the page under an id; the log has no words of the fault, only its place."""
    error_id = secrets.token_hex(4)
    *_, last = traceback.extract_tb(fault.__traceback__)
    place = f"{Path(last.filename).name}:{last.lineno} {last.name}"
    LOG.error("error %s: %s at %s", error_id, type(fault).__name__, place)
    return {
        "error": "something failed that was not foreseen",
        "advice": f"nothing was done; tell your administrator the error id {error_id}",
    }


def text(content: Mapping[str, Any], name: str) -> str:
    """Read a text from a message; anything else is no text."""
    value = content.get(name)
    return value if isinstance(value, str) else ""


def texts(content: Mapping[str, Any], name: str) -> list[str]:
    """Read a list of texts from a message."""
    value = content.get(name)
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, str)]

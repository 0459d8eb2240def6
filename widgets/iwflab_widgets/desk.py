"""What every desk is: an anywidget of plain script parts, without pixels or decisions.

The parts lie as readable files beside the desks and are joined into the one module
that anywidget imports: no bundler, nothing from elsewhere.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget

from iwflab.domain.media import display_text
from iwflab.errors import BadInput, LabError

HERE = Path(__file__).parent

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
            if name not in self.acts():
                raise BadInput(
                    f"this desk does not do {name!r}", advice="reload the page"
                )
            reply = self.acts()[name](content)
        except LabError as error:
            reply = {
                "error": display_text(error.message),
                "advice": display_text(error.advice),
            }
        return {"request": request, **reply}


def text(content: Mapping[str, Any], name: str) -> str:
    """Read a text from a message; anything else is no text."""
    value = content.get(name)
    return value if isinstance(value, str) else ""


def texts(content: Mapping[str, Any], name: str) -> list[str]:
    """Read a list of texts from a message."""
    value = content.get(name)
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, str)]

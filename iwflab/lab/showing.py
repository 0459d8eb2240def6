"""How media show themselves in a notebook: as text, whatever a front end could draw."""

from collections.abc import Mapping
from typing import Any


class Shown(dict[str, Any]):
    """Everything stored about one medium; it never shows a picture.

    It is a plain mapping.  A notebook asks it for pictures, HTML and text at once, and
    gets the text.
    """

    def _repr_mimebundle_(self, **_: object) -> Mapping[str, str]:
        return {"text/plain": self._in_lines()}

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002
        # IPython has a printer of its own for mappings, and prefers it to the bundle.
        printer.text(self._in_lines())

    def _in_lines(self) -> str:
        width = max((len(name) for name in self), default=0)
        return "\n".join(f"{name:<{width}}  {value}" for name, value in self.items())

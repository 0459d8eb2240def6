"""How media show themselves in a notebook: as text, whatever a front end could draw."""

from collections.abc import Mapping
from typing import Any


class Shown(dict[str, Any]):
    """Everything stored about one medium; it never shows a picture.

    It is a plain mapping.  A notebook asks it for pictures, HTML and text at once, and
    gets the text.
    """

    def _repr_mimebundle_(self, **_: object) -> Mapping[str, str]:
        width = max((len(name) for name in self), default=0)
        lines = [f"{name:<{width}}  {value}" for name, value in self.items()]
        return {"text/plain": "\n".join(lines)}

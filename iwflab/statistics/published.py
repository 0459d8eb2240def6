"""Published tables of others, to the figure, for worked examples and for tests.

published.names()                  what there is, each with its title
published.table("iwf_2019_7_10")   one of them, its source in ``attrs``
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from iwflab.errors import NotFound

if TYPE_CHECKING:
    import pandas as pd


@cache
def _all() -> dict[str, dict[str, Any]]:
    text = (files(__package__) / "published.toml").read_text("utf-8")
    return tomllib.loads(text)


def names() -> dict[str, str]:
    """Name the tables there are, each with its title."""
    return {name: str(told["title"]) for name, told in _all().items()}


def table(name: str) -> "pd.DataFrame":
    """Give a published table, one row a number; texts are ordered as printed.

    ``attrs`` has its title, source and unit; ``printed`` is the percentage as it was
    printed.  Raises NotFound for a table that there is not.
    """
    import pandas as pd

    if name not in _all():
        raise NotFound(
            f"no published table is called {name!r}",
            advice=f"there are: {', '.join(_all())}",
        )
    told = _all()[name]
    frame = pd.DataFrame(told["rows"], columns=told["columns"])
    for column in [one for one in frame.columns if isinstance(frame[one][0], str)]:
        levels = list(dict.fromkeys(frame[column]))
        frame[column] = pd.Categorical(frame[column], categories=levels)
    frame.attrs = {key: told[key] for key in ("title", "source", "unit")}
    return frame

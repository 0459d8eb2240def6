"""The sides of a table: categories in their order, unknown always among them."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iwflab.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Codes = NDArray[np.int64]
    Flags = NDArray[np.bool_]

# Words of our own records and of published tables that mean: not known.
UNKNOWN = frozenset(
    {
        *("unknown", "undetermined", "not determined", "not_determined"),
        *("unidentified", "unidentifiable"),
    }
)
ALL = "all"  # the name of a margin
BAND = re.compile(r"(\d+)\s*[-\u2013]\s*(\d+)")  # a closed age band


@dataclass(frozen=True, slots=True)
class Axis:
    """One side: each row's category as a code, and which categories mean unknown."""

    name: str
    codes: "Codes"
    labels: tuple[Any, ...]
    unknown: "Flags"
    ordered: bool

    def __len__(self) -> int:
        """Count the categories, empty ones among them."""
        return len(self.labels)

    def column(self, codes: Any, *, margin: bool = False) -> "pd.Categorical":
        """Give the key column; code -1 is the margin."""
        import numpy as np
        import pandas as pd

        names = [*self.labels, ALL] if margin else list(self.labels)
        places = np.where(np.asarray(codes) < 0, len(self.labels), codes)
        return pd.Categorical.from_codes(places, pd.Index(names), ordered=self.ordered)


def axis(frame: "pd.DataFrame", name: str, unknown: Collection[str] | str) -> Axis:
    """Read one column as a side of a table; the frame is not changed.

    Categories keep their order, and empty ones stay; text is sorted, age bands by age,
    and what means unknown comes last.  Missing values join the first category that
    means unknown; where there is none, ``unknown`` is added at the end.
    """
    import numpy as np
    import pandas as pd

    if name not in frame.columns:
        raise BadInput(f"no column {name!r}", advice="name a column of the frame")
    column, words = frame[name], _words(unknown)
    if isinstance(column.dtype, pd.CategoricalDtype):
        labels = list(column.cat.categories)
        codes = column.cat.codes.to_numpy().astype(np.int64)
        ordered = bool(column.cat.ordered)
    else:
        found, names = pd.factorize(column, sort=True)
        labels, ordered = _arranged(list(names), words), False
        at = {label: place for place, label in enumerate(labels)}
        # Missing is -1, the last.
        codes = np.array([*(at[name] for name in names), -1], dtype=np.int64)[found]
    if not any(label in words for label in labels):
        labels.append("unknown")
    hidden = np.array([label in words for label in labels])
    if len(codes) and codes.min() < 0:
        codes = np.where(codes < 0, int(np.argmax(hidden)), codes)
    return Axis(name, codes, tuple(labels), hidden, ordered)


def _arranged(names: list[Any], words: Collection[str]) -> list[Any]:
    """Put age bands in order of age, and what means unknown at the end."""
    known = [name for name in names if name not in words]
    bands = {name: BAND.fullmatch(str(name)) for name in known}
    lowest = {name: int(band[1]) for name, band in bands.items() if band}
    if len(lowest) == len(known):
        known.sort(key=lowest.__getitem__)
    return [*known, *(name for name in names if name in words)]


def axes(
    frame: "pd.DataFrame", names: Sequence[str], unknown: Collection[str] | str
) -> list[Axis]:
    """Read several columns; a name may stand once."""
    if not names or len(set(names)) < len(names):
        raise BadInput("no columns, or one of them twice", advice="name each side once")
    return [axis(frame, name, unknown) for name in names]


def weights(frame: "pd.DataFrame", counts: str | None) -> "Any | None":
    """Give the column of counts of an aggregated frame, checked, or nothing."""
    import numpy as np

    if counts is None:
        return None
    if counts not in frame.columns:
        raise BadInput(f"no column {counts!r}", advice="name the column of counts")
    told = frame[counts].to_numpy(dtype=float)
    if not (np.isfinite(told) & (told >= 0)).all():
        raise BadInput(
            f"{counts!r} holds a missing or negative count", advice="give counts from 0"
        )
    return told


def _words(unknown: Collection[str] | str) -> Collection[str]:
    if isinstance(unknown, str):
        if unknown != "row":
            raise BadInput(
                "unknown values are always a row",
                advice="leave out unknown, or give the words that mean it",
            )
        return UNKNOWN
    return {*unknown, "unknown"}

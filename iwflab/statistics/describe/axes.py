"""The sides of a table: categories in their order, unknown always among them."""

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

    Categories keep their order, and empty ones stay.  Missing values join the first
    category that means unknown; where there is none, ``unknown`` is added at the end.
    """
    import numpy as np
    import pandas as pd

    if name not in frame.columns:
        raise BadInput(f"no column {name!r}", advice="name a column of the frame")
    column = frame[name]
    if isinstance(column.dtype, pd.CategoricalDtype):
        labels = list(column.cat.categories)
        codes = column.cat.codes.to_numpy().astype(np.int64)
        ordered = bool(column.cat.ordered)
    else:
        found, names = pd.factorize(column, sort=True)
        labels, codes, ordered = list(names), found.astype(np.int64), False
    words = _words(unknown)
    if not any(label in words for label in labels):
        labels.append("unknown")
    hidden = np.array([label in words for label in labels])
    if len(codes) and codes.min() < 0:
        codes = np.where(codes < 0, int(np.argmax(hidden)), codes)
    return Axis(name, codes, tuple(labels), hidden, ordered)


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

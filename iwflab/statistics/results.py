"""The contract of every result: one row a number, and each row says what it counts.

Columns are the group keys, then ``measure, unit, estimate, lower, upper, level, n,
n_eff, clusters, method, flag, note``.  A number without a count unit is not made.

Flags are the shorthand of UK official statistics (Government Statistical Service,
"Symbols in tables"): they stand in the column ``flag``, without brackets.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iwflab.domain.counting import COUNT_UNITS
from iwflab.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

COLUMNS = (
    *("measure", "unit", "estimate", "lower", "upper", "level"),
    *("n", "n_eff", "clusters", "method", "flag", "note"),
)
_NUMBERS = ("estimate", "lower", "upper", "level", "n", "n_eff", "clusters")
FLAGS: Mapping[str, str] = {
    "": "as it stands",
    "u": "low reliability",
    "c": "confidential",
    "low": "not zero, but rounds to it",
    "x": "not available",
    "z": "not applicable",
    "p": "provisional",
    "r": "revised",
}
RUNG = "rung"  # the key of a ladder of units: the one table that holds several
_SLACK = 1e-9  # rounding of floats, as a share of the numbers compared
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Interval:
    """A number (or an array of them) and its interval.

    ``lower, upper = interval`` unpacks the limits.  ``n`` is the base, ``n_eff`` the
    effective sample size, ``clusters`` how many series stand behind it,
    ``effective_clusters`` their effective number (n. of equal series that would
    weigh as much), ``largest`` the share of the largest one, ``deff`` the design
    effect.  All are NaN where they do not apply.
    """

    estimate: Any
    lower: Any
    upper: Any
    level: float
    method: str
    n: Any = NAN
    n_eff: Any = NAN
    clusters: Any = NAN
    effective_clusters: Any = NAN
    largest: Any = NAN
    deff: Any = NAN
    flag: Any = ""
    note: Any = ""

    def __iter__(self) -> Iterator[Any]:
        """Give the lower and the upper limit."""
        return iter((self.lower, self.upper))

    def table(
        self, *, measure: str, unit: str, keys: Mapping[str, Any] | None = None
    ) -> "pd.DataFrame":
        """Give the rows of the contract; ``keys`` maps group names to their values."""
        told = {name: getattr(self, name) for name in COLUMNS[2:]}
        return result(keys or {}, unit=unit, measure=measure, **told)


def known_unit(unit: object) -> str:
    """Give the count unit back, or refuse: a number that says nothing is not made.

    Raises :class:`~iwflab.errors.BadInput` where it is missing or unknown.
    """
    if not isinstance(unit, str) or unit not in COUNT_UNITS:
        raise BadInput(
            f"{unit!r} is no count unit",
            advice=f"say what is counted, one of: {', '.join(COUNT_UNITS)}",
        )
    return unit


def known_level(level: float) -> float:
    """Give the confidence level back, or refuse what lies not between 0 and 1."""
    if not 0 < level < 1:
        raise BadInput(
            f"{level} is no confidence level", advice="give a share such as 0.95"
        )
    return level


def result(
    keys: Mapping[str, Any], *, unit: str, measure: Any, estimate: Any, **told: Any
) -> "pd.DataFrame":
    """Make rows of the contract from columns (or single values) and check them.

    What is not given is NaN, or empty text.
    """
    import numpy as np
    import pandas as pd

    given = {"measure": measure, "unit": known_unit(unit), "estimate": estimate, **told}
    blank = dict.fromkeys(COLUMNS, NAN) | {"method": "", "flag": "", "note": ""}
    columns = {**keys, **{name: given.get(name, blank[name]) for name in COLUMNS}}
    size = max((len(v) for v in columns.values() if _is_column(v)), default=1)
    frame = pd.DataFrame(
        {name: v if _is_column(v) else [v] * size for name, v in columns.items()}
    )
    for name in _NUMBERS:
        frame[name] = np.asarray(frame[name], dtype=float)
    return validated(frame)


def _is_column(value: object) -> bool:
    return (
        not isinstance(value, str)
        and getattr(value, "ndim", 1) == 1
        and (hasattr(value, "__len__"))
    )


def joined(*frames: "pd.DataFrame") -> "pd.DataFrame":
    """Put results of the same keys one under the other and check the whole.

    Keys with the same categories stay ordered Categoricals.
    """
    import pandas as pd

    return validated(pd.concat(frames, ignore_index=True))


def validated(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Check a result against the contract and give it back, unchanged.

    Raises :class:`~iwflab.errors.BadInput` for missing or misplaced columns, an
    unknown unit, or several without the key ``rung``, an unknown flag, a limit on the
    wrong side of its estimate, limits without a method, and two rows of the same
    keys and measure.
    """
    for passed, message in _rules(frame):
        if not passed:
            raise BadInput(
                f"not a result: {message}",
                advice="make tables with iwflab.statistics.results.result",
            )
    return frame


def _rules(frame: "pd.DataFrame") -> Iterator[tuple[bool, str]]:
    names = tuple(str(name) for name in frame.columns)
    yield names[-len(COLUMNS) :] == COLUMNS, f"columns end with {', '.join(COLUMNS)}"
    units = frame["unit"].unique()
    for unit in units:
        known_unit(unit)
    one = len(units) <= 1 or RUNG in names
    yield one, "one table counts one unit, unless each rung names its own"
    yield set(frame["flag"].unique()) <= set(FLAGS), "a flag that is not in FLAGS"
    level = frame["level"].dropna()
    yield bool(((level > 0) & (level < 1)).all()), "level lies between 0 and 1"
    slack = _SLACK * (1 + frame["estimate"].abs().fillna(0))
    below = frame["lower"] > frame["estimate"] + slack
    above = frame["upper"] < frame["estimate"] - slack
    crossed = frame["lower"] > frame["upper"] + slack
    yield not bool((below | above | crossed).any()), "a limit on the wrong side"
    limits = frame["lower"].notna() | frame["upper"].notna()
    yield not bool((limits & (frame["method"] == "")).any()), "limits need a method"
    keys = [*frame.columns[: -len(COLUMNS)], "measure"]
    yield not bool(frame.duplicated(subset=keys).any()), "two rows say the same"


def plain(value: Any) -> Any:
    """Give a plain number for an array without dimension, and arrays as they are."""
    import numpy as np

    found = np.asarray(value)
    return found.item() if found.ndim == 0 else found

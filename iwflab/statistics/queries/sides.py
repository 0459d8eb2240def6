"""What a unit can be counted by: the columns of its frame, each with its levels.

A side never is an id, a name or a free text: what is offered here is all that a page
gets to see, so it is a closed list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iwflab.errors import BadInput
from iwflab.statistics.describe.axes import UNKNOWN, axis

if TYPE_CHECKING:
    import pandas as pd

    Frames = Mapping[str, pd.DataFrame]

SIDES: Mapping[str, str] = {
    "age_band": "age band",
    "sex": "sex",
    "code": "category",
    "kind": "picture or video",
    "youngest": "age band of the youngest child",
    "children": "number of children",
    "pubertal": "pubertal stage",
    "face_visible": "face visible",
    "skin_tone": "skin tone",
    "prohibited": "prohibited image",
    "route": "how it was found",
    "month": "month of sign-off",
    "year": "year of sign-off",
}
# Words of our sides that mean: not known.
NOT_KNOWN = frozenset({*UNKNOWN, "unclear", "not known"})
TAG = "tag:"  # begins the name of a side that is a tag
ANSWERS = ("absent", "not_determined", "present")  # the later one counts for a group
MANY = 3  # children; that many and more are one level
_GROUPS = ("medium", "content")  # whose tags are those of the unit, in this order
_KEYS = ("series", "content", "medium")


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """The frame of one unit, ready to be counted as often as is asked.

    ``frame`` has one row one of the unit; ``sides`` maps each column that it can be
    counted by to its title; ``left_out`` says what is in no row of it.
    """

    unit: str
    frame: "pd.DataFrame"
    sides: Mapping[str, str]
    left_out: Mapping[str, int]

    def levels(self, side: str) -> tuple[str, ...]:
        """Give the levels of a side in their order, unknown among them."""
        self.known(side)
        return tuple(str(one) for one in axis(self.frame, side, NOT_KNOWN).labels)

    def known(self, side: str) -> str:
        """Give the name back, or refuse what the unit cannot be counted by."""
        if side not in self.sides:
            raise BadInput(
                f"the unit {self.unit!r} cannot be counted by {side!r}",
                advice=f"choose one of: {', '.join(self.sides)}",
            )
        return side


def prepared(frames: "Frames", unit: str) -> Prepared:
    """Make the frame of a unit with every side that it can be counted by.

    ``frames`` are the counted frames of the lab (media, children, tags, sightings,
    copies); they are not changed.  Raises BadInput for an unknown unit.
    """
    from iwflab.statistics.units import unit_frame

    found = unit_frame(frames, unit)
    made: dict[str, Any] = {name: _made(found[name], name) for name in _own(found)}
    made |= _times(found) | _tags(found, frames)
    sides = {name: SIDES.get(name, _title(name)) for name in _order(made)}
    return Prepared(unit, _framed(found, made), sides, _left_out(frames, unit))


def _own(found: "pd.DataFrame") -> list[str]:
    return [name for name in SIDES if name in found.columns]


def _order(made: Mapping[str, Any]) -> list[str]:
    fixed = [name for name in SIDES if name in made]
    return [*fixed, *(name for name in made if name not in SIDES)]


def _title(name: str) -> str:
    return "tag: " + name.removeprefix(TAG).replace("_", " ")


def _framed(found: "pd.DataFrame", made: Mapping[str, Any]) -> "pd.DataFrame":
    """Keep what counting asks for, and no id but the code of a series."""
    import pandas as pd

    kept = {
        "counted": found["counted"].to_numpy(dtype=bool),
        "signed_on": found["signed_on"].to_numpy(),
        "cluster": _cluster(found),
    }
    return pd.DataFrame({**kept, **{name: made[name] for name in _order(made)}})


def _cluster(found: "pd.DataFrame") -> Any:
    """Give each row its series as a number; what is in none is one of its own.

    Rows of one content (else of one medium) are together where they have no series:
    copies of a picture say one thing once.
    """
    import numpy as np
    import pandas as pd

    names = np.arange(len(found)).astype(str).astype(object)
    for key in reversed(_KEYS):
        if key in found.columns:
            told = found[key].astype(object).fillna("").to_numpy()
            there = told != ""
            names = np.where(there, np.char.add(f"{key} ", told.astype(str)), names)
    return pd.factorize(names.astype(object))[0]


def _made(column: "pd.Series[Any]", name: str) -> Any:
    """Give a column as a Categorical of texts; empty levels and their order stay."""
    import pandas as pd

    if name == "children":
        return _numbers(column)
    if not isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype("category")
    words = {one: str(one) or "unknown" for one in column.cat.categories}
    return column.cat.rename_categories(words).array


def _numbers(column: "pd.Series[Any]") -> Any:
    import numpy as np
    import pandas as pd

    levels = [*map(str, range(MANY)), f"{MANY} or more"]
    told = column.fillna(-1).to_numpy(dtype=np.int64)
    return pd.Categorical.from_codes(
        np.minimum(told, MANY), pd.Index(levels), ordered=True
    )


def _times(found: "pd.DataFrame") -> dict[str, Any]:
    """Give month and year of the sign-off, with the empty ones between."""
    import pandas as pd

    when = found["signed_on"].where(found["counted"])
    made = {}
    for name, period in (("month", "M"), ("year", "Y")):
        told = when.dt.to_period(period)
        first, last = told.min(), told.max()
        if pd.isna(first):
            continue
        levels = pd.period_range(first, last, freq=period)
        codes = levels.get_indexer(pd.PeriodIndex(told))
        words = pd.Index([str(one) for one in levels])
        made[name] = pd.Categorical.from_codes(codes, words, ordered=True)
    return made


def _tags(found: "pd.DataFrame", frames: "Frames") -> dict[str, Any]:
    """Give a side a tag: present, absent, or not determined where nobody asked."""
    import numpy as np
    import pandas as pd

    key = next((name for name in _GROUPS if name in found.columns), "")
    tags = frames["tags"]
    tags = tags[tags["counted"].to_numpy(dtype=bool)]
    if not key or not len(tags):
        return {}
    rank = np.array(pd.Categorical(tags["value"], categories=list(ANSWERS)).codes)
    rank = np.where(rank < 0, ANSWERS.index("not_determined"), rank)
    most = pd.Series(rank).groupby([tags[key].array, tags["tag"].astype(str).array])
    sheet = most.max().unstack(fill_value=ANSWERS.index("not_determined"))  # noqa: PD010
    whose = sheet.index.get_indexer(pd.Index(found[key]))
    unasked = ANSWERS.index("not_determined")
    words = pd.Index(["absent", "present", "not determined"])
    place = np.array([0, 2, 1])
    made = {}
    for name in sheet.columns:
        told = np.where(whose < 0, unasked, sheet[name].to_numpy()[whose])
        made[f"{TAG}{name}"] = pd.Categorical.from_codes(place[told], words)
    return made


def _left_out(frames: "Frames", unit: str) -> dict[str, int]:
    """Say what is signed off and yet in no row of this unit's frame."""
    reasons = {
        "victim": ("children", "victim", "child appearances linked to no victim"),
        "series": ("media", "series", "media in no series"),
    }
    if unit not in reasons:
        return {}
    name, column, reason = reasons[unit]
    frame = frames[name]
    none = frame[column].astype(object).fillna("") == ""
    return {reason: int((frame["counted"].astype(bool) & none).sum())}

"""Tags: an item may have several, and a tag that was not asked is not a no."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Literal

from iwflab.errors import BadInput
from iwflab.statistics.describe.axes import UNKNOWN
from iwflab.statistics.describe.held import held
from iwflab.statistics.describe.shares import Cells, Describes, Kind, asked, rows
from iwflab.statistics.results import known_unit

if TYPE_CHECKING:
    import pandas as pd

    from iwflab.statistics.describe.axes import Codes

PRESENT, ABSENT = "present", "absent"
ANSWERS = (PRESENT, ABSENT, "unknown")
_YES = frozenset({PRESENT, "yes", True})
_NO = frozenset({ABSENT, "no", False})
_UNKNOWN = 2


def multi_response(
    frame: "pd.DataFrame",
    tag: str = "tag",
    *,
    unit: str,
    base: Literal["items", "responses"] = "items",
    item: str = "medium",
    value: str = "value",
    items: Collection[Any] | None = None,
    completed: Collection[Any] | bool = (),
    cluster: str | None = None,
    interval: Kind | None = None,
    describes: Describes = "sampling",
    level: float = 0.95,
) -> "pd.DataFrame":
    """Count tags of which an item may have several, as a result by tag and answer.

    ``frame`` has one row an item and tag, with ``value`` present, absent or unknown
    (yes and no, true and false do as well).  ``unit`` says what an item is.  An item
    without a row for a tag is unknown, unless its sheet was ``completed`` (the items,
    or True for all): then it is absent.  ``items`` names all items, where some have
    no row at all.

    ``base="items"``: shares of items, on the three bases; they need not add up to 1.
    ``base="responses"``: shares of all tags that are present; they add up to 1, and a
    tag's unknown items are a row without a share.
    A plain chi-square of such a table is wrong:
    :func:`iwflab.statistics.association.mrcv_test`.
    """
    import numpy as np
    import pandas as pd

    known_unit(unit)
    ask = asked(cluster, interval, describes, level)
    if base not in {"items", "responses"}:
        raise BadInput(f"no base {base!r}", advice="choose items or responses")
    sheet, tags = _sheet(frame, tag, item, value, (items, completed))
    number, width = sheet.shape
    cell = (np.arange(width) * len(ANSWERS) + sheet).ravel()
    count = np.bincount(cell, minlength=width * len(ANSWERS)).astype(float)
    answer = np.tile(np.arange(len(ANSWERS)), width)
    made = _of_items(count, answer) if base == "items" else _of_all(count, answer)
    found = None
    if cluster is not None and ask.kind not in {"none", "wilson"}:
        series, many = _series(frame, item, cluster, number)
        found = held(np.repeat(series, width), many, cell, len(count), None)
    keys = {
        tag: pd.Categorical(np.repeat(tags, len(ANSWERS)), categories=list(tags)),
        "answer": pd.Categorical.from_codes(
            answer, pd.Index(list(ANSWERS)), ordered=True
        ),
    }
    told = rows(made, keys, unit=unit, ask=ask, found=found)
    return told if base == "items" else _responses(told)


def _of_items(count: Any, answer: Any) -> Cells:
    import numpy as np

    base_of = np.arange(len(count)) // len(ANSWERS)
    hidden = answer == _UNKNOWN
    base = np.bincount(base_of, weights=count).astype(float)
    lost = count[hidden]
    return Cells(
        count=count,
        base_of=base_of,
        known_of=np.where(hidden, -1, base_of),
        base=base[base_of],
        known=np.where(hidden, 0.0, (base - lost)[base_of]),
        possible=np.where(hidden, count, count + lost[base_of]),
    )


def _of_all(count: Any, answer: Any) -> Cells:
    import numpy as np

    here = answer == 0
    base_of = np.where(here, 0, -1)
    base = np.where(here, count[here].sum(), 0.0)
    return Cells(count, base_of, base_of, base, base, count)


def _responses(told: "pd.DataFrame") -> "pd.DataFrame":
    """Keep what has a meaning per response: no absence, and one base."""
    unknown = (told["answer"] == ANSWERS[_UNKNOWN]) & (told["measure"] == "count")
    yes = told["answer"] == PRESENT
    here = yes & told["measure"].isin(["count", "share_of_all"])
    kept = told[here | unknown].reset_index(drop=True)
    renamed = kept["measure"].replace({"share_of_all": "share_of_responses"})
    return kept.assign(measure=renamed)


def _sheet(
    frame: "pd.DataFrame", tag: str, item: str, value: str, sheets: tuple[Any, Any]
) -> tuple[Any, list[Any]]:
    """Give items by tags: 0 present, 1 absent, 2 unknown; items of the frame first."""
    import numpy as np
    import pandas as pd

    items, completed = sheets
    for name in (tag, item, value):
        if name not in frame.columns:
            raise BadInput(f"no column {name!r}", advice="name a column of the frame")
    column = frame[tag].astype("category")
    codes, names = pd.factorize(frame[item])
    if (codes < 0).any() or column.isna().any():
        raise BadInput("a row has no item or no tag", advice="leave such rows out")
    if frame.duplicated(subset=[item, tag]).any():
        raise BadInput("an item has one tag twice", advice="settle what it has first")
    everything = (
        names
        if items is None
        else names.append(
            pd.Index([one for one in dict.fromkeys(items) if one not in set(names)])
        )
    )
    done = everything.isin(list(everything if completed is True else completed or ()))
    sheet = np.full((len(everything), len(column.cat.categories)), _UNKNOWN)
    sheet[done] = 1
    sheet[codes, column.cat.codes.to_numpy()] = _answers(frame[value])
    return sheet, list(column.cat.categories)


def _answers(column: "pd.Series[Any]") -> "Codes":
    import numpy as np
    import pandas as pd

    codes, words = pd.factorize(column)
    known = dict.fromkeys(_YES, 0) | dict.fromkeys(_NO, 1)
    strange = [w for w in words if w not in known and w not in UNKNOWN]
    if strange:
        raise BadInput(
            f"{strange[0]!r} is no answer",
            advice=f"a tag is {', '.join(ANSWERS)} (or yes, no, true, false)",
        )
    told = np.array([*(known.get(word, _UNKNOWN) for word in words), _UNKNOWN])
    return told[codes]


def _series(
    frame: "pd.DataFrame", item: str, cluster: str, number: int
) -> tuple["Codes", int]:
    """Give the series of each item; an item of which nothing is said is its own."""
    import numpy as np
    import pandas as pd

    if cluster not in frame.columns:
        raise BadInput(f"no column {cluster!r}", advice="name the column of series")
    one = frame[[item, cluster]].drop_duplicates()
    if one[item].duplicated().any() or one[cluster].isna().any():
        raise BadInput(
            "an item has no series, or several",
            advice="give each item one series, its own if it belongs to none",
        )
    codes, names = pd.factorize(one[cluster])
    alone = np.arange(number - len(codes)) + len(names)
    return np.concatenate([codes, alone]).astype(np.int64), len(names) + len(alone)

"""From results (frames of the contract) to the tables that people read inside.

Series and shift reports hold true numbers with intervals, and stay inside: nothing here
protects a count.  What leaves is made by :mod:`~iwflab.statistics.reports.tabling`.
"""

import math
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from iwflab.errors import BadInput
from iwflab.statistics.reports.model import SEVERAL, Cell, Table, unit_in_words
from iwflab.statistics.reports.tabling import NOT_APPLICABLE
from iwflab.statistics.results import RUNG, validated

if TYPE_CHECKING:
    import pandas as pd

Said = Mapping[str, Mapping[str, Any]]  # measure -> its row
Groups = Sequence[tuple[tuple[str, ...], Said]]  # levels, and what is said of them
BASES: Mapping[str, tuple[str, str]] = {  # base -> its measure, the head of its column
    "all": ("share_of_all", "% of all"),
    "known": ("share_of_known", "% of known"),
    "responses": ("share_of_responses", "% of responses"),
}
COUNT, BOUNDS = "count", "share_bounds"
_TENTH = Decimal("0.1")


def table_of(
    result: "pd.DataFrame",
    *,
    name: str,
    title: str,
    base: str = "all",
    describes: str = "",
    bounds: bool = False,
    words: Mapping[str, str] | None = None,
) -> Table:
    """Make a table of a result: a row a group, with number, percent, limits and base.

    ``base`` chooses the share: of ``all`` (unknown ones among them), of the ``known``,
    or of the ``responses``.  ``describes`` says what its limits describe (``sampling``
    or ``process``), and has to where there are any; ``bounds`` adds the least and the
    most percent that a group can be, whatever the unknown ones are.  Percentages have
    one decimal; a flag of the result stands in the place of its number.  In a ladder of
    units each row names its own.

    Raises BadInput for an unknown base and for a result without numbers of groups.
    """
    if base not in BASES:
        raise BadInput(f"{base!r} is no base", advice=f"one of: {', '.join(BASES)}")
    keys, groups = _groups(validated(result), name)
    measure, _ = BASES[base]
    columns = _columns(groups, base, bounds=bounds)
    ladder = RUNG in keys
    body = tuple(
        (
            *((words or {}).get(level, level) for level in levels),
            *(_cell(said, *where) for where in columns.values()),
            *([unit_in_words(said[COUNT]["unit"])] if ladder else []),
        )
        for levels, said in groups
    )
    heads = (*(one.replace("_", " ") for one in keys), *columns)
    unit = SEVERAL if ladder else str(groups[0][1][COUNT]["unit"])
    return Table(
        name,
        title,
        unit,
        (*heads, "unit") if ladder else heads,
        body,
        labels=len(keys),
        interval=describes,
        notes=_notes(groups, measure),
    )


def _columns(groups: Groups, base: str, *, bounds: bool) -> dict[str, tuple[str, str]]:
    """Say which measure and which of its numbers stands under each head."""
    measure, head = BASES[base]
    shares = [said[measure] for _, said in groups if measure in said]
    columns = {"number": (COUNT, "estimate")}
    if shares:
        columns[head] = (measure, "estimate")
    if any(not math.isnan(row["lower"]) for row in shares):
        columns["lower limit"] = (measure, "lower")
        columns["upper limit"] = (measure, "upper")
    if bounds:
        columns |= {"least %": (BOUNDS, "lower"), "most %": (BOUNDS, "upper")}
    if shares:
        columns["base"] = (measure, "n")
    return columns


def _notes(groups: Groups, measure: str) -> tuple[str, ...]:
    """Name what is of low reliability: its number stands in the table."""
    weak = [
        " ".join(levels)
        for levels, said in groups
        if said.get(measure, {}).get("flag") == "u"
    ]
    return (f"Low reliability: {', '.join(weak)}.",) if weak else ()


def _groups(result: "pd.DataFrame", name: str) -> tuple[list[str], Groups]:
    """Give the names of the keys, and of each group its levels and its measures."""
    names = [str(one) for one in result.columns]
    keys = names[: names.index("measure")]
    found: dict[tuple[str, ...], dict[str, Mapping[str, Any]]] = {}
    for row in result.to_dict("records"):
        levels = tuple(str(row[key]) for key in keys)
        told = {str(column): value for column, value in row.items()}
        found.setdefault(levels, {})[told["measure"]] = told
    groups = [(levels, said) for levels, said in found.items() if COUNT in said]
    if not keys or not groups:
        raise BadInput(
            f"the result for {name!r} has no numbers of groups",
            advice="give what freq, crosstab, multi_response or reconcile_units made",
        )
    return keys, groups


def _cell(said: Said, measure: str, column: str) -> Cell:
    row = said.get(measure)
    if row is None:
        return NOT_APPLICABLE
    # A number of low reliability is shown, and named in the notes.
    if row["flag"] not in ("", "u"):
        return f"[{row['flag']}]"
    value = float(row[column])
    if math.isnan(value):
        return NOT_APPLICABLE
    if measure == COUNT or column == "n":
        return round(value)
    return float(Decimal(repr(100 * value)).quantize(_TENTH, ROUND_HALF_UP))

"""Numbers that say what they count: a table with its unit, base and exclusions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

UNITS: Mapping[str, str] = {
    "medium": "medium (distinct bytes; copies are not counted)",
    "child_appearance": "child appearance (one child on one medium)",
}

# What any statistic may count; the tables of the desk count those of UNITS.
COUNT_UNITS: Mapping[str, str] = {
    "file": "file (each copy that was found counts)",
    **UNITS,
    "content": "content (duplicates and near-duplicates count once)",
    "victim": "victim (a child known to be the same on several media)",
    "series": "series (media that belong together)",
    "url": "URL (an address at which media were found)",
}

# How an address came to be known: looked for, or told from outside.
ROUTES = ("proactive", "external")
NOT_KNOWN = "not known"


def half_up(value: float) -> int:
    """Round to a whole number, halves away from nought: the one way of every table.

    What floats leave in the seventh place does not decide.
    """
    near = int(abs(round(value, 6)) + 0.5)
    return near if value >= 0 else -near


def whole_percent(part: int, whole: int) -> int:
    """Give a share in whole percent, halves up; ``whole`` is above nought."""
    return (200 * part + whole) // (2 * whole)


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a table: how many of how many."""

    row: tuple[str, ...]
    column: str
    numerator: int
    denominator: int

    @property
    def percent_in_words(self) -> str:
        """Give the share as a whole percentage, halves rounded up as published."""
        if self.denominator == 0:
            return ""
        return f"{whole_percent(self.numerator, self.denominator)}%"

    @property
    def percent(self) -> float | None:
        """The share in percent, or None where there is no base."""
        if self.denominator == 0:
            return None
        return 100 * self.numerator / self.denominator


@dataclass(frozen=True, slots=True)
class Table:
    """A table that cannot be read wrongly: it carries its unit and its exclusions.

    ``exclusions`` maps the reason to the number left out, in the table's unit or as
    the reason says.  ``row_names`` names the parts of each cell's ``row``.
    """

    name: str
    title: str
    unit: str
    row_names: tuple[str, ...]
    column_name: str
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]
    denominator: int
    exclusions: Mapping[str, int] = field(default_factory=dict)
    basis: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Statistic:
    """A question with an answer: added in one file of ``iwflab.statistics``.

    ``compute(frames, unit=..., scheme=...)`` takes tidy DataFrames by name (``media``,
    ``children``, and ``grades`` as they were signed off) and gives a :class:`Table`.
    ``examples`` are (frames as plain records, unit, expected cells) triples.
    """

    name: str
    question: str
    compute: Callable[..., Table]
    examples: Sequence[tuple[Mapping[str, Any], str, Mapping[tuple[str, ...], int]]]

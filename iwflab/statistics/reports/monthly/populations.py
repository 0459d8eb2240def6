"""Populations of the monthly report, and its one rule of what is in a category."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iwflab.domain.categories import UNDETERMINED
from iwflab.statistics.disclosure import Counts
from iwflab.statistics.reports.counting import Counted, counts
from iwflab.statistics.reports.periods import Period

if TYPE_CHECKING:
    import pandas as pd

Axes = Mapping[str, tuple[str, Sequence[str]]]
OUTCOME = "outcome"
OUTCOMES = ("in a category", UNDETERMINED, "in none")
JOINED = ("in a category or undetermined", "in none")  # where three tell too much


@dataclass(frozen=True, slots=True)
class Of:
    """A population: period, unit, and a name that all tables of it share."""

    period: Period
    unit: str
    what: str


def of(counted: Counted, unit: str, what: str) -> Of:
    """Name a population that depends on the scheme: another scheme is another one."""
    under = f" under {counted.scheme}" if counted.scheme else ""
    return Of(counted.period, unit, f"{what}{under}")


def one(name: str, frame: "pd.DataFrame", axes: Axes, population: Of) -> Counts:
    """Count the rows of a population by some axes."""
    code = population.period.code
    return counts(
        frame,
        axes,
        name=f"{name} {code}",
        unit=population.unit,
        coverage=f"{population.what} {code}",
    )


def outcome(
    codes: "pd.Series[Any]", outside: str, levels: Sequence[str]
) -> "pd.Series[Any]":
    """Say of codes whether they are in a category, undetermined, or in none."""
    inside, unsure, none = levels[0], levels[-2], levels[-1]  # two of them, or three
    words = {outside: none, UNDETERMINED: unsure}
    return codes.astype(object).map(lambda code: words.get(code, inside))

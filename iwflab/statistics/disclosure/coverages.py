"""Which days and levels a coverage names, and whether two of them have some in common.

Reports name a population and months (``items under uk_2014 2026-08_2026-10``),
queries days of the sign-off and the levels that were kept (``signed off until
2026-10-31; sex: girl``).  Other words name a population that nothing is known of.
"""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_MONTHS = re.compile(
    r"(?:(?P<what>.+?) )?(?:under (?P<scheme>\S+) )?(?P<all>up to )?"
    r"(?P<first>\d{4}-\d\d)(?:_(?P<last>\d{4}-\d\d))?"
)
_DAY = r"\d{4}-\d\d-\d\d"
_QUERY = re.compile(
    rf"(?P<what>signed off)(?: from (?P<first>{_DAY}))?"
    rf"(?: (?:to|until) (?P<last>{_DAY}))?(?P<kept>(?:; .+)?)",
    re.DOTALL,
)
LAST_DAY = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Extent:
    """A population, its first and last day as YYYY-MM-DD, and what a query kept of it.

    ``kept`` is None in a report; of a filter that cannot be read it holds nothing.
    ``scheme`` is named where the population depends on it.
    """

    what: str
    first: str
    last: str
    kept: Mapping[str, frozenset[str]] | None = None
    scheme: str = ""

    def meets(self, other: "Extent") -> bool:
        """Tell whether something may be counted by both."""
        if self.last < other.first or other.last < self.first:
            return False
        if self.kept is None and other.kept is None:
            alike = bool(self.scheme) == bool(other.scheme)
            return alike and self.what == other.what
        # A query and a report may count the same content, in other words.
        mine, theirs = self.kept or {}, other.kept or {}
        return all(
            not mine[side].isdisjoint(theirs[side]) for side in mine.keys() & theirs
        )


@lru_cache(1024)
def extent_of(coverage: str) -> Extent | None:
    """Read what a coverage names; None where it is said in other words."""
    if found := _QUERY.fullmatch(coverage):
        first, last = found["first"] or "", found["last"] or LAST_DAY
        return Extent(found["what"], first, last, _kept(found["kept"]))
    found = _MONTHS.fullmatch(coverage)
    if found is None:
        return None
    last = _end(found["last"] or found["first"])
    first = "" if found["all"] else f"{found['first']}-01"
    return Extent(found["what"] or "", first, last, scheme=found["scheme"] or "")


def meet(one: str, other: str) -> bool:
    """Tell whether two coverages may count the same, and yet are not the same."""
    first, second = extent_of(one), extent_of(other)
    if one == other or first is None or second is None:
        return False
    return first.meets(second)


def _kept(text: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for part in text.split("; ")[1:]:
        side, told, levels = part.rpartition(": ")
        if not told:  # no filter of ours: it may keep anything
            return {}
        found[side] = frozenset(levels.split(", "))
    return found


def _end(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    if not 1 <= number <= len(calendar.month_name) - 1 or not year:
        return LAST_DAY
    return date(year, number, calendar.monthrange(year, number)[1]).isoformat()

"""The months that a report is about."""

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from iwflab.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, both days included; ``cut`` where the last one is not over."""

    first: date
    last: date
    cut: date | None = None

    @property
    def text(self) -> str:
        """In words, as a title says it."""
        begin, end = _words(self.first), _words(self.last)
        months = end if begin == end else f"{begin} to {end}"
        if self.cut is None:
            return months
        return f"{months} (unfinished month, to {day_in_words(self.cut)})"

    @property
    def coverage(self) -> str:
        """The days that are counted, in words."""
        days = f"{day_in_words(self.first)} to {day_in_words(self.cut or self.last)}"
        return days if self.cut is None else f"{days}; the last month is not over"

    @property
    def code(self) -> str:
        """As it stands in names: 2026-10, or 2026-08_2026-10."""
        begin, end = f"{self.first:%Y-%m}", f"{self.last:%Y-%m}"
        return end if begin == end else f"{begin}_{end}"

    @property
    def before(self) -> "Period":
        """As many months, directly before."""
        months = 1 + _number(self.last) - _number(self.first)
        last = self.first - timedelta(days=1)
        year, month = divmod(_number(last) - months + 1, MONTHS)
        return Period(date(year, month + 1, 1), last)

    def read_on(self, cut: date) -> "Period":
        """Give the period as it is known on the day of the data.

        The day itself is not over.  Raises BadInput where none of it is there yet.
        """
        if cut < self.first:
            raise BadInput(
                f"{self.text} begins after the day of the data, {cut.isoformat()}",
                advice="name months that have begun",
            )
        return replace(self, cut=cut) if cut <= self.last else self

    def holds(self, days: "pd.Series[pd.Timestamp]") -> "pd.Series[bool]":
        """Say of each time whether it lies in these months; a missing one does not."""
        import pandas as pd

        begin, end = pd.Timestamp(self.first), pd.Timestamp(self.last)
        times = pd.to_datetime(days)
        if times.dt.tz is not None:
            times = times.dt.tz_convert("UTC").dt.tz_localize(None)
        return (times >= begin) & (times < end + pd.Timedelta(days=1))


def period_of(begin: object, end: object) -> Period:
    """Make a period of two days or months ("2026-10", "2026-10-31").

    Raises BadInput for what is no whole month, or ends before it begins.
    """
    first, last = _day(begin, end=False), _day(end, end=True)
    whole = first.day == 1 and last.day == _days(last)
    if not whole or last < first:
        raise BadInput(
            f"{begin} to {end} are no whole months",
            advice="name the first and the last month, such as 2026-10 and 2026-10",
        )
    return Period(first, last)


def _day(given: object, *, end: bool) -> date:
    text = str(given)[:10]
    month_only = len(text) == len("2026-10")
    try:
        day = date.fromisoformat(f"{text}-01" if month_only else text)
    except ValueError as fault:
        raise BadInput(
            f"{given!r} is no month and no day", advice="write 2026-10 or 2026-10-31"
        ) from fault
    return day.replace(day=_days(day)) if month_only and end else day


def _days(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _number(day: date) -> int:
    return day.year * MONTHS + day.month - 1


def day_in_words(day: date) -> str:
    """Give a day as a title says it: 3 October 2026."""
    return f"{day.day} {_words(day)}"


def _words(day: date) -> str:
    # Not strftime: it would speak the language of the machine.
    names = "January February March April May June July August September October"
    return f"{[*names.split(), 'November', 'December'][day.month - 1]} {day.year}"

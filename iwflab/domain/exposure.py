"""What was before one person's eyes: a ledger, and how long since the last break.

A page reports its looks when a medium leaves the screen; the time of the report is
when the looks of that report had ended.  A look counts for the hour in which it ended.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

MINUTE_US = 60_000_000
Calendar = Callable[[int], tuple[str, int]]  # a time to its day and hour
# Health and Safety Executive, "Working with display screen equipment", INDG36: a break
# of 5 to 10 minutes every hour.  A shorter pause ends no stretch of viewing.
BREAK_MINUTES = 5
SOON_MINUTES = 10  # before a break is due, and 30 before the day's hours are used up
SOON_CAP_MINUTES = 30
NO_CODE = "not graded"


@dataclass(frozen=True, slots=True)
class Glance:
    """One look: what, at which level, for how long, and when it was reported."""

    medium: str
    level: str
    milliseconds: int
    at_us: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger: different media and seconds, in one hour of one day."""

    day: str
    hour: int
    code: str
    level: str
    media: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time at media without a break in it."""

    start_us: int
    end_us: int

    @property
    def minutes(self) -> float:
        """How long it is."""
        return (self.end_us - self.start_us) / MINUTE_US


def ledger(
    glances: Iterable[Glance], codes: Mapping[str, str], calendar: Calendar
) -> list[Line]:
    """Count media and seconds by day, hour, category and level.

    ``codes`` are the categories of media as far as they are known by now.
    """
    media: dict[tuple[str, int, str, str], set[str]] = defaultdict(set)
    lengths: dict[tuple[str, int, str, str], int] = defaultdict(int)
    for one in glances:
        code = codes.get(one.medium, NO_CODE)
        key = (*calendar(one.at_us), code, one.level)
        media[key].add(one.medium)
        lengths[key] += one.milliseconds
    return [Line(*key, len(media[key]), lengths[key] / 1000) for key in sorted(media)]


@dataclass(frozen=True, slots=True)
class Day:
    """Different media and seconds of one day; minutes at media with short pauses."""

    day: str
    media: int
    seconds: float
    minutes: float


def by_day(glances: Sequence[Glance], calendar: Calendar) -> list[Day]:
    """Sum the days up; a stretch over midnight belongs to the day it ended on."""
    media: dict[str, set[str]] = defaultdict(set)
    lengths: dict[str, int] = defaultdict(int)
    for one in glances:
        day, _ = calendar(one.at_us)
        media[day].add(one.medium)
        lengths[day] += one.milliseconds
    minutes: dict[str, float] = defaultdict(float)
    for stretch in stretches(glances):
        minutes[calendar(stretch.end_us)[0]] += stretch.minutes
    return [
        Day(day, len(media[day]), lengths[day] / 1000, round(minutes[day], 1))
        for day in sorted(media)
    ]


def stretches(glances: Sequence[Glance]) -> list[Stretch]:
    """Give the times at media, parted by breaks; in order of time.

    The looks of one report followed one another and ended when it came.
    """
    reports: dict[int, int] = defaultdict(int)
    for one in glances:
        reports[one.at_us] += one.milliseconds
    spans = sorted((end - 1000 * length, end) for end, length in reports.items())
    found: list[Stretch] = []
    for start, end in spans:
        last = found[-1] if found else None
        if last and start - last.end_us < BREAK_MINUTES * MINUTE_US:
            found[-1] = Stretch(last.start_us, max(last.end_us, end))
        else:
            found.append(Stretch(start, end))
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person is in their day: minutes since the last break, and today."""

    minutes: float  # at media since the last break; 0 on a break
    today: float  # minutes at media today
    break_after: float  # minutes
    cap: float  # minutes

    @property
    def signs(self) -> list[str]:
        """What is told, gently: nothing, until it is near."""
        told = []
        if self.minutes >= self.break_after - SOON_MINUTES:
            due = ": a break is due" if self.minutes >= self.break_after else ""
            told.append(
                f"{self.minutes:.0f} minutes of viewing since your last break{due}"
            )
        if self.today >= self.cap - SOON_CAP_MINUTES:
            hours = f"{self.today / 60:.1f} of {self.cap / 60:g} hours of viewing today"
            told.append(hours)
        return told


def standing(
    glances: Sequence[Glance],
    now_us: int,
    midnight_us: int,
    *,
    break_after: float,
    cap: float,
) -> Standing:
    """Count the minutes at media since the last break, and today.

    ``break_after`` and ``cap`` are minutes.  Short pauses count as viewing: who takes
    notes between two media is not on a break.
    """
    found = stretches(glances)
    last = found[-1] if found else None
    on = last is not None and now_us - last.end_us < BREAK_MINUTES * MINUTE_US
    minutes = last.minutes if last is not None and on else 0.0
    spent = sum(max(0, one.end_us - max(one.start_us, midnight_us)) for one in found)
    return Standing(minutes, spent / MINUTE_US, break_after, cap)

"""It was before somebody's eyes: that is counted, for them alone."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from iwflab.domain.categories import derive
from iwflab.domain.exposure import Glance, by_day, ledger, standing
from iwflab.domain.settings import Settings
from iwflab.schemes import scheme_named
from iwflab.store import Store
from iwflab.store.looking import shown_to
from iwflab.store.reading import records, some_media

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
SCHEME = "uk_2014"
MOST_DAYS = 92


def of_person(
    store: Store,
    settings: Settings,
    analyst: str,
    *,
    days: int,
    known: Collection[str] | None,
) -> dict[str, Any]:
    """Give the ledger of one person, and where they are in their day.

    ``known`` are the media whose records this person may see, None for all: the
    category of others is not told by way of the ledger either.
    """
    glances = _glances(store, analyst, min(days, MOST_DAYS))
    media = dict.fromkeys(one.medium for one in glances)
    codes = _codes(store, [m for m in media if known is None or m in known])
    return {
        "analyst": analyst,
        "scheme": SCHEME,
        "lines": [asdict(line) for line in ledger(glances, codes, _calendar)],
        "days": [asdict(day) for day in by_day(glances, _calendar)],
        **_signs(store, settings, glances),
    }


def signs_of(store: Store, settings: Settings, analyst: str) -> dict[str, Any]:
    """Give where a person is in their day, without the ledger."""
    return _signs(store, settings, _glances(store, analyst, 1))


def _glances(store: Store, analyst: str, days: int) -> list[Glance]:
    rows = shown_to(store, analyst, since=store.clock() - days * DAY_US)
    return [
        Glance(row["medium"], row["level"], row["milliseconds"], row["at_us"])
        for row in rows
    ]


def _signs(
    store: Store, settings: Settings, glances: Sequence[Glance]
) -> dict[str, Any]:
    now = store.clock()
    today = _local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    found = standing(
        glances,
        now,
        int(today.timestamp() * SECOND_US),
        break_after=settings.break_after_minutes,
        cap=settings.daily_cap_hours * 60,
    )
    return {**asdict(found), "signs": found.signs}


def _local(at_us: int) -> datetime:
    """Give a time as the clocks of this machine show it: a day is a working day."""
    return datetime.fromtimestamp(at_us / SECOND_US).astimezone()


def _calendar(at_us: int) -> tuple[str, int]:
    when = _local(at_us)
    return f"{when:%Y-%m-%d}", when.hour


def _codes(store: Store, media: list[str]) -> dict[str, str]:
    """Derive what is known of the media by now."""
    scheme = scheme_named(SCHEME)
    found = records(store, some_media(store, media))
    return {medium: derive(scheme, record).code for medium, record in found.items()}

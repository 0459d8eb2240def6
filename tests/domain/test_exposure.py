"""The ledger of one person, and the count of minutes since their last break."""

import pytest

from iwflab.domain.exposure import (
    MINUTE_US,
    NO_CODE,
    Day,
    Glance,
    Line,
    by_day,
    ledger,
    standing,
    stretches,
)

HOUR_US = 60 * MINUTE_US
LIMITS = {"break_after": 60, "cap": 240}


def calendar(at_us):
    hours = at_us // HOUR_US
    return f"day {hours // 24}", hours % 24


def glance(minute, seconds=10, medium="m1", level="shielded"):
    return Glance(medium, level, seconds * 1000, int(minute * MINUTE_US))


def test_the_ledger_counts_media_and_seconds_by_hour_category_and_level():
    seen = [
        glance(5, 10),
        glance(6, 20),
        glance(7, 2, level="full"),
        glance(59, 4, "m2"),
        glance(61, 5, "m2"),
        glance(24 * 60 + 1, 6, "m3", "lens"),
    ]

    assert ledger(seen, {"m1": "C", "m3": "none"}, calendar) == [
        Line("day 0", 0, "C", "full", 1, 2.0),
        Line("day 0", 0, "C", "shielded", 1, 30.0),
        Line("day 0", 0, NO_CODE, "shielded", 1, 4.0),
        Line("day 0", 1, NO_CODE, "shielded", 1, 5.0),
        Line("day 1", 0, "none", "lens", 1, 6.0),
    ]
    assert by_day(seen, calendar)[0] == Day("day 0", 2, 41.0, pytest.approx(4.3, abs=1))
    assert ledger([], {}, calendar) == by_day([], calendar) == []


def test_every_second_is_in_the_ledger_once():
    seen = [
        glance(n * 0.7, n % 9, f"m{n % 40}", ("full", "lens")[n % 2])
        for n in range(900)
    ]
    lines = ledger(seen, {f"m{n}": "ABC"[n % 3] for n in range(30)}, calendar)

    assert sum(line.seconds for line in lines) == sum(n % 9 for n in range(900))
    assert sum(day.seconds for day in by_day(seen, calendar)) == pytest.approx(
        sum(n % 9 for n in range(900))
    )


@pytest.mark.parametrize(
    ("gap", "parts"), [(4.9, 1), (5.0, 2), (5.1, 2)], ids=["pause", "break", "longer"]
)
def test_five_minutes_without_a_medium_are_a_break(gap, parts):
    seen = [glance(10, 60), glance(11 + gap, 60)]  # the second began at 10 + gap

    assert len(stretches(seen)) == parts


def test_looks_of_one_report_follow_one_another():
    seen = [glance(10, 120), glance(10, 180, level="full")]

    (found,) = stretches(seen)
    assert found.minutes == 5


def test_minutes_count_since_the_last_break_and_over_the_day():
    seen = [glance(minute, 60) for minute in range(1, 53)]  # 52 minutes
    seen += [glance(minute, 60) for minute in range(61, 81)]  # after a break: 20

    found = standing(seen, 81 * MINUTE_US, 0, **LIMITS)
    assert (found.minutes, found.today) == (20, 72)
    assert found.signs == []
    on_a_break = standing(seen, 85 * MINUTE_US, 0, **LIMITS)
    assert (on_a_break.minutes, on_a_break.today) == (0, 72)
    after_midnight = standing(seen, 81 * MINUTE_US, 70 * MINUTE_US, **LIMITS)
    assert (after_midnight.minutes, after_midnight.today) == (20, 10)
    assert standing([], 0, 0, **LIMITS).minutes == 0


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (49, []),
        (50, ["50 minutes of viewing since your last break"]),
        (65, ["65 minutes of viewing since your last break: a break is due"]),
    ],
)
def test_signs_are_gentle_and_come_only_when_it_is_near(minutes, told):
    seen = [glance(minute, 60) for minute in range(1, minutes + 1)]

    assert standing(seen, minutes * MINUTE_US, 0, **LIMITS).signs == told


def test_the_cap_of_the_day_is_told_half_an_hour_before():
    """Six stretches of 36 minutes with breaks between: 3.6 hours, none of them long."""
    seen = [
        glance(50 * part + minute, 60) for part in range(6) for minute in range(1, 37)
    ]

    found = standing(seen, (50 * 5 + 36) * MINUTE_US, 0, **LIMITS)
    assert found.signs == ["3.6 of 4 hours of viewing today"]

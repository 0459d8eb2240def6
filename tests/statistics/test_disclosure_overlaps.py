"""Coverages that have days in common: a quarter and its months, all and the girls."""

from dataclasses import replace

import pytest

from iwflab.statistics.disclosure import (
    Outcome,
    Release,
    check_release,
    counts_of,
    entry,
    profile,
    protect,
    weigh,
)
from iwflab.statistics.disclosure.coverages import extent_of, meet
from iwflab.statistics.queries.query import Query
from iwflab.statistics.queries.telling import coverage_of
from iwflab.statistics.reports.counting import counted_in
from iwflab.statistics.reports.monthly.wanted import Detail, apart, linked
from iwflab.statistics.reports.periods import period_of

from .drawn_month import MONTH, drawn_frames

PARTNER = replace(profile("partner"), one_series_percent=0, width_percent=0)


def _release(coverage, numbers, *, cut="2026-11-05", unit="content", name="age"):
    inner = {(f"a{at}",): n for at, n in enumerate(numbers)}
    counts = counts_of(
        inner,
        name=f"{name} {coverage}",
        unit=unit,
        coverage=coverage,
        names=["age"],
        levels=[[level for (level,) in inner]],
    )
    done = entry(protect(counts, PARTNER), PARTNER)
    return Release(f"R {coverage}", cut, (done,))


def test_a_quarter_beside_its_months_is_for_a_person():
    """August hides two; the quarter less September and October is two."""
    august = _release("items 2026-08", [2, 9, 40], cut="2026-09-05")
    assert august.entries[0].published.withheld == (("a0",), ("a1",))
    left = [
        august,
        _release("items 2026-09", [20, 30, 40], cut="2026-10-05"),
        _release("items 2026-10", [30, 40, 50]),
    ]
    for at, one in enumerate(left):
        assert weigh(one, left[:at])[0].outcome is Outcome.PASS
    quarter = _release("items 2026-08_2026-10", [52, 79, 130])
    (verdict,) = weigh(quarter, left)

    assert verdict.outcome is Outcome.REVIEW
    assert "'items 2026-08' of R items 2026-08" in verdict.reason
    assert check_release(quarter, left, PARTNER)[0].outcome is Outcome.REVIEW
    # The other way round, and in one release, it is the same.
    assert weigh(august, [quarter])[0].outcome is Outcome.REVIEW
    both = replace(quarter, entries=(*quarter.entries, *left[1].entries))
    assert {one.outcome for one in weigh(both, [])} == {Outcome.REVIEW}


def test_what_left_beside_its_neighbour_is_not_asked_about_again():
    """October leaves once more with November, to be compared: the quarter is known."""
    quarter = _release("items 2026-08_2026-10", [52, 79, 130])
    october = _release("items 2026-10", [30, 40, 50])
    again = replace(october, name="November")

    assert weigh(again, [quarter])[0].outcome is Outcome.REVIEW
    assert weigh(again, [quarter, october])[0].outcome is Outcome.PASS
    finer = _release("items 2026-10", [30, 20, 20, 50])
    assert weigh(finer, [quarter, october])[0].outcome is Outcome.REVIEW


def test_what_grows_month_by_month_is_linked_to_itself():
    before = _release("released up to 2026-09", [100, 40], unit="medium")
    after = _release("released up to 2026-11", [103, 40], unit="medium")
    assert weigh(after, [before])[0].outcome is Outcome.REVIEW
    inside = _release("released 2026-11", [103, 40], unit="medium")
    assert weigh(inside, [before])[0].outcome is Outcome.PASS


def test_of_a_report_and_a_query_in_one_release_the_query_is_asked_about():
    report = _release("items under uk_2014 2026-10", [30, 40, 50])
    query = _release("signed off from 2026-10-01 to 2026-10-31", [30, 41, 50])
    both = replace(report, entries=(*report.entries, *query.entries))
    outcomes = [one.outcome for one in weigh(both, [])]
    assert outcomes == [Outcome.PASS, Outcome.REVIEW]
    # Where the query left before, the report is the one that comes to it.
    assert weigh(report, [query])[0].outcome is Outcome.REVIEW


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("items 2026-10", "items 2026-10", False),
        ("items 2026-09", "items 2026-10", False),
        ("items 2026-08_2026-10", "items 2026-10_2026-12", True),
        ("items 2026-10", "assessed 2026-09_2026-10", False),
        ("released up to 2026-09", "released up to 2026-10", True),
        ("released 2026-10", "released up to 2026-09", False),
        ("2026-10", "2026-09_2026-10", True),
        ("signed off", "signed off until 2026-10-31", True),
        ("signed off until 2026-10-31", "signed off until 2026-11-30", True),
        ("signed off until 2026-10-31", "signed off from 2026-11-01", False),
        ("signed off", "signed off; sex: girl", True),
        ("signed off; sex: boy", "signed off; sex: girl", False),
        ("signed off; sex: boy, girl", "signed off; sex: girl", True),
        ("signed off; sex: boy", "signed off; code: A", True),
        ("signed off; sex: boy", "signed off; kept", True),
        ("signed off; tag:commercial: absent", "signed off; sex: boy", True),
        ("items 2026-10", "signed off", True),
        ("items 2026-10", "signed off from 2026-11-01", False),
        ("items 2026-10", "another population", False),
        ("items under uk_2014 2026-10", "items under iccam 2026-10", True),
        ("items under uk_2014 2026-09", "items under iccam 2026-10", False),
        ("items under uk_2014 2026-10", "items 2026-10", False),
        ("of the press", "another population", False),
    ],
)
def test_coverages_that_may_count_the_same(one, other, expected):
    assert meet(one, other) is expected
    assert meet(other, one) is expected


def test_other_units_are_other_counts():
    quarter = _release("items 2026-08_2026-10", [52, 79, 130], unit="medium")
    assert (
        weigh(quarter, [_release("items 2026-10", [9, 9])])[0].outcome is Outcome.PASS
    )


def test_every_coverage_of_a_report_and_of_a_query_is_read():
    frames = drawn_frames(1)
    period = period_of(*MONTH)
    counted = counted_in(frames, period)
    asked = [
        *linked(frames, counted, Detail()),
        *apart(frames, counted, Detail(), profile("partner")),
    ]
    texts = {counts.coverage for one in asked for counts in one.options}
    assert len(texts) >= 6
    for text in texts:
        assert extent_of(text).last == "2026-03-31", text
    for period, first, last in [
        (("", ""), "", "9999-12-31"),
        (("2026-01-05", ""), "2026-01-05", "9999-12-31"),
        (("", "2026-01-05"), "", "2026-01-05"),
        (("2026-01-05", "2026-02-06"), "2026-01-05", "2026-02-06"),
    ]:
        kept = {"sex": ("girl", "boy"), "tag:commercial": ("absent",)}
        query = Query("medium", "code", period=period, filters=kept)
        found = extent_of(coverage_of(query))
        assert (found.first, found.last) == (first, last)
        assert {side: {*levels} for side, levels in found.kept.items()} == {
            side: {*levels} for side, levels in kept.items()
        }

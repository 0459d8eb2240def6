"""Saved questions as further tables of a report: protected with it, and judged."""

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from iwflab.errors import BadInput
from iwflab.statistics.disclosure import Outcome, check_release
from iwflab.statistics.queries import Query, answer
from iwflab.statistics.reports import REPORTS, written
from iwflab.statistics.reports.further import NAME, with_questions
from tests.statistics.drawn_frames import frames

DAYS = ("2026-01-01", "2026-01-31")
TOLD = {"organisation": "a", "contact": "b", "next_release": "c", "cut": "2026-03-01"}
TOLD |= {"scheme": "uk_2014", "scheme_version": "1"}
# The report's own tables know nothing of these sides.
APART = Query("child_appearance", "pubertal", "skin_tone", period=DAYS)
SHARED = Query("child_appearance", "age_band", "sex", period=DAYS)


@cache
def counted():
    """Drawn frames, with two more sides of children: few are of some of their levels."""
    rng, made = np.random.default_rng(3), dict(frames(300))
    shares = {"face_visible": [0.6, 0.36, 0.04], "skin_tone": [0.5, 0.45, 0.05]}
    for name, share in shares.items():
        codes = rng.choice(3, len(made["children"]), p=share)
        levels = ["plainly", "in part", "unclear"]
        drawn = pd.Categorical.from_codes(codes, levels)
        made["children"] = made["children"].assign(**{name: drawn})
    return made


@cache
def plain(profile):
    period = ("2026-01", "2026-01")
    return REPORTS["monthly"].compose(
        counted(), period=period, profile=profile, told=TOLD
    )


def made(profile, *questions):
    named = [(f"Q{at}", one) for at, one in enumerate(questions, start=1)]
    return with_questions(plain(profile), counted(), named)


def test_without_questions_the_report_is_what_it_was():
    assert with_questions(plain("internal"), counted(), []) is plain("internal")


def test_a_question_is_the_last_part_with_base_note_unit_and_chart():
    report = made("internal", replace(SHARED, pct="cols"))
    *before, last = report.sections
    (table,) = last.tables
    asked = {"period": DAYS, "pct": "cols", "profile": "internal"}
    found = answer(counted(), replace(SHARED, **asked))
    inner = found.counts.cells

    assert tuple(before) == plain("internal").sections
    assert last.name == NAME
    assert table.unit == "child_appearance"
    assert "age band and sex, January 2026 (question Q1)" in table.title
    assert table.notes[0] == f"Base: {found.base}; {found.coverage}."
    assert "no count of victims" in table.notes[1]
    assert "% of column" in table.columns[-1]
    assert table.rows[-1][1 : 1 + 4] == tuple(
        inner["all", sex] for sex in ("girl", "boy", "unidentified", "all")
    )
    assert sum(row[5] for row in table.rows[:-1]) in range(97, 104)
    assert [chart.name for chart in last.charts] == [table.name]
    assert report.entries[-1].published.coverage == found.coverage
    assert "(question Q1)" in written(report, "html").decode()
    assert b"further_1" in written(report, "csv")


def test_questions_are_protected_together_and_hold_with_the_report():
    """The second question shares its margins with the first one."""
    narrower = replace(APART, cols="face_visible")
    report = made("partner", APART, narrower)
    first, second = report.entries[-2:]
    shared = [(level, "all") for level in first.published.levels[0]]

    assert first.published.withheld
    assert [first.published.cells[key].text for key in shared] == [
        second.published.cells[key].text for key in shared
    ]
    verdict, leaks = check_release(report.release, [], report.profile)
    assert (verdict.outcome, len(leaks)) == (Outcome.PASS, 0)
    assert dict(report.verdicts)["question Q1 2026-01"].outcome is Outcome.PASS
    text = written(report, "csv").decode()
    for key in first.small:
        row, col = (level.replace("_", " ") for level in key)
        line = rf"further_1,child_appearance,{re.escape(row)},{re.escape(col)},(.*)"
        (shown,) = re.findall(line, text)
        assert shown == ",[c]"


def test_one_that_is_split_like_a_table_that_hides_is_for_review():
    report = made("partner", SHARED)
    assert any(one.published.withheld for one in plain("partner").entries)
    verdict = dict(report.verdicts)["question Q1 2026-01"]

    assert verdict.outcome is Outcome.REVIEW
    assert "tables by age band" in verdict.reason
    assert report.entries[-1].verdict == verdict  # what the ledger weighs


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (replace(APART, period=("", "")), "no days"),
        (replace(APART, period=("2026-01-01", "2026-01-30")), "2026-01-30"),
        (replace(APART, compare=("2025-12-01", "2025-12-31")), "compares"),
        (replace(APART, rows="no_such_side"), "cannot be counted by"),
    ],
)
def test_a_question_that_does_not_fit_is_refused_with_advice(query, said):
    with pytest.raises(BadInput, match=said) as refused:
        made("internal", query)
    assert refused.value.advice


def test_one_name_twice_is_refused():
    with pytest.raises(BadInput, match=r"two tables|one name"):
        with_questions(plain("internal"), counted(), [("Q", APART), ("Q", SHARED)])

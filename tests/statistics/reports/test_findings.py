"""What a report states: only what is proven, and no nought of what was not counted."""

from dataclasses import replace

import pandas as pd
import pytest

from iwflab.errors import BadInput
from iwflab.statistics.disclosure import ALL, Published
from iwflab.statistics.disclosure.releases import NOT_SAID
from iwflab.statistics.disclosure.tables import Shown
from iwflab.statistics.reports import FORMS, tabling, written
from iwflab.statistics.reports.counting import UNKNOWN
from iwflab.statistics.reports.monthly import compose
from iwflab.statistics.reports.monthly.sections import _moved
from iwflab.statistics.reports.monthly.severity import by_severity
from iwflab.statistics.reports.monthly.writing import Writer
from iwflab.statistics.reports.periods import period_of
from iwflab.statistics.reports.releasing import EMPTY, TOO_SMALL, Kept


def test_the_finding_is_stated_only_where_what_is_shown_proves_it():
    def shown(*values, total):
        cells = {
            (level,): Shown(value, value or 0, total if value is None else value)
            for level, value in zip("abc", values, strict=True)
        }
        cells["all",] = Shown(total, total, total)
        return Published("n", "content", "c", "p", ("x",), (("a", "b", "c"),), cells)

    def said(one):
        month = period_of("2026-10", "2026-10")
        return tabling.finding(one, of="Sex", words={}, period=month)

    assert "the largest group is a, 60%" in said(shown(60, 30, 10, total=100))
    assert "largest" not in said(shown(40, 40, 20, total=100))
    assert "largest" not in said(shown(45, None, None, total=100))  # 55 are hidden
    assert "largest group is a" in said(shown(60, None, None, total=100))
    near = shown(60, 50, 10, total=120)
    at_random = {
        key: Shown(c.value, c.value - 9, c.value + 9) for key, c in near.cells.items()
    }
    assert "largest group is a" in said(near)
    assert "largest" not in said(replace(near, cells=at_random))  # 51, and 59


def test_no_part_says_where_the_share_is_largest_if_a_withheld_one_could_be_larger():
    def stated(first, second, third):
        rows, cells = ("7-10", "11-13", "14-17"), {}
        for row, part in zip(rows, (first, second, third), strict=True):
            hidden = Shown(None, 0, 600)
            cells[row, "A"] = hidden if part is None else Shown(part, part, part)
            cells[row, "B"] = (
                hidden if part is None else Shown(100 - part, 100 - part, 100 - part)
            )
            cells[row, ALL] = Shown(100, 100, 100)
        for column in ("A", "B", ALL):
            cells[ALL, column] = Shown(None, 0, 600)
        levels = (rows, ("A", "B"))
        one = Published(
            "n", "content", "c", "p", ("age band", "category"), levels, cells
        )
        month = period_of("2026-10", "2026-10")
        told = {"severity_by_age": Kept("severity_by_age", NOT_SAID, one)}
        return by_severity(Writer(told, {}, month)).title

    assert (
        stated(40, 30, 20)
        == "By age band, category A has its largest share at 7-10: 40%"
    )
    assert stated(40, None, 20) == "Severity by age band, October 2026"
    assert stated(40, 40, 20) == "Severity by age band, October 2026"


def test_a_lab_with_nothing_says_so_and_prints_no_noughts(example):
    frames, asked = example
    empty = {name: frame.iloc[:0] for name, frame in frames.items()}
    del empty["released"], empty["sightings"]
    report = compose(empty, **asked)

    for section in report.sections:
        assert section.absent.startswith("not collected: "), section.name
    by_name = {section.name: section.absent for section in report.sections}
    assert "nothing was released" in by_name["hashes"]
    assert by_name["severity"] == f"not collected: {EMPTY}"
    assert not report.entries
    for form in FORMS:
        assert written(report, form), form


def test_none_found_is_not_called_not_collected(example):
    """Every record says what it is under section 62, and none is prohibited."""
    frames, asked = example
    media = frames["media"].assign(prohibited="none")
    report = compose({**frames, "media": media}, **asked)
    (said,) = [one.absent for one in report.sections if one.name == "prohibited"]

    assert said == "none found: no item of this period is prohibited or undetermined"


@pytest.mark.parametrize("said", ["", "no"])
def test_an_unfinished_month_is_not_final(example, said):
    frames, asked = example
    told = {**asked["told"], "provisional": said}
    compose(frames, **{**asked, "told": told})  # October is over
    with pytest.raises(BadInput, match="its figures are not final") as refused:
        compose(frames, **{**asked, "period": ("2026-10", "2026-11"), "told": told})
    assert "provisional" in refused.value.advice


@pytest.mark.parametrize("day", ["2020-01-01", "2026-11-01"])
def test_the_next_release_is_after_the_data(example, day):
    frames, asked = example
    told = {**asked["told"], "next_release": day}
    with pytest.raises(BadInput, match="next release"):
        compose(frames, **{**asked, "told": told})


PARTS = ("severity", "age", "sex", "severity_by_victim", "children", "kinds")


def _of_no_category(example, name):
    frames, asked = example
    codes = frames["media"]["code"].cat.categories
    media = frames["media"].assign(code=pd.Categorical(["none"] * 600, codes))
    report = compose({**frames, "media": media}, **{**asked, "profile": name})
    for table in report.tables:
        assert any(type(cell) is int and cell for row in table.rows for cell in row)
    return {section.name: section for section in report.sections}


@pytest.mark.parametrize("name", ["partner", "internal"])
def test_a_month_in_which_nothing_is_in_a_category_prints_no_table_of_noughts(
    example, name
):
    """It was assessed, and that is shown; severity, age and the rest count nothing."""
    found = _of_no_category(example, name)

    assert any(table.name == "outcome" for table in found["arrivals"].tables)
    assert {found[part].absent for part in PARTS} == {f"not collected: {EMPTY}"}


def test_that_nothing_is_in_a_category_is_not_told_where_the_outcome_is_withheld(
    example,
):
    """All assessed is of one kind, which the cautious profile hides."""
    found = _of_no_category(example, "cautious")

    assert not any(table.name == "outcome" for table in found["arrivals"].tables)
    assert {found[part].absent for part in PARTS} == {f"withheld: {TOO_SMALL}"}


def test_what_every_child_moves_is_said_only_where_a_shown_share_moves():
    def one(*values):
        cells = {
            (band,): Shown(value, value or 0, 100 if value is None else value)
            for band, value in zip(("3-6", "7-10", UNKNOWN), values, strict=True)
        }
        cells[ALL,] = Shown(100, 100, 100)
        levels = (("3-6", "7-10", UNKNOWN),)
        return Published("n", "content", "c", "p", ("age band",), levels, cells)

    same = "Age of every child, and of the youngest only"
    moved = "Counting every child, the share of {} among known ages {}".format
    assert _moved(one(20, 30, 50), one(20, 30, 50)) == same
    assert _moved(one(None, None, 50), one(20, 30, 50)) == same
    assert _moved(one(20, 30, 50), one(20, 30, None)) == same
    # Half of the items without a child row, and no second child: no share has moved.
    assert _moved(one(60, 40, 0), one(30, 20, 50)) == same
    assert _moved(one(20, 45, 35), one(30, 35, 35)) in {
        moved("7-10", "rises"),
        moved("3-6", "falls"),
    }
    assert _moved(one(20, 80, 0), one(20, 20, 60)) in {
        moved("3-6", "falls"),
        moved("7-10", "rises"),
    }
    near, far = one(40, 60, 0), one(30, 70, 0)
    assert _moved(near, far) in {moved("3-6", "rises"), moved("7-10", "falls")}
    at_random = {
        key: Shown(c.value, c.value - 9, c.value + 9) for key, c in near.cells.items()
    }
    assert _moved(replace(near, cells=at_random), far) == same

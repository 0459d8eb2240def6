"""What a report holds: only what may leave, and a reason where there is nothing."""

from dataclasses import replace

import pandas as pd
import pytest

from iwflab.errors import BadInput
from iwflab.statistics.disclosure import (
    Outcome,
    Published,
    Release,
    check_release,
    entry,
    profile,
    protect,
    weigh,
)
from iwflab.statistics.disclosure.tables import Shown
from iwflab.statistics.reports import REPORTS, Chart, Section, Table, tabling
from iwflab.statistics.reports.counting import counted_in
from iwflab.statistics.reports.model import SYMBOLS, Bar
from iwflab.statistics.reports.monthly import compose, protected
from iwflab.statistics.reports.monthly.wanted import Detail, linked, merged
from iwflab.statistics.reports.periods import Period, period_of
from iwflab.statistics.reports.tabling import About

THIRTEEN = (
    *("arrivals", "severity", "age", "sex", "severity_by_victim", "types", "children"),
    *("prohibited", "hashes", "kinds", "hosting", "quality"),
)


def counts_in(table):
    return [
        cell
        for row in table.rows
        for cell, column in zip(row, table.columns, strict=True)
        if not isinstance(cell, str) and "percent" not in column and "%" not in column
    ]


def test_the_monthly_report_has_its_parts_and_the_last_is_the_standards(report):
    assert tuple(section.name for section in report.sections) == THIRTEEN
    heads = [head for head, _ in report.standards]
    assert {"Methods", "Definitions", "Disclosure control"} <= set(heads)
    assert any("provisional" in text for _, texts in report.standards for text in texts)


def test_every_number_is_one_that_was_published(report):
    """Counts are cells of an entry; limits follow from them; the rest are shares."""
    shown = {
        cell.value
        for one in report.entries
        for cell in one.published.cells.values()
        if cell.value is not None
    }
    for table in report.tables:
        if table.interval:  # limits of a shown total
            assert {row[1] for row in table.rows} <= shown | {"[c]"}
            continue
        assert set(counts_in(table)) <= shown, table.name
    for section in report.sections:
        for chart in section.charts:
            values = {bar.value for bar in chart.bars if bar.value is not None}
            assert values <= shown, chart.name


def test_a_cell_that_is_withheld_is_nowhere_a_number(report):
    for one in report.entries:
        hidden = one.published.withheld
        if len(one.published.names) == 1 and hidden:
            name, period = one.published.name.rsplit(" ", 1)
            at = 1 if period == report.period.code else 3  # the period before beside it
            for table in (t for t in report.tables if t.name == name):
                texts = {str(row[0]): row[at] for row in table.rows}
                for (level,) in hidden:
                    said = [v for k, v in texts.items() if k.endswith(level)]
                    assert said == ["[c]"], (table.name, level)
    for section in report.sections:
        for chart in section.charts:
            assert all((b.value is None) == (b.text == "[c]") for b in chart.bars)


def test_what_is_withheld_under_the_cautious_profile_is_said_and_is_no_nought(made):
    report = made("cautious")
    hidden = [one for one in report.entries if one.published.withheld]
    assert hidden
    cells = [cell for t in report.tables for row in t.rows for cell in row]
    assert cells.count("[c]") > 10
    children = next(s for s in report.sections if s.name == "children")
    assert children.absent.startswith("withheld: ")
    assert not children.tables


def test_the_tables_hold_together(report):
    found, leaks = check_release(report.release, [], report.profile)

    assert found.outcome is Outcome.PASS, leaks
    assert len({one.published.name for one in report.entries}) == len(report.entries)


def test_a_table_alone_would_have_told_what_the_report_hides(example):
    """The joint check has work to do: plain protection of each table does fail it."""
    from iwflab.statistics.disclosure import Release, entry, protect
    from iwflab.statistics.reports.counting import counted_in
    from iwflab.statistics.reports.monthly.wanted import Detail, linked

    frames, _ = example
    rule = profile("cautious")
    counted = counted_in(frames, period_of("2026-10", "2026-10"))
    asked = linked(frames, counted, Detail())
    alone = [protect(one.options[0], rule) for one in asked if one.options]
    entries = [entry(one, rule) for one in alone if one.published]
    found, _ = check_release(Release("x", "2026-11-05", tuple(entries)), [], rule)

    assert found.outcome is Outcome.FAIL


def test_shares_are_made_from_the_numbers_that_are_shown(made):
    report = made("public_national")
    table = next(t for t in report.tables if t.name == "severity")
    total = table.rows[-1][1]
    assert total % 10 == 0
    for _, number, percent in table.rows:
        assert number % 10 == 0
        assert percent == int(100 * number / total + 0.5)


def test_the_change_is_the_difference_of_the_shares_beside_it(made):
    table = next(t for t in made("partner").tables if t.name == "age")
    assert table.columns[-1] == "change in percentage points"
    for _, _, now, _, before, change in table.rows:
        assert change == now - before


def test_a_census_share_has_no_interval_and_limits_say_what_they_describe(report):
    for table in report.tables:
        limits = {"lower limit", "upper limit"} & set(table.columns)
        assert bool(limits) == bool(table.interval)
        if limits:
            assert "variation from one period to another" in table.title_line


def test_without_the_earlier_month_there_is_no_comparison(example):
    frames, asked = example
    late = frames["media"]["signed_on"] >= pd.Timestamp("2026-10-01")
    frames = {**frames, "media": frames["media"][late]}
    report = compose(frames, **asked)
    age = next(s for s in report.sections if s.name == "age")

    assert any("September 2026 is not beside it" in note for note in age.notes) or any(
        "[z]" in row for row in age.tables[0].rows
    )


def test_the_month_before_is_protected_as_in_its_own_report(made, example):
    frames, asked = example
    own = compose(frames, **{**asked, "period": ("2026-09", "2026-09")})
    here = {
        one.published.name: one.published for one in made("public_national").entries
    }
    there = {one.published.name: one.published for one in own.entries}

    assert here["age 2026-09"] == there["age 2026-09"]


@pytest.mark.parametrize(
    ("name", "column", "detail", "moved"),
    [
        ("age", "age", Detail(wide_bands=True), ("3-6", "7-10")),
        ("severity", "code", Detail(joined_codes=True), ("C", "B")),
        ("all_children", "age", Detail(wide_bands=True), ("3-6", "7-10")),
    ],
)
def test_merged_levels_are_held_against_the_fine_ones_of_another_cut(
    example, name, column, detail, moved
):
    """The detail is chosen anew for each report; the ledger knows both by its parts."""
    frames, _ = example
    counted = counted_in(frames, period_of("2026-10", "2026-10"))
    frame = "children" if name == "all_children" else "items"
    rows = getattr(counted, frame).copy()
    rows[column] = rows[column].astype(object)
    few = rows.index[rows[column] == moved[0]][:8]
    rows.loc[few, column] = moved[1]
    later = replace(counted, **{frame: rows})
    rule = replace(profile("partner"), one_series_percent=0)

    def made(counted, detail, cut):
        asked = {one.name: one for one in linked(frames, counted, detail)}
        done = protect(asked[name].options[0], rule)
        return Release(cut, cut, (entry(done, rule, coarser=merged(counted)),))

    fine, same = (
        made(counted, Detail(), "2026-11-01"),
        made(counted, detail, "2026-11-09"),
    )
    assert weigh(same, [fine])[0].outcome is Outcome.PASS
    (verdict,) = weigh(made(later, detail, "2026-11-09"), [fine])
    assert verdict.outcome is Outcome.REVIEW  # one of them fell: eight were moved


def test_too_few_are_refused_table_by_table(example):
    frames, asked = example
    few = frames["media"].head(9)["medium"]
    frames = {n: f[f["medium"].isin(few)] for n, f in frames.items()}
    report = compose(frames, **{**asked, "profile": "cautious"})

    absent = {section.name: section.absent for section in report.sections}
    assert absent["severity"].startswith("withheld: ")
    assert not any(section.charts for section in report.sections)
    assert report.entries == () or all(e.published for e in report.entries)


def test_a_near_duplicate_counts_once(example):
    frames, _ = example
    media = frames["media"]
    twins = media.assign(medium="twin " + media["medium"])
    doubled = {**frames, "media": pd.concat([media, twins], ignore_index=True)}
    for name in ("severity", "age", "severity_by_kind"):
        before, after = (
            protected(f, period_of("2026-10", "2026-10"), profile("internal"))[name]
            for f in (frames, doubled)
        )
        assert before.published == after.published


def test_most_severe_youngest_and_undetermined_of_a_content():
    from iwflab.statistics.reports.counting import counted_in

    rows = [
        ("m1", "k1", "C", "7-10"),
        ("m2", "k1", "B", "11-13"),  # B, and the youngest of the other medium
        ("m3", "k2", "C", "unknown"),
        ("m4", "k2", "undetermined", "unknown"),  # may be the most severe
        ("m5", "k3", "A", "16-17"),
        ("m6", "k3", "undetermined", "0-2"),  # nothing is more severe than A
        ("m7", "k4", "none", None),
    ]
    codes = ["none", "C", "B", "A", "undetermined"]
    media = pd.DataFrame(rows, columns=["medium", "content", "code", "youngest"])
    media["code"] = pd.Categorical(media["code"], codes, ordered=True)
    day = pd.Timestamp("2026-10-03")
    media = media.assign(
        series="", kind="picture", counted=True, prohibited="", children=1
    ).assign(arrived_on=day, signed_on=day)
    children = pd.DataFrame(
        [("m1", "k1", "7-10", "girl"), ("m2", "k1", "11-13", "boy")],
        columns=["medium", "content", "age_band", "sex"],
    )
    counted = counted_in(
        {"media": media, "children": children}, period_of("2026-10", "2026-10")
    )
    found = counted.assessed.set_index("content")

    assert found["code"].to_dict() == {
        "k1": "B",
        "k2": "undetermined",
        "k3": "A",
        "k4": "none",
    }
    assert found.loc["k1", ["age", "sex"]].tolist() == ["7-10", "both"]
    assert found.loc["k2", "age"] == "not known"
    assert set(counted.items["content"]) == {"k1", "k2", "k3"}
    assert counted.levels == ("A", "B", "C", "undetermined")


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": ("a", "a")},
        {"rows": ()},
        {"rows": (("x",),)},
        {"rows": (("x", " "),)},
        {"columns": ("a", "lower limit")},
        {"interval": "process"},
        {"unit": "pictures"},
    ],
)
def test_a_table_that_cannot_be_read_is_refused(wrong):
    told = {
        "name": "t",
        "title": "T",
        "unit": "medium",
        "columns": ("a", "n"),
        "rows": (("x", 1),),
    }
    assert Table(**told).symbols == ()
    with pytest.raises(BadInput):
        Table(**{**told, **wrong})


def test_a_section_shows_something_or_says_why():
    with pytest.raises(BadInput):
        Section("s", "S", "lab")
    with pytest.raises(BadInput):
        Section("s", "S", "lab", absent="not collected: x", charts=(bars(),))


def bars():
    made = (Bar("girls", "A", 4, "4"), Bar("boys", "A", None, "[c]"))
    return Chart("c", "Most are girls", "Unit: content", "number", made)


def test_a_chart_says_all_of_it_in_words():
    text = bars().text

    assert "girls: A 4" in text
    assert "boys: A [c]" in text
    assert SYMBOLS["[c]"] in text


def test_a_share_that_rounds_to_nought_is_low_and_one_of_nothing_does_not_apply():
    cells = {
        ("a",): Shown(1, 1, 1),
        ("b",): Shown(999, 999, 999),
        ("all",): Shown(1000, 1000, 1000),
    }
    one = Published("n", "content", "c", "internal", ("x",), (("a", "b"),), cells)
    table = tabling.shares(one, About("n", "N", "x"))
    none = replace(one, cells=dict.fromkeys(cells, Shown(0, 0, 0)))
    empty = tabling.shares(none, About("n", "N", "x"))

    assert [row[2] for row in table.rows] == ["[low]", 100, 100]
    assert "[low]" in table.explained
    assert [row[2] for row in empty.rows] == ["[z]"] * 3


def test_months():
    two = period_of("2026-01-01", "2026-02-28")

    assert (two.text, two.code) == ("January 2026 to February 2026", "2026-01_2026-02")
    assert two.before == period_of("2025-11", "2025-12")
    assert period_of("2026-03", "2026-03").before.text == "February 2026"
    for wrong in (("2026-10-02", "2026-10"), ("2026-11", "2026-10"), ("x", "2026-10")):
        with pytest.raises(BadInput):
            period_of(*wrong)


def test_a_day_belongs_to_its_month_to_the_last_second():
    times = pd.Series(
        pd.to_datetime(["2026-09-30 23:59:59", "2026-10-31 23:59:59", None])
    )

    assert period_of("2026-10", "2026-10").holds(times).tolist() == [False, True, False]
    assert isinstance(period_of("2026-10", "2026-10"), Period)


@pytest.mark.parametrize("word", ["organisation", "contact", "next_release", "cut"])
def test_a_report_that_is_not_told_what_it_must_say_is_refused(example, word):
    frames, asked = example
    told = {k: v for k, v in asked["told"].items() if k != word}
    with pytest.raises(BadInput, match=word):
        compose(frames, **{**asked, "told": told})


def test_frames_that_lack_a_column_are_refused(example):
    frames, asked = example
    frames = {**frames, "media": frames["media"].drop(columns="signed_on")}
    with pytest.raises(BadInput, match="signed_on"):
        compose(frames, **asked)


def test_a_source_is_named_only_where_it_gave_enough(example):
    frames, asked = example
    some = frames["sightings"]
    rare = some["source"].where(some.index != some.index[3], "one person's name")
    frames = {**frames, "sightings": some.assign(source=rare)}
    report = compose(frames, **asked)
    told = str(report)

    assert "one person's name" not in told
    assert "public" in told


def test_the_frames_are_left_as_they_were(example):
    frames, asked = example
    before = {name: frame.copy() for name, frame in frames.items()}
    compose(frames, **{**asked, "profile": "internal"})
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_the_reports_are_found():
    assert "monthly" in REPORTS
    assert all(kind.title for kind in REPORTS.values())

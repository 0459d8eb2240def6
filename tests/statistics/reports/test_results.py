"""Results with intervals, bases and flags as tables of reports that stay inside."""

import csv
import io
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from iwflab.errors import BadInput
from iwflab.statistics import describe
from iwflab.statistics.disclosure import profile
from iwflab.statistics.reports import Section, written
from iwflab.statistics.reports.results import table_of
from iwflab.statistics.units import reconcile_units, unit_frame
from tests.statistics.drawn_frames import frames

UNIT = "child_appearance"


@pytest.fixture(scope="module")
def drawn():
    return frames(400, series=60)


@pytest.fixture(scope="module")
def children(drawn):
    return unit_frame(drawn, UNIT)


def test_a_frequency_has_number_share_limits_bounds_and_base(children):
    result = describe.freq(children, "age_band", unit=UNIT, cluster="series")
    told = table_of(result, name="age", title="Age", describes="sampling", bounds=True)
    assert told.columns == (
        *("age band", "number", "% of all", "lower limit", "upper limit"),
        *("least %", "most %", "base"),
    )
    assert "sampling error" in told.title_line
    by = result.set_index(["age_band", "measure"])
    for label, number, share, lower, upper, *_, base in told.rows:
        row = by.loc[label, "share_of_all"]
        assert number == by.loc[label, "count"]["estimate"]
        assert share == pytest.approx(100 * row["estimate"], abs=0.0501)
        assert lower == pytest.approx(100 * row["lower"], abs=0.0501)
        assert upper == pytest.approx(100 * row["upper"], abs=0.0501)
        assert base == len(children)
    assert sum(row[1] for row in told.rows) == len(children)


def test_the_base_of_the_known_has_no_share_of_the_unknown(children):
    result = describe.freq(children, "age_band", unit=UNIT)
    told = table_of(result, name="age", title="Age", base="known")
    rows = {row[0]: row for row in told.rows}
    known = len(children) - rows["unknown"][1]
    assert rows["unknown"][2:] == ("[z]", "[z]")
    assert {row[-1] for name, row in rows.items() if name != "unknown"} == {known}
    assert told.interval == ""


def test_two_sides_have_two_headings_a_row(children):
    result = describe.crosstab(children, "age_band", "sex", unit=UNIT)
    told = table_of(result, name="both", title="Both", words={"girl": "girls"})
    assert told.labels == 2
    assert told.columns[:2] == ("age band", "sex")
    assert {row[1] for row in told.rows} >= {"girls", "boy"}


def test_responses_are_a_base_of_their_own(drawn):
    tags = drawn["tags"]
    counted = tags[tags["counted"]]
    result = describe.multi_response(counted, unit="medium", base="responses")
    told = table_of(result, name="tags", title="Tags", base="responses")
    present = [row for row in told.rows if row[1] == "present"]
    assert sum(row[3] for row in present) == pytest.approx(100, abs=0.05 * len(present))


def test_what_is_of_low_reliability_is_named(children):
    few = children[children["series"].isin(sorted(set(children["series"]))[:12])]
    result = describe.freq(few, "age_band", unit=UNIT, cluster="series")
    weak = result[(result["measure"] == "share_of_all") & (result["flag"] == "u")]
    assert len(weak)
    told = table_of(result, name="age", title="Age", describes="sampling")
    assert told.notes == (f"Low reliability: {', '.join(weak['age_band'])}.",)


@pytest.mark.parametrize("base", ["item", ""])
def test_an_unknown_base_is_refused(children, base):
    with pytest.raises(BadInput, match="known"):
        table_of(
            describe.freq(children, "sex", unit=UNIT), name="s", title="S", base=base
        )


def test_limits_have_to_say_what_they_describe(children):
    result = describe.freq(children, "sex", unit=UNIT, cluster="series")
    with pytest.raises(BadInput, match="what its limits describe"):
        table_of(result, name="s", title="S")


def test_a_result_without_groups_is_refused(children):
    result = describe.freq(children, "sex", unit=UNIT)
    with pytest.raises(BadInput, match="no numbers of groups"):
        table_of(result[result["measure"] != "count"], name="s", title="S")
    with pytest.raises(BadInput, match="not a result"):
        table_of(pd.DataFrame({"a": [1]}), name="s", title="S")


def test_a_ladder_of_units_is_written_in_every_form(drawn, made):
    ladder = table_of(reconcile_units(drawn), name="units", title="Units")
    assert ladder.title_line == "Units; unit: that of each row"
    assert {row[-1].split(" (")[0] for row in ladder.rows} >= {"file", "victim"}
    section = Section("units", "Units of this series", "drawn", (ladder,))
    whole = made("partner")
    report = replace(
        whole, profile=profile("internal"), sections=(section,), entries=()
    )
    page = written(report, "html").decode()
    assert "unit: that of each row" in page
    numbers = [row[2] for row in ladder.rows]
    rows = list(csv.DictReader(io.StringIO(written(report, "csv").decode("utf-8-sig"))))
    assert [int(r["value"]) for r in rows] == numbers
    assert [r["unit"] for r in rows] == [row[-1] for row in ladder.rows]
    book = openpyxl.load_workbook(io.BytesIO(written(report, "xlsx")))
    cells = [c.value for sheet in book for row in sheet.iter_rows() for c in row]
    assert [one for one in numbers if one not in cells] == []
    assert written(report, "json")
    assert written(report, "ods")

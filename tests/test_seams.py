"""The seams: what was added in one file is found, and keeps its own examples."""

import pytest

from iwflab.domain.cells import plain_cell, safe_cell
from iwflab.domain.elements import AGE_BANDS
from iwflab.errors import BadInput, NotFound
from iwflab.exchange import FORMATS
from iwflab.links import LINK_KINDS
from iwflab.registry import Registry
from iwflab.schemes import schemes
from iwflab.statistics import STATISTICS
from iwflab.statistics.charts import draw, text_alternative
from iwflab.statistics.reports import REPORTS, written


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_format_gives_back_what_it_wrote(name):
    form = FORMATS[name]

    assert form.load(form.dump(form.example)) == list(form.example)
    assert form.load(form.dump(())) == []


@pytest.mark.parametrize("name", list(FORMATS))
@pytest.mark.parametrize("text", [b"not,a\nlist,x", b"{}", b'{"sha256": 1, "x": 2}'])
def test_a_format_refuses_what_it_did_not_write(name, text):
    with pytest.raises(BadInput) as refused:
        FORMATS[name].load(text)

    assert refused.value.advice


@pytest.mark.parametrize("name", list(LINK_KINDS))
def test_a_link_kind_keeps_its_example_and_is_silent_without_evidence(name):
    kind = LINK_KINDS[name]
    rows, links = kind.example

    assert kind.find(rows) == list(links)
    assert kind.find(list(reversed(rows))) == list(links)
    assert kind.find(()) == []


def _frames(records):
    import pandas as pd

    columns = {
        "media": ["medium", "stage"],
        "children": ["medium", "age_band", "sex"],
        "grades": ["medium", "code"],
    }
    return {n: pd.DataFrame(records.get(n, []), columns=columns[n]) for n in columns}


STATISTIC_EXAMPLES = [
    pytest.param(s, *example, id=f"{s.name}-{example[1]}")
    for s in STATISTICS.values()
    for example in s.examples
]


@pytest.mark.parametrize(("statistic", "frames", "unit", "cells"), STATISTIC_EXAMPLES)
def test_a_statistic_keeps_its_examples(statistic, frames, unit, cells):
    table = statistic.compute(_frames(frames), unit=unit, scheme=schemes()["uk_2014"])
    found = {(*c.row, c.column): c.numerator for c in table.cells if c.numerator}

    assert found == cells
    assert sum(c.numerator for c in table.cells) == table.denominator
    assert all(c.denominator == table.denominator for c in table.cells)
    assert table.unit == unit
    assert table.exclusions
    text = text_alternative(table)
    svg = draw(table)
    assert text in svg.replace("&quot;", '"').replace("&#x27;", "'")
    assert "<script" not in svg
    assert "http" not in svg.replace("http://www.w3.org/", "")


@pytest.mark.parametrize("name", list(STATISTICS))
def test_a_statistic_accepts_an_empty_lab(name):
    table = STATISTICS[name].compute(
        _frames({}), unit="medium", scheme=schemes()["uk_2014"]
    )

    assert table.denominator == 0
    assert draw(table)


@pytest.mark.parametrize("name", list(REPORTS))
def test_a_report_composes_its_example_and_may_be_written(name):
    kind = REPORTS[name]
    frames, asked = kind.example()
    report = kind.compose(frames, **{**asked, "profile": "internal"})

    assert kind.name == name
    assert report.sections
    assert all(one.published for one in report.entries)
    assert all(section.tables or section.absent for section in report.sections)
    assert written(report, "csv") == written(report, "csv")


def test_the_youngest_is_the_youngest_that_is_known():
    records = {
        "media": [{"medium": "m", "stage": "signed_off"}],
        "children": [
            {"medium": "m", "age_band": "11-13", "sex": "boy"},
            {"medium": "m", "age_band": "unknown", "sex": "boy"},
        ],
        "grades": [{"medium": "m", "code": "C"}],
    }
    table = STATISTICS["victims"].compute(
        _frames(records), unit="medium", scheme=schemes()["uk_2014"]
    )

    assert [c.row for c in table.cells if c.numerator] == [("11-13", "boy")]
    assert AGE_BANDS[-1] == "unknown"


def test_a_code_without_a_place_on_the_scale_is_in_the_table_as_undetermined():
    records = {
        "media": [{"medium": "m", "stage": "signed_off"}],
        "children": [{"medium": "m", "age_band": "11-13", "sex": "boy"}],
        "grades": [{"medium": "m", "code": "review"}],
    }
    table = STATISTICS["victims"].compute(
        _frames(records), unit="medium", scheme=schemes()["uk_sap_2007"]
    )

    assert [c.column for c in table.cells if c.numerator] == ["undetermined"]
    assert sum(c.numerator for c in table.cells) == table.denominator == 1


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(NotFound) as missing:
        FORMATS["telex"]

    assert "csv" in missing.value.advice


def test_a_second_thing_of_one_name_is_refused(tmp_path, monkeypatch):
    package = tmp_path / "doubled"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name in ("one", "two"):
        (package / f"{name}.py").write_text(
            "from iwflab.domain.links import LinkKind\n"
            "KIND = LinkKind('same', '', 1, list, ((), ()))\n"
        )
    monkeypatch.syspath_prepend(tmp_path)
    from iwflab.domain.links import LinkKind

    with pytest.raises(BadInput, match="same"):
        len(Registry("doubled", LinkKind))


def test_a_missing_library_is_listed_and_does_not_break_the_house(
    tmp_path, monkeypatch
):
    package = tmp_path / "partly"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "absent.py").write_text(
        "from iwflab.errors import MissingExtra\n"
        "raise MissingExtra('no library', advice='install it')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    from iwflab.domain.links import LinkKind

    registry = Registry("partly", LinkKind)

    assert len(registry) == 0
    assert "install it" in registry.unavailable["absent"]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "＝1", "  =1", "\n=1"],  # noqa: RUF001
)
def test_a_dangerous_cell_is_quoted_and_comes_back(text):
    assert safe_cell(text).startswith("'")
    assert plain_cell(safe_cell(text)) == text


@pytest.mark.parametrize("text", ["", "abc", "'quoted", "1", "a=b"])
def test_a_harmless_cell_is_left_alone(text):
    assert plain_cell(safe_cell(text)) == text

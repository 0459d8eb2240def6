"""A whole report under attack as it was written: the bytes of its page and its CSV.

The attacker reads tables, percentages, changes, the marks, labels and descriptions of
charts, titles and notes (``reading``); what it knows of disclosure is in
``report_attack``.  A number in words (four) is not read.
"""

from dataclasses import replace
from functools import cache

import pytest

from iwflab.statistics.reports import REPORTS, written
from tests.statistics.report_attack import ALL, WITHHELD, recovered

from .reading import loose, read

MONTH = "2026-10"
# In severity by age of the example, under partner: a cell that hides a small one.
HIDDEN, SMALL = ("7-10", "A"), ("7-10", "undetermined")


def read_again(report):
    return read(written(report, "html"), written(report, "csv"), MONTH)


def tables_of(parts):
    return [table for part in parts for table in part.tables]


def widths_of(report):
    """Say which cells are hidden, and how well: asked of the ledger's entries."""
    found = {}
    for one in report.entries:
        for key, width in one.hidden.items():
            pairs = zip(one.published.names, key, strict=True)
            place = frozenset((name, own) for name, own in pairs if own != ALL)
            at = (one.published.unit, one.published.coverage, place)
            found[at] = max(width, found.get(at, 0))
    return found


@cache
def true_numbers():
    frames, asked = REPORTS["monthly"].example()
    report = REPORTS["monthly"].compose(frames, **{**asked, "profile": "internal"})
    return {one.published.name: one.published.cells for one in report.entries}


def in_part(report, name, change):
    parts = [change(one) if one.name == name else one for one in report.sections]
    return replace(report, sections=tuple(parts))


@pytest.mark.parametrize("profile", ["partner", "cautious"])
def test_nothing_is_recovered_from_what_was_written(made, profile):
    report = made(profile)
    parts, widths = read_again(report), widths_of(report)
    tables = tables_of(parts)

    assert loose(parts) == []
    assert recovered(tables, widths) == {}
    assert len(widths) >= 15
    assert sum(len(table.percents) for table in tables) > 100
    assert sum(len(table.labels) for table in tables) > 100


def test_the_reader_misses_no_cell_that_is_shown(made):
    """What is written is what the entries say, read from the page and from the CSV."""
    report = made("partner")
    tables = tables_of(read_again(report))
    for one in report.entries:
        own = [t for t in tables if set(t.axes) == set(one.published.names)]
        own = [t for t in own if t.coverage == one.published.coverage and t.cells]
        assert len(own) >= 2, one.published.name
        for key, cell in one.published.cells.items():
            if one.published.name.startswith("arrived") and key != (ALL,):
                continue  # the kinds of what arrived are not printed
            at = dict(zip(one.published.names, key, strict=True))
            for table in own:
                read_key = tuple(at[axis] for axis in table.axes)
                assert table.cells[read_key] == cell.text


def planted(report, where, text):
    """Write the number of a hidden cell where it may not stand."""

    def change(part):
        chart = part.charts[0]
        if where == "note":
            return replace(part, notes=(*part.notes, f"Of 7-10, {text} are of A."))
        if where == "title":
            return replace(part, title=f"{text} of 7-10 are of category A")
        if where == "title of a chart":
            chart = replace(chart, title=f"{text} of 7-10 are of category A")
        if where == "label of a chart":
            bars = tuple(
                replace(bar, text=text, value=int(text)) if is_hidden(bar) else bar
                for bar in chart.bars
            )
            chart = replace(chart, bars=bars)
        if where == "cell":
            return replace(
                part, tables=(in_table(part.tables[0], text), *part.tables[1:])
            )
        return replace(part, charts=(chart,))

    return in_part(report, "severity_by_victim", change)


def is_hidden(bar):
    return (bar.row, bar.group) == ("7-10", "category A")


def in_table(table, text):
    rows = [list(row) for row in table.rows]
    row = next(row for row in rows if row[0] == HIDDEN[0])
    at = table.columns.index("category A, % of row")
    assert row[at] == WITHHELD
    whole = row[table.columns.index(ALL)]
    row[at] = (200 * int(text) + whole) // (2 * whole)
    return replace(table, rows=tuple(map(tuple, rows)))


@pytest.mark.parametrize("where", ["note", "title", "title of a chart"])
def test_a_hidden_number_in_a_text_is_found(made, where):
    """Also one that is shown as well, of something else."""
    number = true_numbers()[f"severity_by_age {MONTH}"][HIDDEN].value
    for text in (str(number), "24"):
        found = loose(read_again(planted(made("partner"), where, text)))
        assert text in [one.strip() for _, one in found]


@pytest.mark.parametrize("where", ["label of a chart", "cell"])
def test_a_hidden_number_at_a_mark_or_as_a_percentage_is_recovered(made, where):
    report, numbers = made("partner"), true_numbers()[f"severity_by_age {MONTH}"]
    parts = read_again(planted(report, where, str(numbers[HIDDEN].value)))
    place = frozenset({("age band", SMALL[0]), ("category", SMALL[1])})
    widths = {at: wide for at, wide in widths_of(report).items() if at[2] == place}
    ((low, high),) = recovered(tables_of(parts), widths).values()

    assert low <= numbers[SMALL].value <= high
    assert high - low < 5


@pytest.mark.parametrize("tag", ["title", "desc"])
def test_a_hidden_number_in_the_alternative_text_of_a_chart_is_found(made, tag):
    report = made("partner")
    page = written(report, "html").decode()
    odd = page.replace(f"</{tag}><", f" and 3 of 16-17</{tag}><", 2).encode()
    found = loose(read(odd, written(report, "csv"), MONTH))

    assert odd != page.encode()
    assert "3" in [one.strip() for _, one in found]


def test_no_mark_of_a_withheld_number_is_read_out_as_nought(made):
    """A screen reader says the words of a mark, not the place where it is drawn."""
    tables = tables_of(read_again(made("partner")))
    labels = [table for table in tables if table.labels]
    withheld = 0
    for one in labels:
        ((key, text),) = one.labels.items()
        own = {
            table.cells[key]
            for table in tables
            if table.cells and (table.axes, table.coverage) == (one.axes, one.coverage)
        }
        assert own == {text}
        withheld += text == WITHHELD
    assert withheld > 10

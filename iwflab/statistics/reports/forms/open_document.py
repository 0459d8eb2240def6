"""A report as an OpenDocument spreadsheet: the same sheets, each with a header row."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from iwflab.statistics.reports.forms import Form
from iwflab.statistics.reports.forms.archives import members, zipped
from iwflab.statistics.reports.forms.sheets import (
    CONTENTS,
    COVER,
    NOTES,
    about,
    notes_of,
    sheets_of,
)
from iwflab.statistics.reports.model import Cell, Report

if TYPE_CHECKING:
    import odfdo

_WIDE, _NARROW = "22cm", "6cm"
_HEAD = "iwflab-head"


def _ods(report: Report) -> bytes:
    """Write cover, contents, notes and a sheet a table; same report, same bytes."""
    from odfdo import Document

    book = Document("spreadsheet")
    book.body.clear()
    head = _styles(book)
    sheets, notes = sheets_of(report), notes_of(report)
    facts = [f"{name}: {text}" for name, text in report.facts]
    _add(book, COVER, [report.title, *facts, *about(report)], head=head)
    listed = [(sheet.name, sheet.table.title) for sheet in sheets]
    top = ["Contents", "This sheet holds one table."]
    header = ("sheet", "table")
    _add(book, CONTENTS, top, (header, *listed), name="contents", head=head)
    if notes:
        rows = [(f"[note {at}]", note) for at, note in enumerate(notes, start=1)]
        top = ["Notes", "This sheet holds one table."]
        _add(book, NOTES, top, (("note", "text"), *rows), name="notes", head=head)
    for sheet in sheets:
        table = sheet.table
        body = (table.columns, *table.rows)
        above = [sheet.title, *sheet.above]
        _add(book, sheet.name, above, body, name=table.name, head=head)
    _describe(book, report)
    out = io.BytesIO()
    book.save(out)
    return zipped(members(out.getvalue()))


def _add(
    book: "odfdo.Document",
    sheet: str,
    above: Sequence[str],
    table: Sequence[Sequence[Cell]] = (),
    *,
    name: str = "",
    head: str,
) -> None:
    """Add a sheet: lines of text, then a table whose first row is its header."""
    from odfdo import Element, Table

    page = Table(sheet)
    page.clear()
    page.name = sheet
    width = max([1, *(len(row) for row in table)])
    for at in range(width):
        wide = not table or (len(table[0]) == len(("note", "text")) and at == 1)
        style = "iwflab-wide" if wide else "iwflab-narrow"
        page.append(
            Element.from_tag(f'<table:table-column table:style-name="{style}"/>')
        )
    for at, line in enumerate(above):
        page.append(_row([line], head if at == 0 else ""))
    if table:
        header = Element.from_tag("<table:table-header-rows/>")
        header.append(_row(table[0], head))
        page.append(header)
        for row in table[1:]:
            page.append(_row(row, ""))
        first, last = len(above) + 1, len(above) + len(table)
        where = f"'{sheet}'.A{first}:'{sheet}'.{_letters(width)}{last}"
        _mark(book, name, where)
    book.body.append(page)


def _row(cells: Iterable[Cell], style: str) -> Any:
    """Make a row; numbers are numbers, and every text is a text, never a formula."""
    from odfdo import Element

    row = Element.from_tag("<table:table-row/>")
    for cell in cells:
        made = Element.from_tag("<table:table-cell/>")
        if isinstance(cell, str):
            made.set_attribute("office:value-type", "string")
        else:
            made.set_attribute("office:value-type", "float")
            made.set_attribute("office:value", str(cell))
        if style:
            made.set_attribute("table:style-name", style)
        words = Element.from_tag("<text:p/>")
        words.text = str(cell)
        made.append(words)
        row.append(made)
    return row


def _mark(book: "odfdo.Document", name: str, where: str) -> None:
    """Name the range of a table, and say that its first row is a header."""
    from odfdo import Element

    ranges = book.body.get_element("table:database-ranges")
    if ranges is None:
        ranges = Element.from_tag("<table:database-ranges/>")
        book.body.append(ranges)
    made = Element.from_tag("<table:database-range/>")
    made.set_attribute("table:name", name)
    made.set_attribute("table:target-range-address", where)
    made.set_attribute("table:contains-header", "true")
    made.set_attribute("table:display-filter-buttons", "false")
    ranges.append(made)


def _letters(column: int) -> str:
    """Give the letters of a column, the first is 1."""
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column - 1))


def _styles(book: "odfdo.Document") -> str:
    """Add the few styles there are: bold headings, wrapped text, widths."""
    from odfdo import Element

    head = (
        f'<style:style style:name="{_HEAD}" style:family="table-cell">'
        '<style:table-cell-properties fo:wrap-option="wrap"/>'
        '<style:text-properties fo:font-weight="bold"/></style:style>'
    )
    book.insert_style(Element.from_tag(head), automatic=True)
    for name, width in (("iwflab-wide", _WIDE), ("iwflab-narrow", _NARROW)):
        column = (
            f'<style:style style:name="{name}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{width}"/>'
            "</style:style>"
        )
        book.insert_style(Element.from_tag(column), automatic=True)
    return _HEAD


def _describe(book: "odfdo.Document", report: Report) -> None:
    """Set what a screen reader says first: title and language; and no time of today."""
    made = datetime.combine(report.told.cut, time())
    meta = book.meta
    meta.title = report.title
    meta.subject = report.period.text
    meta.description = f"Data as of {report.told.cut.isoformat()}"
    meta.language = report.language
    meta.initial_creator = report.told.organisation
    meta.creator = report.told.organisation
    meta.creation_date = made
    meta.date = made
    book.set_language(report.language)


ODS = Form(
    "ods",
    "OpenDocument spreadsheet, one table a sheet",
    ".ods",
    "application/vnd.oasis.opendocument.spreadsheet",
    _ods,
)

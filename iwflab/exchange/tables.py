"""Tidy tables as CSV and XLSX in which no cell is a formula, whatever it says.

What cannot be seen (control, right-to-left, zero-width characters) is made visible;
numbers stay numbers; every other value is text.
"""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import cast

from iwflab.domain.cells import safe_cell
from iwflab.domain.media import display_text
from iwflab.errors import BadInput

# Microsoft, "Excel specifications and limits"; the same in ECMA-376 workbooks.
ROWS = 1_048_576
CELL_CHARACTERS = 32_767
_EXACT = 2**53  # larger whole numbers are rounded by a spreadsheet

Cell = str | int | float | None


def csv_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table as CSV with a header line; no text is a formula (RFC 4180)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe_cell(_text(name)) for name in columns])
    for row in rows:
        cells = [_cell(value) for value in row]
        writer.writerow([safe_cell(c) if isinstance(c, str) else c for c in cells])
    return out.getvalue()


def xlsx_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, sheet: str
) -> bytes:
    """Write a table as a workbook of one sheet; texts are of the type string.

    BadInput if it has more rows than a sheet holds.
    """
    import xlsxwriter

    out = io.BytesIO()
    never = ("strings_to_formulas", "strings_to_numbers", "strings_to_urls")
    # In memory: its temporary files would lie outside the lab folder.
    options = {**dict.fromkeys(never, False), "in_memory": True}
    with xlsxwriter.Workbook(out, options) as book:
        page = book.add_worksheet(sheet)
        for number, line in enumerate([columns, *rows]):
            if number == ROWS:
                raise BadInput(
                    f"a sheet holds {ROWS:,} rows, the table has more",
                    advice="write it as CSV",
                )
            for place, value in enumerate(line):
                cell = _cell(value)
                if isinstance(cell, str):
                    page.write_string(number, place, cell)
                elif cell is not None:
                    page.write_number(number, place, cell)
    return out.getvalue()


def _cell(value: object) -> Cell:
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return None
    if isinstance(value, bool) or not isinstance(value, Real):
        return _text(value)
    if isinstance(value, Integral):
        return int(value) if abs(int(value)) <= _EXACT else str(int(value))
    number = float(cast("float", value))
    if math.isnan(number):
        return None
    return number if math.isfinite(number) else str(number)


def _text(value: object) -> str:
    return display_text(str(value), limit=CELL_CHARACTERS - 2)

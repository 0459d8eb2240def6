"""Tables as they stand in the files of a report, read by what others read them with."""

import csv
import io
import re
import xml.etree.ElementTree as ET
import zipfile

import lxml.html
import openpyxl
import pypdf

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def tables_of(form, content):
    """Give title -> rows of texts, the header first, of html, xlsx or ods."""
    return {"html": _page, "xlsx": _workbook, "ods": _open_document}[form](content)


def cells_of(content):
    """Give (row, column) -> what is shown, of each table of the CSV, by its name."""
    found = {}
    for one in csv.DictReader(io.StringIO(content.decode())):
        shown = one["value"] or one["symbol"]
        found.setdefault(one["table"], {})[one["row"], one["column"]] = shown
    return found


def printed(content):
    """Give all the text of a PDF, white space as one blank."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def _page(content):
    found = {}
    for table in lxml.html.fromstring(content.decode()).iter("table"):
        rows = [[cell.text_content() for cell in row] for row in table.iter("tr")]
        (caption,) = table.iter("caption")
        found[caption.text_content()] = _plain(rows)
    return found


def _workbook(content):
    found = {}
    for page in openpyxl.load_workbook(io.BytesIO(content)).worksheets[3:]:
        (table,) = page.tables.values()
        rows = [[cell.value for cell in row] for row in page[table.ref]]
        found[_title(page["A1"].value)] = _plain(rows)
    return found


def _open_document(content):
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheets = ET.fromstring(packed.read("content.xml")).iter(f"{TABLE}table")
    found = {}
    for sheet in [*sheets][3:]:
        rows = [
            ["".join(cell.itertext()) for cell in row.iter(f"{TABLE}table-cell")]
            for row in sheet.iter(f"{TABLE}table-row")
        ]
        head = next(at for at, row in enumerate(rows) if len(row) > 1)
        found[_title(rows[0][0])] = _plain(rows[head:])
    return found


def _title(line):
    return line.partition(" [note")[0]


def _plain(rows):
    # A page writes thousands with commas.
    return [[re.sub(r"(?<=\d),(?=\d{3})", "", str(cell)) for cell in r] for r in rows]

"""The files of a report: readable by people and machines, and the same every time."""

import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pypdf
import pytest

from iwflab.errors import MissingExtra, NotFound
from iwflab.statistics.reports import FORMS, manifest, written
from iwflab.statistics.reports.drawing import PALETTE, drawn
from iwflab.statistics.reports.forms import printed
from iwflab.statistics.reports.forms.sheets import notes_of, sheets_of

ROOT = Path(__file__).parents[3]
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
ALL_FORMS = ("html", "pdf", "xlsx", "ods", "csv", "json")
SOME = "public_national"  # it rounds, and withholds some


def test_there_are_the_forms_and_an_unknown_one_is_refused(made):
    assert set(FORMS) == set(ALL_FORMS)
    with pytest.raises(NotFound, match="xlsx"):
        written(made(SOME), "docx")


def test_another_process_writes_the_same_bytes(wrote):
    """The other one hashes strings differently, and is in another part of the world."""
    script = (
        "import hashlib\n"
        "from iwflab.statistics.reports import REPORTS, FORMS, written\n"
        "frames, asked = REPORTS['monthly'].example()\n"
        "report = REPORTS['monthly'].compose(frames, **{**asked, 'profile': 'public_national'})\n"
        "for form in FORMS: print(form, hashlib.sha256(written(report, form)).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
    )
    there = dict(line.split() for line in done.stdout.splitlines())
    here = {f: hashlib.sha256(wrote(SOME, f)).hexdigest() for f in FORMS}

    assert there == here


@pytest.mark.parametrize("form", ALL_FORMS)
def test_a_second_writing_gives_the_same_bytes(made, wrote, form):
    first = wrote(SOME, form)
    drawn.cache_clear()  # the charts, too, are drawn a second time

    assert written(made(SOME), form) == first


def test_the_workbook_keeps_the_checklist(wrote, made):
    """Analysis Function, "Releasing statistics in spreadsheets": the checklist."""
    report = made(SOME)
    book = openpyxl.load_workbook(io.BytesIO(wrote(SOME, "xlsx")))
    tables = [sheet.name for sheet in sheets_of(report)]

    assert book.sheetnames == ["Cover", "Contents", "Notes", *tables]
    assert book.properties.title == report.title
    assert book.properties.creator == "Example hotline"
    assert book.properties.created.date() == report.told.cut
    names = [t.displayName for p in book for t in p.tables.values()]
    assert len(set(names)) == len(names)
    for page in book:
        assert page.sheet_state == "visible"
        assert not page.merged_cells.ranges
        assert page.freeze_panes is None
        assert page.auto_filter.ref is None
        assert page.sheet_view.selection[0].activeCell in {None, "A1"}
        assert not any(d.hidden for d in page.column_dimensions.values())
        assert not any(d.hidden for d in page.row_dimensions.values())
        assert page["A1"].value
        rows = list(page.iter_rows(values_only=True))
        assert all(any(cell is not None for cell in row) for row in rows)
        assert not any(c.data_type == "f" for row in page.iter_rows() for c in row)
        if page.title != "Cover":
            (table,) = page.tables.values()
            assert table.headerRowCount in {None, 1}
            assert table.autoFilter is None
            cells = [c.value for row in page[table.ref] for c in row]
            assert None not in cells  # no blank cell
            assert not any(
                "[note" in str(c) for row in page[table.ref][1:] for c in row
            )


def test_the_workbook_holds_each_table_and_explains_its_shorthand_above(wrote, made):
    report = made(SOME)
    book = openpyxl.load_workbook(io.BytesIO(wrote(SOME, "xlsx")))
    explained = 0
    for sheet in sheets_of(report):
        page = book[sheet.name]
        (table,) = page.tables.values()
        found = [tuple(c.value for c in row) for row in page[table.ref]]
        assert found == [sheet.table.columns, *sheet.table.rows]
        first = page[table.ref][0][0].row
        above = [page.cell(row, 1).value for row in range(1, first)]
        assert above[0].startswith(sheet.table.title_line)
        if sheet.table.symbols:
            explained += 1
            assert sheet.table.explained in above
        for number in sheet.notes:
            assert f"[note {number}]" in above[0]
    assert explained > 3
    notes = [row[1].value for row in book["Notes"].iter_rows(min_row=4)]
    assert notes == list(notes_of(report))


def test_the_workbook_takes_no_text_for_a_formula_a_link_or_a_note(made):
    report = made("internal")
    odd = replace(
        report.told,
        contact="=1+1 [x](http://example.invalid) $$n1$$",
        organisation="@b",
    )
    data = written(replace(report, told=odd), "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = [c for row in book["Cover"].iter_rows() for c in row]

    assert not any(c.data_type == "f" or c.hyperlink for c in cells)
    assert any("=1+1" in str(c.value) for c in cells)


def ods_rows(content):
    """Give the rows of each sheet of a content.xml as (is header, cells)."""
    found = {}
    for page in ET.fromstring(content).iter(f"{TABLE}table"):
        rows = []
        for part in page:
            heads = part.tag == f"{TABLE}table-header-rows"
            own = part if heads else [part]
            for row in own:
                if row.tag != f"{TABLE}table-row":
                    continue
                cells = []
                for cell in row.iter(f"{TABLE}table-cell"):
                    times = int(cell.get(f"{TABLE}number-columns-repeated", "1"))
                    if cell.get(f"{OFFICE}value-type") is None:
                        continue
                    words = "\n".join(
                        "".join(p.itertext()) for p in cell.iter(f"{TEXT}p")
                    )
                    value = cell.get(f"{OFFICE}value")
                    cells += [float(value) if value else words] * times
                if cells:
                    rows.append((heads, tuple(cells)))
        found[page.get(f"{TABLE}name")] = rows
    return found


def as_read(rows):
    return [tuple(c if isinstance(c, str) else float(c) for c in row) for row in rows]


def test_the_open_document_has_the_same_sheets_with_real_header_rows(wrote, made):
    report = made(SOME)
    data = wrote(SOME, "ods")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        content, meta = archive.read("content.xml"), archive.read("meta.xml").decode()
        styles = archive.read("styles.xml").decode()
    found = ods_rows(content)
    sheets = sheets_of(report)

    assert list(found) == ["Cover", "Contents", "Notes", *[s.name for s in sheets]]
    for sheet in sheets:
        rows = found[sheet.name]
        assert [cells for heads, cells in rows if heads] == [sheet.table.columns]
        size = len(sheet.table.rows)
        assert [c for _, c in rows[-size:]] == as_read(sheet.table.rows)
        assert rows[0][1][0].startswith(sheet.table.title_line)
    text = content.decode()
    assert "formula" not in text
    assert "covered-table-cell" not in text
    ranges = re.findall(r'database-range table:name="([^"]+)"', text)
    assert len(set(ranges)) == len(ranges) == len(sheets) + 2
    assert f"<dc:title>{report.title}</dc:title>" in meta
    assert "2026-11-05T00:00:00" in meta
    assert 'fo:language="en"' in styles


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_libreoffice_opens_it_and_every_cell_reads_back(wrote, made, tmp_path, form):
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("no LibreOffice here: install libreoffice-calc-nogui")
    place = tmp_path / f"report.{form}"
    place.write_bytes(wrote(SOME, form))
    command = [office, f"-env:UserInstallation=file://{tmp_path / 'profile'}"]
    command += ["--headless", "--convert-to", "fods", "--outdir", str(tmp_path)]
    done = subprocess.run(
        [*command, str(place)],
        capture_output=True,
        text=True,
        timeout=120,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    found = ods_rows((tmp_path / "report.fods").read_bytes())
    for sheet in sheets_of(made(SOME)):
        size = len(sheet.table.rows) + 1
        rows = [cells for _, cells in found[sheet.name]][-size:]
        assert rows == as_read([sheet.table.columns, *sheet.table.rows]), sheet.name


def test_the_csv_is_tidy_and_holds_every_cell(wrote, made):
    rows = list(csv.DictReader(io.StringIO(wrote(SOME, "csv").decode(), newline="")))
    report = made(SOME)
    found = {(r["table"], r["row"], r["column"]): r for r in rows}

    assert len(found) == len(rows)
    cells = 0
    for table in report.tables:
        for row in table.rows:
            for column, cell in zip(table.columns[1:], row[1:], strict=True):
                cells += 1
                told = found[table.name, row[0], column]
                assert told["unit"] == table.unit
                said = told["symbol"] if isinstance(cell, str) else told["value"]
                assert said == str(cell)
                assert (told["value"] == "") == isinstance(cell, str)
    assert cells == len(rows)


def test_the_csv_holds_no_formula(made):
    report = made("internal")
    first, *others = report.sections
    table = replace(first.tables[0], rows=(("=cmd", 1, 1, 1),))
    odd = replace(first, tables=(table,))
    data = written(replace(report, sections=(odd, *others)), "csv").decode()

    assert "'=cmd" in data
    assert ",=cmd" not in data


def test_the_metadata_names_every_column_and_symbol(wrote, made):
    told = json.loads(wrote(SOME, "json"))
    header = wrote(SOME, "csv").decode().splitlines()[0]

    assert list(told["columns"]) == header.split(",")
    assert told["facts"]["Data as of"] == "2026-11-05"
    assert "[c]" in told["symbols"]
    absent = {s["name"]: s["not_shown"] for s in told["sections"]}
    assert absent["hosting"][0].startswith("not collected: ")


def test_the_pdf_is_tagged_and_says_its_title_and_language(wrote, made):
    book = pypdf.PdfReader(io.BytesIO(wrote(SOME, "pdf")))
    root = book.trailer["/Root"]

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert book.metadata.title == made(SOME).title
    assert "pdfuaid:part" in root["/Metadata"].get_data().decode()
    kinds, alts = [], []
    ahead = [root["/StructTreeRoot"]]
    while ahead:
        one = ahead.pop().get_object()
        if isinstance(one, list):
            ahead += one
        elif isinstance(one, dict):
            kinds.append(one.get("/S"))
            alts += [str(one["/Alt"])] if "/Alt" in one else []
            ahead += [one["/K"]] if "/K" in one else []
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Caption", "/Figure"} <= set(kinds)
    assert kinds.count("/Table") == len(made(SOME).tables)
    charts = [c.text for s in made(SOME).sections for c in s.charts]
    assert sorted(alts) == sorted(charts)
    assert not book.get_fields()


def test_a_machine_without_pango_is_told_what_to_install(made, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(MissingExtra, match="apt install libpango"):
        written(made(SOME), "pdf")
    assert printed.LIBRARIES in (ROOT / ".ci" / "run").read_text().replace("\\\n", "")


def test_a_chart_carries_title_and_description_and_draws_nothing_withheld(made):
    hidden = 0
    for section in made(SOME).sections:
        for chart in section.charts:
            svg = drawn(chart)
            root = ET.fromstring(svg)
            title, desc = list(root)[:2]
            assert root.get("role") == "img"
            assert title.tag.endswith("title")
            assert title.text == chart.title
            assert desc.text == chart.text
            assert "<script" not in svg
            assert len(chart.groups) <= len(PALETTE)
            bars = re.findall(r'aria-roledescription="bar"', svg)
            shown = [bar for bar in chart.bars if bar.value is not None]
            assert len(bars) == len(shown), chart.name
            texts = [t.text or "" for t in root.iter() if t.tag.endswith("}text")]
            withheld = [t for t in texts if t.endswith("[c]")]
            assert len(withheld) == len(chart.bars) - len(shown)
            hidden += len(withheld)
    assert hidden > 5


def test_the_page_has_no_script_no_address_and_escapes_what_it_is_told(wrote, made):
    text = wrote(SOME, "html").decode()
    assert "<script" not in text
    assert "href" not in text.replace("xlink", "")
    assert set(re.findall(r"https?://[^\"' ]+", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert text.count("<caption>") == text.count("<table>") == len(made(SOME).tables)
    assert 'lang="en-GB"' in text
    assert text.count('role="img"') == sum(len(s.charts) for s in made(SOME).sections)

    report = made(SOME)
    bad = "<!--chart severity--></style><script>x</script>"
    odd = written(
        replace(report, told=replace(report.told, contact=bad, organisation=bad)),
        "html",
    ).decode()
    assert "<script" not in odd
    assert odd.count("<svg") == text.count("<svg")


def test_the_manifest_says_what_was_made_from_what(made, wrote):
    report = made(SOME)
    files = {f"r{FORMS[form].suffix}": wrote(SOME, form) for form in FORMS}
    told = json.loads(manifest(report, files))

    assert manifest(report, dict(reversed(files.items()))) == manifest(report, files)
    for name, data in files.items():
        held = told["files"][name]
        assert held["sha256"] == hashlib.sha256(data).hexdigest()
        assert held["bytes"] == len(data)
    assert told["cut"] == "2026-11-05"
    assert told["profile"]["name"] == SOME
    assert told["code_version"]
    assert told["release_digest"] == report.release.digest
    assert "verdict" not in json.dumps(told)

"""A report as an XLSX workbook by gptables, the tables of the Analysis Function."""

import io
import warnings
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from iwflab.statistics.reports.forms import Form
from iwflab.statistics.reports.forms.archives import members, zipped
from iwflab.statistics.reports.forms.sheets import (
    CONTENTS,
    COVER,
    NOTES,
    Sheet,
    about,
    notes_of,
    sheets_of,
)
from iwflab.statistics.reports.model import Report

if TYPE_CHECKING:
    from types import ModuleType

    from gptables import GPTable

# No text is a formula, a number or an address; no temporary file lies outside the lab.
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "in_memory": True,
}
_NUMBERING = {"num_format": "#,##0"}


def _xlsx(report: Report) -> bytes:
    """Write cover, contents, notes and a sheet a table; built afresh at each call.

    gptables changes what it is given while it writes, so nothing is kept between calls.
    """
    import pandas as pd

    sheets = sheets_of(report)
    notes = notes_of(report)
    listed = pd.DataFrame(
        {
            "reference": [f"n{at}" for at in range(1, len(notes) + 1)],
            "Note": [_text(note) for note in notes],
        }
    )
    out = io.BytesIO()
    with warnings.catch_warnings():  # it warns where a report has no notes
        warnings.simplefilter("ignore")
        book = _gptables().produce_workbook(
            out,  # type: ignore[arg-type, unused-ignore]  # xlsxwriter takes it
            {sheet.name: _table(sheet) for sheet in sheets},
            cover=_cover(report),
            # gptables cannot list no tables: a month of nothing has a cover and notes.
            contentsheet_label=CONTENTS if sheets else None,  # type: ignore[arg-type, unused-ignore]
            notes_table=listed if notes else None,
            notesheet_label=NOTES,
            workbook_options=dict(_OPTIONS),
        )
        book.set_properties(_properties(report))
        book.close()
    return zipped(members(out.getvalue()))


def _gptables() -> "ModuleType":
    with warnings.catch_warnings():  # it leaves the file of its theme open
        warnings.simplefilter("ignore", ResourceWarning)
        import gptables
    return gptables  # type: ignore[no-any-return, unused-ignore]


def _properties(report: Report) -> dict[str, Any]:
    made = datetime.combine(report.told.cut, time(), UTC).replace(tzinfo=None)
    return {
        "title": report.title,
        "author": report.told.organisation,
        "subject": report.period.text,
        "comments": f"Data as of {report.told.cut.isoformat()}",
        "created": made,
    }


def _cover(report: Report) -> Any:
    facts = [f"{head}: {text}" for head, text in report.facts]
    return _gptables().Cover(
        title=_text(report.title),
        intro=[_text(line) for line in facts],
        about=[_text(line) for line in about(report)],
        contact=[_text(report.told.contact)],
        cover_label=COVER,
    )


def _table(sheet: Sheet) -> "GPTable":
    import pandas as pd

    table = sheet.table
    rows = [[_text(c) if isinstance(c, str) else c for c in row] for row in table.rows]
    frame = pd.DataFrame(rows, columns=[_text(c) for c in table.columns], dtype=object)
    one, *above = (_text(line) for line in sheet.above)
    marks = "".join(f"$$n{number}$$" for number in sheet.notes)
    numbers = list(range(table.labels, len(table.columns)))
    return _gptables().GPTable(
        table=frame,
        table_name=table.name,
        title=f"{_text(table.title_line)} {marks}".strip(),
        instructions=one,
        legend=above,
        index_columns={2 - table.labels + at + 1: at for at in range(table.labels)},
        additional_formatting=[{"column": {"columns": numbers, "format": _NUMBERING}}],
    )


def _text(text: str) -> str:
    """Keep a text from being read as a note mark or a link of gptables."""
    return text.replace("](", "] (").replace("$$", "$ $")


XLSX = Form(
    "xlsx",
    "Workbook, one table a sheet",
    ".xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    _xlsx,
)

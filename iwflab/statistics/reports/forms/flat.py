"""All tables as one tidy CSV, a row a number, and JSON that says what it means."""

import csv
import io
import json

from iwflab.domain.cells import safe_cell
from iwflab.statistics.reports.forms import Form
from iwflab.statistics.reports.model import (
    INTERVALS,
    SEVERAL,
    SYMBOLS,
    Report,
    unit_in_words,
)

COLUMNS = {
    "period": "first and last month that is counted",
    "section": "part of the report",
    "table": "name of the table",
    "unit": "what is counted",
    "row": "heading of the row",
    "column": "heading of the column",
    "value": "the number; empty where there is none to show",
    "symbol": "why there is none to show",
}


def _csv(report: Report) -> bytes:
    """Write each cell as a row; no text is a formula to a spreadsheet (RFC 4180)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for section in report.sections:
        for table in section.tables:
            several = table.unit == SEVERAL  # the last cell of each row is its unit
            place = (report.period.code, section.name, table.name)
            heads = table.columns[table.labels : -1 if several else None]
            for row in table.rows:
                unit = row[-1] if several else table.unit
                label = " / ".join(str(cell) for cell in row[: table.labels])
                for column, cell in zip(heads, row[table.labels :], strict=False):
                    shown = ("", cell) if isinstance(cell, str) else (cell, "")
                    texts = [
                        safe_cell(one) for one in (*place, str(unit), label, column)
                    ]
                    writer.writerow([*texts, *shown])
    return out.getvalue().encode()


def _json(report: Report) -> bytes:
    """Say what the columns, tables and symbols of the CSV mean."""
    told = {
        "title": report.title,
        "language": report.language,
        "facts": dict(report.facts),
        "columns": dict(COLUMNS),
        "units": {t.unit: unit_in_words(t.unit) for t in report.tables},
        "symbols": dict(SYMBOLS),
        "sections": [
            {
                "name": section.name,
                "title": section.title,
                "source": section.source,
                "notes": list(section.notes),
                "not_shown": [
                    one for one in (section.absent, *section.withheld) if one
                ],
                "tables": [
                    {
                        "name": table.name,
                        "title": table.title,
                        "unit": table.unit,
                        "intervals": INTERVALS.get(table.interval, "none"),
                        "columns": list(table.columns),
                    }
                    for table in section.tables
                ],
                "charts": [chart.text for chart in section.charts],
            }
            for section in report.sections
        ],
        "standards": {head: list(texts) for head, texts in report.standards},
    }
    return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()


CSV = Form("csv", "Tidy table, a row a number", ".csv", "text/csv", _csv)
JSON = Form("json", "What the CSV means", ".json", "application/json", _json)

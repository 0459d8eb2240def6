"""The statistics desk: numbers that say what they count."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from iwflab.domain.counting import UNITS, Table
from iwflab.lab import Lab
from iwflab_widgets.desk import Act, Desk, joined, text


class StatisticsDesk(Desk):
    """Choose a unit and a scheme; see table, base, exclusions and chart."""

    _esm = joined(
        "desk/dom.js",
        "desk/server.js",
        "desk/kernel.js",
        "desk/fields.js",
        "statistics_desk/statistics.js",
    )
    _css = joined("desk/desk.css", "statistics_desk/statistics_desk.css")

    def __init__(self, lab: Lab) -> None:
        """Count in this lab."""
        super().__init__()
        self.lab = lab

    def acts(self) -> Mapping[str, Act]:
        """Name what the page may ask for."""
        return {"choices": lambda _: choices(self.lab), "table": self._table}

    def _table(self, content: Mapping[str, Any]) -> dict[str, Any]:
        table = self.lab.table(
            text(content, "statistic"),
            unit=text(content, "unit"),
            scheme=text(content, "scheme"),
        )
        return {
            "table": plain(table),
            "csv": as_csv(table),
            "svg": self.lab.chart(table),
        }


def choices(lab: Lab) -> dict[str, Any]:
    """Give what can be chosen, as pairs of name and title."""
    return {
        "statistics": list(lab.statistics().items()),
        "units": list(UNITS.items()),
        "schemes": [(one["name"], one["title"]) for one in lab.desk()["schemes"]],
    }


def plain(table: Table) -> dict[str, Any]:
    """Give a table as rows of (number, percent), in the order of its columns."""
    rows: dict[tuple[str, ...], dict[str, tuple[int, float | None]]] = {}
    for cell in table.cells:
        rows.setdefault(cell.row, {})[cell.column] = (cell.numerator, cell.percent)
    return {
        "name": table.name,
        "title": table.title,
        "unit": table.unit,
        "unit_title": UNITS[table.unit],
        "row_names": list(table.row_names),
        "columns": list(table.columns),
        "rows": [
            {"names": list(names), "cells": [found[c] for c in table.columns]}
            for names, found in rows.items()
        ],
        "denominator": table.denominator,
        "exclusions": dict(table.exclusions),
        "basis": table.basis,
        "note": table.note,
    }


def as_csv(table: Table) -> str:
    """Write a table with one line a number, its base beside it.

    What was not counted follows under ``not counted``: a number that leaves takes its
    exclusions along.
    """
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    blank = [""] * len(table.row_names)
    write(
        ("unit", *table.row_names, table.column_name, "number", "base", "not counted")
    )
    for cell in table.cells:
        counted = (cell.column, cell.numerator, cell.denominator, "")
        write((table.unit, *cell.row, *counted))
    for reason, number in table.exclusions.items():
        write((table.unit, *blank, "", number, "", reason))
    return out.getvalue()

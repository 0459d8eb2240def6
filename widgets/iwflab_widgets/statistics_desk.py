"""The statistics desk: numbers that say what they count, and what of them may leave.

Counts alone go to the page: no picture, no medium, no series.  What is signed off is
read once a session and counted in memory; the table is one message, what disclosure
control makes of it another, its chart a third, so that the page never waits for the
slower ones.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from iwflab.domain.counting import UNITS, Table
from iwflab.domain.roles import need
from iwflab.errors import BadInput
from iwflab.lab import Lab
from iwflab_widgets.desk import Act, Desk, joined, text
from iwflab_widgets.statistics_reports import Reports

SCHEME = "uk_2014"
MAY_COUNT = need("statistics", "all")


class StatisticsDesk(Desk):
    """Explore counts by any unit, inside and as they may leave; reports; tables."""

    _esm = joined(
        "desk/dom.js",
        "desk/server.js",
        "desk/kernel.js",
        "desk/fields.js",
        "statistics_desk/chosen.js",
        "statistics_desk/counted.js",
        "statistics_desk/saved.js",
        "statistics_desk/explore.js",
        "statistics_desk/reports.js",
        "statistics_desk/ready.js",
        "statistics_desk/statistics.js",
    )
    _css = joined("desk/desk.css", "statistics_desk/statistics_desk.css")

    def __init__(self, lab: Lab) -> None:
        """Count in this lab."""
        super().__init__()
        self.lab = lab
        self._reports = Reports(lab)
        self._read: dict[str, Any] = {}  # scheme -> what was read of it

    def acts(self) -> Mapping[str, Act]:
        """Name what the page may ask for."""
        return {
            "choices": lambda _: choices(self.lab),
            "warm": self._warm,
            "sides": self._sides,
            "read": self._read_anew,
            "table": lambda c: {"table": self._asked(c).table(query_of(c))},
            "protected": lambda c: {"table": self._asked(c).protected(query_of(c))},
            "chart": self._chart,
            "save": self._save,
            "drop": self._drop,
            "ready": self._ready,
            **self._reports.acts(),
        }

    # -- exploring -----------------------------------------------------------------
    def _asked(self, content: Mapping[str, Any]) -> Any:
        """Give what was read under the scheme; it is read on first use.

        It outlives the role that it was read with: the lab is asked each time.
        """
        self.lab.must_be_allowed(MAY_COUNT)
        scheme = text(content, "scheme") or SCHEME
        if scheme not in self._read:
            self._read[scheme] = self.lab.explore(scheme)
        return self._read[scheme]

    def _warm(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Read and load what the first table and its chart need."""
        found = self._asked(content)
        found.warm()
        return _moment(found)

    def _sides(self, content: Mapping[str, Any]) -> dict[str, Any]:
        found = self._asked(content)
        return {"sides": found.sides(text(content, "unit")), **_moment(found)}

    def _read_anew(self, content: Mapping[str, Any]) -> dict[str, Any]:
        self._read.clear()
        return _moment(self._asked(content))

    def _chart(self, content: Mapping[str, Any]) -> dict[str, Any]:
        public = content.get("public") is True
        base = text(content, "base") or "all"
        query = query_of(content)
        return {"svg": self._asked(content).chart(query, public=public, base=base)}

    # -- saved questions -----------------------------------------------------------
    def _save(self, content: Mapping[str, Any]) -> dict[str, Any]:
        found = self._asked(content)
        self.lab.save_query(
            text(content, "name"),
            found.checked(query_of(content)),
            scheme=found.scheme,
            replace=content.get("replace") is True,
            request=text(content, "request"),
        )
        return {"saved": saved(self.lab)}

    def _drop(self, content: Mapping[str, Any]) -> dict[str, Any]:
        name, request = text(content, "name"), text(content, "request")
        replace = content.get("replace") is True
        self.lab.drop_query(name, replace=replace, request=request)
        return {"saved": saved(self.lab)}

    # -- tables that are ready-made ------------------------------------------------
    def _ready(self, content: Mapping[str, Any]) -> dict[str, Any]:
        table = self.lab.table(
            text(content, "statistic"),
            unit=text(content, "unit"),
            scheme=text(content, "scheme"),
        )
        return {"table": plain(table), "svg": self.lab.chart(table)}


def choices(lab: Lab) -> dict[str, Any]:
    """Give what can be chosen, as pairs of name and title."""
    known = lab.counted_by()
    return {
        "units": list(known["units"].items()),
        "profiles": list(known["profiles"].items()),
        "schemes": [(one["name"], one["title"]) for one in lab.desk()["schemes"]],
        "saved": saved(lab),
        "statistics": list(lab.statistics().items()),
        "table_units": list(UNITS.items()),
        "reports": list(lab.report_kinds().items()),
    }


def saved(lab: Lab) -> list[dict[str, Any]]:
    """Give the questions that were saved, each with its name, scheme and who did."""
    told = ("name", "query", "scheme", "version", "saved_by")
    return [{word: one[word] for word in told} for one in lab.queries()]


def query_of(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the question of a message as it came; the lab checks it."""
    query = content.get("query")
    if not isinstance(query, Mapping):
        raise BadInput("the message holds no question", advice="reload the page")
    return query


def _moment(found: Any) -> dict[str, Any]:
    read = datetime.fromtimestamp(found.read_us / 1e6, UTC)
    return {"read": f"{read:%d %B %Y %H:%M} UTC"}


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

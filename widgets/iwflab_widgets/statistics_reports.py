"""The reports of the statistics desk: made, asked for, answered, published.

What was composed stays in the kernel until it is asked for; the page gets its findings
and the verdict of each table.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from iwflab.domain.roles import need
from iwflab.errors import BadInput
from iwflab.lab import Lab
from iwflab_widgets.desk import Act, text

MAY = {
    "ask": need("publish_statistics", "request"),
    "approve": need("publish_statistics", "approve"),
}
TOLD = ("organisation", "contact", "next_release", "revised")


class Reports:
    """The acts of the desk that make reports and let them leave."""

    def __init__(self, lab: Lab) -> None:
        """Make reports in this lab, as its analyst."""
        self.lab = lab
        self._made: Any = None  # the report that was composed last

    def acts(self) -> Mapping[str, Act]:
        """Name what the page may ask for."""
        return {
            "reports": lambda _: standing(self.lab),
            "compose": self._compose,
            "ask": self._ask,
            "asked": lambda c: {"asked": asked(self.lab, text(c, "id"))},
            "approve": self._approve,
            "refuse": self._refuse,
            "withdraw": self._withdraw,
            "publish": self._publish,
        }

    def _compose(self, content: Mapping[str, Any]) -> dict[str, Any]:
        told = {name: said for name in TOLD if (said := text(content, name))}
        if content.get("provisional") is True:
            told["provisional"] = "yes"
        self._made = self.lab.report_composed(
            text(content, "kind"),
            period=(text(content, "first"), text(content, "last")),
            profile=text(content, "profile"),
            scheme=text(content, "scheme"),
            told=told,
            questions=texts(content, "questions"),
        )
        return {"made": made(self._made)}

    def _ask(self, content: Mapping[str, Any]) -> dict[str, Any]:
        report = self._made
        if report is None or report.name != text(content, "report"):
            raise BadInput(
                "this report is no longer in the memory of the desk",
                advice="make it again; nothing was asked for",
            )
        said = content.get("exceptions")
        said = said if isinstance(said, Mapping) else {}
        self.lab.report_ask(
            text(content, "name"),
            report,
            self.lab.report_files(report),
            exceptions={str(name): str(why) for name, why in said.items()},
            revised=bool(report.revised),
            request=text(content, "request"),
        )
        return standing(self.lab)

    def _approve(self, content: Mapping[str, Any]) -> dict[str, Any]:
        # The digest comes back from the page: it is the one of the tables shown there.
        key, digest = text(content, "id"), text(content, "digest")
        self.lab.report_approve(key, digest=digest, request=text(content, "request"))
        return standing(self.lab)

    def _refuse(self, content: Mapping[str, Any]) -> dict[str, Any]:
        key, reason = text(content, "id"), text(content, "reason")
        self.lab.report_refuse(key, reason=reason, request=text(content, "request"))
        return standing(self.lab)

    def _withdraw(self, content: Mapping[str, Any]) -> dict[str, Any]:
        request = text(content, "request")
        self.lab.report_withdraw(text(content, "id"), request=request)
        return standing(self.lab)

    def _publish(self, content: Mapping[str, Any]) -> dict[str, Any]:
        request = text(content, "request")
        self.lab.report_publish(text(content, "id"), request=request)
        return standing(self.lab)


def texts(content: Mapping[str, Any], name: str) -> list[str]:
    """Give a list of texts of a message; refuse anything else."""
    found = content.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise BadInput(f"{name} is no list of texts", advice="reload the page")
    return found


def standing(lab: Lab) -> dict[str, Any]:
    """Give the requests, what left, and what the person may do here."""
    if not lab.may(need("publish_statistics")):
        return {"requests": [], "left": [], "may": dict.fromkeys(MAY, False)}
    return {
        "requests": [_request(lab, one) for one in lab.report_requests()],
        "left": [_left(one) for one in lab.reports()],
        "may": {name: lab.may(wanted) for name, wanted in MAY.items()},
    }


def made(report: Any) -> dict[str, Any]:
    """Tell a composed report: what each part found, and each table's verdict."""
    entries = {one.published.name for one in report.entries}
    return {
        "name": report.name,
        "title": report.title,
        "profile": report.profile.name,
        "sections": [
            {
                "title": one.title,
                "tables": [table.title_line for table in one.tables],
                "absent": one.absent,
                "withheld": list(one.withheld),
            }
            for one in report.sections
        ],
        "verdicts": [
            {
                "name": name,
                "outcome": str(verdict.outcome),
                "reason": verdict.reason,
                "leaves": name in entries,
            }
            for name, verdict in report.verdicts
        ],
    }


def asked(lab: Lab, key: str) -> dict[str, Any]:
    """Give one request with its digest, files, and every table as it would leave."""
    found = lab.report_asked(key)
    files = {name: one["bytes"] for name, one in found["files"].items()}
    told = ("name", "outcome", "reason", "exception", "unit", "coverage")
    tables = [
        {
            **{name: one[name] for name in told},
            "names": list(one["names"]),
            "cells": one["cells"],
        }
        for one in found["tables"]
    ]
    return {**_request(lab, found), "files": files, "tables": tables}


def _request(lab: Lab, one: Mapping[str, Any]) -> dict[str, Any]:
    until = datetime.fromtimestamp(one["expires_us"] / 1e6, UTC)
    kept = {n: one[n] for n in one if n not in {"tables", "files", "asked_us"}}
    kept.pop("expires_us")
    own = one["asked_by"] == lab.analyst
    return {**kept, "until": f"{until:%d %B %Y %H:%M} UTC", "own": own}


def _left(one: Any) -> dict[str, Any]:
    return {
        "name": one.name,
        "report": one.report,
        "cut": one.cut,
        "left_on": one.left_on,
        "tables": len(one.tables),
        "folder": one.problem or str(one.folder),
    }

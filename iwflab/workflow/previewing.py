"""Previews of reports: files that look like what would leave, each in the trail."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from iwflab.domain.trail import canonical
from iwflab.store import Store
from iwflab.store.entering import must_be_same


def record(
    store: Store,
    *,
    report: str,
    profile: str,
    period: str,
    cut: str,
    files: Mapping[str, bytes],
    analyst: str,
    request: str,
) -> None:
    """Enter that files of a report were made to look at, with the digest of each."""
    digests = {name: sha256(held).hexdigest() for name, held in files.items()}
    told = {"report": report, "profile": profile, "period": period, "cut": cut}
    row = {**told, "files": canonical(digests).decode()}
    with store.act("preview report", report, analyst=analyst, request=request) as act:
        if act.repeated:
            must_be_same(act, "report_preview", [row])
        else:
            act.insert("report_preview", **row)


def previews(store: Store) -> list[dict[str, Any]]:
    """Give the previews that were made, the oldest first, with who made them when."""
    return [
        {**row, "files": json.loads(row["files"])} for row in store.rows(sa.text(_ALL))
    ]


_ALL = """
  SELECT p.report, p.profile, p.period, p.cut, p.files, e.analyst, e.at_us
  FROM report_preview p JOIN audit_entry e ON e.number = p.entry ORDER BY p.entry
"""

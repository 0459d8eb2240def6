"""The end of the audit trail: read under the write lock, and gone on from there."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from iwflab.domain.trail import START, Entry, rows_json
from iwflab.store.quick import asked

_TRAIL_END = """
  SELECT l.number, l.digest, e.number AS earlier, e.verb, e.subject, e.analyst, e.rows
  FROM (SELECT 1 AS always) o
  LEFT JOIN (SELECT number, digest FROM audit_entry ORDER BY number DESC LIMIT 1) l
    ON o.always = 1
  LEFT JOIN audit_entry e ON e.request = :request
"""


def trail_end(
    connection: sa.Connection, request: str
) -> tuple[tuple[int, str], Mapping[str, Any] | None]:
    """Give number and digest of the newest entry, and the request's own if any."""
    (row,) = asked(connection, _TRAIL_END, {"request": request})
    if row["number"] is None:
        return (0, START), None
    return (row["number"], row["digest"]), row if row["earlier"] else None


def entry_row(entry: Entry, digest: str) -> Mapping[str, Any]:
    """Give an entry as the row in which it is stored."""
    return {
        "number": entry.number,
        "at_us": entry.at_us,
        "analyst": entry.analyst,
        "verb": entry.verb,
        "subject": entry.subject,
        "request": entry.request,
        "schema": entry.schema,
        "rows": rows_json(entry.rows),
        "previous": entry.previous,
        "digest": digest,
    }

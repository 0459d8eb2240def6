"""A sidecar: a CSV beside the files that says where and when each was seen.

Columns: ``file`` (a path relative to the sidecar, ``/`` between folders), and any of
``source``, ``url``, ``date`` (ISO, YYYY-MM-DD), ``series`` and ``route``, how it came
to be known: ``proactive`` (looked for), ``external`` (told from outside), or empty.
"""

import csv
import io
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

from iwflab.domain.counting import ROUTES
from iwflab.domain.lists import Sighting
from iwflab.domain.media import display_text, quoted
from iwflab.errors import BadInput

_COLUMNS = {"file", "source", "url", "date", "series", "route"}


def read_sidecar(file: Path) -> dict[bytes, list[Sighting]]:
    """Read a sidecar: real path of each file (raw bytes) -> what was said of it.

    Raises :class:`~iwflab.errors.BadInput` naming the line that does not fit.
    """
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadInput(
            f"the sidecar {file.name} cannot be read: {fault}",
            advice="it must be a CSV in UTF-8",
        ) from fault
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = set(reader.fieldnames or ())
    if "file" not in columns or columns - _COLUMNS:
        raise BadInput(
            f"the sidecar has the columns {', '.join(sorted(columns)) or '(none)'}",
            advice=f"it needs 'file', and may have: {', '.join(sorted(_COLUMNS))}",
        )
    found: dict[bytes, list[Sighting]] = {}
    for row in reader:
        if row.get(None) or row["file"] in (None, ""):
            raise BadInput(
                f"the sidecar's line {reader.line_num} does not fit its columns",
                advice="quote texts that contain commas",
            )
        path = os.path.realpath(os.fsencode(file.parent / row["file"]))
        seen = _sighting(row, reader.line_num)
        _must_agree(seen, found.setdefault(path, []), reader.line_num)
        found[path].append(seen)
    return found


def _sighting(row: dict[str, str | None], line: int) -> Sighting:
    seen_on = (row.get("date") or "").strip()
    try:
        seen_on = seen_on and date.fromisoformat(seen_on).isoformat()
    except ValueError as fault:
        raise BadInput(
            f"the sidecar's line {line} has the date {seen_on!r}",
            advice="write dates as YYYY-MM-DD, or leave them empty",
        ) from fault
    return Sighting(
        source=display_text(row.get("source") or ""),
        url=display_text(row.get("url") or ""),
        seen_on=seen_on,
        series=display_text(row.get("series") or ""),
        route=_route(row.get("route") or "", line),
    )


def _route(said: str, line: int) -> str:
    """Take one of two words, exactly: a guess would be counted."""
    if said and said not in ROUTES:
        raise BadInput(
            f"the sidecar's line {line} has the route {quoted(said, 40)}",
            advice=f"write {' or '.join(ROUTES)}, or leave it empty where nobody knows",
        )
    return said


def _must_agree(seen: Sighting, earlier: list[Sighting], line: int) -> None:
    """Refuse a line that gives the sighting of an earlier line another route."""
    for one in earlier:
        routes = {one.route, seen.route} - {""}
        if replace(one, route="") == replace(seen, route="") and len(routes) > 1:
            raise BadInput(
                f"the sidecar's line {line} says that a sighting was {seen.route},"
                f" an earlier line that it was {one.route}",
                advice="leave one of the two lines, or tell them apart by source,"
                " url or date",
            )

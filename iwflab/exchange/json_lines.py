"""A hash list as JSON lines: one object a medium, any algorithm."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields

from iwflab.domain.lists import ExchangeFormat, ListEntry
from iwflab.errors import BadInput
from iwflab.exchange.csv_list import CSV_LIST


def dump(entries: Sequence[ListEntry]) -> bytes:
    """Write one JSON object a line, keys sorted, ASCII, LF."""
    lines = (json.dumps(asdict(entry), sort_keys=True) + "\n" for entry in entries)
    return "".join(lines).encode()


def load(text: bytes) -> list[ListEntry]:
    """Read what :func:`dump` wrote; a line that does not fit is named."""
    entries = []
    known = {field.name for field in fields(ListEntry)}
    for number, line in enumerate(text.decode("utf-8").splitlines(), start=1):
        try:
            plain = json.loads(line)
            if set(plain) - known:
                raise TypeError(f"unknown keys {sorted(set(plain) - known)}")  # noqa: TRY301
            entries.append(ListEntry(**plain))
        except (ValueError, TypeError) as fault:
            raise BadInput(
                f"line {number} cannot be read: {fault}", advice="mend the line"
            ) from fault
    return entries


JSON_LINES = ExchangeFormat(
    "json_lines",
    ".jsonl",
    "JSON lines, one object a medium",
    dump,
    load,
    CSV_LIST.example,
)

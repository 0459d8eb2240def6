"""The audit trail as pure functions: canonical bytes, row digests, the hash chain.

An entry holds ids and digests, never content: content and its salt live in the row,
so that erasing a row (both removed, a tombstone left) never breaks the chain.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

START = "0" * 64  # what the first entry points back to


@dataclass(frozen=True, slots=True)
class Written:
    """One row that an act wrote: its table, its key, the digest of its columns."""

    table: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One act in the trail; ``digest`` covers every other field and the past."""

    number: int
    at_us: int
    analyst: str
    verb: str
    subject: str
    request: str
    schema: str
    rows: tuple[Written, ...]
    previous: str
    digest: str = ""


def canonical(value: object) -> bytes:
    """Give the one byte form of plain JSON (sorted keys, no spaces, ASCII)."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode()


def row_digest(salt: str, columns: Mapping[str, object]) -> str:
    """Give SHA-256 of the row's salt and the canonical JSON of all its columns.

    Bytes are written as base64; the salt itself is left out of the columns.
    """
    plain = {
        name: {"base64": b64encode(value).decode()}
        if isinstance(value, bytes | memoryview)
        else value
        for name, value in columns.items()
        if name != "salt"
    }
    return hashlib.sha256(salt.encode() + canonical(plain)).hexdigest()


def rows_json(rows: Sequence[Written]) -> str:
    """Write the rows of an entry as they are stored."""
    return canonical([[row.table, row.key, row.digest] for row in rows]).decode()


def rows_from(text: str) -> tuple[Written, ...]:
    """Read the rows of an entry as they are stored."""
    return tuple(Written(*row) for row in json.loads(text))


def entry_digest(entry: Entry) -> str:
    """Give the digest of an entry: all its fields but the digest, chained back."""
    return hashlib.sha256(
        canonical(
            [
                entry.number,
                entry.at_us,
                entry.analyst,
                entry.verb,
                entry.subject,
                entry.request,
                entry.schema,
                rows_json(entry.rows),
                entry.previous,
            ]
        )
    ).hexdigest()

"""Verification: the chain, the rows against the chain, the chain against a head."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from iwflab.domain.trail import (
    START,
    Entry,
    Written,
    entry_digest,
    row_digest,
    rows_from,
)
from iwflab.errors import Tampered
from iwflab.store.database import Store
from iwflab.store.head import Head
from iwflab.store.migrate import columns_at, missing_triggers


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree; ``entry`` is the first number concerned."""

    entry: int | None
    problem: str


def entries(store: Store) -> Iterator[Entry]:
    """Go through the audit trail in order."""
    with store.read() as connection:
        for row in connection.execute(
            sa.text("SELECT * FROM audit_entry ORDER BY number")
        ).mappings():
            try:
                rows = rows_from(row["rows"])
            except (ValueError, TypeError) as fault:
                raise Tampered(
                    f"entry {row['number']} cannot be read",
                    advice="restore the lab from a backup and compare",
                ) from fault
            yield Entry(**{**row, "rows": rows})


def verify(
    store: Store, *, head: Head | None = None, extra: Sequence[Path] = ()
) -> list[Finding]:
    """Check the whole lab; give what is wrong, the first bad entry first.

    The chain proves that entries follow each other unchanged; rows are checked
    against their digests by the columns of the schema they were written under; with
    a head kept outside, a truncated, re-hashed or rolled-back trail is seen as well.
    """
    try:
        return list(_findings(store, head, extra))
    except Tampered as fault:
        return [Finding(None, fault.message)]
    except DBAPIError as fault:
        return [Finding(None, f"the database cannot be read: {fault.orig}")]


def _findings(
    store: Store, head: Head | None, extra: Sequence[Path]
) -> Iterator[Finding]:
    previous, number = START, 0
    rows = _Rows(store, extra)
    at_head = START
    for entry in entries(store):
        number += 1
        if entry.number != number:
            yield Finding(number, f"entry {number} is missing")
            number = entry.number
        if entry.previous != previous:
            yield Finding(number, f"entry {number} does not follow the one before it")
        if entry.digest != entry_digest(entry):
            yield Finding(number, f"entry {number} was changed")
        previous = entry.digest
        yield from (Finding(number, problem) for problem in rows.problems(entry))
        if head and entry.number == head.size:
            at_head = entry.digest
    yield from rows.unclaimed()
    if head:
        yield from _against(head, number, at_head)
    yield from _guards(store)


def _guards(store: Store) -> Iterator[Finding]:
    with store.read() as connection:
        for table in missing_triggers(connection):
            yield Finding(None, f"the table {table} is not guarded (append-only)")
        for fault in connection.exec_driver_sql("PRAGMA integrity_check").scalars():
            if fault != "ok":
                yield Finding(None, f"the database file is damaged: {fault}")


def _against(head: Head, number: int, at_head: str) -> Iterator[Finding]:
    if number < head.size:
        yield Finding(
            number + 1,
            f"the trail ends at entry {number}, but a head of {head.size} was signed:"
            " entries were cut off, or the lab was rolled back",
        )
    elif at_head != head.digest:
        yield Finding(
            head.size, f"the trail up to entry {head.size} is not the one signed"
        )


class _Rows:
    """Every row of the store by table and key, and the columns of each schema."""

    def __init__(self, store: Store, extra: Sequence[Path]) -> None:
        self._extra = extra
        self._columns: dict[str, Mapping[str, Sequence[str]]] = {}
        self._claimed: set[Written] = set()
        self._found: dict[str, dict[str, dict[str, Any]]] = {}
        with store.read() as connection:
            for table in sa.inspect(connection).get_table_names():
                if table not in {"alembic_version", "audit_entry"}:
                    # The name comes from the database's own catalogue.
                    rows = connection.execute(sa.text(f'SELECT * FROM "{table}"'))  # noqa: S608
                    self._found[table] = {
                        row["id"]: dict(row) for row in rows.mappings()
                    }

    def problems(self, entry: Entry) -> Iterator[str]:
        """Check every row that an entry says it wrote."""
        for written in entry.rows:
            if written in self._claimed:
                yield f"entry {entry.number} claims a row a second time"
            self._claimed.add(written)
            if problem := self._problem(entry, written):
                yield problem

    def _problem(self, entry: Entry, written: Written) -> str:
        row = self._found.get(written.table, {}).pop(written.key, None)
        if row is None:
            return f"entry {entry.number} wrote a {written.table} that is gone"
        if entry.schema not in self._columns:
            self._columns[entry.schema] = columns_at(entry.schema, self._extra)
        columns = self._columns[entry.schema].get(written.table, ())
        then = {name: row[name] for name in columns if name in row}
        digest = row_digest(row["salt"], then)
        if digest != written.digest or row["entry"] != entry.number:
            return f"a {written.table} of entry {entry.number} was changed"
        return ""

    def unclaimed(self) -> Iterator[Finding]:
        """Name the rows that no entry wrote."""
        for table, rows in self._found.items():
            for _ in rows:
                yield Finding(None, f"a {table} stands in no entry of the trail")

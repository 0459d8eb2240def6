"""The rows of the store against what the entries of the trail say they wrote."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from iwflab.domain.trail import Entry, Written, row_digest
from iwflab.store.engines import FAULTS, store_error
from iwflab.store.expected import Expected
from iwflab.store.guards import table_names

_OWN = {"id", "salt", "entry"}  # the columns that every row has
_TRAIL = "audit_entry"


class Rows:
    """Every row by table and key, and the columns that each schema had."""

    def __init__(self, connection: sa.Connection, expected: Expected) -> None:
        """Read all rows; what cannot be read is kept as ``unreadable``."""
        self._expected = expected
        self._claimed: set[Written] = set()
        self._found: dict[str, dict[str, dict[str, Any]]] = {}
        self._blind: set[str] = set()  # tables that are said once to be unreadable
        self.unreadable: list[str] = []
        for table in table_names(connection):
            if table in expected.tables and table != _TRAIL:
                self._found[table] = {}
                try:
                    self._read(connection, table)
                except FAULTS as fault:
                    self._give_up(table, store_error(fault).message)

    def _read(self, connection: sa.Connection, table: str) -> None:
        # The name is one of ours.
        rows = connection.execute(sa.text(f'SELECT * FROM "{table}"'))  # noqa: S608
        if not set(rows.keys()) >= _OWN:
            self._give_up(table, "its columns are gone")
            return
        for row in rows.mappings():
            if row["id"] in self._found[table]:
                self.unreadable.append(f"two rows of {table} have the same id")
            self._found[table][row["id"]] = dict(row)

    def _give_up(self, table: str, why: str) -> None:
        self.unreadable.append(f"the table {table} cannot be read: {why}")
        self._blind.add(table)
        del self._found[table]

    def problems(self, entry: Entry) -> Iterator[str]:
        """Check every row that an entry says it wrote."""
        if entry.schema not in self._expected.then:
            yield (
                f"entry {entry.number} names a schema that nobody knows:"
                f" {entry.schema[:40]!r}"
            )
        for written in entry.rows:
            if written in self._claimed:
                yield f"entry {entry.number} claims a row a second time"
            self._claimed.add(written)
            if problem := self._problem(entry, written):
                yield problem

    def _problem(self, entry: Entry, written: Written) -> str:
        row = self._found.get(written.table, {}).pop(written.key, None)
        if row is None and written.table in self._blind:
            return ""
        if row is None:
            return f"entry {entry.number} wrote a {written.table} that is gone"
        if entry.schema not in self._expected.then:
            return ""  # said once, by the entry
        columns = self._expected.then[entry.schema].get(written.table, ())
        then = {name: row[name] for name in columns if name in row}
        try:
            digest = row_digest(row["salt"], then)
        except (ValueError, TypeError, AttributeError):
            digest = ""  # holds what the store never writes
        if digest != written.digest or row["entry"] != entry.number:
            return f"a {written.table} of entry {entry.number} was changed"
        # Columns that came later are in no digest: nothing may hide in them.
        late = self._expected.defaults[written.table]
        if any(row[n] != late[n] for n in late if n not in columns and n in row):
            return (
                f"a {written.table} of entry {entry.number} says more than its schema"
                " had columns for"
            )
        return ""

    def unclaimed(self) -> Iterator[str]:
        """Name the rows that no entry wrote."""
        for table, rows in self._found.items():
            for _ in rows:
                yield f"a {table} stands in no entry of the trail"

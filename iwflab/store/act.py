"""One act under way: what it writes is numbered, salted and digested."""

import secrets
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from iwflab.domain.trail import Written, row_digest
from iwflab.errors import NotFound, StoreError
from iwflab.store import schema
from iwflab.store.engines import FAULTS, store_error
from iwflab.store.quick import write
from iwflab.store.values import as_stored


class Act:
    """One act under way: what it writes is numbered, salted and digested.

    ``repeated`` is true when the same request was acknowledged before; then nothing
    is to be written, and ``rows`` tells what was written then.
    """

    def __init__(
        self, connection: sa.Connection, number: int, rows: Sequence[Written] = ()
    ) -> None:
        """Start with nothing written, or with the rows of the earlier act."""
        self.connection = connection
        self.number = number
        self.repeated = bool(rows)
        self.rows: list[Written] = list(rows)

    def insert(self, table: str, **columns: Any) -> str:
        """Write one row and give its id.

        Raises :class:`~iwflab.errors.BadInput` for a value that would not come back
        as it was given, and :class:`~iwflab.errors.StoreError` when the database
        refuses.
        """
        if self.repeated:
            raise StoreError(
                "a repeated request must not write",
                advice="this is a fault of the program; please report it",
            )
        place = schema.METADATA.tables[table]
        own = {
            "id": columns.pop("id", None) or secrets.token_hex(8),
            "salt": secrets.token_hex(16),
            "entry": self.number,
        }
        # Its own columns come last: no caller chooses the salt or the entry.
        row = as_stored(place, {**columns, **own})
        try:
            write(self.connection, place, row)
        except FAULTS as fault:
            raise store_error(fault) from fault
        self.rows.append(Written(table, row["id"], row_digest(row["salt"], row)))
        return str(row["id"])

    @staticmethod
    def keys(number: int) -> list[str]:
        """Make ids for rows whose order within the act is told by their ids."""
        return sorted(secrets.token_hex(8) for _ in range(number))

    def written(self, table: str) -> str:
        """Give the id of the first row of that table in this act."""
        for row in self.rows:
            if row.table == table:
                return row.key
        raise NotFound(
            f"this act wrote no {table}", advice="the request did something else"
        )

"""SQLite's write transactions, with SQLAlchemy around them only where it is asked for.

Opening, beginning and closing its connection takes longer than the statements of a
decision, which go to the driver as they are (see :mod:`iwflab.store.quick`).
"""

from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from iwflab.store.quick import run

BEGUN = "begun"  # the option of a connection whose transaction is under way already


class Plain:
    """A write transaction of SQLite; it ends with its block, committed or not at all.

    Whatever else one would ask of a connection is asked of SQLAlchemy's, in the same
    transaction.  Raises SQLAlchemy's errors.
    """

    def __init__(self, engine: sa.Engine) -> None:
        """Take an engine whose connections say that they have :data:`BEGUN`."""
        self.engine = engine
        self.dialect = engine.dialect
        self._usual: sa.Connection | None = None

    def __enter__(self) -> Self:
        """Take a connection and the write lock."""
        driver = self.dialect.loaded_dbapi
        try:
            self.connection = self.engine.raw_connection()
        except driver.Error as fault:
            raise DBAPIError.instance(None, None, fault, driver.Error) from fault
        try:
            run(self, "BEGIN IMMEDIATE")
        except BaseException:
            self.connection.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit, or take everything back; give the connection back."""
        try:
            if kind is None:
                run(self, "COMMIT")
        finally:
            # What is not committed by now is taken back with the connection.
            (self._usual or self.connection).close()

    def __getattr__(self, name: str) -> Any:
        """Ask SQLAlchemy's connection, which is made when it is first needed."""
        if name == "connection" or name.startswith("_"):
            raise AttributeError(name)  # there is none yet
        if self._usual is None:
            self._usual = sa.Connection(self.engine, connection=self.connection)
        return getattr(self._usual, name)

"""A whole store copied while others write to it, from either database into either.

A copy has the very rows: ids, salts and digests are kept, so that the trail of the
copy is verified like that of the original.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from iwflab.errors import StoreError
from iwflab.store import schema
from iwflab.store.database import Store
from iwflab.store.durable import flush
from iwflab.store.engines import FAULTS, scratch_engine, sqlite_engine, store_error
from iwflab.store.guards import shape
from iwflab.store.migrate import apply_up_to, backup, scripts

_AT_ONCE = 1000  # rows


def snapshot(store: Store, file: Path) -> None:
    """Write one consistent state of a store into a new SQLite file, and one only.

    Raises :class:`~iwflab.errors.StoreError` where either side fails.
    """
    try:
        if store.engine.dialect.name == "sqlite":
            backup(Path(str(store.engine.url.database)), file)
        else:
            target = sqlite_engine(file)
            try:
                file.touch(mode=0o600, exist_ok=False)
                apply_up_to(target, scripts(), store.schema)
                fill(store, target)
            finally:
                target.dispose()
        _settle(file)
    except FAULTS as fault:
        raise store_error(fault) from fault
    except sqlite3.Error as fault:
        raise StoreError(
            f"the rows could not be copied: {fault}",
            advice="free space, then try again; the lab is unchanged",
        ) from fault


@contextmanager
def in_memory(file: Path) -> Iterator[Store]:
    """Open a copy of a settled SQLite file; the file itself is not touched.

    Raises :class:`~iwflab.errors.StoreError` for a file that is no database.
    """
    engine = scratch_engine()
    address = f"file:{quote(str(file))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as source:
            target = engine.raw_connection()
            source.backup(target.driver_connection)  # type: ignore[arg-type]
            target.close()
        store = Store(engine)
        if not store.schema:
            raise StoreError(
                f"{file.name} is empty: it held the rows of the lab",
                advice="take an earlier backup",
            )
        yield store
    except (sqlite3.Error, *FAULTS) as fault:
        raise StoreError(
            f"{file.name} cannot be read: {fault}", advice="take an earlier backup"
        ) from fault
    finally:
        engine.dispose()


def fill(store: Store, target: sa.Engine) -> None:
    """Copy every row into empty tables of the same schema, in one transaction."""
    with (
        store.read() as source,
        target.connect().execution_options(writes=True) as connection,
        connection.begin(),
    ):
        if connection.dialect.name == "sqlite":
            # Checked at the commit, so that no order of tables is needed.
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        columns = shape(source)
        for table in sorted(columns, key=_place):
            _copy(source, connection, table, list(columns[table]))


def _copy(
    source: sa.Connection, target: sa.Connection, table: str, columns: Sequence[str]
) -> None:
    # The names come from the catalogue of a schema that is ours.
    named = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f":{name}" for name in columns)
    rows = source.execute(
        sa.text(f'SELECT {named} FROM "{table}"'),  # noqa: S608
        execution_options={"yield_per": _AT_ONCE},
    )
    into = sa.text(f'INSERT INTO "{table}" ({named}) VALUES ({values})')  # noqa: S608
    for part in rows.mappings().partitions(_AT_ONCE):
        target.execute(into, [dict(row) for row in part])


def _place(table: str) -> int:
    """Put what is referred to before what refers to it."""
    order = [one.name for one in schema.METADATA.sorted_tables]
    return order.index(table) if table in order else len(order)


def _settle(file: Path) -> None:
    """Leave one file: nothing of it stays in a log beside it, now or later."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    flush(file)

"""A whole store copied while others write to it, from either database into either.

A copy has the very rows: ids, salts and digests are kept, so that the trail of the
copy is verified like that of the original.
"""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from iwflab.store import schema
from iwflab.store.database import Store
from iwflab.store.durable import flush
from iwflab.store.engines import FAULTS, sqlite_engine, store_error
from iwflab.store.guards import shape
from iwflab.store.migrate import apply_up_to, backup, scripts

_AT_ONCE = 1000  # rows


def snapshot(store: Store, file: Path) -> None:
    """Write one consistent state of a store into a new SQLite file.

    Raises :class:`~iwflab.errors.StoreError` where either side fails.
    """
    try:
        if store.engine.dialect.name == "sqlite":
            backup(Path(str(store.engine.url.database)), file)
            return
        target = sqlite_engine(file)
        try:
            file.touch(mode=0o600, exist_ok=False)
            apply_up_to(target, scripts(), store.schema)
            fill(store, target)
            _settle(target)
        finally:
            target.dispose()
        flush(file)
    except FAULTS as fault:
        raise store_error(fault) from fault


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


def _settle(target: sa.Engine) -> None:
    """Leave one file: nothing of it stays in a log beside it."""
    with target.connect() as connection:
        driver = connection.connection.dbapi_connection
        if driver is not None:
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

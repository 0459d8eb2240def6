"""SQLite's own word on its tables, and its append-only triggers."""

import re
from collections.abc import Iterator

import sqlalchemy as sa

from iwflab.store.columns import BOOKKEEPING, Column


def append_only(table: str) -> list[str]:
    """Give the triggers that refuse to change or delete a row."""
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{act} BEFORE {act.upper()} "
        f"ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for act in ("update", "delete")
    ]


def table_names(connection: sa.Connection) -> list[str]:
    """Name the tables that hold facts: not Alembic's own, not SQLite's own."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND substr(name, 1, 7) <> 'sqlite_' AND name <> ? ORDER BY name"
    )
    return list(connection.exec_driver_sql(query, (BOOKKEEPING,)).scalars())


def guard(connection: sa.Connection) -> None:
    """Put the triggers (back) in place: a rebuilt table lost them silently."""
    for table in table_names(connection):
        for statement in append_only(table):
            connection.exec_driver_sql(statement)


def missing_guards(connection: sa.Connection) -> list[str]:
    """Name the tables that lack an append-only trigger, word for word."""
    found = _triggers(connection)
    return [
        table
        for table in table_names(connection)
        if any(found.get(name) != sql for name, sql in _wanted(table).items())
    ]


def unknown_guards(connection: sa.Connection) -> Iterator[str]:
    """Name triggers that are not ours, and views."""
    ours = {name for table in table_names(connection) for name in _wanted(table)}
    for name in sorted(set(_triggers(connection)) - ours):
        yield f"the trigger {name} belongs to no schema"
    query = "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name"
    for name in connection.exec_driver_sql(query).scalars():
        yield f"the view {name} belongs to no schema"


def shape(connection: sa.Connection) -> dict[str, dict[str, Column]]:
    """Give every table with its columns."""
    return {
        table: {
            row[1]: Column(row[2], bool(row[3]), row[5], row[4], row[6])
            for row in connection.execute(
                sa.text("SELECT * FROM pragma_table_xinfo(:table)"), {"table": table}
            )
        }
        for table in table_names(connection)
    }


def damage(connection: sa.Connection) -> Iterator[str]:
    """Ask SQLite to look at every page."""
    for fault in connection.exec_driver_sql("PRAGMA integrity_check").scalars():
        if fault != "ok":
            yield f"the database file is damaged: {fault}"


def broken_references(connection: sa.Connection) -> int:
    """Count them: SQLite checks none while its foreign keys are off."""
    return len(connection.exec_driver_sql("PRAGMA foreign_key_check").all())


def _wanted(table: str) -> dict[str, str]:
    statements = [_plain(statement) for statement in append_only(table)]
    return {statement.split(" ")[2]: statement for statement in statements}


def _triggers(connection: sa.Connection) -> dict[str, str]:
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    rows = connection.exec_driver_sql(query)
    return {str(name): _plain(str(sql)) for name, sql in rows}


def _plain(statement: str) -> str:
    """Leave out what SQLite leaves out: spaces at will, IF NOT EXISTS."""
    statement = re.sub(r"\s+", " ", statement).strip().removesuffix(";")
    return statement.replace("CREATE TRIGGER IF NOT EXISTS ", "CREATE TRIGGER ", 1)

"""What the database itself says: its tables, their columns, the append-only guards."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from iwflab.store.schema import append_only

BOOKKEEPING = "alembic_version"


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the catalogue tells it; ``default`` is what older rows hold."""

    type: str
    needed: bool
    key: int
    default: Any
    hidden: int


def table_names(connection: sa.Connection) -> list[str]:
    """Name the tables that hold facts: not Alembic's own, not SQLite's own."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND substr(name, 1, 7) <> 'sqlite_' AND name <> ? ORDER BY name"
    )
    return list(connection.exec_driver_sql(query, (BOOKKEEPING,)).scalars())


def missing_triggers(connection: sa.Connection) -> list[str]:
    """Name the tables that lack an append-only trigger, word for word."""
    found = _triggers(connection)
    return [
        table
        for table in table_names(connection)
        if any(found.get(name) != sql for name, sql in _wanted(table).items())
    ]


def unknown_guards(connection: sa.Connection) -> Iterator[str]:
    """Name triggers that are not ours, and views: they could act behind our back."""
    ours = {name for table in table_names(connection) for name in _wanted(table)}
    for name in sorted(set(_triggers(connection)) - ours):
        yield f"the trigger {name} belongs to no schema"
    query = "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name"
    for name in connection.exec_driver_sql(query).scalars():
        yield f"the view {name} belongs to no schema"


def shape(connection: sa.Connection) -> dict[str, dict[str, Column]]:
    """Give every table with its columns, as the catalogue tells it."""
    return {
        table: {
            row[1]: Column(row[2], bool(row[3]), row[5], row[4], row[6])
            for row in connection.execute(
                sa.text("SELECT * FROM pragma_table_xinfo(:table)"), {"table": table}
            )
        }
        for table in table_names(connection)
    }


def defaults(
    connection: sa.Connection, tables: Mapping[str, Mapping[str, Column]]
) -> dict[str, dict[str, Any]]:
    """Work out what each column holds where nothing was said; trusted tables only."""
    return {
        table: {
            name: connection.exec_driver_sql(
                f"SELECT CAST({column.default or 'NULL'} AS {column.type})"
            ).scalar()
            for name, column in columns.items()
        }
        for table, columns in tables.items()
    }


def differences(
    found: Mapping[str, Mapping[str, Column]],
    wanted: Mapping[str, Mapping[str, Column]],
) -> Iterator[str]:
    """Say where the tables are not those that the migrations make."""
    for table in sorted(set(found) - set(wanted)):
        yield f"the table {table} belongs to no schema"
    for table in sorted(set(wanted) - set(found)):
        yield f"the table {table} is gone"
    for table in sorted(set(wanted) & set(found)):
        for name in sorted(set(found[table]) | set(wanted[table])):
            if name not in wanted[table]:
                yield f"the column {table}.{name} belongs to no schema"
            elif found[table].get(name) != wanted[table][name]:
                yield f"the column {table}.{name} is not as the schema says"


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

"""What the database itself says: its tables, their columns, the append-only guards.

Each database tells it in its own way; here is what both have in common.
"""

from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import sqlalchemy as sa

from iwflab.store import postgres_catalogue, sqlite_catalogue
from iwflab.store.columns import Column

_CATALOGUES = {"sqlite": sqlite_catalogue, "postgresql": postgres_catalogue}


def catalogue(connection: sa.Connection) -> ModuleType:
    """Give what knows the catalogue of this database."""
    return _CATALOGUES[connection.dialect.name]


def table_names(connection: sa.Connection) -> list[str]:
    """Name the tables that hold facts: no bookkeeping of a library or database."""
    found: list[str] = catalogue(connection).table_names(connection)
    return found


def guard(connection: sa.Connection) -> None:
    """Make every table append-only; what is there already stays."""
    catalogue(connection).guard(connection)


def missing_guards(connection: sa.Connection) -> list[str]:
    """Name the tables that lack an append-only guard, word for word."""
    found: list[str] = catalogue(connection).missing_guards(connection)
    return found


def unknown_guards(connection: sa.Connection) -> Iterator[str]:
    """Name what could act behind our back: triggers that are not ours, views."""
    yield from catalogue(connection).unknown_guards(connection)


def shape(connection: sa.Connection) -> dict[str, dict[str, Column]]:
    """Give every table with its columns, as the catalogue tells it."""
    found: dict[str, dict[str, Column]] = catalogue(connection).shape(connection)
    return found


def constraints(connection: sa.Connection) -> set[str]:
    """Name every rule between rows: unique columns, references, checks."""
    found = sa.inspect(connection)
    tables = [*table_names(connection)]
    told = set()
    for table in tables:
        for one in found.get_unique_constraints(table):
            columns = ", ".join(one["column_names"])
            told.add(f"the rule that {columns} of {table} are unique")
        for key in found.get_foreign_keys(table):
            own, other = (
                ", ".join(key[side])
                for side in ("constrained_columns", "referred_columns")
            )
            to = key["referred_table"]
            told.add(f"the reference of {own} in {table} to {other} in {to}")
        for check in found.get_check_constraints(table):
            told.add(f"the check {check['name']} of {table}")
    return told


def damage(connection: sa.Connection) -> Iterator[str]:
    """Say what the database itself finds wrong with its files and its rights."""
    yield from catalogue(connection).damage(connection)


def broken_references(connection: sa.Connection) -> int:
    """Count references that lead nowhere; asked before a migration commits."""
    count: int = catalogue(connection).broken_references(connection)
    return count


def defaults(
    connection: sa.Connection, tables: Mapping[str, Mapping[str, Column]]
) -> dict[str, dict[str, Any]]:
    """Work out what each column holds where nothing was said.

    Asked of the scratch database of :mod:`iwflab.store.expected` only, whose tables
    are ours.
    """
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

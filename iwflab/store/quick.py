"""Statements that every decision waits for, handed to SQLite's driver as they are.

Around so small a question SQLAlchemy works longer than the database does.  PostgreSQL's
driver writes parameters another way: there the same text goes the usual way.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError


class Asked(Protocol):
    """As much of a connection as SQLite's driver needs."""

    @property
    def dialect(self) -> sa.Dialect: ...
    @property
    def connection(self) -> sa.PoolProxiedConnection: ...


def asked(
    connection: sa.Connection, text: str, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Ask one question, with ``:name`` for each value; give plain mappings.

    It runs in the transaction of the connection.  Raises SQLAlchemy's errors, whichever
    way it goes.
    """
    if connection.dialect.name != "sqlite":
        return [
            dict(row) for row in connection.execute(_usual(text), values).mappings()
        ]
    found = run(connection, text, values)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def write(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Write one whole row; its values are in their stored form already."""
    if connection.dialect.name == "sqlite":
        run(connection, _inserting_text(table), row)
    else:
        connection.execute(_inserting(table), row)


def run(
    connection: Asked, text: str, values: Mapping[str, Any] | None = None
) -> DBAPICursor:
    """Let SQLite's driver run a statement; what it raises is SQLAlchemy's error."""
    cursor = connection.connection.cursor()
    driver = connection.dialect.loaded_dbapi
    try:
        cursor.execute(text, values or {})
    except driver.Error as fault:
        # Without the values: they are in no message.
        raise DBAPIError.instance(text, None, fault, driver.Error) from fault
    return cursor


@cache
def _usual(text: str) -> sa.TextClause:
    """Keep a statement: it remembers how it was compiled."""
    return sa.text(text)


@cache
def _inserting(table: sa.Table) -> sa.Insert:
    """Give the one statement that writes a row: kept, it is compiled once."""
    return table.insert().inline()


@cache
def _inserting_text(table: sa.Table) -> str:
    """Spell it out for SQLite; every column is given, in the order of the table."""
    names = [column.name for column in table.c]
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(f":{name}" for name in names)
    return f'INSERT INTO "{table.name}" ({columns}) VALUES ({values})'  # noqa: S608 - names of our own tables

"""How a database is opened: what SQLite must be told on every connection."""

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import StaticPool

from iwflab.errors import StoreError

_PRAGMAS = (
    # First: the ones below may already have to wait for another process.
    "PRAGMA busy_timeout=20000",
    "PRAGMA journal_mode=WAL",
    # NORMAL loses acknowledged work when the power goes (measured: 171 of 300
    # simulated cuts); FULL lost nothing in 1,000.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA secure_delete=ON",
)

# What a question to the database may raise; :func:`store_error` speaks of both.
FAULTS = (DBAPIError, PoolTimeout)


def sqlite_engine(file: Path) -> sa.Engine:
    """Open (or make) the embedded database of a lab folder."""
    # Put together, not written as one text: a folder may be called ``a?b``.
    url = sa.URL.create("sqlite", database=str(file))
    return _settled(sa.create_engine(url, pool_size=8, max_overflow=16))


def scratch_engine() -> sa.Engine:
    """Open an empty database in memory: what the migrations make is read from it."""
    return _settled(sa.create_engine("sqlite://", poolclass=StaticPool))


def _settled(engine: sa.Engine) -> sa.Engine:
    @sa.event.listens_for(engine, "connect")
    def _settle(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver's own habit of opening transactions late is switched off; we
        # say BEGIN ourselves, below.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        # A write takes its lock at once: the number of its entry is read under it.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def store_error(fault: DBAPIError | PoolTimeout) -> StoreError:
    """Turn what the database said into what a person can act on."""
    if isinstance(fault, PoolTimeout):
        return StoreError(
            "the store is busy: every connection is in use",
            advice="wait a moment and try again; nothing was written by this act",
        )
    text = str(fault.orig)
    advice = "run: iwflab verify; nothing was written by this act"
    if "full" in text:
        advice = "free space on the disk of the lab, then try again; nothing was lost"
    elif "readonly" in text or "read-only" in text:
        advice = "the lab lies on a read-only disk; mount it writable and try again"
    elif "locked" in text:
        advice = "another process is writing; wait a moment and try again"
    elif "append-only" in text or "constraint" in text.lower():
        advice = "this is a fault of the program, not of you; please report it"
    return StoreError(f"the store refused: {text}", advice=advice)

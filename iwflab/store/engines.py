"""How a database is opened: what SQLite must be told on every connection."""

import os
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import StaticPool

from iwflab.errors import StoreError
from iwflab.store.plain import BEGUN
from iwflab.store.quick import run

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
    # The one used last comes first: it knows the pages that it wrote; another reads
    # them anew.
    pool = {"pool_size": 8, "max_overflow": 16, "pool_use_lifo": True}
    return _settled(sa.create_engine(url, **pool))


def place_of(url: sa.URL) -> str:
    """Name a database so that two ways to write its address are one."""
    if url.get_backend_name() == "sqlite":
        return os.path.realpath(url.database or "")
    return url.render_as_string(hide_password=True)


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
        options = connection.get_execution_options()
        if options.get(BEGUN, False):
            return
        # A write takes its lock at once: the number of its entry is read under it.
        run(connection, "BEGIN IMMEDIATE" if options.get("writes", False) else "BEGIN")

    return engine


def store_error(fault: DBAPIError | PoolTimeout) -> StoreError:
    """Turn what the database said into what a person can act on."""
    if isinstance(fault, PoolTimeout):
        return StoreError(
            "the store is busy: every connection is in use",
            advice="wait a moment and try again; nothing was written by this act",
        )
    whole = str(fault.orig).strip()
    text = whole.split("\n", 1)[0]
    advice = "nothing was written by this act. If it goes on, compare with a backup "
    advice += "(iwflab check-backup) and bring it back (iwflab restore)"
    if fault.connection_invalidated or _is_lost(fault, whole):
        return StoreError(
            "the shared database went away",
            advice="try again in a moment. What was acknowledged is kept; the same "
            "request sent again is done once",
        )
    for words, states, said in _ADVICE:
        if _state(fault) in states or any(word in whole.lower() for word in words):
            advice = said
            break
    return StoreError(f"the store refused: {text}", advice=advice)


def _state(fault: DBAPIError) -> str:
    """Give PostgreSQL's code of a fault; SQLite has none."""
    return str(getattr(fault.orig, "sqlstate", "") or "")


def _is_lost(fault: DBAPIError, text: str) -> bool:
    """Tell whether the server is away, rather than refusing who asks."""
    if _state(fault):
        return _state(fault)[:2] in _LOST
    # Where the connection itself fails the driver has no code, only words; a server
    # that is there begins its reason with FATAL.
    ours = type(fault.orig).__module__.startswith("psycopg")
    return (
        ours
        and type(fault.orig).__name__ == "OperationalError"
        and ("FATAL" not in text or "starting up" in text or "shutting down" in text)
    )


_LOST = {"08", "57"}  # connection faults; ended by an operator or a crash

# Words of SQLite's messages, codes of PostgreSQL's, and what to do.
_ADVICE: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (
        ("is full",),
        ("53100",),
        "free space on the disk of the lab, then try again; nothing was lost",
    ),
    (
        ("readonly", "read-only"),
        ("25006",),
        "the lab lies on a read-only disk; mount it writable and try again",
    ),
    (
        ("unable to open",),
        (),
        "the lab must lie on a disk that is mounted writable, in a folder of yours",
    ),
    (
        ("is locked", "too many clients", "connection slots"),
        ("55P03", "40P01"),
        "another process is writing; wait a moment and try again",
    ),
    (
        ("fatal:",),
        ("28000", "28P01", "3D000", "42501"),
        "check database_url in lab.toml, and the roles of the database",
    ),
    (
        ("append-only", "constraint"),
        ("P0001",),
        "this is a fault of the program, not of you; please report it",
    ),
)

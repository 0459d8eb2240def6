"""How the shared database is opened: what PostgreSQL must be told, and by whom.

Two roles: the *owner* makes the tables, once and at each upgrade; the *application*
reads and adds rows.  ``database_url`` in ``lab.toml`` names the application; the
owner is named on the command line only, and stored nowhere.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from iwflab.errors import BadInput, StoreError
from iwflab.store.engines import FAULTS, store_error
from iwflab.store.postgres_catalogue import SCHEMA, grant

# One writer at a time, as SQLite has it: the number of an entry is read and used
# under this lock.  Any number does, so long as nothing else in the database uses it.
_WRITERS = 0x6977666C6162  # "iwflab"
_MIGRATING = _WRITERS + 1

_SETTINGS = {
    "search_path": f"{SCHEMA},pg_temp",  # pg_catalog comes first of itself
    "timezone": "UTC",
    # Not left to the server's file: an acknowledged act is on the disk.
    "synchronous_commit": "on",
    "lock_timeout": "20s",
    "standard_conforming_strings": "on",
}
_LOCAL = {"", "localhost", "127.0.0.1", "::1"}


def plain_url(text: str) -> sa.URL:
    """Read the address of a database; refuse what is none.

    Over a network the server must prove its name (``sslmode=verify-full``) unless
    the address says otherwise.
    """
    try:
        url = sa.make_url(text)
    except (ArgumentError, ValueError):
        # Not ``from``: the fault would tell a part of a password.
        raise BadInput("this is no address of a database", advice=_EXAMPLE) from None
    if url.get_backend_name() != "postgresql" or not url.database:
        raise BadInput(
            f"the shared database must be PostgreSQL, not {url.get_backend_name()}"
            if url.database
            else "the address names no database",
            advice=_EXAMPLE,
        )
    if url.password or "password" in url.query:
        raise BadInput(
            "an address must not hold a password: it would be in files, process lists "
            "and histories",
            advice="keep it in ~/.pgpass (mode 0600), then leave it out of the address",
        )
    url = url.set(drivername="postgresql+psycopg")
    if "sslmode" in url.query or _stays_here(url):
        return url
    return url.update_query_dict({"sslmode": "verify-full"})


def _stays_here(url: sa.URL) -> bool:
    """Tell whether a connection cannot leave this machine, whatever names the host."""
    _, given = url.get_dialect()().create_connect_args(url)
    named = {
        word: str(given.get(word) or os.environ.get(f"PG{word.upper()}", ""))
        for word in ("host", "hostaddr", "service")
    }
    host = named.pop("host")
    return not any(named.values()) and (
        host in _LOCAL or (host.startswith("/") and "," not in host)
    )


_EXAMPLE = (
    "write postgresql://iwflab_app@db.example/harbour ; keep the password in ~/.pgpass"
)


def postgres_engine(text: str) -> sa.Engine:
    """Open the shared database in one of its roles."""
    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    engine = sa.create_engine(
        plain_url(text),
        pool_size=8,
        max_overflow=16,
        # A connection that a restarted server dropped is replaced, not handed out.
        pool_pre_ping=True,
        connect_args={"options": options, "connect_timeout": 10},
    )

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(_beginning(connection.get_execution_options()))

    return engine


def _beginning(options: Any) -> str:
    if options.get("writes"):
        # What is read after the lock was taken is what the last writer left: each
        # statement sees its own moment.  A writer that was frozen is let go.
        return (
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;"
            "SET LOCAL idle_in_transaction_session_timeout = '60s';"
            f"SELECT pg_advisory_xact_lock({_WRITERS})"
        )
    if options.get("leases"):
        return "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"
    return "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@contextmanager
def migrating(engine: sa.Engine) -> Iterator[None]:
    """Let one process at a time change the tables."""
    with engine.connect().execution_options(leases=True) as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({_MIGRATING})")
        connection.commit()
        try:
            yield
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_MIGRATING})")
            connection.commit()


def found_schema(owner: str, application: str, lab: str) -> None:
    """Make the empty schema of a new lab in the shared database, as its owner.

    Raises :class:`~iwflab.errors.BadInput` where one role would be both, where the
    database holds a lab already, or where its texts are not UTF-8.
    """
    _must_be_two(owner, application)
    with _as_owner(owner) as connection:
        _must_be_empty(connection)
        connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
        # So that no lab folder is ever used with the database of another.
        said = f"iwflab lab {_plain_name(lab)}"
        connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{said}'")


def must_be_free(owner: str, application: str) -> None:
    """Refuse, before any work, addresses in which no lab could be founded."""
    if not owner:
        raise BadInput(
            "a shared database was named, but not its owner",
            advice="give --owner-url (or IWFLAB_OWNER_URL): the owner makes the tables",
        )
    _must_be_two(owner, application)
    for address in (owner, application):
        with _as_owner(address) as connection:
            _must_be_empty(connection)


def drop_schema(owner: str) -> None:
    """Take away a schema that was just made and could not be filled."""
    with _as_owner(owner) as connection:
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def allow(owner: str, application: str) -> None:
    """Give the application its rights to the tables that are there now."""
    with _as_owner(owner) as connection:
        grant(connection, str(plain_url(application).username))


def must_be_of(engine: sa.Engine, lab: str) -> None:
    """Refuse a database that belongs to another lab than the folder."""
    with engine.connect() as connection:
        there = connection.exec_driver_sql(_NAME).scalar()
    if there is None:
        raise StoreError(
            "the shared database holds no lab",
            advice="check database_url in lab.toml; a new lab: iwflab init --help",
        )
    if there != f"iwflab lab {lab}":
        raise StoreError(
            "the shared database belongs to another lab than this folder",
            advice="check database_url in lab.toml; nothing was read or written",
        )


def _must_be_two(owner: str, application: str) -> None:
    role = plain_url(application).username
    if not role or role == plain_url(owner).username:
        raise BadInput(
            "owner and application must be two roles of the database",
            advice="CREATE ROLE iwflab_app LOGIN; and name it in --database-url: "
            "a role that owns the tables could take their guards away",
        )


def _must_be_empty(connection: sa.Connection) -> None:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise BadInput(
            f"the database keeps its texts as {encoding}",
            advice="make it with: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE "
            "template0",
        )
    if connection.exec_driver_sql(_THERE).scalar():
        raise BadInput(
            "the database holds a lab already",
            advice="make another database: one lab has one",
        )


_THERE = f"SELECT 1 FROM pg_namespace WHERE nspname = '{SCHEMA}'"  # noqa: S608 - ours
_NAME = (
    "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace"  # noqa: S608 - ours
    f" WHERE nspname = '{SCHEMA}'"
)


def _plain_name(lab: str) -> str:
    if not lab.isascii() or not lab.replace("-", "").replace("_", "").isalnum():
        raise BadInput(
            "lab.toml: the random name of the lab is no plain name",
            advice="put back the line `lab = ...` as it was; it never changes",
        )
    return lab


@contextmanager
def _as_owner(owner: str) -> Iterator[sa.Connection]:
    engine = postgres_engine(owner)
    try:
        with (
            engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection
    except FAULTS as fault:
        raise store_error(fault) from fault
    finally:
        engine.dispose()

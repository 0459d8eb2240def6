"""Migrations: one transaction each, a backup before, triggers made again and counted.

Alembic's batch rebuild of a table silently drops its triggers, and its SQLite
dialect does not run DDL in a transaction.  So the transaction is ours, the triggers
are put back after every migration, and both triggers and foreign keys are checked
before the commit.
"""

import filecmp
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from iwflab.errors import StoreError
from iwflab.store.columns import BOOKKEEPING
from iwflab.store.durable import flush, into_place, locked, sweep, unfinished
from iwflab.store.guards import broken_references, guard, missing_guards

if TYPE_CHECKING:
    from alembic.script import Script

_HERE = Path(__file__).parent / "migrations"

# Alembic's ``op`` is one for the whole process: two migrations at once would mix.
_ONE_AT_A_TIME = threading.Lock()


def newest() -> str:
    """Give the revision of this release: its number leads the name of the last file.

    Alembic is loaded where there is work for it only: it costs a command 0.1 s.
    """
    last = max((_HERE / "versions").glob("m[0-9]*_*.py"))
    return last.name[1:].partition("_")[0]


def scripts(extra: Sequence[Path] = ()) -> "dict[str, Script]":
    """Give the migrations of this package and of ``extra`` folders, oldest first."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    places = [_HERE / "versions", *extra]
    config.set_main_option("path_separator", "newline")
    named = "\n".join(str(place) for place in places).replace("%", "%%")
    config.set_main_option("version_locations", named)
    walk = ScriptDirectory.from_config(config).walk_revisions()
    return {script.revision: script for script in reversed(list(walk))}


def current_revision(engine: sa.Engine) -> str:
    """Give the revision of a database, or an empty text for a new one."""
    with engine.connect() as connection:
        return _revision(connection)


def _revision(connection: sa.Connection) -> str:
    if not sa.inspect(connection).has_table(BOOKKEEPING):
        return ""
    query = sa.text(f"SELECT version_num FROM {BOOKKEEPING}")  # noqa: S608 - ours
    found = connection.execute(query).scalars().all()
    if len(found) > 1:
        raise StoreError(
            "the store names more than one schema",
            advice="restore the lab from a backup and compare",
        )
    return str(found[0]) if found else ""


def upgrade(engine: sa.Engine, file: Path, extra: Sequence[Path] = ()) -> list[str]:
    """Bring a database up to date; give the revisions that were applied.

    Two processes at once take turns; the second finds the work done.  Raises
    :class:`~iwflab.errors.StoreError` where a newer release wrote the database.
    """
    return _upgrade(engine, extra, _migrating(file), partial(_back_up_before, file))


def upgrade_shared(
    engine: sa.Engine,
    turn: AbstractContextManager[None],
    back_up: Callable[[str], None],
    extra: Sequence[Path] = (),
) -> list[str]:
    """Do the same with the shared database, as its owner.

    ``turn`` is held while the tables change; ``back_up`` is given the revision that
    comes next, before anything is changed.
    """
    return _upgrade(engine, extra, turn, back_up)


def _upgrade(
    engine: sa.Engine,
    extra: Sequence[Path],
    turn: AbstractContextManager[None],
    back_up: Callable[[str], None],
) -> list[str]:
    if not extra and current_revision(engine) == newest():
        return []
    known = scripts(extra)
    if not _pending(known, current_revision(engine)):
        return []
    with turn:
        now = current_revision(engine)  # another process may have been quicker
        pending = _pending(known, now)
        if pending and now:
            back_up(pending[0].revision)
        for script in pending:
            _apply(engine, script)
    return [script.revision for script in pending]


def must_be_current(engine: sa.Engine) -> None:
    """Refuse a shared database whose tables its owner has not brought up to date."""
    now = current_revision(engine)
    if now != newest() and _pending(scripts(), now):
        raise StoreError(
            "the shared lab was made by an earlier release",
            advice="stop the servers; then the owner of the tables runs: "
            "iwflab upgrade --lab FOLDER --owner-url URL",
        )


@contextmanager
def _migrating(file: Path) -> Iterator[None]:
    try:
        with _ONE_AT_A_TIME, locked(file.with_name(f"{file.name}.lock")):
            yield
    except OSError as fault:
        raise StoreError(
            f"the lab cannot be brought up to date: {fault.strerror or fault}",
            advice="check the owner and the free space of the lab folder",
        ) from fault


def _pending(known: "Mapping[str, Script]", now: str) -> "list[Script]":
    if now and now not in known:
        raise StoreError(
            f"this lab was written by a newer release (schema {now})",
            advice="upgrade iwflab, or open the backup made before the upgrade",
        )
    order = list(known)
    return [known[name] for name in order[order.index(now) + 1 if now else 0 :]]


def _apply(engine: sa.Engine, script: "Script") -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    with (
        engine.connect().execution_options(writes=True) as connection,
        _without_references(connection),
        connection.begin(),
    ):
        context = MigrationContext.configure(connection)
        if _revision(connection) != (script.down_revision or ""):
            raise StoreError(
                f"schema {script.revision} does not follow what this lab has",
                advice="another program changes this lab; close it, then try again",
            )
        with Operations.context(context):
            script.module.upgrade()
        _guard(connection)
        context._ensure_version_table()  # noqa: SLF001 - no public name for it
        connection.exec_driver_sql(f"DELETE FROM {BOOKKEEPING}")  # noqa: S608 - ours
        row = sa.text(f"INSERT INTO {BOOKKEEPING} VALUES (:revision)")  # noqa: S608
        connection.execute(row, {"revision": script.revision})


@contextmanager
def _without_references(connection: sa.Connection) -> Iterator[None]:
    """Switch foreign keys off for a table rebuild; the check before commit stands in.

    Only SQLite rebuilds tables.  It ignores this inside a transaction, and SQLAlchemy
    begins one before any statement of its own: so the driver is spoken to directly,
    and asked again.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.dbapi_connection
    try:
        _switch(driver, 0)
        yield
    finally:
        try:
            _switch(driver, 1)
        except StoreError:
            connection.invalidate()  # never back into the pool without its keys
            raise


def _switch(driver: object, wanted: int) -> None:
    if isinstance(driver, sqlite3.Connection):
        driver.execute(f"PRAGMA foreign_keys={wanted}")
        if driver.execute("PRAGMA foreign_keys").fetchone() == (wanted,):
            return
    raise StoreError(
        "the database would not switch its foreign keys",
        advice="the lab is unchanged; this is a fault of the program, please report it",
    )


def _guard(connection: sa.Connection) -> None:
    guard(connection)
    broken = broken_references(connection)
    if broken:
        raise StoreError(
            f"the migration would break {broken} references",
            advice="the lab is unchanged; report this with the schema number",
        )
    missing = missing_guards(connection)
    if missing:
        raise StoreError(
            f"the migration would leave {', '.join(missing)} unguarded",
            advice="the lab is unchanged; report this with the schema number",
        )


def _back_up_before(file: Path, revision: str) -> None:
    sweep(file.parent, file.name)
    place = file.with_name(f"{file.name}.before-{revision}")
    keep_once(place, lambda to: backup(file, to))


def keep_once(place: Path, write: Callable[[Path], None]) -> None:
    """Keep a copy that ``write`` makes; an earlier one is never replaced.

    A copy that was cut short never has the name of one that is whole.
    """
    sweep(place.parent, place.name)
    temporary = unfinished(place)
    try:
        write(temporary)
        number, to = 1, place
        while not into_place(temporary, to, once=True):
            if filecmp.cmp(temporary, to, shallow=False):
                return  # an interrupted migration kept this very state
            number += 1
            to = place.with_name(f"{place.name}.{number}")
    finally:
        temporary.unlink(missing_ok=True)


def backup(file: Path, to: Path) -> None:
    """Copy a live SQLite database whole, also while others write to it."""
    source, target = sqlite3.connect(file), sqlite3.connect(to)
    try:
        to.chmod(0o600)
        source.backup(target)
    finally:
        target.close()
        source.close()
    flush(to)


def columns_at(revision: str, extra: Sequence[Path] = ()) -> Mapping[str, list[str]]:
    """Give the columns that each table had at a revision, for checking old rows."""
    return columns_of(scripts(extra), revision)


def columns_of(known: "Mapping[str, Script]", revision: str) -> Mapping[str, list[str]]:
    """Give the columns that each table had at one of the known revisions."""
    # Only whole names: Alembic would also take ``head``, ``+1`` or a part of one.
    if revision not in known:
        raise StoreError(
            f"no schema is called {revision[:40]!r}",
            advice="a newer release may have written it; else the trail was changed",
        )
    columns: dict[str, list[str]] = {}
    for name, script in known.items():
        for table, added in script.module.ADDS.items():
            columns.setdefault(table, []).extend(added)
        if name == revision:
            break
    return columns


def apply_up_to(
    engine: sa.Engine, known: "Mapping[str, Script]", revision: str
) -> None:
    """Bring an empty database in memory to a revision: what it ought to look like."""
    with _ONE_AT_A_TIME:
        for name, script in known.items():
            _apply(engine, script)
            if name == revision:
                break

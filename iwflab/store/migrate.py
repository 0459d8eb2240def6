"""Migrations: one transaction each, a backup before, triggers made again and counted.

Alembic's batch rebuild of a table silently drops its triggers, and its SQLite
dialect does not run DDL in a transaction.  So the transaction is ours, the triggers
are put back after every migration, and both triggers and foreign keys are checked
before the commit.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory

from iwflab.errors import StoreError
from iwflab.store.schema import append_only

_HERE = Path(__file__).parent / "migrations"


def scripts(extra: Sequence[Path] = ()) -> ScriptDirectory:
    """Give the migrations in this package, and those in ``extra`` folders."""
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    places = [_HERE / "versions", *extra]
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(p) for p in places))
    return ScriptDirectory.from_config(config)


def current_revision(engine: sa.Engine) -> str:
    """Give the revision of a database, or an empty text for a new one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def upgrade(engine: sa.Engine, file: Path, extra: Sequence[Path] = ()) -> list[str]:
    """Bring a database up to date; give the revisions that were applied.

    Raises :class:`~iwflab.errors.StoreError` where a newer release wrote it.
    """
    directory = scripts(extra)
    known = {script.revision: script for script in directory.walk_revisions()}
    now = current_revision(engine)
    if now and now not in known:
        raise StoreError(
            f"this lab was written by a newer release (schema {now})",
            advice="upgrade iwflab, or open the backup made before the upgrade",
        )
    pending = _pending(directory, now)
    if not pending:
        return []
    if now:
        backup(file, file.with_name(f"{file.name}.before-{pending[0].revision}"))
    for script in pending:
        _apply(engine, script)
    return [script.revision for script in pending]


def _pending(directory: ScriptDirectory, now: str) -> list[Script]:
    head = directory.get_current_head()
    walk = directory.walk_revisions(base=now or "base", head=head or "head")
    return [script for script in reversed(list(walk)) if script.revision != now]


def _apply(engine: sa.Engine, script: Script) -> None:
    with engine.connect().execution_options(writes=True) as connection:
        # Foreign keys cannot be switched off inside a transaction; a table rebuild
        # needs them off, and the check below stands in for them.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.commit()
        try:
            with connection.begin():
                # Another process may have been quicker while we waited for the lock.
                context = MigrationContext.configure(connection)
                if context.get_current_revision() == script.revision:
                    return
                with Operations.context(context):
                    script.module.upgrade()
                _guard(connection)
                context._ensure_version_table()  # noqa: SLF001 - no public name for it
                _stamp(connection, script.revision)
        finally:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.commit()


def _stamp(connection: sa.Connection, revision: str) -> None:
    connection.exec_driver_sql("DELETE FROM alembic_version")
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (revision,))


def _guard(connection: sa.Connection) -> None:
    tables = [
        name
        for name in sa.inspect(connection).get_table_names()
        if name != "alembic_version"
    ]
    for table in tables:
        for statement in append_only(table):
            connection.exec_driver_sql(statement)
    faults = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if faults:
        raise StoreError(
            f"the migration would break {len(faults)} references",
            advice="the lab is unchanged; report this with the schema number",
        )
    missing = missing_triggers(connection)
    if missing:
        raise StoreError(
            f"the migration would leave {', '.join(missing)} unguarded",
            advice="the lab is unchanged; report this with the schema number",
        )


def missing_triggers(connection: sa.Connection) -> list[str]:
    """Name the tables of a SQLite database that lack an append-only trigger."""
    found = {
        str(row[0])
        for row in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
    }
    return [
        table
        for table in sa.inspect(connection).get_table_names()
        if table != "alembic_version"
        and not {f"{table}_no_update", f"{table}_no_delete"} <= found
    ]


def backup(file: Path, to: Path) -> None:
    """Copy a live SQLite database whole, also while others write to it."""
    source, target = sqlite3.connect(file), sqlite3.connect(to)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
    to.chmod(0o600)


def columns_at(revision: str, extra: Sequence[Path] = ()) -> Mapping[str, list[str]]:
    """Give the columns that each table had at a revision, for checking old rows."""
    columns: dict[str, list[str]] = {}
    for script in reversed(list(scripts(extra).walk_revisions(head=revision))):
        for table, added in script.module.ADDS.items():
            columns.setdefault(table, []).extend(added)
    return columns

"""Migrations: all or nothing, once, with a backup, whoever else opens the lab."""

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from labs import enter_case, fill, fill_media, findings, open_unguarded, start

from iwflab.errors import StoreError
from iwflab.store import Store
from iwflab.store.audit import verify
from iwflab.store.engines import sqlite_engine
from iwflab.store.migrate import (
    _apply,
    _without_references,
    columns_at,
    current_revision,
    missing_guards,
    newest,
    scripts,
    upgrade,
)

SOAK = pytest.mark.soak
OPENED = """
import sys
from pathlib import Path
from iwflab.store import Store
Store.open(Path(sys.argv[1])).close()
print([name for name in sys.modules if name.partition(".")[0] == "alembic"])
"""
MIGRATION = f'''
"""Adds columns by rebuilding tables, which drops their triggers."""

import time

import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{newest()}"
ADDS = {{"exhibit": ("seized_on",), "medium": ("origin",)}}


def upgrade() -> None:
    for name, column in (("medium", "origin"), ("exhibit", "seized_on")):
        with op.batch_alter_table(
            name, recreate="always", table_kwargs={{"sqlite_strict": True}}
        ) as table:
            table.add_column(sa.Column(column, sa.Text(), server_default=""))
        print("middle", flush=True)
        time.sleep(0.01)
'''
SECOND = '''
"""Adds a column the plain way."""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "9000"
ADDS = {"exhibit": ("colour",)}


def upgrade() -> None:
    op.add_column("exhibit", sa.Column("colour", sa.Text()))
'''


@pytest.fixture
def one_more(tmp_path):
    """A folder with one more migration, which rebuilds what others refer to."""
    folder = tmp_path / "one-more"
    folder.mkdir()
    (folder / "m9000_more.py").write_text(MIGRATION)
    return folder


@pytest.fixture
def two_more(one_more):
    (one_more / "m9001_colour.py").write_text(SECOND)
    return one_more


def _columns(file, table):
    connection = sqlite3.connect(file)
    found = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
    connection.close()
    return found


def _check_migrated(file, one_more):
    """Old or new, never mixed; rows, triggers and trail are whole."""
    engine = sqlite_engine(file)
    revision = current_revision(engine)
    assert ("seized_on" in _columns(file, "exhibit")) == (revision == "9000")
    assert ("origin" in _columns(file, "medium")) == (revision == "9000")
    store = Store(engine)
    with store.read() as connection:
        assert missing_guards(connection) == []
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        count = connection.exec_driver_sql("SELECT COUNT(*) FROM copy").scalar()
    assert verify(store, extra=[one_more]) == []
    store.close()
    return revision, count


def test_a_lab_that_is_up_to_date_is_opened_without_alembic(tmp_path):
    """What is newest is read from the names of the files: each leads with its number."""
    assert all(f"/m{name}_" in one.path for name, one in scripts().items())
    assert newest() == list(scripts())[-1]
    file = tmp_path / "lab.db"
    Store.open(file, create=True).close()
    command = [sys.executable, "-c", OPENED, str(file)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_store_that_names_two_schemas_is_refused(tmp_path):
    file = tmp_path / "lab.db"
    Store.open(file, create=True).close()
    with sqlite3.connect(file) as connection:
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
    connection.close()
    with pytest.raises(StoreError, match="more than one schema"):
        Store.open(file)


def test_a_migration_keeps_triggers_rows_references_and_trail(tmp_path, one_more):
    file = tmp_path / "lab.db"
    store = fill_media(file, 20)
    assert upgrade(store.engine, file, [one_more]) == ["9000"]
    # The same connections go on, with their foreign keys.
    with pytest.raises(StoreError), store.act("x", "y", analyst="a") as act:
        act.insert("exhibit", lab_case="nobody", name="E")
    store.close()

    assert _check_migrated(file, one_more) == ("9000", 20)
    backup = file.with_name("lab.db.before-9000")
    assert backup.stat().st_mode & 0o777 == 0o600
    assert "seized_on" not in _columns(backup, "exhibit")
    older = Store(sqlite_engine(backup))
    assert verify(older) == []
    older.close()


def test_foreign_keys_that_would_not_go_off_stop_the_migration(tmp_path):
    store = fill(tmp_path / "lab.db", 1)
    with store.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("SELECT 1")
        with pytest.raises(StoreError, match="foreign keys"):
            with _without_references(connection):
                pass
    store.close()


def test_a_migration_that_does_not_follow_is_refused(tmp_path, two_more):
    store = fill(tmp_path / "lab.db", 1)
    with pytest.raises(StoreError, match="does not follow"):
        _apply(store.engine, scripts([two_more])["9001"])
    store.close()


def test_an_earlier_backup_is_never_replaced(tmp_path, one_more):
    file = tmp_path / "lab.db"
    store = fill(file, 3)
    earlier = tmp_path / "lab.db.before-9000"
    earlier.write_text("the only copy of something")
    (tmp_path / f".lab.db.{'0' * 16}.new").write_text("left by a killed process")
    upgrade(store.engine, file, [one_more])
    store.close()

    assert earlier.read_text() == "the only copy of something"
    copy = Store(sqlite_engine(tmp_path / "lab.db.before-9000.2"))
    assert verify(copy) == []
    copy.close()
    assert list(tmp_path.glob(".lab.db*")) == []


def test_processes_that_open_an_old_lab_at_once_migrate_it_once(tmp_path, two_more):
    full = tmp_path / "full.db"
    fill_media(full, 50).close()
    for round_ in range(2):
        file = tmp_path / f"lab{round_}.db"
        shutil.copy(full, file)
        several = [start("migrator.py", file, two_more, "--wait") for _ in range(3)]
        for one in several:
            assert one.stdout.readline() == "begins\n"
        for one in several:
            one.stdin.write("go\n")
            one.stdin.flush()
        said = [one.communicate("end\n")[0].split() for one in several]

        assert all("done" in words for words in said)
        assert sum("9000,9001" in words for words in said) == 1
        store = Store(sqlite_engine(file))
        assert store.schema == "9001"
        assert verify(store, extra=[two_more]) == []
        store.close()
        (backup,) = tmp_path.glob(f"{file.name}.before*")
        assert "origin" not in _columns(backup, "medium")


def test_only_whole_names_of_schemas_are_known(one_more):
    for name in ("zzz", "head", "base", "+1", "900", "", "0001:9000"):
        with pytest.raises(StoreError, match="no schema"):
            columns_at(name, [one_more])
    assert columns_at("9000", [one_more])["exhibit"][-1] == "seized_on"


def _migrated(tmp_path, one_more):
    file = tmp_path / "lab.db"
    store = fill(file, 2)
    upgrade(store.engine, file, [one_more])
    store.close()
    return (file, *open_unguarded(file))


def test_rows_are_checked_by_the_columns_of_their_own_schema(tmp_path, one_more):
    file, connection, triggers = _migrated(tmp_path, one_more)
    connection.execute("UPDATE exhibit SET name = 'other' WHERE name = 'exhibit 1'")
    found = findings(file, connection, triggers, extra=[one_more])

    assert [f.problem for f in found] == ["a exhibit of entry 2 was changed"]


@pytest.mark.parametrize("rebuilt", [False, True])
def test_nothing_hides_in_a_column_that_came_later(tmp_path, one_more, rebuilt):
    file, connection, triggers = _migrated(tmp_path, one_more)
    if rebuilt:  # with another default, which all older rows then hold
        (sql,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'exhibit'"
        ).fetchone()
        other = sql.replace("DEFAULT ''", "DEFAULT 'hidden'").replace(
            "exhibit", "other", 1
        )
        assert "hidden" in other
        connection.execute(other)
        columns = "id, salt, entry, lab_case, name"
        connection.execute(
            f"INSERT INTO other ({columns}) SELECT {columns} FROM exhibit"
        )
        connection.execute("DROP TABLE exhibit")
        connection.execute("ALTER TABLE other RENAME TO exhibit")
    else:
        connection.execute("UPDATE exhibit SET seized_on = 'hidden' WHERE entry = 2")
    found = findings(file, connection, triggers, extra=[one_more])

    assert any(f.entry == 2 and "says more" in f.problem for f in found)


@pytest.mark.parametrize(
    "kills", [8, pytest.param(60, marks=SOAK)], ids=lambda k: f"{k}-kills"
)
def test_a_killed_migration_is_never_mixed(tmp_path, one_more, kills, figure):
    """Killed before, in the middle of the transaction, at the commit, and after it."""
    full = tmp_path / "full.db"
    fill_media(full, 400).close()
    chance = random.Random(11)
    seen, in_the_middle = set(), 0
    for round_ in range(kills):
        file = tmp_path / f"lab{round_}.db"
        shutil.copy(full, file)
        process = start("migrator.py", file, one_more)
        until = ("begins", "middle", "middle", "done")[round_ % 4]
        said = [process.stdout.readline().strip()]
        while said[-1] != until:
            said.append(process.stdout.readline().strip())
            assert said[-1], said
        if round_ % 4 == 2:  # anywhere until after the commit
            time.sleep(chance.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        said += process.communicate()[0].split()
        assert process.returncode == -signal.SIGKILL

        revision, count = _check_migrated(file, one_more)
        assert count == 400
        in_the_middle += (
            "middle" in said and "done" not in said and revision == newest()
        )
        seen.add(revision)
        # After the kill, the next start finishes the work.
        engine = sqlite_engine(file)
        upgrade(engine, file, [one_more])
        engine.dispose()
        assert _check_migrated(file, one_more) == ("9000", 400)
        file.unlink()

    assert seen == {newest(), "9000"}
    assert in_the_middle >= 1
    figure("migration killed", f"{kills} kills, 0 mixed states")


def test_a_process_of_the_older_release_goes_on_after_a_migration(tmp_path, one_more):
    file = tmp_path / "lab.db"
    older = fill(file, 1)
    other = sqlite_engine(file)
    upgrade(other, file, [one_more])
    other.dispose()
    enter_case(older, 1)
    older.close()

    store = Store(sqlite_engine(file))
    assert verify(store, extra=[one_more]) == []
    store.close()

"""Faults on purpose: killed writers, killed migrations, tampering, roll-back."""

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from iwflab.domain.trail import entry_digest
from iwflab.errors import BadInput, Tampered
from iwflab.store import Store
from iwflab.store.audit import entries, verify
from iwflab.store.database import entry_row
from iwflab.store.engines import sqlite_engine
from iwflab.store.head import HeadFolder
from iwflab.store.migrate import current_revision, missing_triggers, upgrade

HERE = Path(__file__).parent
SOAK = pytest.mark.soak


def _fill(file, number):
    store = Store.open(file, create=True)
    for n in range(number):
        with store.act("open case", str(n), analyst="ann") as act:
            case = act.insert("lab_case", name=f"case {n}")
            act.insert("exhibit", lab_case=case, name=f"exhibit {n}")
    return store


def _killed_writer(file, start, after):
    """Start a writer, kill it after so many acknowledgements; give those."""
    command = [sys.executable, HERE / "writer.py", file, str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        whole = "".join(process.stdout.readline() for _ in range(after))
        process.send_signal(signal.SIGKILL)
        whole += process.stdout.read()
    # A number counts as acknowledged when its whole line came through.
    return [int(line) for line in whole.split("\n")[:-1]]


@pytest.mark.parametrize(
    "kills", [12, pytest.param(200, marks=SOAK)], ids=lambda k: f"{k}-kills"
)
def test_a_killed_writer_loses_and_doubles_nothing(tmp_path, kills):
    file = tmp_path / "lab.db"
    Store.open(file, create=True).close()
    chance = random.Random(7)
    acknowledged = 0
    for _ in range(kills):
        said = _killed_writer(file, acknowledged, 1 + chance.randrange(6))
        acknowledged = max(said) + 1
        store = Store.open(file)
        names = [r["name"] for r in store.rows(sa.text("SELECT name FROM lab_case"))]
        store.close()
        assert len(names) == len(set(names))
        # Everything acknowledged is there; at most one more was committed unheard.
        assert {f"case {n}" for n in range(acknowledged)} <= set(names)
        assert len(names) <= acknowledged + 1
    store = Store.open(file)
    assert verify(store) == []
    store.close()


MIGRATION = '''
"""Adds a column by rebuilding the table, which drops its triggers."""

import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "0001"
ADDS = {"exhibit": ("seized_on",)}


def upgrade() -> None:
    with op.batch_alter_table("exhibit", recreate="always") as table:
        table.add_column(sa.Column("seized_on", sa.Text(), server_default=""))
'''


@pytest.fixture
def one_more(tmp_path):
    """A folder with one more migration, which really adds a column."""
    folder = tmp_path / "one-more"
    folder.mkdir()
    (folder / "m9000_seized_on.py").write_text(MIGRATION)
    return folder


def _columns(file):
    connection = sqlite3.connect(file)
    found = {row[1] for row in connection.execute("PRAGMA table_info(exhibit)")}
    connection.close()
    return found


def _check_migrated(file, one_more):
    """Old or new, never mixed; rows, triggers and trail are whole."""
    engine = sqlite_engine(file)
    revision = current_revision(engine)
    assert ("seized_on" in _columns(file)) == (revision == "9000")
    store = Store(engine)
    with store.read() as connection:
        assert missing_triggers(connection) == []
        count = connection.exec_driver_sql("SELECT COUNT(*) FROM exhibit").scalar()
    assert verify(store, extra=[one_more]) == []
    store.close()
    return revision, count


def test_a_migration_keeps_triggers_rows_and_trail(tmp_path, one_more):
    file = tmp_path / "lab.db"
    store = _fill(file, 20)
    assert upgrade(store.engine, file, [one_more]) == ["9000"]
    store.close()

    assert _check_migrated(file, one_more) == ("9000", 20)
    backup = file.with_name("lab.db.before-9000")
    assert "seized_on" not in _columns(backup)
    older = Store(sqlite_engine(backup))
    assert verify(older) == []
    older.close()


def test_rows_are_checked_by_the_columns_of_their_own_schema(tmp_path, one_more):
    file = tmp_path / "lab.db"
    store = _fill(file, 2)
    upgrade(store.engine, file, [one_more])
    store.close()
    connection = sqlite3.connect(file)
    connection.execute("DROP TRIGGER exhibit_no_update")
    connection.execute("UPDATE exhibit SET name = 'other' WHERE name = 'exhibit 1'")
    connection.commit()
    connection.close()
    store = Store(sqlite_engine(file))
    problems = [f.problem for f in verify(store, extra=[one_more])]
    store.close()

    assert "a exhibit of entry 2 was changed" in problems


@pytest.mark.parametrize(
    "kills", [6, pytest.param(60, marks=SOAK)], ids=lambda k: f"{k}-kills"
)
def test_a_killed_migration_is_never_mixed(tmp_path, one_more, kills):
    full = tmp_path / "full.db"
    _fill(full, 400).close()
    chance = random.Random(11)
    seen = set()
    for round_ in range(kills):
        file = tmp_path / f"lab{round_}.db"
        shutil.copy(full, file)
        process = subprocess.Popen(
            [sys.executable, HERE / "migrator.py", file, one_more],
            stdout=subprocess.PIPE,
            text=True,
        )
        process.stdout.readline()
        try:
            process.wait(timeout=chance.random() * 0.12)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        revision, count = _check_migrated(file, one_more)
        assert count == 400
        seen.add(revision)
        # After the kill, the next start finishes the work.
        engine = sqlite_engine(file)
        upgrade(engine, file, [one_more])
        engine.dispose()
        assert _check_migrated(file, one_more) == ("9000", 400)
        file.unlink()
    assert seen <= {"0001", "9000"}


# -- tampering ------------------------------------------------------------------
@pytest.fixture(scope="module")
def trail(tmp_path_factory):
    """A lab of 400 entries, with heads signed at 200 and 400."""
    folder = tmp_path_factory.mktemp("trail")
    return _signed_lab(folder, 400)


def _signed_lab(folder, size):
    heads = HeadFolder(folder / "lab", "x", str(folder / "heads"))
    (folder / "lab").mkdir()
    store = _fill(folder / "lab" / "lab.db", size // 2)
    shutil.copytree(folder / "lab", folder / "last week")
    _vouch(store, heads)
    for n in range(size // 2, size):
        with store.act("open case", str(n), analyst="ann") as act:
            act.insert("lab_case", name=f"case {n}")
    _vouch(store, heads)
    store.close()
    return folder, heads, size


def _vouch(store, heads):
    *_, last = entries(store)
    heads.write(last.number, last.digest)


def _open_copy(trail, tmp_path, which="lab"):
    folder, heads, size = trail
    copy = tmp_path / "copy"
    shutil.copytree(folder / which, copy)
    connection = sqlite3.connect(copy / "lab.db", isolation_level=None)
    # An attacker with the file simply removes the triggers first.
    names = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type='trigger'"
    )
    triggers = names.fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    return copy / "lab.db", connection, triggers, heads, size


def _findings(file, connection, triggers, heads):
    for _, sql in triggers:
        connection.execute(sql)
    connection.close()
    store = Store(sqlite_engine(file))
    found = verify(store, head=heads.read())
    store.close()
    return found


def _rehash(connection, start):
    """Re-compute every digest from an entry on, as a careful attacker would."""
    store_rows = connection.execute(
        "SELECT * FROM audit_entry WHERE number >= ? ORDER BY number", (start,)
    ).fetchall()
    previous = connection.execute(
        "SELECT digest FROM audit_entry WHERE number < ? ORDER BY number DESC LIMIT 1",
        (start,),
    ).fetchone()
    previous = previous[0] if previous else "0" * 64
    from iwflab.domain.trail import Entry, rows_from

    for row in store_rows:
        entry = Entry(*row[:7], rows_from(row[7]), previous)
        digest = entry_digest(entry)
        plain = entry_row(entry, digest)
        connection.execute(
            "UPDATE audit_entry SET previous = ?, digest = ? WHERE number = ?",
            (plain["previous"], digest, entry.number),
        )
        previous = digest


def _change(c, n, size):
    c.execute("UPDATE audit_entry SET analyst = 'eve' WHERE number = ?", (n,))


def _change_row(c, n, size):
    c.execute("UPDATE lab_case SET name = name || '!' WHERE entry = ?", (n,))


def _delete(c, n, size):
    c.execute("DELETE FROM lab_case WHERE entry = ?", (n,))
    c.execute("DELETE FROM exhibit WHERE entry = ?", (n,))
    c.execute("DELETE FROM audit_entry WHERE number = ?", (n,))


def _swap(c, n, size):
    m = n % (size - 1) + 1 if n % (size - 1) + 1 != n else n - 1
    c.execute("UPDATE audit_entry SET number = -1 WHERE number = ?", (n,))
    c.execute("UPDATE audit_entry SET number = ? WHERE number = ?", (n, m))
    c.execute("UPDATE audit_entry SET number = ? WHERE number = -1", (m,))


def _insert(c, n, size):
    c.execute(
        "INSERT INTO audit_entry SELECT ?, at_us, 'eve', verb, subject, 'new',"
        " schema, '[]', 'forged', 'forged' FROM audit_entry WHERE number = ?",
        (size + 1, n),
    )


def _insert_row(c, n, size):
    c.execute(
        "INSERT INTO lab_case SELECT 'forged', salt, entry, 'x' FROM lab_case"
        " WHERE entry = ?",
        (n,),
    )


def _truncate(c, n, size):
    c.execute("DELETE FROM lab_case WHERE entry >= ?", (n,))
    c.execute("DELETE FROM exhibit WHERE entry >= ?", (n,))
    c.execute("DELETE FROM audit_entry WHERE number >= ?", (n,))


def _change_and_rehash(c, n, size):
    _change(c, n, size)
    _rehash(c, n)


def _truncate_and_go_on(c, n, size):
    from iwflab.domain.trail import Entry

    _truncate(c, n, size)
    last = c.execute(
        "SELECT digest FROM audit_entry ORDER BY number DESC LIMIT 1"
    ).fetchone()
    previous = last[0] if last else "0" * 64
    for number in range(n, size + 2):
        entry = Entry(
            number, number, "eve", "x", "y", f"e{number}", "0001", (), previous
        )
        digest = entry_digest(entry)
        row = entry_row(entry, digest)
        marks = ", ".join("?" * len(row))
        c.execute(f"INSERT INTO audit_entry VALUES ({marks})", tuple(row.values()))
        previous = digest


ATTACKS = [
    *(_change, _change_row, _delete, _swap, _insert, _insert_row, _truncate),
    *(_change_and_rehash, _truncate_and_go_on),
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.__name__.strip("_"))
def test_every_kind_of_tampering_is_seen(trail, tmp_path, attack):
    chance = random.Random(3)
    for place in (1, 400, 2 + chance.randrange(398)):
        shutil.rmtree(tmp_path / "copy", ignore_errors=True)
        file, connection, triggers, heads, size = _open_copy(trail, tmp_path)
        attack(connection, place, size)
        found = _findings(file, connection, triggers, heads)
        assert found, f"{attack.__name__} at {place} was not seen"


def test_the_first_bad_entry_is_named(trail, tmp_path):
    file, connection, triggers, heads, size = _open_copy(trail, tmp_path)
    _change(connection, 123, size)
    found = _findings(file, connection, triggers, heads)

    assert found[0].entry == 123


def test_a_whole_folder_rolled_back_is_seen_with_the_outside_head(trail, tmp_path):
    file, connection, triggers, heads, _ = _open_copy(trail, tmp_path, "last week")
    found = _findings(file, connection, triggers, heads)

    assert any("rolled back" in f.problem for f in found)


def test_missing_triggers_are_an_alarm(trail, tmp_path):
    file, connection, _, heads, _ = _open_copy(trail, tmp_path)
    found = _findings(file, connection, [], heads)

    assert any("not guarded" in f.problem for f in found)


@pytest.mark.parametrize(
    "labs", [5, pytest.param(200, marks=SOAK)], ids=lambda n: f"{n}-labs"
)
def test_an_untampered_lab_raises_no_alarm(tmp_path, labs):
    chance = random.Random(5)
    for number in range(labs):
        (tmp_path / str(number)).mkdir()
        folder, heads, _ = _signed_lab(
            tmp_path / str(number), 2 * (1 + chance.randrange(20))
        )
        store = Store.open(folder / "lab" / "lab.db")
        assert verify(store, head=heads.read()) == []
        store.close()
        shutil.rmtree(tmp_path / str(number))


@SOAK
def test_a_trail_of_100000_entries_is_verified_and_every_attack_on_it_seen(tmp_path):
    trail = _signed_lab(tmp_path, 100_000)
    chance = random.Random(13)
    for attack in ATTACKS:
        shutil.rmtree(tmp_path / "copy", ignore_errors=True)
        file, connection, triggers, heads, size = _open_copy(trail, tmp_path)
        attack(connection, 2 + chance.randrange(size - 2), size)
        assert _findings(file, connection, triggers, heads), attack.__name__
    shutil.rmtree(tmp_path / "copy")
    file, connection, triggers, heads, size = _open_copy(trail, tmp_path)
    assert _findings(file, connection, triggers, heads) == []


def test_a_forged_head_is_refused(trail, tmp_path):
    _, heads, _ = trail
    forged = tmp_path / "head.txt"
    forged.write_text(heads.newest.read_text().replace("\n400\n", "\n399\n"))

    with pytest.raises(Tampered):
        heads.read(forged)


def test_a_head_of_another_lab_is_refused(trail, tmp_path):
    folder, heads, _ = trail
    other = HeadFolder(folder / "lab", "y", str(tmp_path / "heads"))
    other.write(1, "0" * 64)

    with pytest.raises(Tampered):
        heads.read(other.newest)


def test_a_head_inside_the_lab_folder_is_refused(tmp_path):
    with pytest.raises(BadInput, match="inside"):
        HeadFolder(tmp_path / "lab", "x", str(tmp_path / "lab" / "heads"))
    (tmp_path / "lab").mkdir()
    (tmp_path / "door").symlink_to(tmp_path / "lab")
    with pytest.raises(BadInput, match="inside"):
        HeadFolder(tmp_path / "lab", "x", str(tmp_path / "door"))


def test_the_database_is_not_found_fault_with_while_a_reader_is_open(tmp_path):
    """A backup made while a writer works is whole."""
    from iwflab.store.migrate import backup

    store = _fill(tmp_path / "lab.db", 10)
    with store.read():
        backup(tmp_path / "lab.db", tmp_path / "backup.db")
    copy = Store(sqlite_engine(tmp_path / "backup.db"))
    assert verify(copy) == []
    copy.close()
    store.close()

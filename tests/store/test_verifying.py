"""Verification: no alarm at a lab at work, and an answer whatever is in the file."""

import json
import re

import pytest
from labs import fill, fill_media, findings, open_unguarded, start

from iwflab.domain.trail import Entry, entry_digest
from iwflab.store import Store
from iwflab.store.audit import entries, verify
from iwflab.store.chain import entry_row
from iwflab.store.engines import sqlite_engine
from iwflab.store.migrate import backup


@pytest.fixture
def writer(tmp_path):
    """A process that writes to a lab all the time; gives how many are acknowledged."""
    Store.open(tmp_path / "lab.db", create=True).close()
    process = start("writer.py", tmp_path / "lab.db", 0)
    for _ in range(5):
        process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def test_a_lab_at_work_raises_no_alarm(tmp_path, writer):
    store = Store.open(tmp_path / "lab.db")
    sizes = set()
    for _ in range(40):
        assert verify(store) == []
        sizes.add(len(list(entries(store))))
    store.close()

    assert len(sizes) > 5  # it really was at work


def test_a_backup_made_while_a_writer_works_is_whole(tmp_path, writer):
    sizes = set()
    for number in range(10):
        acknowledged = int(writer.stdout.readline())
        backup(tmp_path / "lab.db", tmp_path / f"backup{number}.db")
        copy = Store(sqlite_engine(tmp_path / f"backup{number}.db"))
        assert verify(copy) == []
        sizes.add(len(list(entries(copy))))
        assert len(list(entries(copy))) >= acknowledged + 1
        copy.close()

    assert len(sizes) > 1


# -- hostile content ------------------------------------------------------------
def _entry(number, c, **changed):
    """Change an entry, and everything after it to fit, as far as that can be done."""
    for name, value in changed.items():
        c.execute(
            f"UPDATE audit_entry SET {name} = ? WHERE number = ?", (value, number)
        )


def _consistent(number, c, schema):
    """Name another schema in the last entry, with a digest that fits."""
    from iwflab.domain.trail import rows_from

    row = c.execute("SELECT * FROM audit_entry WHERE number = ?", (number,)).fetchone()
    entry = Entry(*row[:6], schema, rows_from(row[7]), row[8])
    plain = entry_row(entry, entry_digest(entry))
    _entry(number, c, schema=schema, digest=plain["digest"])


def _loose(c, table, change):
    """Build a table again with other words, keeping its rows."""
    (sql,) = c.execute(
        "SELECT sql FROM sqlite_master WHERE name = ?", (table,)
    ).fetchone()
    c.execute(f"CREATE TABLE kept AS SELECT * FROM {table}")
    c.execute("PRAGMA foreign_keys=OFF")
    c.execute(f"DROP TABLE {table}")
    c.execute(change(sql))
    c.execute(f"INSERT INTO {table} SELECT * FROM kept")
    c.execute("DROP TABLE kept")


ODD_ENTRIES = {
    **{f"schema {name!r}": {"schema": name} for name in ("zzz", "head", "+1", "")},
    "rows: words": {"rows": "nonsense"},
    "rows: no list": {"rows": '{"a": 1}'},
    "rows: a number": {"rows": "7"},
    "rows: numbers": {"rows": "[1]"},
    "rows: too short": {"rows": '[["lab_case"]]'},
    "rows: nothing": {"rows": "[[null,null,null]]"},
    "rows: not hashable": {"rows": '[[["x"],{"y":1},[]]]'},
    "rows: deep": {"rows": "[" * 200_000},
    "rows: endless": {"rows": "[Infinity]"},
    "rows: unknown table": {"rows": '[["zzz","a","b"]]'},
    "not UTF-8": {"analyst": None},
}


@pytest.mark.parametrize("odd", list(ODD_ENTRIES))
def test_an_odd_entry_is_named_and_ends_nothing(tmp_path, odd):
    file = tmp_path / "lab.db"
    fill(file, 6).close()
    c, triggers = open_unguarded(file)
    _entry(2, c, verb="changed")
    if odd == "not UTF-8":
        c.execute("UPDATE audit_entry SET analyst = CAST(x'ff' AS TEXT) WHERE number=4")
    else:
        _entry(4, c, **ODD_ENTRIES[odd])
    found = findings(file, c, triggers)

    # What was found before stays, the odd one is named, and the rest was looked at.
    assert found[0].entry == 2
    assert any(f.entry == 4 or "after 3 entries" in f.problem for f in found)


def test_a_schema_that_nobody_knows_is_a_finding_of_its_own(tmp_path):
    file = tmp_path / "lab.db"
    fill(file, 3).close()
    for name in ("zzz", "head", "0001:head"):
        c, triggers = open_unguarded(file)
        _consistent(3, c, name)
        found = findings(file, c, triggers)

        assert [f.entry for f in found] == [3]
        assert "schema that nobody knows" in found[0].problem


def test_the_same_rows_spelled_otherwise_are_seen(tmp_path):
    file = tmp_path / "lab.db"
    fill(file, 3).close()
    c, triggers = open_unguarded(file)
    (rows,) = c.execute("SELECT rows FROM audit_entry WHERE number = 2").fetchone()
    _entry(2, c, rows=json.dumps(json.loads(rows)))

    assert findings(file, c, triggers)[0].entry == 2


@pytest.mark.parametrize(
    ("number", "at_us"),
    [("x", 1), (2.5, 1), (None, 1), (b"\0", 1), (2, "now"), (2, 1.5), (2, None)],
)
def test_numbers_that_are_none_are_findings(tmp_path, number, at_us):
    file = tmp_path / "lab.db"
    fill(file, 3).close()
    c, triggers = open_unguarded(file)
    _loose(
        c,
        "audit_entry",
        lambda sql: (
            re.sub(r"\b(INTEGER|BIGINT)\b", "ANY", sql)
            .replace("NOT NULL", "")
            .replace("PRIMARY KEY (number)", "UNIQUE (number)")
        ),
    )
    c.execute(
        "UPDATE audit_entry SET number = ?, at_us = ? WHERE number = 2", (number, at_us)
    )
    found = findings(file, c, triggers)

    assert any("cannot be read" in f.problem for f in found)
    assert any(
        "audit_entry.number is not as the schema says" in f.problem for f in found
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lab_case SET salt = CAST(x'ff' AS TEXT) WHERE entry = 2",
        "UPDATE lab_case SET name = CAST(x'ff00' AS TEXT) WHERE entry = 2",
        "UPDATE medium SET size = 9223372036854775807",
        "UPDATE medium SET size = -size - 1",
        "ALTER TABLE lab_case ADD COLUMN more TEXT DEFAULT 'hidden'",
        "ALTER TABLE audit_entry ADD COLUMN more TEXT DEFAULT 'hidden'",
        "ALTER TABLE lab_case RENAME COLUMN id TO di",
        "ALTER TABLE lab_case RENAME COLUMN salt TO pepper",
        "ALTER TABLE audit_entry RENAME COLUMN digest TO tsegid",
        "ALTER TABLE audit_entry RENAME TO yrtne",
        "CREATE TABLE more (x)",
        'CREATE TABLE "a\'b""c" (x)',
        "CREATE VIEW more AS SELECT * FROM lab_case",
        "CREATE TRIGGER more AFTER INSERT ON lab_case BEGIN SELECT 1; END",
        "DROP TABLE view",
        "UPDATE alembic_version SET version_num = 'zzz'",
        "DELETE FROM alembic_version",
    ],
)
def test_whatever_is_done_to_the_file_is_a_finding_and_no_crash(tmp_path, statement):
    file = tmp_path / "lab.db"
    fill_media(file, 3).close()
    c, triggers = open_unguarded(file)
    c.execute(statement)
    kept = [
        (name, sql)
        for name, sql in triggers
        if not ("TABLE view" in statement and " ON view " in sql)
        and not ("yrtne" in statement and " ON audit_entry " in sql)
    ]

    assert findings(file, c, kept)


def test_two_rows_with_one_id_are_seen(tmp_path):
    file = tmp_path / "lab.db"
    fill(file, 3).close()
    c, triggers = open_unguarded(file)
    _loose(c, "exhibit", lambda sql: re.sub(r"PRIMARY KEY", "UNIQUE", sql))
    c.execute("CREATE TABLE kept AS SELECT * FROM exhibit")
    c.execute("DROP TABLE exhibit")
    c.execute("CREATE TABLE exhibit AS SELECT * FROM kept WHERE 0")
    for _ in range(2):
        c.execute("INSERT INTO exhibit SELECT * FROM kept")
    c.execute("DROP TABLE kept")
    problems = [f.problem for f in findings(file, c, triggers)]

    assert "two rows of exhibit have the same id" in problems


ABORT = "BEGIN SELECT RAISE(ABORT, 'exhibit is append-only'); END"


@pytest.mark.parametrize(
    "body",
    [
        "BEFORE UPDATE ON exhibit BEGIN SELECT 1; END",
        f"BEFORE UPDATE ON exhibit WHEN 0 {ABORT}",
        "AFTER UPDATE ON exhibit BEGIN SELECT RAISE(IGNORE); END",
        f"BEFORE UPDATE ON lab_case {ABORT}",
    ],
)
def test_a_guard_with_another_body_is_no_guard(tmp_path, body):
    file = tmp_path / "lab.db"
    fill(file, 3).close()
    c, triggers = open_unguarded(file)
    kept = [(n, sql) for n, sql in triggers if n != "exhibit_no_update"]
    kept.append(("exhibit_no_update", f"CREATE TRIGGER exhibit_no_update {body}"))
    problems = [f.problem for f in findings(file, c, kept)]

    assert problems == ["the table exhibit is not guarded (append-only)"]

"""Faults on purpose: killed writers, tampering, roll-back."""

import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from labs import findings, open_copy, signed_lab

from iwflab.domain.trail import entry_digest
from iwflab.errors import BadInput, Tampered
from iwflab.store import Store
from iwflab.store.audit import verify
from iwflab.store.chain import entry_row
from iwflab.store.head import HeadFolder

HERE = Path(__file__).parent
SOAK = pytest.mark.soak


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
def test_a_killed_writer_loses_and_doubles_nothing(tmp_path, kills, figure):
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
    told = f"{kills} kills, {acknowledged} acts acknowledged, 0 lost, 0 doubled"
    figure("writer killed", told)


# -- tampering ------------------------------------------------------------------
@pytest.fixture(scope="module")
def trail(tmp_path_factory):
    """A lab of 400 entries, with heads signed at 200 and 400."""
    folder = tmp_path_factory.mktemp("trail")
    return signed_lab(folder, 400)


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
        file, connection, triggers, heads, size = open_copy(trail, tmp_path)
        attack(connection, place, size)
        found = findings(file, connection, triggers, heads)
        assert found, f"{attack.__name__} at {place} was not seen"


def test_the_first_bad_entry_is_named(trail, tmp_path):
    file, connection, triggers, heads, size = open_copy(trail, tmp_path)
    _change(connection, 123, size)
    found = findings(file, connection, triggers, heads)

    assert found[0].entry == 123


def test_a_whole_folder_rolled_back_is_seen_with_the_outside_head(trail, tmp_path):
    file, connection, triggers, heads, _ = open_copy(trail, tmp_path, "last week")
    found = findings(file, connection, triggers, heads)

    assert any("rolled back" in f.problem for f in found)


def test_missing_triggers_are_an_alarm(trail, tmp_path):
    file, connection, _, heads, _ = open_copy(trail, tmp_path)
    found = findings(file, connection, [], heads)

    assert any("not guarded" in f.problem for f in found)


@pytest.mark.parametrize(
    "labs", [5, pytest.param(200, marks=SOAK)], ids=lambda n: f"{n}-labs"
)
def test_an_untampered_lab_raises_no_alarm(tmp_path, labs, figure):
    chance = random.Random(5)
    for number in range(labs):
        (tmp_path / str(number)).mkdir()
        folder, heads, _ = signed_lab(
            tmp_path / str(number), 2 * (1 + chance.randrange(20))
        )
        store = Store.open(folder / "lab" / "lab.db")
        assert verify(store, heads=[heads.read()]) == []
        store.close()
        shutil.rmtree(tmp_path / str(number))
    figure("untampered labs", f"{labs} labs, 0 alarms")


@SOAK
def test_a_trail_of_100000_entries_is_verified_and_every_attack_on_it_seen(
    tmp_path, figure
):
    trail = signed_lab(tmp_path, 100_000)
    chance = random.Random(13)
    for attack in ATTACKS:
        shutil.rmtree(tmp_path / "copy", ignore_errors=True)
        file, connection, triggers, heads, size = open_copy(trail, tmp_path)
        attack(connection, 2 + chance.randrange(size - 2), size)
        assert findings(file, connection, triggers, heads), attack.__name__
    shutil.rmtree(tmp_path / "copy")
    file, connection, triggers, heads, size = open_copy(trail, tmp_path)
    assert findings(file, connection, triggers, heads) == []
    kinds = len(ATTACKS)
    figure("tampering", f"{kinds} of {kinds} kinds seen in a trail of 100,000 entries")


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

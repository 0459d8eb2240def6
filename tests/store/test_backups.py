"""Backups: made while others write, checked, and brought back in one command."""

import json
import os
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from given import CUSTODY, draw_media, own_profile, seen
from labs import fill_media_into

from iwflab import Lab
from iwflab.cli import commands
from iwflab.errors import BadInput, LabError, NotFound, StoreError
from iwflab.lab import safekeeping
from iwflab.lab.profiling import profiles_of
from iwflab.store import Store
from iwflab.store.audit import entries, verify
from iwflab.store.copying import snapshot

pytestmark = pytest.mark.usefixtures("warm")
SOAK = pytest.mark.soak


@pytest.fixture(params=["sqlite", "postgresql"])
def worked(request, tmp_path, postgres):
    """A lab with media, one of them graded, on either database."""
    where = {"head_folder": str(tmp_path / "heads")}
    if request.param == "postgresql":
        owner, application = postgres.database()
        where |= {"owner_url": owner, "database_url": application}
    with Lab.create(tmp_path / "lab", **where) as lab:
        lab.intake([draw_media(tmp_path / "drawn")], **CUSTODY)
        first = lab.open_set(1)["items"][0]["medium"]
        lab.grade(first, seen())
        lab.vouch()
        yield lab


def told(lab):
    frames = (lab.media(), lab.copies(), lab.assessments(), lab.children())
    return [frame.to_csv() for frame in (*frames, lab.hashes())]


def iwflab(*args):
    return CliRunner().invoke(commands, [str(a) for a in args])


def test_a_lab_is_brought_back_and_verified_in_one_command(worked, tmp_path):
    made = worked.backup(tmp_path / "backup")
    assert made.problems == ()
    assert made.media == 7
    assert Lab.check_backup(tmp_path / "backup") == []
    with pytest.raises(NotFound, match="no lab"):  # nobody works in it by mistake
        Lab.open(tmp_path / "backup")
    done = iwflab("restore", tmp_path / "backup", "--lab", tmp_path / "new")

    assert done.exit_code == 0, done.output
    assert "agree" in done.output
    with Lab.open(tmp_path / "new") as lab:
        assert told(lab) == told(worked)
        assert lab.verify(read_data=True) == []


@pytest.mark.parametrize("apart", [False, True])
def test_the_profiles_of_the_organisation_come_back(lab, tmp_path, apart):
    own_profile(lab)
    if apart:  # kept for several labs, outside of all
        named(lab, shutil.move(lab.folder / "ours.toml", tmp_path / "all.toml"))
    assert lab.backup(tmp_path / "backup").problems == ()
    done = iwflab("restore", tmp_path / "backup", "--lab", tmp_path / "new")

    assert done.exit_code == 0, done.output
    for left in (lab.folder / "ours.toml", tmp_path / "all.toml"):
        left.unlink(missing_ok=True)
    with Lab.open(tmp_path / "new") as back:
        assert "ours" in profiles_of(back.folder, back.settings)
        assert back.backup(tmp_path / "second").problems == ()


def named(lab, file):
    place = lab.folder / "lab.toml"
    place.write_text(place.read_text("utf-8").replace("ours.toml", str(file)), "utf-8")


def test_profiles_that_are_not_there_are_said_and_the_rest_is_kept(lab, tmp_path):
    own_profile(lab)
    (lab.folder / "ours.toml").unlink()
    (problem,) = lab.backup(tmp_path / "backup").problems
    assert problem == "profiles 'ours.toml': No such file or directory"
    assert Lab.check_backup(tmp_path / "backup") == [problem]
    done = iwflab("restore", tmp_path / "backup", "--lab", tmp_path / "new")
    assert "ours.toml" in done.output
    with Lab.open(tmp_path / "new") as back:
        assert back.verify(read_data=True) == []


def test_a_lab_moves_to_a_shared_database(worked, tmp_path, postgres):
    worked.backup(tmp_path / "backup")
    owner, application = postgres.database()
    where = {"database_url": application, "owner_url": owner}
    assert Lab.restore(tmp_path / "backup", tmp_path / "new", **where) == []
    with Lab.open(tmp_path / "new") as lab:
        assert lab.settings.database_url == application
        assert not (tmp_path / "new" / "lab.db").exists()
        assert told(lab) == told(worked)
        lab.open_set(2)
        assert lab.verify(read_data=True) == []


def test_a_head_signed_after_the_backup_says_what_is_lost(worked, tmp_path):
    worked.backup(tmp_path / "backup")
    worked.open_set(2)
    worked.vouch()
    done = iwflab("restore", tmp_path / "backup", "--lab", tmp_path / "new")

    assert done.exit_code == 1
    assert "a head of" in done.output
    assert (tmp_path / "new" / "lab.toml").exists()


def damage_database(backup):
    file = backup / "rows.db"
    content = bytearray(file.read_bytes())
    at = content.find(b"drawn pictures")
    content[at] ^= 1
    file.write_bytes(content)


def damage_evidence(backup):
    file = next(f for f in (backup / "evidence").rglob("*") if f.is_file())
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:-1] + b"x")


def lose_evidence(backup):
    next(f for f in (backup / "evidence").rglob("*") if f.is_file()).unlink()


def lose_a_preview(backup):
    next(f for f in (backup / "previews").rglob("*") if f.is_file()).unlink()


def lose_the_reports(backup):
    shutil.rmtree(backup / "reports")


def work_in_it(backup):
    """Acts that lie in a log beside the rows, where a plain copy leaves them."""
    connection = sqlite3.connect(backup / "rows.db")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE mine (a)")
    (backup / "rows.db-wal").stat()
    return connection


HARMS = [damage_database, damage_evidence, lose_evidence, lose_a_preview]


@pytest.mark.parametrize("harm", [*HARMS, lose_the_reports, work_in_it])
def test_a_damaged_backup_is_said_and_what_can_be_saved_is(lab, tmp_path, harm):
    (lab.folder / "reports" / "r.txt").write_text("a report")
    lab.backup(tmp_path / "backup")
    held = harm(tmp_path / "backup")
    assert Lab.check_backup(tmp_path / "backup") != []
    found = Lab.restore(tmp_path / "backup", tmp_path / "new")
    del held

    assert found != []
    kept = [f for f in (tmp_path / "new" / "evidence").rglob("*") if f.is_file()]
    assert len(kept) >= 6


def test_without_a_head_nobody_says_that_one_agrees(lab, tmp_path):
    lab.backup(tmp_path / "backup")
    done = iwflab("restore", tmp_path / "backup", "--lab", tmp_path / "new")

    assert done.exit_code == 0
    assert "no head was compared" in done.output
    assert iwflab("check-backup", tmp_path / "backup").exit_code == 0


def test_two_backups_to_one_place_are_never_mixed(lab, tmp_path):
    """The second is refused while the first is at work."""
    met = []

    def second(_done, _total):
        if not met:
            with pytest.raises(BadInput, match="another backup") as refused:
                lab.backup(tmp_path / "backup")
            met.append(refused.value.advice)

    lab.backup(tmp_path / "backup", progress=second)
    assert met
    assert Lab.check_backup(tmp_path / "backup") == []


def test_addresses_are_tried_before_anything_is_copied(lab, tmp_path, postgres):
    lab.backup(tmp_path / "backup")
    owner, application = postgres.database()
    wrong = [
        {"database_url": application},
        {"database_url": application, "owner_url": application},
        {"database_url": application, "owner_url": owner.replace("/lab_", "/no_")},
        {"database_url": application.replace("_app@", "_who@"), "owner_url": owner},
    ]
    for where in wrong:
        with pytest.raises(LabError) as refused:
            Lab.restore(tmp_path / "backup", tmp_path / "new", **where)
        assert refused.value.advice
        assert not (tmp_path / "new").exists()
    where = {"database_url": application, "owner_url": owner}
    assert Lab.restore(tmp_path / "backup", tmp_path / "new", **where) == []


def test_what_cannot_be_a_backup_is_refused_with_advice(lab, tmp_path):
    (tmp_path / "there").mkdir()
    for place in (tmp_path / "there", lab.folder / "inside"):
        with pytest.raises(BadInput) as refused:
            lab.backup(place)
        assert refused.value.advice
    with pytest.raises(NotFound):
        Lab.restore(tmp_path / "there", tmp_path / "new")
    (tmp_path / "there" / "backup.json").write_text("{")
    with pytest.raises(BadInput):
        Lab.restore(tmp_path / "there", tmp_path / "new")
    lab.backup(tmp_path / "backup")
    with pytest.raises(BadInput, match="not an empty folder"):
        Lab.restore(tmp_path / "backup", lab.folder)


def test_an_unfinished_backup_is_no_backup_and_the_next_replaces_it(
    lab, tmp_path, monkeypatch
):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safekeeping, "copy_folder", full)
    with pytest.raises(Exception, match="No space left"):
        lab.backup(tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
    monkeypatch.undo()
    lab.backup(tmp_path / "backup")
    assert Lab.restore(tmp_path / "backup", tmp_path / "new") == []


@pytest.mark.parametrize(
    "backups", [6, pytest.param(50, marks=SOAK)], ids=lambda n: f"{n}-backups"
)
def test_backups_made_during_writes_are_valid(store, tmp_path, backups, figure):
    """A writer at work all the while: each copy is a whole trail of its moment."""
    stop, written = threading.Event(), []

    def write():
        while not stop.is_set():
            fill_media_into(store, 2, start=1000 * len(written))
            written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    sizes = []
    try:
        for number in range(backups):
            file = tmp_path / f"copy{number}.db"
            snapshot(store, file)
            copy = Store.open(file)
            assert verify(copy) == []
            sizes.append(len(list(entries(copy))))
            copy.close()
    finally:
        stop.set()
        writer.join()

    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]  # it was written to meanwhile
    kind = store.engine.dialect.name
    figure(f"backups during writes, {kind}", f"{backups} of {backups} valid")


def test_a_backup_holds_nothing_for_others_to_read(lab, tmp_path):
    lab.backup(tmp_path / "backup")
    for above, _, names in os.walk(tmp_path / "backup"):
        for name in (*names, "."):
            assert (Path(above) / name).stat().st_mode & 0o077 == 0
    told = json.loads((tmp_path / "backup" / "backup.json").read_text())
    assert told["media"] == 7


def test_everybody_is_warned_before_the_disk_is_full(lab, tmp_path):
    assert lab.warnings() == []
    settings = tmp_path / "lab" / "lab.toml"
    text = settings.read_text()
    free = shutil.disk_usage(tmp_path).free // 1_000_000
    settings.write_text(
        text.replace("low_space_mb = 2000", f"low_space_mb = {free * 2}")
    )
    with Lab.open(tmp_path / "lab") as poor:
        (warning,) = poor.warnings()
    assert "MB left" in warning
    shown = iwflab("queue", "--lab", tmp_path / "lab")
    assert shown.exit_code == 0
    assert "warning: the disk of the lab" in shown.stderr


def test_reads_of_a_snapshot_are_of_one_moment(store):
    """What is committed between two questions of one read is in neither."""
    fill_media_into(store, 2)
    count = sa.text("SELECT COUNT(*) FROM medium")
    with store.read() as connection:
        before = connection.execute(count).scalar()
        writer = threading.Thread(target=fill_media_into, args=(store, 2, 50))
        writer.start()
        writer.join()
        assert connection.execute(count).scalar() == before
    with store.read() as connection:
        assert connection.execute(count).scalar() == before + 2


def test_a_table_is_of_one_moment(store):
    """What is committed between two frames of one table is in none of them."""
    count = sa.text("SELECT COUNT(*) AS n FROM medium")
    fill_media_into(store, 2)
    with store.moment():
        before = store.rows(count)
        writer = threading.Thread(target=fill_media_into, args=(store, 2, 50))
        writer.start()
        writer.join()
        assert store.rows(count) == before
        with store.moment():
            assert store.rows(count) == before
    assert store.rows(count) == [{"n": 4}]


def test_rows_that_are_gone_are_no_new_lab(lab, tmp_path):
    """An empty file where the rows were is damage, not a beginning."""
    lab.backup(tmp_path / "backup")
    lab.close()
    (lab.folder / "lab.db").write_bytes(b"")
    for end in ("-wal", "-shm"):
        (lab.folder / f"lab.db{end}").unlink(missing_ok=True)
    with pytest.raises(StoreError, match="is empty") as refused:
        Lab.open(lab.folder)
    assert "restore" in refused.value.advice
    assert (lab.folder / "lab.db").read_bytes() == b""
    (tmp_path / "backup" / "rows.db").write_bytes(b"")
    assert Lab.check_backup(tmp_path / "backup") != []
    with pytest.raises(StoreError, match="is empty"):
        Lab.restore(tmp_path / "backup", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_lab_is_brought_back_to_a_folder_of_its_own(lab, tmp_path):
    lab.backup(tmp_path / "backup")
    for inside in (lab.folder / "sub", tmp_path / "backup" / "sub"):
        with pytest.raises(BadInput, match="inside another lab"):
            Lab.restore(tmp_path / "backup", inside)

"""The evidence store keeps what it was given, or says that it does not."""

# Raw names and calls are the point here, or sys.path as it stands.
# ruff: noqa: PTH101, PTH123, PTH208

import os
import signal
import subprocess
import sys

import pytest

from iwflab.errors import BadInput, NotFound, Tampered
from iwflab.media.evidence import EvidenceStore
from iwflab.media.keeping import TEMPORARY
from iwflab.media.previews import PreviewStore
from iwflab.media.reading import seal

KEEPER = """
import sys
sys.path[:] = eval(sys.argv[2])
from pathlib import Path
from iwflab.media.evidence import EvidenceStore
from iwflab.media.reading import seal
store = EvidenceStore(Path(sys.argv[1]))
number = 0
while True:
    with seal([b"%d" % number * 300_000]) as sealed:
        store.keep(sealed)
        print(sealed.digests.sha256, flush=True)
    number += 1
"""


@pytest.fixture
def store(tmp_path):
    return EvidenceStore(tmp_path / "evidence")


def keep(store, data):
    with seal([data]) as sealed:
        return store.keep(sealed), sealed.digests.sha256


def damage(path, data):
    os.chmod(path, 0o600)
    path.write_bytes(data)
    os.chmod(path, 0o400)


def test_a_kept_original_lies_read_only_under_its_sha256(store):
    path, sha256 = keep(store, b"pattern")
    assert path == store.folder / sha256[:2] / sha256[2:4] / sha256
    assert path.stat().st_mode & 0o777 == 0o400
    with store.open(sha256) as sealed:
        assert sealed.bytes() == b"pattern"
    assert list(store.verify([sha256])) == []


def test_keeping_twice_is_harmless(store):
    first, _ = keep(store, b"pattern")
    before = first.stat()
    second, _ = keep(store, b"pattern")
    assert second == first
    assert second.stat().st_ino == before.st_ino
    assert os.listdir(first.parent) == [first.name]


@pytest.mark.parametrize("wrong", [b"pattexn", b"pat", b"", b"pattern and more"])
def test_a_changed_original_is_never_handed_out_nor_trusted(store, wrong):
    path, sha256 = keep(store, b"pattern")
    damage(path, wrong)
    with pytest.raises(Tampered):
        store.open(sha256)
    with pytest.raises(Tampered), seal([b"pattern"]) as sealed:
        store.keep(sealed)
    assert [name for name, _ in store.verify([sha256])] == [sha256]


def test_verify_names_missing_changed_linked_and_stray(store, tmp_path):
    kept = [keep(store, b"%d" % number) for number in range(8)]
    damage(kept[1][0], b"x")
    kept[2][0].unlink()
    (kept[3][0].parent / "note.txt").write_text("x")
    kept[4][0].rename(kept[3][0].parent / kept[4][1])
    target = tmp_path / "elsewhere"
    target.write_bytes(b"5")
    kept[5][0].unlink()
    kept[5][0].symlink_to(target)
    problems = dict(store.verify([sha256 for _, sha256 in kept]))
    assert "has changed" in problems.pop(kept[1][1])
    assert problems.pop(kept[2][1]) == "missing"
    assert problems.pop(kept[4][1]) == "missing"
    assert "symbolic link" in problems.pop(kept[5][1])
    assert sorted(problems.values()) == ["stray", "stray"]


def test_what_is_not_kept_is_not_found_and_a_name_is_no_path(store):
    with pytest.raises(NotFound):
        store.open("0" * 64)
    for name in ("../../etc/passwd", "A" * 64, "", "0" * 63):
        with pytest.raises(BadInput):
            store.path(name)
    assert list(store.verify([])) == []


def test_killed_in_the_middle_nothing_acknowledged_is_lost(store):
    acknowledged = []
    for _ in range(8):
        child = subprocess.Popen(
            [sys.executable, "-c", KEEPER, str(store.folder), repr(sys.path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        acknowledged += [child.stdout.readline().strip() for _ in range(3)]
        child.send_signal(signal.SIGKILL)
        acknowledged += child.stdout.read().splitlines()
        child.wait()
        child.stdout.close()
    for sha256 in acknowledged:
        store.open(sha256).close()
    store.sweep()
    names = [name for _, _, files in os.walk(store.folder) for name in files]
    assert not [name for name in names if TEMPORARY.fullmatch(name)]
    # What was in place but not acknowledged is whole, too.
    assert list(store.verify(names)) == []


def test_what_another_process_is_writing_is_not_swept(store):
    path, _ = keep(store, b"pattern")
    import fcntl

    orphan = path.parent / ".keep-0123456789abcdef.part"
    working = path.parent / ".keep-fedcba9876543210.part"
    orphan.touch()
    with open(working, "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert store.sweep() == 1
        assert working.exists()
    assert not orphan.exists()


def test_a_preview_is_kept_replaced_and_erased(tmp_path):
    previews = PreviewStore(tmp_path / "previews")
    sha256 = "ab" * 32
    previews.keep(sha256, "full", b"one")
    path = previews.keep(sha256, "full", b"two")
    previews.keep(sha256, "shielded", b"three")
    assert path.stat().st_mode & 0o777 == 0o400
    assert previews.open(sha256, "full") == b"two"
    assert previews.erase(sha256) == 2
    with pytest.raises(NotFound):
        previews.open(sha256, "full")
    with pytest.raises(BadInput):
        previews.open(sha256, "../full")

"""Heads: made once, never replaced, never older; every doubt is said in words."""

import shutil
import threading

import pytest
from labs import enter_case, fill, signed_lab, start

from iwflab.errors import BadInput, NotFound, StoreError, Tampered
from iwflab.store import Store
from iwflab.store.audit import entries, verify
from iwflab.store.head import HeadFolder, default_folder
from iwflab.store.vouching import vouch


@pytest.fixture
def lab(tmp_path):
    """A store with three entries, vouched for, and its heads."""
    (tmp_path / "lab").mkdir()
    store = fill(tmp_path / "lab" / "lab.db", 3)
    heads = HeadFolder(tmp_path / "lab", "x", str(tmp_path / "heads"))
    vouch(store, heads)
    yield store, heads
    store.close()


def _content(heads):
    return {
        file.name: file.read_bytes()
        for file in heads.folder.iterdir()
        if file.is_file()
    }


def test_vouching_twice_for_the_same_changes_nothing(lab):
    store, heads = lab
    before = _content(heads)

    assert vouch(store, heads) == heads.read()
    assert _content(heads) == before
    assert set(before) == {".lock", "head-000000003.txt", "head.txt", "key", "key.pub"}


def test_an_empty_trail_is_not_vouched_for(tmp_path):
    store = Store.open(tmp_path / "lab.db", create=True)
    heads = HeadFolder(tmp_path / "lab", "x", str(tmp_path / "heads"))
    with pytest.raises(NotFound, match="nothing to vouch for"):
        vouch(store, heads)
    assert not heads.exists()
    store.close()


@pytest.mark.parametrize("acts", [0, 1, 300], ids=lambda n: f"then-{n}-acts")
def test_after_a_rollback_nothing_is_signed_and_the_proof_stays(tmp_path, acts):
    """Whether the rolled-back trail is shorter, as long, or longer than the head."""
    folder, heads, _ = signed_lab(tmp_path, 200)
    shutil.rmtree(folder / "lab")
    shutil.copytree(folder / "last week", folder / "lab")
    before = _content(heads)
    store = Store.open(folder / "lab" / "lab.db")
    for number in range(acts):
        enter_case(store, f"after {number}")
    with pytest.raises(Tampered, match="rolled back") as refused:
        vouch(store, heads)

    assert refused.value.advice
    assert _content(heads) == before
    assert verify(store, heads=[heads.read()])
    store.close()


def test_a_numbered_head_that_differs_is_never_replaced(lab):
    _, heads = lab
    before = _content(heads)
    with pytest.raises(Tampered, match="another head"):
        heads.write(3, "ab" * 32)

    assert _content(heads) == before


def test_an_older_head_does_not_take_the_place_of_a_newer_one(lab):
    store, heads = lab
    digests = [entry.digest for entry in entries(store)]
    heads.write(2, digests[1])

    assert heads.read().size == 3
    assert "\n3\n" in heads.newest.read_text()


def test_a_head_whose_newest_file_was_rolled_back_is_still_the_newest(lab):
    store, heads = lab
    old = heads.newest.read_text()
    enter_case(store, 3)
    vouch(store, heads)
    heads.newest.write_text(old)  # or a crash came between the two files

    assert heads.read().size == 4
    heads.newest.unlink()
    assert heads.read().size == 4


def test_threads_and_processes_vouch_at_the_same_time(tmp_path):
    (tmp_path / "lab").mkdir()
    fill(tmp_path / "lab" / "lab.db", 1).close()
    several = [start("voucher.py", tmp_path / "lab", f"p{n}") for n in range(3)]
    for one in several:
        assert one.stdout.readline() == "ready\n"
    for one in several:
        one.stdin.write("go\n")
        one.stdin.flush()
    assert [one.communicate()[0] for one in several] == [""] * 3
    store = Store.open(tmp_path / "lab" / "lab.db")
    heads = HeadFolder(tmp_path / "lab", "x", str(tmp_path / "heads"))
    trail = [entry.digest for entry in entries(store)]

    assert len(trail) == 1 + 3 * 5 * 3
    assert heads.read().size == len(trail)
    assert verify(store, heads=[heads.read()]) == []
    for file in heads.folder.glob("head-*.txt"):
        head = heads.read(file)
        assert head.digest == trail[head.size - 1]
    assert list(heads.folder.glob("*.new*")) == []
    store.close()


def test_forty_threads_vouch_through_one_folder_object(lab):
    store, heads = lab
    faults = []

    def work():
        try:
            vouch(store, heads)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


# -- keys -------------------------------------------------------------------------
def test_reading_makes_no_key(tmp_path, lab):
    _, heads = lab
    other = HeadFolder(tmp_path / "lab", "x", str(tmp_path / "elsewhere"))
    with pytest.raises(NotFound, match="key"):
        other.read(heads.newest)
    with pytest.raises(NotFound, match="no head"):
        other.read()

    assert not other.folder.exists()


def test_the_public_key_is_enough_to_read(lab):
    _, heads = lab
    head = heads.read()
    (heads.folder / "key").unlink()

    assert heads.read() == head


def test_a_missing_key_is_said_and_no_second_one_is_made(lab):
    store, heads = lab
    (heads.folder / "key").unlink()
    with pytest.raises(NotFound, match="key of the signed heads is missing"):
        enter_case(store, 3)
        vouch(store, heads)
    (heads.folder / "key.pub").unlink()
    with pytest.raises(NotFound, match="key of the signed heads is missing"):
        heads.read()
    with pytest.raises(NotFound, match="key of the signed heads is missing"):
        vouch(store, heads)
    assert not (heads.folder / "key").exists()


def test_keys_that_do_not_belong_together_are_said(lab):
    _, heads = lab
    (heads.folder / "key.pub").write_bytes(b"\0" * 32)
    with pytest.raises(Tampered, match="belong together"):
        heads.read()
    (heads.folder / "key").write_bytes(b"short")
    with pytest.raises(Tampered, match="no key"):
        heads.read()


def test_a_head_of_another_key_is_told_from_a_forged_one(tmp_path, lab):
    _, heads = lab
    other = HeadFolder(tmp_path / "lab", "x", str(tmp_path / "elsewhere"))
    other.write(3, "0" * 64)
    with pytest.raises(Tampered, match="another key"):
        heads.read(other.newest)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xff\xfe" + text,
        lambda text: b"",
        lambda text: b"\0" * 10_000_000,
        lambda text: text.replace(b"\n3\n", b"\n" + b"9" * 5000 + b"\n"),
        lambda text: text.replace(b"\n3\n", b"\n-3\n"),
        lambda text: text.replace(b"\n3\n", b"\n 3\n"),
        lambda text: text.replace(b"\n3\n", b"\n4\n"),
        lambda text: text + b"\n",
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text[:-20],
        lambda text: b"one line",
        lambda text: b"\n" * 50,
        lambda text: text.replace(b"iwflab/x", "iwflab/\u0445".encode()),
    ],
)
def test_absurd_text_is_no_head(lab, change):
    _, heads = lab
    for file in (heads.newest, heads.folder / "head-000000003.txt"):
        file.write_bytes(change(file.read_bytes()))
        with pytest.raises(Tampered):
            heads.read(file)
    with pytest.raises(Tampered):
        heads.read()


def test_a_renamed_head_is_no_head(lab):
    _, heads = lab
    (heads.folder / "head-000000003.txt").rename(heads.folder / "head-000000009.txt")
    with pytest.raises(Tampered, match="another size"):
        heads.read()


# -- where they lie -----------------------------------------------------------------
def test_a_relative_head_folder_is_refused(tmp_path):
    for setting in ("heads", "./heads", "../heads", "~nobody-here/heads"):
        with pytest.raises(BadInput, match="whole path"):
            HeadFolder(tmp_path, "x", setting)


def test_a_lab_cannot_be_named_out_of_the_folder(tmp_path):
    for name in ("", "..", "../y", "a/b", "a\nb"):
        with pytest.raises(BadInput, match="plain name"):
            HeadFolder(tmp_path / "lab", name, str(tmp_path / "heads"))


def test_a_relative_state_folder_is_ignored(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", "state")

    assert default_folder() == tmp_path / ".local/state/iwflab/heads"


def test_a_folder_that_cannot_be_written_is_said_with_advice(tmp_path, lab):
    store, _ = lab
    (tmp_path / "file").write_text("in the way")
    heads = HeadFolder(tmp_path / "lab", "x", str(tmp_path / "file"))
    with pytest.raises(StoreError) as refused:
        vouch(store, heads)

    assert "head_folder" in refused.value.advice

"""A lab is founded whole or not at all; what verify says of it is honest."""

import os
import shutil
import threading
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from iwflab import Lab
from iwflab.cli.house import verify
from iwflab.errors import BadInput, LabError, NotFound, StoreError, Tampered
from iwflab.lab import founding, proof, seat
from iwflab.media.evidence import EvidenceStore
from iwflab.media.reading import read_once
from iwflab.store import Store
from iwflab.store.head import HeadFolder


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch):
    monkeypatch.setattr(proof, "_PATIENCE", 0.3)


def _begin(lab):
    with lab._store.act("open case", "x", analyst="ann") as act:
        act.insert("lab_case", name=os.urandom(4).hex())


def _sign(lab):
    """One sign-off, by the store alone."""
    name = os.urandom(32).hex()
    with lab._store.act("sign off", "batch", analyst="ben") as act:
        medium = act.insert("medium", sha256=name, sha1="", md5="", size=1)
        seen = {"elements": "{}", "tags": "{}", "note": "", "reveal": "none"}
        seen["ending"] = "settled"
        assessment = act.insert(
            "assessment", medium=medium, analyst="ann", seconds=1.0, **seen
        )
        signed = {"medium": medium, "assessment": assessment, "analyst": "ben"}
        act.insert("sign_off", **signed, grades="{}")


def _say(lab, *more):
    return CliRunner().invoke(verify, ["--lab", str(lab.folder), *more])


def _redirect(lab, to):
    file = lab.folder / "lab.toml"
    text = file.read_text()
    file.write_text(text.replace(str(lab.heads.folder.parent), str(to)))


def test_without_a_head_none_is_said_to_agree(new_lab):
    lab = new_lab()
    _begin(lab)
    said = _say(lab)

    assert said.exit_code == 0
    assert "no head was compared" in said.output
    assert "head agree" not in said.output
    lab.vouch()
    assert "the head agree" in _say(lab).output


def test_a_missing_head_is_a_finding_once_something_is_signed_off(new_lab):
    lab = new_lab()
    _sign(lab)
    lab.vouch()
    assert lab.verify() == []
    shutil.rmtree(lab.heads.folder)
    said = _say(lab)

    assert said.exit_code == 1
    assert "no signed head" in said.output


def test_a_head_that_is_being_signed_is_waited_for(new_lab, monkeypatch):
    monkeypatch.setattr(proof, "_PATIENCE", 5.0)
    lab = new_lab()
    _sign(lab)
    later = threading.Timer(0.2, lab.vouch)
    later.start()

    assert lab.verify() == []
    later.join()


def test_a_redirected_head_folder_is_a_finding(new_lab, tmp_path):
    lab = new_lab()
    _sign(lab)
    head = lab.vouch()
    outside = tmp_path / "copy of the head.txt"
    shutil.copy(lab.heads.newest, outside)
    _redirect(lab, tmp_path / "elsewhere")
    with Lab.open(lab.folder) as other:
        assert any("no signed head" in f.problem for f in other.verify())
        # Even with a new key and a new head there: the copy kept elsewhere tells.
        HeadFolder(lab.folder, lab.settings.lab, str(tmp_path / "elsewhere")).write(
            head.size, head.digest
        )
        assert other.verify() == []
        (found,) = other.verify(head=outside)
        assert "another key" in found.problem


def test_a_head_kept_elsewhere_is_compared_beside_the_newest(new_lab, tmp_path):
    """An old copy that fits does not hide that the newest one does not."""
    lab = new_lab()
    _begin(lab)
    lab.vouch()
    outside = tmp_path / "copy of the head.txt"
    shutil.copy(lab.heads.newest, outside)
    lab.heads.write(7, "ab" * 32)
    (found,) = lab.verify(head=outside)

    assert "head of 7 was signed" in found.problem


def test_a_lost_key_and_an_unreadable_head_are_findings_beside_the_others(new_lab):
    lab = new_lab()
    _sign(lab)
    lab.vouch()
    with lab._store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER view_no_update")
    guard = "the table view is not guarded (append-only)"
    lab.heads.newest.write_bytes(b"\xff")
    assert [f.problem for f in lab.verify()] == [
        guard,
        "this is not the text of a head",
    ]
    (lab.heads.folder / "key").unlink()
    (lab.heads.folder / "key.pub").unlink()
    problems = [f.problem for f in lab.verify()]
    assert problems[0] == guard
    assert "key of the signed heads is missing" in problems[1]
    with pytest.raises(NotFound):
        lab.verify(head=lab.folder / "nowhere")


def test_a_rollback_and_then_a_sign_off_does_not_get_a_new_proof(new_lab, tmp_path):
    lab = new_lab()
    _begin(lab)
    shutil.copytree(lab.folder, tmp_path / "earlier")
    for _ in range(3):
        _sign(lab)
        lab.vouch()
    proof = lab.heads.newest.read_bytes()
    lab.close()
    shutil.rmtree(lab.folder)
    shutil.copytree(tmp_path / "earlier", lab.folder)
    with Lab.open(lab.folder) as rolled_back:
        for _ in range(5):
            _sign(rolled_back)
            with pytest.raises(Tampered, match="rolled back"):
                rolled_back.vouch()
        assert rolled_back.heads.newest.read_bytes() == proof
        assert rolled_back.verify()


def test_a_release_that_was_changed_is_a_finding(new_lab, monkeypatch):
    lab = new_lab()
    monkeypatch.setattr(
        proof, "release_findings", lambda bench, folder: [f"{folder.name}!"]
    )
    assert [f.problem for f in lab.verify()] == ["releases!"]

    def broken(bench, folder):
        raise Tampered("odd", advice="x")

    monkeypatch.setattr(proof, "release_findings", broken)
    assert "odd" in lab.verify()[0].problem


def test_an_intake_at_work_leaves_no_stray(new_lab, tmp_path, monkeypatch):
    lab = new_lab()
    file = tmp_path / "picture"
    file.write_bytes(b"not judged here")
    honest = EvidenceStore.verify
    timers = []

    def while_an_intake_works(self, expected):
        expected = list(expected)
        with read_once(os.fsencode(file)) as sealed:
            self.keep(sealed)
            digests = sealed.digests

        def enter():
            with lab._store.act("take in", "x", analyst="ann") as act:
                act.insert(
                    "medium",
                    sha256=digests.sha256,
                    sha1=digests.sha1,
                    md5=digests.md5,
                    size=digests.size,
                )

        timers.append(threading.Timer(0.15, enter))
        timers[-1].start()
        return honest(self, expected)

    monkeypatch.setattr(EvidenceStore, "verify", while_an_intake_works)
    assert lab.verify(read_data=True) == []
    timers[0].join()
    monkeypatch.setattr(EvidenceStore, "verify", honest)
    (lab.folder / "evidence" / "stray").write_text("x")
    assert [f.problem for f in lab.verify(read_data=True)] == ["evidence stray: stray"]


def test_an_entered_name_that_is_no_sha256_ends_nothing(new_lab):
    lab = new_lab()
    with lab._store.act("take in", "x", analyst="ann") as act:
        act.insert("medium", sha256="../../x", sha1="", md5="", size=1)

    assert len(lab.verify(read_data=True)) == 1


# -- founding -----------------------------------------------------------------------
@pytest.mark.parametrize(
    "settings",
    [
        {"head_folder": "INSIDE"},
        {"workers": 0},
        {"workers": "many"},
        {"nonsense": 1},
        {"lab": "../x"},
        {"name": object()},
    ],
    ids=["folder", "none", "words", "unknown", "id", "type"],
)
@pytest.mark.parametrize("there", [False, True])
def test_a_refused_lab_leaves_nothing(tmp_path, settings, there):
    place = tmp_path / "a" / "b"
    if there:
        place.mkdir(parents=True, mode=0o755)
    if settings.get("head_folder"):
        settings = {"head_folder": str(place / "heads")}
    with pytest.raises(BadInput) as refused:
        Lab.create(place, **{"head_folder": str(tmp_path / "heads"), **settings})

    assert refused.value.advice
    assert list(tmp_path.rglob("*")) == ([tmp_path / "a", place] if there else [])
    if there:
        assert place.stat().st_mode & 0o777 == 0o755


def test_a_lab_that_fails_later_leaves_nothing(tmp_path, monkeypatch):
    def full(*args, **more):
        raise StoreError("the disk is full", advice="free space")

    heads = str(tmp_path / "heads")
    monkeypatch.setattr(seat, "DecodePool", full)
    with pytest.raises(StoreError):
        Lab.create(tmp_path / "a" / "b", head_folder=heads)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(Store, "open", full)
    with pytest.raises(StoreError):
        Lab.create(tmp_path / "a" / "b", head_folder=heads)
    assert list(tmp_path.iterdir()) == []


def test_what_somebody_else_put_there_stays(tmp_path, monkeypatch):
    def other(*args, **more):
        (tmp_path / "lab" / "a letter").write_text("mine")
        raise StoreError("no", advice="x")

    monkeypatch.setattr(founding, "write_settings", other)
    with pytest.raises(StoreError):
        Lab.create(tmp_path / "lab", head_folder=str(tmp_path / "heads"))
    assert [f.name for f in (tmp_path / "lab").iterdir()] == ["a letter"]
    with pytest.raises(BadInput):
        Lab.create(tmp_path / "lab" / "a letter")


def test_a_relative_head_folder_is_stored_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Lab.create("lab", head_folder="heads") as lab:
        assert lab.settings.head_folder == str(tmp_path / "heads")


# -- who it is ------------------------------------------------------------------------
def test_the_analyst_is_the_owner_of_the_process(new_lab, monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "mallory")
    monkeypatch.delenv("IWFLAB_ANALYST", raising=False)
    monkeypatch.setattr(
        seat.pwd, "getpwuid", lambda number: SimpleNamespace(pw_name=f"n{number}")
    )
    lab = new_lab()

    assert lab.analyst == seat.operating_system_user() == f"n{os.getuid()}"
    monkeypatch.setenv("IWFLAB_ANALYST", "zoe")
    with Lab.open(lab.folder) as hers:
        assert hers.analyst == "zoe"
    with Lab.open(lab.folder, analyst="ann") as named:
        assert named.analyst == "ann"


def test_a_process_of_nobody_is_refused_with_advice(monkeypatch):
    def nobody(number):
        raise KeyError(number)

    monkeypatch.setattr(seat.pwd, "getpwuid", nobody)
    with pytest.raises(LabError) as refused:
        seat.operating_system_user()

    assert refused.value.advice


def test_a_head_is_that_of_the_newest_entry(new_lab):
    lab = new_lab()
    _begin(lab)
    one = lab.vouch()
    _begin(lab)
    two = lab.vouch()
    rows = lab._store.rows(sa.text("SELECT digest FROM audit_entry ORDER BY number"))

    assert [one.digest, two.digest] == [row["digest"] for row in rows[-2:]]

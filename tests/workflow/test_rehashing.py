"""Everything is hashed anew: what differs is told, and it goes on where it stopped."""

import csv
import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from given import CUSTODY, with_people

from iwflab.cli import commands
from iwflab.demo.drawing import encoded, picture
from iwflab.domain.hashes import FrameHash
from iwflab.errors import BadInput, WallMissing
from iwflab.hashing import ALGORITHMS
from iwflab.lab import Lab
from iwflab.workflow import rehashing
from tests import films


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A closed lab: two pictures, a clip, a refused and a damaged medium."""
    place = tmp_path_factory.mktemp("mixed")
    folder = place / "in"
    folder.mkdir()
    for number in (1, 2):
        shown = picture(number).resize((160, 120))
        (folder / f"p{number}.png").write_bytes(encoded(shown, "PNG"))
    clip = films.film(films.frames((1, 12), (2, 12)))
    (folder / "clip.mp4").write_bytes(clip)
    (folder / "refused.txt").write_bytes(b"no picture at all")
    (folder / "damaged.png").write_bytes(b"\x89PNG\r\n\x1a\n and nothing more")
    with with_people(
        Lab.create(place / "lab", head_folder=str(place / "heads"))
    ) as lab:
        lab.intake([folder], **CUSTODY)
    return place


@pytest.fixture
def mixed(lab):
    """The lab, and its media by the names of their files."""
    rows = {r["name"].rsplit("/", 1)[-1].split(".")[0]: r for r in lab.overview()}
    states = {name: str(row["state"]) for name, row in rows.items()}
    assert states == {
        **dict.fromkeys(("p1", "p2", "clip"), "complete"),
        "refused": "refused",
        "damaged": "damaged",
    }
    return lab, rows


def told(counter):
    return {name: number for name, number in counter.items() if number}


def overwrite(lab, medium, *, algorithm, value, **more):
    """Enter a value as an earlier release would have made it."""
    row = {"variant": "full", "quality": 100, "library": "iwflab", "version": "0.0.1"}
    row |= {"conversion": "", "turned": "", **more}
    with lab._store.act("x", medium, analyst="ann") as act:
        act.insert("hash", medium=medium, algorithm=algorithm, value=value, **row)


def flipped(value, bits):
    return f"{int(value, 16) ^ ((1 << bits) - 1):0{len(value)}x}"


def entries(lab, table):
    return lab._store.rows(sa.text(f"SELECT * FROM {table} ORDER BY entry"))


def test_nothing_differs_of_what_this_release_hashed(mixed):
    lab, _ = mixed
    before = lab.trail()
    report = lab.rehash()
    usual = ("ahash", "dhash", "pdq", "pdq_512nn", "phash")

    assert (report.media, report.done_before, report.problems) == (5, 0, [])
    assert told(report.same) == {**dict.fromkeys(usual, 2), "pdq_frames": 1}
    assert (report.added, report.changed, report.missing) == ({}, {}, {})
    assert lab.trail().equals(before)  # only said, not stored


def test_what_was_done_is_passed_over_whatever_came_of_it(mixed, monkeypatch):
    """A clip, a refused and a damaged medium are decoded once, not at every resume."""
    lab, media = mixed
    assert lab.rehash(enter=True).media == 5
    looked = watched(lab, monkeypatch)
    again = lab.rehash(enter=True)

    assert (again.media, again.done_before) == (0, 5)
    assert looked == []
    assert lab.rehash().media == 5  # who only asks is told of all
    # More is wanted now than then.
    more = lab.rehash(enter=True, algorithms=["whash"])
    assert (more.media, told(more.added)) == (5, {"whash": 2})
    assert lab.rehash(enter=True).done_before == 5
    assert lab.rehash(enter=True, algorithms=["whash"]).done_before == 5
    # What was entered since by something else is looked at again.
    medium = media["p1"]["medium"]
    overwrite(lab, medium, algorithm="pdq", value="0" * 64)
    third = lab.rehash(enter=True)
    assert (third.media, third.done_before, len(third.changes)) == (1, 4, 1)
    assert lab.verify(read_data=True) == []


def watched(lab, monkeypatch):
    """Note the digests of what is read from the evidence."""
    looked = []
    opened = type(lab._bench.evidence).open

    def read(store, sha256):
        looked.append(sha256)
        return opened(store, sha256)

    monkeypatch.setattr(type(lab._bench.evidence), "open", read)
    return looked


def test_stopped_in_the_middle_it_goes_on(mixed, monkeypatch):
    lab, _ = mixed
    monkeypatch.setattr(rehashing, "AT_ONCE", 2)

    def stop(done, _):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lab.rehash(enter=True, algorithms=["whash"], progress=stop)
    assert len(entries(lab, "rehashed")) == 2
    monkeypatch.undo()
    looked = watched(lab, monkeypatch)
    seen = []
    rest = lab.rehash(
        enter=True, algorithms=["whash"], progress=lambda *done: seen.append(done)
    )

    assert (rest.media, rest.done_before) == (3, 2)
    assert len(looked) == 3
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert (lab.hashes()["algorithm"] == "whash").sum() == 2
    assert lab.verify() == []


def test_one_bad_original_does_not_stop_the_others(mixed):
    lab, media = mixed
    gone, changed = media["p1"], media["clip"]
    evidence = lab._bench.evidence
    evidence.path(gone["sha256"]).unlink()
    place = evidence.path(changed["sha256"])
    place.chmod(0o600)
    place.write_bytes(place.read_bytes()[:-1] + b"?")
    report = lab.rehash(enter=True)
    why = {one["medium"]: one["why"] for one in report.problems}

    assert report.media == 3
    assert set(why) == {gone["medium"], changed["medium"]}
    assert "is kept here" in why[gone["medium"]]
    assert "has changed" in why[changed["medium"]]
    again = lab.rehash(enter=True)
    assert (again.media, again.done_before, len(again.problems)) == (0, 3, 2)


def test_a_sandbox_that_fails_is_no_problem_of_a_medium(mixed, monkeypatch):
    lab, _ = mixed

    def fail(*_, **__):
        raise WallMissing("no wall", advice="none")

    monkeypatch.setattr(type(lab._bench.pool), "examine", fail)
    with pytest.raises(WallMissing):
        lab.rehash()


def test_a_stopped_decoder_is_a_problem_and_met_again(mixed, monkeypatch):
    lab, media = mixed
    size = media["clip"]["size"]
    examine = type(lab._bench.pool).examine

    def late(pool, sealed, *more, **how):
        found = examine(pool, sealed, *more, **how)
        if sealed.digests.size != size:
            return found
        return type(found)(found.state, "the decoder was stopped: late", stopped=True)

    monkeypatch.setattr(type(lab._bench.pool), "examine", late)
    report = lab.rehash(enter=True)
    assert [one["medium"] for one in report.problems] == [media["clip"]["medium"]]
    assert told(report.missing) == {}
    monkeypatch.undo()
    assert (lab.rehash(enter=True).media, lab.rehash(enter=True).media) == (1, 0)


def test_frames_of_videos_are_compared_and_stored(mixed):
    lab, media = mixed
    clip = media["clip"]["medium"]
    right = lab.frames()
    (stored,) = entries(lab, "frame_hashes")
    frames = [FrameHash(*one) for one in json.loads(stored["frames"])]
    wrong = [[f.frame, f.microseconds, f.quality, f.value] for f in frames]
    wrong[0][3] = flipped(frames[0].value, 7)
    row = {n: stored[n] for n in ("algorithm", "variant", "library", "conversion")}
    with lab._store.act("x", clip, analyst="ann") as act:
        act.insert(
            "frame_hashes",
            medium=clip,
            version="0.0.1",
            frames=json.dumps([*wrong, [99, 99_000_000, 50, "0" * 64]]),
            **row,
        )
    report = lab.rehash(enter=True)
    (change,) = report.changes

    assert told(report.changed) == {"pdq_frames": 1}
    assert (change["medium"], change["hash"], change["bits"]) == (clip, "pdq_frames", 7)
    assert change["now"] == f"{len(frames)} frames, 2 otherwise"
    assert change["made_by"] == "iwflab 0.0.1"
    assert lab.frames().equals(right)
    assert lab.rehash([clip]).changes == []


def test_a_changed_hash_is_told_and_the_newest_stands(mixed):
    lab, media = mixed
    medium = media["p2"]["medium"]
    shown = picture(2).resize((160, 120))
    right = ALGORITHMS["pdq"].compute(shown).value
    overwrite(lab, medium, algorithm="pdq", value=flipped(right, 5))
    newest = entries(lab, "hash")[-1]["entry"]
    report = lab.rehash([medium], enter=True)

    assert [(c["hash"], c["bits"], c["now"]) for c in report.changes] == [
        ("pdq", 5, right)
    ]
    assert entries(lab, "hash")[-1]["entry"] > newest
    assert lab.rehash([medium]).changes == []


def test_a_value_of_another_library_is_made_again(mixed):
    """``whash`` is stored, but by a version that is not the one at hand."""
    lab, media = mixed
    medium = media["p1"]["medium"]
    lab.rehash(enter=True, algorithms=["whash"])
    stored = next(
        r
        for r in entries(lab, "hash")
        if (r["medium"], r["algorithm"]) == (medium, "whash")
    )
    for value, counts in ((stored["value"], "same"), ("0" * 16, "changed")):
        told_then = {"library": "ImageHash", "version": "3.0", "variant": ""}
        overwrite(
            lab, medium, algorithm="whash", value=value, quality=None, **told_then
        )
        report = lab.rehash(enter=True, algorithms=["whash"])
        assert (report.media, report.done_before) == (1, 4)
        assert getattr(report, counts)["whash"] == 1
        now = lab.hashes().set_index(["medium", "algorithm"]).loc[(medium, "whash")]
        assert now["version"] == stored["version"]


def test_only_what_is_wanted_now_can_be_missing(mixed):
    lab, media = mixed
    lab.rehash(enter=True, algorithms=["whash"])
    assert told(lab.rehash().missing) == {}
    # A refused medium cannot give what an earlier release is said to have made of it.
    refused = media["refused"]["medium"]
    overwrite(lab, refused, algorithm="pdq", value="0" * 64)
    overwrite(lab, refused, algorithm="whash", value="0" * 16, variant="")
    assert told(lab.rehash().missing) == {"pdq": 1}
    assert told(lab.rehash(algorithms=["whash"]).missing) == {"pdq": 1, "whash": 1}


def test_what_cannot_be_made_is_refused_before_anything_is_read(mixed, monkeypatch):
    lab, _ = mixed
    looked = watched(lab, monkeypatch)
    for name, why in (("bogus", "no algorithm"), ("md5", "not a hash of pixels")):
        with pytest.raises(BadInput, match=why):
            lab.rehash(algorithms=[name], enter=True)
    assert looked == []


def test_the_report_on_the_command_line_and_in_a_file(mixed, tmp_path):
    lab, media = mixed
    gone, other = media["p1"], media["p2"]
    overwrite(lab, other["medium"], algorithm="pdq", value="0" * 64, library="=1+1")
    lab._bench.evidence.path(gone["sha256"]).unlink()
    file = tmp_path / "report.csv"

    def run(*args):
        where = ("--lab", str(lab.folder))
        done = CliRunner().invoke(commands, ["rehash", *args, *where])
        return done.exit_code, done.stdout

    code, text = run("--report", str(file), "--json")
    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
    plain = json.loads(text)

    assert (code, plain["media"], plain["changed"]) == (1, 4, {"pdq": 1})
    assert plain["problems"][0]["medium"] == gone["medium"]
    assert [(r["medium"], r["hash"]) for r in rows] == [
        (other["medium"], "pdq"),
        (gone["medium"], ""),
    ]
    assert rows[0]["made_by"] == "'=1+1 0.0.1"  # no spreadsheet computes it
    assert "is kept here" in rows[1]["problem"]
    # What is there is never replaced, and that is said before the work begins.
    again = CliRunner().invoke(
        commands, ["rehash", "--report", str(file), "--lab", str(lab.folder)]
    )
    assert "is there already" in str(again.exception)
    assert run("--enter")[0] == 1
    code, text = run("--enter")
    assert (code, "0 media hashed anew, 4 done before" in text) == (1, True)

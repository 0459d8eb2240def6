"""Lists are held against media: what is known leaves the queue, with its source."""

import json

import numpy as np
import pytest
import sqlalchemy as sa
from given import CUSTODY, seen
from PIL import Image, ImageOps

from iwflab.demo.drawing import encoded, picture
from iwflab.errors import (
    BadInput,
    NotAllowed,
    NotFound,
    RequestReused,
    Tampered,
    WallMissing,
)
from iwflab.hashing import ALGORITHMS
from iwflab.lab import Lab
from iwflab.workflow.hashing import hash_files
from tests import films

HEAD = "md5,pdq,pdq_quality,label\n"


def drawn(number, change=lambda p: p):
    return change(picture(number).resize((320, 240)))


def write(folder, name, shown, form="PNG"):
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(encoded(shown, form))


def pdq(shown):
    return ALGORITHMS["pdq"].compute(shown)


def flipped(value, bits, seed=3):
    """The same hash with so many other bits."""
    places = np.random.default_rng(seed).permutation(256)[:bits]
    number = int(value, 16)
    for place in places:
        number ^= 1 << int(place)
    return f"{number:064x}"


@pytest.fixture
def listed(new_lab, tmp_path):
    """A lab with six media; a list knows one by its bytes, four by PDQ."""
    lab = new_lab()
    folder = tmp_path / "in"
    shown = {n: drawn(n) for n in range(6)}
    for number, one in shown.items():
        write(folder, f"p{number}.png", one)
    lab.intake([folder], **CUSTODY)
    by_name = {r["name"].rsplit("/", 1)[-1][:2]: r for r in lab.overview()}
    values = {n: pdq(one).value for n, one in shown.items()}
    lines = [
        f"{by_name['p0']['md5']},,,A",
        f",{flipped(values[1], 31)},90,B",
        f",{flipped(values[2], 32)},90,C",
        f",{values[3]},,C",  # without a quality: a candidate only
        f",{values[4]},49,C",  # too low to be compared
    ]
    file = tmp_path / "list.csv"
    file.write_text(HEAD + "\n".join(lines) + "\n")
    lab.list_add(file, form="csv", name="L1", source="a police force")
    lab.match()
    return lab, {name: row["medium"] for name, row in by_name.items()}, file


def stages(lab):
    return {row["medium"]: row["stage"] for row in lab.overview()}


def test_the_tiers_and_what_leaves_the_queue(listed):
    lab, media, _ = listed
    hits = lab.hits().set_index("medium")
    told = {
        name: tuple(hits.loc[media[name], ["tier", "distance", "settles"]])
        for name in ("p0", "p1", "p2", "p3")
    }

    assert told == {
        "p0": ("exact", 0, 1),
        "p1": ("match", 31, 1),
        "p2": ("candidate", 32, 0),
        "p3": ("candidate", 0, 0),
    }
    assert media["p4"] not in hits.index
    row = hits.loc[media["p1"]]
    assert (row["list"], row["source"], row["line"], row["label"]) == (
        "L1",
        "a police force",
        3,
        "B",
    )
    assert (row["algorithm"], row["variant"], row["orientation"]) == (
        "pdq",
        "full",
        "as stored",
    )
    waiting = {m for m, stage in stages(lab).items() if stage == "waiting"}
    assert waiting == {media[name] for name in ("p2", "p3", "p4", "p5")}
    given = {item["medium"] for item in lab.seat("ann").open_set(20)["items"]}
    assert given == waiting
    assert lab.avoided() == {
        "the same bytes are on a list": 1,
        "near enough to an entry of a list": 1,
    }
    assert lab.verify(read_data=True) == []


def test_an_answer_is_remembered_when_another_list_brings_the_value(listed, tmp_path):
    lab, media, file = listed
    ben = lab.seat("ben")
    hits = lab.hits().set_index("medium")["hit"]
    assert ben.answer_hit(hits[media["p1"]], "not_same")["settles"] == 0
    assert (
        ben.answer_hit(hits[media["p2"]], "same", reason="the same scene")["settles"]
        == 1
    )
    now = stages(lab)
    assert (now[media["p1"]], now[media["p2"]]) == ("waiting", "known")

    lab.list_withdraw("L1", reason="superseded")
    assert lab.hits().empty
    assert set(stages(lab).values()) == {"waiting"}
    lab.list_add(file, form="csv", name="L2", source="a police force")
    lab.match()
    now = stages(lab)
    assert (now[media["p0"]], now[media["p1"]], now[media["p2"]]) == (
        "known",
        "waiting",
        "known",
    )
    with pytest.raises(NotAllowed):
        lab.seat("zoe").answer_hit(hits[media["p1"]], "same")
    with pytest.raises(BadInput):
        ben.answer_hit(lab.hits()["hit"][0], "perhaps")


def test_an_answer_sent_again_is_recorded_once(listed):
    lab, media, _ = listed
    hit = lab.hits().set_index("medium")["hit"][media["p2"]]
    for _ in range(2):
        lab.seat("ben").answer_hit(hit, "same", request="r1")
    answers = lab._store.rows(sa.text("SELECT id FROM hit_answer"))
    assert len(answers) == 1


def test_one_entry_can_be_withdrawn(listed):
    lab, media, _ = listed
    lab.list_withdraw("L1", line=3, reason="wrong")
    assert stages(lab)[media["p1"]] == "waiting"
    assert stages(lab)[media["p0"]] == "known"
    assert lab.lists()[0]["withdrawn"] == 1
    with pytest.raises(NotFound):
        lab.list_withdraw("no such list", reason="x")
    with pytest.raises(BadInput):
        lab.list_withdraw("L1", reason=" ")


def test_what_arrives_is_held_before_anybody_gets_it(listed, tmp_path):
    lab, _media, _ = listed
    folder = tmp_path / "more"
    write(folder, "turned.png", drawn(1, lambda p: p.rotate(90, expand=True)))
    write(folder, "inverted.png", drawn(1, ImageOps.invert))
    write(folder, "other.png", drawn(9))
    report = lab.intake([folder], **CUSTODY)
    found = lab.hits().set_index("medium")
    names = {r["name"].rsplit("/", 1)[-1]: r for r in lab.overview()}

    assert report.new_media == 3
    # The entry is 31 bits from the picture: turning it by pixels costs a few more.
    for name, words in (("turned.png", "turned"), ("inverted.png", "inverted")):
        row = found.loc[names[name]["medium"]]
        assert words in row["orientation"]
        assert row["tier"] in {"match", "candidate"}
    assert names["other.png"]["medium"] not in found.index
    assert lab.warnings() == []


def test_nothing_is_handed_out_that_was_not_held(listed, tmp_path, monkeypatch):
    """An intake that ends in the middle leaves media that nobody gets before they are."""
    lab, _media, _ = listed
    lab.seat("ann").open_set(20)
    folder = tmp_path / "more"
    write(folder, "late.png", drawn(10))
    monkeypatch.setattr("iwflab.lab.acts.matching.hold", _stopped)
    with pytest.raises(KeyboardInterrupt):
        lab.intake([folder], **CUSTODY)
    late = next(r["medium"] for r in lab.overview() if "late" in r["name"])
    assert late not in {i["medium"] for i in lab.seat("ann").open_set(20)["items"]}
    assert "not held" in lab.warnings()[0]
    monkeypatch.undo()
    assert lab.match().media == 1
    assert late in {i["medium"] for i in lab.seat("ann").open_set(20)["items"]}
    assert lab.match().media == 0


def _stopped(*_, **__):
    raise KeyboardInterrupt


def test_a_medium_signed_off_here_makes_its_copies_known(new_lab, tmp_path):
    lab = new_lab()
    folder = tmp_path / "in"
    write(folder, "one.png", drawn(2))
    lab.intake([folder], **CUSTODY)
    ann, ben = lab.seat("ann"), lab.seat("ben")
    medium = ann.open_set(1)["items"][0]["medium"]
    ann.grade(medium, seen("posing"))
    ben.sign_off(ben.to_sign_off())
    write(tmp_path / "more", "two.jpeg", drawn(2, ImageOps.mirror), "JPEG")
    assert lab.intake([tmp_path / "more"], **CUSTODY).known == 1
    hit = lab.hits().iloc[0]

    assert (hit["twin"], hit["tier"], hit["orientation"]) == (
        medium,
        "match",
        "mirrored",
    )
    assert hit["label"].startswith("uk_2014 ")
    ben.take_back(medium, reason="to look again")
    assert lab.hits().empty
    assert sorted(stages(lab).values()) == ["graded", "waiting"]


def test_a_benign_list_settles_as_well_and_says_so(new_lab, tmp_path):
    lab = new_lab()
    write(tmp_path / "in", "a.png", drawn(3))
    lab.intake([tmp_path / "in"], **CUSTODY)
    file = tmp_path / "benign.jsonl"
    md5 = lab.overview()[0]["md5"]
    file.write_text(json.dumps({"md5": md5, "label": "stock"}) + "\n")
    lab.list_add(file, form="json_lines", name="B", source="us", kind="benign")
    assert lab.match().settled == 1
    assert list(lab.avoided()) == ["the same bytes are on a list of benign media"]


def test_a_list_that_does_not_fit_is_named_and_leaves_nothing(listed, tmp_path):
    lab, *_ = listed
    before = sorted(p.name for p in (lab.folder / "lists").iterdir())
    bad = tmp_path / "bad.csv"
    bad.write_text("md5,label\n" + "0" * 32 + ",x\nnothing,x\n")
    with pytest.raises(BadInput, match="3"):
        lab.list_add(bad, form="csv", name="L3", source="x")
    with pytest.raises(BadInput, match="before"):
        lab.list_add(bad, form="csv", name="L1", source="x")
    with pytest.raises(BadInput, match="source"):
        lab.list_add(bad, form="csv", name="L4", source=" ")
    assert sorted(p.name for p in (lab.folder / "lists").iterdir()) == before
    assert len(lab.lists()) == 1


def test_a_changed_list_is_found(listed):
    lab, *_ = listed
    place = lab.folder / "lists" / lab.lists()[0]["id"]
    column = next(file for file in sorted(place.iterdir()) if "word" in file.name)
    column.chmod(0o600)
    column.write_bytes(column.read_bytes()[:-1] + b"\x00")
    assert any("L1" in one.problem for one in lab.verify(read_data=True))
    (place / "list.json").unlink()
    with pytest.raises(Tampered):
        lab.match(again=True)


def test_a_frame_on_a_list_makes_a_video_a_candidate_and_never_settles_it(
    new_lab, tmp_path
):
    lab = new_lab()
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "clip.mp4").write_bytes(
        films.film(films.frames((1, 12), (2, 12), (3, 12)))
    )
    lab.intake([folder], **CUSTODY)
    frames = lab.frames()
    best = frames.sort_values("quality").iloc[-1]
    file = tmp_path / "list.csv"
    file.write_text(HEAD + f",{best['value']},100,A\n")
    lab.list_add(file, form="csv", name="L", source="x")
    lab.match()
    hit = lab.hits().iloc[0]

    assert best["quality"] >= 50
    assert (hit["tier"], hit["distance"], hit["variant"]) == ("candidate", 0, "frame")
    assert list(stages(lab).values()) == ["waiting"]
    lab.seat("ben").answer_hit(hit["hit"], "same", reason="seen")
    assert list(stages(lab).values()) == ["known"]


def test_lists_come_back_with_a_backup(listed, tmp_path):
    lab, _media, _ = listed
    (lab.folder / "lists" / ".x.0.unfinished").mkdir()
    lab.backup(tmp_path / "backup")
    assert Lab.check_backup(tmp_path / "backup") == []
    Lab.restore(tmp_path / "backup", tmp_path / "restored")
    with Lab.open(tmp_path / "restored") as again:
        report = again.match(again=True)
        assert (report.lists, report.settled, sum(report.hits.values())) == (1, 2, 0)
        assert again.verify(read_data=True) == []


def test_frames_of_loose_files_are_held_as_well(new_lab, tmp_path):
    lab = new_lab()
    clip = films.film(films.frames((1, 12), (2, 12)))
    folder = tmp_path / "loose"
    folder.mkdir()
    (folder / "clip.mp4").write_bytes(clip)
    (first,) = lab.match_files([folder])
    (record,) = hash_files([str(folder)])
    frames = record["frame_hashes"]["frames"]
    best = max(frames, key=lambda one: one[2])
    file = tmp_path / "list.csv"
    file.write_text(HEAD + f",{best[3]},100,A\n")
    lab.list_add(file, form="csv", name="L", source="x")
    (second,) = lab.match_files([folder])

    assert first["hits"] == []
    assert {(h["tier"], h["variant"]) for h in second["hits"]} == {
        ("candidate", "frame")
    }


def test_what_a_person_graded_was_not_avoided(listed):
    lab, media, _ = listed
    lab.list_withdraw("L1", line=2, reason="for a while")
    ann = lab.seat("ann")
    ann.grade(ann.take(media["p1"]), seen("posing"))
    assert "near enough to an entry of a list" not in lab.avoided()
    assert lab.match(again=True).settled == 0


def test_files_are_held_without_being_taken_in(listed, tmp_path):
    lab, *_ = listed
    write(tmp_path / "loose", "p1.png", drawn(1))
    write(tmp_path / "loose", "zz.png", drawn(11))
    first, second = lab.match_files([tmp_path / "loose"])
    assert [(h["list"], h["tier"]) for h in first["hits"]] == [("L1", "match")]
    assert second["hits"] == []
    assert len(lab.overview()) == 6


def test_pictures_of_low_quality_are_kept_and_never_matched(new_lab, tmp_path):
    lab = new_lab()
    flat = Image.new("RGB", (300, 200), (90, 90, 90))
    flat.putpixel((3, 3), (9, 9, 9))
    write(tmp_path / "in", "flat.png", flat)
    lab.intake([tmp_path / "in"], **CUSTODY)
    value = lab.hashes().set_index(["algorithm", "variant"]).loc[("pdq", "full")]
    assert value["quality"] < 50
    file = tmp_path / "list.csv"
    file.write_text(HEAD + f",{value['value']},100,A\n")
    lab.list_add(file, form="csv", name="L", source="x")
    lab.match()
    assert lab.hits().empty
    assert len(lab.hashes()) >= 7


# -- what must not happen ----------------------------------------------------------
def test_what_was_hashed_anew_is_held_anew(listed, monkeypatch):
    """A hit falls with the hash that found it; a new hash is held before it goes out."""
    lab, media, _ = listed
    medium = media["p1"]
    assert stages(lab)[medium] == "known"
    with lab._store.act("x", medium, analyst="ann") as act:
        values = {"value": "0f" * 32, "quality": 100, "turned": "", "conversion": ""}
        made = {"library": "iwflab", "version": "0.0.1"}
        for variant in ("full", "512nn"):
            named = {"medium": medium, "algorithm": "pdq", "variant": variant}
            act.insert("hash", **named, **values, **made)
    assert stages(lab)[medium] == "waiting"
    assert medium not in {i["medium"] for i in lab.seat("ann").open_set(20)["items"]}
    assert lab.match().media == 1
    assert medium in {i["medium"] for i in lab.seat("ann").open_set(20)["items"]}
    lab.examine([medium])
    assert stages(lab)[medium] == "known"


def test_a_medium_that_no_worker_had_yet_is_not_held(listed, tmp_path, monkeypatch):
    lab, _media, _ = listed
    write(tmp_path / "more", "late.png", drawn(1, ImageOps.mirror))
    monkeypatch.setattr(lab._bench.pool, "examine", _no_worker)
    lab.intake([tmp_path / "more"], **CUSTODY)
    late = next(r["medium"] for r in lab.overview() if "late" in r["name"])
    assert late not in {i["medium"] for i in lab.seat("ann").open_set(20)["items"]}
    monkeypatch.undo()
    lab.intake([tmp_path / "more"], **CUSTODY)
    assert late in set(lab.hits()["medium"])
    assert lab.warnings() == []


def _no_worker(*_, **__):
    raise WallMissing("there is no worker", advice="later")


def test_the_first_of_several_frames_settles_nothing(listed, tmp_path):
    lab, *_ = listed
    folder = tmp_path / "more"
    folder.mkdir()
    first, second = drawn(1), drawn(12)
    first.save(folder / "m.webp", save_all=True, append_images=[second], lossless=True)
    lab.intake([folder], **CUSTODY)
    moving = next(r["medium"] for r in lab.overview() if "m.webp" in r["name"])
    assert set(lab.hits([moving])["tier"]) == {"candidate"}
    assert stages(lab)[moving] == "waiting"


def test_near_to_something_benign_is_for_a_person_to_see(new_lab, tmp_path):
    """A benign photograph that was changed in a part stays near to the original."""
    lab = new_lab()
    for number in (1, 2):
        write(tmp_path / "in", f"{number}.png", drawn(number))
    lab.intake([tmp_path / "in"], **CUSTODY)
    rows = {r["name"].rsplit("/", 1)[-1]: r for r in lab.overview()}
    benign, police = tmp_path / "benign.csv", tmp_path / "police.csv"
    near = flipped(pdq(drawn(1)).value, 9)
    benign.write_text(HEAD + f",{near},100,stock\n{rows['2.png']['md5']},,,stock\n")
    police.write_text(HEAD + f",{flipped(pdq(drawn(2)).value, 45)},100,A\n")
    lab.list_add(benign, form="csv", name="B", source="us", kind="benign")
    lab.match()
    assert stages(lab) == {
        rows["1.png"]["medium"]: "waiting",
        rows["2.png"]["medium"]: "known",
    }
    lab.list_add(police, form="csv", name="P", source="police")
    lab.match()
    assert set(stages(lab).values()) == {"waiting"}
    assert lab.hit_rows()["settled"] == 0  # nor says the benign list's exact hit so
    assert set(lab.hits().query("list == 'B'")["settles"]) == {0}
    candidate = lab.hits().query("list == 'P'")["hit"].iloc[0]
    lab.seat("ben").answer_hit(candidate, "not_same")
    assert stages(lab)[rows["2.png"]["medium"]] == "known"
    (settled,) = lab.hits().query("settles == 1")["medium"]
    assert (settled, lab.hit_rows()["settled"]) == (rows["2.png"]["medium"], 1)


def test_a_file_without_an_entry_is_no_list(listed, tmp_path):
    """Only a header, or no list at all: it would stand among those that protect."""
    lab, *_ = listed
    before = sorted(p.name for p in (lab.folder / "lists").iterdir())
    file = tmp_path / "empty.csv"
    for text in (HEAD, "PK\x03\x04abc"):
        file.write_text(text)
        with pytest.raises(BadInput, match="no entry"):
            lab.list_add(file, form="csv", name="L5", source="x")
    assert sorted(p.name for p in (lab.folder / "lists").iterdir()) == before
    assert len(lab.lists()) == 1


def test_every_list_counts_before_a_medium_is_handed_out(listed, tmp_path):
    lab, media, _ = listed
    second = tmp_path / "second.csv"
    second.write_text(HEAD + f",{flipped(pdq(drawn(5)).value, 3)},100,A\n")
    lab.list_add(second, form="csv", name="L2", source="x")
    assert lab.seat("ann").open_set(20)["items"] == []
    assert "not held" in lab.warnings()[0]
    lab.match()
    given = {i["medium"] for i in lab.seat("ann").open_set(20)["items"]}
    assert given == {media[name] for name in ("p2", "p3", "p4")}


def test_copies_of_what_is_signed_off_later_are_found(new_lab, tmp_path):
    lab = new_lab()
    write(tmp_path / "in", "a.png", drawn(2))
    write(tmp_path / "in", "b.jpeg", drawn(2, ImageOps.mirror), "JPEG")
    lab.intake([tmp_path / "in"], **CUSTODY)
    ann, ben = lab.seat("ann"), lab.seat("ben")
    first = ann.open_set(1)["items"][0]["medium"]
    ann.grade(first, seen("posing"))
    for _ in range(2):
        ben.sign_off(ben.to_sign_off())
        assert lab.match().settled == 1
        assert sorted(stages(lab).values()) == ["known", "signed_off"]
        ben.take_back(first, reason="to look again")
        assert sorted(stages(lab).values()) == ["graded", "waiting"]


def test_what_becomes_known_makes_room_in_a_set(listed, tmp_path):
    lab, _media, _ = listed
    ann = lab.seat("ann")
    (mine,) = (i["medium"] for i in ann.open_set(1)["items"])
    file = tmp_path / "more.csv"
    row = next(r for r in lab.overview() if r["medium"] == mine)
    file.write_text(HEAD + f"{row['md5']},,,A\n")
    lab.list_add(file, form="csv", name="L2", source="x")
    lab.match()
    assert stages(lab)[mine] == "known"
    assert [i["medium"] for i in ann.open_set(1)["items"]] not in ([], [mine])


def test_a_line_that_is_not_there_cannot_be_withdrawn(listed):
    lab, *_ = listed
    with pytest.raises(NotFound, match="99"):
        lab.list_withdraw("L1", line=99, reason="x")
    lab.list_withdraw("L1", line=2, reason="x", request="r")
    with pytest.raises(NotFound, match="before"):
        lab.list_withdraw("L1", line=2, reason="x")
    with pytest.raises(RequestReused):
        lab.list_withdraw("L1", line=3, reason="x", request="r")


def test_a_grader_does_not_see_what_lists_say_of_their_queue(listed):
    lab, media, _ = listed
    lab.account_role("ann", ["assessor"])
    ann = lab.seat("ann")
    ann.open_set(20)
    rows = ann.hits()
    assert set(rows["medium"]) == {media["p2"], media["p3"]}
    assert set(rows["label"]) == set(rows["value"]) == {""}
    assert ann.avoided() == {}
    told = ann.hit_rows()["rows"]
    assert {row["label"] for row in told} == {""}
    why = ann.explain(told[0]["hit"])
    assert (why["label"], why["value"], why["differing"], why["twin"]) == (
        "",
        "",
        "",
        None,
    )

"""One medium walks the whole way: intake, grade, sign-off, release, table."""

import csv
import hashlib
import io
import json
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from given import CUSTODY, approved, released, seen

from iwflab.errors import (
    BadInput,
    ChangedMeanwhile,
    NotAllowed,
    NotFound,
    NotYours,
    StoreError,
    Tampered,
)
from iwflab.exchange import FORMATS
from iwflab.lab import Lab
from iwflab.store.turns import Turn

# Of these the file itself is changed; PostgreSQL has its own in tests/store.
EMBEDDED = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def graded(lab, media):
    """The rows that an officer would be shown for these media."""
    rows = {row["medium"]: row for row in lab.to_sign_off()}
    return [rows[medium] for medium in media]


@pytest.fixture
def signed(lab):
    """A lab with three media graded by ann and signed off by ben."""
    ann, ben = lab.seat("ann"), lab.seat("ben")
    media = [item["medium"] for item in ann.open_set(3)["items"]]
    for medium, activity in zip(
        media, ("posing", "penetrative", "posing"), strict=True
    ):
        ann.grade(medium, seen(activity))
    ben.sign_off(graded(ben, media))
    return ben


def test_every_file_is_accounted_for_and_a_second_run_adds_nothing(new_lab, drawn):
    lab = new_lab()
    (drawn / "a link.jpeg").symlink_to(drawn / "picture0.jpeg")
    os.mkfifo(drawn / "a pipe.jpeg")
    first = lab.intake([drawn], **CUSTODY)
    again = lab.intake([drawn], **CUSTODY)

    assert first.found == first.new_copies + first.known_copies + len(first.refused)
    assert (first.found, first.new_media, first.new_copies) == (10, 7, 8)
    assert len(first.refused) == 2
    assert (again.found, again.new_media, again.new_copies) == (10, 0, 0)
    assert (again.known_copies, len(again.refused)) == (8, 2)
    assert sum(first.states.values()) == 7
    assert lab.verify(read_data=True) == []


def test_stored_digests_are_those_of_the_files(lab):
    frame = lab.copies().merge(lab.media(), on="medium")
    for row in frame.to_dict("records"):
        data = Path(row["shown"]).read_bytes()
        assert row["size"] == len(data)
        for name in ("md5", "sha1", "sha256"):
            assert row[name] == hashlib.new(name, data).hexdigest()
    assert len(frame) == 8


def test_evidence_is_read_only_and_named_by_its_digest(lab):
    for sha256 in lab.media()["sha256"]:
        file = lab.folder / "evidence" / sha256[:2] / sha256[2:4] / sha256
        assert hashlib.sha256(file.read_bytes()).hexdigest() == sha256
        assert file.stat().st_mode & 0o777 == 0o400


def test_the_same_bytes_found_twice_are_one_medium_with_two_copies(lab):
    media = lab.media()
    twice = media[media["copies"] == 2]

    assert len(twice) == 1
    names = lab.copies().merge(twice[["medium"]], on="medium")["shown"]
    assert sorted(n.rsplit("/", 1)[1] for n in names) == ["again.jpeg", "picture0.jpeg"]


def test_a_file_that_cannot_be_decoded_is_kept_hashed_and_gradable(lab):
    media = lab.media()
    (refused,) = media[media["state"] == "refused"].to_dict("records")
    ann = lab.seat("ann")
    result = ann.grade(ann.take(refused["medium"]), seen())

    assert refused["reason"]
    assert {g["scheme"]: g["code"] for g in result["grades"]}["uk_2014"] == "C"


@pytest.mark.parametrize("missing", list(CUSTODY))
def test_an_intake_without_case_purpose_or_authority_is_refused(
    new_lab, drawn, missing
):
    with pytest.raises(BadInput, match=missing):
        new_lab().intake([drawn], **{**CUSTODY, missing: " "})


def test_an_empty_folder_is_refused(new_lab, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput):
        new_lab().intake([tmp_path / "empty"], **CUSTODY)


def test_a_sidecar_tells_where_and_when_a_file_was_seen(new_lab, drawn):
    lab = new_lab()
    sidecar = drawn / "sidecar.csv"
    sidecar.write_text(
        "file,source,url,date,series\n"
        "picture0.jpeg,board.example,https://board.example/1,2026-03-04,Harbour\n"
        'picture1.png,,,,"harbour"\n'
        "deeper/nowhere.jpeg,,,,\n"
    )
    report = lab.intake([drawn], sidecar=sidecar, **CUSTODY)
    lab.intake([drawn], sidecar=sidecar, **CUSTODY)
    copies = lab.copies()
    (told,) = copies[copies["source"] != ""].to_dict("records")

    assert (told["seen_on"], told["series"]) == ("2026-03-04", "Harbour")
    assert len(report.unmatched) == 1
    assert len(copies) == 8  # the sidecar itself is no medium
    assert len(lab.links()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "name,source\na,b\n",
        "file,colour\na,red\n",
        "file,date\npicture0.jpeg,4 March\n",
        "file,source\na,b,c\n",
        "file,route\npicture0.jpeg,yes\n",
        "file,route\npicture0.jpeg,Proactive\n",
        "file,route\npicture0.jpeg,external\npicture0.jpeg,proactive\n",
    ],
)
def test_a_sidecar_that_does_not_fit_is_refused_and_nothing_taken_in(
    new_lab, drawn, text
):
    (drawn / "sidecar.csv").write_text(text)
    lab = new_lab()
    with pytest.raises(BadInput):
        lab.intake([drawn], sidecar=drawn / "sidecar.csv", **CUSTODY)

    assert len(lab.media()) == 0


def test_names_that_are_no_text_are_kept_raw_and_shown_clean(new_lab, drawn):
    raw = os.path.join(os.fsencode(drawn), b"caf\xe9 \xe2\x80\xaegpj.exe.png")
    shutil.copy(drawn / "picture1.png", raw)
    (drawn / "picture1.png").unlink()
    lab = new_lab()
    lab.intake([drawn], **CUSTODY)
    (shown,) = [s for s in lab.copies()["shown"] if "caf" in s]

    assert "\N{REPLACEMENT CHARACTER}" in shown
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in shown
    paths = lab._store.rows(sa.text("SELECT path FROM copy"))
    assert bytes(raw) in {row["path"] for row in paths}
    assert lab.verify() == []


def test_an_intake_interrupted_between_entry_and_decoding_is_finished(
    new_lab, drawn, monkeypatch
):
    from iwflab.media.pool import DecodePool

    lab = new_lab()

    def stop(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(DecodePool, "examine", stop)
        with pytest.raises(KeyboardInterrupt):
            lab.intake([drawn], **CUSTODY)
    before = len(lab.media())
    report = lab.intake([drawn], **CUSTODY)

    assert before > 0
    assert len(lab.media()) == 7
    assert (lab.media()["state"] != "").all()
    assert sum(report.states.values()) == 7
    assert lab.verify(read_data=True) == []


def test_two_analysts_never_get_the_same_medium(lab):
    ann, ben = lab.seat("ann"), lab.seat("ben")
    hers = {item["medium"] for item in ann.open_set(4)["items"]}
    his = {item["medium"] for item in ben.open_set(10)["items"]}

    assert len(hers) == 4
    assert len(his) == 3
    assert not hers & his
    with pytest.raises(NotYours):
        ben.grade(next(iter(hers)), seen())
    with pytest.raises(NotYours):
        ben.deliver(next(iter(hers)), "shielded")
    with pytest.raises(NotYours):
        ben.reveal(next(iter(hers)), "full")
    with pytest.raises(NotYours):
        ben.item(next(iter(hers)))
    with pytest.raises(NotYours):
        ben.shown([{"medium": next(iter(hers)), "variant": "full", "milliseconds": 1}])


def test_media_handed_back_go_to_another(lab):
    ann, ben = lab.seat("ann"), lab.seat("ben")
    first = ann.open_set(7)["items"][0]["medium"]
    ann.grade(first, seen())
    assert ann.hand_back() == 6

    assert {i["medium"] for i in ben.open_set(9)["items"]}.isdisjoint({first})
    assert [i["medium"] for i in ann.open_set(1)["items"]] == [first]


def test_assignments_lapse(new_lab, drawn):
    lab = new_lab(assignment_hours=0.0)
    lab.intake([drawn], **CUSTODY)
    lab.seat("ann").open_set(7)

    with pytest.raises(NotYours):
        lab.seat("ann").item(lab.media()["medium"][0])


def test_undo_brings_back_what_stood_before(lab):
    ann = lab.seat("ann")
    (item,) = ann.open_set(1)["items"]
    medium = item["medium"]
    ann.grade(medium, seen("posing"))
    ann.grade(medium, seen("penetrative"))
    once = ann.undo()
    twice = ann.undo()

    assert once["record"]["elements"]["activity"] == "posing"
    assert twice["record"] is None
    assert twice["stage"] == "waiting"
    with pytest.raises(NotAllowed, match="nothing to undo"):
        ann.undo()
    assert lab.verify() == []


def test_an_undo_sent_twice_undoes_once(lab):
    ann = lab.seat("ann")
    (item,) = ann.open_set(1)["items"]
    ann.grade(item["medium"], seen("posing"))
    ann.grade(item["medium"], seen("penetrative"))
    ann.undo(request="u1")
    again = ann.undo(request="u1")

    assert again["record"]["elements"]["activity"] == "posing"


def test_a_decision_sent_twice_is_saved_once(lab):
    ann = lab.seat("ann")
    (item,) = ann.open_set(1)["items"]
    one = ann.grade(item["medium"], seen(children=2), request="r1")
    two = ann.grade(item["medium"], seen(children=2), request="r1")

    assert one["assessment"] == two["assessment"]
    assert len(lab.children()) == 2
    with pytest.raises(NotAllowed, match="another decision"):
        ann.grade(item["medium"], seen(children=1), request="r1")


def test_delivered_shown_and_revealed_are_recorded_apart(lab):
    ann = lab.seat("ann")
    (item,) = [i for i in ann.open_set(1)["items"] if "shielded" in i["previews"]]
    medium = item["medium"]
    shielded = ann.deliver(medium, "shielded")
    ann.reveal(medium, "full")
    full = ann.deliver(medium, "full")
    ann.shown([{"medium": medium, "variant": "full", "milliseconds": 1500}])
    kinds = lab._store.rows(sa.text("SELECT kind, variant FROM view ORDER BY entry"))

    assert shielded != full
    assert [(k["kind"], k["variant"]) for k in kinds] == [
        ("delivered", "shielded"),
        ("revealed", "full"),
        ("delivered", "full"),
        ("shown", "full"),
    ]
    assert ann.progress()["exposure"]["seconds"] == 1.5
    assert lab.seat("ben").progress()["exposure"]["shown"] == 0


def test_nobody_signs_off_their_own_work(lab):
    """Whatever roles they have: here all that the way needs."""
    lab.account_role("ann", ["assessor", "senior_analyst", "qa_officer"])
    ann = lab.seat("ann")
    (item,) = ann.open_set(1)["items"]
    ann.grade(item["medium"], seen())

    with pytest.raises(NotAllowed, match="another person"):
        ann.sign_off(graded(ann, [item["medium"]]))
    assert lab.seat("ben").sign_off(graded(lab, [item["medium"]])).size > 0


def test_a_contradiction_is_saved_but_not_signed_off(lab):
    ann = lab.seat("ann")
    media = [item["medium"] for item in ann.open_set(2)["items"]]
    ann.grade(media[0], seen(children=2, participants="child_alone"))
    ann.grade(media[1], seen())
    waiting = {row["medium"]: row["against"] for row in lab.to_sign_off()}

    assert waiting[media[0]]
    assert not waiting[media[1]]
    with pytest.raises(NotAllowed, match="one child alone"):
        lab.seat("ben").sign_off(graded(lab, media))
    assert set(lab.media()["stage"]) == {"graded", "waiting"}


def test_what_is_signed_off_is_not_changed_until_it_is_taken_back(signed, lab):
    ann = lab.seat("ann")
    medium = lab.grades()["medium"][0]
    with pytest.raises(NotAllowed, match="signed off"):
        ann.grade(medium, seen("none"))
    with pytest.raises(NotAllowed, match="signed off"):
        ann.undo(medium=medium)
    with pytest.raises(BadInput):
        signed.take_back(medium, reason=" ")
    signed.take_back(medium, reason="graded in haste")

    ann.grade(medium, seen("none"))


def test_a_release_holds_exactly_what_is_signed_off_as_criminal(signed, lab):
    ann = lab.seat("ann")
    items = ann.open_set(4)["items"]
    waiting = [i["medium"] for i in items if i["stage"] == "waiting"]
    undecided, none, unsigned = waiting[:3]
    ann.grade(undecided, seen("uncertain"))
    ann.grade(none, seen(indecent="no", activity="none"))
    ann.grade(unsigned, seen("posing"))
    signed.sign_off(graded(signed, [undecided, none]))
    done = released(signed, "R1")
    entries = FORMATS["csv"].load((done.folder / "hashes.csv").read_bytes())
    media = lab.media().set_index("sha256")
    hashes = lab.hashes()

    assert done.items == len(entries) == 3
    assert done.counts == {"A": 1, "C": 2}
    assert done.left_out == {"not signed off": 2, "undetermined": 1, "none": 1}
    assert entries == FORMATS["json_lines"].load(
        (done.folder / "hashes.jsonl").read_bytes()
    )
    for entry in entries:
        row = media.loc[entry.sha256]
        assert row["stage"] == "released"
        assert (entry.md5, entry.sha1, entry.size) == (
            row["md5"],
            row["sha1"],
            row["size"],
        )
        listed = hashes[hashes["variant"].isin(["", "full"])]
        mine = listed[listed["medium"] == row["medium"]].set_index("algorithm")
        if row["state"] == "complete":
            assert entry.hashes["pdq"] == mine.loc["pdq", "value"]
            assert entry.pdq_quality == mine.loc["pdq", "quality"]
    assert lab.heads.newest.exists()
    assert lab.verify(read_data=True) == []


def test_the_manifest_describes_what_left(signed):
    done = released(signed, "R1")
    manifest = json.loads((done.folder / "manifest.json").read_text())

    for name, listed in manifest["files"].items():
        data = (done.folder / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == listed["sha256"]
    assert manifest["schemes"].keys() >= {"uk_2014", "uk_sap_2007"}
    assert manifest["audit_head"]["entry"] > 0
    columns = csv.DictReader(io.StringIO((done.folder / "hashes.csv").read_text()))
    assert set(columns.fieldnames) == set(manifest["columns"])


def test_a_release_is_made_once_and_a_name_used_once(signed):
    ann, key = signed.seat("ann"), approved(signed, "R1")
    one = ann.release(key, request="q1")
    two = ann.release(key, request="q1")

    assert one == two
    with pytest.raises(BadInput, match="exists"):
        released(signed, "R1")
    with pytest.raises(BadInput):
        released(signed, "../R2")
    assert [r.name for r in signed.releases()] == ["R1"]


def test_nothing_leaves_without_a_sign_off(lab):
    with pytest.raises(NotAllowed, match="nothing can leave"):
        approved(lab, "R1")


def test_a_tampered_evidence_file_stops_the_release(signed, lab):
    (sha256, *_) = lab.media().query("stage == 'signed_off'")["sha256"]
    file = lab.folder / "evidence" / sha256[:2] / sha256[2:4] / sha256
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.chmod(0o600)
    file.write_bytes(data)

    with pytest.raises(Tampered):
        released(signed, "R1")
    assert list((lab.folder / "releases").glob("[!.]*")) == []
    assert lab.verify(read_data=True)


def test_a_stored_hash_that_does_not_come_out_again_stops_the_release(
    signed, lab, monkeypatch
):
    """As if the worker that hashed at intake had been taken over by a medium."""
    from iwflab.workflow import release

    honest = release.stored_hashes

    def taken_over(store, medium):
        return [
            replace(value, value="0" * 64) if value.algorithm == "pdq" else value
            for value in honest(store, medium)
        ]

    monkeypatch.setattr(release, "stored_hashes", taken_over)
    with pytest.raises(Tampered, match="do not come out again"):
        released(signed, "R1")


def test_a_changed_release_file_is_noticed(signed):
    done = released(signed, "R1")
    file = done.folder / "hashes.csv"
    file.chmod(0o600)
    file.write_text(file.read_text().replace(",C\r\n", ",A\r\n"))

    (listed,) = signed.releases()
    assert "hashes.csv" in listed.problem
    assert any("hashes.csv" in f.problem for f in signed.verify())


def test_a_list_altered_together_with_its_manifest_is_noticed(signed):
    done = released(signed, "R1")
    file, manifest = done.folder / "hashes.csv", done.folder / "manifest.json"
    altered = file.read_bytes().replace(b",C\r\n", b",A\r\n")
    plain = json.loads(manifest.read_text())
    plain["files"]["hashes.csv"]["sha256"] = hashlib.sha256(altered).hexdigest()
    for path, data in ((file, altered), (manifest, json.dumps(plain).encode())):
        path.chmod(0o600)
        path.write_bytes(data)
    (listed,) = signed.releases()

    assert "manifest" in listed.problem
    assert any("manifest" in f.problem for f in signed.verify())


def test_a_release_interrupted_before_its_last_step_is_finished(signed, lab):
    done = released(signed, "R1")
    done.folder.rename(done.folder.with_name("R1.unfinished"))
    left = lab.folder / "releases" / "R2.unfinished"
    left.mkdir()
    (left / "hashes.csv").write_text("half")

    assert [r.name for r in signed.releases()] == ["R1"]
    assert not left.exists()


def test_list_table_and_trail_tell_the_same_story(signed, lab):
    done = released(signed, "R1")
    table = lab.table("victims", unit="medium")
    counts = {}
    for cell in table.cells:
        counts[cell.column] = counts.get(cell.column, 0) + cell.numerator

    assert {code: n for code, n in counts.items() if n} == done.counts
    frame = lab.frame(table)
    assert frame["numerator"].sum() == table.denominator == done.items
    assert frame.attrs["unit"] == "medium"
    assert frame.attrs["exclusions"] == table.exclusions
    assert table.exclusions == {
        "media waiting for a grader": 4,
        "media graded, not signed off": 0,
    }


def test_a_table_without_a_unit_is_refused(lab):
    with pytest.raises(BadInput, match="unit"):
        lab.table("victims", unit="")
    with pytest.raises(NotFound):
        lab.table("nonsense", unit="medium")


@EMBEDDED
def test_accounts_check_passwords_and_can_be_closed(new_lab):
    lab = new_lab()
    lab.account_add("ann", "correct horse battery")

    assert lab.account_check("ann", "correct horse battery")
    assert not lab.account_check("ann", "wrong horse battery")
    assert not lab.account_check("ben", "correct horse battery")
    lab.account_add("ann", "a newer pass phrase")
    assert not lab.account_check("ann", "correct horse battery")
    lab.account_disable("ann")
    assert not lab.account_check("ann", "a newer pass phrase")
    with pytest.raises(BadInput):
        lab.account_add("ann", "short")
    with pytest.raises(BadInput):
        lab.account_add("../ann", "long enough password")
    stored = (lab.folder / "lab.db").read_bytes()
    assert b"correct horse" not in stored


def test_frames_are_tidy_and_empty_labs_have_their_columns(new_lab, signed, lab):
    empty = new_lab("empty")
    for name in ("media", "copies", "children", "assessments", "grades", "hashes"):
        full, bare = getattr(lab, name)(), getattr(empty, name)()
        assert "medium" in full.columns
        assert set(bare.columns) <= set(full.columns)
        assert len(bare) == 0
        assert len(full) > 0
    assert "Lab" in repr(lab)
    assert len(empty.links()) == 0


# -- what a review found --------------------------------------------------------
def test_an_officer_signs_what_was_shown_or_nothing(lab):
    ann, ben = lab.seat("ann"), lab.seat("ben")
    medium = ann.open_set(1)["items"][0]["medium"]
    ann.grade(medium, seen("posing"))
    shown = ben.to_sign_off()
    ann.grade(medium, seen("penetrative"))

    with pytest.raises(NotAllowed, match="graded again since"):
        ben.sign_off(shown)
    with pytest.raises(BadInput):
        ben.sign_off([medium])
    assert ben.sign_off(ben.to_sign_off()).size > 0


def test_a_request_id_of_one_sign_off_is_refused_for_another(lab):
    ann, ben = lab.seat("ann"), lab.seat("ben")
    one, two = (i["medium"] for i in ann.open_set(2)["items"])
    for medium in (one, two):
        ann.grade(medium, seen())
    rows = graded(lab, [one, two])
    ben.sign_off(rows[:1], request="r")
    ben.sign_off(rows[:1], request="r")

    with pytest.raises(NotAllowed, match="something else"):
        ben.sign_off(rows[1:], request="r")
    with pytest.raises(NotAllowed, match="something else"):
        ann.reveal(two, "full", request="v")
        ann.reveal(two, "greyscale", request="v")


def test_a_sign_off_taken_back_is_taken_back_whole(signed, lab):
    (medium, *_) = lab.grades()["medium"]
    sha256 = lab.show(medium)["sha256"]
    assert signed.take_back(sha256, reason="looked at again") == []
    assert lab.show(medium)["stage"] == "graded"
    with pytest.raises(NotAllowed, match="not signed off"):
        signed.take_back(medium, reason="again")


def test_a_released_medium_taken_back_names_its_releases(signed, lab):
    released(signed, "R1")
    (medium, *_) = lab.grades()["medium"]

    assert signed.take_back(medium, reason="looked at again") == ["R1"]


def test_what_is_taken_back_while_a_release_is_made_does_not_leave(
    signed, lab, monkeypatch
):
    from iwflab.workflow import release

    honest = release.write_folder

    def meanwhile(*args):
        signed.take_back(lab.grades()["medium"][0], reason="in the last moment")
        return honest(*args)

    monkeypatch.setattr(release, "write_folder", meanwhile)
    with pytest.raises(NotAllowed, match="has changed since: the request is void"):
        released(signed, "R1")
    assert signed.releases() == []


def test_listing_releases_leaves_one_under_way_alone(signed, lab, monkeypatch):
    from iwflab.workflow import release

    honest = release.write_folder

    def meanwhile(*args):
        digest = honest(*args)
        listed = []
        other = threading.Thread(target=lambda: listed.append(signed.releases()))
        other.start()
        other.join()
        assert listed == [[]]
        return digest

    monkeypatch.setattr(release, "write_folder", meanwhile)
    assert released(signed, "R1").items == 3


def test_an_empty_file_never_leaves(new_lab, drawn):
    (drawn / "empty.jpeg").write_bytes(b"")
    lab = new_lab()
    lab.intake([drawn], **CUSTODY)
    ann, ben = lab.seat("ann"), lab.seat("ben")
    for item in ann.open_set(20)["items"]:
        ann.grade(item["medium"], seen())
    ben.sign_off(ben.to_sign_off())
    done = released(ben, "R1")

    assert done.left_out == {"empty (no bytes)": 1}
    assert done.items == 7


def test_trouble_of_the_decoder_is_tried_again_and_blocks_no_release(
    new_lab, drawn, monkeypatch
):
    from iwflab.media.pool import DecodePool
    from iwflab.media.process import Late, Process

    lab = new_lab()
    with monkeypatch.context() as patched:

        def late(*_args, **_more):
            raise Late("too late")

        patched.setattr(Process, "examine", late)
        lab.intake([drawn], **CUSTODY)
    assert set(lab.media()["state"]) == {"refused"}
    assert isinstance(lab._bench.pool, DecodePool)
    report = lab.intake([drawn], **CUSTODY)

    assert report.states["complete"] == 6
    assert set(lab.media()["state"]) == {"complete", "refused"}


def test_media_are_examined_again_on_request(signed, lab):
    media = list(lab.media()["medium"])
    before = lab.hashes()
    assert lab.examine(media[:2]) == 2

    assert lab.hashes().drop(columns=[]).shape == before.shape
    assert released(signed, "R1").items == 3
    assert lab.verify(read_data=True) == []


def test_a_lab_does_not_take_itself_in(lab):
    for place in (lab.folder, lab.folder.parent, lab.folder / "evidence"):
        with pytest.raises(BadInput, match="take the lab itself in"):
            lab.intake([place], **CUSTODY)


def test_intakes_that_overlap_examine_once(new_lab, drawn):
    lab = new_lab()
    faults = []

    def take_in():
        try:
            lab.intake([drawn], **CUSTODY)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=take_in) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert len(lab.media()) == 7
    assert not lab.hashes().duplicated(["medium", "algorithm", "variant"]).any()
    rows = lab._store.rows(sa.text("SELECT medium FROM examination"))
    assert len(rows) == len({row["medium"] for row in rows}) == 7
    assert lab.verify(read_data=True) == []


def test_odd_ages_and_times_never_make_the_lab_look_tampered(lab):
    from iwflab.domain.records import record_from

    ann = lab.seat("ann")
    medium = ann.open_set(1)["items"][0]["medium"]
    with pytest.raises(BadInput):
        ann.grade(medium, record_from({"children": [{"age_min": True}]}))
    ann.grade(medium, seen(), seconds=-0.0)

    assert lab.verify() == []


def test_the_trail_of_a_whole_walk_holds_no_content(signed, lab):
    released(signed, "Spring")
    trail = str(lab._store.rows(sa.text("SELECT * FROM audit_entry")))

    for word in ("C1", "E1", "Spring", "picture0", *lab.media()["sha256"]):
        assert word not in trail.replace("entry", "")


def test_evidence_that_went_missing_does_not_stop_a_later_intake(
    new_lab, drawn, monkeypatch
):
    from iwflab.media.pool import DecodePool

    lab = new_lab()

    def stop(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(DecodePool, "examine", stop)
        with pytest.raises(KeyboardInterrupt):
            lab.intake([drawn], **CUSTODY)
    for file in (lab.folder / "evidence").glob("*/*/*"):
        file.unlink()
    more = drawn.parent / "more"
    more.mkdir()
    shutil.copy(drawn / "picture5.webp", more)
    report = lab.intake([more], **CUSTODY)

    assert report.new_copies == 1
    assert report.problems


@EMBEDDED
def test_a_lab_that_was_rolled_back_takes_no_sign_off(signed, lab, tmp_path):
    """The proof of the roll-back must survive the next day's work."""
    old = tmp_path / "old.db"
    from iwflab.store.migrate import backup

    backup(lab.folder / "lab.db", old)
    ann = lab.seat("ann")
    medium = ann.open_set(1)["items"][-1]["medium"]
    ann.grade(medium, seen())
    signed.sign_off(graded(lab, [medium]))
    lab.close()
    for file in lab.folder.glob("lab.db*"):
        file.unlink()
    shutil.copy(old, lab.folder / "lab.db")
    with Lab.open(lab.folder, analyst="ann") as back:
        other = back.open_set(1)["items"][-1]["medium"]
        back.grade(other, seen())
        ben = back.seat("ben")
        with pytest.raises(Tampered, match="rolled back"):
            ben.sign_off(graded(back, [other]))
        assert back.show(other)["stage"] == "graded"
        assert any("signed" in f.problem for f in back.verify())


def test_a_stale_window_does_not_replace_what_another_saved(lab):
    """Two tabs of one person: the second is told, and nothing is replaced unseen."""
    ann = lab.seat("ann")
    item = ann.open_set(1)["items"][0]
    medium = item["medium"]
    assert item["assessment"] is None
    first = ann.grade(medium, seen("penetrative"), over=None, request="one")
    with pytest.raises(NotAllowed, match="another window"):
        ann.grade(medium, seen("posing"), over=None)
    again = ann.grade(medium, seen("penetrative"), over=None, request="one")
    second = ann.grade(medium, seen("posing"), over=first["assessment"])

    assert again["assessment"] == first["assessment"] != second["assessment"]


def test_a_stale_window_withdraws_nothing_that_another_saved(lab):
    ann = lab.seat("ann")
    medium = ann.open_set(1)["items"][0]["medium"]
    first = ann.grade(medium, seen("penetrative"))["assessment"]
    second = ann.grade(medium, seen("posing"))["assessment"]
    for stale in (first, None):
        with pytest.raises(ChangedMeanwhile, match="another window"):
            ann.undo(medium=medium, over=stale)
    assert ann.show(medium)["assessment"] == second
    assert ann.undo(medium=medium, over=second)["assessment"] == first


@EMBEDDED
def test_nothing_leaves_a_lab_that_was_tampered_with(signed, lab):
    import sqlite3

    connection = sqlite3.connect(lab.folder / "lab.db")
    connection.execute("DROP TRIGGER audit_entry_no_update")
    connection.execute("UPDATE audit_entry SET analyst = 'eve' WHERE number = 2")
    connection.commit()
    connection.close()
    with pytest.raises(Tampered, match="nothing leaves"):
        released(signed, "R1")


def test_a_folder_of_kernel_files_is_refused_file_by_file(new_lab):
    lab = new_lab()
    report = lab.intake(["/proc/self/fdinfo"], **CUSTODY)

    assert report.found == len(report.refused)
    assert report.new_media == 0


def test_a_role_taken_away_while_a_decision_waits_for_its_turn_counts(lab, monkeypatch):
    ann = lab.seat("ann")
    (item,) = ann.open_set(1)["items"]
    waiting, taken = threading.Event(), Turn.taken

    def told(turn, *given):
        waiting.set()
        return taken(turn, *given)

    with (
        ThreadPoolExecutor(1) as other,
        lab._store.act("give roles", "ann", analyst=lab.analyst) as act,
    ):
        monkeypatch.setattr(Turn, "taken", told)
        decision = other.submit(ann.grade, item["medium"], seen())
        assert waiting.wait(30)
        act.insert("account_role", name="ann", roles='["statistician"]')
    with pytest.raises(NotAllowed, match="your roles do not let you"):
        decision.result()
    assert lab.seat("ben").to_sign_off() == []
    assert lab.verify() == []


def test_who_may_not_grade_is_told_so_though_the_store_is_busy(lab, monkeypatch):
    (item,) = lab.seat("ann").open_set(1)["items"]

    def busy(_):
        raise StoreError("database is locked", advice="wait")

    monkeypatch.setattr(type(lab._store), "at_once", busy)
    for name, told in (("ann", StoreError), ("nobody", NotAllowed)):
        with pytest.raises(told):
            lab.seat(name).grade(item["medium"], seen())

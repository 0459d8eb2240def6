"""What the matching desk asks of the lab: hits explained, previews side by side."""

import shutil

import pytest
import sqlalchemy as sa
from given import CUSTODY, seen, with_people
from PIL import ImageOps

from iwflab.demo.drawing import encoded, picture
from iwflab.errors import BadInput, ChangedMeanwhile, NotAllowed, NotFound, NotYours
from iwflab.hashing import ALGORITHMS
from iwflab.lab import Lab

OTHER = "plain.png"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A signed-off picture with a mirrored copy, a candidate of a list, another."""
    tmp_path = tmp_path_factory.mktemp("matched")
    lab = Lab.create(tmp_path / "lab", head_folder=str(tmp_path / "heads"))
    with with_people(lab):
        lab.account_add("zoe", roles=["assessor"], os_user=True)
        lab.account_add("quin", roles=["qa_officer"], os_user=True)
        first, folder = tmp_path / "first", tmp_path / "then"
        shown = {n: picture(n).resize((320, 240)) for n in (1, 2, 3)}
        _write(first, "signed.png", shown[1])
        lab.intake([first], **CUSTODY)
        ann, ben = lab.seat("ann"), lab.seat("ben")
        (item,) = ann.open_set(1)["items"]
        ann.grade(item["medium"], seen())
        ben.sign_off(ben.to_sign_off())
        value = int(ALGORITHMS["pdq"].compute(shown[2]).value, 16) ^ (2**40 - 1)
        file = tmp_path / "list.csv"
        file.write_text(f"pdq,pdq_quality,label\n{value:064x},100,C\n")
        lab.list_add(file, form="csv", name="L1", source="a police force")
        _write(folder, "mirrored.png", ImageOps.mirror(shown[1]))
        _write(folder, "candidate.png", shown[2])
        _write(folder, OTHER, shown[3])
        report = lab.intake([folder], **CUSTODY)
        media = {r["name"].rsplit("/", 1)[-1]: r["medium"] for r in lab.overview()}
    return tmp_path, media, report


@pytest.fixture
def matched(made, tmp_path):
    """A copy of that lab, its media by name, and the report of its last intake."""
    template, media, report = made
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    settings = tmp_path / "lab" / "lab.toml"
    settings.write_text(settings.read_text().replace(str(template), str(tmp_path)))
    with Lab.open(tmp_path / "lab") as lab:
        yield lab, media, report


def _write(folder, name, shown):
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(encoded(shown, "PNG"))


def _hit(lab, medium):
    return next(r["hit"] for r in lab.hit_rows()["rows"] if r["medium"] == medium)


def _views(lab):
    query = sa.text("SELECT medium, analyst, kind, variant FROM view ORDER BY entry")
    return [tuple(row.values()) for row in lab._store.rows(query)]


def test_the_report_of_an_intake_says_what_was_settled_and_why(matched):
    _, _, report = matched
    assert report.known == 1
    assert report.known_why == {"near enough to a medium that was signed off here": 1}


def test_what_waits_comes_first_and_is_counted(matched):
    lab, media, _ = matched
    found = lab.hit_rows()
    assert (found["waiting"], found["settled"]) == (1, 1)
    assert found["rows"][0]["medium"] == media["candidate.png"]
    assert found["override"] == "senior analyst or QA officer"
    assert {r["name"] for r in found["rows"]} == {"candidate.png", "mirrored.png"}
    assert len(lab.hit_rows(most=0)["rows"]) == 0
    lab.seat("quin").answer_hit(_hit(lab, media["candidate.png"]), "not_same")
    assert lab.hit_rows()["waiting"] == 0


@pytest.mark.parametrize("name", ["mirrored.png", "candidate.png"])
def test_the_bits_that_differ_are_as_many_as_the_hit_says(matched, name):
    lab, media, _ = matched
    told = lab.explain(_hit(lab, media[name]))
    assert int(told["differing"], 16).bit_count() == told["distance"]
    assert told["medium"]["name"] == name
    if name == "mirrored.png":
        assert told["orientation"] == "mirrored"
        assert told["twin"]["medium"] == media["signed.png"]
        assert told["twin_grades"]["uk_2014"] == "C"
    else:
        assert told["twin"] is None
        assert (told["line"], told["label"], told["list"]) == (2, "C", "L1")


def test_a_hit_that_does_not_stand_is_not_explained(matched):
    lab, media, _ = matched
    hit = _hit(lab, media["candidate.png"])
    lab.list_withdraw("L1", reason="too old")
    with pytest.raises(NotFound):
        lab.explain(hit)


def test_a_senior_analyst_compares_without_an_assignment_and_it_is_recorded(matched):
    lab, media, _ = matched
    ann = lab.seat("ann")
    before = len(_views(lab))
    assert ann.compare(media[OTHER])[:4] in {b"RIFF", b"\xff\xd8\xff\xe0", b"\x89PNG"}
    seen_now = {"medium": media[OTHER], "variant": "shielded", "milliseconds": 900}
    assert ann.compared([seen_now]) == {"saved": 1, "refused": []}
    assert _views(lab)[before:] == [
        (media[OTHER], "ann", "delivered", "shielded"),
        (media[OTHER], "ann", "shown", "shielded"),
    ]
    with pytest.raises(NotYours):  # what the grading desk asks stays as it was
        ann.deliver(media[OTHER], "shielded")


def test_an_assessor_compares_nothing_not_even_their_own(matched):
    lab, media, _ = matched
    zoe = lab.seat("zoe")
    zoe.take(media[OTHER])
    for call in (
        lambda: zoe.compare(media[OTHER]),
        lambda: zoe.compared([]),
        lambda: zoe.answer_hit(_hit(lab, media["candidate.png"]), "same"),
    ):
        with pytest.raises(NotAllowed):
            call()
    with pytest.raises(NotYours):
        zoe.explain(_hit(lab, media["candidate.png"]))


def test_a_qa_officer_sees_what_is_known_and_nothing_that_merely_waits(matched):
    lab, media, _ = matched
    quin = lab.seat("quin")
    for name in ("mirrored.png", "candidate.png", "signed.png"):
        assert quin.compare(media[name])
    with pytest.raises(NotYours):
        quin.compare(media[OTHER])
    with pytest.raises(NotYours):
        shown = {"variant": "shielded", "milliseconds": 1}
        quin.compared([{"medium": media[OTHER], **shown}])
    assert OTHER not in {row["name"] for row in quin.hit_rows()["rows"]}


def test_what_was_compared_counts_once_and_what_is_beyond_is_named(matched):
    lab, media, _ = matched
    quin = lab.seat("quin")
    candidate, other = media["candidate.png"], media[OTHER]
    quin.compare(candidate)
    shown = {"variant": "shielded", "milliseconds": 900}
    views = [{"medium": m, **shown} for m in (candidate, other, "f" * 16)]
    before = len(_views(lab))
    told = {"saved": 1, "refused": [other, "f" * 16]}
    assert quin.compared(views, request="r1") == told
    assert quin.compared(views, request="r1") == told  # a retry
    assert _views(lab)[before:] == [(candidate, "quin", "shown", "shielded")]
    # Withdrawn meanwhile, it is no longer reached; it was before them all the same.
    lab.list_withdraw("L1", reason="too old")
    with pytest.raises(NotYours):
        quin.compare(candidate)
    assert quin.compared(views)["refused"] == [other, "f" * 16]
    with pytest.raises(NotYours):
        quin.compared(views[1:])
    assert lab.seat("ann").compared(views)["refused"] == ["f" * 16]
    assert lab.verify() == []


@pytest.mark.parametrize("variant", ["full", "greyscale"])
def test_more_than_the_shielded_preview_is_never_compared(matched, variant):
    lab, media, _ = matched
    more = {"medium": media[OTHER], "variant": variant, "milliseconds": 1}
    with pytest.raises(BadInput):
        lab.seat("ann").compared([more])


def test_an_answer_taken_back_leaves_the_hit_as_it_was(matched):
    lab, media, _ = matched
    hit = _hit(lab, media["mirrored.png"])
    assert lab.answer_hit(hit, "not_same")["settles"] == 0
    assert lab.answer_hit(hit, "open")["settles"] == 1
    hit = _hit(lab, media["candidate.png"])
    assert lab.answer_hit(hit, "same")["settles"] == 1
    assert lab.answer_hit(hit, "open")["settles"] == 0
    assert lab.verify() == []


def test_hashes_of_one_medium(matched):
    lab, media, _ = matched
    told = lab.hashes_of(media[OTHER])
    assert {"pdq", "phash"} <= {one["algorithm"] for one in told["hashes"]}
    assert told["frames"] == 0


def _row(seat, medium):
    return seat.hit_rows([medium])["rows"][0]


def test_two_persons_who_answer_one_hit_do_not_override_each_other_unseen(matched):
    lab, media, _ = matched
    medium = media["candidate.png"]
    ann, quin = lab.seat("ann"), lab.seat("quin")
    hit = _hit(lab, medium)
    shown = _row(ann, medium)["answered"]
    assert (shown, _row(quin, medium)["answered_by"]) == (0, "")
    ann.answer_hits([hit], "same", over={hit: shown}, request="r1")
    ann.answer_hits([hit], "same", over={hit: shown}, request="r1")  # a retry
    with pytest.raises(ChangedMeanwhile, match="ann answered this hit meanwhile"):
        quin.answer_hits([hit], "not_same", over={hit: shown})
    with pytest.raises(ChangedMeanwhile, match="another window"):
        ann.answer_hits([hit], "not_same", over={hit: shown})
    now = _row(quin, medium)
    assert (now["answer"], now["answered_by"]) == ("same", "ann")
    quin.answer_hits(
        [hit], "not_same", over={hit: now["answered"]}
    )  # seen: it is meant
    assert _row(ann, medium)["answered_by"] == "quin"
    # Who did not say what was shown (a script, the command line) is not held to it.
    assert lab.answer_hit(hit, "same")["answer"] == "same"
    assert lab.verify() == []


def test_an_answer_is_taken_back_by_who_gave_it(matched):
    lab, media, _ = matched
    hit = _hit(lab, media["candidate.png"])
    lab.seat("ann").answer_hit(hit, "same")
    for again in ({}, {"over": {hit: _row(lab, media["candidate.png"])["answered"]}}):
        with pytest.raises(NotAllowed, match="ann answered this hit") as told:
            lab.seat("quin").answer_hits([hit], "open", **again)
    assert "not_same" in told.value.advice
    assert lab.seat("ann").answer_hit(hit, "open")["answer"] == "open"
    assert _row(lab, media["candidate.png"])["answered_by"] == ""


def test_the_hits_of_one_question_are_answered_together_or_not_at_all(matched):
    lab, media, _ = matched
    one, two = _hit(lab, media["candidate.png"]), _hit(lab, media["mirrored.png"])
    lab.seat("ann").answer_hit(two, "same")
    entries = len(lab.trail())
    with pytest.raises(ChangedMeanwhile):
        lab.seat("quin").answer_hits([one, two], "not_same", over={one: 0, two: 0})
    assert len(lab.trail()) == entries
    assert _row(lab, media["candidate.png"])["answer"] == ""
    with pytest.raises(BadInput, match="no hit"):
        lab.answer_hits([], "same")


@pytest.mark.parametrize("name", ["ann", "quin"])
def test_the_rows_of_one_medium_cost_one_medium(matched, monkeypatch, name):
    lab, media, _ = matched
    seat, medium = lab.seat(name), media["candidate.png"]
    read, rows = set(), lab._store.rows

    def spied(query, **values):
        found = rows(query, **values)
        read.update(row["medium"] for row in found if "medium" in row)
        return found

    monkeypatch.setattr(lab._store, "rows", spied)
    (row,) = seat.hit_rows([medium])["rows"]
    seat.explain(row["hit"])
    seat.answer_hits([row["hit"]], "same", over={row["hit"]: row["answered"]})
    assert read == {medium}

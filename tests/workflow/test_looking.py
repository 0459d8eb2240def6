"""How a person looks: levels of a decision, where they start, what they had before them."""

import json
from uuid import uuid4

import pytest
import sqlalchemy as sa
from given import seen

from iwflab import Lab
from iwflab.domain.assessments import PAINTED, REVEALS, RevealLevel
from iwflab.errors import (
    BadInput,
    ChangedMeanwhile,
    NotAllowed,
    NotFound,
    Presenting,
    RequestReused,
)
from iwflab.store.entering import enter_examination

EMBEDDED = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
US = 1_000_000


@pytest.fixture
def ann(lab):
    return lab.seat("ann")


def first_of(ann, number=1):
    items = [one for one in ann.open_set(number + 1)["items"] if one["previews"]]
    return items[0]["medium"]


def view(medium, level, seconds):
    return {"medium": medium, "variant": level, "milliseconds": 1000 * seconds}


def test_the_ladder_is_one_and_what_was_stored_stays_valid():
    assert [str(level) for level in RevealLevel] == [
        *("none", "outlines", "shielded", "lens", "greyscale", "full")
    ]
    assert [str(level) for level in REVEALS] == ["lens", "greyscale", "full"]
    assert "none" not in PAINTED


def test_a_decision_keeps_the_seconds_at_each_level(lab, ann):
    medium = first_of(ann)
    levels = {"none": 1.5, "outlines": 2.25, "lens": 0.0, "full": 3.001}
    told = {"reveal": "full", "seconds": 7, "levels": levels, "request": uuid4().hex}
    first = ann.grade(medium, seen(), **told)
    again = ann.grade(medium, seen(), **told)

    assert first["assessment"] == again["assessment"]
    assert ann.show(medium)["levels"] == levels
    assert lab.verify() == []


@pytest.mark.parametrize(
    "levels", [{"colour": 1.0}, {"full": -1.0}, {"full": float("nan")}, {"full": 1e9}]
)
def test_what_no_page_can_have_shown_is_refused(ann, levels):
    medium = first_of(ann)
    with pytest.raises(BadInput):
        ann.grade(medium, seen(), levels=levels)
    assert ann.item(medium)["assessment"] is None


@pytest.mark.parametrize("level", REVEALS)
def test_a_lens_is_a_reveal_like_any_other(lab, ann, level):
    medium = first_of(ann)
    ann.reveal(medium, str(level))
    rows = lab._store.rows(sa.text("SELECT kind, variant FROM view"))

    assert rows == [{"kind": "revealed", "variant": str(level)}]


@pytest.mark.parametrize("level", ["none", "outlines", "shielded", "colour"])
def test_what_needs_no_reveal_is_no_reveal(ann, level):
    with pytest.raises(BadInput):
        ann.reveal(first_of(ann), level)


def test_outlines_are_delivered_without_a_reveal(ann):
    medium = first_of(ann)

    assert ann.deliver(medium, "outlines") != ann.deliver(medium, "shielded")


@EMBEDDED
def test_media_of_an_earlier_release_get_outlines_when_they_are_examined(lab, ann):
    """Before there were outlines, their examination named two previews."""
    medium = first_of(ann)
    with lab._bench.evidence.open(ann.show(medium)["sha256"]) as sealed:
        found = lab._bench.pool.examine(sealed)
    found.previews.pop("outlines")
    with lab._store.act("examine again", medium, analyst="ann") as act:
        enter_examination(act, medium, found)

    assert ann.item(medium)["previews"] == ["full", "shielded"]
    with pytest.raises(NotFound):
        ann.deliver(medium, "outlines")
    assert ann.lacking("outlines") == [medium]
    assert ann.examine(ann.lacking("outlines")) == 1
    assert ann.lacking("outlines") == []
    assert ann.item(medium)["previews"] == ["full", "outlines", "shielded"]


def test_where_one_starts_is_kept_per_person_and_over_a_restart(lab, ann):
    request = uuid4().hex
    for _ in range(2):
        found = ann.choose_start("outlines", request=request)

    assert found["start_level"] == ann.desk()["start_level"] == "outlines"
    assert lab.seat("ben").desk()["start_level"] == "shielded"
    assert ann.desk()["start_levels"] == ["none", "outlines", "shielded"]
    with pytest.raises(RequestReused):
        ann.choose_start("none", request=request)
    with Lab.open(lab.folder, analyst="ann") as again:
        assert again.desk()["start_level"] == "outlines"


def test_keys_of_ones_own_are_kept_per_person_and_over_a_restart(lab, ann):
    request, own = uuid4().hex, {"undo": "q", "note": "z"}
    for _ in range(2):
        found = ann.choose_keys(own, request=request)

    assert found["own_keys"] == ann.desk()["own_keys"] == own
    assert found["keys"] == ann.desk()["keys"]
    assert (found["keys"]["undo"], found["keys"]["note"]) == ("q", "z")
    (taken,) = [tag for tag in found["tags"] if tag.get("taken") == "undo"]
    assert taken["key"] == ""
    others = lab.seat("ben").desk()
    assert (others["keys"]["undo"], others["own_keys"]) == ("z", {})
    with pytest.raises(RequestReused):
        ann.choose_keys({}, request=request)
    with pytest.raises(BadInput, match="one key"):
        ann.choose_keys({"undo": "q", "note": "Q"})
    assert ann.desk(own=False)["keys"]["undo"] == "z"  # as the matching desk asks
    with Lab.open(lab.folder, analyst="ann") as again:
        assert again.desk()["own_keys"] == own
        assert again.choose_keys({})["keys"]["undo"] == "z"


def test_keys_changed_in_two_windows_at_once_are_not_lost(ann):
    first, second = {"undo": "q"}, {"note": "w"}
    ann.choose_keys(first, over={})

    with pytest.raises(ChangedMeanwhile, match="another window"):
        ann.choose_keys(second, over={})
    assert ann.desk()["own_keys"] == first
    ann.choose_keys(first, over={})  # the same again: an answer that was lost
    both = ann.choose_keys({**first, **second}, over=first)
    assert both["own_keys"] == {**first, **second}


@EMBEDDED
def test_keys_that_a_newer_lab_toml_took_are_ones_own_no_longer(new_lab):
    lab = new_lab()
    ann = lab.seat("ann")
    ann.choose_keys({"undo": "q", "note": "w"})
    text = (lab.folder / "lab.toml").read_text()
    assert 'blank = "Escape"' in text
    (lab.folder / "lab.toml").write_text(
        text.replace('blank = "Escape"', 'blank = "q"')
    )

    with Lab.open(lab.folder, analyst="ann") as later:
        found = later.desk()
        assert found["own_keys"] == {"note": "w"}
        assert (found["keys"]["undo"], found["keys"]["blank"]) == ("z", "q")
        assert later.choose_keys({**found["own_keys"], "why": "e"})["own_keys"] == {
            "note": "w",
            "why": "e",
        }


@EMBEDDED
def test_nobody_starts_with_more_than_the_organisation_lets_them(new_lab):
    lab = new_lab(least_shield="full", default_reveal="greyscale")
    ann = lab.seat("ann")
    assert ann.desk()["start_level"] == "greyscale"
    ann.choose_start("full")
    text = (lab.folder / "lab.toml").read_text()
    text = text.replace('least_shield = "full"', 'least_shield = "outlines"')
    text = text.replace('default_reveal = "greyscale"', 'default_reveal = "none"')
    (lab.folder / "lab.toml").write_text(text)

    with Lab.open(lab.folder, analyst="ann") as later:
        assert later.desk()["start_level"] == "outlines"  # held back, not forgotten
        with pytest.raises(BadInput, match="nobody starts with 'full'"):
            later.choose_start("full")
    with Lab.open(lab.folder, analyst="ben") as other:
        assert other.desk()["start_level"] == "none"


@pytest.mark.parametrize(
    "wrong",
    [
        {"default_reveal": "full"},
        {"default_reveal": "blurred"},
        {"least_shield": ""},
        {"presentation": "yes"},
        {"break_after_minutes": 0},
        {"daily_cap_hours": 25},
    ],
    ids=lambda one: next(iter(one)),
)
@EMBEDDED
def test_settings_of_looking_that_cannot_work_are_refused(new_lab, wrong):
    with pytest.raises(BadInput):
        new_lab(**wrong)


def test_presentation_mode_is_of_one_session_and_on_the_record(lab, ann):
    ann.present(active=True, session="projector")

    assert ann.presents("projector")
    assert not ann.presents("desk")
    assert not lab.seat("ben").presents("projector")
    with Lab.open(lab.folder, analyst="ann") as again:  # it outlives the server
        assert again.presents("projector")
    ann.present(active=False, session="projector")
    assert not ann.presents("projector")
    acts = list(lab.seat("ben").trail().to_dict("records"))
    assert [row["analyst"] for row in acts if row["verb"] == "present"] == ["ann"] * 2
    stored = lab._store.rows(sa.text("SELECT session FROM presentation"))
    assert "projector" not in {row["session"] for row in stored}


@EMBEDDED
def test_a_lab_in_presentation_mode_gives_nobody_a_byte(lab):
    ann = lab.seat("ann")
    medium = first_of(ann)
    text = (lab.folder / "lab.toml").read_text()
    text = text.replace("presentation = false", "presentation = true")
    (lab.folder / "lab.toml").write_text(text)

    with Lab.open(lab.folder, analyst="ann") as later:
        assert later.presents("any session")
        for variant in ("outlines", "shielded", "full"):
            with pytest.raises(Presenting):
                later.deliver(medium, variant)
        with pytest.raises(Presenting):
            later.compare(medium)
        with pytest.raises(Presenting):
            later.present(active=False, session="x")
    assert lab._store.rows(sa.text("SELECT * FROM view")) == []


def test_the_ledger_is_by_level_and_by_the_category_known_at_the_end(lab, ann):
    one, other = [item["medium"] for item in ann.open_set(3)["items"]][:2]
    ann.shown([view(one, "shielded", 10), view(one, "full", 4), view(other, "lens", 2)])
    before = {(line["code"], line["level"]) for line in ann.exposure()["lines"]}
    ann.grade(one, seen("penetrative"))
    ann.shown([view(one, "shielded", 5)])
    found = ann.exposure()
    lines = {
        (x["code"], x["level"]): (x["media"], x["seconds"]) for x in found["lines"]
    }

    assert before == {
        *(("not graded", "shielded"), ("not graded", "full"), ("not graded", "lens"))
    }
    assert lines == {
        ("A", "shielded"): (1, 15.0),
        ("A", "full"): (1, 4.0),
        ("not graded", "lens"): (1, 2.0),
    }
    (day,) = found["days"]
    assert (day["media"], day["seconds"]) == (2, 21.0)
    assert found["minutes"] == pytest.approx(found["today"])
    assert 0.2 < found["minutes"] < 1
    assert found["signs"] == []


def test_the_ledger_is_told_to_nobody_else(lab, ann):
    medium = first_of(ann)
    ann.shown([view(medium, "full", 9)])
    for who in ("ben", lab.analyst):
        seat = lab.seat(who)
        with pytest.raises(NotAllowed, match="to that person alone"):
            seat.exposure("ann")
        assert "full" not in json.dumps(seat.exposure()["lines"])
    assert ann.exposure("ann")["lines"]


def test_the_category_that_another_gave_is_not_told_by_the_ledger(new_lab, drawn):
    """A second look stays blind: an assessor's ledger does not know ann's grade."""
    from given import CUSTODY

    lab = new_lab()
    lab.account_add("cleo", roles=["assessor"], os_user=True)
    lab.intake([drawn], **CUSTODY)
    ann, cleo = lab.seat("ann"), lab.seat("cleo")
    (medium,) = [i["medium"] for i in cleo.open_set(1)["items"]]
    cleo.shown([view(medium, "shielded", 3)])
    cleo.hand_back()
    ann.take(medium)
    ann.grade(medium, seen("penetrative"))

    assert [line["code"] for line in cleo.exposure()["lines"]] == ["not graded"]
    cleos = lab._store.rows(sa.text("SELECT * FROM view WHERE analyst = 'cleo'"))
    assert len(cleos) == 1


def test_views_before_the_asked_days_are_left_out(lab, ann):
    medium = first_of(ann)
    now = lab._store.clock()
    lab._store.clock = lambda: now - 30 * 3600 * US
    ann.take(medium)
    ann.shown([view(medium, "shielded", 60)])
    lab._store.clock = lambda: now
    ann.shown([view(medium, "full", 1)])

    assert [x["level"] for x in ann.exposure(days=1)["lines"]] == ["full"]
    assert {x["level"] for x in ann.exposure(days=7)["lines"]} == {"full", "shielded"}
    assert ann.signs()["minutes"] == pytest.approx(1 / 60)

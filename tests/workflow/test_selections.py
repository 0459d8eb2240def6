"""A selection: one record, one act, each medium its own assessment; one undo."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from given import released, seen

from iwflab.cli import commands
from iwflab.errors import (
    BadInput,
    ChangedMeanwhile,
    NotAllowed,
    NotYours,
    RequestReused,
)
from iwflab.store.known import signed_codes

sys.path.insert(0, str(Path(__file__).parent))

from arriving import Arrivals


@pytest.fixture
def nine(new_lab):
    """A lab with nine media that wait."""
    lab = new_lab()
    return lab, Arrivals(lab).enter(*[{} for _ in range(9)])


def stages(lab, media):
    found = {row["medium"]: row["stage"] for row in lab.overview()}
    return [found[medium] for medium in media]


def looks(lab, who, medium, variant="shielded"):
    with lab._store.act("look", medium, analyst=who) as act:
        act.insert(
            "view", medium=medium, analyst=who, kind="shown", variant=variant,
            milliseconds=900,
        )  # fmt: skip


def test_one_act_grades_the_selection_and_one_key_takes_it_back(nine):
    lab, media = nine
    ann = lab.seat("ann")
    ann.take(media[2])
    looks(lab, "ann", media[4])
    before = len(lab.trail())
    done = ann.grade_selection(
        media[:6], seen("posing"), shown=media[2], reveal="full", seconds=7
    )

    assert done["graded"][0] == media[2]
    assert sorted(done["graded"]) == sorted(media[:6])
    assert done["left_out"] == []
    assert len(lab.trail()) == before + 1
    assert lab.trail()["verb"].iloc[-1] == "grade selection"
    frame = lab.assessments().set_index("medium")
    assert len(set(frame["assessment"])) == 6
    looked, carried, painted = (frame.loc[media[n]] for n in (2, 0, 4))
    assert (looked["reveal"], looked["seconds"]) == ("full", 7)
    assert (looked["carried_by"], looked["carried_from"]) == ("", "")
    assert (carried["reveal"], carried["seconds"]) == ("none", 0)
    assert (carried["carried_by"], carried["carried_from"]) == ("selection", media[2])
    assert frame["carried_distance"].isna().all()
    assert painted["reveal"] == "shielded"
    assert lab.children().groupby("medium").size().to_dict() == dict.fromkeys(
        media[:6], 1
    )
    undone = ann.undo()
    assert (undone["medium"], undone["undone"], undone["left"]) == (media[2], 6, [])
    assert stages(lab, media) == ["waiting"] * 9
    assert lab.verify() == []


def test_without_an_open_medium_none_counts_as_looked_at(nine):
    lab, media = nine
    done = lab.seat("ann").grade_selection(media[3:6], seen())
    frame = lab.assessments().set_index("medium")

    assert done["graded"] == media[3:6]
    assert set(frame["carried_by"]) == {"selection"}
    assert set(frame["carried_from"]) == {media[3]}
    assert set(frame["reveal"]) == {"none"}
    told = {row["medium"]: row["carried"] for row in lab.to_sign_off()}
    assert told[media[3]] == "chosen in a selection, not looked at by itself"
    assert told[media[4]].startswith(f"chosen in a selection with {media[3]}")
    assert lab.verify() == []


def test_who_signs_off_sees_it_and_no_match_rests_on_it(nine):
    lab, media = nine
    ann, ben = lab.seat("ann"), lab.seat("ben")
    ann.take(media[0])
    ann.grade_selection(media[:3], seen("penetrative"), shown=media[0], reveal="full")
    told = {row["medium"]: row["carried"] for row in ben.to_sign_off()}

    assert told[media[0]] == ""
    assert told[media[1]] == (
        f"chosen in a selection with {media[0]}, not looked at by itself"
    )
    ben.sign_off(ben.to_sign_off())
    assert set(signed_codes(lab._store)) == {media[0]}
    assert lab.avoided()["graded with its stack or selection"] == 2


def test_what_cannot_be_graded_is_named_with_the_reason(nine):
    lab, media = nine
    ann, ben = lab.seat("ann"), lab.seat("ben")
    ben.take(media[0])
    ben.take(media[1])
    ben.grade(media[1], seen())
    ann.take(media[2])
    ann.grade(media[2], seen())
    ann.take(media[3])
    ann.grade(media[3], seen())
    ben.sign_off([r for r in ben.to_sign_off() if r["medium"] == media[3]])
    done = ann.grade_selection(media, seen("posing"))

    assert {row["medium"]: row["why"] for row in done["left_out"]} == {
        media[0]: "it is not yours to grade",
        media[1]: "it is graded already",
        media[2]: "it is graded already",
        media[3]: "it is signed off already",
    }
    assert done["graded"] == media[4:]
    undone = ann.undo_stack(done["request"])
    assert undone == {"withdrawn": media[4:], "left": []} or (
        sorted(undone["withdrawn"]) == sorted(media[4:])
    )
    assert stages(lab, media[:4]) == ["waiting", "graded", "graded", "signed_off"]


def test_an_assessor_is_told_alike_of_anothers_and_of_none(nine):
    lab, media = nine
    lab.account_add("eve", roles=["assessor"], os_user=True)
    lab.seat("ann").take(media[0])
    lab.seat("ben").take(media[1])
    lab.seat("ben").grade(media[1], seen())
    done = lab.seat("eve").grade_selection(
        [media[0], media[1], "f" * 16, media[2]], seen()
    )

    assert done["graded"] == [media[2]]
    assert {row["why"] for row in done["left_out"]} == {"it is not yours to grade"}


def test_the_same_request_is_done_once_and_another_record_is_refused(nine):
    lab, media = nine
    ann, name = lab.seat("ann"), "00000000-0000-4000-8000-000000000001"
    first = ann.grade_selection(media[:4], seen(), request=name)
    again = ann.grade_selection(media[:4], seen(), request=name)

    assert again["graded"] == first["graded"]
    assert again["sample"] == first["sample"]
    assert len(first["sample"]) == 3
    assert set(first["sample"]) <= set(media[:4])
    assert len(lab.assessments()) == 4
    with pytest.raises(RequestReused):
        ann.grade_selection(media[:4], seen("penetrative"), request=name)
    with pytest.raises(RequestReused):
        ann.grade_selection([media[0], media[8]], seen(), request=name)
    undo = "00000000-0000-4000-8000-000000000002"
    gone = ann.undo_stack(name, request=undo)
    assert sorted(ann.undo_stack(name, request=undo)["withdrawn"]) == sorted(
        gone["withdrawn"]
    )
    with pytest.raises(NotAllowed):
        ann.undo_stack(name)


def test_what_the_form_did_not_show_is_not_graded_over(nine):
    lab, media = nine
    ann = lab.seat("ann")
    ann.take(media[0])
    ann.grade(media[0], seen())
    with pytest.raises(ChangedMeanwhile):
        ann.grade_selection(media[:2], seen("posing"), shown=media[0], over=None)
    with pytest.raises(BadInput):
        ann.grade_selection(media[:2], seen(), shown=media[5])
    with pytest.raises(BadInput):
        ann.grade_selection([], seen())
    lab.account_add("eve", roles=["assessor"], os_user=True)
    with pytest.raises(NotYours):
        lab.seat("eve").grade_selection([media[0], media[5]], seen(), shown=media[0])
    with pytest.raises(NotAllowed, match="not yours"):
        lab.seat("eve").grade_selection([media[0]], seen())
    assert stages(lab, media) == ["graded"] + ["waiting"] * 8


def test_what_is_signed_off_stays_when_the_rest_is_taken_back(nine):
    lab, media = nine
    ann, ben = lab.seat("ann"), lab.seat("ben")
    done = ann.grade_selection(media[:3], seen())
    ben.sign_off([r for r in ben.to_sign_off() if r["medium"] == media[1]])
    undone = ann.undo_stack(done["request"])

    assert sorted(undone["withdrawn"]) == sorted([media[0], media[2]])
    assert undone["left"] == [{"medium": media[1], "why": "it is signed off"}]


def test_a_selection_on_the_command_line(nine, monkeypatch):
    lab, media = nine
    monkeypatch.setenv("IWFLAB_LAB", str(lab.folder))
    run = CliRunner().invoke
    listed = run(commands, ["queue", "--name", "3.png", "--ids"])
    assert listed.output.split() == [media[2]]
    none = run(commands, ["queue", "--stage", "graded", "--json"])
    assert json.loads(none.output) == []
    ids = run(commands, ["queue", "--stage", "waiting", "--ids"]).output
    options = ["--element", "form=photograph", "--element", "child_present=no"]
    done = run(commands, ["selection", "grade", "-", *options], input=ids)
    assert "graded: 9 media" in done.output, done.output
    assert "drawn to be checked one by one:" in done.output
    assert stages(lab, media) == ["graded"] * 9
    undone = run(commands, ["selection", "undo", media[0]])
    assert undone.output == "withdrawn: 9 media\n"
    wrong = run(commands, ["queue", "--code", "A"])
    assert wrong.exit_code
    taken = run(commands, ["queue", "--name", "4.png", "--take", "3", "--json"])
    assert [row["medium"] for row in json.loads(taken.output)] == [media[3]]


def test_a_release_of_a_selection_goes_the_way_of_every_medium(lab):
    ann, ben = lab.seat("ann"), lab.seat("ben")
    media = [row["medium"] for row in lab.overview() if row["state"] == "complete"]
    ann.grade_selection(media[:3], seen("penetrative"))
    ben.sign_off(ben.to_sign_off())

    assert released(lab).items == 3
    assert lab.verify(read_data=True) == []

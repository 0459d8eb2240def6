"""Stacks: what hangs together, one decision for it, and one key to take it back."""

import json

import pytest
from click.testing import CliRunner
from given import seen

from iwflab.cli import commands
from iwflab.domain.hashes import ORIENTATIONS
from iwflab.errors import (
    BadInput,
    ChangedMeanwhile,
    NotAllowed,
    NotFound,
    NotYours,
    RequestReused,
)

BASE = int("5a" * 32, 16)


def bits(count, start=0):
    """So many bits to turn over, spread over all bands from a start."""
    return sum(1 << ((start + n * 7) % 256) for n in range(count))


def told(value):
    return f"{value:064x}"


def turned(value, ways=()):
    """The other orientations: far from everything, but for those that are given."""
    far = [BASE ^ (2**256 - 1) ^ bits(100, start=n) for n in range(7)]
    given = dict(ways)
    return " ".join(
        told(given.get(name, far[n] ^ (value >> 250)))
        for n, name in enumerate(ORIENTATIONS[1:])
    )


@pytest.fixture
def media(new_lab):
    """A lab, and a way to enter media with hashes of one's choice."""
    lab = new_lab()
    count = 0

    def enter(*values, quality=100, sides=(), size=(10, 10)):
        nonlocal count
        names = []
        with lab._store.act("take in", "all", analyst="ann") as act:
            case = act.insert("lab_case", name=f"C{count}")
            exhibit = act.insert("exhibit", lab_case=case, name="E")
            intake = act.insert(
                "intake", exhibit=exhibit, purpose="p", authority="a", sources="[]"
            )
            for value in values:
                count += 1
                digest = f"{count:064x}"
                row = dict.fromkeys(("sha256", "sha1", "md5"), digest)
                medium = act.insert("medium", **row, size=1)
                where = {"medium": medium, "exhibit": exhibit, "intake": intake}
                name = f"{count}.png"
                act.insert("copy", **where, path=name.encode(), shown=name)
                act.insert("examination", medium=medium, **examined(*size))
                text = {"library": "x", "version": "1", "conversion": ""}
                act.insert(
                    "hash",
                    medium=medium,
                    algorithm="pdq",
                    variant="full",
                    **text,
                    value=told(value),
                    quality=quality,
                    turned=turned(value, sides),
                )
                names.append(medium)
        return names

    return lab, enter


def examined(width, height):
    plain = dict.fromkeys(("reason", "format", "mode", "decoder"), "")
    more = {"metadata": "{}", "previews": "{}", "frames": 1, "stopped": 0}
    return {"state": "complete", "width": width, "height": height, **plain, **more}


@pytest.fixture
def chain(media):
    """Three media: one is 20 bits from two others, which are 40 bits apart."""
    lab, enter = media
    values = (BASE, BASE ^ bits(20), BASE ^ bits(40))
    return (lab, *enter(*values))


def stage_of(lab, *names):
    found = {row["medium"]: row["stage"] for row in lab.overview()}
    return [found[name] for name in names]


@pytest.mark.parametrize("size", [0, 1, 2])
def test_small_labs_have_small_stacks(media, size):
    lab, enter = media
    names = enter(*[BASE] * size) if size else []
    found = lab.stacks()

    assert [stack["size"] for stack in found] == ([2] if size == 2 else [])
    assert {m["medium"] for stack in found for m in stack["members"]} == (
        set(names) if size == 2 else set()
    )


def test_a_chain_is_one_stack_and_the_middle_leads_it(chain):
    lab, first, middle, last = chain
    (stack,) = lab.stacks()

    assert stack["exemplar"] == middle
    assert (stack["size"], stack["waiting"], stack["known"]) == (3, 3, 0)
    assert [m["distance"] for m in stack["members"]] == [20, 20, 0]
    assert {m["medium"] for m in stack["members"][:2]} == {first, last}
    assert lab.stacks(19) == []


def test_the_most_distant_member_comes_first_and_its_distance_is_its_own(media):
    lab, enter = media
    values = [BASE ^ bits(n) for n in (0, 25, 50, 60, 75)]
    names = enter(*values)
    (stack,) = lab.stacks()

    assert stack["exemplar"] == names[2]  # three are within 31 of it
    assert [m["distance"] for m in stack["members"]] == [50, 25, 25, 10, 0]
    assert [m["within"] for m in stack["members"]] == [False, True, True, True, True]
    assert stack["members"][0]["medium"] == names[0]


def test_the_larger_picture_leads_where_the_reach_is_equal(media):
    lab, enter = media
    enter(BASE)
    (large,) = enter(BASE ^ bits(4), size=(400, 300))

    assert lab.stacks()[0]["exemplar"] == large


def test_poor_hashes_are_in_no_stack(media):
    lab, enter = media
    enter(BASE, quality=50)
    enter(BASE ^ bits(3), quality=49)

    assert lab.stacks() == []


@pytest.mark.parametrize("way", ORIENTATIONS[1:])
def test_a_turned_copy_belongs_to_the_stack_and_says_how_it_lies(media, way):
    lab, enter = media
    far = BASE ^ (2**256 - 1)
    (upright,) = enter(BASE, size=(400, 300))
    (laid,) = enter(far, sides=[(way, BASE ^ bits(5))])
    (stack,) = lab.stacks()

    assert stack["exemplar"] == upright
    assert stack["members"][0] == {
        "medium": laid, "distance": 5, "orientation": way, "within": True,
        "stage": "waiting", "name": "2.png", "sha256": f"{2:064x}",
    }  # fmt: skip


def test_a_distance_is_0_to_60(media):
    lab, enter = media
    enter(BASE, BASE ^ bits(60))

    assert [lab.stacks(60)[0]["size"], lab.stacks(59)] == [2, []]
    for distance in (-1, 61):
        with pytest.raises(BadInput):
            lab.stacks(distance)


def test_one_act_grades_the_stack_and_one_key_takes_it_back(chain):
    lab, first, middle, last = chain
    ann = lab.seat("ann")
    before = len(lab.trail())
    done = ann.grade_stack(
        middle, seen("posing"), members=[first, last], reveal="full", seconds=9
    )

    assert sorted(done["graded"]) == sorted([first, last])
    assert done["left_out"] == []
    assert len(lab.trail()) == before + 1
    assert stage_of(lab, first, middle, last) == ["graded"] * 3
    frame = lab.assessments().set_index("medium")
    assert frame.loc[first, "carried_from"] == middle
    assert frame.loc[first, "carried_distance"] == 20
    assert frame.loc[middle, "carried_from"] == ""
    assert [frame.loc[m, "seconds"] for m in (first, middle)] == [0, 9]
    assert [frame.loc[m, "reveal"] for m in (first, middle)] == ["none", "full"]
    assert lab.children().groupby("medium").size().to_dict() == dict.fromkeys(
        (first, middle, last), 1
    )
    undone = ann.undo()
    assert (undone["medium"], undone["undone"], undone["left"]) == (middle, 3, [])
    assert stage_of(lab, first, middle, last) == ["waiting"] * 3
    assert lab.verify() == []
    with pytest.raises(NotAllowed):
        ann.undo()


def test_a_member_too_far_from_the_exemplar_is_named_and_waits(chain):
    lab, first, middle, last = chain
    done = lab.seat("ann").grade_stack(first, seen(), members=[middle, last])

    assert done["graded"] == [middle]
    assert done["left_out"] == [
        {"medium": last, "why": "it is 40 bits from the exemplar"}
    ]
    assert stage_of(lab, last) == ["waiting"]
    # What waits leads now.
    (stack,) = lab.stacks()
    assert (stack["exemplar"], stack["waiting"]) == (last, 1)


def test_a_retry_does_nothing_twice(chain):
    lab, first, middle, last = chain
    ann = lab.seat("ann")
    told = {"members": [first, last], "request": "r1"}
    done = ann.grade_stack(middle, seen(), **told)
    again = ann.grade_stack(middle, seen(), **told)

    assert again == done
    assert len(lab.assessments()) == 3
    with pytest.raises(RequestReused):
        ann.grade_stack(middle, seen("penetrative"), **told)
    with pytest.raises(RequestReused):
        ann.grade_stack(middle, seen(), members=[first], request="r1")
    with pytest.raises(RequestReused):
        ann.grade_stack(first, seen(), **told)
    undone = ann.undo(request="u1")
    assert ann.undo(request="u1") == undone
    assert lab.verify() == []


def test_a_stack_tells_what_stands_of_its_exemplar_and_nothing_else_is_replaced(chain):
    lab, first, middle, last = chain
    ann = lab.seat("ann")
    (before,) = ann.stacks()
    assert before["standing"] is None
    ann.take(middle)
    standing = ann.grade(middle, seen("penetrative"))["assessment"]
    with pytest.raises(ChangedMeanwhile, match="another window"):
        ann.grade_stack(middle, seen(), members=[first, last], over=before["standing"])
    assert stage_of(lab, first, middle, last) == ["waiting", "graded", "waiting"]
    ann.grade_stack(middle, seen(), members=[first], over=standing)
    ann.grade_stack(last, seen(), members=[])
    (after,) = ann.stacks()
    now = lab.assessments().set_index("medium")["assessment"]
    assert after["standing"] == now[after["exemplar"]]


def test_what_another_has_or_graded_is_left_out(media):
    lab, enter = media
    names = enter(*[BASE ^ bits(n) for n in range(5)])
    middle, his, graded, mine, free = names
    ann, ben = lab.seat("ann"), lab.seat("ben")
    ben.take(his)
    ben.take(graded)
    ben.grade(graded, seen("penetrative"))
    ann.take(mine)
    nobodys = "f" * 16
    before = len(lab.trail())
    with pytest.raises(NotFound):  # a mistyped member grades nothing
        ann.grade_stack(middle, seen(), members=[*names, nobodys])
    assert len(lab.trail()) == before
    done = ann.grade_stack(middle, seen(), members=names)

    assert sorted(done["graded"]) == sorted([mine, free])
    assert {row["medium"]: row["why"] for row in done["left_out"]} == {
        his: "it is not yours to grade",
        graded: "it is graded already",
    }
    # Who takes only what is free is not told what another did with it.
    blind = ben.grade_stack(his, seen(), members=[mine])
    assert blind["left_out"] == [{"medium": mine, "why": "it is not yours to grade"}]
    with pytest.raises(NotYours):
        ben.grade_stack(free, seen(), members=[])
    with pytest.raises(NotYours):
        ben.grade_stack(nobodys, seen(), members=[his])


def test_a_refused_exemplar_leaves_nothing_half_done(chain):
    lab, first, middle, last = chain
    ann, ben = lab.seat("ann"), lab.seat("ben")
    ben.take(middle)
    before = len(lab.trail())
    with pytest.raises(NotYours):
        ann.grade_stack(middle, seen(), members=[first, last])

    assert len(lab.trail()) == before
    assert stage_of(lab, first, middle, last) == ["waiting"] * 3


def test_an_assessor_sees_the_stacks_of_their_own_queue(chain):
    lab, first, middle, _ = chain
    ben = lab.seat("ben")
    lab.account_role("ben", ["assessor"])

    assert ben.stacks() == []
    ben.take(first)
    ben.take(middle)
    (stack,) = ben.stacks()
    assert {m["medium"] for m in stack["members"]} == {first, middle}


def test_what_is_signed_off_stays_and_is_named(chain):
    lab, first, middle, last = chain
    ann, ben = lab.seat("ann"), lab.seat("ben")
    ann.grade_stack(middle, seen(), members=[first, last])
    rows = lab.to_sign_off()
    ben.sign_off([row for row in rows if row["medium"] == first])
    undone = ann.undo_stack(middle)

    assert sorted(undone["withdrawn"]) == sorted([middle, last])
    assert undone["left"] == [{"medium": first, "why": "it is signed off"}]
    assert stage_of(lab, first, middle, last) == ["signed_off", "waiting", "waiting"]
    with pytest.raises(NotAllowed, match="signed off"):
        ann.undo_stack(middle)
    with pytest.raises(NotAllowed):
        ann.undo()
    assert lab.verify() == []


def test_a_stack_is_undone_by_its_request_or_any_of_its_media(chain):
    lab, first, middle, last = chain
    ann = lab.seat("ann")
    ann.grade_stack(middle, seen(), members=[first, last], request="r1")
    assert len(ann.undo_stack("r1", request="u1")["withdrawn"]) == 3
    assert len(ann.undo_stack("r1", request="u1")["withdrawn"]) == 3  # a retry
    with pytest.raises(NotAllowed):
        ann.undo_stack("r1")
    ann.grade_stack(middle, seen(), members=[first])
    ann.grade_stack(last, seen(), members=[])
    with pytest.raises(NotAllowed):
        lab.seat("ben").undo_stack(middle)
    assert sorted(ann.undo_stack(first)["withdrawn"]) == sorted([first, middle])
    assert stage_of(lab, last) == ["graded"]


def test_undo_goes_back_act_by_act(chain):
    lab, first, middle, last = chain
    ann = lab.seat("ann")
    ann.grade_stack(middle, seen(), members=[first])
    ann.take(last)
    ann.grade(last, seen("penetrative"))

    assert (ann.undo()["medium"], ann.undo()["undone"]) == (last, 2)
    assert stage_of(lab, first, middle, last) == ["waiting"] * 3


def test_a_carried_grade_is_named_to_who_signs_it_off(chain):
    lab, first, middle, last = chain
    ann, ben = lab.seat("ann"), lab.seat("ben")
    ann.grade_stack(middle, seen(), members=[first, last])
    rows = {row["medium"]: row for row in lab.to_sign_off()}

    assert rows[first]["carried"] == f"carried over from {middle}, 20 bits"
    assert (rows[middle]["carried"], rows[first]["against"]) == ("", [])
    ann.undo(medium=middle)
    rows = {row["medium"]: row for row in lab.to_sign_off()}
    assert rows[first]["against"] == ["the grade it was carried over from is withdrawn"]
    with pytest.raises(NotAllowed, match="carried over"):
        ben.sign_off([rows[first]])
    ann.grade(first, seen())  # looked at, and graded by itself
    rows = {row["medium"]: row for row in lab.to_sign_off()}
    assert (rows[first]["carried"], rows[first]["against"]) == ("", [])
    ann.grade_stack(middle, seen(), members=[])
    assert ann.grade(middle, seen("penetrative"))["saved"]


def test_an_exemplar_graded_anew_is_told(chain):
    lab, first, middle, _ = chain
    ann = lab.seat("ann")
    ann.grade_stack(middle, seen(), members=[first])
    ann.grade(middle, seen("penetrative"))
    rows = {row["medium"]: row for row in lab.to_sign_off()}

    assert rows[first]["carried"].endswith("20 bits; that one was graded anew since")


def test_a_sample_is_the_most_distant_and_always_the_same_others(media):
    lab, enter = media
    names = enter(*[BASE ^ bits(n) for n in range(9)])
    (stack,) = lab.stacks()
    found = lab.stack_sample(stack["exemplar"])

    assert len(found) == 3
    assert found[0] == stack["members"][0]
    assert found == lab.stack_sample(stack["exemplar"])
    assert stack["exemplar"] not in {m["medium"] for m in found}
    assert len(lab.stack_sample(stack["exemplar"], k=99)) == 8
    assert len(lab.stack_sample(stack["exemplar"], k=1)) == 1
    with pytest.raises(NotFound):
        lab.stack_sample("f" * 16)
    with pytest.raises(BadInput):
        lab.stack_sample(names[0], k=0)


def test_a_stack_on_the_command_line(chain):
    lab, first, middle, last = chain
    where = ("--lab", str(lab.folder))

    def run(*args):
        done = CliRunner().invoke(commands, ["stacks", *args, *where])
        assert done.exit_code == 0, done.output
        return done.output

    assert json.loads(run("show", "--json"))[0]["exemplar"] == middle
    assert middle in run("show").splitlines()[2]
    assert len(run("show", middle).splitlines()) == 5
    assert len(run("show", middle, "--sample", "1").splitlines()) == 3
    said = ("--element", "form=photograph", "--element", "child_present=no")
    text = run("grade", first, *said)
    assert "carried over to 1 medium\n" in text
    assert f"left out: {last}: it is 40 bits from the exemplar" in text
    assert "withdrawn: 2 media" in run("undo", middle)
    run("grade", middle, *said)
    again = run("grade", middle, *said)
    assert "carried over to 0 media\nnothing to carry it to: no other medium" in again
    assert "of its stack waits (2 graded already)" in again
    assert "withdrawn: 1 medium\n" in run("undo", middle)
    undone = CliRunner().invoke(commands, ["undo", *where]).output
    assert f"withdrawn: {middle}, and 2 that it was carried to" in undone


def test_what_has_several_frames_is_in_no_stack_by_its_first(media):
    """Animated pictures and many pages: the first frame says nothing of the others."""
    lab, enter = media
    first, second, third = enter(BASE, BASE ^ bits(1), BASE ^ bits(2))

    def members():
        return [{m["medium"] for m in s["members"]} for s in lab.stacks()]

    def examine(medium, **more):
        with lab._store.act("examine again", medium, analyst="ann") as act:
            act.insert("examination", medium=medium, **examined(10, 10) | more)

    assert members() == [{first, second, third}]
    examine(third, frames=5)
    assert members() == [{first, second}]
    examine(third, frames=0, stopped=1)  # cut short by trouble: it says nothing
    assert members() == [{first, second}]
    examine(first, frames=2)
    assert members() == []
    examine(third, frames=1)  # the newest that was finished stands
    assert members() == [{second, third}]
    with pytest.raises(NotFound):
        lab.stack_sample(first)

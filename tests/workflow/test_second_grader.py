"""Not sure and needs two: the queue hands such media to somebody else, who grades blind."""

import pytest
import sqlalchemy as sa
from given import seen

from iwflab.domain.queueing import ORDERS, Sought
from iwflab.domain.records import record_from
from iwflab.errors import ChangedMeanwhile, NotAllowed, NotYours, RequestReused
from iwflab.workflow import queue, reach

HOUR = 3_600_000_000


def left(ending, activity="posing"):
    return record_from({"elements": dict(seen(activity).elements), "ending": ending})


@pytest.fixture
def people(lab):
    """Ann leads, ben checks, cam and dan are assessors: they see their own queue."""
    for name in ("cam", "dan"):
        lab.account_add(name, roles=("assessor",), os_user=True)
    return {name: lab.seat(name) for name in ("ann", "ben", "cam", "dan")}


def all_but_one(lab, person):
    """Let a person grade all but the first; give the first."""
    media = [item["medium"] for item in person.open_set(50)["items"]]
    for medium in media[1:]:
        person.grade(medium, left("settled"))
    return media[0]


def given(person, number=1, **more):
    return {i["medium"]: i for i in person.open_set(number, **more)["items"]}


@pytest.mark.parametrize("ending", ["not_sure", "needs_two"])
@pytest.mark.parametrize("order", ORDERS)
def test_it_is_handed_to_somebody_else_who_is_told_nothing_of_it(
    lab, people, ending, order
):
    ann, ben, cam = people["ann"], people["ben"], people["cam"]
    medium = all_but_one(lab, ann)
    ann.grade(medium, left(ending, "penetrative"))
    for seat in people.values():
        object.__setattr__(seat.settings, "queue_order", order)

    item = given(cam)[medium]
    assert (item["stage"], item["record"], item["assessment"]) == (
        "waiting",
        None,
        None,
    )
    assert (item["grades"], item["reveal"], item["over"]) == ([], None, None)
    assert cam.progress()["mine_open"] == 1
    assert [row["stage"] for row in cam.sheet(cam.sheet_order())] == ["waiting"]
    (row,) = cam.find(Sought(stage="waiting"))["media"]
    assert (row["medium"], row["stage"], row["ending"]) == (medium, "waiting", None)
    assert "penetrative" not in repr([cam.show(medium), cam.overview(), item])

    # What the page sends: it stands over nothing that it was shown.
    cam.grade(medium, left("settled"), over=None)
    (row,) = [r for r in ben.to_sign_off() if r["medium"] == medium]
    assert (row["grader"], row["against"]) == ("cam", [])
    ben.sign_off([row])
    assert lab.verify() == []


def test_it_is_not_handed_to_who_graded_it(lab, people):
    ann, cam, dan = people["ann"], people["cam"], people["dan"]
    medium = all_but_one(lab, ann)
    ann.grade(medium, left("not_sure"))
    assert not [i for i in ann.open_set(5)["items"] if i["stage"] == "waiting"]
    assert medium in given(cam)
    cam.grade(medium, left("not_sure"), over=None)
    assert cam.open_set(5)["items"][0]["stage"] == "graded"
    assert medium in given(dan)
    dan.grade(medium, left("settled"), over=None)
    assert given(people["ben"]) == {}


def test_one_person_has_it_at_a_time_and_may_hand_it_back(lab, people):
    ann, cam, dan = people["ann"], people["cam"], people["dan"]
    medium = all_but_one(lab, ann)
    ann.grade(medium, left("needs_two"))
    assert medium in given(cam)
    assert given(dan) == {}
    with pytest.raises(NotYours):
        dan.take(medium)
    with pytest.raises(NotYours):
        ann.grade(medium, left("settled"))
    with pytest.raises(NotYours):
        ann.undo(medium=medium)
    assert medium not in given(ann)
    assert cam.hand_back() == 1
    assert dan.take(medium) == medium
    assert given(cam) == {}


def test_whoever_is_quicker_gets_it_and_the_other_does_not(people, lab, monkeypatch):
    """The other one takes it between the choice and the act that enters it."""
    ann, cam, dan = people["ann"], people["cam"], people["dan"]
    medium = all_but_one(lab, ann)
    ann.grade(medium, left("needs_two"))
    choose, raced = queue._left_by_others, []

    def quicker(desk, media):
        found = choose(desk, media)
        if not raced:
            raced.append(medium)
            dan.take(medium)
        return found

    monkeypatch.setattr(queue, "_left_by_others", quicker)
    assert given(cam) == {}
    assert medium in given(dan)
    assert lab.verify() == []


def test_a_lapsed_second_look_is_handed_out_again(lab, people, monkeypatch):
    ann, cam, dan = people["ann"], people["cam"], people["dan"]
    medium = all_but_one(lab, ann)
    ann.grade(medium, left("needs_two"))
    assert medium in given(cam)
    later = lab._store.clock() + 13 * HOUR
    monkeypatch.setattr(lab._store, "clock", lambda: later)
    assert medium in given(dan)
    with pytest.raises(NotYours):
        cam.grade(medium, left("settled"), over=None)


def test_undone_it_is_as_the_first_left_it_and_still_to_be_graded(lab, people):
    ann, ben, cam = people["ann"], people["ben"], people["cam"]
    medium = all_but_one(lab, ann)
    first = ann.grade(medium, left("needs_two"))["assessment"]
    given(cam)
    cam.grade(medium, left("settled"), over=None)
    back = cam.undo()
    assert (back["stage"], back["record"], back["over"]) == ("waiting", None, None)
    assert given(cam)[medium]["stage"] == "waiting"
    (row,) = [r for r in ben.to_sign_off() if r["medium"] == medium]
    assert row["assessment"] == first
    assert row["against"] == ["its grader asks for a second person to grade it"]
    cam.grade(medium, left("settled"), over=None)
    assert len(lab.assessments()) == len(lab.overview())


def test_conflicts_stay_loud(lab, people):
    ann, cam = people["ann"], people["cam"]
    medium = all_but_one(lab, ann)
    ann.grade(medium, left("not_sure"))
    given(cam)
    cam.grade(medium, left("settled"), over=None)
    with pytest.raises(ChangedMeanwhile):  # another window of the same person
        cam.grade(medium, left("settled", "penetrative"), over=None)

    # What a person settled is nobody's to grade over who only has their own queue.
    settled = next(r["medium"] for r in lab.overview() if r["grader"] == "ann")
    with lab._store.act("assign", settled, analyst="cam") as act:
        act.insert("assignment", medium=settled, analyst="cam")
    for over in (None, "*"):
        with pytest.raises(NotAllowed, match="another person graded"):
            cam.grade(settled, left("settled"), over=over)


def test_a_senior_analyst_stands_over_what_they_were_shown(lab, people):
    ann, cam, dan = people["ann"], people["cam"], people["dan"]
    medium = all_but_one(lab, cam)
    first = cam.grade(medium, left("settled"))["assessment"]
    cam.undo(medium=medium)
    second = cam.grade(medium, left("settled"))["assessment"]
    with lab._store.act("assign", medium, analyst="ann") as act:
        act.insert("assignment", medium=medium, analyst="ann")
    assert ann.item(medium)["over"] == second
    for over in (None, first):
        with pytest.raises(ChangedMeanwhile):
            ann.grade(medium, left("settled"), over=over)
    ann.grade(medium, left("needs_two"), over=second)
    assert medium in given(dan)


def test_a_senior_analyst_sees_how_many_wait_and_takes_them_by_the_filter(lab, people):
    ann, ben, cam = people["ann"], people["ben"], people["cam"]
    media = [item["medium"] for item in cam.open_set(50)["items"]]
    for medium, ending in zip(
        media, ("needs_two", "not_sure", "settled"), strict=False
    ):
        cam.grade(medium, left(ending))
    cam.grade(
        media[0], left("settled")
    )  # settled by the same person: two are still due
    wanted = Sought(stage="second")
    assert ann.find(wanted)["total"] == 2
    assert set(ann.found(wanted)) == set(media[:2])
    assert cam.find(wanted)["total"] == 2  # their own
    shown = ann.open_set(1, sought=wanted)
    assert (len(shown["items"]), shown["second"]) == (1, 2)
    assert ann.open_set(0)["second"] == 2
    assert set(given(ann, 5, sought=wanted)) == set(media[:2])
    assert "second" not in cam.open_set(0)
    assert ben.find(wanted)["total"] == 2  # whose records they may see
    assert cam.find(wanted)["total"] == 0  # they are another's now
    assert people["dan"].find(wanted)["total"] == 0


def test_who_signs_off_is_told_where_two_do_not_agree(lab, people):
    ann, ben, cam = people["ann"], people["ben"], people["cam"]
    medium = all_but_one(lab, ann)
    ann.grade(medium, left("needs_two", "penetrative"))
    given(cam)
    cam.grade(medium, left("settled"), over=None)
    rows = {row["medium"]: row for row in ben.to_sign_off()}
    (told,) = rows.pop(medium)["differs"]
    assert told.startswith("ann graded it otherwise: uk_2014 A (here C) and under ")
    assert {tuple(row["differs"]) for row in rows.values()} == {()}


def test_a_selection_leaves_it_out_to_be_graded_by_itself(lab, people):
    ann, cam = people["ann"], people["cam"]
    media = [item["medium"] for item in ann.open_set(50)["items"]]
    ann.grade(media[0], left("needs_two"))
    ann.hand_back()
    mine = list(given(cam, 50))
    done = cam.grade_selection(mine, left("settled"))
    assert done["left_out"] == [
        {"medium": media[0], "why": "it has to be graded by itself"}
    ]
    assert len(done["graded"]) == len(mine) - 1


def test_a_batch_of_views_is_kept_but_for_what_they_never_had(lab, people):
    ann, cam, dan = people["ann"], people["cam"], people["dan"]
    medium = all_but_one(lab, ann)
    mine = next(r["medium"] for r in lab.overview() if r["grader"] == "ann")
    ann.grade(medium, left("needs_two"))
    ann.deliver(medium, "shielded")
    assert medium in given(cam)

    def view(name, variant="shielded"):
        return {"medium": name, "variant": variant, "milliseconds": 1000}

    views = [view(mine), view(medium), view(medium, "full"), view("0" * 32)]
    told = {"saved": 2, "refused": [medium, "0" * 32]}
    assert ann.shown(views, request="one") == told
    assert ann.progress()["exposure"]["seconds"] == 2.0
    # Sent again it is answered as then, and not entered twice.
    ann.reveal(mine, "full")
    with lab._store.act("assign", medium, analyst="ann") as act:
        act.insert("assignment", medium=medium, analyst="ann")
    assert ann.shown(views, request="one") == told
    assert ann.progress()["exposure"]["seconds"] == 2.0
    with pytest.raises(RequestReused):
        ann.shown([view(mine), view(mine, "full")], request="one")
    with pytest.raises(NotYours):
        dan.shown([view(medium)])
    assert lab.verify() == []


def listing(lab, folder, medium):
    """Add a list that knows a medium by its bytes; nothing is held against it yet."""
    row = next(r for r in lab.overview() if r["medium"] == medium)
    file = folder / "known.csv"
    file.write_text(f"md5,pdq,quality,label\n{row['md5']},,,A\n")
    lab.list_add(file, form="csv", name="L", source="a police force")


def test_what_a_list_settles_asks_nobody(lab, people, tmp_path):
    ann, ben, cam = people["ann"], people["ben"], people["cam"]
    medium = all_but_one(lab, ann)
    ann.grade(medium, left("needs_two"))
    assert ann.open_set(0)["second"] == 1
    listing(lab, tmp_path, medium)
    assert given(cam) == {}  # not held against it yet: nobody gets it before
    with pytest.raises(NotYours):
        cam.take(medium)
    lab.match()
    assert given(cam) == {}
    assert ann.open_set(0)["second"] == 0
    assert ann.find(Sought(stage="second"))["total"] == 0
    (row,) = [r for r in ben.to_sign_off() if r["medium"] == medium]
    assert row["against"] == ["its grader asks for a second person to grade it"]
    lab.list_withdraw("L", reason="an error")
    assert medium in given(cam)
    assert lab.verify() == []


def test_what_becomes_known_in_second_hands_leaves_them_and_no_work_is_lost(
    lab, people, tmp_path
):
    ann, cam = people["ann"], people["cam"]
    medium = all_but_one(lab, ann)
    ann.grade(medium, left("needs_two"))
    assert medium in given(cam)
    listing(lab, tmp_path, medium)
    lab.match()
    assert given(cam) == {}
    assert cam.progress()["mine_open"] == 0
    assert cam.item(medium)["stage"] == "known"
    assert cam.sheet(cam.sheet_order()) == []
    cam.grade(medium, left("settled"), over=None)  # it was on their page already


def test_what_waits_for_a_second_person_is_held_against_what_is_signed_off(lab, people):
    """Hashed anew after it was graded it was held against nothing."""
    ann, ben, cam = people["ann"], people["ben"], people["cam"]
    medium = all_but_one(lab, ann)
    ann.grade(medium, left("needs_two"))
    ben.sign_off([row for row in ben.to_sign_off() if row["medium"] != medium])
    with lab._store.act("rehash", medium, analyst="ann") as act:
        old = lab._store.rows(
            sa.text("SELECT * FROM hash WHERE medium = :m AND algorithm = 'md5'"),
            m=medium,
        )[-1]
        kept = {k: v for k, v in old.items() if k not in {"id", "salt", "entry"}}
        act.insert("hash", **kept)
    assert given(cam) == {}
    lab.match()
    assert medium in given(cam)


def test_undo_passes_over_what_passed_on_and_says_so(lab, people):
    ann, cam = people["ann"], people["cam"]
    medium = all_but_one(lab, ann)
    before = ann.undo()["medium"]
    ann.grade(before, left("settled"))
    ann.grade(medium, left("needs_two"))
    assert medium in given(cam)
    undone = ann.undo(request="one")
    assert (undone["medium"], undone["undone"]) == (before, 1)
    assert undone["left"] == [
        {"medium": medium, "why": "it is no longer assigned to you"}
    ]
    assert ann.undo(request="one")["medium"] == before
    with pytest.raises(NotYours):
        ann.undo(medium=medium)
    ann.hand_back()
    assert lab.verify() == []


def test_undo_is_refused_where_all_passed_on(lab, people):
    ann, cam = people["ann"], people["cam"]
    (medium,) = given(cam)
    cam.grade(medium, left("needs_two"))
    assert medium in given(ann)
    with pytest.raises(NotYours):
        cam.undo()
    with pytest.raises(NotAllowed, match="nothing to undo"):
        people["dan"].undo()


def test_one_medium_is_told_without_asking_for_all_others(people, monkeypatch):
    cam, asked = people["cam"], []
    medium = next(iter(given(cam)))
    whole = reach.overview

    def noting(store, *where, **values):
        asked.append(values.get("media"))
        return whole(store, *where, **values)

    monkeypatch.setattr(reach, "overview", noting)
    cam.item(medium)
    cam.grade(medium, left("settled"))
    assert cam.item(medium)["over"]
    assert cam.undo()["over"] is None
    assert asked
    assert all(media == [medium] for media in asked)


def test_no_listing_tells_the_second_grader_that_it_was_graded(people, lab):
    ann, cam = people["ann"], people["cam"]
    medium = all_but_one(lab, ann)
    ann.grade(medium, left("needs_two"))
    assert medium in given(cam)
    assert cam.show(medium)["stage"] == "waiting"
    (row,) = [r for r in cam.overview() if r["medium"] == medium]
    assert (row["stage"], row["grader"], row["ending"]) == ("waiting", None, None)
    frame = cam.media().set_index("medium")
    assert tuple(frame.loc[medium, ["stage", "grader", "signed_by"]]) == (
        "waiting",
        "",
        "",
    )
    assert ann.show(medium)["stage"] == "graded"
    assert ann.media().set_index("medium").loc[medium, "stage"] == "graded"

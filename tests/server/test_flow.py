"""The queue's filter and the act for a selection, over the real server."""

import uuid

import pytest

from iwflab.domain.assessments import RevealLevel

RECORD = {
    "elements": {"form": "photograph", "child_present": "no", "indecent": "no"},
    "children": [],
    "tags": {},
    "note": "",
}


def chosen(media, **more):
    told = {"request": str(uuid.uuid4()), "record": RECORD, "reveal": "none"}
    return {**told, "seconds": 0, "media": media, "medium": "", **more}


def waiting(ann):
    return ann.read("/iwflab/api/queue?stage=waiting&ids=1")["ids"]


def test_the_queue_is_paged_and_filtered(ann):
    page = ann.read("/iwflab/api/queue?name=pattern&at=1&n=2")
    assert (len(page["media"]), page["at"]) == (2, 1)
    assert page["total"] >= 3
    assert all(row["name"].startswith("pattern") for row in page["media"])
    whole = ann.read("/iwflab/api/queue?at=0&n=500")
    assert [row["medium"] for row in whole["media"]][1:3] == [
        row["medium"] for row in page["media"]
    ]
    assert ann.read("/iwflab/api/queue?name=canary&at=0&n=1")["total"] == 0
    for wrong in ("at=0", "at=-1&n=1", "at=0&n=501", "at=0&n=1&stage=known"):
        assert ann.get(f"/iwflab/api/queue?{wrong}")[0] == 400, wrong
    status, answer = ann.post(
        "/iwflab/api/set", {"n": 0, "filter": {"name": "no such name"}}
    )
    assert (status, answer["items"]) == (200, [])
    assert ann.post("/iwflab/api/set", {"n": 0, "filter": {"hit": "x"}})[0] == 400


def test_a_selection_is_graded_once_and_taken_back_whole(ann, ben):
    media = waiting(ann)[-3:]
    body = chosen(media)
    first = ann.post("/iwflab/api/selection", body)
    again = ann.post("/iwflab/api/selection", body)

    assert first[0] == again[0] == 200
    assert first[1]["graded"] == again[1]["graded"] == media
    assert set(media).isdisjoint(waiting(ann))
    status, answer = ben.post("/iwflab/api/selection", chosen(media))
    assert (status, answer["kind"]) == (403, "NotAllowed")
    undo = {"named": body["request"], "request": str(uuid.uuid4())}
    assert ben.post("/iwflab/api/selection/undo", {**undo})[0] == 403
    undo["request"] = str(uuid.uuid4())
    status, answer = ann.post("/iwflab/api/selection/undo", undo)
    assert status == 200
    assert sorted(answer["withdrawn"]) == sorted(media)
    assert set(media) <= set(waiting(ann))


@pytest.mark.parametrize("level", RevealLevel)
def test_a_selection_is_graded_at_every_level_that_one_is_shown_at(ann, level):
    media = waiting(ann)[-2:]
    body = chosen(media, reveal=level, medium=media[0])
    status, answer = ann.post("/iwflab/api/selection", body)
    assert (status, answer.get("graded")) == (200, media), answer
    undo = {"named": body["request"], "request": str(uuid.uuid4())}
    assert ann.post("/iwflab/api/selection/undo", undo)[0] == 200


def test_a_stack_does_not_replace_what_its_page_did_not_show(ann):
    medium = waiting(ann)[-1]
    told = {"record": RECORD, "seconds": 0, "members": [], "distance": 31}

    def grade(**more):
        body = {"request": str(uuid.uuid4()), "exemplar": medium, **told, **more}
        return ann.post("/iwflab/api/matching/grade", body)

    status, first = grade(over=None)
    assert status == 200
    status, answer = grade(over=None)
    assert (status, answer["kind"]) == (403, "ChangedMeanwhile")
    request = str(uuid.uuid4())
    assert grade(over=first["assessment"], request=request)[0] == 200
    for named in (request, medium):  # that act, then the newest that stands of it
        undo = {"named": named, "request": str(uuid.uuid4())}
        assert ann.post("/iwflab/api/matching/undo", undo)[0] == 200
    assert medium in waiting(ann)


def test_what_is_no_selection_is_refused(ann):
    for wrong in (
        {"media": []},
        {"media": ["x"] * 10_001},
        {"media": "all"},
        {"reveal": "more"},
        {"seconds": -1},
        {"request": "1"},
        {"record": []},
    ):
        status, answer = ann.post("/iwflab/api/selection", {**chosen(["x"]), **wrong})
        assert status == 400, (wrong, answer)
        assert answer["advice"]

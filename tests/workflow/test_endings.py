"""Not sure, needs two; segments of videos; kept as they were recorded."""

import re

import pytest
from given import seen

from iwflab.domain.records import record_from
from iwflab.errors import BadInput, NotAllowed


def left(ending, **more):
    plain = {"elements": dict(seen("posing").elements), "ending": ending, **more}
    return record_from(plain)


def test_not_sure_is_not_signed_off_until_it_is_settled(lab):
    ann, ben = lab.seat("ann"), lab.seat("ben")
    medium = ann.open_set(1)["items"][0]["medium"]
    ann.grade(medium, left("not_sure"))
    (row,) = ben.to_sign_off()
    assert row["record"].ending == "not_sure"
    with pytest.raises(NotAllowed, match="its grader is not sure"):
        ben.sign_off([row])

    ann.grade(medium, left("settled"))
    (row,) = ben.to_sign_off()
    assert row["against"] == []
    ben.sign_off([row])
    assert lab.assessments()["ending"].tolist() == ["settled"]


def test_needs_two_is_met_by_a_second_person_and_not_by_the_first_again(lab):
    ann, ben = lab.seat("ann"), lab.seat("ben")
    lab.account_add("cam", roles=("assessor", "senior_analyst"), os_user=True)
    medium = ann.open_set(1)["items"][0]["medium"]
    ann.grade(medium, left("needs_two"))
    ann.grade(medium, left("settled"))
    (row,) = ben.to_sign_off()
    with pytest.raises(NotAllowed, match="a second person"):
        ben.sign_off([row])

    with lab._store.act("assign", medium, analyst="cam") as act:
        act.insert("assignment", medium=medium, analyst="cam")
    shown = ben.to_sign_off()[0]["assessment"]
    lab.seat("cam").grade(medium, left("settled"), over=shown)
    (row,) = ben.to_sign_off()
    ben.sign_off([row])


def test_a_blind_overview_tells_nothing_of_how_a_medium_was_left():
    """Every column that a standing record brings is of the record."""
    from iwflab.store import reading
    from iwflab.workflow import reach

    brought = re.findall(r"\bt\.(\w+)(?: AS (\w+))?", reading._OVERVIEW)
    names = {alias or name for name, alias in brought} - {"id", "medium"}
    assert names <= set(reach._RECORD)


def test_every_table_of_a_medium_is_in_the_senior_analysts_trail():
    from iwflab.store.schema import METADATA
    from iwflab.workflow import reach

    apart = {"audit_entry", "account", "view", "preference", "presentation"}
    apart |= {"comparison", *reach._AS_TOLD}  # of persons, and told to them alone
    unclassed = set(METADATA.tables) - reach._OF_MEDIA - apart
    assert not {name for name in unclassed if "role" not in name}, unclassed


def test_segments_and_policy_fields_come_back_as_they_were_recorded(lab):
    ann = lab.seat("ann")
    medium = ann.open_set(1)["items"][0]["medium"]
    segments = [
        {"start_ms": 0, "end_ms": 1500, "elements": {"activity": "posing"}},
        {"start_ms": 1500, "end_ms": 9000, "elements": {"activity": "penetrative"}},
    ]
    children = [{"age_band": "7-10", "sex": "boy", "skin_tone": "4-7"}]
    record = left("settled", segments=segments, children=children)
    ann.grade(medium, record)

    (row,) = ann.to_sign_off()
    assert row["record"] == record
    codes = {grade.scheme: grade.code for grade in row["grades"]}
    assert codes["uk_2014"] == "A"
    assert lab.children()["skin_tone"].tolist() == ["4-7"]
    assert lab.verify() == []


def test_segments_are_a_frame_of_their_own_within_ones_reach(lab):
    lab.account_add("cam", roles=("assessor",), os_user=True)
    ann, cam = lab.seat("ann"), lab.seat("cam")
    medium = ann.open_set(1)["items"][0]["medium"]
    segments = [
        {"start_ms": 0, "end_ms": 1500, "elements": {"activity": "posing"}},
        {"start_ms": 1500, "end_ms": 9000, "elements": {"indecent": "yes"}},
    ]
    ann.grade(medium, left("settled", segments=segments))
    frame = lab.segments()
    told = ["medium", "number", "start_ms", "end_ms", "element_activity"]
    assert frame[told].to_numpy().tolist() == [
        [medium, 1, 0, 1500, "posing"],
        [medium, 2, 1500, 9000, ""],
    ]
    assert frame["element_indecent"].tolist() == ["", "yes"]
    assert ann.segments()["medium"].tolist() == [medium, medium]
    assert cam.segments().empty  # not theirs: a second look stays blind


def test_a_segment_ends_no_later_than_the_video(lab, monkeypatch):
    from iwflab.workflow.grading import entering

    lengths = {"metadata": '{"duration": 8.0, "last_frame_us": 9500000}'}
    monkeypatch.setattr(entering, "some_media", lambda *_: [lengths])
    ann = lab.seat("ann")
    medium = ann.open_set(1)["items"][0]["medium"]
    late = [{"start_ms": 0, "end_ms": 12_000, "elements": {"activity": "posing"}}]
    with pytest.raises(BadInput, match=r"ends at 12\.0 s, the video at 9\.5 s"):
        ann.grade(medium, left("settled", segments=late))
    last = [{**late[0], "end_ms": 10_000}]  # its last frame is shown for a while
    ann.grade(medium, left("settled", segments=last))
    assert lab.segments()["end_ms"].tolist() == [10_000]

"""Not sure, needs two; segments of videos; kept as they were recorded."""

import pytest
from given import seen

from iwflab.domain.records import record_from
from iwflab.errors import NotAllowed


def left(ending, **more):
    plain = {"elements": dict(seen("posing").elements), "ending": ending, **more}
    return record_from(plain)


@pytest.mark.parametrize("ending", ["not_sure", "needs_two"])
def test_what_a_grader_left_open_is_not_signed_off_until_it_is_settled(lab, ending):
    ann, ben = lab.seat("ann"), lab.seat("ben")
    medium = ann.open_set(1)["items"][0]["medium"]
    ann.grade(medium, left(ending))
    (row,) = ben.to_sign_off()
    assert row["record"].ending == ending
    assert any("grader" in why for why in row["against"])
    with pytest.raises(NotAllowed, match="its grader"):
        ben.sign_off([row])

    ann.grade(medium, left("settled"))
    (row,) = ben.to_sign_off()
    assert row["against"] == []
    ben.sign_off([row])
    assert lab.assessments()["ending"].tolist() == ["settled"]


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

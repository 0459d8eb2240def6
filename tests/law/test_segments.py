"""A video with segments: the most severe of them, and never rounded down."""

import pytest

from iwflab.domain.categories import derive
from iwflab.domain.records import record_from
from iwflab.schemes import schemes

WHOLE = {"form": "photograph", "child_present": "yes", "indecent": "yes"}
SURE = {"sadism": "no", "animal": "no", "activity": "none"}


def video(*activities, **whole):
    segments = [
        {"start_ms": n * 1000, "end_ms": n * 1000 + 999, "elements": {"activity": one}}
        for n, one in enumerate(activities)
    ]
    return record_from({"elements": {**WHOLE, **SURE, **whole}, "segments": segments})


@pytest.mark.parametrize(
    ("activities", "whole", "code", "possible"),
    [
        (("posing", "penetrative"), {}, "A", ()),
        (("penetrative", "uncertain"), {}, "A", ()),
        (("posing", "non_penetrative", "none"), {}, "B", ()),
        (("posing",), {"activity": "non_penetrative"}, "B", ()),  # the rest of it
        (("posing", "uncertain"), {}, "undetermined", ("C", "B", "A")),
        (("non_penetrative", "uncertain"), {}, "undetermined", ("B", "A")),
        (("posing",), {"sadism": "uncertain"}, "undetermined", ("C", "A")),
        (("posing", "posing"), {}, "C", ()),
        (("penetrative",), {"indecent": "no"}, "none", ()),
        # What was answered for the whole is not taken away by a milder segment.
        (("none",), {"activity": "penetrative"}, "A", ()),
        (("none",), {"activity": ""}, "undetermined", ("C", "B", "A")),
        (("posing",), {"activity": "penetrative", "sadism": ""}, "A", ()),
    ],
)
def test_the_most_severe_segment_decides(activities, whole, code, possible):
    grade = derive(schemes()["uk_2014"], video(*activities, **whole))

    assert (grade.code, grade.possible) == (code, possible)
    assert bool(grade.missing) == (code == "undetermined")
    assert grade.rules


def test_what_a_person_has_to_review_is_no_level_below_the_highest():
    reviewed = video("non_penetrative", participants="no_child_contact")
    highest = record_from(
        {
            "elements": {**WHOLE, **SURE, "participants": "no_child_contact"},
            "segments": [
                {
                    "start_ms": 0,
                    "end_ms": 1,
                    "elements": {"activity": "non_penetrative"},
                },
                {"start_ms": 1, "end_ms": 2, "elements": {"sadism": "yes"}},
            ],
        }
    )

    assert derive(schemes()["uk_sap_2007"], reviewed).code == "review"
    assert derive(schemes()["uk_sap_2007"], highest).code == "5"


def test_youngest_and_most_severe_may_belong_to_different_parts():
    """The age is of the child rows, the class of the segments: neither moves the other."""
    record = record_from(
        {
            "elements": {**WHOLE, **SURE, "real_child": "yes"},
            "children": [{"age_band": "3-6"}, {"age_band": "16-17"}],
            "segments": [
                {"start_ms": 0, "end_ms": 9, "elements": {"activity": "posing"}},
                {"start_ms": 9, "end_ms": 19, "elements": {"activity": "penetrative"}},
            ],
        }
    )

    assert derive(schemes()["uk_2014"], record).code == "A"
    assert derive(schemes()["interpol_baseline"], record).code == "candidate"

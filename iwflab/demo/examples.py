"""Invented records, one for each state that a medium can be in."""

from collections.abc import Mapping, Sequence
from typing import Any


def _seen(activity: str, **more: str) -> dict[str, str]:
    gates = {"form": "photograph", "child_present": "yes", "indecent": "yes"}
    rest = {"activity": activity, "sadism": "no", "animal": "no"}
    return {**gates, **rest, **more}


def _child(age_band: str, sex: str, pubertal: str = "prepubescent") -> dict[str, str]:
    return {"age_band": age_band, "sex": sex, "pubertal": pubertal}


RECORDS: Sequence[Mapping[str, Any]] = (
    {
        "elements": _seen("posing", participants="children_only"),
        "children": [
            _child("3-6", "girl"),
            _child("7-10", "boy"),
            _child("11-13", "girl", "unclear"),
        ],
        "tags": {"grid_image": "absent", "location_clue": "present"},
    },
    {
        "elements": _seen("non_penetrative", participants="child_alone"),
        "children": [_child("11-13", "girl", "pubescent")],
        "tags": {"self_generated": "present", "live_stream_capture": "present"},
    },
    {
        # Undetermined on purpose: the answer decides between B and A.
        "elements": _seen("uncertain", participants="unknown"),
        "children": [_child("7-10", "girl")],
        "tags": {},
    },
    {
        "elements": _seen("penetrative", participants="adult_and_child"),
        "children": [_child("0-2", "unidentified")],
        "tags": {"commercial": "not_determined"},
    },
    {"elements": {"form": "photograph", "child_present": "no"}},
    {
        "elements": {"form": "non_photographic", "child_present": "yes"},
        "children": [_child("unknown", "unidentified", "unclear")],
    },
    {
        # Contradicts itself on purpose: one child alone, and two child rows.
        "elements": _seen("posing", participants="child_alone"),
        "children": [_child("7-10", "boy"), _child("7-10", "boy")],
    },
    {
        "elements": _seen("posing", participants="child_alone"),
        "children": [_child("14-15", "boy", "pubescent")],
        "tags": {"self_generated": "present"},
    },
)

"""Count units: one row each, whatever the order of rows, and how they relate."""

import pandas as pd
import pytest
from counted import Counted, drawn
from pandas.testing import assert_frame_equal

from iwflab.domain.counting import COUNT_UNITS
from iwflab.errors import BadInput
from iwflab.statistics import results
from iwflab.statistics.units import (
    most_severe,
    reconcile_units,
    unit_frame,
    youngest,
)
from iwflab.workflow import counting

KEYS = {
    "file": "copy",
    "medium": "medium",
    "content": "content",
    "child_appearance": "appearance",
    "victim": "victim",
    "series": "series",
    "url": "url",
}
BANDS = ["0-2", "3-6", "7-10", "unknown"]
CODES = ["none", "C", "B", "A", "undetermined"]


@pytest.fixture
def store(embedded):
    return embedded


def frames_of(store):
    return counting.frames(store, scheme="uk_2014")


def counts(frames):
    found = reconcile_units(frames)
    keys = found["rung"] + ", " + found["part"]
    return dict(zip(keys, found["estimate"].astype(int), strict=True))


def ordered(values, levels):
    return pd.Series(pd.Categorical(values, categories=levels, ordered=True))


@pytest.mark.parametrize(
    ("bands", "wanted"),
    [
        (["7-10", "3-6"], "3-6"),
        (["7-10", "unknown"], "7-10"),  # the youngest that is known
        (["unknown", "unknown"], "unknown"),
        ([None, "3-6"], "3-6"),
        ([None], "unknown"),
    ],
)
def test_the_youngest_is_the_youngest_that_is_known(bands, wanted):
    found = youngest(ordered(bands, BANDS), pd.Series(["m"] * len(bands)))
    assert found.to_dict() == {"m": wanted}
    assert found.cat.categories.tolist() == BANDS


@pytest.mark.parametrize(
    ("codes", "wanted"),
    [
        (["C", "B"], "B"),
        (["B", "undetermined"], "undetermined"),  # it may be A
        (["A", "undetermined"], "A"),  # nothing is more severe
        ([None, "none"], "none"),
    ],
)
def test_the_most_severe_is_never_rounded_down(codes, wanted):
    found = most_severe(ordered(codes, CODES), pd.Series(["c"] * len(codes)))
    assert found.to_dict() == {"c": wanted}


@pytest.mark.parametrize("unit", [None, "", "image", 3])
def test_without_a_unit_there_is_no_frame(store, unit):
    with pytest.raises(BadInput, match="no count unit"):
        unit_frame(frames_of(store), unit)


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_rows_alters_nothing(store, seed):
    drawn(store, seed)
    frames = frames_of(store)
    mixed = {
        name: frame.sample(frac=1, random_state=seed) for name, frame in frames.items()
    }
    for unit in COUNT_UNITS:
        one, other = unit_frame(frames, unit), unit_frame(mixed, unit)
        assert_frame_equal(one, other)
        assert one[KEYS[unit]].is_unique
        assert len(one)
    assert_frame_equal(reconcile_units(frames), reconcile_units(mixed))


@pytest.mark.parametrize("seed", range(4))
def test_exact_duplicates_leave_every_unit_but_files_unchanged(store, seed):
    rows, made = drawn(store, seed)
    before = frames_of(store)
    for medium, _ in made[::2]:
        rows.copy(medium)
    after = frames_of(store)

    for unit in set(COUNT_UNITS) - {"file"}:
        one, other = (
            unit_frame(frames, unit).drop(columns="copies", errors="ignore")
            for frames in (before, after)
        )
        assert_frame_equal(one, other)
    files = [len(unit_frame(frames, "file")) for frames in (before, after)]
    assert files[1] - files[0] == len(made[::2])


@pytest.mark.parametrize("seed", range(4))
def test_the_ladder_adds_up(store, seed):
    drawn(store, seed)
    frames = frames_of(store)
    found = counts(frames)
    for part in ("all", "counted"):
        linked = found[f"appearances linked to a victim, {part}"]
        nobody = found[f"appearances linked to nobody, {part}"]
        assert linked + nobody == found[f"child appearances, {part}"]
        assert found[f"content, {part}"] <= found[f"media, {part}"]
        assert found[f"media, {part}"] <= found[f"files, {part}"]
        assert found[f"victims, {part}"] <= linked
    for unit, rung in (("victim", "victims"), ("url", "URLs"), ("series", "series")):
        assert found[f"{rung}, all"] == len(unit_frame(frames, unit))

    one, every = (
        {k.split(", ")[1]: n for k, n in found.items() if k.startswith(f"{rung},")}
        for rung in ("age of the youngest child on each medium", "age of every child")
    )
    hidden = {k.split(", ")[1]: n for k, n in found.items() if "hides" in k}
    assert {band: every[band] - one[band] for band in every} == hidden
    assert min(hidden.values()) >= 0
    media = frames["media"][frames["media"]["counted"]]
    assert one["all"] == (media["children"] > 0).sum()
    assert every["all"] == media["children"].sum()


def test_what_the_youngest_hides_in_a_small_case(store):
    rows = Counted(store)
    rows.enter(code="B", children=[("3-6", "girl"), ("14-15", "boy")])
    rows.enter(code="C", children=[("14-15", "girl")])
    rows.enter(children=[("0-2", "girl")])  # not signed off
    found = counts(frames_of(store))

    assert found["age of every child, 14-15"] == 2  # MultiChild: it doubles
    assert found["age of the youngest child on each medium, 14-15"] == 1
    assert found["children that the youngest hides, all"] == 1
    assert found["age of every child, 0-2"] == 0
    assert found["child appearances, all"] == 4


def test_what_is_made_of_several_media_tells_the_worst_of_the_counted(store):
    rows = Counted(store)
    one = rows.enter(code="C", children=[("7-10", "girl")], pdq=0)
    two = rows.enter(code="B", children=[("11-13", "girl"), ("3-6", "boy")], pdq=1)
    rest = rows.enter(children=[("0-2", "girl")], pdq=3)  # waits for a sign-off
    rows.series("S-1", one, two, rest)
    rows.victim("V-1", (one, 1), (two, 1))
    frames = frames_of(store)

    (content,) = unit_frame(frames, "content").to_dict("records")
    assert (content["code"], content["youngest"]) == ("B", "3-6")
    assert (content["media"], content["children"], content["counted"]) == (3, 2, True)
    (whole,) = unit_frame(frames, "series").to_dict("records")
    assert (whole["code"], whole["youngest"], whole["contents"]) == ("B", "3-6", 1)
    assert (whole["appearances"], whole["victims"]) == (4, 1)
    (victim,) = unit_frame(frames, "victim").to_dict("records")
    assert (victim["appearances"], victim["age_band"]) == (2, "7-10")
    assert (victim["sex"], victim["series"], victim["code"]) == ("girl", "S-1", "B")


def test_a_victim_of_two_sexes_and_an_address_of_two_routes_are_not_known(store):
    rows = Counted(store)
    seen = [{"url": "https://x.example", "route": "external"}]
    one = rows.enter(code="C", children=[("7-10", "girl")], seen=seen)
    seen = [{"url": "https://x.example", "route": "proactive"}]
    two = rows.enter(code="A", children=[("7-10", "boy")], seen=seen)
    rows.victim("V-1", (one, 1), (two, 1))
    frames = frames_of(store)

    assert unit_frame(frames, "victim")["sex"].tolist() == ["unidentified"]
    (url,) = unit_frame(frames, "url").to_dict("records")
    assert (url["route"], url["media"], url["code"]) == ("not known", 2, "A")


def test_a_link_made_before_a_new_grading_is_one_to_be_checked(store):
    rows = Counted(store)
    one = rows.enter(children=[("7-10", "girl")])
    rows.victim("V-1", (one, 1))
    assert counts(frames_of(store))["links to be checked, all"] == 0
    rows.grade(one, [("0-2", "boy")])
    assert counts(frames_of(store))["links to be checked, all"] == 1


def test_a_ladder_is_a_result_and_no_other_table_mixes_units(store):
    found = reconcile_units(frames_of(store))
    assert results.validated(found) is found
    assert set(found["unit"]) == set(COUNT_UNITS)
    with pytest.raises(BadInput, match="one unit"):
        results.validated(found.rename(columns={"rung": "what"}))

"""One row a content: the rules of its class, age, series and month, as the desk's."""

import numpy as np
import pandas as pd
import pytest

from iwflab.domain.elements import AGE_BANDS, SEXES
from iwflab.errors import BadInput
from iwflab.schemes import scheme_named
from iwflab.statistics.disclosure import profile
from iwflab.statistics.reports.counting import counted_in
from iwflab.statistics.reports.monthly import protected
from iwflab.statistics.reports.periods import period_of
from iwflab.statistics.units import unit_frame
from tests.statistics.drawn_month import ROUTES, drawn_frames

OCTOBER = period_of("2026-10", "2026-10")
INTERNAL = profile("internal")
CODES = ("none", "C", "B", "A", "undetermined")


def frames_of(*rows, codes=CODES, children=(), seen=()):
    """Media, each with what differs from a picture signed off in October."""
    usual = {
        "series": "",
        "kind": "picture",
        "counted": True,
        "code": "B",
        "prohibited": "",
        "signed_on": "2026-10-03",
    }
    rows = [
        {"medium": f"m{at}", "content": "k", **usual, **row}
        for at, row in enumerate(rows)
    ]
    number = pd.Series([one[0] for one in children], dtype=object).value_counts()
    media = pd.DataFrame(rows).assign(
        signed_on=lambda f: pd.to_datetime(f["signed_on"]),
        arrived_on=pd.Timestamp("2026-10-01"),
        children=lambda f: f["medium"].map(number).fillna(0).astype("Int64"),
    )
    media["code"] = pd.Categorical(media["code"], codes, ordered=True)
    content = dict(zip(media["medium"], media["content"], strict=True))
    child = pd.DataFrame(children, columns=["medium", "age_band", "sex"])
    child["content"] = child["medium"].map(content)
    child["age_band"] = pd.Categorical(child["age_band"], AGE_BANDS, ordered=True)
    child["sex"] = pd.Categorical(child["sex"], SEXES)
    tags = pd.DataFrame(columns=["medium", "content", "tag", "value"])
    made = {"media": media, "children": child, "tags": tags}
    if seen:
        rows = [{"series": "", "url": "u", **one} for one in seen]
        made["sightings"] = pd.DataFrame(rows)
    return made


def told(frames, name, *, period=OCTOBER, **more):
    """Give the true cells of one table."""
    shown = protected(frames, period, INTERNAL, **more)[name].published
    return {key: cell.value for key, cell in shown.cells.items() if cell.value}


# -- severity under any scheme -------------------------------------------------------
@pytest.mark.parametrize("name", ["iccam", "vic_us", "vic_us_legacy", "uk_sap_2007"])
def test_the_lowest_code_of_a_scheme_is_outside_and_the_highest_leads(name):
    order = scheme_named(name).order
    codes = (*order, "undetermined")
    frames = frames_of(*({"content": c, "code": c} for c in codes), codes=codes)
    counted = counted_in(frames, OCTOBER)

    assert counted.levels == (*reversed(order[1:]), "undetermined")
    assert set(counted.items["code"]) == set(counted.levels)
    assert told(frames, "outcome") == {
        ("in a category",): len(order) - 1,
        ("undetermined",): 1,
        ("in none",): 1,
        ("all",): len(order) + 1,
    }
    seen = [
        {"medium": f"m{at}", "url": f"u{at}", "source": "s", "route": "external"}
        for at in range(len(codes))
    ]
    frames = frames_of(
        *({"content": c, "code": c} for c in codes), codes=codes, seen=seen
    )
    assert told(frames, "routes")["external", "in none"] == 1


@pytest.mark.parametrize(
    ("codes", "wanted"),
    [
        (("5", "undetermined"), "5"),  # nothing is more severe
        (("3", "undetermined"), "undetermined"),  # it may be 5: never rounded down
        (("none", "undetermined"), "undetermined"),
        (("4", "3"), "4"),
    ],
)
def test_the_class_of_a_content_is_that_of_the_law(codes, wanted):
    levels = (*scheme_named("uk_sap_2007").order, "undetermined")
    counted = counted_in(
        frames_of(*({"code": c} for c in codes), codes=levels), OCTOBER
    )

    assert counted.assessed["code"].tolist() == [wanted]
    assert counted.levels[0] == "5"


def test_levels_that_are_no_scale_are_refused():
    for codes in (("undetermined",), ("none", "undetermined", "B")):
        with pytest.raises(BadInput, match="no scale"):
            counted_in(frames_of({"code": codes[-1]}, codes=codes), OCTOBER)


# -- age, series, month --------------------------------------------------------------
def test_the_age_of_a_content_is_the_youngest_that_is_known():
    alone = frames_of({}, children=[("m0", "7-10", "girl"), ("m0", "unknown", "boy")])
    two = frames_of(
        *({}, {}), children=[("m0", "unknown", "girl"), ("m1", "14-15", "girl")]
    )
    nobody = frames_of({}, children=[("m0", "unknown", "girl")])

    assert counted_in(alone, OCTOBER).assessed["age"].tolist() == ["7-10"]
    assert counted_in(two, OCTOBER).assessed["age"].tolist() == ["14-15"]
    assert counted_in(nobody, OCTOBER).assessed["age"].tolist() == ["not known"]


def test_a_content_is_of_the_series_of_any_of_its_media():
    frames = frames_of(
        *({"medium": "rich"}, {"medium": "poor", "series": "S"}),
        children=[("rich", "7-10", "girl")],
    )
    two = frames_of({"series": "S"}, {"series": "T"})

    assert counted_in(frames, OCTOBER).items["series"].tolist() == ["S"]
    assert counted_in(frames, OCTOBER).children["series"].tolist() == ["S"]
    assert counted_in(frames, OCTOBER).arrived["series"].tolist() == ["S", "S"]
    assert counted_in(two, OCTOBER).items["series"].tolist() == ["content k"]


def test_a_content_is_counted_once_in_the_month_of_its_first_sign_off():
    frames = frames_of(
        {"code": "C", "signed_on": "2026-10-03"},
        {"code": "B", "signed_on": "2026-11-02"},
        seen=[
            {"medium": "m0", "source": "s", "route": "external"},
            {"medium": "m1", "source": "s", "route": "external"},
        ],
    )
    later = period_of("2026-11", "2026-11")

    assert told(frames, "severity") == {("B",): 1, ("all",): 1}
    assert ("all", "all") in told(frames, "routes")
    after = protected(frames, later, INTERNAL)
    assert after["severity"].published is None
    assert after["routes"].published is None


@pytest.mark.parametrize("seed", range(3))
def test_the_report_counts_a_content_as_the_desk_does(seed):
    """One of the two may change its rules; then the other has to."""
    frames = drawn_frames(seed)
    desk = unit_frame(frames, "content")
    code = desk["code"].astype(object)
    for month in ("2026-01", "2026-02", "2026-03"):
        period = period_of(month, month)
        mine = desk[desk["counted"] & code.notna() & period.holds(desk["signed_on"])]
        ours = counted_in(frames, period).assessed.set_index("content")
        mine = mine.set_index("content")

        assert ours.index.sort_values().tolist() == mine.index.tolist()
        ours = ours.loc[mine.index]
        assert (ours["code"] == mine["code"].astype(object)).all()
        assert (ours["kind"] == mine["kind"]).all()
        assert (ours["number"] == mine["children"].astype(int)).all()
        bands = mine["youngest"].astype(object).replace("unknown", np.nan)
        assert (ours["age"] == bands.fillna("not known")).all()
        there = mine["series"] != ""
        assert (ours["series"] == mine["series"])[there].all()
        assert ours["series"][~there].str.startswith("content ").all()


@pytest.mark.parametrize("seed", range(3))
def test_the_report_counts_an_address_as_the_desk_does(seed):
    frames = drawn_frames(seed)
    seen = frames["sightings"]
    frames["sightings"] = seen.assign(route=pd.Categorical(seen["route"], ROUTES))
    desk = unit_frame(frames, "url")
    inside = {"none": "in none", "undetermined": "undetermined"}
    for month in ("2026-01", "2026-02", "2026-03"):
        period = period_of(month, month)
        mine = desk[desk["counted"] & period.holds(desk["signed_on"])]
        ends = mine["code"].astype(object).map(lambda c: inside.get(c, "in a category"))
        for name, side in (("routes", mine["route"]), ("sources", mine["source"])):
            found = told(frames, name, period=period)
            by_hand = pd.crosstab(side.astype(object).replace("", "not known"), ends)
            cells = {key: n for key, n in by_hand.stack().items() if n}  # noqa: PD013
            assert {k: n for k, n in found.items() if "all" not in k} == cells


# -- addresses, section 62, hashes ---------------------------------------------------
def test_what_two_said_of_an_address_is_not_known_and_one_convention_holds():
    frames = frames_of(
        {"content": "a", "code": "undetermined"},
        {"content": "b", "code": "C"},
        {"content": "c", "code": "undetermined"},
        seen=[
            {"medium": "m0", "url": "u", "route": "external", "source": "x"},
            {"medium": "m1", "url": "u", "route": "proactive", "source": "y"},
            {"medium": "m2", "url": "v", "route": "external", "source": "x"},
        ],
    )

    routes, sources = told(frames, "routes"), told(frames, "sources")
    assert routes["not known", "undetermined"] == 1
    assert routes["external", "undetermined"] == 1
    assert sources["not known", "undetermined"] == sources["x", "undetermined"] == 1
    assert told(frames, "outcome")["undetermined",] == 2


def test_what_is_undetermined_under_section_62_is_a_level_of_its_own():
    frames = frames_of(
        {"content": "a", "prohibited": "undetermined", "code": "none"},
        {"content": "b", "prohibited": "prohibited"},
        {"content": "b", "prohibited": "undetermined"},
        {"content": "c", "prohibited": "none"},
    )

    assert told(frames, "prohibited") == {
        ("undetermined", "picture"): 1,
        ("prohibited", "picture"): 1,
        ("all", "picture"): 2,
        ("undetermined", "all"): 1,
        ("prohibited", "all"): 1,
        ("all", "all"): 2,
    }


def test_hashes_of_other_months_are_not_in_the_sum():
    """All so far less what two releases show would give a withheld month back."""
    frames = frames_of({"content": "a"}, {"content": "b"}, {"content": "c"})
    days = pd.to_datetime(["2026-09-30", "2026-10-01", "2026-11-01"])
    released = pd.DataFrame({"medium": ["m0", "m1", "m2"], "released_on": days})

    assert told({**frames, "released": released}, "hashes") == {
        ("picture",): 1,
        ("all",): 1,
    }

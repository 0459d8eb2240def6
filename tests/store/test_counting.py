"""What is counted, on either database: series, victims, routes, and the frames."""

import pandas as pd
import pytest
from counted import DAY_US, Counted, drawn

from iwflab.domain.grouping import Wanted
from iwflab.domain.lists import Sighting
from iwflab.errors import BadInput, NotFound, RequestReused
from iwflab.schemes import tags
from iwflab.store import units
from iwflab.store.entering import enter_sighting
from iwflab.workflow import counting, series


@pytest.fixture
def rows(store):
    return Counted(store)


def stands(store, kind="series"):
    return {key: told[0] for key, told in units.members(store, kind).items()}


def assign(store, *wanted, kind="series", **more):
    some = [Wanted(*one) for one in wanted]
    return series.assign(store, kind, some, analyst="ann", **more)


def entries(store):
    return len(units.tuples(store, "SELECT 1 FROM audit_entry"))


# -- series and victims by hand ------------------------------------------------------
def test_the_newest_word_on_a_medium_stands_and_taking_out_is_one_too(store, rows):
    one, other = rows.enter(), rows.enter()
    assign(store, (one, 0, "S-1"), (other, 0, "S-1"))
    moved = assign(store, (one, 0, "S-2", "same room"))

    assert stands(store) == {(one, 0): "S-2", (other, 0): "S-1"}
    assert [(m.before, m.after) for m in moved.moves] == [("S-1", "S-2")]
    assert moved.new == ("S-2",)

    series.take_out(store, "series", [(one, 0)], reason="another room", analyst="ben")
    assert stands(store) == {(other, 0): "S-1"}
    with pytest.raises(NotFound, match="belongs to no series"):
        series.take_out(store, "series", [(one, 0)], reason="again", analyst="ben")
    assert [r["reason"] for r in series.shown(store, "series")] == [""]


def test_a_retry_does_it_once_and_an_id_is_not_used_for_another_act(store, rows):
    one, other = rows.enter(), rows.enter()
    wanted = [(one, 0, "S-1"), (other, 0, "S-1")]
    assign(store, *wanted, request="r1")
    before = entries(store)

    assert assign(store, *wanted, request="r1").moves == ()
    assert entries(store) == before
    with pytest.raises(RequestReused):
        assign(store, *wanted[:1], request="r1")
    with pytest.raises(RequestReused):
        assign(store, (one, 0, "S-9"), (other, 0, "S-1"), request="r1")

    series.take_out(
        store, "series", [(one, 0)], reason="no", analyst="ann", request="r2"
    )
    series.take_out(
        store, "series", [(one, 0)], reason="no", analyst="ann", request="r2"
    )
    assert entries(store) == before + 1
    assert stands(store) == {(other, 0): "S-1"}


def test_what_is_so_already_leaves_no_entry_and_a_dry_run_writes_nothing(store, rows):
    one, other = rows.enter(), rows.enter()
    assign(store, (one, 0, "S-1"))
    before = entries(store)

    assert assign(store, (one, 0, "S-1")).unchanged == 1
    planned = assign(store, (one, 0, "S-1"), (other, 0, "s - 1"), dry_run=True)
    assert (len(planned.moves), planned.unchanged) == (1, 1)
    assert planned.alike == (("s - 1", "S-1"),)
    assert entries(store) == before
    assert stands(store) == {(one, 0): "S-1"}


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("", "no series is named"),
        ("  ", "no series is named"),
        ("-–—", "no letter"),  # noqa: RUF001 - dashes that a form may hold
        ("S\u200b-1", "cannot be seen"),
        ("S\n1", "cannot be seen"),
        ("S\u202e1", "cannot be seen"),
        ("x" * 81, "81 characters"),
    ],
)
def test_a_reference_that_looks_like_none_is_refused(store, rows, reference, said):
    one = rows.enter()
    with pytest.raises(BadInput, match=said):
        assign(store, (one, 0, reference))
    assert stands(store) == {}


def test_a_medium_is_named_by_its_id_its_sha256_or_the_start_of_one(store, rows):
    one, other = rows.enter(), rows.enter()
    digest = f"{1:064x}"
    assert units.tuples(store, "SELECT id FROM medium WHERE sha256 = :d", d=digest)
    assign(store, (digest, 0, "S-1"), (other[:10], 0, "S-1"))
    assert set(stands(store)) == {(one, 0), (other, 0)}
    with pytest.raises(NotFound, match="line 7: 0 media answer"):
        assign(store, ("abcde", 0, "S-1", "", 7))


def test_a_child_is_linked_that_the_record_has_and_no_other(store, rows):
    one = rows.enter(children=[("3-6", "girl"), ("7-10", "boy")])
    ungraded = rows.enter(graded=False)
    for medium, number in ((one, 3), (one, 0), (ungraded, 1)):
        with pytest.raises(BadInput, match=f"the record has no child {number} on"):
            assign(store, (medium, number, "V-1"), kind="victim")
    assign(store, (one, 2, "V-1"), kind="victim")
    assert stands(store, "victim") == {(one, 2): "V-1"}

    (told,) = series.shown(store, "victim")
    assert (told["child"], told["age_band"], told["check"]) == (2, "7-10", "")
    rows.grade(one, [("3-6", "girl"), ("11-13", "boy")])
    assert series.shown(store, "victim")[0]["check"] == "graded anew since"
    assert len(assign(store, (one, 2, "V-1"), kind="victim").moves) == 1
    assert series.shown(store, "victim")[0]["check"] == ""
    assign(store, (one, 1, "V-1"), kind="victim")  # possible, and worth a look
    twice = [row["check"] for row in series.shown(store, "victim")]
    assert twice == ["two children of one medium"] * 2
    assert assign(store, (one, 2, "V-1"), kind="victim").unchanged == 1
    rows.grade(one, [("3-6", "girl")])
    assert "no such child" in series.shown(store, "victim")[-1]["check"]


def test_two_words_on_one_medium_are_refused_the_same_word_twice_is_not(store, rows):
    one = rows.enter()
    with pytest.raises(BadInput, match=r"line 3: the medium .* by line 2"):
        assign(store, (one, 0, "S-1", "", 2), (one[:8], 0, "S-2", "", 3))
    assert assign(store, (one, 0, "S-1"), (one, 0, "S-1")).moves[0].after == "S-1"


# -- from a file ---------------------------------------------------------------------
def test_a_file_is_taken_whole_or_not_at_all_and_the_line_is_named(
    store, rows, tmp_path
):
    one, other = rows.enter(children=[("3-6", "girl")]), rows.enter()
    file = tmp_path / "links.csv"

    def read(text, kind="series", **more):
        file.write_text(text, encoding="utf-8-sig")
        return series.assign_from(store, kind, file, analyst="ann", **more)

    for text, said in (
        (f"medium;series\n{one};S-1\n{other};\n", "line 3: no series"),
        (f"medium,series\n{one},S-1\nffffffffffff,S-1\n", "line 3: 0 media"),
        (f"medium,series\n{one},S-1\n{other}\n", "line 3 .* 1 cells, not 2"),
        (f"medium,series,colour\n{one},S-1,red\n", "line 1 has the column 'colour'"),
        (f"medium\n{one}\n", "line 1 does not name"),
        ("medium,series\n", "nothing was named"),
    ):
        with pytest.raises((BadInput, NotFound), match=said):
            read(text)
        assert stands(store) == {}
    with pytest.raises(BadInput, match=r"line 2 .*no number of a child"):
        read(f"medium,child,victim\n{one},first,V-1\n", "victim")

    good = f"medium,series,reason\n{one},S-1,same wall\n\n{other.upper()},S-1,\n"
    assert len(read(good, dry_run=True).moves) == 2
    assert stands(store) == {}
    assert [move.line for move in read(good).moves] == [2, 4]
    assert read(good).unchanged == 2
    read(f"medium\tchild\tvictim\n{one}\t1\tV-1\n", "victim")
    assert stands(store, "victim") == {(one, 1): "V-1"}


# -- the route of a sighting ---------------------------------------------------------
def test_a_route_said_later_is_a_row_of_its_own_and_the_newest_stands(store, rows):
    copy = rows.copy(rows.enter(copies=0))
    told = {"source": "s", "url": "https://x.example"}

    def say(route):
        with store.act("take in", "one", analyst="ann") as act:
            return enter_sighting(act, copy, Sighting(**told, route=route))

    def known():
        ((_, _, _, route, routes, _, _),) = units.sighting_rows(store)
        return route, routes

    assert (say(""), known()) == ("", ("", ""))
    assert (say("external"), known()) == ("", ("external", "external"))
    before = entries(store)
    assert (say(""), say("external"), entries(store)) == ("", "", before)
    assert say("proactive") == "external"
    assert known() == ("proactive", "external proactive")


# -- the frames ----------------------------------------------------------------------
def test_the_frames_tell_what_was_recorded_and_only_what_was_signed_is_counted(
    store, rows
):
    seen = [
        {"url": "https://x.example", "seen_on": "2026-02-03", "route": "external"},
        {"url": "https://y.example", "seen_on": "0001-01-01", "source": "z"},
    ]
    first = rows.enter(
        code="B", children=[("7-10", "girl"), ("unknown", "boy")], seen=seen, pdq=0,
        tags={"self_generated": "present"}, copies=2, prohibited="prohibited",
    )  # fmt: skip
    rows.now += 40 * DAY_US
    second = rows.enter(code="C", children=[("0-2", "boy")], pdq=1, frames=9)
    third = rows.enter(children=[("3-6", "girl")], pdq=3)
    last = rows.enter(graded=False)
    rows.series("S-1", first, third)
    rows.victim("V-1", (first, 1))
    found = counting.frames(store, scheme="uk_2014")
    media = found["media"].set_index("medium")

    assert list(media.index) == [first, second, third, last]
    assert media["content"].tolist() == [first, second, first, last]  # no video's
    assert media["series"].tolist() == ["S-1", "", "S-1", ""]
    assert media["kind"].tolist() == ["picture", "video", "picture", "picture"]
    assert media["counted"].tolist() == [True, True, False, False]
    assert media["code"].isna().tolist() == [False, False, True, True]
    assert media["code"].cat.ordered
    levels = media["code"].cat.categories
    assert [levels[-1], levels[-2]] == ["undetermined", "A"]
    assert media["prohibited"].tolist() == ["prohibited", "", "", ""]
    assert media["children"].tolist() == [2, 1, 1, 0]
    assert media["youngest"].tolist()[:3] == ["7-10", "0-2", "3-6"]
    assert media["copies"].tolist() == [2, 1, 1, 1]
    assert str(media["arrived_on"].dtype).startswith("datetime64")
    assert (media["arrived_on"] - media["arrived_on"].iloc[0]).dt.days.max() == 40
    assert media["first_seen"].iloc[0].year == 1
    assert media["last_seen"].iloc[0] == pd.Timestamp("2026-02-03")
    assert media["signed_on"].isna().tolist() == [False, False, True, True]

    children = found["children"]
    assert children["appearance"].tolist() == [
        *(f"{first}#1", f"{first}#2"),
        *(f"{second}#1", f"{third}#1"),
    ]
    assert children["victim"].tolist() == ["V-1", "", "", ""]
    assert children["age_band"].cat.categories[-1] == "unknown"
    assert children["face_visible"].isna().all()
    told = found["tags"]
    assert len(told) == 3 * len(tags())
    said = told[told["value"].notna()]
    assert said[["medium", "tag", "value"]].to_numpy().tolist() == [
        [first, "self_generated", "present"]
    ]
    sightings = found["sightings"]
    assert len(sightings) == 4
    assert sightings["url"].nunique() == 2
    assert "example" not in sightings.to_csv()
    assert sightings["route"].value_counts().to_dict() == {
        "external": 2,
        "not known": 2,
        "proactive": 0,
    }
    assert len(found["copies"]) == 5


def test_a_distance_makes_content_narrower_or_wider_and_none_is_refused(store, rows):
    for pdq in (0, 1, (1 << 40) - 1):
        rows.enter(pdq=pdq)

    def number(bits):
        found = counting.frames(store, scheme="uk_2014", distance=bits)
        return found["media"]["content"].nunique()

    assert [number(bits) for bits in (0, 1, 31, 60)] == [3, 2, 2, 1]
    for wrong in (-1, 61):
        with pytest.raises(BadInput, match="0 to 60"):
            number(wrong)
    with pytest.raises(BadInput, match="no scheme"):
        counting.frames(store, scheme="uk_1900")


def test_an_empty_lab_has_empty_frames_with_their_columns(store):
    found = counting.frames(store, scheme="uk_2014")
    assert all(frame.empty for frame in found.values())
    assert {"medium", "content", "series"} <= set.intersection(
        *(set(frame.columns) for frame in found.values())
    )


def test_who_sees_some_media_gets_no_row_and_no_id_of_another(store):
    _, made = drawn(store, seed=3, media=20)
    found = counting.frames(store, scheme="uk_2014")
    some = {medium for medium, _ in made[1::2]}
    kept = counting.within(found, some)

    for name, frame in kept.items():
        assert set(frame["medium"]) <= some, name
        assert set(frame["content"]) <= some, name
    assert set(kept["media"]["medium"]) == some
    assert counting.within(found, None) is found
    assert all(frame.empty for frame in counting.within(found, set()).values())


@pytest.mark.parametrize("code", ["review", "of an older version"])
def test_a_code_without_a_place_on_the_scale_is_undetermined_and_last(
    store, rows, code
):
    """SAP 2007 has "review" beside its levels; near-duplicates take the law's rule."""
    from iwflab.statistics.units import unit_frame

    first = rows.enter(pdq=0)
    second = rows.enter(pdq=1)
    rows.enter(pdq=(1 << 100) - 1)
    for medium, told in ((first, code), (second, "5")):
        rows.sign(medium, told, scheme="uk_sap_2007")
    found = counting.frames(store, scheme="uk_sap_2007")

    codes = found["media"]["code"]
    assert codes.cat.categories.tolist() == [
        *("none", "1", "2", "3", "4", "5"),
        "undetermined",
    ]
    assert codes.tolist()[:2] == ["undetermined", "5"]
    content = unit_frame(found, "content").set_index("content")
    assert content.loc[first, "code"] == "5"
    rows.sign(second, "3", scheme="uk_sap_2007")
    found = counting.frames(store, scheme="uk_sap_2007")
    content = unit_frame(found, "content").set_index("content")
    assert content.loc[first, "code"] == "undetermined"

"""Questions for counts: read and refused; counted by hand; what may be said in public."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from iwflab.domain.counting import COUNT_UNITS, half_up
from iwflab.errors import BadInput, NotFound
from iwflab.statistics import describe, disclosure
from iwflab.statistics.queries import (
    Query,
    answer,
    answer_of,
    facts,
    prepared,
    public_facts,
    query_from,
)
from iwflab.statistics.queries.drawing import draw, in_words
from iwflab.workflow import exploring
from tests.statistics.drawn_frames import BANDS, SEXES, TAGS, frames

UNIT = "child_appearance"
READ_US = 1_772_582_400_000_000  # 4 March 2026, midnight UTC
PERIODS = {"period": ("2026-02-01", "2026-02-28"), "compare": ("", "2026-01-31")}
FULL = Query(
    UNIT,
    "age_band",
    "sex",
    filters={"kind": ("picture",), "sex": ("girl", "boy")},
    pct="rows",
    cluster=True,
    profile="partner",
    **PERIODS,
)


@pytest.fixture(scope="module")
def drawn():
    return frames(400)


@pytest.fixture(scope="module")
def ready(drawn):
    return prepared(drawn, UNIT)


# -- the noun ------------------------------------------------------------------------
def test_a_query_comes_back_from_json_as_it_was():
    told = json.loads(FULL.json())

    assert query_from(FULL.json()) == FULL
    assert query_from(told) == FULL
    assert query_from({"unit": "medium", "rows": "code"}) == Query("medium", "code")
    assert replace(FULL, filters=dict(reversed(FULL.filters.items()))).json() == (
        FULL.json()
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unit": ""}, "no count unit"),
        ({"unit": "persons"}, "no count unit"),
        ({"rows": ""}, "no rows"),
        ({"cols": "age_band"}, "both"),
        ({"cols": "", "pct": "rows"}, "need columns"),
        ({"pct": "half"}, "no percentage"),
        ({"filters": {"sex": ()}}, "keeps nothing"),
        ({"filters": {"sex": ("x" * 101,)}}, "too long"),
        ({"period": ("2026-02-30", "")}, "no day"),
        ({"period": ("20260201", "")}, "no day"),
        ({"period": ("2026-02-02", "2026-02-01")}, "ends before"),
        ({"compare": ("2026-02-28", "")}, "overlap"),
        ({"period": ("", "")}, "overlap"),
    ],
)
def test_a_query_that_cannot_be_asked_is_refused_with_advice(change, said):
    with pytest.raises(BadInput, match=said) as refused:
        replace(FULL, **change)

    assert refused.value.advice


def test_a_profile_that_there_is_not_is_refused_with_the_names_of_those_there_are():
    asked = replace(FULL, profile="none at all")
    with pytest.raises(NotFound, match="no disclosure profile") as refused:
        answer(frames(60), asked)

    assert "cautious" in refused.value.advice


@pytest.mark.parametrize(
    "plain",
    [
        *("", "[]", "{", 7, None, {}, {"unit": UNIT}),
        *({"unit": UNIT, "rows": 7}, {"unit": UNIT, "rows": "sex", "more": 1}),
        {"unit": UNIT, "rows": "sex", "filters": [1]},
        {"unit": UNIT, "rows": "sex", "filters": {"sex": "girl"}},
        {"unit": UNIT, "rows": "sex", "period": ["2026-01-01"]},
        {"unit": UNIT, "rows": "sex", "period": "20"},
        {"unit": UNIT, "rows": "sex", "cluster": "yes"},
    ],
)
def test_what_is_no_query_is_refused_with_advice(plain):
    with pytest.raises(BadInput) as refused:
        query_from(plain)

    assert refused.value.advice


# -- what is counted -----------------------------------------------------------------
def test_a_table_counts_what_a_count_by_hand_counts(drawn):
    query = Query(UNIT, "age_band", "sex")
    found = answer(drawn, query)
    children = drawn["children"]
    by_hand = pd.crosstab(
        *(children.loc[children["counted"], name] for name in query.sides), dropna=False
    )
    wide = describe.wide(found.result)

    told = wide.loc[list(BANDS), list(SEXES)].to_numpy(dtype=int)
    assert told.tolist() == by_hand.to_numpy().tolist()
    assert wide.loc["all", "all"] == found.base == by_hand.to_numpy().sum()
    left = int((~children["counted"]).sum())
    assert found.exclusions == {"not signed off": left}


def test_period_and_filters_keep_what_they_say_and_the_rest_is_told(drawn):
    query = replace(FULL, compare=("", ""))
    found = answer(drawn, query)
    own = drawn["children"]
    counted = own[own["counted"]]
    inside = counted[counted["signed_on"].dt.strftime("%Y-%m") == "2026-02"]
    kept = inside[(inside["kind"] == "picture") & (inside["sex"] != "unidentified")]

    assert found.base == len(kept)
    assert found.exclusions == {
        "not signed off": len(own) - len(counted),
        "signed off on another day": len(counted) - len(inside),
        "left out by the filters": len(inside) - len(kept),
    }
    assert sum(found.exclusions.values()) + found.base == len(own)


def test_the_days_of_a_period_are_both_in_it(drawn):
    days = sorted(drawn["children"]["signed_on"].dropna().dt.strftime("%Y-%m-%d"))
    first, last = days[0], days[-1]
    every = answer(drawn, Query(UNIT, "sex", period=(first, last)))
    one = answer(drawn, Query(UNIT, "sex", period=(last, last)))

    assert every.base == len(days)
    assert one.base == days.count(last)


def test_a_comparison_gives_the_change_in_percentage_points(drawn):
    found = answer(drawn, replace(FULL, filters={}, pct="all"))
    now, before = (
        describe.wide(a.result, "share_of_all") for a in (found, found.before)
    )
    points = found.changes.set_index(["age_band", "sex"])["pp"]

    assert found.before.base > 0
    assert points["7-10", "girl"] == pytest.approx(
        100 * (now.loc["7-10", "girl"] - before.loc["7-10", "girl"])
    )
    assert found.title.endswith(" in the period before")
    turned = {"period": FULL.compare, "compare": FULL.period}
    later = answer(drawn, replace(FULL, filters={}, pct="all", **turned))
    assert later.title.endswith(
        " in the period after"
    )  # a later one is not called before


def test_intervals_know_the_series_when_that_is_asked_for(drawn, ready):
    plain = answer_of(ready, Query(UNIT, "sex")).result
    known = answer_of(ready, Query(UNIT, "sex", cluster=True)).result
    children = drawn["children"][drawn["children"]["counted"]]
    whose = children["series"].where(children["series"] != "", children["content"])
    expected = describe.freq(children.assign(whose=whose), "sex", UNIT, "whose")
    share = expected["measure"] == "share_of_all"

    assert plain["lower"].dropna().empty or (plain["measure"] == "share_bounds").any()
    assert plain.loc[plain["measure"] == "share_of_all", "lower"].isna().all()
    ours = known.loc[known["measure"] == "share_of_all", ["lower", "upper", "clusters"]]
    theirs = expected.loc[share, ["lower", "upper", "clusters"]]
    assert ours.to_numpy() == pytest.approx(theirs.to_numpy(), nan_ok=True)


@pytest.mark.parametrize("unit", COUNT_UNITS)
def test_every_unit_is_counted_by_every_side_it_has(drawn, unit):
    ready = prepared(drawn, unit)
    for side in ready.sides:
        found = answer_of(ready, Query(unit, side, cluster=True))
        counts = found.counts
        assert counts.cells[counts.total] == found.base > 0
        assert found.result["unit"].unique().tolist() == [unit]
        assert any(
            one in ready.levels(side) for one in ("unknown", "undetermined")
        ) or (
            {"unidentified", "unclear", "not determined", "not known"}
            & set(ready.levels(side))
        )


def test_what_belongs_to_nobody_is_told(drawn):
    victims = answer(drawn, Query("victim", "sex"))
    series = answer(drawn, Query("series", "code"))
    children, media = (f[f["counted"]] for f in (drawn["children"], drawn["media"]))

    assert victims.exclusions["child appearances linked to no victim"] == (
        int((children["victim"] == "").sum())
    )
    assert series.exclusions["media in no series"] == int((media["series"] == "").sum())
    assert "linked across media" in victims.note


def test_a_tag_that_nobody_asked_for_is_not_absent(drawn):
    tags = drawn["tags"]
    first = tags["medium"].iloc[0]
    fewer = {**drawn, "tags": tags[tags["medium"] != first]}
    side = f"tag:{TAGS[0]}"
    found = prepared(fewer, "medium").frame[side].astype(str).to_numpy()
    media = drawn["media"].sort_values("medium")["medium"].to_list()
    told = tags[tags["counted"] & (tags["tag"] == TAGS[0])].set_index("medium")["value"]

    assert found[media.index(first)] == "not determined"
    there = [m for m in media if m in told.index and m != first]
    assert [found[media.index(m)] for m in there] == [
        str(told[m]).replace("_", " ") for m in there
    ]


def test_a_side_or_level_that_is_not_there_is_refused_with_advice(drawn, ready):
    for query, said in (
        (Query(UNIT, "medium"), "cannot be counted by"),
        (Query(UNIT, "series"), "cannot be counted by"),
        (Query(UNIT, "sex", filters={"victim": ("v",)}), "cannot be counted by"),
        (Query(UNIT, "sex", filters={"sex": ("woman",)}), "has no level"),
        (Query("medium", "sex"), "the frame holds"),
    ):
        with pytest.raises(BadInput, match=said) as refused:
            answer_of(ready, query)
        assert refused.value.advice
    with pytest.raises(BadInput, match="cannot be counted by"):
        answer(drawn, Query("series", "sex"))


def test_frames_are_left_as_they_are(drawn):
    before = {name: frame.copy() for name, frame in drawn.items()}
    for unit in COUNT_UNITS:
        answer(drawn, Query(unit, "code", cluster=True))

    for name, frame in before.items():
        pd.testing.assert_frame_equal(drawn[name], frame)


def test_an_empty_lab_has_an_answer():
    empty = {name: frame[:0] for name, frame in frames(20).items()}
    found = answer(empty, Query(UNIT, "age_band", "sex", cluster=True))

    assert found.base == 0
    assert found.title == "No child appearances of known age band and sex"
    assert facts(found)["cells"][-1]["n"] == 0
    assert public_facts(found)["outcome"] == "pass"
    assert "<svg" in draw(facts(found))


# -- what may leave ------------------------------------------------------------------
def test_counts_carry_the_series_of_each_cell_and_no_name_of_one(drawn, ready):
    counts = answer_of(ready, Query(UNIT, "age_band", "sex")).counts
    names = {name for own in counts.series.values() for name in own}

    assert all(name.isdigit() for name in names)
    assert (
        len(counts.series[counts.total])
        == ready.frame[ready.frame["counted"]]["cluster"].nunique()
    )
    assert all(
        sum(counts.series[key].values()) == n for key, n in counts.cells.items() if n
    )


def test_what_may_leave_is_what_disclosure_control_lets_out(ready):
    found = answer_of(ready, Query(UNIT, "age_band", "sex"))
    same = disclosure.protect(found.counts, disclosure.profile("cautious"))
    told = public_facts(found)
    withheld = [cell for cell in told["cells"] if cell["text"] == "[c]"]

    assert found.protected == same
    assert told["outcome"] == "pass"
    assert len(withheld) == len(same.published.withheld) > 0
    assert {cell["kind"] for cell in withheld} == {"primary", "secondary"}
    assert all(cell["percent"] is None and cell["why"] for cell in withheld)
    assert len(told["primary"]) + len(told["secondary"]) == len(withheld)


def test_a_public_title_is_made_of_nothing_but_what_is_let_out(ready):
    found = answer_of(ready, replace(FULL, filters={}))
    said = found.public_title
    blind = replace(found, result=None, base=-1, exclusions={}, chosen=None)
    blind.__dict__["protected"] = found.protected
    before = replace(found.before, result=None, base=-1, exclusions={}, chosen=None)
    before.__dict__["protected"] = found.before.protected
    object.__setattr__(blind, "before", before)

    assert blind.public_title == said
    with pytest.raises(TypeError):
        _ = blind.title


def test_a_public_title_does_not_call_the_most_what_may_not_be(drawn):
    """Where cells are withheld, one of them may be the largest."""
    children = drawn["children"].assign(series="one", content="one")
    few = {**drawn, "children": children}
    query = Query(UNIT, "age_band", "sex", profile="cautious")
    refused = answer(few, query)
    shown = answer(drawn, query)

    assert refused.protected.published is None
    assert (
        refused.public_title == "Child appearances by age band and sex: not to be shown"
    )
    assert public_facts(refused)["cells"] == []
    assert shown.public_title.startswith(
        "Of what is shown, largest group of child appearances: "
    )


def test_the_words_of_a_title():
    drawn = frames(400, shares=[0, 0, 1, 0, 0, 0, 0])
    title = answer(drawn, Query(UNIT, "age_band", "sex")).title
    of_rows = answer(drawn, Query(UNIT, "age_band", "sex", pct="rows")).title
    code = answer(drawn, Query("medium", "code")).title

    assert title.startswith("Largest group of child appearances: 7-10, girl, ")
    assert of_rows.endswith("% of 7-10")
    assert code.startswith("Largest group of media: category C, ")


def test_nothing_that_is_told_names_a_medium_a_series_or_a_child(drawn):
    ids = {
        str(one)
        for frame, columns in (
            ("children", ("medium", "content", "series", "victim", "appearance")),
            ("copies", ("copy",)),
            ("sightings", ("url", "source")),
        )
        for column in columns
        for one in drawn[frame][column].unique()
        if len(str(one)) > 2
    }
    explored = exploring.begin(drawn, scheme="uk_2014", read_us=READ_US)
    told = []
    for unit in COUNT_UNITS:
        sides = explored.sides(unit)
        query = Query(unit, sides[0]["name"], sides[1]["name"], cluster=True)
        told += [sides, explored.table(query), explored.protected(query)]
        told.append(explored.chart(query, public=False))
    text = json.dumps(told)

    assert len(ids) > 500
    assert [one for one in ids if one in text] == []


# -- charts and exploring ------------------------------------------------------------
@pytest.mark.parametrize("cols", ["", "sex"])
@pytest.mark.parametrize("public", [False, True])
def test_a_chart_says_in_words_what_it_draws(ready, cols, public):
    found = answer_of(ready, Query(UNIT, "age_band", cols, cluster=True))
    told = public_facts(found) if public else facts(found)
    svg = draw(told)

    assert svg == draw(told)
    assert in_words(told) in svg
    assert told["title"] in svg
    assert svg.count("<script") == svg.count("http") - svg.count("http://www.w3") == 0
    if public and cols:
        assert "[c]" in in_words(told)


def test_a_chart_draws_the_base_that_is_read_and_names_it(drawn):
    found = answer(drawn, Query(UNIT, "age_band"))
    told = facts(found)
    first = next(one for one in told["cells"] if one["known"][0])
    share = {base: in_words(told, base) for base in ("all", "known", "bounds")}

    assert "Percent of all: " in share["all"]
    assert "Percent of all, unknown left out: " in share["known"]
    assert "Percent of all, least and most: " in share["bounds"]
    assert f"{first['n']} ({half_up(100 * first['known'][0])}%)" in share["known"]
    least, most = (half_up(100 * one) for one in first["bounds"][1:3])
    assert f"{first['n']} ({least}% to {most}%)" in share["bounds"]
    drawings = {draw(told, base) for base in share}
    assert len(drawings) == 3
    assert all("percent of all" in one for one in drawings)
    with pytest.raises(BadInput, match="are not drawn"):
        draw(told, "half")
    public = public_facts(found)
    assert draw(public, "known") == draw(public)


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.003, "(under 1%)"), (0.006, "(1%)"), (0.998, "(over 99%)"), (1.0, "(100%)")],
)
def test_a_chart_says_nought_and_all_of_nothing_else(drawn, share, said):
    told = facts(answer(drawn, Query(UNIT, "age_band")))
    told["cells"][0]["known"] = (share, None, None, 300)

    assert f"{told['cells'][0]['n']} {said}" in in_words(told, "known")


@pytest.mark.parametrize(("girls", "percent"), [(1, "13%"), (5, "63%")])
def test_a_title_and_a_chart_round_halves_as_tables_do(girls, percent):
    few = frames(40)
    children = few["children"].head(8).assign(counted=True)
    sexes = ["girl"] * girls + ["boy"] * (8 - girls)
    children["sex"] = pd.Categorical(sexes, SEXES)
    found = answer({**few, "children": children}, Query(UNIT, "sex"))

    assert f"girl: {girls} ({percent})" in in_words(facts(found))
    most = "63%" if girls > 4 else "88%"
    assert found.title.endswith(f", {most}")


def test_an_exploration_counts_a_query_once(drawn, monkeypatch):
    explored = exploring.begin(drawn, scheme="uk_2014", read_us=READ_US)
    query = Query(UNIT, "sex")
    first = explored.answer(query)

    assert explored.answer(query.plain()) is first
    for number in range(exploring.KEPT):
        explored.answer(Query(UNIT, "sex", period=("", f"2026-02-{number + 1:02}")))
    assert explored.answer(query) is not first


def test_a_period_after_the_data_is_refused_and_one_that_is_not_over_says_so(drawn):
    explored = exploring.begin(drawn, scheme="uk_2014", read_us=READ_US)
    later = Query(UNIT, "sex", period=("2026-03-05", ""))
    ahead = replace(later, period=("", "2026-01-31"), compare=("2026-04-01", ""))
    for query in (later, ahead):
        with pytest.raises(BadInput, match="after the day of the data, 2026-03-04"):
            explored.answer(query)

    running = explored.answer(Query(UNIT, "sex", period=("2026-03-01", "2026-03-04")))
    told = "The period to 2026-03-04 is not over: read on 2026-03-04."
    assert running.note.endswith(told)
    assert explored.table(running.query)["note"].endswith(told)
    for period in (("2026-03-04", ""), ("2026-03-01", "2026-03-03"), ("", "")):
        assert "not over" not in explored.answer(Query(UNIT, "sex", period=period)).note

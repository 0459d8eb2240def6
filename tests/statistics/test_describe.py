"""Counts and shares: the published tables, unknown as a row, tags, ages, change."""

import numpy as np
import pandas as pd
import pytest

from iwflab.errors import BadInput
from iwflab.statistics import association, describe, intervals

# T1: IWF Annual Report 2019, p. 61, youngest child 7-10, by type.
TYPES = ("contact", "self-generated")
SEXES = {
    "girls": (38317, 5025),
    "boys": (1125, 162),
    "both": (825, 256),
    "unidentifiable": (34, 0),
}
SEVERITY = {"A": (8851, 1313), "B": (7976, 1148), "C": (23474, 2982)}


def _published(rows, name):
    return pd.DataFrame(
        [
            (label, kind, count)
            for label, counts in rows.items()
            for kind, count in zip(TYPES, counts, strict=True)
        ],
        columns=[name, "type", "n"],
    )


@pytest.mark.parametrize(("rows", "name"), [(SEXES, "sex"), (SEVERITY, "severity")])
def test_t1_has_its_margins(rows, name):
    frame = _published(rows, name)
    table = describe.crosstab(frame, name, "type", "url", counts="n", margins=True)
    counted = describe.wide(table)

    assert counted.loc["all", list(TYPES)].tolist() == [40301, 5443]
    assert counted.loc["all", "all"] == 45744
    for label, counts in rows.items():
        assert counted.loc[label, list(TYPES)].tolist() == list(counts)
        assert counted.loc[label, "all"] == sum(counts)


def test_t1_prints_its_percentages():
    frame = _published(SEXES, "sex")
    table = describe.crosstab(
        frame, "sex", "type", "url", counts="n", pct="cols", unknown=["?"]
    )
    share = describe.wide(table, "share_of_all") * 100

    assert share.loc[list(SEXES), "contact"].round().tolist() == [95, 3, 2, 0]
    assert share.loc["unidentifiable", "contact"] == pytest.approx(0.1, abs=0.05)
    assert share.loc[list(SEXES), "self-generated"].round().tolist() == [92, 3, 5, 0]


def test_t1_is_significant_and_negligible():
    found = association.cramers_v(list(SEVERITY.values()))

    assert found.chi2 == pytest.approx(24.0688, abs=1e-4)
    assert found.df == 2
    assert found.v == pytest.approx(0.02294, abs=1e-5)
    assert found.p < 1e-5
    # R 4.2.2: chisq.test(matrix(c(8851,7976,23474,1313,1148,2982),3))$stdres
    assert found.residuals[:, 0] == pytest.approx(
        [-3.598831889, -2.253279743, 4.852954019], abs=1e-8
    )


def test_t2_small_shares_and_their_intervals():
    """T2: IWF Annual Report 2021, one-month snapshot, a child of 3-6, n=51."""
    parts = {
        (39, 51): 76,  # girls
        (29, 51): 57,  # with a sibling or friend
        (20, 29): 69,  # companion 7-10
        (8, 29): 28,  # companion 11-13
    }
    for (x, n), printed in parts.items():
        found = intervals.wilson(x, n)
        assert round(100 * found.estimate) == printed
        assert found.upper - found.lower > 0.2  # small numbers say little
    # R 4.2.2: prop.test(39, 51, correct=FALSE)$conf.int
    assert tuple(intervals.wilson(39, 51)) == pytest.approx(
        (0.6323777484, 0.8599505117), 1e-9
    )
    assert pytest.approx(2.2, abs=0.05) == 51 / 23
    sexes = pd.DataFrame({"sex": ["girl"] * 39 + ["boy"] * 12})
    counted = describe.wide(describe.freq(sexes, "sex", "file"))["count"]
    assert counted.to_dict() == {"boy": 12, "girl": 39, "unknown": 0}


def test_t3_series_of_totals():
    """T3: IWF Annual Reports 2020 to 2023."""
    assert round(100 * 118074 / 567176) == 21
    assert round(describe.change(68000, 182281)) == 168
    assert round(describe.change(2641, 6253)) == 137
    shares = describe.bounds_unknown(
        [182281, 135328, 51370], [252194, 242989, 255571], 0
    )
    assert (100 * shares.of_all).round().tolist() == [72, 56, 20]
    assert round(describe.change((152821, 242989), (135328, 242989), "pp")) == -7
    hashes = np.array([567176, 1004611, 1663106, 2255390])
    grown = describe.change(hashes[:-1], hashes[1:])
    assert grown == pytest.approx([77.13, 65.55, 35.61], abs=0.01)


def test_printed_percentages_need_their_denominators():
    assert describe.bounds_unknown(147188, 252194, 0).of_all == pytest.approx(
        0.5836, abs=5e-5
    )
    assert describe.bounds_unknown(242989, 255571, 0).of_all == pytest.approx(
        0.9508, abs=5e-5
    )


def test_change_in_percent_is_not_change_in_points():
    assert describe.change(22, 33, "pp") == 11
    assert describe.change(22, 33, "pct") == 50
    assert describe.change((1, 4), (1, 2), "pp") == 25
    assert np.isnan(describe.change(0, 5))
    with pytest.raises(BadInput):
        describe.change(1, 2, "percent")


def test_the_three_bases():
    found = describe.bounds_unknown(30, 80, 20)

    assert found == (0.3, 0.375, 0.3, 0.5)
    assert np.isnan(describe.bounds_unknown(0, 0, 0).of_all)
    with pytest.raises(BadInput):
        describe.bounds_unknown(5, 4, 0)


def _drawn(size=4000, seed=5):
    rng = np.random.default_rng(seed)
    bands = ["0-2", "3-6", "7-10", "11-13", "unknown"]
    series = np.minimum(rng.geometric(0.02, size), 60)
    alone = rng.random(size) < 0.3  # series of one row, as most are
    series[alone] = 1000 + np.arange(alone.sum())
    return pd.DataFrame(
        {
            "band": pd.Categorical.from_codes(rng.integers(-1, 5, size), bands),
            "code": pd.Categorical.from_codes(rng.integers(0, 3, size), list("CBA")),
            "series": series,
        }
    )


@pytest.mark.parametrize("pct", ["all", "rows", "cols"])
@pytest.mark.parametrize("kind", ["jackknife", "linearised"])
def test_a_clustered_table_is_its_cells_one_by_one(pct, kind):
    """The sums over sparse pairs give what a plain loop over cells gives."""
    frame = _drawn()
    frame = frame.assign(band=frame["band"].fillna("unknown"))
    table = describe.crosstab(
        frame, "band", "code", "content", "series", pct=pct, interval=kind
    )
    for measure in ("share_of_all", "share_of_known"):
        for (band, code), row in table[table["measure"] == measure].groupby(
            ["band", "code"], observed=True
        ):
            base = _base(frame, pct, band, code, known=measure == "share_of_known")
            if base is None:
                assert row["flag"].item() == "z" or row["n"].item() == 0
                continue
            yes = base & (frame["band"] == band) & (frame["code"] == code)
            y = yes.groupby(frame["series"]).sum()
            n = base.groupby(frame["series"]).sum()
            expected = intervals.cluster_counts(y, n, method=kind)
            for name in ("estimate", "lower", "upper", "n", "n_eff", "clusters"):
                assert row[name].item() == pytest.approx(
                    getattr(expected, name), rel=1e-9, nan_ok=True
                )
            assert row["flag"].item() == expected.flag


def _base(frame, pct, band, code, *, known):
    """Say which rows are the base of a cell; None where a known base has no meaning."""
    base = pd.Series(data=True, index=frame.index)
    if pct == "rows":
        base &= frame["band"] == band
    if pct == "cols":
        base &= frame["code"] == code
    if known and pct != "rows":
        if band == "unknown":
            return None
        base &= frame["band"] != "unknown"
    if known and pct != "cols" and code == "unknown":
        return None
    return base if base.any() else None


def test_counts_of_a_table_are_those_of_pandas():
    frame = _drawn()
    told = frame.assign(band=frame["band"].fillna("unknown"))
    mine = describe.wide(describe.crosstab(frame, "band", "code", "content"))
    theirs = pd.crosstab(told["band"], told["code"])

    kept = mine.loc[list(theirs.index), list(theirs.columns)]
    assert (kept.to_numpy() == theirs.to_numpy()).all()


def test_aggregated_rows_count_as_single_ones():
    frame = _drawn()
    summed = frame.groupby(["band", "code", "series"], observed=True, dropna=False)
    given = summed.size().rename("n").reset_index()
    for pct in ("all", "rows", "cols"):
        one = describe.crosstab(frame, "band", "code", "content", "series", pct=pct)
        other = describe.crosstab(
            given, "band", "code", "content", "series", pct=pct, counts="n"
        )
        pd.testing.assert_frame_equal(one, other)


def test_many_cells_and_series_are_counted_alike():
    """Sorting and counting in one array are two ways to the same table."""
    rng = np.random.default_rng(2)
    size = 3000
    frame = pd.DataFrame(
        {
            "a": rng.integers(0, 30, size),
            "b": rng.integers(0, 20, size),
            "series": rng.integers(0, 900, size),
        }
    )
    sparse = describe.crosstab(frame, "a", "b", "file", "series", pct="cols")
    few = frame[frame["b"] == 3]
    dense = describe.freq(few, "a", "file", "series")
    mine = sparse[(sparse["b"] == 3) & (sparse["a"].isin(few["a"].unique()))]
    theirs = dense[dense["a"].isin(few["a"].unique())]
    columns = ["estimate", "lower", "upper", "n", "n_eff"]
    shares = {"share_of_all", "share_of_known"}
    np.testing.assert_allclose(
        mine[mine["measure"].isin(shares)][columns].to_numpy(float),
        theirs[theirs["measure"].isin(shares)][columns].to_numpy(float),
    )


def test_unknown_is_a_row_with_three_bases_and_bounds():
    frame = pd.DataFrame({"sex": ["girl"] * 6 + ["boy"] * 2 + [None] * 2})
    table = describe.freq(frame, "sex", "child_appearance").set_index(
        ["sex", "measure"]
    )

    assert table.loc[("unknown", "count"), "estimate"] == 2
    assert table.loc[("unknown", "share_of_all"), "estimate"] == pytest.approx(0.2)
    assert table.loc[("unknown", "share_of_known"), "flag"] == "z"
    assert table.loc[("girl", "share_of_all"), "estimate"] == pytest.approx(0.6)
    assert table.loc[("girl", "share_of_known"), "estimate"] == pytest.approx(0.75)
    bounds = table.loc[("girl", "share_bounds"), ["lower", "upper"]].tolist()
    assert bounds == pytest.approx([0.6, 0.8])
    assert "no interval" in table.loc[("girl", "share_of_all"), "note"]
    assert table["lower"].xs("share_of_all", level="measure").isna().all()


def test_unknown_is_a_row_even_where_nothing_is():
    assert (
        describe.wide(describe.freq(pd.DataFrame({"x": ["a"]}), "x", "url")).loc[
            "unknown", "count"
        ]
        == 0
    )
    with pytest.raises(BadInput, match="always a row"):
        describe.freq(pd.DataFrame({"x": ["a"]}), "x", "url", unknown="drop")


def test_bounds_of_two_sides_hold_whatever_the_unknown_ones_are():
    frame = _drawn(300)
    table = describe.crosstab(frame, "band", "code", "file")
    bounds = table[table["measure"] == "share_bounds"].set_index(["band", "code"])
    rng = np.random.default_rng(1)
    for _ in range(50):
        truth = frame.copy()
        lost = truth["band"].isna() | (truth["band"] == "unknown")
        known = ["0-2", "3-6", "7-10", "11-13"]
        truth.loc[lost, "band"] = rng.choice(known, int(lost.sum()))
        shares = truth.groupby(["band", "code"], observed=True).size() / len(truth)
        for cell, share in shares.items():
            assert bounds.loc[cell, "lower"] <= share <= bounds.loc[cell, "upper"]


def test_text_is_sorted_and_ages_by_age():
    bands = ["11-13", "unknown", "0-2", "7-10", None]
    found = describe.wide(describe.freq(pd.DataFrame({"b": bands}), "b", "file"))
    words = pd.DataFrame({"w": ["unknown", "b", "a", "zebra"]})

    assert found["count"].to_dict() == {"0-2": 1, "7-10": 1, "11-13": 1, "unknown": 2}
    assert list(found.index) == ["0-2", "7-10", "11-13", "unknown"]
    told = describe.wide(describe.freq(words, "w", "file"))
    assert list(told.index) == ["a", "b", "zebra", "unknown"]


def test_an_interval_says_what_it_describes():
    frame = _drawn()
    told = describe.freq(
        frame, "code", "content", "series", describes="process", level=0.9
    )
    share = told[told["measure"] == "share_of_all"]

    assert share["note"].str.contains("period to period").all()
    assert set(share["level"]) == {0.9}
    with pytest.raises(BadInput, match="cannot describe"):
        describe.freq(frame, "code", "content", "series", describes="truth")
    with pytest.raises(BadInput, match="needs the series"):
        describe.freq(frame, "code", "content", interval="jackknife")


def test_ages_add_up_from_the_youngest():
    frame = _drawn()
    told = frame.assign(band=frame["band"].fillna("unknown"))
    table = describe.cumulative_age(told, "band", "child_appearance", "series")
    rows = table.set_index(["band", "measure"])
    known = told["band"] != "unknown"
    young = told["band"].isin(["0-2", "3-6"])
    y = (young & known).groupby(told["series"]).sum()
    n = known.groupby(told["series"]).sum()
    expected = intervals.cluster_counts(y, n)
    found = rows.loc[("6 or under", "share_of_known")]

    assert [found["lower"], found["upper"]] == pytest.approx(list(expected))
    assert rows.loc[("6 or under", "count"), "estimate"] == young.sum()
    assert rows.loc[("13 or under", "share_of_known"), "estimate"] == 1
    assert rows.loc[("unknown", "count"), "estimate"] == (~known).sum()
    upper = rows.loc[("6 or under", "share_bounds"), "upper"]
    assert upper == pytest.approx((young.sum() + (~known).sum()) / len(told))


@pytest.mark.parametrize("bands", [["0-6", "3-9"], ["young"], ["7+"]])
def test_what_are_no_bands_is_refused(bands):
    with pytest.raises(BadInput):
        describe.cumulative_age(pd.DataFrame({"b": bands}), "b", "file")


TAGS = pd.DataFrame(
    [
        ("m1", "indoor", "present", "s1"),
        ("m1", "text", "present", "s1"),
        ("m2", "indoor", "absent", "s1"),
        ("m2", "text", "unknown", "s1"),
        ("m3", "indoor", True, "s2"),
    ],
    columns=["medium", "tag", "value", "series"],
)


def _tags(**told):
    table = describe.multi_response(TAGS, unit="content", **told)
    chosen = table[table["measure"] == "count"]
    return {(r.tag, r.answer): r.estimate for r in chosen.itertuples()}


def test_a_tag_that_was_not_asked_is_no_no():
    assert _tags() == {
        ("indoor", "present"): 2,
        ("indoor", "absent"): 1,
        ("indoor", "unknown"): 0,
        ("text", "present"): 1,
        ("text", "absent"): 0,
        ("text", "unknown"): 2,
    }


def test_a_completed_sheet_says_no_and_other_items_are_counted():
    assert _tags(completed=["m3"])[("text", "absent")] == 1
    everything = _tags(completed=True, items=["m1", "m2", "m3", "m4"])
    assert everything[("text", "absent")] == 2
    assert everything[("indoor", "absent")] == 2
    assert everything[("text", "unknown")] == 1  # said to be unknown


def test_tags_by_items_and_by_responses():
    items = describe.multi_response(TAGS, unit="content").set_index(
        ["tag", "answer", "measure"]
    )["estimate"]
    responses = describe.multi_response(TAGS, unit="content", base="responses")
    share = responses[responses["measure"] == "share_of_responses"]

    assert items["indoor", "present", "share_of_all"] == pytest.approx(2 / 3)
    assert items["text", "present", "share_of_known"] == 1
    assert share["estimate"].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert set(share["n"]) == {3}
    unknown = responses[responses["answer"] == "unknown"]
    assert unknown["estimate"].tolist() == [0, 2]


def test_tags_by_series_have_the_interval_of_their_items():
    rng = np.random.default_rng(4)
    items = pd.DataFrame({"medium": range(300), "series": rng.integers(0, 30, 300)})
    items["value"] = rng.random(300) < 0.3
    frame = items.assign(tag="indoor")
    table = describe.multi_response(frame, unit="content", cluster="series")
    row = table[(table["answer"] == "present") & (table["measure"] == "share_of_all")]
    expected = intervals.cluster_proportion(items, "value", "series", unit="content")

    for name in ("estimate", "lower", "upper", "n_eff"):
        assert row[name].item() == pytest.approx(expected[name].item())


@pytest.mark.parametrize(
    "broken",
    [
        TAGS.assign(value="perhaps"),
        TAGS.assign(medium="m1"),
        TAGS.assign(tag=None),
        TAGS.drop(columns="value"),
    ],
)
def test_tags_that_cannot_be_counted_are_refused(broken):
    with pytest.raises(BadInput):
        describe.multi_response(broken, unit="content")


def test_an_empty_frame_has_its_rows():
    empty = pd.DataFrame(
        {"band": pd.Categorical([], ["0-2", "unknown"]), "s": pd.Series([], dtype=int)}
    )
    table = describe.freq(empty, "band", "file", "s")

    assert describe.wide(table)["count"].tolist() == [0, 0]
    assert table["lower"].isna().all()

"""Associations beside published values, R 4.2.2 and statsmodels."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from iwflab.errors import BadInput
from iwflab.statistics import association
from iwflab.statistics.association.models import BASELINE

# Agresti (2002), Table 2.8: income by job satisfaction of 96 men.
JOBS = [[1, 3, 10, 6], [2, 3, 10, 7], [1, 6, 14, 12], [0, 1, 9, 11]]
# R's datasets::UCBAdmissions, six departments: [[admitted, rejected] by sex].
BERKELEY = [
    [[512, 89], [313, 19]],
    [[353, 17], [207, 8]],
    [[120, 202], [205, 391]],
    [[138, 131], [279, 244]],
    [[53, 94], [138, 299]],
    [[22, 24], [351, 317]],
]
CASES = json.loads(Path(__file__).with_name("cases.json").read_text())
LITTERS = next(c for c in CASES if c["id"] == "rao_scott_rats")["input"]


def test_gamma_of_the_job_satisfaction_table():
    """Agresti (2002), 2.4.5 and 3.4.3: C=1331, D=849, gamma .221, ASE .117."""
    found = association.gamma(JOBS)

    assert (found.concordant, found.discordant) == (1331, 849)
    assert found.gamma == pytest.approx(0.221, abs=5e-4)
    assert found.se == pytest.approx(0.117, abs=5e-4)
    assert tuple(found.interval()) == pytest.approx((-0.0085, 0.4507), abs=1e-4)


def test_gamma_counts_pairs():
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 3, 60), rng.integers(0, 4, 60)
    signs = np.sign(a[:, None] - a) * np.sign(b[:, None] - b)
    found = association.gamma(pd.crosstab(a, b))
    same, other = (signs > 0).sum() / 2, (signs < 0).sum() / 2

    assert (found.concordant, found.discordant) == (same, other)
    assert association.gamma([[5, 0], [0, 5]]).gamma == 1
    with pytest.raises(BadInput):
        association.gamma([[5, 3], [0, 0]])


def test_linear_by_linear_is_that_of_coin():
    """coin 1.4.2: js <- margin.table(jobsatisfaction, c(1, 2)); statistic(lbl_test(
    as.table(js)))^2 gives 7.630503761; with scores Income=c(3,10,20,35),
    Job.Satisfaction=c(1,3,4,5) 7.044859022, p .007949308127."""
    table = [[2, 4, 13, 3], [2, 6, 22, 4], [0, 1, 15, 8], [0, 3, 13, 8]]
    found = association.linear_by_linear(table)
    scored = association.linear_by_linear(table, [3, 10, 20, 35], [1, 3, 4, 5])

    assert found.statistic == pytest.approx(7.630503761, abs=1e-8)
    assert found.p == pytest.approx(0.005738927101, abs=1e-10)
    assert scored.statistic == pytest.approx(7.044859022, abs=1e-8)
    assert scored.p == pytest.approx(0.007949308127, abs=1e-10)


def test_linear_by_linear_of_agresti():
    """Agresti (2002), 3.4.1: M^2 = 2.98, p = .08 with scores 1 to 4."""
    found = association.linear_by_linear(JOBS)

    assert found.statistic == pytest.approx(2.98, abs=0.005)
    assert found.p == pytest.approx(0.084, abs=5e-4)


def test_trend_with_scores_is_that_of_r():
    # prop.trend.test(c(15,10,5), c(30,25,40), c(0,1,4)): 12.267836, .0004608324
    found = association.trend_test([15, 10, 5], [30, 25, 40], [0, 1, 4])

    assert found.statistic == pytest.approx(12.267836, abs=1e-6)
    assert found.p == pytest.approx(0.0004608324, abs=1e-10)
    with pytest.raises(BadInput):
        association.trend_test([1, 2], [3, 4], [1, 1])


def test_residuals_of_the_arthritis_trial_are_those_of_r():
    # chisq.test(xtabs(~Treatment+Improved, vcd::Arthritis))$stdres
    found = association.cramers_v([[29, 7, 7], [13, 7, 21]])

    assert found.residuals[0] == pytest.approx(
        [3.27419654535, -0.09761768063, -3.39563631756], abs=1e-9
    )


def test_an_empty_category_takes_no_part():
    full = association.cramers_v([[29, 7, 7], [13, 7, 21]])
    empty = association.cramers_v([[29, 7, 0, 7], [13, 7, 0, 21], [0, 0, 0, 0]])

    assert (empty.chi2, empty.df, empty.v) == pytest.approx((full.chi2, 2, full.v))
    assert np.isnan(empty.residuals[:, 2]).all()
    assert "rough" in association.cramers_v([[1, 2], [2, 1]]).note


def test_mantel_haenszel_of_berkeley_is_that_of_r():
    """mantelhaen.test(UCBAdmissions): 1.426946229, p .2322634628, odds ratio
    0.9046968283 (0.7719073618, 1.0603297644); correct=FALSE 1.52460666."""
    found = association.mantel_haenszel(BERKELEY)
    plain = association.mantel_haenszel(BERKELEY, correct=False)

    assert found.odds_ratio.estimate == pytest.approx(0.9046968283, abs=1e-9)
    assert tuple(found.odds_ratio) == pytest.approx(
        (0.7719073618, 1.0603297644), abs=1e-9
    )
    assert found.test.statistic == pytest.approx(1.426946229, abs=1e-8)
    assert found.test.p == pytest.approx(0.2322634628, abs=1e-9)
    assert plain.test.statistic == pytest.approx(1.52460666, abs=1e-8)


def test_the_departments_of_berkeley_disagree():
    """Breslow-Day 18.83 on 5 degrees of freedom, p .0021; statsmodels beside it."""
    found = association.mantel_haenszel(BERKELEY)
    theirs = StratifiedTable([np.array(t, float) for t in BERKELEY])

    assert found.breslow_day.statistic == pytest.approx(18.83, abs=0.005)
    assert found.breslow_day.p == pytest.approx(0.0021, abs=5e-5)
    for mine, adjust in ((found.breslow_day, False), (found.homogeneity, True)):
        other = theirs.test_equal_odds(adjust=adjust)
        assert mine.statistic == pytest.approx(other.statistic, abs=1e-6)
        assert mine.p == pytest.approx(other.pvalue, abs=1e-8)
    assert "disagree" in found.test.note
    assert found.odds_ratios[0] == pytest.approx(0.349, abs=5e-4)


def test_strata_that_agree_exactly_are_homogeneous():
    same = association.mantel_haenszel([[[10, 20], [30, 60]], [[5, 10], [15, 30]]])

    assert same.odds_ratio.estimate == pytest.approx(1)
    assert same.breslow_day.statistic == pytest.approx(0, abs=1e-12)
    assert same.odds_ratio.note == ""
    empty = association.mantel_haenszel(
        [[[10, 20], [30, 60]], [[5, 10], [15, 30]], [[4, 3], [0, 0]]]
    )
    assert empty.odds_ratio.n == same.odds_ratio.n


def _farmers():
    """R MRCV's farmer2: three storage methods, four sources; 279 farmers."""
    sheet = [
        ([int(c) for c in w], [int(c) for c in y])
        for cell in _FARMER2.split()
        for w, y, number in [cell.split(":")]
        for _ in range(int(number))
    ]
    return [w for w, _ in sheet], [y for _, y in sheet]


def test_two_sets_of_tags_are_those_of_r():
    """MRCV 0.4-0: MI.test(farmer2, I=3, J=4, type="bon"): sum 64.03, p .0019, and
    with add.constant=FALSE 64.83."""
    storage, source = _farmers()
    found = association.mrcv_test(storage, source, draws=500, seed=1)

    assert found.total == pytest.approx(64.03, abs=0.005)
    assert found.p_bonferroni == pytest.approx(0.0019, abs=5e-5)
    assert np.round(found.statistics, 2).tolist() == [
        [4.93, 2.93, 14.29, 0.01],
        [6.56, 2.11, 11.68, 0.13],
        [13.98, 0.0, 7.08, 0.32],
    ]
    assert found.adjusted[0, 2] == pytest.approx(0.0019, abs=5e-5)
    assert found.p_bootstrap < 0.01  # rs2 of R: p < 0.0001
    without = association.mrcv_test(storage, source, add=0)
    assert without.total == pytest.approx(64.83, abs=0.005)


def test_series_take_the_strength_out_of_repeated_tags():
    """Copies of each item within its series change nothing but the plain p-values."""
    rng = np.random.default_rng(3)
    group, tags = rng.integers(0, 2, 80), rng.integers(0, 2, (80, 3))
    once = association.mrcv_test(group, tags, draws=400, seed=5)
    often = association.mrcv_test(
        np.repeat(group, 6),
        np.repeat(tags, 6, axis=0),
        clusters=np.repeat(np.arange(80), 6),
        draws=400,
        seed=5,
    )

    assert often.p_bootstrap == once.p_bootstrap
    assert often.clusters == once.clusters == 80
    assert often.total == pytest.approx(6 * once.total)
    assert often.p_bonferroni < once.p_bonferroni


def test_the_bootstrap_of_tags_keeps_its_level():
    """One tag, two groups, nothing there: p is that of the chi-square, about."""
    rng = np.random.default_rng(6)
    for _ in range(5):
        group, tags = rng.integers(0, 2, 400), rng.integers(0, 2, (400, 1))
        found = association.mrcv_test(group, tags, draws=3000, seed=1)
        assert found.p_bootstrap == pytest.approx(found.p_bonferroni, abs=0.05)
    with pytest.raises(BadInput, match="seed"):
        association.mrcv_test(group, tags, draws=10)


def _litters():
    rows = [
        (f"{name} {litter}", place < y, float(name == "treat"))
        for name, group in LITTERS.items()
        for litter, (y, n) in enumerate(zip(group["y"], group["n"], strict=True))
        for place in range(n)
    ]
    return pd.DataFrame(rows, columns=["litter", "alive", "treated"])


def test_gee_of_the_litters_is_that_of_geepack():
    """geepack 1.3.9, geeglm(y ~ treat, id, family=binomial): independence 2.1832383354
    (0.2834671065), -0.9612470255 (0.4751192886); treated alone exchangeable
    1.105672626 (0.3751034926), independence .7724 [.616, .878]."""
    frame = _litters()
    model = association.gee(frame, "alive", ["treated"], "litter", "file")
    rows = model.table.set_index(["term", "measure"])
    assert rows.loc[(BASELINE, "log_odds"), "estimate"] == pytest.approx(
        2.1832383354, abs=1e-7
    )
    effect = rows.loc[("treated", "log_odds_ratio")]
    assert effect["estimate"] == pytest.approx(-0.9612470255, abs=1e-7)
    half = (effect["upper"] - effect["lower"]) / 2
    assert half / 1.959963985 == pytest.approx(0.4751192886, abs=1e-7)
    # Wald 4.09321629, p .04305564
    assert model.tests["treated"].statistic == pytest.approx(4.09321629, abs=1e-5)
    assert model.tests["treated"].p == pytest.approx(0.04305564, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "dependence", "share", "limits"),
    [
        ("ctrl", "independence", 0.8987, (0.836, 0.939)),
        ("treat", "independence", 0.7724, (0.616, 0.878)),
        ("ctrl", "exchangeable", 0.8981, None),
        ("treat", "exchangeable", 0.7514, None),
    ],
)
def test_gee_of_one_group_is_its_share(name, dependence, share, limits):
    frame = _litters()
    group = frame[frame["treated"] == float(name == "treat")]
    model = association.gee(group, "alive", [], "litter", "file", dependence=dependence)
    row = model.table[model.table["measure"] == "share"].iloc[0]

    assert row["estimate"] == pytest.approx(share, abs=5e-5)
    assert row["flag"] == "u"
    assert row["clusters"] == 16
    if limits:
        assert (row["lower"], row["upper"]) == pytest.approx(limits, abs=5e-4)
    else:
        rho = {"ctrl": 0.017, "treat": 0.327}[name]
        assert model.correlation == pytest.approx(rho, abs=5e-4)


def _housing():
    """R's MASS::housing, 1,681 people: Sat (fastest), Infl, Type, Cont."""
    levels = {
        "Cont": ["Low", "High"],
        "Type": ["Tower", "Apartment", "Atrium", "Terrace"],
        "Infl": ["Low", "Medium", "High"],
        "Sat": ["Low", "Medium", "High"],
    }
    index = pd.MultiIndex.from_product(levels.values(), names=list(levels))
    frame = index.to_frame(index=False).assign(Freq=_HOUSING)
    for name, labels in levels.items():
        frame[name] = pd.Categorical(frame[name], labels, ordered=name == "Sat")
    return frame


def test_the_ordinal_logit_of_housing_is_that_of_polr():
    """MASS 7.3-58.2: polr(Sat ~ Infl + Type + Cont, weights=Freq, data=housing)."""
    model = association.ordinal_logit(
        _housing(), "Sat", ["Infl", "Type", "Cont"], "victim", counts="Freq"
    )
    rows = model.table.set_index(["term", "measure"])
    expected = {
        "Infl_Medium": (0.5663937389, 0.10465278622),
        "Infl_High": (1.2888190638, 0.12715614898),
        "Type_Apartment": (-0.5723501464, 0.11923801418),
        "Type_Atrium": (-0.3661865662, 0.15517333884),
        "Type_Terrace": (-1.0910149077, 0.15148602563),
        "Cont_High": (0.3602841499, 0.09553579932),
    }
    cuts = {
        "Sat <= Low": (-0.4961353438, 0.12484724733),
        "Sat <= Medium": (0.6907082904, 0.12547194167),
    }
    for name, (value, se) in (expected | cuts).items():
        kind = "log_odds" if name in cuts else "log_odds_ratio"
        row = rows.loc[(name, kind)]
        assert row["estimate"] == pytest.approx(value, abs=2e-5)
        half = (row["upper"] - row["lower"]) / 2
        assert half / 1.959963985 == pytest.approx(se, abs=1e-4)
    assert model.loglik == pytest.approx(-1739.57465, abs=1e-5)
    assert set(model.table["n"]) == {1681}


def test_the_ordinal_logit_by_series_has_the_sandwich():
    """Two outcomes are a logistic model: R's glm with the sandwich by litter has
    -0.9612470125 (0.4751192869); times m/(m-1) (n-1)/(n-k), 32 litters of 303."""
    frame = _litters()
    graded = pd.Categorical(
        frame["alive"].map({True: "yes", False: "no"}), ["no", "yes"], ordered=True
    )
    model = association.ordinal_logit(
        frame.assign(graded=graded), "graded", ["treated"], "file", cluster="litter"
    )
    row = model.table.set_index(["term", "measure"]).loc[("treated", "log_odds_ratio")]
    half = (row["upper"] - row["lower"]) / 2
    few = np.sqrt(32 / 31 * 302 / 301)

    assert row["estimate"] == pytest.approx(-0.9612470125, abs=1e-6)
    assert half / 1.959963985 == pytest.approx(0.4751192869 * few, abs=1e-6)
    assert row["clusters"] == 32


@pytest.mark.parametrize(
    "call",
    [
        lambda f: association.gee(f.head(20), "alive", [], "litter", "file"),
        lambda f: association.gee(
            f.assign(same=f["alive"].astype(float)), "alive", ["same"], "litter", "file"
        ),
        lambda f: association.gee(f, "alive", ["weight"], "litter", "file"),
        lambda f: association.ordinal_logit(f, "alive", ["treated"], "file"),
        lambda f: association.gee(
            f.assign(litter=None), "alive", ["treated"], "litter", "file"
        ),
        lambda f: association.gee(
            f, "alive", ["treated"], "litter", "file", dependence="some"
        ),
    ],
)
def test_a_model_that_cannot_be_is_refused(call):
    with pytest.raises(BadInput) as refused:
        call(_litters())

    assert refused.value.advice


def test_a_missing_value_is_not_dropped():
    frame = _litters()
    frame.loc[3, "treated"] = None
    with pytest.raises(BadInput, match="missing"):
        association.gee(frame, "alive", ["treated"], "litter", "file")


def test_q_values_are_those_of_r():
    # p.adjust(c(.0001, .0004, .0019, .0095, .0201), "BH")
    q = association.benjamini_hochberg([0.0001, 0.0004, 0.0019, 0.0095, np.nan, 0.0201])

    assert q[:4] == pytest.approx([0.0005, 0.001, 0.0031666667, 0.011875])
    assert np.isnan(q[4])


def test_a_pair_in_one_series_is_no_pattern():
    rows = [(i, tag, "one") for i in range(40) for tag in ("a", "b")]
    rows += [(100 + i, "a", f"s{i % 9}") for i in range(30)]
    rows += [(200 + i, "c", f"s{i % 9}") for i in range(30)]
    rows += [(200 + i, "d", f"s{i % 9}") for i in range(25)]
    frame = pd.DataFrame(rows, columns=["medium", "tag", "series"])
    found = association.cooccurrence(frame, unit="content", items=200)
    found = found.set_index(["tag", "other_tag", "measure"])

    assert found.loc[("a", "b", "count"), "estimate"] == 40
    assert found.loc[("a", "b", "count"), "clusters"] == 1
    assert np.isnan(found.loc[("a", "b", "p"), "estimate"])
    assert found.loc[("a", "b", "q"), "flag"] == "x"
    assert "too few series" in found.loc[("a", "b", "count"), "note"]
    assert found.loc[("c", "d", "count"), "clusters"] == 9
    assert "more often" in found.loc[("c", "d", "q"), "note"]
    assert found.loc[("a", "c", "support"), "estimate"] == 0


def test_a_pair_has_the_sizes_of_its_table():
    """R: fisher.test(matrix(c(150, 50, 650, 150), 2))$p.value 0.05996715209; its
    chi-square without correction is 3.90625 = n phi^2."""
    rows = [(i, "tea", i % 7) for i in range(200)]
    rows += [(i, "coffee", i % 7) for i in range(50, 850)]
    frame = pd.DataFrame(rows, columns=["medium", "tag", "series"])
    found = association.cooccurrence(frame, unit="content", items=1000)
    told = found.set_index("measure")["estimate"]

    assert told["p"] == pytest.approx(0.05996715209, abs=1e-9)
    assert 1000 * told["phi"] ** 2 == pytest.approx(3.90625)
    assert told["phi"] < 0
    assert told["odds_ratio"] == pytest.approx(150.5 * 150.5 / (50.5 * 650.5))
    assert told["support"] == 0.15


def test_groups_without_variation_are_refused():
    with pytest.raises(BadInput, match="no variation"):
        association.rao_scott_test({"a": ([2, 2], [2, 2]), "b": ([1, 2], [2, 2])})
    with pytest.raises(BadInput, match="one group"):
        association.rao_scott_test({"a": ([1, 2], [2, 2])})


_FARMER2 = """
000:0000:1 000:0001:9 000:0010:69 000:0100:41 000:0110:3 000:1000:85
000:1001:1 000:1010:8 000:1100:16 000:1101:1 000:1110:3 001:1000:1
011:1000:1 100:0001:1 100:0010:1 100:0100:3 100:1000:4 100:1100:1 101:1000:1
110:0001:1 110:0100:5 110:1000:4 110:1100:1 111:0100:2 111:1000:12
111:1100:3 111:1110:1
"""
_HOUSING = [
    int(number)
    for number in [
        "21",
        "21",
        "28",
        "34",
        "22",
        "36",
        "10",
        "11",
        "36",
        "61",
        "23",
        "17",
        "43",
        "35",
        "40",
        "26",
        "18",
        "54",
        "13",
        "9",
        "10",
        "8",
        "8",
        "12",
        "6",
        "7",
        "9",
        "18",
        "6",
        "7",
        "15",
        "13",
        "13",
        "7",
        "5",
        "11",
        "14",
        "19",
        "37",
        "17",
        "23",
        "40",
        "3",
        "5",
        "23",
        "78",
        "46",
        "43",
        "48",
        "45",
        "86",
        "15",
        "25",
        "62",
        "20",
        "23",
        "20",
        "10",
        "22",
        "24",
        "7",
        "10",
        "21",
        "57",
        "23",
        "13",
        "31",
        "21",
        "13",
        "5",
        "6",
        "13",
    ]
]

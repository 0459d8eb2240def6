"""Every published case of these methods, to its tolerance (cases.json)."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from iwflab.errors import NotFound
from iwflab.statistics import association, describe, intervals, published

CASES = {
    c["id"]: c for c in json.loads(Path(__file__).with_name("cases.json").read_text())
}
BY_NAME = {
    "wilson": intervals.wilson,
    "clopper_pearson": intervals.clopper_pearson,
    "newcombe_diff": intervals.newcombe_diff,
    "poisson_exact": intervals.poisson_exact,
}
DIRECT = [c for c in CASES.values() if c["method"] in BY_NAME]


@pytest.mark.parametrize("case", DIRECT, ids=lambda c: c["id"])
def test_an_interval_has_its_published_limits(case):
    found = BY_NAME[case["method"]](**case["input"])

    assert tuple(found) == pytest.approx(case["expected"], abs=case["tol"])


def test_no_case_is_left_out():
    done = {c["id"] for c in DIRECT} | {
        *("trend_fleiss", "cramer_arthritis", "rao_scott_rats", "mrcv_farmer1"),
        *("discovery_1000", "zero_errors", "bh1995", "tea_coffee", "iwf2019_7_10"),
    }

    assert done == set(CASES)


def test_trend_of_fleiss():
    case = CASES["trend_fleiss"]
    found = association.trend_test(**case["input"])

    assert [found.statistic, found.p] == pytest.approx(case["expected"], abs=1e-5)


def test_cramer_of_the_arthritis_trial():
    case = CASES["cramer_arthritis"]
    found = association.cramers_v(case["input"]["table"])

    for name, value in case["expected"].items():
        assert getattr(found, name) == pytest.approx(value, abs=case["tol"])


def test_litters_with_the_linearised_variance():
    case = CASES["rao_scott_rats"]
    expected, litters = case["expected"], case["input"]
    for name, group in litters.items():
        found = intervals.cluster_counts(group["y"], group["n"], method="linearised")
        assert found.estimate == pytest.approx(expected[name]["p"], abs=1e-4)
        assert found.deff == pytest.approx(expected[name]["deff"], abs=1e-4)
    test = association.rao_scott_test({k: (g["y"], g["n"]) for k, g in litters.items()})

    assert test.test.statistic == pytest.approx(expected["x2"], abs=1e-4)
    assert test.test.p == pytest.approx(expected["p"], abs=1e-4)
    assert test.naive.statistic == pytest.approx(expected["naive_x2"], abs=1e-4)


def test_litters_with_the_jackknife_are_another_estimator():
    litters = CASES["rao_scott_rats"]["input"]
    found = {
        k: intervals.cluster_counts(g["y"], g["n"]).deff for k, g in litters.items()
    }

    assert found == {
        "ctrl": pytest.approx(1.2346, abs=1e-4),
        "treat": pytest.approx(3.9555, abs=1e-4),
    }


def test_litters_row_by_row_give_what_their_counts_give():
    group = CASES["rao_scott_rats"]["input"]["treat"]
    rows = [
        (litter, place < y)
        for litter, (y, n) in enumerate(zip(group["y"], group["n"], strict=True))
        for place in range(n)
    ]
    frame = pd.DataFrame(rows, columns=["litter", "alive"])
    found = intervals.cluster_proportion(
        frame, "alive", "litter", unit="file", method="linearised"
    )
    counted = intervals.cluster_counts(group["y"], group["n"], method="linearised")

    assert found.loc[0, ["lower", "upper"]].tolist() == pytest.approx(list(counted))
    assert found.loc[0, "n"] == 145
    assert found.loc[0, "n_eff"] == pytest.approx(145 / 3.952861, abs=1e-4)


def test_farmers_of_loughin_and_scherer():
    case = CASES["mrcv_farmer1"]
    yes = list(case["input"]["yes_by_group"].values())
    found = association.mrcv_counts(yes, case["input"]["groups_n"])

    assert found.statistics == pytest.approx(case["expected"]["x2"], abs=1e-3)
    assert found.total == pytest.approx(case["expected"]["sum"], abs=1e-3)
    assert found.p_bonferroni == pytest.approx(case["expected"]["bonferroni"], abs=1e-3)


def test_farmers_one_by_one_give_what_their_counts_give():
    case = CASES["mrcv_farmer1"]["input"]
    group, tags = _farmers(case)
    found = association.mrcv_test(group, tags)

    assert found.total == pytest.approx(30.836, abs=1e-3)
    assert found.df == 4


def test_farmers_bootstrap_is_that_of_r():
    """R MRCV 0.4-0: MI.test(farmer1, I=1, J=5, type="boot", B=1999) after set.seed(1)
    gives p.boot = 0.06; rs2 gives 0.0632.  The items of one farmer matter here, so
    the rows stand as R has them: by group and pattern, with their numbers."""
    rows = [(int(p[0]), [int(d) for d in p[2:7]], int(k)) for p, k in _FARMER1]
    group = [g for g, _, k in rows for _ in range(k)]
    tags = [y for _, y, k in rows for _ in range(k)]
    found = association.mrcv_test(group, tags, draws=4000, seed=7)

    assert found.total == pytest.approx(30.836, abs=1e-3)
    assert found.p_bootstrap == pytest.approx(0.06, abs=0.015)


def _farmers(case):
    group, tags = [], []
    for place, size in enumerate(case["groups_n"]):
        sheet = np.zeros((size, 5), int)
        for column, yes in enumerate(case["yes_by_group"].values()):
            sheet[: yes[place], column] = 1
        group += [place] * size
        tags += sheet.tolist()
    return group, tags


def test_discovery_sampling_of_cannon_and_roe():
    case = CASES["discovery_1000"]["input"]
    n, wrong = CASES["discovery_1000"]["expected"], case["d"]
    enough = intervals.hypergeometric_upper(0, n, case["N"], case["conf"])
    too_few = intervals.hypergeometric_upper(0, n - 1, case["N"], case["conf"])

    assert enough < wrong <= too_few


def test_zero_errors_bound_the_rate():
    case = CASES["zero_errors"]
    for p, n in zip(case["input"]["p"], case["expected"], strict=True):
        found = intervals.clopper_pearson([0, 0], [n, n - 1], side="upper").upper
        assert found[0] <= p < found[1]


def test_false_discoveries_of_benjamini_and_hochberg():
    case = CASES["bh1995"]
    q = association.benjamini_hochberg(case["input"]["p"])

    assert (q <= case["input"]["q"]).sum() == case["expected"]


def test_tea_and_coffee():
    case = CASES["tea_coffee"]["input"]
    tea, both = case["a"], case["ab"]
    rows = [(i, "tea", i % 7) for i in range(tea)]
    rows += [(i, "coffee", i % 7) for i in range(tea - both, tea - both + case["b"])]
    frame = pd.DataFrame(rows, columns=["medium", "tag", "series"])
    found = association.cooccurrence(frame, unit="content", items=case["n"])
    lift = found.loc[found["measure"] == "lift", "estimate"].item()

    assert lift == pytest.approx(CASES["tea_coffee"]["expected"]["lift"], abs=1e-9)
    assert both / tea == CASES["tea_coffee"]["expected"]["confidence"]


def test_the_table_of_2019_prints_as_published():
    case = CASES["iwf2019_7_10"]
    given, expected = case["input"], case["expected"]
    sides = {"rows": given["cols"], "severity": ["A", "B", "C"]}
    for side, printed in (("rows", "pct_rows"), ("severity", "sev")):
        frame = pd.DataFrame(
            [
                (group, label, count)
                for group, counts in given[side].items()
                for label, count in zip(sides[side], counts, strict=True)
            ],
            columns=["group", "label", "n"],
        )
        table = describe.crosstab(
            frame, "group", "label", "url", pct="rows", counts="n", margins=True
        )
        counted = describe.wide(table)
        share = describe.wide(table, "share_of_all") * 100
        totals = counted["all"][list(given[side])]
        assert totals.tolist() == expected["totals"]
        for group, percents in expected[printed].items():
            found = share.loc[group, sides[side]].to_numpy()
            assert found == pytest.approx(percents, abs=case["tol"])
        parts = 100 * totals / totals.sum()
        assert parts.to_numpy() == pytest.approx(expected["share"], abs=case["tol"])


# R MRCV's farmer1 (Loughin and Scherer 1998): education, Y1 to Y5, number of farmers.
_FARMER1 = [
    cell.split(":")
    for cell in (
        "1 00001:8,1 00010:17,1 00011:4,1 00100:5,1 00101:1,1 00110:3,"
        "1 00111:3,1 01000:9,1 01001:7,1 01010:1,1 01011:2,1 01110:1,"
        "1 01111:8,1 10000:9,1 11000:2,1 11110:1,1 11111:7,2 00001:1,"
        "2 00010:3,2 00011:1,2 00100:4,2 01000:3,2 01111:2,2 10110:1,"
        "2 11110:1,3 00001:6,3 00010:6,3 00011:2,3 00100:2,3 00110:1,"
        "3 01000:4,3 01001:1,3 01011:2,3 01110:3,3 01111:3,3 10100:1,"
        "4 00001:16,4 00010:30,4 00011:2,4 00100:17,4 00101:1,"
        "4 00110:6,4 01000:11,4 01001:2,4 01010:1,4 01100:1,4 01110:3,"
        "4 01111:4,4 10000:11,4 10110:1,4 11100:1,4 11110:2,4 11111:4,"
        "5 00001:1,5 00010:1,5 00011:1,5 00100:2,5 00101:1,5 00110:1,"
        "5 00111:1,5 01000:1,5 01100:1,5 01101:1,5 10000:1,5 10010:1,"
        "5 11111:1,"
    )
    .strip(",")
    .split(",")
]


def test_published_tables_add_up_as_the_sources_do():
    table = published.table("iwf_2019_7_10")
    sums = table.groupby(["type", "dimension"], observed=True)["n"].sum()

    assert sums["contact"].tolist() == [40301] * 2
    assert sums["self-generated"].tolist() == [5443] * 2
    assert table["group"].cat.categories[:4].tolist() == [
        *("girls", "boys", "both", "unidentifiable")
    ]


def test_every_published_table_names_its_source_and_its_unit():
    for name, title in published.names().items():
        told = published.table(name).attrs
        assert told["title"] == title
        assert "20" in told["source"]
        assert told["unit"] == "url"
    with pytest.raises(NotFound) as refused:
        published.table("none")
    assert "iwf_totals" in refused.value.advice

"""The contract of every result, and what every table refuses."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from iwflab.domain.counting import COUNT_UNITS
from iwflab.errors import BadInput
from iwflab.statistics import association, describe, intervals
from iwflab.statistics.results import COLUMNS, FLAGS, joined, result, validated

FRAME = pd.DataFrame(
    {
        "medium": range(60),
        "series": [place // 5 for place in range(60)],
        "band": pd.Categorical(
            (["0-2", "3-6", "11-13", None, "unknown"] * 12),
            ["0-2", "3-6", "7-10", "11-13", "unknown"],
            ordered=True,
        ),
        "sex": ["girl", "boy", "girl", "girl"] * 15,
        "tag": ["indoor", "outdoor"] * 30,
        "value": (["present"] * 4 + ["absent"]) * 12,
        "yes": [True, False, False] * 20,
    }
)
GRADED = FRAME.assign(
    grade=pd.Categorical(list("ABCABB") * 10, list("CBA"), ordered=True)
)
TABLES = {
    "freq": lambda f, **k: describe.freq(f, "band", **k),
    "freq of two": lambda f, **k: describe.freq(f, ["band", "sex"], **k),
    "freq by series": lambda f, **k: describe.freq(f, "band", cluster="series", **k),
    "crosstab": lambda f, **k: describe.crosstab(
        f, "band", "sex", cluster="series", margins=True, pct="cols", **k
    ),
    "cumulative": lambda f, **k: describe.cumulative_age(
        f, "band", cluster="series", **k
    ),
    "tags": lambda f, **k: describe.multi_response(f, cluster="series", **k),
    "responses": lambda f, **k: describe.multi_response(
        f, base="responses", cluster="series", **k
    ),
    "proportion": lambda f, **k: intervals.cluster_proportion(f, "yes", "series", **k),
    "pairs": lambda f, **k: association.cooccurrence(f, **k),
    "gee": lambda f, **k: association.gee(f, "yes", ["sex"], "series", **k).table,
    "ordinal": lambda f, **k: (
        association.ordinal_logit(f, "grade", ["sex"], cluster="series", **k).table
    ),
}


@pytest.mark.parametrize("name", list(TABLES))
def test_a_table_keeps_the_contract_and_leaves_its_input_alone(name):
    given = GRADED.copy(deep=True)
    table = TABLES[name](given, unit="file")

    assert validated(table) is table
    assert tuple(table.columns[-len(COLUMNS) :]) == COLUMNS
    assert set(table["unit"]) == {"file"}
    assert set(table["flag"]) <= set(FLAGS)
    assert (table["method"] != "").all()
    pd.testing.assert_frame_equal(given, GRADED)
    pd.testing.assert_frame_equal(TABLES[name](given, unit="file"), table)


@pytest.mark.parametrize("name", list(TABLES))
@pytest.mark.parametrize("unit", ["picture", "", None, "medium, series"])
def test_no_table_without_a_unit(name, unit):
    with pytest.raises(BadInput) as refused:
        TABLES[name](GRADED, unit=unit)

    assert "child_appearance" in refused.value.advice


@pytest.mark.parametrize("name", list(TABLES))
def test_the_unit_may_not_be_left_out(name):
    with pytest.raises(TypeError, match="unit"):
        TABLES[name](GRADED)


@pytest.mark.parametrize("name", list(TABLES))
def test_the_order_of_rows_does_not_matter(name):
    table = TABLES[name](GRADED, unit="file")
    mixed = TABLES[name](GRADED.sample(frac=1, random_state=3), unit="file")

    pd.testing.assert_frame_equal(table, mixed, rtol=1e-6)


@pytest.mark.parametrize("unit", list(COUNT_UNITS))
def test_every_unit_counts(unit):
    assert set(describe.freq(FRAME, "sex", unit)["unit"]) == {unit}


def test_ordered_categories_stay_in_order_and_empty_ones_stay():
    table = describe.freq(FRAME, "band", "file")

    assert table["band"].cat.ordered
    assert list(table["band"].cat.categories) == list(FRAME["band"].cat.categories)
    counts = describe.wide(table)["count"]
    assert counts.to_dict() == {
        "0-2": 12,
        "3-6": 12,
        "7-10": 0,
        "11-13": 12,
        "unknown": 24,
    }
    both = describe.wide(describe.crosstab(FRAME, "band", "sex", "file", margins=True))
    assert list(both.index) == [*FRAME["band"].cat.categories, "all"]
    assert list(both.columns) == ["boy", "girl", "unknown", "all"]


def _broken(**changes):
    table = result({"k": ["a", "b"]}, unit="file", measure="count", estimate=[1.0, 2.0])
    return table.assign(**changes)


@pytest.mark.parametrize(
    "broken",
    [
        _broken(unit="picture"),
        _broken(unit=["file", "url"]),
        _broken(flag="maybe"),
        _broken(level=95.0),
        _broken(lower=[1.5, 1.0], method="x"),
        _broken(upper=[1.5, 1.0], method="x"),
        _broken(lower=[0.5, 1.0]),
        _broken(k="a"),
        _broken(estimate=np.nan, lower=2.0, upper=1.0, method="x"),
        _broken().drop(columns="note"),
        _broken().assign(more=1),
    ],
)
def test_what_breaks_the_contract_is_refused(broken):
    with pytest.raises(BadInput, match=r"not a result|no count unit"):
        validated(broken)


def test_results_of_one_kind_stand_under_one_another():
    first = result({"k": ["a"]}, unit="file", measure="count", estimate=1)
    second = result({"k": ["b"]}, unit="file", measure="count", estimate=2)

    assert joined(first, second)["estimate"].tolist() == [1, 2]
    with pytest.raises(BadInput, match="two rows"):
        joined(first, first)


def test_an_interval_becomes_rows():
    found = intervals.wilson([81, 15], [263, 148])
    table = found.table(measure="share", unit="content", keys={"k": ["a", "b"]})

    assert table["lower"].tolist() == pytest.approx([0.25529, 0.06239], abs=1e-5)
    assert table["level"].tolist() == [0.95, 0.95]
    lower, upper = intervals.wilson(81, 263)
    assert isinstance(lower, float)
    assert lower < upper


def test_nothing_heavy_is_loaded_before_it_is_asked_for():
    script = (
        "import sys, iwflab.statistics\n"
        "from iwflab.statistics import STATISTICS, describe, intervals, association\n"
        "len(STATISTICS)\n"
        "heavy = {'numpy', 'pandas', 'scipy', 'statsmodels', 'altair'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "intervals.wilson(81, 263), intervals.cluster_counts([1, 2], [3, 4])\n"
        "print('statsmodels' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.split("\n")[:2] == ["[]", "False"]

"""Disclosure control: known small patterns, random tables under attack, refusals."""

import itertools
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from iwflab.errors import BadInput, NotAllowed, NotFound
from iwflab.statistics.disclosure import (
    ALL,
    Outcome,
    Output,
    Verdict,
    Why,
    approve,
    ask_exception,
    audit,
    counted,
    counts_of,
    dominance,
    load,
    primary,
    profile,
    profiles,
    profiles_from,
    protect,
    round_table,
)

from .disclosure_tables import LARGE, SHAPES, Printed, random_table, table_of

ONLY_SMALL = replace(profile("partner"), one_series_percent=0, width_percent=0)
# Statistics reference, section 15, item 9: age x category.
AGE_BY_GRADE = [[1, 1, 2], [42, 42, 86], [8, 12, 27], [2, 9, 18], [30, 42, 78]]


def _attacked(counts, done, threshold):
    """Count the primary cells that an attacker bounds tighter than their width."""
    printed = Printed(done.published, threshold=threshold)
    return [
        key
        for key in done.primary
        if printed.recovers(printed.sum(key), done.widths[key])
    ]


def _unharmed(counts, published):
    assert published.cells[counts.total].value == counts.cells[counts.total]
    assert all(
        cell.value in (None, counts.cells[key]) for key, cell in published.cells.items()
    )


def _run(seeds, shapes=SHAPES):
    recovered, refused, withheld = [], [], []
    for seed in seeds:
        counts = random_table(seed, shapes=shapes)
        assert len(counts.cells) <= 100
        done = protect(counts, ONLY_SMALL)
        if done.published is None:
            assert done.verdict.outcome is Outcome.FAIL
            refused.append((seed, done.verdict.reason))
            continue
        _unharmed(counts, done.published)
        recovered += [(seed, key) for key in _attacked(counts, done, 5)]
        withheld.append(len(done.published.withheld) / len(counts.cells))
    return recovered, refused, float(np.median(withheld))


def test_no_small_cell_is_recovered_from_random_tables():
    recovered, refused, share = _run(range(60))

    assert recovered == []
    assert len(refused) <= 6, refused
    assert 0.1 < share < 0.6
    print(f"60 tables, {len(refused)} refused, median share withheld {share:.3f}")


@pytest.mark.soak
def test_no_small_cell_is_recovered_from_500_random_tables():
    recovered, refused, share = _run(range(1000, 1500), [*SHAPES, *LARGE])

    assert recovered == []
    assert len(refused) <= 50, refused
    print(f"500 tables, {len(refused)} refused, median share withheld {share:.3f}")


def test_the_random_tables_have_two_and_three_axes_and_up_to_100_cells():
    for shapes in (SHAPES, LARGE):
        assert {len(shape) for shape in shapes} == {2, 3}
        assert max(np.prod([n + 1 for n in shape]) for shape in shapes) == 100


def test_withholding_small_cells_alone_hides_nothing():
    """The attack works: of the same table without secondary cells it recovers all."""
    counts = table_of(AGE_BY_GRADE)
    done = protect(counts, ONLY_SMALL)
    small = set(primary(counts, ONLY_SMALL))
    cells = {
        key: cell if key in small else replace(cell, value=counts.cells[key])
        for key, cell in done.published.cells.items()
    }
    careless = Printed(replace(done.published, cells=cells), threshold=5)

    assert len(small) == 5  # 1, 1, 2, their margin 4, and 2
    assert all(careless.recovers(careless.sum(key), 5) for key in small)
    assert _attacked(counts, done, 5) == []
    assert done.verdict.outcome is Outcome.PASS


# A small cell in a table with margins needs a rectangle: three more cells.
@pytest.mark.parametrize(
    ("values", "withheld"),
    [
        # Any rectangle through the 3 will do; the smallest counts are taken.
        (
            [[3, 20, 30], [40, 50, 60], [70, 80, 90]],
            ["a0 b0", "a0 b1", "a1 b0", "a1 b1"],
        ),
        # Two small cells that are opposite corners share one rectangle.
        (
            [[3, 20, 30], [40, 2, 60], [70, 80, 90]],
            ["a0 b0", "a0 b1", "a1 b0", "a1 b1"],
        ),
        # Four small cells that are a rectangle already, and wide enough: a0 sums to 7.
        ([[3, 4, 30], [4, 3, 60], [70, 80, 90]], ["a0 b0", "a0 b1", "a1 b0", "a1 b1"]),
        # Nothing is small.
        ([[5, 6], [7, 8]], []),
    ],
)
def test_the_fewest_cells_are_withheld(values, withheld):
    done = protect(table_of(values), ONLY_SMALL)

    assert sorted(" ".join(key) for key in done.published.withheld) == withheld


def test_small_cells_that_hide_each_other_too_little_get_more_company():
    """1, 2 over 2, 1: each is known to be from 0 to 3, so width 5 needs more cells."""
    values = [[1, 2, 30], [2, 1, 60], [70, 80, 90]]
    done = protect(table_of(values), ONLY_SMALL)

    assert len(done.published.withheld) > 4
    assert min(one.width for one in done.bounds) >= 5


@pytest.mark.parametrize("seed", range(4))
def test_no_cheaper_pattern_exists(seed):
    """By going through every cheaper set of cells, with a program written here."""
    draw = np.random.default_rng(seed)
    values = draw.integers(5, 40, (3, 3))
    values[tuple(draw.integers(0, 3, 2))] = draw.integers(1, 5)
    values[0, 0] = draw.integers(1, 5)
    counts = table_of(values)
    done = protect(counts, ONLY_SMALL)
    must = set(done.primary)
    others = [k for k in counts.cells if k not in must and k != counts.total]

    for number in range(len(done.secondary)):
        for more in itertools.combinations(others, number):
            assert not _safe(counts, must | set(more), done.widths), more
    assert _safe(counts, must | set(done.secondary), done.widths)


def _safe(counts, hidden, widths):
    inner = [key for key in counts.cells if ALL not in key]
    sums = {
        key: [
            all(w in (ALL, g) for w, g in zip(key, one, strict=True)) for one in inner
        ]
        for key in counts.cells
    }
    known = np.array([sums[k] for k in counts.cells if k not in hidden], float)
    right = [n for k, n in counts.cells.items() if k not in hidden]
    for key, width in widths.items():
        ends = [
            linprog(s * np.array(sums[key], float), A_eq=known, b_eq=right).fun
            for s in (1, -1)
        ]
        if -ends[1] - ends[0] < width - 1e-6:
            return False
    return True


def test_a_pattern_that_is_safe_but_not_proven_the_least_says_so(monkeypatch):
    """The time of the search is over just before its last round."""
    from iwflab.statistics.disclosure import patterns

    counts = table_of(AGE_BY_GRADE)
    asked = itertools.count()
    monkeypatch.setattr(patterns, "monotonic", lambda: 0.0 * next(asked))
    best = protect(counts, ONLY_SMALL)
    ticks = itertools.chain([0.0] * (next(asked) - 1), itertools.repeat(1e9))
    monkeypatch.setattr(patterns, "monotonic", lambda: next(ticks))
    done = protect(counts, ONLY_SMALL)

    assert not best.verdict.reason.endswith("fewest")
    assert done.verdict.reason.endswith("not proven the fewest")
    assert _attacked(counts, done, 5) == []
    monkeypatch.setattr(patterns, "monotonic", iter([0.0, 1e9]).__next__)
    done = protect(counts, ONLY_SMALL)
    assert done.published is None
    assert "no pattern was found" in done.verdict.reason


def test_a_quick_answer_is_as_safe_and_says_that_fewer_may_do():
    for seed in range(8):
        counts = random_table(seed)
        best, quick = (
            protect(counts, ONLY_SMALL),
            protect(counts, ONLY_SMALL, quick=True),
        )
        _unharmed(counts, quick.published)
        assert _attacked(counts, quick, 5) == []
        assert len(quick.published.withheld) >= len(best.published.withheld)
        assert quick.verdict.reason.endswith("not proven the fewest")


def test_what_another_table_has_settled_stays_so():
    counts = table_of([[3, 20, 30], [40, 50, 60], [70, 80, 90]])
    free = protect(counts, ONLY_SMALL)
    assert set(free.secondary) == {("a0", "b1"), ("a1", "b0"), ("a1", "b1")}
    bound = protect(
        counts, ONLY_SMALL, shown=[("a0", "b1")], withheld=[("a2", ALL), ("a1", ALL)]
    )

    assert bound.published.cells["a0", "b1"].value == 20
    assert {("a1", ALL), ("a2", ALL)} <= set(bound.published.withheld)
    assert _attacked(counts, bound, 5) == []
    told = protect(counts, ONLY_SMALL, shown=[("a0", "b0")])
    assert told.verdict.reason == "refused: another table shows a0 / b0"


def test_a_table_that_cannot_be_protected_is_refused_with_the_cell():
    done = protect(table_of([[3, 0], [0, 1]]), ONLY_SMALL)

    assert done.published is None
    assert done.verdict.outcome is Outcome.FAIL
    assert "total itself" in done.verdict.reason
    done = protect(table_of([[2, 900]]), replace(ONLY_SMALL, zeros="shown"))
    assert (
        done.verdict.outcome is Outcome.PASS
    )  # 902 can hide it: both, and the margins
    counts = counts_of(
        {("x",): 3, ("y",): 4}, name="n", unit="media", names=["a"], levels=["xyz"]
    )
    done = protect(counts, replace(ONLY_SMALL, threshold=5, width=9))
    assert "could be bounded to 0-7" in done.verdict.reason


def test_noughts_that_are_shown_are_never_withheld():
    shown = replace(ONLY_SMALL, zeros="shown")
    for seed in range(6):
        counts = random_table(seed, shape=(5, 5))
        done = protect(counts, shown)
        if done.published:
            assert all(counts.cells[key] for key in done.published.withheld)
            assert min((one.lower for one in done.bounds), default=1) >= 1


def test_the_audit_holds_the_truth_and_proves_the_width():
    for seed in range(5):
        counts = random_table(seed)
        done = protect(counts, ONLY_SMALL)
        bounds = audit(done.published, ONLY_SMALL, small=done.small)
        assert {one.key for one in bounds} == set(done.published.withheld)
        assert all(b.lower <= counts.cells[b.key] <= b.upper for b in bounds)
        assert all(b.width >= 5 for b in bounds if b.key in done.primary)


def test_knowing_that_one_is_small_makes_the_audit_tighter():
    """9 and 3 of 12: 0 to 12 by the sum; but one of them is from 1 to 4."""
    counts = counts_of(
        {("x",): 9, ("y",): 3}, name="n", unit="media", names=["a"], levels=["xy"]
    )
    shown = protect(counts, ONLY_SMALL).published

    assert [(b.lower, b.upper) for b in audit(shown, ONLY_SMALL)] == [(0, 12)] * 2
    told = audit(shown, ONLY_SMALL, small=[("y",)])
    assert [(b.lower, b.upper) for b in told] == [(1, 11)] * 2


def test_order_of_levels_changes_nothing_that_is_withheld():
    one = protect(table_of(AGE_BY_GRADE), ONLY_SMALL)
    other = protect(table_of(AGE_BY_GRADE[::-1]), ONLY_SMALL)

    assert len(one.published.withheld) == len(other.published.withheld)


def test_why_a_cell_may_not_be_shown():
    cautious = profile()
    assert dominance({}, cautious) == []
    assert dominance({"s": 40}, profile("partner")) == [Why.ONE_SERIES]
    even = {str(i): 10 for i in range(20)}
    assert dominance(even, cautious) == []
    # 45 of 90 is half, not more; 45 + 40 is 94%; 5 is 11% of 45.
    assert dominance({"a": 45, "b": 40, "c": 5}, cautious) == [Why.N_K]
    # 40 of 90; the rest is 3, under 10% of 47.
    told = dominance({"a": 47, "b": 40, "c": 3}, cautious)
    assert told == [Why.ONE_SERIES, Why.N_K, Why.P_PERCENT]
    assert Why.FEW_SERIES in dominance({"a": 10, "b": 10}, cautious)


def test_a_cell_of_one_series_is_withheld_though_it_is_large():
    rows = [(("x", "p"), "one")] * 60
    for key in itertools.product("xy", "pq"):
        rows += [(key, f"s{i}") for i in range(30)]
    counts = counted(
        rows, name="n", unit="media", names=["a", "b"], levels=["xy", "pq"]
    )
    done = protect(counts, profile("partner"))

    assert done.primary == {("x", "p"): (Why.ONE_SERIES,)}
    assert done.published.cells["x", "p"].text == "[c]"
    assert done.widths["x", "p"] == 9  # a tenth of 90
    assert done.bounds[0].width >= 9


def _with_series(seed):
    """Draw media of 40 series, one of them large, over a table of 4 x 5."""
    draw = np.random.default_rng(seed)
    levels = [[f"a{i}" for i in range(4)], [f"b{i}" for i in range(5)]]
    likely = draw.dirichlet(np.full(20, 0.7))
    cells = list(itertools.product(*levels))
    rows = []
    for series in range(40):
        own = draw.dirichlet(20 * likely + 0.05)
        drawn = draw.choice(20, 1 + draw.negative_binomial(1, 0.05), p=own)
        rows += [(cells[at], f"s{series}") for at in drawn]
    return counted(rows, name="n", unit="media", names=["a", "b"], levels=levels)


def test_every_rule_of_the_cautious_profile_holds_under_attack():
    reasons, shown = set(), 0
    for seed in range(6):
        counts = _with_series(seed)
        done = protect(counts, profile())
        if done.published is None:
            continue
        shown += 1
        reasons |= {why for found in done.primary.values() for why in found}
        _unharmed(counts, done.published)
        assert _attacked(counts, done, 0) == []
        assert all(one.width >= done.widths[one.key] for one in done.bounds)
    assert shown >= 4
    assert {Why.SMALL, Why.ONE_SERIES, Why.N_K, Why.P_PERCENT} <= reasons


def test_a_group_that_is_all_of_one_kind_is_hidden():
    values = np.array([[40, 0, 0], [50, 60, 70], [30, 20, 80]])
    grouped = replace(ONLY_SMALL, group_disclosure=True)
    done = protect(table_of(values), grouped)

    assert done.primary == {("a0", "b0"): (Why.GROUP,)}
    assert done.published.cells["a0", "b0"].value is None
    assert any(key[0] == "a0" and ALL not in key for key in done.secondary)


def test_a_profile_that_asks_for_series_refuses_a_table_without():
    with pytest.raises(BadInput, match="which series"):
        protect(table_of([[5, 6], [7, 8]]), profile())


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"unit": " "}, "what it counts"),
        ({"names": ["a", "a"], "levels": ["x", "y"]}, "2 names"),
        ({"levels": [["x", "all"]]}, "levels"),
        ({"inner": {("z",): 1}}, "no inner cell"),
        ({"inner": {("x",): -1}}, "-1"),
        ({"series": {("x",): {"s": 4}}}, "add up"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(given, match):
    usual = {
        "inner": {("x",): 5},
        "name": "n",
        "unit": "media",
        "names": ["a"],
        "levels": ["xy"],
    }
    with pytest.raises(BadInput, match=match):
        counts_of(**usual | given)


def test_rounding_to_the_nearest_and_what_it_hides():
    counts = table_of([[0, 1, 7], [8, 12, 13], [102, 103, 97]])
    shown = round_table(counts, profile("public_detailed"))
    texts = [shown.cells[f"a{i}", f"b{j}"].text for i in range(3) for j in range(3)]

    assert texts == ["0", "[c]", "[c]", "10", "10", "15", "100", "105", "95"]
    assert shown.cells["a0", "b0"].upper == 0  # nothing but nought is shown as 0
    assert (shown.cells["a1", "b0"].lower, shown.cells["a1", "b0"].upper) == (8, 12)
    assert shown.percent(("a2", "b0"), ("a2", ALL)) == 33  # 100 of 300, not 102 of 302
    assert shown.percent(("a0", "b1"), ("a0", ALL)) is None
    wide = round_table(counts, profile("public_national"))
    assert wide.cells["a2", "b2"].text == "100"
    assert (wide.cells["a2", "b2"].lower, wide.cells["a2", "b2"].upper) == (95, 104)


def test_percentages_tell_no_more_than_the_rounded_counts():
    """Counts with the same rounded table have the same percentages."""
    rule = profile("public_detailed")
    one = round_table(table_of([[51, 49], [98, 77]]), rule)
    other = round_table(table_of([[49, 52], [102, 73]]), rule)

    assert [c.text for c in one.cells.values()] == [
        c.text for c in other.cells.values()
    ]
    for key in one.cells:
        assert one.percent(key, (ALL, ALL)) == other.percent(key, (ALL, ALL))


def test_seeded_rounding_is_repeatable_unbiased_and_holds_the_truth():
    rule, seed = profile("public_detailed"), b"0123456789abcdef"
    rounded = []
    for n in range(200):
        counts = table_of([[13, 40 + n]], coverage=str(n))
        one = round_table(counts, rule, seed=seed)
        assert one == round_table(counts, rule, seed=seed)
        for key, cell in one.cells.items():
            assert cell.lower <= counts.cells[key] <= cell.upper
        rounded.append(one.cells["a0", "b0"].value)
    assert set(rounded) == {10, 15}
    assert 12.3 < np.mean(rounded) < 13.7  # standard error 0.17
    with pytest.raises(BadInput, match="guessed"):
        round_table(counts, rule, seed=b"short")


def test_a_rounded_table_is_audited_and_cases_are_for_review():
    rule = replace(profile("public_detailed"), one_series_percent=0)
    done = protect(table_of([[3, 40, 30], [20, 50, 60], [70, 80, 90]]), rule)
    assert done.verdict.outcome is Outcome.PASS
    assert all(one.width >= rule.width for one in done.bounds)
    done = protect(table_of([[40, 0, 0], [20, 50, 60], [70, 80, 90]]), rule)
    assert done.verdict.outcome is Outcome.REVIEW
    assert "a whole group" in done.verdict.reason
    # Seven and nought next to it: the margin of 10 tells that [c] is 7 at most, 1 at
    # least; two of them that add up to a margin of 14 shown as 15 are told.
    done = protect(table_of([[7, 7], [7, 7]]), rule)
    assert done.verdict.outcome is Outcome.FAIL


def test_inside_nothing_is_withheld_and_it_must_be_looked_at():
    done = protect(table_of([[1, 2], [3, 4]]), profile("internal"))

    assert done.verdict.outcome is Outcome.REVIEW
    assert done.published.withheld == ()


def test_the_shipped_profiles_are_sound_and_the_default_is_cautious():
    assert set(profiles()) == {
        *("cautious", "partner", "public_detailed", "public_national", "internal"),
    }
    assert profile().name == "cautious"
    assert all(one.source for one in profiles().values())
    with pytest.raises(NotFound, match="partner"):
        profile("careless")


GOOD = {"title": "t", "source": "s", "method": "withhold", "threshold": 5, "width": 5}


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"method": "hide"}, "method"),
        ({"source": ""}, "source"),
        ({"treshold": 5}, "treshold"),
        ({"threshold": "5"}, "threshold"),
        ({"threshold": True}, "threshold"),
        ({"threshold": -1}, "below nought"),
        ({"threshold": 1}, "small"),
        ({"width": 4}, "conclude"),
        ({"added_width": 6}, "added"),
        ({"base": 5}, "choose one"),
        ({"zeros": "maybe"}, "zeros"),
        ({"group_disclosure": True, "zeros": "shown"}, "group"),
        ({"n_k": [2]}, "pair"),
        ({"n_k": [2, 100]}, "100 percent"),
        ({"n_k": [0, 90]}, "nought"),
        ({"p_percent": 100}, "100 percent"),
        ({"seconds": 0}, "seconds"),
        ({"method": "round"}, "base"),
        ({"method": "round", "base": 7}, "base"),
        ({"method": "round", "base": 5, "width": 4}, "hides 3"),
        ({"method": "round", "base": 5, "width": 0}, "width is 0"),
        ({"method": "open"}, "open"),
    ],
)
def test_a_profile_of_nonsense_is_refused(change, match):
    profiles_from({"good": GOOD})
    with pytest.raises(BadInput, match=match):
        profiles_from({"bad": GOOD | change})


def test_profiles_of_an_organisation_are_read_from_its_file(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(
        '[own]\ntitle = "t"\nsource = "s"\nmethod = "withhold"\nthreshold = 3\nwidth = 3\nn_k = [1, 60]\n'
    )
    assert load(file)["own"].n_k == (1, 60)
    file.write_text("[own")
    with pytest.raises(BadInput, match="TOML"):
        load(file)
    with pytest.raises(BadInput, match="cannot be read"):
        load(tmp_path / "none.toml")


def test_an_output_leaves_by_four_eyes_only():
    passed = Output("t", "partner", Verdict(Outcome.PASS, "all hidden"), made_by="ann")
    assert not passed.may_leave
    with pytest.raises(NotAllowed):
        approve(passed, by="ann")
    assert approve(passed, by="ben").may_leave
    with pytest.raises(BadInput, match="has passed"):
        ask_exception(passed, by="ann", why="please")

    failed = replace(passed, verdict=Verdict(Outcome.FAIL, "3 told"))
    with pytest.raises(NotAllowed, match="3 told"):
        approve(failed, by="ben")
    with pytest.raises(BadInput, match="no reason"):
        ask_exception(failed, by="ann", why=" ")
    asked = ask_exception(failed, by="cat", why="agreed with the partner")
    assert not asked.may_leave
    for own in ("ann", "cat", ""):
        with pytest.raises(NotAllowed):
            approve(asked, by=own)
    assert approve(asked, by="ben").may_leave
    assert not ask_exception(approve(asked, by="ben"), by="cat", why="more").may_leave


def test_the_example_of_the_page_does_what_it_says():
    page = (Path(__file__).parents[2] / "docs" / "disclosure.md").read_text("utf-8")
    names = {}
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], names)
    done = names["done"]

    assert done.verdict.reason == "4 of 9 cells withheld"
    assert done.published.cells["7-10", "A"].text == "[c]"
    assert (done.bounds[0].lower, done.bounds[0].upper) == (1, 22)
    verdict, _ = names["check_release"](names["january"], [], names["rule"])
    assert verdict.outcome == "pass"
    for name in profiles():
        assert f"| `{name}` |" in page

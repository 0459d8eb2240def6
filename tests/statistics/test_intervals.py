"""Intervals beside R 4.2.2 (input, call and output stand with each), and their rules."""

import numpy as np
import pandas as pd
import pytest

from iwflab.errors import BadInput
from iwflab.statistics import intervals


@pytest.mark.parametrize(
    ("x", "n", "level", "limits"),
    [
        # prop.test(15, 148, correct=FALSE)$conf.int; (1, 29); (81, 263, conf.level=.99)
        (15, 148, 0.95, (0.06238639953, 0.16048724172)),
        (1, 29, 0.95, (0.006113214293, 0.171755218793)),
        (81, 263, 0.99, (0.2401369027, 0.3852825023)),
    ],
)
def test_wilson_is_that_of_r(x, n, level, limits):
    assert tuple(intervals.wilson(x, n, level)) == pytest.approx(limits, abs=1e-9)


def test_one_sided_clopper_pearson_is_that_of_r():
    # binom.test(0, 299, alternative="less")$conf.int: 0.000000000000 0.009969146793
    found = intervals.clopper_pearson(0, 299, side="upper")
    assert tuple(found) == pytest.approx((0, 0.009969146793), abs=1e-10)
    # binom.test(7, 60, alternative="greater", conf.level=.9)$conf.int
    found = intervals.clopper_pearson(7, 60, 0.9, side="lower")
    assert tuple(found) == pytest.approx((0.06610558236, 1), abs=1e-9)


def test_poisson_and_rate_ratio_are_those_of_r():
    # poisson.test(11, 800)$conf.int; poisson.test(0, 4)$conf.int
    found = tuple(intervals.poisson_exact(11, 800))
    assert found == pytest.approx((0.006863950459, 0.024602548142), abs=1e-10)
    found = tuple(intervals.poisson_exact(0, 4))
    assert found == pytest.approx((0, 0.9222198635), abs=1e-9)
    # poisson.test(c(11, 23), c(800, 3000)): 1.793478261 (0.7893109457, 3.8298200668)
    ratio = intervals.rate_ratio(11, 800, 23, 3000)
    assert ratio.estimate == pytest.approx(1.793478261, abs=1e-8)
    assert tuple(ratio) == pytest.approx((0.7893109457, 3.8298200668), abs=1e-8)


def test_a_rate_of_few_events_is_marked():
    found = intervals.poisson_exact([2, 3, 19, 20])

    assert found.flag.tolist() == ["x", "u", "u", ""]
    assert intervals.rate_ratio(5, 1, 0, 1).upper == np.inf


def test_the_californian_schools_by_stratum_are_those_of_r():
    """R survey 4.1.1: data(api); d <- svydesign(id=~1, strata=~stype, weights=~pw,
    data=apistrat, fpc=~fpc); svymean(~I(sch.wide == "Yes"), d) gives 0.82794801 with
    SE 0.02434478011, degf(d) 197; strata E, H, M of 4421, 755, 1018."""
    found = intervals.stratified_proportion(
        [91, 26, 35], [100, 50, 50], [4421, 755, 1018]
    )
    p = found.estimate
    se = np.sqrt(p * (1 - p) / found.n_eff)

    assert p == pytest.approx(0.82794801, abs=1e-8)
    assert se == pytest.approx(0.02434478011, abs=1e-10)
    assert found.lower == pytest.approx(p - 1.972 * se, abs=0.006)
    assert found.upper == pytest.approx(p + 1.972 * se, abs=0.006)
    assert p - found.lower > found.upper - p  # Wilson leans to one half


def test_strata_without_spread_are_bounded():
    census = intervals.stratified_proportion([0, 0], [10, 20], [10, 20])
    assert tuple(census) == (0, 0)
    nothing = intervals.stratified_proportion([0, 0], [100, 100], [1000, 1000])
    pooled = intervals.clopper_pearson(0, 200, side="upper")
    assert nothing.upper == pytest.approx(pooled.upper)
    uneven = intervals.stratified_proportion([0, 0], [150, 50], [1000, 1000])
    worst = 0.5 * (1 - 0.05 ** (1 / 50))  # all of it in the stratum sampled least
    assert uneven.upper > worst
    with pytest.raises(BadInput):
        intervals.stratified_proportion([0, 1], [1, 10], [10, 10])


@pytest.mark.parametrize(
    ("x", "n", "lot", "most"),
    # up <- function(x,n,N){K<-x:(N-n+x); max(K[phyper(x,K,N-K,n)>.05])}
    [(0, 258, 1000, 9), (0, 257, 1000, 10), (2, 60, 400, 38), (1, 30, 30, 1)],
)
def test_what_a_lot_may_hide_is_that_of_r(x, n, lot, most):
    assert intervals.hypergeometric_upper(x, n, lot) == most
    assert intervals.hypergeometric_upper(3, 50, 120) == 15


@pytest.mark.parametrize(
    "call",
    [
        lambda: intervals.wilson(5, 4),
        lambda: intervals.wilson(-1, 4),
        lambda: intervals.wilson(0.25, 4),
        lambda: intervals.wilson([1, 2.5], [4, 4]),
        lambda: intervals.wilson([True, False], 4),
        lambda: intervals.wilson(float("nan"), 4),
        lambda: intervals.newcombe_diff(0.1, 1, 1, 4),
        lambda: intervals.poisson_exact(0.5, 2),
        lambda: intervals.wilson(1, 4, level=95),
        lambda: intervals.clopper_pearson(1, 4, side="middle"),
        lambda: intervals.poisson_exact(-1),
        lambda: intervals.poisson_exact(1, 0),
        lambda: intervals.hypergeometric_upper(3, 2, 10),
        lambda: intervals.cluster_counts([1], [1], method="bootstrap"),
        lambda: intervals.cluster_counts([1], [1], by="weight"),
    ],
)
def test_what_cannot_be_is_refused_with_advice(call):
    with pytest.raises(BadInput) as refused:
        call()

    assert refused.value.advice


def test_arrays_and_numbers_give_the_same():
    both = intervals.newcombe_diff([56, 9], [70, 10], [48, 3], [80, 10])

    assert both.lower[0] == intervals.newcombe_diff(56, 70, 48, 80).lower
    assert both.estimate.tolist() == pytest.approx([0.2, 0.6])
    assert np.isnan(intervals.wilson(0, 0).lower)


# R survey: aggregate(cbind(y = stype == "E", n = 1) ~ dnum, data = apiclus1, FUN = sum)
SCHOOLS = (
    (10, 34, 2, 10, 13, 2, 1, 2, 9, 16, 4, 8, 30, 1, 2),
    (13, 34, 4, 13, 16, 2, 1, 4, 12, 21, 9, 11, 37, 2, 4),
)


def test_the_californian_schools_by_district_are_those_of_r():
    """svymean(~I(stype=="E"), svydesign(id=~dnum, data=apiclus1)): 0.78688525, SE
    0.04680257161; the same of as.svrepdesign(type="JK1", mse=TRUE): 0.05199910636."""
    for method, se in (("linearised", 0.04680257161), ("jackknife", 0.05199910636)):
        found = intervals.cluster_counts(*SCHOOLS, method=method)
        p, n = found.estimate, found.n
        assert p == pytest.approx(0.78688525, abs=1e-8)
        assert np.sqrt(found.deff * p * (1 - p) / n) == pytest.approx(se, abs=1e-10)
    # svyciprop(..., method="logit"), 14 degrees of freedom: (0.66988, 0.87044); ours has
    # those of 183^2 / 3963 effective districts.
    assert found.effective_clusters == pytest.approx(8.4504, abs=1e-4)
    assert 0.64 < found.lower < 0.66988
    assert 0.87044 < found.upper < 0.89


def test_few_series_or_one_large_one_have_no_interval():
    four = intervals.cluster_counts([1, 2, 1, 2], [4, 4, 4, 4])
    large = intervals.cluster_counts([9, 1, 1, 0, 1, 1], [30, 5, 5, 5, 5, 5])
    lone = intervals.cluster_counts([3, 0, 0, 0, 0, 0], [9, 9, 9, 9, 9, 9])
    for found, why in (
        (four, "fewer than 5"),
        (large, "half"),
        (lone, "one series only"),
    ):
        assert np.isnan(found.lower)
        assert np.isnan(found.upper)
        assert found.flag == "x"
        assert why in found.note
    assert four.estimate == pytest.approx(6 / 16)


def test_under_twenty_series_is_marked():
    nineteen = intervals.cluster_counts([1, 2] * 9 + [1], [4] * 19)
    twenty = intervals.cluster_counts([1, 2] * 10, [4] * 20)

    assert (nineteen.flag, twenty.flag) == ("u", "")
    assert twenty.clusters == 20
    assert "largest series 5%" in twenty.note
    assert "design effect" in twenty.note


def test_nothing_or_everything_has_a_one_sided_bound():
    nothing = intervals.cluster_counts([0] * 30, [5] * 30)
    everything = intervals.cluster_counts([5] * 30, [5] * 30)

    assert nothing.lower == 0
    assert nothing.upper == pytest.approx(1 - 0.05 ** (1 / 30))
    assert tuple(everything) == pytest.approx((1 - nothing.upper, 1))


def test_rare_things_in_few_series_are_less_sure():
    sizes = np.full(60, 20)
    spread = np.zeros(60)
    spread[:12] = 2
    bunched = np.zeros(60)
    bunched[:2] = 12
    wide = intervals.cluster_counts(bunched, sizes)
    narrow = intervals.cluster_counts(spread, sizes)

    assert wide.estimate == narrow.estimate
    assert (wide.flag, narrow.flag) == ("u", "")
    assert wide.upper - wide.lower > 3 * (narrow.upper - narrow.lower)


def test_duplicates_of_every_medium_change_nothing():
    """What is copied within its series says nothing new, and the interval knows."""
    rng = np.random.default_rng(8)
    n = rng.integers(2, 30, 40)
    y = rng.binomial(n, rng.beta(2, 4, 40))
    once, often = intervals.cluster_counts(y, n), intervals.cluster_counts(5 * y, 5 * n)

    assert often.n == 5 * once.n
    assert tuple(often) == pytest.approx(tuple(once))
    assert intervals.wilson(5 * y.sum(), 5 * n.sum()).upper < once.upper


def test_series_that_weigh_alike_are_their_mean():
    rng = np.random.default_rng(9)
    n = rng.integers(2, 50, 40)
    y = rng.binomial(n, 0.3)
    found = intervals.cluster_counts(y, n, by="series")
    shares = y / n
    se = shares.std(ddof=1) / np.sqrt(40)
    p = found.estimate

    assert p == pytest.approx(shares.mean())
    assert np.sqrt(p * (1 - p) * found.deff / 40) == pytest.approx(se)
    assert found.effective_clusters == 40
    assert found.n_eff <= n.sum()


def test_empty_series_do_not_count():
    full = intervals.cluster_counts([1, 2, 1, 2, 1, 0], [4, 4, 4, 4, 4, 4])
    more = intervals.cluster_counts([1, 2, 1, 2, 1, 0, 0, 0], [4, 4, 4, 4, 4, 4, 0, 0])

    assert tuple(full) == tuple(more)
    assert more.clusters == 6


def test_a_proportion_needs_yes_and_no_and_a_series_for_all():
    frame = pd.DataFrame({"y": [1, 0, 1, 0, 1, 1], "s": list("abcdef")})
    intervals.cluster_proportion(frame, "y", "s", unit="file")
    for broken in (
        frame.assign(y=[1, 0, 1, 0, 1, None]),
        frame.assign(s=[None, *"bcdef"]),
        frame.assign(y=[2, 0, 1, 0, 1, 1]),
    ):
        with pytest.raises(BadInput):
            intervals.cluster_proportion(broken, "y", "s", unit="file")


def _mean(frame):
    return frame["v"].mean()


def _valued(series=40, seed=1):
    rng = np.random.default_rng(seed)
    sizes = np.full(series, 6)
    level = np.repeat(rng.normal(0, 1, series), sizes)
    value = level + rng.normal(0, 0.5, level.size)
    return pd.DataFrame({"v": value, "s": np.repeat(np.arange(series), sizes)})


def test_the_bootstrap_has_the_spread_that_algebra_gives():
    """The mean of series of one size has variance sum (m_j - m)^2 / m^2 in the draws."""
    frame = _valued()
    found = intervals.cluster_bootstrap(frame, _mean, "s", B=3000, seed=2)
    means = frame.groupby("s")["v"].mean()
    se = np.sqrt(((means - means.mean()) ** 2).sum()) / len(means)
    u4 = ((means - means.mean()) ** 4).sum()
    freedom = min(39, ((means - means.mean()) ** 2).sum() ** 2 / u4)
    from scipy.stats import t

    half = (found.upper - found.lower) / 2
    assert half == pytest.approx(t.ppf(0.975, freedom) * se, rel=0.05)
    assert found.estimate == pytest.approx(frame["v"].mean())
    naive = frame["v"].std() / np.sqrt(len(frame))
    assert half > 2 * 1.96 * naive


def test_the_bootstrap_is_that_of_its_seed():
    frame = _valued()
    before = frame.copy(deep=True)
    one, again, other = (
        intervals.cluster_bootstrap(
            frame, _mean, "s", B=200, seed=seed, kind="percentile"
        )
        for seed in (1, 1, 2)
    )

    assert tuple(one) == tuple(again) != tuple(other)
    assert "seed=1" in one.method
    pd.testing.assert_frame_equal(frame, before)
    with pytest.raises(TypeError, match="seed"):
        intervals.cluster_bootstrap(frame, _mean, "s", B=10)


def test_the_bootstrap_refuses_as_the_formula_does():
    few = intervals.cluster_bootstrap(_valued(4), _mean, "s", B=20, seed=1)
    some = intervals.cluster_bootstrap(_valued(12), _mean, "s", B=20, seed=1)

    assert np.isnan(few.lower)
    assert (few.flag, some.flag) == ("x", "u")


@pytest.mark.parametrize("icc", [0.05, 0.3])
def test_the_bootstrap_of_common_shares_covers(icc):
    """The t form, on drawn sets: as benchmarks/bench_coverage.py draws them."""
    from benchmarks.series_drawn import Setting, drawn

    y, n = drawn(Setting(25, 0.25, icc), 100)
    held = given = 0
    for yes, base in zip(y, n, strict=True):
        frame = pd.DataFrame({"y": yes, "n": base, "s": np.arange(25)})
        values = frame[["y", "n"]].to_numpy()

        def share(rows, values=values):
            told = values[rows["s"].to_numpy()].sum(0)
            return told[0] / told[1]

        found = intervals.cluster_bootstrap(frame, share, "s", B=150, seed=3)
        given += np.isfinite(found.lower)
        held += found.lower <= 0.25 <= found.upper
    assert given == 100
    assert held >= 87

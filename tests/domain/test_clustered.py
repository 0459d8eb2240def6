"""Intervals under clustering, against other routes to the same numbers."""

from itertools import product
from math import isnan, sqrt

import numpy as np
import pytest
from scipy import optimize, stats

from iwflab.statistics.clustered import design_effect, median, share

# Weil (1970), litters of rats: Rao & Scott, Biometrics 48 (1992), 577-585, print design
# effects of 1.23 and 3.95 by linearisation; leaving one litter out gives a little more.
LITTERS = {
    "control": (
        [13, 12, 9, 9, 8, 8, 12, 11, 9, 9, 8, 11, 4, 5, 7, 7],
        [13, 12, 9, 9, 8, 8, 13, 12, 10, 10, 9, 13, 5, 7, 10, 10],
        0.8987342,
        1.2346,
    ),
    "treated": (
        [12, 11, 10, 9, 10, 9, 9, 8, 8, 4, 7, 4, 5, 3, 3, 0],
        [12, 11, 10, 9, 11, 10, 10, 9, 9, 5, 9, 7, 10, 6, 10, 7],
        0.7724138,
        3.9555,
    ),
}


def by_person(yes, every):
    return {str(n): pair for n, pair in enumerate(zip(yes, every, strict=True))}


def score_interval(yes, every):
    """The same recipe by another route: items one by one, roots of the score equation."""
    who = np.repeat(np.arange(len(every)), every)
    value = np.concatenate(
        [np.r_[np.ones(k), np.zeros(n - k)] for k, n in zip(yes, every, strict=True)]
    )
    m, total, p = len(every), len(value), value.mean()
    without = np.array([value[who != one].mean() for one in range(m)])
    deff = max((m - 1) / m * np.sum((without - p) ** 2) / (p * (1 - p) / total), 1)
    effective = 1 / np.sum((np.bincount(who) / total) ** 2)
    z, t = stats.norm.ppf(0.975), stats.t.ppf(0.975, effective - 1)
    n = total / deff * (z / t) ** 2

    def score(q):
        return abs(p - q) - z * sqrt(q * (1 - q) / n)

    tiny = 1e-12
    return optimize.brentq(score, tiny, p), optimize.brentq(score, p, 1 - tiny)


@pytest.mark.parametrize("group", LITTERS)
def test_a_published_case_and_another_route_to_its_interval(group):
    yes, every, p, deff = LITTERS[group]
    found = share(by_person(yes, every))

    assert found.estimate == pytest.approx(p, abs=1e-6)
    pairs = list(zip(yes, every, strict=True))
    assert design_effect(pairs) == pytest.approx(deff, abs=5e-5)
    bounds = (found.lower, found.upper)
    assert bounds == pytest.approx(score_interval(yes, every), abs=1e-9)
    assert (found.n, found.clusters, found.flag) == (sum(every), 16, "u")


def test_people_who_differ_widen_the_interval():
    alike = share({str(n): (8, 10) for n in range(20)})
    unlike = share({str(n): ((10, 10) if n % 5 else (0, 10)) for n in range(20)})
    assert alike.estimate == unlike.estimate == 0.8
    assert unlike.upper - unlike.lower > 1.8 * (alike.upper - alike.lower)
    assert alike.flag == ""


def test_none_and_all_have_a_bound_of_their_own():
    none = share({str(n): (0, 4) for n in range(10)})
    every = share({str(n): (4, 4) for n in range(10)})
    bound = 1 - 0.05 ** (1 / 10)
    assert (none.lower, none.upper) == pytest.approx((0, bound))
    assert (every.lower, every.upper) == pytest.approx((1 - bound, 1))


@pytest.mark.parametrize(
    "sizes", [[5] * 4, [1, 1, 1, 1, 5], [0, 0, 5, 5, 5, 5]], ids=str
)
def test_bounds_that_would_not_hold_are_refused(sizes):
    found = share({str(n): (size // 2, size) for n, size in enumerate(sizes)})
    assert isnan(found.lower)
    assert isnan(found.upper)
    assert found.flag == "u"
    seconds = median({str(n): [1.0] * size for n, size in enumerate(sizes)})
    assert isnan(seconds.lower)
    assert share({}).flag == median({}).flag == "x"


def test_the_median_has_the_interval_of_all_samples_of_people():
    """Five people make 3,125 samples: all of them are looked at."""
    dice = np.random.default_rng(11)
    people = {
        str(n): (dice.lognormal(2 + 0.4 * n, 0.5, size)).tolist()
        for n, size in enumerate([6, 9, 4, 7, 5])
    }
    values = list(people.values())
    every = [
        np.median(np.concatenate([values[i] for i in drawn]))
        for drawn in product(range(5), repeat=5)
    ]
    found = median(people)

    assert found.estimate == np.median(np.concatenate(values))
    # 4,000 draws: ranks within five deviations of the exact tail.
    off = 5 * sqrt(0.025 * 0.975 / 4000)
    for bound, tail in ((found.lower, 0.025), (found.upper, 0.975)):
        low, high = np.quantile(every, [max(tail - off, 0), min(tail + off, 1)])
        assert low <= bound <= high
    assert median(people) == found

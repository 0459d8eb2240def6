"""Intervals of series hold the truth as often as they say; refused sets are counted.

The long form (10,000 sets a setting) is benchmarks/bench_coverage.py.
"""

import numpy as np
import pytest
from scipy.stats import binom

from benchmarks.series_drawn import SETTINGS, drawn, held_against
from iwflab.statistics import intervals

LEAST, MOST = 0.91, 0.995
SURE = 0.001  # of a set of draws that is unlucky


@pytest.mark.parametrize("by", ["each", "series"])
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
@pytest.mark.parametrize("number", [200, pytest.param(2000, marks=pytest.mark.soak)])
def test_published_intervals_cover(setting, number, by):
    y, n = drawn(setting, number)
    found = held_against(setting.share, intervals.cluster_counts(y, n, by=by))
    naive = held_against(setting.share, intervals.wilson(y.sum(1), n.sum(1)))

    assert found.covering >= binom.ppf(SURE, found.given, LEAST)
    assert found.covering <= binom.ppf(1 - SURE, found.given, MOST)
    assert naive.coverage < 0.83
    assert found.given >= 0.6 * number
    assert found.width > naive.width


def test_a_set_is_drawn_again_by_its_seed():
    y, n = drawn(SETTINGS[1], 3)
    again, _ = drawn(SETTINGS[1], 5)

    assert np.array_equal(y, again[:3])
    assert n.max() <= 200


def test_equal_clusters_cover_too():
    rng = np.random.default_rng(3)
    p = rng.beta(0.25 * 4, 0.75 * 4, (2000, 40))
    y = rng.binomial(12, p)
    found = held_against(0.25, intervals.cluster_counts(y, np.full_like(y, 12)))

    assert found.given == 2000
    assert 0.93 <= found.coverage <= 0.97

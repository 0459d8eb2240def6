"""Proportions of groups whose items come in clusters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iwflab.errors import BadInput
from iwflab.statistics.association.tables import Test, chi_square
from iwflab.statistics.intervals.clusters import cluster_counts
from iwflab.statistics.results import Interval

_GROUPS = 2


@dataclass(frozen=True, slots=True)
class RaoScott:
    """The test, the same test as if items were independent, and the groups."""

    test: Test
    naive: Test
    groups: Mapping[str, Interval]


def rao_scott_test(groups: Mapping[str, tuple[Any, Any]]) -> RaoScott:
    """Test whether groups of clustered items have the same proportion.

    ``groups`` maps a name to (y, n), arrays of one entry a cluster.  y and n of each
    group are divided by its design effect (linearised variance), then Pearson's
    chi-square of the two-way table is taken: Rao and Scott (1992), Biometrics
    48:577-585; R's ``aod::raoscott``.  ``naive`` is the chi-square without it.
    Raises :class:`~iwflab.errors.BadInput` for fewer than two groups, and where a
    group's design effect cannot be estimated (all items alike, or one cluster).
    """
    import numpy as np

    if len(groups) < _GROUPS:
        raise BadInput("one group cannot differ", advice="give two groups or more")
    found = {
        name: cluster_counts(y, n, method="linearised")
        for name, (y, n) in groups.items()
    }
    deff = np.array([one.deff for one in found.values()], dtype=float)
    if not (np.isfinite(deff) & (deff > 0)).all():
        raise BadInput(
            "a group shows no variation between its clusters",
            advice="join groups, or say their proportions with intervals",
        )
    yes = np.array([float(np.sum(y)) for y, _ in groups.values()])
    base = np.array([float(np.sum(n)) for _, n in groups.values()])
    return RaoScott(
        _pearson(yes / deff, base / deff, float(base.sum()), "Rao-Scott chi-square"),
        _pearson(yes, base, float(base.sum()), "Pearson chi-square, items independent"),
        found,
    )


def _pearson(yes: Any, base: Any, n: float, method: str) -> Test:
    p = float(yes.sum() / base.sum())
    statistic = float(((yes - base * p) ** 2 / (base * p * (1 - p))).sum())
    df = len(base) - 1
    return Test(statistic, df, chi_square(statistic, df), n, method)

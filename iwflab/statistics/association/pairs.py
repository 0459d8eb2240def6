"""Tags that stand together more often than chance, in more than one series."""

from itertools import combinations
from typing import TYPE_CHECKING, Any

from iwflab.errors import BadInput
from iwflab.statistics.results import known_unit, result

if TYPE_CHECKING:
    import pandas as pd

MEASURES = ("count", "support", "lift", "phi", "odds_ratio", "p", "q")


def benjamini_hochberg(p: Any) -> Any:
    """Give q-values: the smallest false discovery rate at which each p is a finding.

    q_(i) = min over j >= i of m p_(j) / j: Benjamini and Hochberg (1995), JRSS B
    57:289-300.  NaN stays NaN and takes no part.
    """
    import numpy as np
    from scipy.stats import false_discovery_control

    told = np.array(p, dtype=float)
    there = np.isfinite(told)
    if ((told[there] < 0) | (told[there] > 1)).any():
        raise BadInput("a p-value lies not between 0 and 1", advice="check the test")
    if there.any():
        told[there] = false_discovery_control(told[there])
    return told


def cooccurrence(
    frame: "pd.DataFrame",
    *,
    unit: str,
    item: str = "medium",
    tag: str = "tag",
    cluster: str = "series",
    items: int | None = None,
    min_series: int = 3,
    fdr: float = 0.05,
) -> "pd.DataFrame":
    """Say which tags stand together, as a result by pairs of tags.

    ``frame`` has one row for each item and tag that is present, and the series of the
    item; ``items`` is the number of all items where some have no tag.  Measures:
    count n11 (``clusters``: in how many series), support n11/n, lift n n11/(n1 n2)
    (Brin et al. 1997, SIGMOD 255-264), phi, odds ratio with 1/2 added to each cell
    (Haldane 1956, Ann Hum Genet 20:309-311), exact p (Fisher, two-sided) and q
    (:func:`benjamini_hochberg`).  A pair in fewer than ``min_series`` series is counted
    but not tested (flag ``x``): one series is one story.  Pairs with q up to ``fdr``
    are said in the note.  p takes items as independent; series make it too small, so
    this finds where to look and proves nothing.
    """
    import numpy as np

    known_unit(unit)
    sheet, tags, series = _sheet(frame, item, tag, cluster)
    n = len(sheet) if items is None else items
    if n < len(sheet):
        raise BadInput(f"{items} items, but {len(sheet)} have tags", advice="give all")
    pairs = list(combinations(range(len(tags)), 2))
    values, number = _numbers(sheet, series, pairs, n)
    tested = number >= min_series
    p, q = MEASURES.index("p"), MEASURES.index("q")
    values[~tested, p] = np.nan
    values[:, q] = benjamini_hochberg(values[:, p])
    wide, size = len(MEASURES), len(pairs)
    names = (tag, f"other_{tag}")
    flags = np.where(tested[:, None], "", np.array(["", *[""] * 4, "x", "x"]))
    return result(
        {name: _key(pairs, side, tags) for side, name in enumerate(names)},
        unit=unit,
        measure=np.tile(MEASURES, size),
        estimate=values.ravel(),
        n=np.full(size * wide, float(n)),
        clusters=np.repeat(number, wide),
        method=np.tile(["count", *["ratio"] * 4, "Fisher exact", "BH"], size),
        flag=flags.ravel(),
        note=np.repeat(_findings(values, tested, fdr), wide),
    )


def _numbers(
    sheet: Any, series: Any, pairs: list[tuple[int, int]], n: int
) -> tuple[Any, Any]:
    """Give the measures of each pair (q is still to come), and how many series."""
    import numpy as np

    told = np.full((len(pairs), len(MEASURES)), np.nan)
    number = np.zeros(len(pairs), dtype=int)
    for place, (a, b) in enumerate(pairs):
        told[place, :-1] = _pair(sheet[:, a], sheet[:, b], n)
        number[place] = len(set(series[sheet[:, a] & sheet[:, b]]))
    return told, number


def _key(pairs: list[tuple[int, int]], side: int, tags: list[Any]) -> Any:
    """Name one tag of each pair, once a measure."""
    import numpy as np
    import pandas as pd

    places = np.array([pair[side] for pair in pairs], dtype=int)
    return pd.Categorical.from_codes(places.repeat(len(MEASURES)), pd.Index(tags))


def _findings(values: Any, tested: Any, fdr: float) -> Any:
    """Say of each pair whether it was tested, and what was found."""
    import numpy as np

    at = [MEASURES.index(name) for name in ("lift", "q")]
    notes = [""] * len(values)
    for place, (lift, q) in enumerate(values[:, at]):
        if not tested[place]:
            notes[place] = "in too few series to be tested"
        elif q <= fdr:
            more = "more" if lift > 1 else "less"
            notes[place] = f"together {more} often than by chance (q <= {fdr})"
    return np.array(notes, dtype=object)


def _pair(one: Any, other: Any, n: int) -> list[float]:
    import numpy as np
    from scipy.stats import fisher_exact

    both, first, second = (
        int(v) for v in ((one & other).sum(), one.sum(), other.sum())
    )
    a, b, c = both, first - both, second - both
    d = n - a - b - c
    spread = float(first) * (n - first) * second * (n - second)
    phi = (a * d - b * c) / np.sqrt(spread) if spread else np.nan
    lift = n * both / (first * second)
    odds = (a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5))
    p = float(fisher_exact([[a, b], [c, d]])[1])
    return [float(both), both / n, lift, float(phi), odds, p]


def _sheet(
    frame: "pd.DataFrame", item: str, tag: str, cluster: str
) -> tuple[Any, list[Any], Any]:
    """Give items by tags as yes and no, the tags, and the series of each item."""
    import numpy as np
    import pandas as pd

    for name in (item, tag, cluster):
        if name not in frame.columns or frame[name].isna().any():
            raise BadInput(
                f"no column {name!r}, or it is missing for some rows",
                advice="give each row its item, its tag and its series",
            )
    codes, _ = pd.factorize(frame[item])
    places, tags = pd.factorize(frame[tag], sort=True)
    sheet = np.zeros((int(codes.max(initial=-1)) + 1, len(tags)), dtype=bool)
    sheet[codes, places] = True
    one = frame[[item, cluster]].drop_duplicates()
    if one[item].duplicated().any():
        raise BadInput("an item is in two series", advice="give each item one series")
    return sheet, list(tags), one[cluster].to_numpy()

"""Two-way tables with intervals of series, beside pandas' without any.

1,000,000 child appearances with categorical columns, in memory, shuffled; in some
90,000 series of skewed size, or in 600,000 small ones.  Processor time, in turns; the
least of each.
"""

import time

import numpy as np
import pandas as pd
from measuring import row
from series_drawn import LARGEST, SCALE, TAIL

from iwflab.statistics import describe

NUMBER = 1_000_000
ROUNDS = 7
MANY = {"series": "90,000", "loose": "600,000"}
SIDES = {
    "age": ("0-2", "3-6", "7-10", "11-13", "14-15", "16-17", "unknown"),
    "sex": ("girl", "boy", "unidentified"),
    "category": ("none", "C", "B", "A", "undetermined"),
    "source": tuple(f"source {place}" for place in range(20)),
}
LOOSE = 600_000
TABLES = (
    *(("age", "category", pct, "series") for pct in ("all", "rows", "cols")),
    ("sex", "category", "rows", "series"),
    ("age", "sex", "all", "series"),
    ("source", "age", "rows", "series"),
    ("age", "category", "all", "loose"),
    ("source", "age", "rows", "loose"),
)


def rows():
    frame = appearances()
    return [one(frame, *table) for table in TABLES]


def appearances():
    """Draw the frame; every tenth age or sex is unknown."""
    rng = np.random.default_rng(1)
    sizes = np.minimum(1 + np.floor(rng.pareto(TAIL, NUMBER) * SCALE), LARGEST)
    number = int(np.searchsorted(np.cumsum(sizes), NUMBER)) + 1
    series = np.repeat(np.arange(number), sizes[:number].astype(int))[:NUMBER]
    columns = {
        name: pd.Categorical.from_codes(
            rng.integers(0, len(labels), NUMBER), labels, ordered=True
        )
        for name, labels in SIDES.items()
    }
    columns["series"] = pd.Categorical(series)
    columns["loose"] = pd.Categorical(rng.integers(0, LOOSE, NUMBER))
    told = pd.DataFrame(columns)
    return told.iloc[rng.permutation(NUMBER)].reset_index(drop=True)


def one(frame, first, second, pct, series):
    def ours():
        unit = "child_appearance"
        return describe.crosstab(frame, first, second, unit, series, pct=pct)

    def theirs():
        return pd.crosstab(frame[first], frame[second])

    same(describe.wide(ours()), theirs())
    spent = [(seconds(ours), seconds(theirs)) for _ in range(ROUNDS)]
    mine, other = (min(times) * 1e3 for times in zip(*spent, strict=True))
    return row(
        f"{first} by {second} of 1M, % of {pct}, intervals by {MANY[series]} series",
        mine,
        other,
        other_name="pandas.crosstab of the same frame, no intervals",
        unit="ms CPU",
        goal="ratio <= 3",
    )


def same(mine, theirs):
    """Counts must be pandas'; a table that is quick and wrong is no table."""
    kept = mine.loc[list(theirs.index), list(theirs.columns)]
    if not (kept.to_numpy() == theirs.to_numpy()).all():
        raise RuntimeError("the counts differ from pandas.crosstab's")


def seconds(call):
    start = time.process_time()
    call()
    return time.process_time() - start

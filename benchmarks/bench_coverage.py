"""Coverage of the clustered interval beside naive Wilson, on drawn sets of series.

10,000 sets a setting, consecutive seeds.  A nominal 95% interval that is published
must hold the truth in 91% to 99.5% of the sets; refused sets are counted, and the
median width stands beside: a wide interval is no win.
"""

from measuring import row
from series_drawn import SETTINGS, drawn, held_against

from iwflab.statistics import intervals

NUMBER = 10_000
LEAST, MOST = 0.91, 0.995
NAIVE = "Wilson, media taken as independent"


def rows():
    return [told for setting in SETTINGS for told in of(setting)]


def of(setting):
    y, n = drawn(setting, NUMBER)
    naive = held_against(setting.share, intervals.wilson(y.sum(1), n.sum(1)))
    for name, by in (("media", "each"), ("series weigh alike", "series")):
        ours = intervals.cluster_counts(y, n, by=by)
        found = held_against(setting.share, ours)
        beside = naive if by == "each" else None
        yield from told(f"{setting}, {name}", found, beside)


def told(name, found, naive):
    against = {"other_name": NAIVE if naive else "(the goal)"}
    other = naive.coverage if naive else None
    part = {"unit": "share", **against}
    yield row(
        f"{name}: coverage", found.coverage, other, goal=f"ours >= {LEAST}", **part
    )
    yield row(
        f"{name}: not above", found.coverage, None, goal=f"ours <= {MOST}", **part
    )
    yield row(f"{name}: refused", 1 - found.given / NUMBER, 0.0, **part)
    yield row(f"{name}: median width", found.width, naive and naive.width, **part)

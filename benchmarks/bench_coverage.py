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
    answer, widest = [], 0.0
    for setting in SETTINGS:
        y, n = drawn(setting, NUMBER)
        naive = held_against(setting.share, intervals.wilson(y.sum(1), n.sum(1)))
        for by in ("each", "series"):
            ours = intervals.cluster_counts(y, n, by=by)
            found = held_against(setting.share, ours)
            widest = max(widest, found.coverage)
            answer += told(setting, by, found, naive if by == "each" else None)
    return [*answer, most(widest)]


def told(setting, by, found, naive):
    name = f"{setting}{'' if by == 'each' else ', each series 1'}"
    part = {"unit": "share", "other_name": NAIVE if naive else "(the goal)"}
    return [
        row(
            f"{name}: coverage",
            found.coverage,
            naive.coverage if naive else LEAST,
            goal=f"ours >= {LEAST}",
            **part,
        ),
        row(
            f"{name}: median width",
            found.width,
            naive.width if naive else None,
            **part,
        ),
        row(f"{name}: refused", 1 - found.given / NUMBER, None, **part),
    ]


def most(coverage):
    return row(
        "largest coverage of all settings",
        coverage,
        MOST,
        other_name="(the goal)",
        unit="share",
        goal=f"ours <= {MOST}",
    )

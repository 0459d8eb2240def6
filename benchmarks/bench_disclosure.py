"""Disclosure control on drawn tables, beside pytauargus and ACRO, under one attack.

60 tables of two and three axes, up to 100 cells with margins, counts 1-4 not to be
shown.  The attacker is that of the tests: it reads a printed table and shares no code
with the protector.  ACRO takes tables of two axes: it is asked those.
"""

import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from measuring import row
from peers import PeerMissing, ask, failed

from iwflab.statistics.disclosure import ALL, primary, profile, protect

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "statistics"))

from disclosure_tables import Printed, random_table

NUMBER = 60
LEAST, WIDTH = 5, 5  # 1-4 are small; none may be bounded tighter than 5
RULE = replace(profile("partner"), one_series_percent=0, width_percent=0)
USUAL = ((6, 4), (8, 5))  # bands by categories, as desks show them
# Its safety margin is a share of the small count itself; 100% is the most it takes.
ARGUS = ("pytauargus", "withhold_pytauargus.py", "pytauargus 0.6.0, OPT, FREQ(5,100)")
ACRO = ("acro", "withhold_acro.py", "ACRO 1.0.2, suppress and margins")


def rows():
    tables = [random_table(seed) for seed in range(NUMBER)]
    flat = [one for one in tables if len(one.names) == 2]
    mine = [ours(one) for one in tables]
    of_flat = [done for done, one in zip(mine, tables, strict=True) if one in flat]
    return [
        *usual(),
        *beside(tables, mine, ARGUS, {"rule": "FREQ(5,100)"}),
        *totals(flat, of_flat),
    ]


def ours(counts, *, quick=False):
    start = time.perf_counter()
    done = protect(counts, RULE, quick=quick)
    return SimpleNamespace(
        seconds=time.perf_counter() - start, shown=done.published, counts=counts
    )


def usual():
    """Time tables as a desk shows them: every one is protected and audited."""
    for shape in USUAL:
        tables = [random_table(seed, shape=shape) for seed in range(31)]
        spent = [(ours(one, quick=True).seconds, ours(one).seconds) for one in tables]
        quick, best = (statistics.median(own) * 1e3 for own in zip(*spent, strict=True))
        yield row(
            f"protect and prove {shape[0]} x {shape[1]} with margins, median",
            quick,
            best,
            other_name="ours, until no pattern has fewer cells",
            unit="ms",
            goal="ours <= 200",
        )


def beside(tables, mine, peer, more):
    name, script, other = peer
    try:
        theirs = asked(name, script, tables, more)
    except PeerMissing as why:
        yield failed(
            "cells withheld", why, other_name=other, unit="%", goal="ours >= 0"
        )
        return
    both = [m for m in zip(mine, theirs, strict=True) if m[0].shown and m[1]]
    if not both:
        raise RuntimeError(f"{other} gave no table")
    yield row(
        f"small counts bounded tighter than {WIDTH}, {len(both)} tables",
        sum(told(m.counts, m.shown, WIDTH) for m, _ in both),
        sum(told(m.counts, one.shown, WIDTH) for m, one in both),
        other_name=other,
        unit="cells",
        goal="ours <= 0",
    )
    yield row(
        "small counts known exactly",
        sum(told(m.counts, m.shown, 1) for m, _ in both),
        sum(told(m.counts, one.shown, 1) for m, one in both),
        other_name=other,
        unit="cells",
        goal="ours <= 0",
    )
    yield row(
        "cells withheld, median of the tables",
        statistics.median(share(m.shown) for m, _ in both),
        statistics.median(share(one.shown) for _, one in both),
        other_name=other,
        unit="%",
    )
    yield row(
        "protect one table, median",
        statistics.median(m.seconds for m, _ in both) * 1e3,
        statistics.median(one.seconds for _, one in both) * 1e3,
        other_name=f"{other}; it proves nothing on the way",
        unit="ms",
    )
    yield row(
        f"tables of {len(tables)} that were refused",
        sum(m.shown is None for m in mine),
        sum(one is None for one in theirs),
        other_name=other,
        unit="tables",
        goal="ours <= 6",
    )


def totals(tables, mine):
    """ACRO adds the margins up again without what it withheld: say what that does."""
    name, script, other = ACRO
    try:
        theirs = asked(name, script, tables, {"threshold": LEAST})
    except PeerMissing as why:
        yield failed(
            "totals changed", why, other_name=other, unit="%", goal="ours <= 0"
        )
        return
    both = [(m, one) for m, one in zip(mine, theirs, strict=True) if m.shown and one]
    yield row(
        f"tables whose total is not the true one, of {len(both)}",
        sum(wrong(m.counts, m.shown) for m, _ in both),
        sum(wrong(m.counts, one.shown) for m, one in both),
        other_name=other,
        unit="tables",
        goal="ours <= 0",
    )
    yield row(
        f"small counts bounded tighter than {WIDTH} where margins are true",
        sum(told(m.counts, m.shown, WIDTH) for m, _ in both),
        sum(told(m.counts, with_margins(m.counts, o.shown), WIDTH) for m, o in both),
        other_name=f"{other}, its inner cells beside the true margins",
        unit="cells",
        goal="ours <= 0",
    )
    yield row(
        "cells withheld, median of tables with two axes",
        statistics.median(share(m.shown) for m, _ in both),
        statistics.median(share(one.shown) for _, one in both),
        other_name=other,
        unit="%",
    )
    yield row(
        "protect one table with two axes, median",
        statistics.median(m.seconds for m, _ in both) * 1e3,
        statistics.median(one.seconds for _, one in both) * 1e3,
        other_name=f"{other}; no secondary cells",
        unit="ms",
    )


def asked(name, script, tables, more):
    """Ask a peer; give for each table its time and what it shows, or None."""
    plain = [
        {
            "names": list(one.names),
            "rows": [[key, n] for key, n in one.cells.items() if ALL not in key],
        }
        for one in tables
    ]
    answer = ask(name, script, {"tables": plain, **more})
    return [
        None if "refused" in one else read(one, counts, answer["total"])
        for one, counts in zip(answer["answers"], tables, strict=True)
    ]


def read(answer, counts, total):
    """Make of a peer's cells what the attacker reads; what it leaves out is nought."""
    found = {
        tuple(ALL if level == total else level for level in key): value
        for key, value in answer["cells"]
    }
    cells = {key: SimpleNamespace(value=found.get(key, 0)) for key in counts.cells}
    return SimpleNamespace(seconds=answer["seconds"], shown=printed(counts, cells))


def printed(counts, cells):
    return SimpleNamespace(names=counts.names, levels=counts.levels, cells=cells)


def with_margins(counts, shown):
    """Put the true margins, small ones withheld, around the inner cells of a table."""
    cells = {
        key: SimpleNamespace(value=None if RULE.small(n) else n)
        if ALL in key and shown.cells[key].value != n
        else shown.cells[key]
        for key, n in counts.cells.items()
    }
    return printed(counts, cells)


def told(counts, shown, width):
    """Count small cells that are shown, or bounded tighter than a width."""
    attack = Printed(shown)
    return sum(attack.recovers(attack.sum(key), width) for key in primary(counts, RULE))


def share(shown):
    hidden = sum(cell.value is None for cell in shown.cells.values())
    return 100 * hidden / len(shown.cells)


def wrong(counts, shown):
    return shown.cells[counts.total].value != counts.cells[counts.total]

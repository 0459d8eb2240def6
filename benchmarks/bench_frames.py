"""Counted frames read from the store, beside pandas reading the same tables plainly.

15,000 media with some 20,000 child appearances, signed off, in series, seen at
addresses: what the statistics desk and the reports start from.  Plain reading collapses
no near-duplicates, lets no later record stand over an earlier one and knows no roles.
"""

import contextlib
import random
import sqlite3
import sys
from pathlib import Path

import pandas as pd
from measuring import interleaved, p50, row, workshop

from iwflab.domain.grouping import Wanted
from iwflab.lab import Lab
from iwflab.workflow import series

MEDIA, AT_ONCE, SERIES, ROUNDS = 15_000, 500, 2_000, 5
CHILDREN = (1, 1, 1, 1, 2, 2, 1, 0, 3, 1)
TABLES = (
    *("medium", "examination", "copy", "sighting", "assessment", "child", "sign_off"),
    *("series", "series_member", "hash"),
)


def rows():
    place = workshop() / "frames" / "lab"
    place.parent.mkdir()
    with Lab.create(place, head_folder=str(place.parent / "heads")) as lab:
        fill(lab)
        with contextlib.closing(sqlite3.connect(place / "lab.db")) as plain:
            ours, theirs = interleaved(ROUNDS, lab.counted, lambda: read(plain))
        frames = lab.counted()
    assert len(frames["media"]) == MEDIA
    told = {"other_name": "pandas.read_sql_query of the tables", "unit": "ms"}
    name = f"{MEDIA:,} media, {len(frames['children']):,} child appearances"
    return [row(f"{name}: frames read from the store", p50(ours), p50(theirs), **told)]


def read(plain):
    return [pd.read_sql_query(f"SELECT * FROM {name}", plain) for name in TABLES]


def fill(lab):
    sys.path.append(str(Path(__file__).parents[1]))
    from tests.counted import BANDS, SEXES, Counted

    store, dice = lab._store, random.Random(6)
    counted = Counted(store)
    belong = []
    for at in range(0, MEDIA, AT_ONCE):
        with store.act("seed", "benchmark", analyst="ann") as act:
            counted.store = InOneAct(store, act)
            for number in range(at, at + AT_ONCE):
                children = [
                    (dice.choice(BANDS), dice.choice(SEXES))
                    for _ in range(dice.choice(CHILDREN))
                ]
                medium = counted.enter(
                    code=dice.choice(("A", "B", "C")),
                    children=children,
                    pdq=dice.getrandbits(256),
                    seen=[{"url": f"https://{number}.example", "source": "x"}],
                    tags={"self_generated": dice.choice(("present", "absent"))},
                )
                belong.append(Wanted(medium, 0, f"S{dice.randrange(SERIES)}"))
    series.assign(store, "series", belong, analyst="ann")


class InOneAct:
    """A store whose acts are all the one that is open: media are entered at once."""

    def __init__(self, store, act):
        self._store, self._act = store, act

    def act(self, *_, **__):
        return contextlib.nullcontext(self._act)

    def rows(self, *asked, **values):
        return self._store.rows(*asked, **values)

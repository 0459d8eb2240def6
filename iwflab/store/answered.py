"""Who said what to a hit last: so that nobody's answer is replaced unseen."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from iwflab.store.database import Store
from iwflab.store.reading import batched


@dataclass(frozen=True, slots=True)
class Answered:
    """The newest answer to a hit: which entry of the trail, by whom; 0 for none."""

    entry: int = 0
    analyst: str = ""
    verdict: str = ""


def answers_of(store: Store, hits: Sequence[str]) -> dict[str, Answered]:
    """Give the newest answer to each of some hits, whichever list brought the value."""
    query = sa.text("""
      SELECT h.id AS hit, a.entry, a.analyst, a.verdict
      FROM hit h
      JOIN hit o
        ON o.medium = h.medium AND o.algorithm = h.algorithm AND o.value = h.value
      JOIN hit_answer a ON a.hit = o.id
      WHERE h.id IN :them ORDER BY a.entry
    """).bindparams(sa.bindparam("them", expanding=True))
    found = dict.fromkeys(hits, Answered())
    for part in batched(hits):
        for row in store.rows(query, them=part):
            found[row["hit"]] = Answered(row["entry"], row["analyst"], row["verdict"])
    return found

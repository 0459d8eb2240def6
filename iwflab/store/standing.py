"""Every standing record, in the order they were made: for work on all of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from iwflab.domain.records import Record
from iwflab.store.database import Store
from iwflab.store.reading import records

_STANDS = """
  NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.assessment = a.id)
  AND NOT EXISTS (
    SELECT 1 FROM assessment b WHERE b.medium = a.medium AND b.entry > a.entry
    AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.assessment = b.id))
"""
_PART = f"""
SELECT a.entry, a.id AS assessment, a.medium, a.elements, a.tags, a.note, a.ending,
       (SELECT s.grades FROM sign_off s WHERE s.assessment = a.id AND NOT EXISTS
          (SELECT 1 FROM sign_off_end x WHERE x.sign_off = s.id)
        ORDER BY s.entry DESC LIMIT 1) AS signed
FROM assessment a
WHERE a.entry >= :entry AND (a.entry > :entry OR a.id > :id) AND {_STANDS}
ORDER BY a.entry, a.id LIMIT :most
"""  # noqa: S608 - our own text


@dataclass(frozen=True, slots=True)
class Standing:
    """A record that stands; ``signed`` holds code and version by scheme, if signed."""

    place: str  # where it stands among all: to go on after it
    medium: str
    record: Record
    signed: dict[str, Any]


def how_many(store: Store) -> int:
    """Count the records that stand."""
    query = f"SELECT COUNT(*) AS n FROM assessment a WHERE {_STANDS}"  # noqa: S608 - our own text
    return int(store.rows(sa.text(query))[0]["n"])


def standing_records(
    store: Store, *, after: str = "", most: int = 2_000
) -> Iterator[list[Standing]]:
    """Give the records that stand, some at a time, after a place."""
    entry, _, key = after.partition("/")
    at = (int(entry or -1), key)
    while True:
        rows = store.rows(sa.text(_PART), entry=at[0], id=at[1], most=most)
        if not rows:
            return
        found = records(store, rows)
        yield [
            Standing(
                place=f"{row['entry']}/{row['assessment']}",
                medium=row["medium"],
                record=found[row["medium"]],
                signed=json.loads(row["signed"] or "{}"),
            )
            for row in rows
        ]
        at = (rows[-1]["entry"], rows[-1]["assessment"])

"""Whose a medium is: assignments that are open, and media that nobody has."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from iwflab.store.database import Store
from iwflab.store.reading import WAITS, batched
from iwflab.store.settling import HELD, KNOWN

OPEN = """
  SELECT a.id, a.medium, a.analyst, a.entry
  FROM assignment a JOIN audit_entry e ON e.number = a.entry
  WHERE e.at_us >= :since
    AND NOT EXISTS (SELECT 1 FROM assignment_end x WHERE x.assignment = a.id)
"""
_FREE = (
    f"{WAITS} AND NOT {KNOWN} AND {HELD} AND m.id NOT IN"  # noqa: S608 - our own text
    f" (SELECT taken.medium FROM ({OPEN}) taken)"
)


@contextmanager
def leased_media(store: Store, *, since: int, most: int) -> Iterator[list[str]]:
    """Give waiting media that are nobody's, kept from other takers for a block.

    The first to arrive come first.  In the shared store their rows are locked and
    locked ones are passed over, so that takers choose side by side and only enter
    their choice one after the other.  The lock is the weaker one (``NO KEY UPDATE``):
    it excludes other takers, not those who grade the medium meanwhile.
    """
    query = (
        f"SELECT m.id FROM medium m WHERE {_FREE}"  # noqa: S608 - our own text
        " ORDER BY m.entry, m.id LIMIT :most"
    )
    with store.leasing() as (connection, lock):
        clause = " FOR NO KEY UPDATE OF m SKIP LOCKED" if lock else ""
        found = connection.execute(
            sa.text(query + clause), {"since": since, "most": most}
        )
        yield [str(name) for name in found.scalars().all()]


@contextmanager
def leased_among(
    store: Store, media: Sequence[str], *, since: int
) -> Iterator[list[str]]:
    """Give those of some media that are nobody's, in their order, kept as above."""
    if not media:  # an empty list has no type that PostgreSQL could compare
        yield []
        return
    query = f"SELECT m.id FROM medium m WHERE m.id IN :them AND {_FREE}"  # noqa: S608
    with store.leasing() as (connection, lock):
        clause = " FOR NO KEY UPDATE OF m SKIP LOCKED" if lock else ""
        bound = sa.text(query + clause).bindparams(sa.bindparam("them", expanding=True))
        found = connection.execute(bound, {"them": list(media), "since": since})
        free = set(found.scalars().all())
        yield [medium for medium in media if medium in free]


def still_free(store: Store, media: Sequence[str], *, since: int) -> list[str]:
    """Give those of some media that are nobody's now, in their order."""
    query = f"SELECT m.id FROM medium m WHERE m.id IN :them AND {_FREE}"  # noqa: S608
    bound = sa.text(query).bindparams(sa.bindparam("them", expanding=True))
    free = {
        row["id"]
        for part in batched(media)
        for row in store.rows(bound, them=part, since=since)
    }
    return [medium for medium in media if medium in free]


def whose(store: Store, medium: str, *, since: int) -> str:
    """Give the analyst to whom one medium is assigned, or an empty text."""
    query = sa.text(f"{OPEN} AND a.medium = :medium ORDER BY a.entry DESC")
    found = store.rows(query, since=since, medium=medium)
    return str(found[0]["analyst"]) if found else ""


def open_rows(store: Store, analyst: str, *, since: int) -> list[dict[str, Any]]:
    """Give one analyst's open assignments in the order in which they were made."""
    query = (
        f"SELECT o.* FROM ({OPEN} AND a.analyst = :analyst) o"  # noqa: S608 - ours
        " ORDER BY o.entry, o.id"
    )
    return store.rows(sa.text(query), since=since, analyst=analyst)


def assigned_to(store: Store, analyst: str, *, since: int) -> list[str]:
    """Give the media that are one analyst's, in the order of assignment."""
    return [row["medium"] for row in open_rows(store, analyst, since=since)]

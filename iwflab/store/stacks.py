"""What stacks are made of, and what was carried over within one."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from iwflab.store.database import Store
from iwflab.store.reading import batched

VERB = "grade stack"
SELECTION = "grade selection"
_VERBS = {"stack": VERB, "selection": SELECTION}  # of many media, undone as one
CHOSEN = "selection"  # in the place of an algorithm: a person chose them together

_VALUES = """
  SELECT h.medium, h.value, h.quality, h.turned
  FROM hash h JOIN medium m ON m.id = h.medium
  WHERE h.algorithm = :algorithm AND h.variant = :variant {among}
    AND NOT EXISTS (
      SELECT 1 FROM examination x
      WHERE x.medium = h.medium AND x.stopped = 0 AND x.frames > 1 AND NOT EXISTS (
        SELECT 1 FROM examination y
        WHERE y.medium = x.medium AND y.stopped = 0
          AND (y.entry > x.entry OR (y.entry = x.entry AND y.id > x.id))
      )
    )
  ORDER BY m.entry, m.id, h.entry, h.id
"""


def laid_values(
    store: Store,
    algorithm: str,
    variant: str,
    *,
    least: int,
    media: Sequence[str] | None = None,
) -> dict[str, list[str]]:
    """Give the newest hash of each medium, as stored and then turned, in hex.

    In order of arrival.  Left out are media whose newest value has a quality below
    ``least``, and those of several frames (animated, many pages) by the newest
    finished examination: their hash is that of the first frame, which says nothing
    of the others.
    """
    named = {"algorithm": algorithm, "variant": variant}
    if media is None:
        rows = store.rows(sa.text(_VALUES.format(among="")), **named)
    else:
        query = sa.text(_VALUES.format(among="AND h.medium IN :them")).bindparams(
            sa.bindparam("them", expanding=True)
        )
        rows = [
            row
            for part in batched(media)
            for row in store.rows(query, them=part, **named)
        ]
    newest = {row["medium"]: row for row in rows}
    return {
        medium: [row["value"], *row["turned"].split()]
        for medium, row in newest.items()
        if (row["quality"] or 0) >= least
    }


_STANDS = "NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.assessment = {})"
_CARRIED = f"""
  SELECT p.assessment, p.exemplar, p.algorithm, p.variant, p.distance, p.orientation,
         x.medium AS source,
         CASE WHEN {_STANDS.format("x.id")} THEN 0 ELSE 1 END AS withdrawn,
         CASE WHEN EXISTS (
           SELECT 1 FROM assessment y WHERE y.medium = x.medium AND y.entry > x.entry
             AND {_STANDS.format("y.id")}
         ) THEN 1 ELSE 0 END AS anew
  FROM propagation p JOIN assessment x ON x.id = p.exemplar
"""  # noqa: S608 - our own text


def carried_over(
    store: Store, assessments: Sequence[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Say of assessments (by default all) from which medium they were carried over.

    By assessment; ``withdrawn`` and ``anew`` say what became of the exemplar's grade.
    """
    if assessments is None:
        found = store.rows(sa.text(_CARRIED))
    else:
        query = sa.text(f"{_CARRIED} WHERE p.assessment IN :them").bindparams(
            sa.bindparam("them", expanding=True)
        )
        found = [
            r for part in batched(assessments) for r in store.rows(query, them=part)
        ]
    return {row["assessment"]: row for row in found}


# The assessments of the act that an assessment is of, and what may become of each.
_OF_ACT = f"""
  SELECT a.id, a.medium,
         CASE WHEN EXISTS (
           SELECT 1 FROM sign_off s WHERE s.assessment = a.id AND NOT EXISTS
             (SELECT 1 FROM sign_off_end e WHERE e.sign_off = s.id)
         ) THEN 1 ELSE 0 END AS signed,
         CASE WHEN EXISTS (SELECT 1 FROM propagation p WHERE p.assessment = a.id)
           THEN 1 ELSE 0 END AS carried
  FROM assessment a
  WHERE a.entry = :entry AND a.analyst = :analyst AND {_STANDS.format("a.id")}
  ORDER BY carried, a.medium
"""  # noqa: S608 - our own text


def standing_of_act(store: Store, entry: int, analyst: str) -> list[dict[str, Any]]:
    """Give what stands of the assessments of one act, the exemplar's first."""
    return store.rows(sa.text(_OF_ACT), entry=entry, analyst=analyst)


def stack_acts(store: Store, analyst: str, named: str) -> list[int]:
    """Give the entries of one analyst's acts on stacks and selections, newest first.

    ``named`` is the exemplar, or the request id of the act.
    """
    query = """
      SELECT DISTINCT x.entry FROM assessment x JOIN audit_entry e ON e.number = x.entry
      WHERE x.analyst = :analyst AND (x.medium = :named OR e.request = :named)
        AND e.verb IN (:stack, :selection)
      ORDER BY x.entry DESC
    """
    found = store.rows(sa.text(query), analyst=analyst, named=named, **_VERBS)
    return [row["entry"] for row in found]


def looked_at(store: Store, analyst: str, media: Sequence[str]) -> dict[str, set[str]]:
    """Give what of some media was painted for a person: the variants, by medium."""
    query = sa.text(
        "SELECT DISTINCT medium, variant FROM view WHERE analyst = :analyst"
        " AND kind = 'shown' AND medium IN :them"
    ).bindparams(sa.bindparam("them", expanding=True))
    found: dict[str, set[str]] = {}
    for part in batched(media):
        for row in store.rows(query, analyst=analyst, them=part):
            found.setdefault(row["medium"], set()).add(row["variant"])
    return found


def entry_of_stack(store: Store, assessment: str) -> int:
    """Give the entry of the act that graded many media with it; 0 where none did."""
    query = (
        "SELECT a.entry FROM assessment a JOIN audit_entry e ON e.number = a.entry"
        " WHERE a.id = :id AND e.verb IN (:stack, :selection)"
    )
    found = store.rows(sa.text(query), id=assessment, **_VERBS)
    return int(found[0]["entry"]) if found else 0

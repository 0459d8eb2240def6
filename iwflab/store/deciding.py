"""What a decision asks of the store before it is written: one question, not several.

It is asked under the write lock, where everybody else waits: it names one medium by
its whole id, and its statement is kept.
"""

from dataclasses import dataclass
from typing import Any

from iwflab.errors import NotFound
from iwflab.store.database import Store

_STANDING = """
  SELECT m.id AS medium, t.id AS assessment, t.analyst AS grader, EXISTS (
           SELECT 1 FROM sign_off s WHERE s.assessment = t.id AND NOT EXISTS
             (SELECT 1 FROM sign_off_end x WHERE x.sign_off = s.id)
         ) AS signed, {holder} AS holder
  FROM medium m LEFT JOIN assessment t ON t.id = (
    SELECT a.id FROM assessment a WHERE a.medium = m.id AND NOT EXISTS
      (SELECT 1 FROM withdrawal w WHERE w.assessment = a.id)
    ORDER BY a.entry DESC LIMIT 1
  ) WHERE m.id = :medium
"""
_HOLDER = """(
  SELECT a.analyst FROM assignment a JOIN audit_entry e ON e.number = a.entry
  WHERE a.medium = m.id AND e.at_us >= :since
    AND NOT EXISTS (SELECT 1 FROM assignment_end x WHERE x.assignment = a.id)
  ORDER BY a.entry DESC LIMIT 1
)"""
_ALONE = _STANDING.format(holder="''")
_HELD = _STANDING.format(holder=_HOLDER)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of one medium: its newest assessment, by whom, signed off or not.

    ``holder`` is to whom it is assigned, where that was asked; else an empty text.
    """

    medium: str
    assessment: str | None
    grader: str | None
    signed: bool
    holder: str = ""


def standing_of(store: Store, medium: str) -> Standing:
    """Give what stands of one medium, by its whole id."""
    rows = store.quick_rows(_ALONE, medium=medium)
    if not rows:
        raise NotFound(
            f"no medium answers to {medium!r}",
            advice="give the whole id or SHA-256, as iwflab queue prints it",
        )
    return _standing(rows[0])


def held_standing(store: Store, medium: str, *, since: int) -> Standing:
    """Give what stands of one medium and whose it is now; no medium is nobody's."""
    rows = store.quick_rows(_HELD, medium=medium, since=since)
    return _standing(rows[0]) if rows else Standing(medium, None, None, signed=False)


def _standing(row: dict[str, Any]) -> Standing:
    told = row["medium"], row["assessment"], row["grader"], bool(row["signed"])
    return Standing(*told, holder=row["holder"] or "")

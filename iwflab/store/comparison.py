"""What is asked of a comparison of start levels: who runs in it, what was allotted."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from iwflab.store.database import Store
from iwflab.store.reading import batched

# The first decision after the allotment that its maker did not take back: what they
# changed later, they may have been told.
_TOLD = """
  SELECT t.id AS allotment, t.entry, t.analyst, t.medium, t.level, r.answer,
    (SELECT a.id FROM assessment a
     WHERE a.medium = t.medium AND a.analyst = t.analyst AND a.entry > t.entry
       AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.assessment = a.id)
     ORDER BY a.entry, a.id LIMIT 1) AS assessment,
    (SELECT s.id FROM sign_off s
     WHERE s.medium = t.medium
       AND NOT EXISTS (SELECT 1 FROM sign_off_end x WHERE x.sign_off = s.id)
     ORDER BY s.entry DESC, s.id LIMIT 1) AS sign_off
  FROM allotment t
  JOIN comparison c ON c.id = t.comparison
  LEFT JOIN self_report r ON r.allotment = t.id
  WHERE c.protocol = :protocol
"""
_ALL = f"""
  SELECT t.allotment, t.entry, t.analyst, t.medium, t.level, t.answer, t.assessment,
         a.elements, a.tags, a.note, a.ending, a.reveal, a.seconds,
         s.grades AS accepted, s.assessment AS accepted_assessment,
         CASE WHEN EXISTS (SELECT 1 FROM propagation p WHERE p.assessment = a.id)
           THEN 1 ELSE 0 END AS carried
  FROM ({_TOLD}) t
  LEFT JOIN assessment a ON a.id = t.assessment
  LEFT JOIN sign_off s ON s.id = t.sign_off
  ORDER BY t.entry, t.allotment
"""  # noqa: S608 - our own text
_LAST_ANSWER = """
  SELECT MAX(r.entry) AS entry FROM self_report r JOIN allotment t ON t.id = r.allotment
  WHERE t.comparison = :comparison AND t.analyst = :analyst
"""
_DECIDED_SINCE = """
  SELECT COUNT(DISTINCT t.id) AS n FROM allotment t JOIN assessment a
    ON a.medium = t.medium AND a.analyst = t.analyst AND a.entry > t.entry
  WHERE t.comparison = :comparison AND t.analyst = :analyst AND a.entry > :since
"""


def newest_comparison(store: Store, protocol: str = "") -> dict[str, Any] | None:
    """Give what was switched last, of any protocol or of one; None before the first."""
    where = "WHERE protocol = :protocol" if protocol else ""
    query = f"SELECT * FROM comparison {where} ORDER BY entry DESC LIMIT 1"  # noqa: S608 - our own text
    given = {"protocol": protocol} if protocol else {}
    rows = store.rows(sa.text(query), **given)
    return rows[0] if rows else None


def allotted(
    store: Store, comparison: str, analyst: str, *, since: int
) -> dict[str, str]:
    """Give the start level of each medium that was allotted to a person since then."""
    query = (
        "SELECT medium, level FROM allotment WHERE comparison = :comparison"
        " AND analyst = :analyst AND entry >= :since ORDER BY place"
    )
    given = {"comparison": comparison, "analyst": analyst, "since": since}
    rows = store.rows(sa.text(query), **given)
    return {row["medium"]: row["level"] for row in rows}


def allotment_of(
    store: Store, comparison: str, analyst: str, medium: str
) -> dict[str, Any] | None:
    """Give one allotment with its answer, or None."""
    query = (
        "SELECT t.id, t.entry, r.answer FROM allotment t"
        " LEFT JOIN self_report r ON r.allotment = t.id WHERE t.medium = :medium"
        " AND t.comparison = :comparison AND t.analyst = :analyst"
    )
    given = {"comparison": comparison, "analyst": analyst, "medium": medium}
    rows = store.rows(sa.text(query), **given)
    return rows[0] if rows else None


def decided_since_asked(store: Store, comparison: str, analyst: str) -> int:
    """Count a person's decisions on allotted media since they were last asked."""
    given = {"comparison": comparison, "analyst": analyst}
    (last,) = store.rows(sa.text(_LAST_ANSWER), **given)
    since = last["entry"] or 0
    (row,) = store.rows(sa.text(_DECIDED_SINCE), since=since, **given)
    return int(row["n"])


def seen_before(store: Store, analyst: str, media: Sequence[str]) -> set[str]:
    """Give those of some media that were before a person's eyes."""
    query = sa.text(
        "SELECT DISTINCT medium FROM view WHERE medium IN :them"
        " AND analyst = :analyst AND kind = 'shown'"
    ).bindparams(sa.bindparam("them", expanding=True))
    return {
        row["medium"]
        for part in batched(media)
        for row in store.rows(query, them=part, analyst=analyst)
    }


def choices(store: Store, name: str, analyst: str = "") -> dict[str, tuple[str, int]]:
    """Give what each person, or one, chose last under a name, and by which entry."""
    query = (
        "SELECT analyst, value, entry FROM preference WHERE name = :name"
        " AND (:analyst = '' OR analyst = :analyst) ORDER BY entry"
    )
    rows = store.rows(sa.text(query), name=name, analyst=analyst)
    return {row["analyst"]: (row["value"], row["entry"]) for row in rows}


def told(store: Store, protocol: str) -> list[dict[str, Any]]:
    """Give every allotment of a protocol, its decision, answer, accepted class."""
    return store.rows(sa.text(_ALL), protocol=protocol)

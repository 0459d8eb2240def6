"""Media that were left as not sure or needs two: they wait for another person.

Who graded one is not asked again.  Until somebody else takes it, it stays assigned to
whom it was; then it is the other's.  As with what nobody graded: what a list settles
asks nobody, and nothing is handed out that was not held against every list.
"""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from iwflab.store.act import Act
from iwflab.store.assignments import OPEN
from iwflab.store.database import Store
from iwflab.store.reading import STANDS, batched
from iwflab.store.settling import HELD, KNOWN

# As domain.assessments.asks_another says of a row of the overview.
_LEFT = f"""
  SELECT 1 FROM assessment l
  WHERE l.medium = m.id AND l.ending <> 'settled' AND {STANDS.format("l")}
"""  # noqa: S608 - our own text
_ASKS = f"""(EXISTS ({_LEFT}) AND EXISTS (
  SELECT 1 FROM assessment t WHERE t.medium = m.id AND {STANDS.format("t")}
  AND NOT EXISTS (
    SELECT 1 FROM assessment n
    WHERE n.medium = m.id AND n.entry > t.entry AND {STANDS.format("n")}
  ) AND (t.ending <> 'settled' OR t.analyst = (
    SELECT q.analyst FROM assessment q WHERE q.medium = m.id
    AND q.ending = 'needs_two' AND {STANDS.format("q")} ORDER BY q.entry DESC LIMIT 1
  ))
))"""  # noqa: S608 - our own text
_GRADED_BY = f"""EXISTS (
  SELECT 1 FROM assessment g
  WHERE g.medium = m.id AND g.analyst = {{}} AND {STANDS.format("g")}
)"""  # noqa: S608 - our own text
# Whoever graded it does not keep it from others.
_KEPT = f"""EXISTS (
  SELECT 1 FROM ({OPEN}) o
  WHERE o.medium = m.id AND NOT {_GRADED_BY.format("o.analyst")}
)"""  # noqa: S608 - our own text
_SOME = "m.id IN (SELECT medium FROM assessment WHERE ending <> 'settled')"
_THEIRS = f"{_ASKS} AND NOT {_GRADED_BY.format(':analyst')}"


def asking_media(store: Store) -> list[str]:
    """Give all media that wait for another person, in order of arrival."""
    query = f"""
      SELECT m.id FROM medium m WHERE {_SOME} AND {_ASKS} AND NOT {KNOWN}
      ORDER BY m.entry, m.id
    """  # noqa: S608 - our own text
    return [row["id"] for row in store.rows(sa.text(query))]


def to_grade_again(
    store: Store,
    analyst: str,
    *,
    since: int,
    among: Collection[str] | None = None,
) -> list[str]:
    """Give those that a person may take now, in order of arrival.

    Not those that they graded, nor those that somebody else has before them.
    """
    query = f"""
      SELECT m.id FROM medium m
      WHERE {_SOME} AND {_THEIRS} AND NOT {_KEPT} AND NOT {KNOWN} AND {HELD}
      ORDER BY m.entry, m.id
    """  # noqa: S608 - our own text
    rows = store.rows(sa.text(query), analyst=analyst, since=since)
    return [row["id"] for row in rows if among is None or row["id"] in among]


def open_second(
    store: Store, media: Sequence[str], analyst: str, *, unknown: bool = False
) -> list[str]:
    """Give those of some media that wait for another person, whom this one is.

    With ``unknown`` only those that no hit settles: they are what is left to grade.
    """
    query = f"SELECT m.id FROM medium m WHERE m.id IN :them AND {_THEIRS}"  # noqa: S608
    query += f" AND NOT {KNOWN}" if unknown else ""
    bound = sa.text(query).bindparams(sa.bindparam("them", expanding=True))
    return [
        row["id"]
        for part in batched(media)
        for row in store.rows(bound, them=part, analyst=analyst)
    ]


def has_graded(store: Store, medium: str, analyst: str) -> bool:
    """Tell whether an assessment of a person stands on a medium."""
    query = f"""
      SELECT 1 FROM medium m WHERE m.id = :medium AND {_GRADED_BY.format(":analyst")}
    """  # noqa: S608 - our own text
    return bool(store.rows(sa.text(query), medium=medium, analyst=analyst))


def pass_on(act: Act, store: Store, media: Sequence[str], *, since: int) -> None:
    """End the assignments of who graded these: a medium is one person's at a time."""
    query = sa.text(
        f"SELECT o.id FROM ({OPEN}) o WHERE o.medium IN :them"  # noqa: S608 - ours
    ).bindparams(sa.bindparam("them", expanding=True))
    for part in batched(media):
        for row in store.rows(query, them=part, since=since):
            act.insert("assignment_end", assignment=row["id"])


_OTHERS = f"""
  SELECT a.* FROM assessment a WHERE a.medium IN :them AND {STANDS.format("a")}
  AND a.analyst <> (
    SELECT b.analyst FROM assessment b WHERE b.medium = a.medium
    AND {STANDS.format("b")} ORDER BY b.entry DESC LIMIT 1
  ) ORDER BY a.entry
"""  # noqa: S608 - our own text


def recorded_besides(store: Store, media: Sequence[str]) -> list[dict[str, Any]]:
    """Give the newest assessment of each person whose record is not what stands."""
    query = sa.text(_OTHERS).bindparams(sa.bindparam("them", expanding=True))
    rows = [row for part in batched(media) for row in store.rows(query, them=part)]
    newest = {(row["medium"], row["analyst"]): row for row in rows}
    return [{**row, "assessment": row["id"]} for row in newest.values()]

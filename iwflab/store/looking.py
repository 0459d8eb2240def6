"""What is asked of looking: views of a person, levels of a decision, choices."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from iwflab.store.database import Store
from iwflab.store.entering import must_be_same
from iwflab.store.reading import batched

# Entries are numbered as they come: going back from the newest finds the first of a
# time without an index of times, and the views of a day without those of a year.
_SHOWN = """
  SELECT v.medium, v.variant AS level, v.milliseconds, v.entry, e.at_us
  FROM view v JOIN audit_entry e ON e.number = v.entry
  WHERE v.analyst = :analyst AND v.kind = 'shown' AND e.at_us >= :since
    AND v.entry > COALESCE((
      SELECT b.number FROM audit_entry b WHERE b.at_us < :since
      ORDER BY b.number DESC LIMIT 1
    ), 0)
  ORDER BY v.entry, v.id
"""


def shown_to(store: Store, analyst: str, *, since: int) -> list[dict[str, Any]]:
    """Give what pages painted for one person since a time, in the order of reports."""
    return store.rows(sa.text(_SHOWN), analyst=analyst, since=since)


def delivered_to(
    store: Store, analyst: str, media: Sequence[str]
) -> set[tuple[str, str]]:
    """Give what of some media was ever sent to one person, each with its variant."""
    query = """
      SELECT DISTINCT medium, variant FROM view
      WHERE medium IN :them AND analyst = :analyst AND kind = 'delivered'
    """
    return _pairs(store, query, media, analyst=analyst)


def viewed(store: Store, keys: Sequence[str]) -> set[tuple[str, str]]:
    """Give the media of some views by their ids, each with its variant."""
    return _pairs(store, "SELECT medium, variant FROM view WHERE id IN :them", keys)


def _pairs(
    store: Store, query: str, them: Sequence[str], **more: str
) -> set[tuple[str, str]]:
    bound = sa.text(query).bindparams(sa.bindparam("them", expanding=True))
    return {
        (row["medium"], row["variant"])
        for part in batched(them)
        for row in store.rows(bound, them=part, **more)
    }


def levels_of(store: Store, assessment: str) -> dict[str, float]:
    """Give the seconds at each level until a decision; none for older ones."""
    query = "SELECT level, milliseconds FROM look WHERE assessment = :assessment"
    rows = store.rows(sa.text(query), assessment=assessment)
    return {row["level"]: row["milliseconds"] / 1000 for row in rows}


def preferred(store: Store, analyst: str, name: str) -> str:
    """Give what one person chose last under a name, or an empty text."""
    query = (
        "SELECT value FROM preference WHERE analyst = :analyst AND name = :name"
        " ORDER BY entry DESC LIMIT 1"
    )
    rows = store.rows(sa.text(query), analyst=analyst, name=name)
    return str(rows[0]["value"]) if rows else ""


def prefer(
    store: Store,
    analyst: str,
    name: str,
    value: str,
    *,
    request: str,
    check: Callable[[], None] | None = None,
) -> None:
    """Keep what one person chooses under a name, once under a request id.

    ``check`` may refuse it, in its turn to write; what was kept already it does not.
    """
    wanted = {"analyst": analyst, "name": name, "value": value}
    with store.act("prefer", analyst, analyst=analyst, request=request) as act:
        if act.repeated:
            must_be_same(act, "preference", [wanted])
        else:
            if check:
                check()
            act.insert("preference", **wanted)


def is_presenting(store: Store, analyst: str, session: str) -> bool:
    """Tell whether a person switched presentation mode on in a session."""
    query = (
        "SELECT active FROM presentation WHERE analyst = :analyst"
        " AND session = :session ORDER BY entry DESC LIMIT 1"
    )
    rows = store.rows(sa.text(query), analyst=analyst, session=session)
    return bool(rows and rows[0]["active"])

"""Queries that people keep under a name: the newest of a name stands."""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from iwflab.domain.trail import canonical
from iwflab.errors import BadInput, NotFound
from iwflab.store import Store
from iwflab.store.entering import must_be_same

LONGEST = 80  # signs of a name
MOST = 20_000  # signs of a query: it says what is counted, it holds no rows


def save(
    store: Store, name: str, query: Mapping[str, Any], *, analyst: str, request: str
) -> None:
    """Keep a query, plain JSON, under a name; what stood there is replaced.

    Raises BadInput for a name without signs, and for what is no JSON or too long.
    """
    row = {"name": _name(name), "query": _text(query), "active": 1}
    with store.act("save query", "query", analyst=analyst, request=request) as act:
        if act.repeated:
            must_be_same(act, "saved_query", [row])
        else:
            act.insert("saved_query", **row)


def drop(store: Store, name: str, *, analyst: str, request: str) -> None:
    """Take a query off the list; that it was kept stays in the trail."""
    gone = {"name": name.strip(), "active": 0}
    with store.act("drop query", "query", analyst=analyst, request=request) as act:
        if act.repeated:
            must_be_same(act, "saved_query", [gone])
            return
        found = [one for one in queries(store) if one["name"] == gone["name"]]
        if not found:
            raise NotFound(
                f"no query is called {name!r}", advice="give the name of one kept"
            )
        text = canonical(found[0]["query"]).decode()
        act.insert("saved_query", **gone, query=text)


def queries(store: Store) -> list[dict[str, Any]]:
    """Give the queries that are kept, in order of name, with who saved them when."""
    return [
        {
            "name": row["name"],
            "query": json.loads(row["query"]),
            "saved_by": row["analyst"],
            "saved_us": row["at_us"],
        }
        for row in store.rows(sa.text(_KEPT))
    ]


_KEPT = """
  SELECT q.name, q.query, e.analyst, e.at_us
  FROM saved_query q JOIN audit_entry e ON e.number = q.entry
  WHERE q.active = 1 AND NOT EXISTS (
    SELECT 1 FROM saved_query n WHERE n.name = q.name AND n.entry > q.entry
  )
  ORDER BY q.name
"""


def _name(name: str) -> str:
    kept = name.strip()
    if not kept or len(kept) > LONGEST or not kept.isprintable():
        raise BadInput(
            f"a query cannot be called {name!r}",
            advice=f"give it a name of 1 to {LONGEST} signs",
        )
    return kept


def _text(query: Mapping[str, Any]) -> str:
    try:
        text = canonical(dict(query)).decode()
    except (TypeError, ValueError) as fault:
        raise BadInput(
            f"this query is no JSON: {fault}", advice="plain words and numbers only"
        ) from fault
    if len(text) > MOST:
        raise BadInput(
            f"this query has {len(text)} signs", advice=f"keep it under {MOST}"
        )
    return text

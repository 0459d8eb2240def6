"""Queries that people keep under a name: the newest of a name stands."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from iwflab.domain.trail import canonical
from iwflab.errors import BadInput, NotFound, NotYours
from iwflab.schemes import scheme_named
from iwflab.statistics.queries.query import Query, query_from
from iwflab.store import Store
from iwflab.store.entering import must_be_same

LONGEST = 80  # signs of a name
MOST = 20_000  # signs of a query: it says what is counted, it holds no rows
DEFAULT = "uk_2014"  # the scheme of those that were kept without one


@dataclass(frozen=True, slots=True)
class Kept:
    """A query as it was kept; ``version`` is empty where its scheme was not kept."""

    name: str
    query: dict[str, Any]
    scheme: str
    version: str
    saved_by: str
    saved_us: int


def save(
    store: Store,
    name: str,
    query: Mapping[str, Any],
    *,
    scheme: str,
    replace: bool,
    analyst: str,
    request: str,
) -> None:
    """Keep a query under a name, with its scheme; what stood there is replaced.

    Raises BadInput for a name without signs, and for what is no query or too long;
    NotYours for a name under which another person keeps one, unless told to replace.
    """
    kept = _name(name)
    row = {"name": kept, "query": _text(query, scheme), "active": 1}
    with store.act("save query", "query", analyst=analyst, request=request) as act:
        if act.repeated:
            must_be_same(act, "saved_query", [row])
            return
        _must_be_own(store, kept, analyst, replace=replace)
        act.insert("saved_query", **row)


def drop(store: Store, name: str, *, replace: bool, analyst: str, request: str) -> None:
    """Take a query off the list; that it was kept stays in the trail.

    Raises NotFound where there is none; NotYours for another person's, unless told to.
    """
    kept = name.strip()
    gone: dict[str, str | int] = {"name": kept, "active": 0}
    with store.act("drop query", "query", analyst=analyst, request=request) as act:
        if act.repeated:
            must_be_same(act, "saved_query", [gone])
            return
        _one(store, name)
        _must_be_own(store, kept, analyst, replace=replace)
        (row,) = [row for row in _rows(store) if row["name"] == kept]
        act.insert("saved_query", **gone, query=row["query"])


def queries(store: Store) -> list[Kept]:
    """Give the queries that are kept, in order of name, with who saved them when."""
    return [_kept(row) for row in _rows(store)]


def asked(store: Store, name: str, *, scheme: str) -> Query:
    """Give a kept query to be counted under a scheme; refuse one of another scheme."""
    found = _one(store, name)
    if found.scheme != scheme:
        raise BadInput(
            f"the question {found.name!r} has categories by {found.scheme}, this is"
            f" by {scheme}",
            advice="save it under the same scheme, or leave it out",
        )
    return query_from(found.query)


def _one(store: Store, name: str) -> Kept:
    for one in queries(store):
        if one.name == name.strip():
            return one
    raise NotFound(f"no query is called {name!r}", advice="give the name of one kept")


def _must_be_own(store: Store, name: str, analyst: str, *, replace: bool) -> None:
    for one in queries(store):
        if one.name == name and one.saved_by != analyst and not replace:
            raise NotYours(
                f"{one.saved_by} keeps a question called {name!r}",
                advice="choose another name, or say that it is to be replaced",
            )


def _rows(store: Store) -> list[dict[str, Any]]:
    return [dict(row) for row in store.rows(sa.text(_KEPT))]


def _kept(row: Mapping[str, Any]) -> Kept:
    plain = json.loads(row["query"])
    if "query" not in plain:  # as they were kept before the scheme was
        plain = {"query": plain, "scheme": DEFAULT, "scheme_version": ""}
    return Kept(
        name=row["name"],
        query=plain["query"],
        scheme=plain["scheme"],
        version=plain["scheme_version"],
        saved_by=row["analyst"],
        saved_us=row["at_us"],
    )


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
        shown = kept if len(kept) <= LONGEST else f"{kept[:LONGEST]}..."
        raise BadInput(
            f"a query cannot be called {shown!r}",
            advice=f"give it a name of 1 to {LONGEST} signs",
        )
    return kept


def _text(query: Mapping[str, Any], scheme: str) -> str:
    law = scheme_named(scheme)
    plain = query_from(query).plain()
    kept = {"query": plain, "scheme": law.name, "scheme_version": law.version}
    text = canonical(kept).decode()
    if len(text) > MOST:
        raise BadInput(
            f"this query has {len(text)} signs", advice=f"keep it under {MOST}"
        )
    return text

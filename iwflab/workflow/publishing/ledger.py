"""The ledger in the store: what left as numbers, in the order in which it left."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from iwflab.errors import BadInput
from iwflab.statistics.disclosure import (
    Output,
    Release,
    release_from,
    release_json,
)
from iwflab.store import Act, Store


def earlier(store: Store) -> list[Release]:
    """Give every release of numbers that ever left, the oldest first."""
    query = "SELECT entries FROM statistical_release ORDER BY entry, id"
    return [release_from(row["entries"]) for row in store.rows(sa.text(query))]


def newest(store: Store) -> str:
    """Give the id of the newest release; nothing where none left yet."""
    query = "SELECT id FROM statistical_release ORDER BY entry DESC, id DESC LIMIT 1"
    found = store.rows(sa.text(query))
    return str(found[0]["id"]) if found else ""


def entered(store: Store) -> list[dict[str, Any]]:
    """Give the rows of all releases, the oldest first, with when they left."""
    return store.rows(sa.text(_ENTERED))


_ENTERED = """
  SELECT r.id, r.name, r.report, r.cut, r.profile, r.digest, r.manifest_sha256,
         r.entries, e.at_us, e.request
  FROM statistical_release r JOIN audit_entry e ON e.number = r.entry
  ORDER BY r.entry, r.id
"""


def outputs(store: Store, release: str) -> list[dict[str, Any]]:
    """Give the record of each table of a release, in order of name."""
    query = (
        "SELECT name, profile, outcome, reason, exception_asked, made_by, asked_by,"
        " approved_by FROM statistical_output WHERE release = :release ORDER BY name"
    )
    return store.rows(sa.text(query), release=release)


def is_taken(store: Store, name: str) -> bool:
    """Tell whether a release of this name left."""
    query = "SELECT 1 AS one FROM statistical_release WHERE name = :name"
    return bool(store.rows(sa.text(query), name=name))


def enter(
    act: Act,
    key: str,
    payload: Mapping[str, Any],
    release: Release,
    records: Sequence[Output],
) -> None:
    """Enter a release and the record of each of its tables; nothing takes it back."""
    act.insert(
        "statistical_release",
        id=key,
        name=release.name,
        report=payload["report"],
        cut=release.cut,
        profile=payload["profile"],
        digest=release.digest,
        entries=release_json(release),
        manifest_sha256=payload["manifest_sha256"],
    )
    for one in records:
        if not one.may_leave:
            raise BadInput(
                f"the table {one.name!r} may not leave: {one.verdict.reason}",
                advice="ask anew, with an exception and its reason",
            )
        act.insert(
            "statistical_output",
            release=key,
            name=one.name,
            profile=one.profile,
            outcome=str(one.verdict.outcome),
            reason=one.verdict.reason,
            exception_asked=one.exception_asked,
            made_by=one.made_by,
            asked_by=one.asked_by,
            approved_by=one.approved_by,
        )

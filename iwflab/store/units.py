"""What count units are made of: series and victims by hand, sightings, copies, days.

What stands is the newest row of a medium (or of a child on it); a newest row without
a reference takes it out.
"""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from iwflab.domain.grouping import SERIES, VICTIM, Subject
from iwflab.store.act import Act
from iwflab.store.database import Store
from iwflab.store.entering import one_row
from iwflab.store.reading import STANDS, batched

# The newest of each subject, with its reference; none where it was taken out.
_MEMBERS = """
  SELECT x.medium, x.number, g.name, x.basis, x.entry FROM (
    SELECT m.medium, {number} AS number, m.{kind}, m.basis, m.entry,
           ROW_NUMBER() OVER (
             PARTITION BY {subject} ORDER BY m.entry DESC, m.id DESC
           ) AS place
    FROM {kind}_member m {{where}}
  ) x JOIN {kind} g ON g.id = x.{kind} WHERE x.place = 1
  ORDER BY x.entry, x.medium, x.number
"""
_STANDS = STANDS.format("a")
_QUERIES = {
    SERIES: _MEMBERS.format(kind=SERIES, number="0", subject="m.medium"),
    VICTIM: _MEMBERS.format(
        kind=VICTIM, number="m.number", subject="m.medium, m.number"
    ),
}


def tuples(store: Store, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """Run one query of ours and give its rows as tuples."""
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query), values)]


def members(
    store: Store, kind: str, media: Collection[str] | None = None
) -> dict[Subject, tuple[str, str, int]]:
    """Give what stands: by subject the reference, why, and the entry that said so.

    Of some ``media`` only, where they are named.
    """
    return {
        (medium, number): (name, basis, entry)
        for medium, number, name, basis, entry in _of(store, _QUERIES[kind], "m", media)
    }


def _of(
    store: Store, query: str, table: str, media: Collection[str] | None
) -> list[tuple[Any, ...]]:
    """Run a query with a place for the media that it is asked of."""
    if media is None:
        return tuples(store, query.format(where=""))
    narrowed = query.format(where=f"WHERE {table}.medium IN :them")
    bound = sa.text(narrowed).bindparams(sa.bindparam("them", expanding=True))
    with store.read() as connection:
        return [
            tuple(row)
            for part in batched(sorted(media))
            for row in connection.execute(bound, {"them": part})
        ]


def series_by_medium(store: Store) -> dict[str, str]:
    """Give the series of each medium that is in one."""
    return {medium: told[0] for (medium, _), told in members(store, SERIES).items()}


def enter_members(
    act: Act, kind: str, subjects: Sequence[tuple[Subject, str, str]]
) -> None:
    """Enter for each subject its reference ("" takes it out) and why."""
    keys: dict[str, str | None] = {"": None}
    for (medium, number), name, basis in subjects:
        if name not in keys:
            keys[name] = one_row(act, kind, name=name)
        more = {"number": number} if kind == VICTIM else {}
        row = {"medium": medium, kind: keys[name], "basis": basis, **more}
        act.insert(f"{kind}_member", **row)


def said_then(act: Act, kind: str) -> list[tuple[Subject, str, str]]:
    """Give what a repeated act entered, in the form of :func:`enter_members`."""
    number = "m.number" if kind == VICTIM else "0"
    query = (
        f"SELECT m.medium, {number}, COALESCE(g.name, ''), m.basis"  # noqa: S608 - ours
        f" FROM {kind}_member m LEFT JOIN {kind} g ON g.id = m.{kind}"
        " WHERE m.entry = :entry"
    )
    found = act.connection.execute(sa.text(query), {"entry": act.number})
    return [((medium, place), name, basis) for medium, place, name, basis in found]


def references(store: Store, kind: str) -> set[str]:
    """Name every reference there is, with or without members."""
    return {name for (name,) in tuples(store, f"SELECT name FROM {kind}")}  # noqa: S608


def said_by(store: Store, kind: str) -> dict[int, tuple[str, int]]:
    """Give who put anything together, and when (UTC microseconds), by entry."""
    query = (
        "SELECT e.number, e.analyst, e.at_us FROM audit_entry e"  # noqa: S608 - ours
        f" WHERE e.number IN (SELECT entry FROM {kind}_member)"
    )
    return {entry: (who, at_us) for entry, who, at_us in tuples(store, query)}


def graded_in(store: Store, media: Collection[str] | None = None) -> dict[str, int]:
    """Give the entry of the assessment that stands, by medium: of some, or of all."""
    query = (
        "SELECT a.medium, MAX(a.entry) FROM"  # noqa: S608 - ours
        f" (SELECT * FROM assessment a {{where}}) a WHERE {_STANDS} GROUP BY a.medium"
    )
    return dict(_of(store, query, "a", media))


def media_days(store: Store) -> dict[str, int]:
    """Give when each medium arrived, in UTC microseconds."""
    query = """
      SELECT m.id, e.at_us FROM medium m JOIN audit_entry e ON e.number = m.entry
    """
    return dict(tuples(store, query))


def signed_days(store: Store) -> dict[str, int]:
    """Give when each sign-off was made, in UTC microseconds, by its id."""
    query = """
      SELECT s.id, e.at_us FROM sign_off s JOIN audit_entry e ON e.number = s.entry
    """
    return dict(tuples(store, query))


CHILD = (
    *("assessment", "entry", "number", "age_band", "sex", "pubertal", "face_visible"),
    *("skin_tone", "age_min", "age_max"),
)


def child_rows(store: Store) -> list[tuple[Any, ...]]:
    """Give every child row that was ever recorded, with the columns ``CHILD``.

    ``entry`` is that of its assessment.
    """
    columns = ", ".join(f"c.{name}" for name in CHILD[2:])
    query = (
        f"SELECT c.assessment, a.entry, {columns} FROM child c"  # noqa: S608 - ours
        " JOIN assessment a ON a.id = c.assessment ORDER BY a.entry, a.id, c.number"
    )
    return tuples(store, query)


COPY = ("medium", "copy", "at_us")


def copy_rows(store: Store) -> list[tuple[Any, ...]]:
    """Give every copy with the columns ``COPY``, in order of arrival."""
    query = """
      SELECT c.medium, c.id, e.at_us FROM copy c
      JOIN audit_entry e ON e.number = c.entry ORDER BY c.entry, c.id
    """
    return tuples(store, query)


SIGHTING = ("medium", "id", "source", "route", "routes", "url", "seen_on")


def sighting_rows(store: Store) -> list[tuple[Any, ...]]:
    """Give every sighting with the columns ``SIGHTING``, in order of arrival.

    ``route`` is what was said last, ``routes`` all that was said of it, in order.
    """
    said: dict[str, list[str]] = {}
    later = "SELECT sighting, route FROM sighting_route ORDER BY entry, id"
    for key, route in tuples(store, later):
        said.setdefault(key, []).append(route)
    query = """
      SELECT c.medium, s.id, s.source, s.route, s.url, s.seen_on
      FROM sighting s JOIN copy c ON c.id = s.copy ORDER BY s.entry, s.id
    """
    rows = []
    for medium, key, source, first, url, seen_on in tuples(store, query):
        routes = [*([first] if first else []), *said.get(key, ())]
        told = (routes[-1] if routes else "", " ".join(routes))
        rows.append((medium, key, source, *told, url, seen_on))
    return rows

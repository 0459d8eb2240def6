"""The questions that steps and desks ask of the store, each in one place.

What stands now is worked out from append-only rows: the newest assessment that was
not withdrawn, the newest sign-off that was not taken back and is about it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from iwflab.domain.elements import CHILD_FIELDS
from iwflab.domain.hashes import FrameHash, FrameHashes, HashValue
from iwflab.domain.records import Child, Record, Segment
from iwflab.errors import NotFound
from iwflab.store.database import Store
from iwflab.store.settling import KNOWN

# What stands now, of the media that ``chosen`` names: every step of the query starts
# from it, so that one medium costs the same in a lab of ten and of 20,000.  (CROSS
# JOIN keeps SQLite's planner from starting at the other end.)
STANDS = "NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.assessment = {}.id)"
_STANDS = STANDS.format("a")
_OVERVIEW = f"""
WITH chosen AS (
  SELECT m.* FROM medium m WHERE {{chosen}}
), ranked AS (
  SELECT a.*, e.at_us,
         ROW_NUMBER() OVER (PARTITION BY a.medium ORDER BY a.entry DESC) AS place
  FROM chosen m CROSS JOIN assessment a
  JOIN audit_entry e ON e.number = a.entry WHERE a.medium = m.id AND {_STANDS}
), stands AS (
  SELECT * FROM ranked WHERE place = 1
), signed AS (
  SELECT s.*, ROW_NUMBER() OVER (PARTITION BY s.medium ORDER BY s.entry DESC) AS place
  FROM stands t JOIN sign_off s ON s.assessment = t.id
  WHERE NOT EXISTS (SELECT 1 FROM sign_off_end x WHERE x.sign_off = s.id)
), seen AS (
  SELECT x.*, ROW_NUMBER() OVER (PARTITION BY x.medium ORDER BY x.entry DESC) AS place
  FROM chosen m CROSS JOIN examination x WHERE x.medium = m.id
), places AS (
  SELECT c.medium, c.shown, COUNT(*) OVER (PARTITION BY c.medium) AS copies,
         ROW_NUMBER() OVER (PARTITION BY c.medium ORDER BY c.entry, c.id) AS place
  FROM chosen m CROSS JOIN copy c WHERE c.medium = m.id
), overview AS (
  SELECT m.id AS medium, m.sha256, m.sha1, m.md5, m.size, m.entry AS arrived,
         x.state, x.reason, x.format, x.mode, x.width, x.height, x.frames,
         x.metadata, x.previews, x.decoder, x.stopped,
         t.id AS assessment, t.analyst AS grader, t.at_us AS graded_us,
         t.elements, t.tags, t.note, t.reveal, t.seconds, t.ending,
         (SELECT a.analyst FROM assessment a WHERE a.medium = m.id AND {_STANDS}
            AND a.ending = 'needs_two' ORDER BY a.entry DESC LIMIT 1) AS asked_for_two,
         CASE WHEN EXISTS (
                SELECT 1 FROM assessment l WHERE l.medium = m.id
                AND l.ending <> 'settled'
              ) AND {KNOWN} THEN 1 ELSE 0 END AS left_but_known,
         s.id AS sign_off, s.analyst AS signed_by, s.grades AS signed_grades,
         c.copies, c.shown AS name,
         CASE WHEN EXISTS (SELECT 1 FROM release_item r WHERE r.sign_off = s.id)
                THEN 'released'
              WHEN s.id IS NOT NULL THEN 'signed_off'
              WHEN t.id IS NOT NULL THEN 'graded'
              WHEN {KNOWN} THEN 'known'
              ELSE 'waiting' END AS stage
  FROM chosen m
  LEFT JOIN seen x ON x.medium = m.id AND x.place = 1
  LEFT JOIN stands t ON t.medium = m.id
  LEFT JOIN signed s ON s.medium = m.id AND s.place = 1
  LEFT JOIN places c ON c.medium = m.id AND c.place = 1
)
SELECT * FROM overview WHERE {{where}} ORDER BY arrived, medium
"""  # noqa: S608 - our own text


_MOST = 10_000  # values bound at once; SQLite's stock limit is 32,766


def batched(values: Sequence[str]) -> list[list[str]]:
    """Cut a long list into parts that a query can take."""
    return [list(values[at : at + _MOST]) for at in range(0, len(values), _MOST)]


def _in_parts(
    store: Store, query: str, values: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Run a query over ``IN :them``, part by part."""
    bound = sa.text(query).bindparams(sa.bindparam("them", expanding=True))
    for part in batched(values):
        yield from store.rows(bound, them=part)


def entered(store: Store, media: Sequence[str]) -> set[str]:
    """Give which of some ids are of media that were taken in."""
    query = "SELECT id FROM medium WHERE id IN :them"
    return {row["id"] for row in _in_parts(store, query, media)}


def whole_ids(store: Store, media: Sequence[str]) -> list[str]:
    """Give the ids of media named by id, SHA-256 or their start; each once."""
    found = entered(store, media)
    named = (m if m in found else str(one_medium(store, m)["medium"]) for m in media)
    return list(dict.fromkeys(named))


def overview(
    store: Store, where: str = "1 = 1", *, chosen: str = "1 = 1", **values: Any
) -> list[dict[str, Any]]:
    """Give one mapping per medium, in order of arrival.

    ``chosen`` narrows the media by their own columns before anything is worked out,
    ``where`` by the columns of the result.  Both are written in this program (never
    by a person), with ``:names`` for values; a list is bound as ``IN :names``.
    """
    query = sa.text(_OVERVIEW.format(where=where, chosen=chosen))
    lists = [name for name, value in values.items() if isinstance(value, list)]
    query = query.bindparams(*(sa.bindparam(name, expanding=True) for name in lists))
    return store.rows(query, **values)


def some_media(store: Store, media: Sequence[str]) -> list[dict[str, Any]]:
    """Give the overview of some media, in the order they are named."""
    found = [
        row
        for part in batched(media)
        for row in overview(store, chosen="m.id IN :media", media=part)
    ]
    place = {medium: number for number, medium in enumerate(media)}
    return sorted(found, key=lambda row: place[row["medium"]])


def one_medium(store: Store, medium: str) -> dict[str, Any]:
    """Give the overview of one medium, by its id or its SHA-256 (or their start)."""
    least = 6
    if len(medium) < least or not all(c in "0123456789abcdef" for c in medium):
        found = []
    else:
        # Half-open ranges: an index serves them, and no wildcard can be smuggled in.
        found = overview(
            store,
            chosen="m.id >= :low AND m.id < :high"
            " OR m.sha256 >= :low AND m.sha256 < :high",
            low=medium,
            high=medium + "g",
        )
    if len(found) != 1:
        raise NotFound(
            f"{len(found)} media answer to {medium!r}",
            advice="give the whole id or SHA-256, as iwflab queue prints it",
        )
    return found[0]


WAITS = (
    "NOT EXISTS (SELECT 1 FROM assessment a"  # noqa: S608 - our own text
    f" WHERE a.medium = m.id AND {_STANDS})"
)


def waiting_media(
    store: Store, among: Sequence[str], *, unknown: bool = False
) -> list[str]:
    """Give those of some media that have no standing assessment.

    With ``unknown`` only those that no hit settles: they are what is left to grade.
    """
    query = f"SELECT m.id FROM medium m WHERE m.id IN :them AND {WAITS}"  # noqa: S608
    query += f" AND NOT {KNOWN}" if unknown else ""
    return [row["id"] for row in _in_parts(store, query, among)]


def newest_graded(store: Store, analyst: str, *, most: int) -> list[str]:
    """Give the media that one analyst graded last, the newest last."""
    query = (
        "SELECT a.medium, MAX(a.entry) AS newest FROM assessment a"  # noqa: S608
        f" WHERE a.analyst = :analyst AND {_STANDS}"
        " GROUP BY a.medium ORDER BY newest DESC LIMIT :most"
    )
    rows = store.rows(sa.text(query), analyst=analyst, most=most)
    return [row["medium"] for row in reversed(rows)]


def children_of(store: Store, assessments: Sequence[str]) -> dict[str, list[Child]]:
    """Give the child rows of some assessments, by assessment, in their order."""
    found: dict[str, list[Child]] = {key: [] for key in assessments}
    query = "SELECT * FROM child WHERE assessment IN :them ORDER BY number"
    for row in _in_parts(store, query, assessments):
        found[row["assessment"]].append(
            Child(
                number=row["number"],
                age_min=row["age_min"],
                age_max=row["age_max"],
                **{name: row[name] for name in CHILD_FIELDS},
            )
        )
    return found


def segments_of(store: Store, assessments: Sequence[str]) -> dict[str, list[Segment]]:
    """Give the segments of some assessments, by assessment, in their order."""
    found: dict[str, list[Segment]] = {key: [] for key in assessments}
    query = "SELECT * FROM segment WHERE assessment IN :them ORDER BY number"
    for row in _in_parts(store, query, assessments):
        elements = json.loads(row["elements"])
        found[row["assessment"]].append(
            Segment(row["number"], row["start_ms"], row["end_ms"], elements)
        )
    return found


def records(store: Store, rows: Sequence[Mapping[str, Any]]) -> dict[str, Record]:
    """Read the standing records of rows of the overview, by medium."""
    graded = [row for row in rows if row["assessment"]]
    named = [row["assessment"] for row in graded]
    children, segments = children_of(store, named), segments_of(store, named)
    return {
        row["medium"]: Record(
            elements=json.loads(row["elements"]),
            children=tuple(children[row["assessment"]]),
            tags=json.loads(row["tags"]),
            note=row["note"],
            segments=tuple(segments[row["assessment"]]),
            ending=row["ending"],
        )
        for row in graded
    }


def stored_hashes(store: Store, medium: str) -> list[HashValue]:
    """Give the hashes of one medium; of each kind the newest comes last."""
    query = """
      SELECT algorithm, value, library, version, conversion, variant, quality
      FROM hash WHERE medium = :medium ORDER BY entry, algorithm
    """
    return [HashValue(**row) for row in store.rows(sa.text(query), medium=medium)]


def stored_frame_hashes(store: Store, medium: str) -> list[FrameHashes]:
    """Give the frame hashes of one medium; of each kind the newest comes last."""
    query = """
      SELECT algorithm, variant, frames, library, version, conversion
      FROM frame_hashes WHERE medium = :medium ORDER BY entry
    """
    return [
        FrameHashes(
            **{
                **row,
                "frames": tuple(FrameHash(*one) for one in json.loads(row["frames"])),
            }
        )
        for row in store.rows(sa.text(query), medium=medium)
    ]


def sightings_of(store: Store, medium: str) -> list[dict[str, Any]]:
    """Give what the sidecar said of the copies of one medium."""
    query = (
        "SELECT s.source, s.url, s.seen_on, s.series FROM sighting s"
        " JOIN copy c ON c.id = s.copy WHERE c.medium = :medium ORDER BY s.entry"
    )
    return store.rows(sa.text(query), medium=medium)

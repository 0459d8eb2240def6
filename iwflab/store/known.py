"""What is known without looking: hash lists, hits against them, what was answered.

A hit stands while its list, its entry or the sign-off that it names stands.  An answer
is about a medium and a value: it is remembered when another list brings the same value.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from iwflab.domain.hashes import HashValue
from iwflab.store.act import Act
from iwflab.store.database import Store
from iwflab.store.reading import WAITS, batched
from iwflab.store.settling import COUNTS, HELD, KNOWN, STANDS, VERDICT

SAME, NOT_SAME = "same", "not_same"
OPEN = "open"  # an answer was taken back: neither
OWN = "own"  # this lab's own signed-off grades, among what media are held against

_HITS = f"""
  SELECT h.id AS hit, h.medium, h.hash_list, h.sign_off, h.line, h.algorithm, h.variant,
         h.value, h.distance, h.orientation, h.tier, h.label, h.entry,
         COALESCE(l.name, '') AS list, COALESCE(l.kind, 'known') AS kind,
         COALESCE(l.source, '') AS source, COALESCE(s.medium, '') AS twin,
         COALESCE({VERDICT}, '') AS answer,
         CASE WHEN {COUNTS} THEN 1 ELSE 0 END AS settles
  FROM hit h
  LEFT JOIN hash_list l ON l.id = h.hash_list
  LEFT JOIN sign_off s ON s.id = h.sign_off
  WHERE {STANDS}
"""  # noqa: S608 - our own text


def standing_hits(
    store: Store, media: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Give the hits that stand, of some media or of all, the surest first."""
    order = (
        " ORDER BY h.medium, CASE h.tier WHEN 'exact' THEN 0 WHEN 'match' THEN 1"
        " ELSE 2 END, h.distance, h.entry, h.id"
    )
    if media is None:
        return store.rows(sa.text(_HITS + order))
    query = sa.text(f"{_HITS} AND h.medium IN :them {order}")
    bound = query.bindparams(sa.bindparam("them", expanding=True))
    return [row for part in batched(media) for row in store.rows(bound, them=part)]


def one_hit(store: Store, hit: str) -> dict[str, Any] | None:
    """Give a standing hit by its id, or None."""
    found = store.rows(sa.text(f"{_HITS} AND h.id = :hit"), hit=hit)
    return found[0] if found else None


def hits_called(store: Store, start: str) -> list[str]:
    """Give the ids of the standing hits that begin so; six hex digits at least."""
    if len(start) < 6 or set(start) - set("0123456789abcdef"):  # noqa: PLR2004
        return []
    # A half-open range, as for media: no wildcard can be smuggled in.
    query = sa.text(f"{_HITS} AND h.id >= :low AND h.id < :high")
    return [row["hit"] for row in store.rows(query, low=start, high=start + "g")]


def hash_lists(store: Store) -> list[dict[str, Any]]:
    """Give every list that was added, in order, with the reason of its end if ended."""
    query = """
      SELECT l.id, l.name, l.kind, l.source, l.format, l.sha256, l.items, l.columns,
             l.entry, e.at_us AS added_us, e.analyst AS added_by,
             COALESCE(x.reason, '') AS ended,
             (SELECT COUNT(*) FROM list_line_end y
              WHERE y.hash_list = l.id) AS withdrawn
      FROM hash_list l JOIN audit_entry e ON e.number = l.entry
      LEFT JOIN hash_list_end x ON x.hash_list = l.id ORDER BY l.entry
    """
    return [
        {**row, "columns": json.loads(row["columns"])}
        for row in store.rows(sa.text(query))
    ]


def standing_lists(store: Store) -> list[dict[str, Any]]:
    """Give the lists that were not withdrawn."""
    return [row for row in hash_lists(store) if not row["ended"]]


def withdrawn_lines(store: Store, hash_list: str) -> set[int]:
    """Give the lines of a list that were withdrawn."""
    query = sa.text("SELECT line FROM list_line_end WHERE hash_list = :list")
    return {int(row["line"]) for row in store.rows(query, list=hash_list)}


def all_media(store: Store) -> list[str]:
    """Give every medium, in order of arrival."""
    query = sa.text("SELECT id FROM medium ORDER BY entry, id")
    return [row["id"] for row in store.rows(query)]


def held_against(store: Store) -> dict[str, dict[str, int]]:
    """Give, for each medium that was held, against what and by which entry last.

    What is meant are ids of lists, and "own".  A medium that was hashed since, or was
    not examined yet, counts as never held; against "own" also one that was held before
    the newest sign-off.
    """
    found: dict[str, dict[str, int]] = defaultdict(dict)
    query = "SELECT medium, against, entry FROM held ORDER BY entry"
    for row in store.rows(sa.text(query)):
        told = dict.fromkeys(json.loads(row["against"]), row["entry"])
        found[row["medium"]].update(told)
    newest = newest_hashes(store)
    signed = store.rows(sa.text("SELECT COALESCE(MAX(entry), 0) AS n FROM sign_off"))
    for medium, held in found.items():
        least = {name: newest.get(medium, 0) for name in held}
        least[OWN] = max(newest.get(medium, 0), signed[0]["n"])
        found[medium] = {n: at for n, at in held.items() if at > least[n]}
    return found


def newest_hashes(store: Store, media: Sequence[str] | None = None) -> dict[str, int]:
    """Give the entry that hashed each medium last, of some media or of all."""
    query = """
      SELECT medium, MAX(entry) AS entry FROM (
        SELECT medium, entry FROM hash UNION ALL SELECT medium, entry FROM frame_hashes
      ) both_kinds {where} GROUP BY medium
    """
    if media is None:
        rows = store.rows(sa.text(query.format(where="")))
    else:
        some = sa.text(query.format(where="WHERE medium IN :them"))
        bound = some.bindparams(sa.bindparam("them", expanding=True))
        rows = [row for part in batched(media) for row in store.rows(bound, them=part)]
    return {row["medium"]: row["entry"] for row in rows}


def several_frames(store: Store, media: Sequence[str]) -> set[str]:
    """Give those media that are more than one picture, and those not examined yet.

    The hash of a first frame or page says nothing of the others.
    """
    query = sa.text(
        "SELECT medium, frames FROM examination WHERE medium IN :them ORDER BY entry"
    ).bindparams(sa.bindparam("them", expanding=True))
    frames = {
        row["medium"]: row["frames"]
        for part in batched(media)
        for row in store.rows(query, them=part)
    }
    return {medium for medium in media if frames.get(medium, 2) > 1}


def examined(store: Store, media: Sequence[str]) -> set[str]:
    """Give those media that a worker had before it, however it ended."""
    query = sa.text(
        "SELECT DISTINCT medium FROM examination WHERE medium IN :them"
    ).bindparams(sa.bindparam("them", expanding=True))
    return {
        row["medium"] for part in batched(media) for row in store.rows(query, them=part)
    }


def known_among(store: Store, media: Sequence[str]) -> set[str]:
    """Give those of some media that need no eyes, and that nobody graded."""
    query = (
        "SELECT m.id FROM medium m"  # noqa: S608 - our own text
        f" WHERE m.id IN :them AND {WAITS} AND {KNOWN}"
    )
    bound = sa.text(query).bindparams(sa.bindparam("them", expanding=True))
    return {
        row["id"] for part in batched(media) for row in store.rows(bound, them=part)
    }


def media_of(store: Store, intake: str) -> list[str]:
    """Give the media of which one intake entered a copy."""
    query = sa.text("SELECT DISTINCT medium FROM copy WHERE intake = :intake")
    return [row["medium"] for row in store.rows(query, intake=intake)]


def unheld(store: Store) -> int:
    """Count media that wait to be held against lists before anybody gets them."""
    query = f"SELECT COUNT(*) AS n FROM medium m WHERE NOT {HELD}"  # noqa: S608
    return int(store.rows(sa.text(query))[0]["n"])


def enter_held(act: Act, medium: str, against: Iterable[str]) -> None:
    """Enter that a medium was held against these lists."""
    act.insert("held", medium=medium, against=json.dumps(sorted(against)))


def values_of(store: Store, media: Sequence[str]) -> dict[str, list[HashValue]]:
    """Give the newest hashes of media, by medium; each algorithm and variant once."""
    query = sa.text(
        "SELECT medium, algorithm, variant, value, quality, library, version,"
        " conversion, turned FROM hash WHERE medium IN :them ORDER BY entry, id"
    ).bindparams(sa.bindparam("them", expanding=True))
    newest: dict[str, dict[tuple[str, str], HashValue]] = {m: {} for m in media}
    for part in batched(media):
        for row in store.rows(query, them=part):
            newest[row["medium"]][row["algorithm"], row["variant"]] = _value(row)
    return {medium: list(values.values()) for medium, values in newest.items()}


def frames_of(store: Store, media: Sequence[str]) -> dict[str, list[HashValue]]:
    """Give the frame hashes of videos as values of PDQ, by medium; others left out."""
    query = sa.text(
        "SELECT medium, algorithm, frames, library, version, conversion"
        " FROM frame_hashes WHERE medium IN :them ORDER BY entry, id"
    ).bindparams(sa.bindparam("them", expanding=True))
    found: dict[str, list[HashValue]] = {}
    for part in batched(media):
        for row in store.rows(query, them=part):
            told = {n: row[n] for n in ("library", "version", "conversion")}
            # Of equal frames one is enough, and a clip that stands still has many.
            values = {frame[3]: frame[2] for frame in json.loads(row["frames"])}
            found[row["medium"]] = [
                HashValue(row["algorithm"], value, variant="full", quality=q, **told)
                for value, q in values.items()
            ]
    return found


def _value(row: Mapping[str, Any]) -> HashValue:
    names = ("algorithm", "value", "library", "version", "conversion", "variant")
    told = {name: row[name] for name in names}
    return HashValue(
        **told, quality=row["quality"], turned=tuple(row["turned"].split())
    )


def signed_codes(store: Store) -> dict[str, dict[str, Any]]:
    """Give the standing sign-offs by medium: id and grades.

    A grade that was carried over in a stack is left out: nobody looked at it, and a
    chain of such would drift away from what was seen.
    """
    query = """
      SELECT s.id, s.medium, s.grades FROM sign_off s
      WHERE NOT EXISTS (SELECT 1 FROM sign_off_end x WHERE x.sign_off = s.id)
      AND NOT EXISTS (SELECT 1 FROM propagation p WHERE p.assessment = s.assessment)
      ORDER BY s.entry
    """
    return {
        row["medium"]: {"sign_off": row["id"], "grades": json.loads(row["grades"])}
        for row in store.rows(sa.text(query))
    }


def graded_media(store: Store) -> set[str]:
    """Give the media that a person graded: their assessment stands."""
    query = """
      SELECT DISTINCT a.medium FROM assessment a
      WHERE NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.assessment = a.id)
    """
    return {row["medium"] for row in store.rows(sa.text(query))}


# Looks that were not needed, by reason: media that nobody was shown, and copies.
_AVOIDED = f"""
  SELECT m.id AS medium,
         CASE WHEN EXISTS (
           SELECT 1 FROM view v WHERE v.medium = m.id AND v.kind <> 'delivered'
         ) THEN 1 ELSE 0 END AS looked,
         (SELECT COUNT(*) FROM copy c WHERE c.medium = m.id) AS copies,
         CASE WHEN {WAITS} AND {KNOWN} THEN 1 ELSE 0 END AS known,
         CASE WHEN EXISTS (
           SELECT 1 FROM assessment a JOIN propagation p ON p.assessment = a.id
           WHERE a.medium = m.id AND NOT EXISTS (
             SELECT 1 FROM withdrawal w WHERE w.assessment = a.id)
         ) THEN 1 ELSE 0 END AS carried
  FROM medium m
"""  # noqa: S608 - our own text


def unlooked(store: Store) -> list[dict[str, Any]]:
    """Say of each medium whether anybody looked, and what settled it otherwise."""
    return store.rows(sa.text(_AVOIDED))

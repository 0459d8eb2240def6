"""What the order of the queue rests on: what is known before anybody graded."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from iwflab.store.database import Store
from iwflab.store.reading import batched
from iwflab.store.settling import KNOWN, STANDS, VERDICT

_FOLLOWED = (
    *("medium", "hash", "sighting", "hit", "hit_answer"),
    *("hash_list_end", "list_line_end", "sign_off", "sign_off_end"),
)
_MARKS = ", ".join(f"(SELECT MAX(entry) FROM {name}) AS {name}" for name in _FOLLOWED)  # noqa: S608 - our own names
# The surest hit of a medium comes first; what was said not to be the same is no hit.
_LABELS = f"""
  SELECT h.medium, h.label, h.sign_off FROM hit h
  WHERE {STANDS} AND COALESCE({VERDICT}, '') <> 'not_same'
  ORDER BY CASE h.tier WHEN 'exact' THEN 0 WHEN 'match' THEN 1 ELSE 2 END,
           h.distance, h.entry, h.id
"""  # noqa: S608 - our own text
_TOUCHED = """
  SELECT a.medium FROM assessment a WHERE a.entry > :since
  UNION SELECT a.medium FROM withdrawal w JOIN assessment a ON a.id = w.assessment
  WHERE w.entry > :since
"""


def marks(store: Store) -> tuple[int | None, ...]:
    """Give the newest entries of what an order rests on: it changes with them."""
    (row,) = store.rows(sa.text(f"SELECT {_MARKS}"))
    return tuple(row[name] for name in _FOLLOWED)


def newest_hash(store: Store) -> tuple[int, int]:
    """Give the newest entry that hashed or examined a medium, and count the hashes."""
    query = """
      SELECT (SELECT MAX(entry) FROM hash) AS hashed, (SELECT COUNT(*) FROM hash) AS n,
             (SELECT MAX(entry) FROM examination) AS seen
    """
    (row,) = store.rows(sa.text(query))
    return max(row["hashed"] or 0, row["seen"] or 0), int(row["n"])


def newest_entry(store: Store) -> int:
    """Give the number of the newest entry of the trail."""
    (row,) = store.rows(sa.text("SELECT MAX(number) AS n FROM audit_entry"))
    return int(row["n"] or 0)


def touched_since(store: Store, entry: int) -> list[str]:
    """Give the media that were graded or undone after an entry."""
    return [row["medium"] for row in store.rows(sa.text(_TOUCHED), since=entry)]


def labels(store: Store) -> dict[str, str]:
    """Give, of each medium with a hit that nobody denied, what the surest one says.

    Of a hit on this lab's own grades it is the code alone.
    """
    found: dict[str, str] = {}
    for row in store.rows(sa.text(_LABELS)):
        said = row["label"].split(" ", 1)[-1] if row["sign_off"] else row["label"]
        found.setdefault(row["medium"], said.strip())
    return found


def settled_media(store: Store) -> set[str]:
    """Give the media that a hit settles."""
    query = (
        "SELECT m.id FROM medium m WHERE m.id IN (SELECT medium FROM hit)"  # noqa: S608
        f" AND {KNOWN}"
    )
    return {row["id"] for row in store.rows(sa.text(query))}


def told_by_sidecars(store: Store) -> dict[str, tuple[str, str]]:
    """Give series and source of each medium that a sidecar names; the first stands."""
    query = """
      SELECT c.medium, s.series, s.source FROM sighting s JOIN copy c ON c.id = s.copy
      WHERE s.series <> '' OR s.source <> '' ORDER BY s.series = '', s.entry, s.id
    """
    found: dict[str, tuple[str, str]] = {}
    for row in store.rows(sa.text(query)):
        found.setdefault(row["medium"], (row["series"], row["source"]))
    return found


def signed_codes(store: Store, scheme: str) -> dict[str, str]:
    """Give the code of each medium's newest sign-off, also of one taken back.

    In the order of the sign-offs.
    """
    query = sa.text("SELECT medium, grades FROM sign_off ORDER BY entry, id")
    found: dict[str, str] = {}
    for row in store.rows(query):
        code = _code(json.loads(row["grades"]), scheme)
        found.pop(row["medium"], None)
        if code:
            found[row["medium"]] = code
    return found


def _code(grades: Mapping[str, Mapping[str, Any]], scheme: str) -> str:
    code = str(grades.get(scheme, {}).get("code", ""))
    return "" if code == "undetermined" else code


def handed_out(store: Store) -> int:
    """Count what was ever handed out."""
    (row,) = store.rows(sa.text("SELECT COUNT(*) AS n FROM assignment"))
    return int(row["n"])


def last_given(store: Store, analyst: str, *, most: int) -> list[str]:
    """Give the last media that one person got, the newest last."""
    query = sa.text(
        "SELECT medium FROM assignment WHERE analyst = :analyst"
        " ORDER BY entry DESC, id DESC LIMIT :most"
    )
    rows = store.rows(query, analyst=analyst, most=most)
    return [row["medium"] for row in reversed(rows)]


def named_so(store: Store, part: str) -> set[str]:
    """Give media of which the name of a copy, without its folders, has a part."""
    wanted = part.casefold()
    rows = store.rows(sa.text("SELECT medium, shown FROM copy"))
    return {
        row["medium"]
        for row in rows
        if wanted in row["shown"].rsplit("/", 1)[-1].casefold()
    }


def of_series(store: Store, series: str) -> set[str]:
    """Give the media that a sidecar counts to a series."""
    query = (
        "SELECT c.medium FROM sighting s JOIN copy c ON c.id = s.copy"
        " WHERE s.series = :series"
    )
    return {row["medium"] for row in store.rows(sa.text(query), series=series)}


def of_several_frames(store: Store) -> set[str]:
    """Give the media that move, by their newest examination: videos and animations."""
    query = sa.text("SELECT medium, frames FROM examination ORDER BY entry, id")
    frames = {row["medium"]: row["frames"] for row in store.rows(query)}
    return {medium for medium, number in frames.items() if number > 1}


def standing_assessments(
    store: Store, media: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Give the newest standing assessment of each graded medium (of some, or all)."""
    query = """
      SELECT a.* FROM assessment a WHERE NOT EXISTS
        (SELECT 1 FROM withdrawal w WHERE w.assessment = a.id) {among} ORDER BY a.entry
    """
    if media is None:
        rows = store.rows(sa.text(query.format(among="")))
    else:
        bound = sa.text(query.format(among="AND a.medium IN :them")).bindparams(
            sa.bindparam("them", expanding=True)
        )
        rows = [row for part in batched(media) for row in store.rows(bound, them=part)]
    newest = {row["medium"]: row for row in rows}
    return [{**row, "assessment": row["id"]} for row in newest.values()]

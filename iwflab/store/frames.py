"""Tidy DataFrames of what the lab holds: one row an observation, named columns.

Every frame has the column ``medium``; text columns are never missing but may be
empty, numbers are nullable integers.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from iwflab.domain.categories import Scheme, derive
from iwflab.domain.elements import CHILD_FIELDS
from iwflab.domain.grouping import VICTIM
from iwflab.store.database import Store
from iwflab.store.reading import children_of, overview, records, segments_of
from iwflab.store.stacks import CHOSEN, carried_over
from iwflab.store.units import members, series_by_medium

if TYPE_CHECKING:
    import pandas as pd

_MEDIA = [
    *("medium", "sha256", "sha1", "md5", "size", "name", "copies", "stage", "state"),
    *("reason", "format", "mode", "width", "height", "frames", "grader", "signed_by"),
]


def media_frame(
    found: Sequence[Mapping[str, Any]], series: Mapping[str, str] | None = None
) -> "pd.DataFrame":
    """One row a medium: its digests, size in bytes, decoder state, stage, series.

    ``series`` is the reference that was given by hand, by medium.
    """
    of = series or {}
    rows = [
        {**{name: row[name] for name in _MEDIA}, "series": of.get(row["medium"], "")}
        for row in found
    ]
    whole = ("size", "copies", "width", "height", "frames")
    return _frame(rows, [*_MEDIA, "series"], whole=whole)


def assessments_frame(store: Store) -> "pd.DataFrame":
    """One row a standing assessment: elements and tags as columns, seconds, reveal.

    ``carried_from`` is the medium that it was carried over from: the exemplar of a
    stack, at ``carried_distance`` bits, or the first of a selection, at no distance;
    ``carried_by`` is the algorithm, or "selection".  All are empty where the medium
    was looked at and graded by itself.
    """
    rows = []
    carried = carried_over(store)
    for row in overview(store, "assessment IS NOT NULL"):
        seen = {f"element_{k}": v for k, v in json.loads(row["elements"]).items()}
        tags = {f"tag_{k}": v for k, v in json.loads(row["tags"]).items()}
        plain = {
            name: row[name]
            for name in ("medium", "assessment", "grader", "stage", "reveal", "seconds")
        }
        source = carried.get(row["assessment"], {})
        plain["carried_from"] = source.get("source", "")
        chosen = source.get("algorithm") == CHOSEN
        plain["carried_distance"] = None if chosen else source.get("distance")
        plain["carried_by"] = source.get("algorithm", "")
        told = {"graded_us": row["graded_us"], "ending": row["ending"]}
        rows.append({**plain, **told, **seen, **tags})
    first = ["medium", "assessment", "grader", "stage", "reveal", "seconds"]
    columns = [*first, "ending", "carried_from", "carried_by"]
    columns += ["carried_distance", "graded_us"]
    return _frame(rows, columns, whole=("carried_distance", "graded_us"))


def children_frame(store: Store) -> "pd.DataFrame":
    """One row a child appearance, of the standing assessments.

    What was asked is a Categorical in the order of the form, empty levels kept, and
    missing where nobody answered; ``series`` and ``victim`` are references by hand.
    """
    graded = overview(store, "assessment IS NOT NULL")
    found = children_of(store, [row["assessment"] for row in graded])
    columns = [
        *("medium", "assessment", "stage", "number", "age_band", "sex", "pubertal"),
        *("face_visible", "age_min", "age_max", "skin_tone", "identified_status"),
    ]
    series, victims = series_by_medium(store), members(store, VICTIM)
    rows = [
        {
            **{n: row[n] for n in columns[:3]},
            **{n: getattr(c, n) for n in columns[3:]},
            "series": series.get(row["medium"], ""),
            "victim": victims.get((row["medium"], c.number), ("",))[0],
        }
        for row in graded
        for c in found[row["assessment"]]
    ]
    columns += ["series", "victim"]
    frame = _frame(rows, columns, whole=("number", "age_min", "age_max"))
    return frame.assign(**{n: answers(frame[n], n) for n in CHILD_FIELDS})


_ORDERED = frozenset({"age_band", "pubertal", "skin_tone"})


def answers(column: "pd.Series[Any]", name: str) -> "pd.Categorical":
    """Make answers about children a Categorical; no answer is missing."""
    import pandas as pd

    levels = list(CHILD_FIELDS[name].values)
    told = column.where(column.isin(levels))
    return pd.Categorical(told, categories=levels, ordered=name in _ORDERED)


def segments_frame(store: Store) -> "pd.DataFrame":
    """One row a segment of a video, of the standing assessments.

    ``start_ms`` and ``end_ms`` are milliseconds from the beginning; the elements are
    what the segment answers for itself, for the rest the record does.
    """
    graded = overview(store, "assessment IS NOT NULL")
    found = segments_of(store, [row["assessment"] for row in graded])
    columns = ["medium", "assessment", "stage", "number", "start_ms", "end_ms"]
    rows = [
        {
            **{name: row[name] for name in columns[:3]},
            **{name: getattr(one, name) for name in columns[3:]},
            **{f"element_{name}": value for name, value in one.elements.items()},
        }
        for row in graded
        for one in found[row["assessment"]]
    ]
    return _frame(rows, columns, whole=("number", "start_ms", "end_ms"))


def grades_frame(store: Store, scheme: Scheme) -> "pd.DataFrame":
    """One row a graded medium: its grade under one scheme, with rules and law."""
    rows = overview(store, "assessment IS NOT NULL")
    columns = [
        *("medium", "stage", "scheme", "version", "code", "rules", "cites"),
        *("possible", "missing"),
    ]
    plain = []
    stages = {row["medium"]: row["stage"] for row in rows}
    for medium, record in records(store, rows).items():
        grade = derive(scheme, record)
        plain.append(
            {
                "medium": medium,
                "stage": stages[medium],
                "scheme": grade.scheme,
                "version": grade.version,
                "code": grade.code,
                **{n: "; ".join(getattr(grade, n)) for n in columns[5:]},
            }
        )
    return _frame(plain, columns)


def signed_frame(store: Store, scheme: Scheme) -> "pd.DataFrame":
    """One row a signed-off medium: the code it was signed off with under a scheme.

    The code is the one that leaves on lists, not one derived anew; it is empty where
    the medium was signed off before the scheme was added.
    """
    rows = overview(store, "sign_off IS NOT NULL")
    columns = ["medium", "stage", "version", "code"]
    plain = []
    for row in rows:
        signed = json.loads(row["signed_grades"]).get(scheme.name, {})
        given = {name: signed.get(name, "") for name in ("version", "code")}
        plain.append({"medium": row["medium"], "stage": row["stage"], **given})
    return _frame(plain, columns)


def hashes_frame(store: Store) -> "pd.DataFrame":
    """One row a stored hash, with algorithm, library, version and quality."""
    columns = [
        *("medium", "algorithm", "variant", "value", "quality", "library", "version"),
        "conversion",
    ]
    query = f"SELECT {', '.join(columns)} FROM hash ORDER BY entry, algorithm"  # noqa: S608 - names from the line above
    # What was hashed again stands in the place of what was there before.
    newest = {
        (row["medium"], row["algorithm"], row["variant"]): row
        for row in store.rows(sa.text(query))
    }
    return _frame(list(newest.values()), columns, whole=("quality",))


def frame_hashes_frame(store: Store) -> "pd.DataFrame":
    """One row a hashed frame of a video or animated picture, in order of its time.

    ``frame`` counts from 0, ``microseconds`` from the first frame; ``value`` is hex.
    """
    told = ["medium", "algorithm", "variant"]
    seen = ["frame", "microseconds", "quality", "value"]
    more = ["library", "version", "conversion"]
    query = (
        f"SELECT {', '.join([*told, 'frames', *more])} FROM frame_hashes ORDER BY entry"  # noqa: S608 - names from the lines above
    )
    # What was hashed again stands in the place of what was there before.
    newest = {
        tuple(row[name] for name in told): row for row in store.rows(sa.text(query))
    }
    rows = [
        {
            **{name: row[name] for name in told},
            **dict(zip(seen, one, strict=True)),
            **{name: row[name] for name in more},
        }
        for row in newest.values()
        for one in json.loads(row["frames"])
    ]
    return _frame(rows, [*told, *seen, *more], whole=tuple(seen[:3]))


def copies_frame(store: Store) -> "pd.DataFrame":
    """One row a copy: where it was found, and what the sidecar said of it."""
    columns = [
        "medium",
        "case",
        "exhibit",
        "shown",
        "source",
        "url",
        "seen_on",
        "series",
        "route",
    ]
    query = """
      SELECT c.medium, k.name AS "case", x.name AS exhibit, c.shown,
             COALESCE(s.source, '') AS source, COALESCE(s.url, '') AS url,
             COALESCE(s.seen_on, '') AS seen_on, COALESCE(s.series, '') AS series,
             COALESCE((
               SELECT r.route FROM sighting_route r WHERE r.sighting = s.id
               ORDER BY r.entry DESC, r.id DESC LIMIT 1
             ), s.route, '') AS route
      FROM copy c JOIN exhibit x ON x.id = c.exhibit
      JOIN lab_case k ON k.id = x.lab_case
      LEFT JOIN sighting s ON s.copy = c.id ORDER BY c.entry, c.id
    """
    return _frame(store.rows(sa.text(query)), columns)


def _frame(
    rows: Sequence[dict[str, Any]], columns: Sequence[str], *, whole: Sequence[str] = ()
) -> "pd.DataFrame":
    import pandas as pd

    frame = pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(columns))
    frame = frame.astype(dict.fromkeys(whole, "Int64"))
    text = [c for c in frame.columns if c not in whole and c != "seconds"]
    return frame.fillna(dict.fromkeys(text, ""))

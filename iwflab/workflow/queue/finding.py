"""Search and filter of the queue: which media match, as far as a person's roles go."""

from collections.abc import Iterable, Mapping
from typing import Any

from iwflab.domain.assessments import stage_for
from iwflab.domain.carried import suggested
from iwflab.domain.categories import derive
from iwflab.domain.queueing import Sought
from iwflab.schemes import scheme_named
from iwflab.schemes.mappings import mappings
from iwflab.store import Store
from iwflab.store.carried import carried_grades
from iwflab.store.known import all_media
from iwflab.store.lining import (
    labels,
    named_so,
    of_series,
    of_several_frames,
    standing_assessments,
)
from iwflab.store.reading import records, waiting_media
from iwflab.store.second import asking_media, open_second


def found(
    store: Store,
    sought: Sought,
    analyst: str,
    *,
    seen: frozenset[str] | None,
    known: frozenset[str] | None,
) -> dict[str, None]:
    """Give what matches, in order of arrival, as the keys of a mapping.

    ``seen`` are the media that the person may list, ``known`` those whose records they
    may see; None means all.  What a record says is asked of these, a class only of the
    person's own grades.
    """
    with store.moment():
        left = [m for m in all_media(store) if seen is None or m in seen]
        for holds in _of_medium(store, sought):
            left = [medium for medium in left if medium in holds]
        if sought.carried:
            carried = _carried(store, sought.carried, known)
            left = [medium for medium in left if medium in carried]
        if sought.stage == "waiting":
            waiting = {
                *waiting_media(store, left, unknown=True),
                *open_second(store, left, analyst, unknown=True),
            }
            left = [medium for medium in left if medium in waiting]
        elif sought.stage or sought.tag or sought.code:
            recorded = _by_record(store, sought, analyst, known, left)
            left = [medium for medium in left if medium in recorded]
    return dict.fromkeys(left)


def _of_medium(store: Store, sought: Sought) -> Iterable[frozenset[str]]:
    """Give the media for each question about the medium itself, one after the other."""
    if sought.name:
        yield frozenset(named_so(store, sought.name))
    if sought.series:
        yield frozenset(of_series(store, sought.series))
    everything = frozenset(all_media(store)) if sought.hit or sought.kind else None
    if everything and sought.hit:
        there = frozenset(labels(store))
        yield there if sought.hit == "yes" else everything - there
    if everything and sought.kind:
        there = frozenset(of_several_frames(store))
        yield there if sought.kind == "video" else everything - there


def _carried(store: Store, wanted: str, known: frozenset[str] | None) -> set[str]:
    """Give the media with grades of others; or those that a person still reviews.

    What others said is told only of media whose records the person may see.
    """
    found = suggested(carried_grades(store), mappings())
    if wanted == "review":
        media = {one.carried.medium for one in found if one.review}
        media = set(waiting_media(store, list(media)))
    else:
        media = {one.carried.medium for one in found}
    return media if known is None else media & known


def _by_record(
    store: Store,
    sought: Sought,
    analyst: str,
    known: frozenset[str] | None,
    media: list[str],
) -> set[str]:
    rows = [
        row
        for row in standing_assessments(store, media)
        if row["analyst"] == analyst or known is None or row["medium"] in known
    ]
    if sought.stage == "graded":
        rows = [row for row in rows if row["analyst"] == analyst]
    elif sought.stage == "second":
        asking = set(asking_media(store))
        rows = [row for row in rows if row["medium"] in asking]
    elif sought.stage:
        rows = [row for row in rows if row["ending"] == sought.stage]
    if sought.code:
        rows = _of_class(
            store, sought.code, [r for r in rows if r["analyst"] == analyst]
        )
    if sought.tag:
        standing = records(store, rows)
        rows = [
            r for r in rows if standing[r["medium"]].tags.get(sought.tag) == "present"
        ]
    return {row["medium"] for row in rows}


def _of_class(
    store: Store, code: str, rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Keep those of a class; what one act gave to many is derived once."""
    name, _, wanted = code.partition("=")
    scheme = scheme_named(name)
    standing = records(store, rows)
    derived: dict[str, str] = {}
    kept = []
    for row in rows:
        record = standing[row["medium"]]
        told = repr(record)
        if told not in derived:
            derived[told] = derive(scheme, record).code
        if derived[told] == wanted:
            kept.append(row)
    return kept


def in_words(row: Mapping[str, Any], analyst: str) -> dict[str, Any]:
    """Give a row of the overview as a list of what was found shows it."""
    mine = row["grader"] == analyst
    return {
        **{name: row[name] for name in ("medium", "format", "frames")},
        "stage": stage_for(row, analyst),
        # The folders of a path may name people and places: the desk shows the file.
        "name": str(row["name"] or "").rsplit("/", 1)[-1],
        "ending": row["ending"] if mine else None,
        "mine": mine,
    }

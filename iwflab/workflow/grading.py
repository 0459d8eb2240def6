"""Elements, children and tags are recorded; what follows from them is derived."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from iwflab.domain.assessments import RevealLevel
from iwflab.domain.categories import Grade, derive
from iwflab.domain.elements import Record, check
from iwflab.errors import (
    BadInput,
    ChangedMeanwhile,
    NotAllowed,
    NotYours,
    RequestReused,
)
from iwflab.schemes import schemes, tags
from iwflab.store import Act, Store
from iwflab.store.assignments import whose
from iwflab.store.reading import children_of, one_medium, record_of

_LONGEST = 86_400.0  # seconds
UNSEEN = "*"  # whoever grades did not say what was shown (a script, the command line)


def grade(
    store: Store,
    medium: str,
    record: Record,
    *,
    analyst: str,
    since: int,
    reveal: str,
    seconds: float,
    request: str,
    over: str | None = UNSEEN,
    over_another: bool = False,
) -> str:
    """Record what the analyst saw; give the id of the assessment.

    Safe to send again with the same ``request``: it is recorded once.  Refused where
    the medium is another's or signed off, and where ``over`` (the assessment that the
    page showed, or None) is not the one that stands: another window may have graded.
    What another person graded is graded anew only with ``over_another``.
    """
    check(record, tags())
    _check_conditions(reveal, seconds)
    with store.act("grade", medium, analyst=analyst, request=request) as act:
        if act.repeated:
            return _same(store, act, record)
        if whose(store, medium, since=since) != analyst:
            raise NotYours(
                "this medium is not assigned to you",
                advice="open the grading desk, which assigns media to you",
            )
        standing = _must_be_open(store, medium)
        _must_be_seen(standing, analyst, over, over_another=over_another)
        return _enter(
            act,
            record,
            medium=medium,
            analyst=analyst,
            reveal=str(reveal),
            seconds=abs(float(seconds)),  # no negative zero: it would not come back
        )


def _must_be_seen(
    standing: Mapping[str, Any], analyst: str, over: str | None, *, over_another: bool
) -> None:
    """Refuse to record over what the analyst did not see, or may not touch."""
    if not over_another and standing["grader"] not in {None, analyst}:
        raise NotAllowed(
            "another person graded this medium; their record stands",
            advice="a senior analyst may grade it anew, beside what stands",
        )
    if over not in {UNSEEN, standing["assessment"]}:
        raise ChangedMeanwhile(
            "this medium was graded in another window meanwhile",
            advice="look at what stands now, then save again",
        )


def _check_conditions(reveal: str, seconds: float) -> None:
    if reveal not in set(RevealLevel):
        raise BadInput(
            f"there is no reveal level {reveal!r}",
            advice=f"it is one of: {', '.join(RevealLevel)}",
        )
    if not math.isfinite(seconds) or not 0 <= seconds <= _LONGEST:
        raise BadInput("the time at the medium is no time", advice="give seconds")


def _enter(act: Act, record: Record, **conditions: object) -> str:
    assessment = act.insert(
        "assessment",
        elements=json.dumps(dict(record.elements), sort_keys=True),
        tags=json.dumps(dict(record.tags), sort_keys=True),
        note=record.note,
        **conditions,
    )
    for child in record.children:
        act.insert("child", assessment=assessment, **asdict(child))
    return assessment


def _same(store: Store, act: Act, record: Record) -> str:
    assessment = act.written("assessment")
    query = sa.text("SELECT * FROM assessment WHERE id = :id")
    (row,) = store.rows(query, id=assessment)
    if record_of(row, children_of(store, [assessment])[assessment]) != record:
        raise RequestReused(
            "this request id was used for another decision",
            advice="reload the page; the earlier decision stands",
        )
    return assessment


def _must_be_open(store: Store, medium: str) -> Mapping[str, Any]:
    standing = one_medium(store, medium)
    if standing["stage"] in {"signed_off", "released"}:
        raise NotAllowed(
            "this medium is signed off; its record stands",
            advice="ask for the sign-off to be taken back first (release desk)",
        )
    return standing


def undo(
    store: Store, *, analyst: str, since: int, request: str, medium: str | None = None
) -> str:
    """Withdraw the analyst's newest standing assessment; give its medium.

    What stood before stands again.  The withdrawn record stays in the trail.
    """
    with store.act("undo", medium or analyst, analyst=analyst, request=request) as act:
        if act.repeated:
            query = (
                "SELECT a.medium FROM withdrawal w JOIN assessment a"
                " ON a.id = w.assessment WHERE w.id = :id"
            )
            return str(
                store.rows(sa.text(query), id=act.written("withdrawal"))[0]["medium"]
            )
        newest = _newest(store, analyst, medium)
        if whose(store, newest["medium"], since=since) != analyst:
            raise NotYours(
                "this medium is no longer assigned to you",
                advice="ask for it to be assigned to you again",
            )
        _must_be_open(store, newest["medium"])
        act.insert("withdrawal", assessment=newest["id"])
    return str(newest["medium"])


def _newest(store: Store, analyst: str, medium: str | None) -> Mapping[str, str]:
    query = (
        "SELECT a.id, a.medium FROM assessment a WHERE a.analyst = :analyst"
        " AND (CAST(:medium AS TEXT) IS NULL OR a.medium = :medium) AND NOT EXISTS"
        " (SELECT 1 FROM withdrawal w WHERE w.assessment = a.id)"
        " ORDER BY a.entry DESC LIMIT 1"
    )
    found = store.rows(sa.text(query), analyst=analyst, medium=medium)
    if not found:
        raise NotAllowed("there is nothing to undo", advice="grade a medium first")
    return found[0]


def grades_of(record: Record) -> list[Grade]:
    """Derive the grade of a record under every scheme there is."""
    return [derive(scheme, record) for scheme in schemes().values()]

"""Elements, children and tags are recorded; what follows from them is derived."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import sqlalchemy as sa

from iwflab.domain.categories import Grade, derive
from iwflab.domain.records import Record, check
from iwflab.errors import ChangedMeanwhile, NotAllowed, NotYours
from iwflab.schemes import schemes, tags
from iwflab.store import Store
from iwflab.store.assignments import OPEN
from iwflab.store.reading import STANDS
from iwflab.store.stacks import entry_of_stack
from iwflab.workflow.grading.entering import (
    NO_LEVELS,
    UNSEEN,
    check_conditions,
    check_segments,
    enter,
    enter_levels,
    must_be_open,
    must_be_seen,
    must_be_yours,
    never,
    same,
)
from iwflab.workflow.grading.hands import LeftOut, ManyGraded, in_words
from iwflab.workflow.grading.selected import grade_selection
from iwflab.workflow.grading.stacked import (
    NO_LONGER,
    Undone,
    grade_stack,
    undo_stack,
    undone_before,
    withdraw_act,
)

__all__ = [
    "UNSEEN",
    "LeftOut",
    "ManyGraded",
    "Undone",
    "grade",
    "grade_selection",
    "grade_stack",
    "grades_of",
    "in_words",
    "undo",
    "undo_stack",
]

# From the newest back to the newest that is still theirs, or the newest alone.
_STANDING = f"""
  SELECT a.id, a.medium, a.entry, CASE WHEN a.medium IN (
    SELECT o.medium FROM ({OPEN}) o WHERE o.analyst = :analyst
  ) THEN 1 ELSE 0 END AS mine
  FROM assessment a WHERE a.analyst = :analyst
    AND (CAST(:medium AS TEXT) IS NULL OR a.medium = :medium)
    AND {STANDS.format("a")}
"""  # noqa: S608 - our own text
_NEWEST = f"""
  WITH standing AS ({_STANDING}) SELECT * FROM standing WHERE entry >= COALESCE(
    (SELECT MAX(entry) FROM standing WHERE mine = 1),
    (SELECT MAX(entry) FROM standing)
  ) ORDER BY entry DESC, mine DESC
"""  # noqa: S608 - our own text


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
    levels: Mapping[str, float] = NO_LEVELS,
    over: str | None = UNSEEN,
    over_another: Callable[[], bool] = never,
) -> str:
    """Record what the analyst saw; give the id of the assessment.

    Safe to send again with the same ``request``: it is recorded once.  Refused where
    the medium is another's or signed off, and where ``over`` (the assessment that the
    page showed, or None) is not the one that stands: another window may have graded.
    What another person graded is graded anew only where ``over_another`` says so.
    """
    check(record, tags())
    check_conditions(reveal, seconds, levels)
    check_segments(store, medium, record)
    with store.act("grade", medium, analyst=analyst, request=request) as act:
        if act.repeated:
            return same(store, act, record)
        standing = must_be_yours(store, medium, analyst, since=since)
        must_be_seen(store, standing, analyst, over, over_another=over_another)
        # No negative zero: it would not come back.
        told: dict[str, object] = {
            "reveal": str(reveal),
            "seconds": abs(float(seconds)),
        }
        made = enter(act, record, medium=medium, analyst=analyst, **told)
        return enter_levels(act, made, levels)


def undo(
    store: Store,
    *,
    analyst: str,
    since: int,
    request: str,
    medium: str | None = None,
    over: str | None = UNSEEN,
) -> Undone:
    """Withdraw the analyst's newest standing assessment; say of which medium.

    What stood before stands again.  The withdrawn record stays in the trail.  Where
    the newest was given to a stack, all of that act is withdrawn, unless a ``medium``
    is named.  What passed on to another person is passed over, and named as ``left``.
    Refused where ``over`` (the assessment that the page showed) is not the newest.
    """
    with store.act("undo", medium or analyst, analyst=analyst, request=request) as act:
        if act.repeated:
            return undone_before(store, act)
        newest, passed = _newest(store, analyst, medium, since)
        if over not in {UNSEEN, newest["id"]}:
            raise ChangedMeanwhile(
                "this medium was graded in another window meanwhile",
                advice="look at what stands now, then undo that",
            )
        entry = 0 if medium else entry_of_stack(store, newest["id"])
        if entry:
            found = withdraw_act(store, act, entry, analyst=analyst, since=since)
            return replace(found, left=(*found.left, *passed))
        must_be_open(store, newest["medium"])
        act.insert("withdrawal", assessment=newest["id"])
    return Undone(str(newest["medium"]), (str(newest["medium"]),), passed)


def _newest(
    store: Store, analyst: str, medium: str | None, since: int
) -> tuple[Mapping[str, str], LeftOut]:
    """Give the newest of an analyst that is still theirs; name newer ones that are not.

    A stack that is still theirs in part is taken back in part.
    """
    told = {"analyst": analyst, "medium": medium, "since": since}
    rows = store.rows(sa.text(_NEWEST), **told)
    mine = [row for row in rows if row["mine"]]
    if not rows:
        raise NotAllowed("there is nothing to undo", advice="grade a medium first")
    if not mine:
        raise NotYours(
            "this medium is no longer assigned to you",
            advice="ask for it to be assigned to you again",
        )
    names = dict.fromkeys(
        row["medium"] for row in rows if row["entry"] > mine[0]["entry"]
    )
    return mine[0], tuple((name, NO_LONGER) for name in names)


def grades_of(record: Record) -> list[Grade]:
    """Derive the grade of a record under every scheme there is."""
    return [derive(scheme, record) for scheme in schemes().values()]

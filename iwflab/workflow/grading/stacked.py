"""One decision for a stack: its exemplar is graded, the grade is carried to members.

A carried grade is a recorded suggestion: which exemplar, how far, in what orientation.
It rests on the member's own distance to the exemplar, not on a chain of others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from iwflab.domain.assessments import RevealLevel
from iwflab.domain.records import Record
from iwflab.errors import NotAllowed, RequestReused
from iwflab.hashing import ALGORITHMS
from iwflab.hashing.stacking import measured
from iwflab.store import Act, Store
from iwflab.store.assignments import assigned_to
from iwflab.store.stacks import VERB, laid_values, stack_acts, standing_of_act
from iwflab.workflow.grading.entering import (
    UNSEEN,
    check_conditions,
    enter,
    must_be_open,
    must_be_seen,
    never,
    same,
)
from iwflab.workflow.grading.hands import (
    Hand,
    LeftOut,
    ManyGraded,
    must_fit_all,
    past_waiting,
)

ALGORITHM, VARIANT = "pdq", "full"


@dataclass(frozen=True, slots=True)
class Undone:
    """What was withdrawn: the medium to show, all media, and those that stay graded."""

    medium: str
    media: tuple[str, ...]
    left: LeftOut = ()


def _unfit(stage: str, far: tuple[int, str] | None, distance: int) -> str:
    if stage != "waiting":
        return past_waiting(stage)
    if far is None:
        return "it has no hash that may be compared"
    if far[0] > distance:
        return f"it is {far[0]} bits from the exemplar"
    return ""


def grade_stack(
    store: Store,
    exemplar: str,
    record: Record,
    *,
    members: Sequence[str],
    distance: int,
    analyst: str,
    since: int,
    reveal: str,
    seconds: float,
    request: str,
    over: str | None = UNSEEN,
    over_another: Callable[[], bool] = never,
    any_stage: bool = False,
) -> ManyGraded:
    """Record what was seen on an exemplar, and carry it to named members: one act.

    The exemplar is taken if free; refused as ``grade`` refuses.  Members that do not
    wait, are another's, or are beyond ``distance`` bits are left out, and named.
    """
    must_fit_all(record)
    check_conditions(reveal, seconds)
    named = [m for m in dict.fromkeys(members) if m != exemplar]
    far = _distances(store, exemplar, named)
    with store.act(VERB, exemplar, analyst=analyst, request=request) as act:
        if act.repeated:
            return _before(store, act, record, named)
        hand = Hand(store, analyst, since, any_stage)
        hand.takes(act, exemplar)
        standing = must_be_open(store, exemplar)
        must_be_seen(store, standing, analyst, over, over_another=over_another)
        chosen, left, free = hand.sorted_out(
            named, lambda medium, stage: _unfit(stage, far.get(medium), distance)
        )
        told = {"reveal": str(reveal), "seconds": abs(seconds * 1.0)}
        first = enter(act, record, medium=exemplar, analyst=analyst, **told)
        for medium in chosen:
            # Nobody had it before them: nothing painted.
            carried = hand.carries(
                act, record, medium, free=medium in free, reveal=RevealLevel.NONE
            )
            _say_whence(act, carried, first, far[medium])
        return ManyGraded(first, tuple(chosen), tuple(left))


def _say_whence(act: Act, carried: str, exemplar: str, far: tuple[int, str]) -> None:
    act.insert(
        "propagation",
        assessment=carried,
        exemplar=exemplar,
        algorithm=ALGORITHM,
        variant=VARIANT,
        distance=far[0],
        orientation=far[1],
    )


def _distances(
    store: Store, exemplar: str, members: Sequence[str]
) -> dict[str, tuple[int, str]]:
    # Asked before the act: it may load kernels, and nobody else writes meanwhile.
    least = ALGORITHMS[ALGORITHM].least_quality or 0
    asked = [exemplar, *members]
    values = laid_values(store, ALGORITHM, VARIANT, least=least, media=asked)
    if exemplar not in values:
        return {}
    there = [medium for medium in members if medium in values]
    found = measured(values[exemplar], [values[medium] for medium in there])
    return dict(zip(there, found, strict=True))


def media_of(store: Store, assessments: Sequence[str]) -> list[str]:
    """Give the medium of each assessment, in their order."""
    query = sa.text("SELECT id, medium FROM assessment WHERE id IN :them").bindparams(
        sa.bindparam("them", expanding=True)
    )
    found = {row["id"]: row["medium"] for row in store.rows(query, them=assessments)}
    return [found[key] for key in assessments]


def _before(store: Store, act: Act, record: Record, named: list[str]) -> ManyGraded:
    first = same(store, act, record)
    rows = [row.key for row in act.rows if row.table == "assessment"]
    graded = media_of(store, rows)[1:]
    if not set(graded) <= set(named):
        raise RequestReused(
            "this request id was used for another stack",
            advice="reload the page; the earlier decision stands",
        )
    left = [(m, "it was left out then") for m in named if m not in graded]
    return ManyGraded(first, tuple(graded), tuple(left))


NO_LONGER = "it is no longer assigned to you"


# -- taking it back ------------------------------------------------------------------
def undo_stack(
    store: Store, named: str, *, analyst: str, since: int, request: str
) -> Undone:
    """Withdraw what still stands of one act that graded a stack or a selection.

    ``named`` is the request of that act, or any medium it graded (the newest act then).
    """
    with store.act("undo stack", named, analyst=analyst, request=request) as act:
        if act.repeated:
            return undone_before(store, act)
        for entry in stack_acts(store, analyst, named):
            if standing_of_act(store, entry, analyst):
                return withdraw_act(store, act, entry, analyst=analyst, since=since)
        raise NotAllowed(
            "nothing stands of a stack or selection that you graded so",
            advice="see: iwflab stacks show, iwflab queue --stage graded",
        )


def withdraw_act(
    store: Store, act: Act, entry: int, *, analyst: str, since: int
) -> Undone:
    """Withdraw the assessments of one act; those that may not be are named."""
    mine = set(assigned_to(store, analyst, since=since))
    media, left = [], []
    for row in standing_of_act(store, entry, analyst):
        if row["signed"]:
            left.append((row["medium"], "it is signed off"))
        elif row["medium"] not in mine:
            left.append((row["medium"], NO_LONGER))
        else:
            act.insert("withdrawal", assessment=row["id"])
            media.append(row["medium"])
    if not media:
        why = sorted({reason for _, reason in left})
        raise NotAllowed(
            f"nothing of this act can be withdrawn: {'; '.join(why)}",
            advice="ask for the sign-off to be taken back first (release desk)",
        )
    return Undone(media[0], tuple(media), tuple(left))


def undone_before(store: Store, act: Act) -> Undone:
    """Give what a repeated request withdrew."""
    rows = [row.key for row in act.rows if row.table == "withdrawal"]
    query = sa.text(
        "SELECT w.id, w.assessment FROM withdrawal w WHERE w.id IN :them"
    ).bindparams(sa.bindparam("them", expanding=True))
    found = {r["id"]: r["assessment"] for r in store.rows(query, them=rows)}
    media = media_of(store, [found[key] for key in rows])
    return Undone(media[0], tuple(media))

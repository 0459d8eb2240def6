"""One decision for media that a person chose together, each with its assessment.

The medium that was open on the form is graded as ever; of the others it is on record
that their grade was carried (by choice, at no distance), and what of them was painted.
Where no medium was open, the first is marked like the rest: as carried from itself.
"""

from collections.abc import Callable, Collection, Sequence

from iwflab.domain.assessments import RevealLevel
from iwflab.domain.hashes import ORIENTATIONS
from iwflab.domain.records import Record
from iwflab.errors import BadInput, NotAllowed, RequestReused
from iwflab.store import Act, Store
from iwflab.store.stacks import (
    CHOSEN,
    SELECTION,
    looked_at,
)
from iwflab.workflow.grading.entering import (
    UNSEEN,
    check_conditions,
    enter,
    must_be_open,
    must_be_seen,
    never,
    same,
)
from iwflab.workflow.grading.hands import Hand, ManyGraded, must_fit_all, past_waiting
from iwflab.workflow.grading.stacked import media_of

NO_DISTANCE = -1  # in the column of distances: none was measured
MOST = 10_000  # media in one act


def grade_selection(
    store: Store,
    media: Sequence[str],
    record: Record,
    *,
    shown: str = "",
    analyst: str,
    since: int,
    reveal: str,
    seconds: float,
    request: str,
    over: str | None = UNSEEN,
    over_another: Callable[[], bool] = never,
    any_stage: bool = False,
) -> ManyGraded:
    """Record one decision about media that were chosen together: one act.

    ``shown`` is the medium of them that was open on the form, with ``reveal`` and
    ``seconds``; it is refused as ``grade`` refuses.  Others that do not wait, or are
    not the person's, are left out and named.
    """
    must_fit_all(record)
    check_conditions(reveal, seconds)
    named = [medium for medium in dict.fromkeys(media) if medium != shown]
    _must_be_some(named, shown, media)
    subject = shown or named[0]
    with store.act(SELECTION, subject, analyst=analyst, request=request) as act:
        if act.repeated:
            return _before(store, act, record, [*media])
        hand = Hand(store, analyst, since, any_stage)
        chosen, left, free = hand.sorted_out(named, _unfit)
        first = ""
        if shown:
            hand.takes(act, shown)
            standing = must_be_open(store, shown)
            must_be_seen(store, standing, analyst, over, over_another=over_another)
            told = {"reveal": str(reveal), "seconds": abs(seconds * 1.0)}
            first = enter(act, record, medium=shown, analyst=analyst, **told)
        elif not chosen:
            raise _none_fits(left)
        first = _carry(act, hand, record, chosen, free=free, first=first)
    exemplar = shown or chosen[0]
    others = [medium for medium in chosen if medium != exemplar]
    return ManyGraded(first, tuple(others), tuple(left), exemplar)


def _carry(
    act: Act,
    hand: Hand,
    record: Record,
    chosen: Sequence[str],
    *,
    free: Collection[str],
    first: str,
) -> str:
    """Give the record to all that were chosen; the first stands for itself if none."""
    seen = looked_at(hand.store, hand.analyst, chosen)
    for medium in chosen:
        level = _level(seen.get(medium, ()))
        carried = hand.carries(act, record, medium, free=medium in free, reveal=level)
        first = first or carried
        _say_chosen(act, carried, first)
    return first


def _must_be_some(named: Sequence[str], shown: str, media: Sequence[str]) -> None:
    if not media or (shown and shown not in media):
        raise BadInput(
            "the selection is empty, or the open medium is not in it",
            advice="choose media on the contact sheet or by the filter",
        )
    if len(named) >= MOST:
        raise BadInput(
            f"{len(named):,} media are too many for one act",
            advice=f"choose at most {MOST:,}",
        )


def _unfit(_: str, stage: str) -> str:
    return past_waiting(stage)


def _none_fits(left: Sequence[tuple[str, str]]) -> NotAllowed:
    why = "; ".join(sorted({reason for _, reason in left}))
    return NotAllowed(
        f"none of the {len(left)} media can be graded so: {why}",
        advice="choose media that wait and are yours or nobody's",
    )


def _level(painted: Collection[str]) -> RevealLevel:
    """Give the most that was painted of a medium for the person."""
    order = list(RevealLevel)
    levels = [RevealLevel(variant) for variant in painted]
    return max(levels, key=order.index, default=RevealLevel.NONE)


def _say_chosen(act: Act, carried: str, first: str) -> None:
    act.insert(
        "propagation",
        assessment=carried,
        exemplar=first,
        algorithm=CHOSEN,
        variant="",
        distance=NO_DISTANCE,
        orientation=ORIENTATIONS[0],
    )


def _before(store: Store, act: Act, record: Record, named: list[str]) -> ManyGraded:
    first = same(store, act, record)
    graded = media_of(store, [r.key for r in act.rows if r.table == "assessment"])
    if not set(graded) <= set(named):
        raise RequestReused(
            "this request id was used for another selection",
            advice="reload the page; the earlier decision stands",
        )
    there = set(graded)
    left = [(m, "it was left out then") for m in named if m not in there]
    return ManyGraded(first, tuple(graded[1:]), tuple(left), graded[0])

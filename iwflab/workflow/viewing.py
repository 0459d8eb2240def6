"""Its previews are delivered, revealed, shown; each is recorded, and apart.

*Delivered*: the server sent the bytes (also ahead of need).  *Revealed*: the analyst
asked for more than the shielded preview.  *Shown*: the page painted it, and how long.
"""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from json import loads
from typing import Any

from iwflab.domain.assessments import PAINTED, REVEALS, RevealLevel
from iwflab.errors import BadInput, NotFound, NotYours, Tampered
from iwflab.store.assignments import assigned_to, whose
from iwflab.store.entering import must_be_same
from iwflab.store.looking import delivered_to, viewed
from iwflab.store.reading import one_medium
from iwflab.workflow import Bench

SHIELDED = RevealLevel.SHIELDED.variant
FREE = (RevealLevel.OUTLINES.variant, SHIELDED)  # what is sent without a reveal
_LONGEST = 86_400_000  # milliseconds: nobody looks at one medium for a day


def deliver(
    bench: Bench, medium: str, variant: str, *, analyst: str, since: int
) -> bytes:
    """Record the delivery of a preview, then give its bytes.

    The preview is checked against the digest that the examination recorded.
    """
    _mine(bench, medium, analyst, since)
    return _delivered(bench, medium, variant, analyst)


def compare(bench: Bench, medium: str, *, analyst: str) -> bytes:
    """Record the delivery of a shielded preview beside another; then give its bytes.

    No assignment is asked for: who calls this has checked that the person's roles
    reach the medium.
    """
    return _delivered(bench, medium, SHIELDED, analyst)


def _delivered(bench: Bench, medium: str, variant: str, analyst: str) -> bytes:
    row = one_medium(bench.store, medium)
    previews = loads(row["previews"] or "{}")
    if variant not in previews:
        raise NotFound(
            f"there is no {variant} preview of this medium",
            advice="it is graded from its metadata",
        )
    picture = bench.previews.open(row["sha256"], variant)
    if sha256(picture).hexdigest() != previews[variant]:
        raise Tampered(
            "a preview is not the one that was made",
            advice="run: iwflab verify; then make the previews again",
        )
    with bench.store.act("deliver", medium, analyst=analyst) as act:
        act.insert(
            "view",
            medium=medium,
            analyst=analyst,
            kind="delivered",
            variant=variant,
            milliseconds=0,
        )
    return picture


def reveal(
    bench: Bench, medium: str, level: str, *, analyst: str, since: int, request: str
) -> None:
    """Record that the analyst asked for more than the shielded preview."""
    if level not in REVEALS:
        raise BadInput(
            f"{level!r} is no level to reveal", advice=f"ask for {', '.join(REVEALS)}"
        )
    _mine(bench, medium, analyst, since)
    with bench.store.act("reveal", medium, analyst=analyst, request=request) as act:
        seen = {"medium": medium, "kind": "revealed", "variant": str(level)}
        if act.repeated:
            must_be_same(act, "view", [seen])
        else:
            act.insert("view", analyst=analyst, milliseconds=0, **seen)


def shown(
    bench: Bench,
    views: Sequence[Mapping[str, object]],
    *,
    analyst: str,
    since: int,
    request: str,
) -> dict[str, Any]:
    """Record what the page painted, and for how long.

    A medium may have passed on to another since: what was delivered to this person
    was before them all the same.  Gives the number ``saved``, and as ``refused`` the
    media of views that cannot be theirs; raises NotYours where all are such.
    """
    checked = [_view(view) for view in views]
    mine = assigned_to(bench.store, analyst, since=since)
    return _recorded(bench, checked, analyst, request, mine)


def _recorded(
    bench: Bench,
    checked: list[dict[str, object]],
    analyst: str,
    request: str,
    reached: Collection[str],
) -> dict[str, Any]:
    theirs = _theirs(bench, checked, analyst, reached)
    kept = _enter(bench, checked, analyst, request, theirs) if checked else []
    saved = {(view["medium"], view["variant"]) for view in kept}
    refused = dict.fromkeys(
        view["medium"]
        for view in checked
        if (view["medium"], view["variant"]) not in saved
    )
    return {"saved": len(kept), "refused": list(refused)}


def _theirs(
    bench: Bench,
    views: list[dict[str, object]],
    analyst: str,
    reached: Collection[str],
) -> list[dict[str, object]]:
    """Give the views of media that the person reaches, or that they were sent."""
    media = {str(view["medium"]) for view in views}
    mine = media & set(reached)
    sent = delivered_to(bench.store, analyst, sorted(media - mine))
    return [
        view
        for view in views
        if view["medium"] in mine
        or any((view["medium"], one) in sent for one in _level(view).sent_as)
    ]


def _level(view: Mapping[str, object]) -> RevealLevel:
    return RevealLevel(str(view["variant"]))


def compared(
    bench: Bench,
    views: Sequence[Mapping[str, object]],
    *,
    analyst: str,
    request: str,
    reached: Collection[str],
) -> dict[str, Any]:
    """Record shielded previews that were compared, and for how long; as :func:`shown`.

    ``reached`` are those of the media that the person's roles reach by now.
    """
    checked = [_view(view) for view in views]
    if any(view["variant"] != RevealLevel.SHIELDED for view in checked):
        raise BadInput(
            "only shielded previews are compared", advice="reveal at the grading desk"
        )
    return _recorded(bench, checked, analyst, request, reached)


def _enter(
    bench: Bench,
    checked: list[dict[str, object]],
    analyst: str,
    request: str,
    theirs: list[dict[str, object]],
) -> list[dict[str, object]]:
    """Enter those that are theirs; give those that were entered, if need be then."""
    with bench.store.act("show", analyst, analyst=analyst, request=request) as act:
        if act.repeated:  # whose a medium was may have changed since
            keys = [row.key for row in act.rows if row.table == "view"]
            then = viewed(bench.store, keys)
            theirs = [
                view for view in checked if (view["medium"], view["variant"]) in then
            ]
            must_be_same(act, "view", theirs)
        elif not theirs:
            raise _not_yours()
        else:
            for seen in theirs:
                act.insert("view", analyst=analyst, kind="shown", **seen)
    return theirs


def _view(view: Mapping[str, object]) -> dict[str, object]:
    medium, level, length = (
        view.get(name) for name in ("medium", "variant", "milliseconds")
    )
    if (
        not isinstance(medium, str)
        or level not in PAINTED
        or isinstance(length, bool)
        or not isinstance(length, int | float)
        or not 0 <= length <= _LONGEST
    ):
        raise BadInput(
            "a view has medium, variant and milliseconds", advice="reload the page"
        )
    return {"medium": medium, "variant": str(level), "milliseconds": int(length)}


def _mine(bench: Bench, medium: str, analyst: str, since: int) -> None:
    if whose(bench.store, medium, since=since) != analyst:
        raise _not_yours()


def _not_yours() -> NotYours:
    return NotYours(
        "this medium is not assigned to you",
        advice="open the grading desk, which assigns media to you",
    )

"""They are laid out to be looked over: in order, near-duplicates side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from iwflab.domain.assessments import stage_for
from iwflab.store import Store
from iwflab.store.reading import some_media

Laid = tuple[str, str]  # a medium, and the exemplar of its stack or an empty text


def order(
    store: Store,
    media: Sequence[str],
    stacks: Sequence[Mapping[str, Any]],
    *,
    analyst: str,
) -> list[Laid]:
    """Give the analyst's media in their order, each stack together at its first.

    Left out are those that another graded, and what is settled or signed off: none of
    it is the analyst's to look at.
    """
    rows = some_media(store, media)
    shown = [row["medium"] for row in rows if _stage(row, analyst)]
    theirs = set(shown)
    together = [_members(stack, theirs) for stack in stacks]
    of = {one: members for members in together if len(members) > 1 for one in members}
    laid: dict[str, str] = {}
    for medium in shown:
        members = of.get(medium, [])
        for one in members or [medium]:
            laid.setdefault(one, members[0] if members else "")
    return list(laid.items())


def told(store: Store, laid: Sequence[Laid], *, analyst: str) -> list[dict[str, Any]]:
    """Give what a contact sheet tells of a part of them: no names, no pictures."""
    rows = {r["medium"]: r for r in some_media(store, [medium for medium, _ in laid])}
    return [
        {
            "medium": medium,
            "stack": stack,
            "stage": _stage(rows[medium], analyst),
            "state": rows[medium]["state"] or "",
            "format": rows[medium]["format"] or "",
            "frames": rows[medium]["frames"] or 0,
            "preview": '"shielded"' in (rows[medium]["previews"] or ""),
        }
        for medium, stack in laid
    ]


def _stage(row: Mapping[str, Any], analyst: str) -> str:
    """Give the stage where a medium waits or stands as this analyst graded it."""
    stage = stage_for(row, analyst)
    own = stage == "graded" and row["grader"] == analyst
    return stage if stage == "waiting" or own else ""


def _members(stack: Mapping[str, Any], theirs: set[str]) -> list[str]:
    """Name the members that are theirs, the exemplar first, then the nearest."""
    named = [member["medium"] for member in reversed(stack["members"])]
    first = sorted(named, key=lambda medium: medium != stack["exemplar"])
    return [medium for medium in first if medium in theirs]

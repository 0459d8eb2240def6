"""Start levels are compared, where the organisation wants to see for itself.

Published work disagrees on whether a kinder level helps, so nothing is claimed here.
Nobody takes part who did not say so; who leaves is not asked why, and from then on
neither allotted nor counted.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from iwflab.domain.allotting import ANSWERS, LEFT, comparable_levels, level_at
from iwflab.domain.settings import Settings
from iwflab.errors import BadInput, NotAllowed
from iwflab.store import Act, Store
from iwflab.store.comparison import (
    allotment_of,
    allotted,
    choices,
    decided_since_asked,
    newest_comparison,
    seen_before,
)
from iwflab.store.entering import must_be_same

__all__ = [
    "Running",
    "allot",
    "answer",
    "choose",
    "running",
    "starts",
    "state",
    "switch",
]

IN, OUT = "in", "out"
# A choice like any other: the trail does not tell others who takes part.
_CHOICE = "prefer"


@dataclass(frozen=True, slots=True)
class Running:
    """A comparison that is switched on, as it was when it was."""

    id: str
    protocol: str
    decided_by: str
    levels: tuple[str, ...]
    seed: str


def running(store: Store, settings: Settings) -> Running | None:
    """Give the comparison that runs now, or None.

    It ends with the settings as well: without its protocol there, or when people may
    no longer start with all of its levels, it does not run.
    """
    if not settings.comparison_protocol:
        return None
    row = newest_comparison(store)
    if not row or not row["active"] or row["protocol"] != settings.comparison_protocol:
        return None
    levels = tuple(json.loads(row["levels"]))
    if set(levels) - set(comparable_levels(levels, settings.least_shield)):
        return None
    return Running(row["id"], row["protocol"], row["decided_by"], levels, row["seed"])


def switch(
    store: Store, settings: Settings, *, active: bool, analyst: str, request: str
) -> dict[str, Any]:
    """Switch it on, as the settings say, or off; give what was written.

    Only what the settings name with a protocol and who decided can be switched on.
    """
    protocol = settings.comparison_protocol
    newest = newest_comparison(store)
    if active and not protocol:
        raise NotAllowed(
            "no comparison was decided on",
            advice="name it in lab.toml: comparison_protocol and comparison_decided_by",
        )
    if not active and (newest is None or not newest["active"]):
        raise NotAllowed(
            "no comparison is switched on", advice="there is nothing to do"
        )
    levels = comparable_levels(settings.comparison_levels, settings.least_shield)
    wanted: dict[str, Any] = {
        "protocol": protocol if active or newest is None else newest["protocol"],
        "decided_by": settings.comparison_decided_by if active else "",
        "levels": json.dumps(levels if active else []),
        "active": int(active),
    }
    verb = "compare levels" if active else "stop comparing levels"
    with store.act(verb, wanted["protocol"], analyst=analyst, request=request) as act:
        if act.repeated:
            must_be_same(act, "comparison", [wanted])
        else:
            seed = secrets.token_hex(16) if active else ""
            act.insert("comparison", **wanted, seed=seed)
    return {**wanted, "levels": levels if active else []}


# -- taking part --------------------------------------------------------------------
def _part(store: Store, found: Running, analyst: str) -> tuple[str, int]:
    """Give whether a person takes part ("" where they did not say), and since when."""
    return choices(store, _named(found), analyst).get(analyst, ("", 0))


def _named(found: Running) -> str:
    return f"comparison {found.protocol}"


def choose(
    store: Store,
    settings: Settings,
    part: str,
    held: Sequence[str],
    *,
    analyst: str,
    request: str,
) -> None:
    """Keep that a person takes part, or no longer does; no reason is asked.

    Who joins gets start levels for those media of theirs (``held``) that were not
    before their eyes.  To leave is possible also when nothing runs any more.
    """
    if part not in {IN, OUT}:
        raise BadInput(f"part is {IN} or {OUT}", advice="reload the page")
    found = running(store, settings)
    if found is None:
        if part == OUT:
            return
        raise NotAllowed("no comparison runs in this lab", advice="reload the page")
    wanted = {"analyst": analyst, "name": _named(found), "value": part}
    with store.act(_CHOICE, analyst, analyst=analyst, request=request) as act:
        if act.repeated:
            must_be_same(act, "preference", [wanted])
            return
        if _part(store, found, analyst)[0] == part:
            return
        act.insert("preference", **wanted)
        if part == IN:
            seen = seen_before(store, analyst, held)
            _enter(act, store, found, analyst, [m for m in held if m not in seen])


def allot(
    store: Store, settings: Settings, analyst: str, act: Act, media: Sequence[str]
) -> None:
    """Write the start levels of media that are being handed to a person, if any.

    What was before their eyes once, and comes back, gets none.
    """
    found = running(store, settings)
    if found and _part(store, found, analyst)[0] == IN:
        seen = seen_before(store, analyst, media)
        _enter(act, store, found, analyst, [m for m in media if m not in seen])


def _enter(
    act: Act, store: Store, found: Running, analyst: str, media: Sequence[str]
) -> None:
    before = allotted(store, found.id, analyst, since=0)
    new = [medium for medium in media if medium not in before]
    for place, medium in enumerate(new, start=len(before)):
        level = level_at(found.seed, analyst, found.levels, place)
        given = {"comparison": found.id, "medium": medium, "analyst": analyst}
        act.insert("allotment", **given, place=place, level=level)


def starts(store: Store, settings: Settings, analyst: str) -> dict[str, str]:
    """Give the level that each allotted medium starts with for who takes part now."""
    found = running(store, settings)
    part, since = _part(store, found, analyst) if found else ("", 0)
    if found is None or part != IN:
        return {}
    return allotted(store, found.id, analyst, since=since)


def state(store: Store, settings: Settings, analyst: str) -> dict[str, Any] | None:
    """Give what the desk of a person is told; None where nothing runs."""
    found = running(store, settings)
    if found is None:
        return None
    every = settings.comparison_ask_every
    decided = decided_since_asked(store, found.id, analyst)
    return {
        "protocol": found.protocol,
        "decided_by": found.decided_by,
        "levels": list(found.levels),
        "part": _part(store, found, analyst)[0],
        "starts": starts(store, settings, analyst),
        "ask_every": every,
        "ask_after": max(1, every - decided) if every else 0,
    }


def answer(
    store: Store,
    settings: Settings,
    medium: str,
    said: int,
    *,
    analyst: str,
    request: str,
) -> None:
    """Keep what a person said of looking at one allotted medium; 0: they left it."""
    if said not in {LEFT, *ANSWERS}:
        raise BadInput(
            "the answer is none of those asked for", advice="reload the page"
        )
    found = running(store, settings)
    mine = allotment_of(store, found.id, analyst, medium) if found else None
    if found is None or mine is None or _part(store, found, analyst)[0] != IN:
        raise NotAllowed(
            "this medium is in no comparison of yours", advice="nothing was kept"
        )
    wanted = {"allotment": mine["id"], "answer": said}
    with store.act(_CHOICE, analyst, analyst=analyst, request=request) as act:
        if act.repeated:
            must_be_same(act, "self_report", [wanted])
            return
        told = allotment_of(store, found.id, analyst, medium)
        if told is None or told["answer"] is not None:
            raise NotAllowed(
                "you were asked about this medium before", advice="nothing was kept"
            )
        if (
            decided_since_asked(store, found.id, analyst)
            < settings.comparison_ask_every
        ):
            raise NotAllowed(
                "you were asked not long ago", advice="nothing was kept; go on"
            )
        act.insert("self_report", **wanted)

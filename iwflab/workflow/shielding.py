"""How shielded a person starts, and when no pixels are sent at all."""

from hashlib import sha256
from typing import Any

from iwflab.domain.assessments import RevealLevel
from iwflab.domain.settings import Settings
from iwflab.errors import BadInput, Presenting
from iwflab.store import Store
from iwflab.store.entering import must_be_same
from iwflab.store.looking import is_presenting, prefer, preferred

_START = "start_level"


def start_of(store: Store, settings: Settings, analyst: str) -> dict[str, Any]:
    """Give the level that a person starts each medium with, and those they may choose.

    What they chose holds until the organisation allows less: then its minimum does.
    """
    least = RevealLevel(settings.least_shield)
    chosen = RevealLevel(preferred(store, analyst, _START) or settings.default_reveal)
    start = min(chosen, least, key=lambda level: level.step)
    allowed = [str(level) for level in RevealLevel if level.step <= least.step]
    return {"start_level": str(start), "start_levels": allowed}


def choose_start(
    store: Store, settings: Settings, level: str, *, analyst: str, request: str
) -> None:
    """Keep the level that a person wants to start each medium with."""
    allowed = start_of(store, settings, analyst)["start_levels"]
    if level not in allowed:
        raise BadInput(
            f"nobody starts with {level!r} in this lab",
            advice=f"choose one of: {', '.join(allowed)}; more is revealed one by one",
        )
    prefer(store, analyst, _START, level, request=request)


def must_send(settings: Settings) -> None:
    """Refuse to send any picture while the lab's settings say so."""
    if settings.presentation:
        raise Presenting(
            "this lab is in presentation mode: no picture is sent",
            advice="an administrator sets presentation = false in lab.toml",
        )


def presents(store: Store, settings: Settings, analyst: str, session: str) -> bool:
    """Tell whether a person's session gets no pixels."""
    return settings.presentation or is_presenting(store, analyst, _digest(session))


def present(
    store: Store,
    settings: Settings,
    *,
    active: bool,
    analyst: str,
    session: str,
    request: str,
) -> None:
    """Switch presentation mode of one session on or off, on the record."""
    if settings.presentation and not active:
        must_send(settings)
    wanted = {"analyst": analyst, "session": _digest(session), "active": int(active)}
    with store.act("present", analyst, analyst=analyst, request=request) as act:
        if act.repeated:
            must_be_same(act, "presentation", [wanted])
        else:
            act.insert("presentation", **wanted)


def _digest(session: str) -> str:
    return sha256(b"presentation " + session.encode()).hexdigest()[:32]

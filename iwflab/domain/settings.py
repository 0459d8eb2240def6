"""What an organisation may set in ``lab.toml``; every line has a default here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from iwflab.domain.allotting import FEWEST_LEVELS, comparable_levels
from iwflab.domain.assessments import RevealLevel
from iwflab.domain.elements import POLICY_FIELDS
from iwflab.domain.hashes import FARTHEST_CANDIDATE, MATCH_DISTANCE
from iwflab.domain.queueing import OLDEST, ORDERS
from iwflab.errors import BadInput, ConfigError

# Act of the grading desk -> key, as the browser names it (KeyboardEvent.key).
# Single keys, no chords: one finger is enough, on any layout.
KEYS: Mapping[str, str] = {
    "save": "Enter",
    "next": "ArrowRight",
    "previous": "ArrowLeft",
    "question_up": "ArrowUp",
    "question_down": "ArrowDown",
    "reveal": " ",
    "greyscale": "g",
    "shield": "s",
    "lens": "l",
    "outlines": "b",
    "no_picture": "a",
    "start_here": "j",
    "present": "p",
    "exposure": "h",
    "blank": "Escape",
    "add_child": "c",
    "remove_child": "x",
    "clear": "Backspace",
    "more": "m",
    "not_sure": "d",
    "needs_two": "f",
    "palette": "k",
    "note": "n",
    "undo": "z",
    "why": "v",
    "help": "?",
    "sheet": "F2",
    "beside": "F9",
    "beside_reveal": "F10",
    "larger": "F7",
    "zoom_in": "+",
    "zoom_out": "-",
    "zoom_fit": "0",
    "zoom_actual": "=",
    "rotate": "F4",
    "play": "F8",
    "frame_back": ",",
    "frame_on": ".",
    "slower": "<",
    "faster": ">",
    "shot_back": "PageUp",
    "shot_on": "PageDown",
    "segment_start": "[",
    "segment_end": "]",
    "filter": "/",
    "selection": ";",
    "comparison": "F3",
    "self_report": "F6",
}


# Without this one a person could not take a picture off the screen at once.
NEVER_UNBOUND = "blank"

ASKED_SCHEMES = ("uk_2014", "uk_s62", "ncmec", "interpol_baseline", "iccam")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one lab.

    ``head_folder`` must lie outside the lab folder: it keeps the signed head of the
    audit trail, which shows a lab that was rolled back whole.
    ``database_url`` names the shared PostgreSQL database; empty means ``lab.db``.
    ``low_space_mb``: with less free space (in 10^6 bytes) desks and commands warn.
    ``candidate_distance``: PDQ hits up to this many bits are shown to a person.
    ``asked_schemes``: the form asks what these need; all others are derived as well.
    ``child_policy``: fields of a child that only a policy may want (``POLICY_FIELDS``).
    ``assignment_hours``: after these an unfinished medium goes back to the queue.
    ``default_reveal`` is the level of first sight for who chose none; nobody may
    choose one above ``least_shield``.  ``presentation``: no pixels are ever sent.
    Counted, not enforced: ``break_after_minutes`` at media, ``daily_cap_hours`` a day.
    ``profiles``: a TOML file of the organisation's own disclosure profiles.
    ``comparison_protocol`` names the written protocol of a comparison of start levels,
    and lets one be switched on; empty, as by default, there is none.
    """

    lab: str  # the random name of this lab in its heads
    name: str = "iwflab"
    case: str = ""
    exhibit: str = ""
    head_folder: str = ""
    database_url: str = ""
    low_space_mb: int = 2000
    sign_off_by_another: bool = True
    strict_sandbox: bool = False
    workers: int = 2
    decode_seconds: float = 20.0
    assignment_hours: float = 12.0
    candidate_distance: int = FARTHEST_CANDIDATE
    approval_hours: float = 24.0
    profiles: str = ""
    intake_roots: Sequence[str] = ()
    asked_schemes: Sequence[str] = ASKED_SCHEMES
    child_policy: Sequence[str] = ()
    queue_order: str = OLDEST
    set_size: int = 12
    prefetch: int = 4
    outbox: int = 3
    unacked_seconds: float = 2.0
    heartbeat_seconds: float = 5.0
    idle_lock_minutes: float = 3.0
    default_reveal: str = RevealLevel.SHIELDED.value
    least_shield: str = RevealLevel.SHIELDED.value
    presentation: bool = False
    # IWF annual report 2021, "the taskforce": four hours a day at most, a break every
    # hour; INHOPE, "what is a hotline analyst", names the same four hours.
    break_after_minutes: float = 60.0
    daily_cap_hours: float = 4.0
    comparison_protocol: str = ""
    comparison_decided_by: str = ""
    comparison_levels: Sequence[str] = ()
    comparison_ask_every: int = 20
    keys: Mapping[str, str] = field(default_factory=lambda: dict(KEYS))

    @property
    def unbound(self) -> list[str]:
        """The acts without a key: the palette of the grading desk has them."""
        return [act for act, key in self.keys.items() if not key]


def keys_with(given: Mapping[str, str]) -> dict[str, str]:
    """Give the organisation's keys, and our own for the acts that it does not name.

    Its keys win: an act of ours whose key it took, as a new release may bring one, is
    left without a key.
    """
    taken = {as_pressed(key) for key in given.values()}
    ours = {a: "" if as_pressed(key) in taken else key for a, key in KEYS.items()}
    return {**ours, **given}


def as_pressed(key: str) -> str:
    """Give a key as pages compare it: letters are the same large and small."""
    return key.lower() if len(key) == 1 else key


def check_settings(settings: Settings) -> None:
    """Refuse settings that cannot work: keys that clash, sizes that mean nothing."""
    _check_keys(settings)
    for name in ("workers", "set_size", "prefetch", "outbox"):
        if getattr(settings, name) < 1:
            raise BadInput(f"lab.toml: {name} must be 1 or more", advice="raise it")
    if not MATCH_DISTANCE <= settings.candidate_distance <= FARTHEST_CANDIDATE:
        raise BadInput(
            "lab.toml: candidate_distance is out of bounds",
            advice=f"{MATCH_DISTANCE} shows none, {FARTHEST_CANDIDATE} is the most"
            " that was measured to be far from unrelated pictures",
        )
    if settings.low_space_mb < 0:
        raise BadInput("lab.toml: low_space_mb is below 0", advice="0 never warns")
    _check_lists(settings)
    _check_looking(settings)
    _check_comparison(settings)


def _check_keys(settings: Settings) -> None:
    unknown = set(settings.keys) - set(KEYS)
    if unknown:
        raise BadInput(
            f"lab.toml: no act is called {', '.join(sorted(unknown))}",
            advice=f"acts with keys are: {', '.join(KEYS)}",
        )
    if not settings.keys.get(NEVER_UNBOUND):
        raise ConfigError(
            f"lab.toml: {NEVER_UNBOUND} has no key, or another act has it",
            advice="give it one: it takes everything off the page at once",
        )
    keys = [as_pressed(key) for key in settings.keys.values() if key]
    clash = sorted({key for key in keys if keys.count(key) > 1})
    digits = sorted({key for key in keys if key.isdigit() and key != "0"})
    if clash or digits:
        raise BadInput(
            f"lab.toml: these keys clash: {', '.join(map(repr, clash + digits))}",
            advice="every act needs its own key; digits from 1 on answer questions",
        )


def _check_lists(settings: Settings) -> None:
    if not isinstance(settings.profiles, str):
        raise BadInput(
            "lab.toml: profiles is no name of a file",
            advice='write profiles = "profiles.toml", or "" for none',
        )
    asked = settings.asked_schemes
    if isinstance(asked, str) or not asked:
        raise BadInput(
            "lab.toml: asked_schemes is no list of schemes",
            advice='write asked_schemes = ["uk_2014"], one scheme at least',
        )
    if odd := sorted(set(settings.child_policy) - set(POLICY_FIELDS)):
        raise BadInput(
            f"lab.toml: child_policy cannot hold {', '.join(odd)}",
            advice=f"it may name: {', '.join(POLICY_FIELDS)}",
        )
    if settings.queue_order not in ORDERS:
        raise BadInput(
            f"lab.toml: there is no queue_order {settings.queue_order!r}",
            advice=f"it is one of: {', '.join(ORDERS)}",
        )
    roots = settings.intake_roots
    if isinstance(roots, str) or not all(
        isinstance(root, str) and root.startswith(("/", "~")) for root in roots
    ):
        raise BadInput(
            "lab.toml: intake_roots is no list of whole paths",
            advice='write intake_roots = ["/media/arrivals"], or [] for none',
        )


def _check_looking(settings: Settings) -> None:
    levels = ", ".join(RevealLevel)
    for name in ("default_reveal", "least_shield"):
        if getattr(settings, name) not in set(RevealLevel):
            raise BadInput(
                f"lab.toml: {name} is no reveal level", advice=f"it is one of: {levels}"
            )
    least = RevealLevel(settings.least_shield)
    if RevealLevel(settings.default_reveal).step > least.step:
        raise BadInput(
            "lab.toml: default_reveal shows more than least_shield lets anybody start"
            " with",
            advice=f"from the least to the most, levels are: {levels}",
        )
    if not isinstance(settings.presentation, bool):
        raise BadInput(
            "lab.toml: presentation is neither true nor false",
            advice="write presentation = true, or false",
        )
    for name, most in (("break_after_minutes", 240), ("daily_cap_hours", 24)):
        if not 0 < getattr(settings, name) <= most:
            raise BadInput(
                f"lab.toml: {name} must be above 0 and at most {most}",
                advice="these are counted and told, never enforced",
            )


def _check_comparison(settings: Settings) -> None:
    named = settings.comparison_levels
    if isinstance(named, str) or not set(named) <= set(RevealLevel):
        raise BadInput(
            "lab.toml: comparison_levels is no list of reveal levels",
            advice=f"it may name: {', '.join(RevealLevel)}; [] compares all allowed",
        )
    if settings.comparison_ask_every < 0:
        raise BadInput(
            "lab.toml: comparison_ask_every is below 0", advice="0 never asks"
        )
    if not settings.comparison_protocol:
        return
    if not settings.comparison_decided_by.strip():
        raise BadInput(
            "lab.toml: comparison_protocol without comparison_decided_by",
            advice="say who decided on the comparison, and when",
        )
    if beyond := set(named) - set(comparable_levels(named, settings.least_shield)):
        raise BadInput(
            f"lab.toml: comparison_levels shows more than least_shield lets anybody"
            f" start with: {', '.join(sorted(beyond))}",
            advice="take them out, or let people start with more",
        )
    if len(comparable_levels(named, settings.least_shield)) < FEWEST_LEVELS:
        raise BadInput(
            "lab.toml: with one level there is nothing to compare",
            advice="comparison_levels names two or more, none above least_shield",
        )

"""A person's own keys over those of the lab."""

import re
from collections.abc import Mapping

from iwflab.domain.settings import NEVER_UNBOUND, as_pressed
from iwflab.errors import BadInput

# What a browser hands to a page and no page needs otherwise (F5 loads it anew, digits
# answer questions, Tab goes on): one sign, or one of these by its name.
NAMED = re.compile(
    "F(?:[1-4]|[6-9]|10)|Arrow(?:Up|Down|Left|Right)|Page(?:Up|Down)"
    "|Home|End|Insert|Delete|Backspace|Enter|Escape"
)


def with_own(lab: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Give the keys of a person: their own, and the lab's for every other act.

    Theirs win: an act of the lab whose key they took has none, and the palette of the
    desk finds it.  Two things they cannot take: an act that the lab no longer has, and
    the key that takes everything off the page, wherever a newer lab.toml puts it.
    """
    panic = own.get(NEVER_UNBOUND) or lab[NEVER_UNBOUND]
    kept = {
        act: key
        for act, key in own.items()
        if act in lab and (act == NEVER_UNBOUND or as_pressed(key) != as_pressed(panic))
    }
    kept[NEVER_UNBOUND] = panic
    taken = {as_pressed(key) for key in kept.values() if key}
    rest = {act: "" if as_pressed(key) in taken else key for act, key in lab.items()}
    return {**rest, **{act: kept[act] for act in lab if act in kept}}


def check_own(lab: Mapping[str, str], own: Mapping[str, str]) -> None:
    """Refuse keys that no press could mean, or that would mean two things."""
    if unknown := sorted(set(own) - set(lab)):
        raise BadInput(f"no act is called {unknown[0]!r}", advice="reload the page")
    for key in filter(None, own.values()):
        if not (len(key) == 1 and key.isprintable()) and not NAMED.fullmatch(key):
            raise BadInput(
                "this key belongs to the browser, or is no single key",
                advice="choose a letter, a sign, an arrow or a key from F1 to F10",
            )
        if key in set("123456789"):
            raise BadInput(
                f"{key} answers questions", advice="choose a key that is no digit"
            )
    if not own.get(NEVER_UNBOUND, lab[NEVER_UNBOUND]):
        raise BadInput(
            "the key that blanks everything cannot be left out",
            advice="give it another key: it takes everything off the page at once",
        )
    keys = [as_pressed(key) for key in own.values() if key]
    panic = as_pressed(own.get(NEVER_UNBOUND, lab[NEVER_UNBOUND]))
    others = [key for act, key in own.items() if act != NEVER_UNBOUND]
    if len(set(keys)) < len(keys) or panic in map(as_pressed, others):
        raise BadInput(
            "two acts would have one key", advice="give each act a key of its own"
        )

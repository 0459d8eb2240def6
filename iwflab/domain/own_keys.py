"""A person's own keys over those of the lab."""

import re
from collections.abc import Mapping

from iwflab.domain.settings import NEVER_UNBOUND, as_pressed
from iwflab.errors import BadInput

# By name, what no list or sheet moves by, no button is pressed with and no browser
# needs for itself; else one sign.  Digits answer questions.
NAMED = re.compile("F(?:[1-4]|[6-9]|10)|Backspace|Delete|Insert")


def with_own(lab: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Give the keys of a person: their own, and the lab's for every other act.

    Theirs win: an act of the lab whose key they took has none, and the palette of the
    desk finds it.  What a newer lab.toml or release made impossible is left out: an act
    that is gone, and the key that takes everything off the page, which is nobody's.
    """
    panic = as_pressed(lab[NEVER_UNBOUND])
    held = {
        act: key
        for act, key in own.items()
        if act in lab and act != NEVER_UNBOUND and as_pressed(key) != panic
    }
    taken = {as_pressed(key) for key in held.values() if key}
    rest = {act: "" if as_pressed(key) in taken else key for act, key in lab.items()}
    return {act: held.get(act, rest[act]) for act in lab}


def may_be_own(key: str) -> bool:
    """Tell whether a person may give this key to an act; "" leaves it without one."""
    if len(key) == 1:
        return key.isprintable() and not key.isspace() and key not in "123456789"
    return not key or bool(NAMED.fullmatch(key))


def check_own(lab: Mapping[str, str], own: Mapping[str, str]) -> None:
    """Refuse keys that no press could mean, or that would mean two things."""
    if unknown := sorted(set(own) - set(lab)):
        raise BadInput(f"no act is called {unknown[0]!r}", advice="reload the page")
    if NEVER_UNBOUND in own:
        raise BadInput(
            "the key that blanks everything is the lab's",
            advice="it is the same for everybody at this lab: lab.toml says which",
        )
    if not all(may_be_own(key) for key in own.values()):
        raise BadInput(
            "this is no key that an act could have",
            advice="choose a letter, a sign or a key from F1 to F10; digits answer",
        )
    keys = [as_pressed(key) for key in own.values() if key]
    if len(set(keys)) < len(keys) or as_pressed(lab[NEVER_UNBOUND]) in keys:
        raise BadInput(
            "two acts would have one key", advice="give each act a key of its own"
        )

"""Named profiles of disclosure control: one TOML file, checked when it is read."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from iwflab.errors import BadInput, NotFound

DEFAULT = "cautious"
METHODS = ("withhold", "round", "open")
ZEROS = ("may_be_withheld", "shown")
BASES = (5, 10)
WHOLE = 100  # percent
LEAST_THRESHOLD = 2  # below it no count is small


@dataclass(frozen=True, slots=True)
class Profile:
    """What may leave: thresholds, dominance rules, rounding, and the width that holds.

    ``n_k`` is (n, k): the n largest series give more than k percent of a cell.
    ``p_percent``: the second largest series could work out the largest to within p
    percent of it.  A rule of 0 (or None) is not asked.
    """

    name: str
    title: str
    source: str
    method: str
    threshold: int = 0
    width: int = 0
    added_width: int = 0  # what was added between two releases; 0: as ``width``
    width_percent: int = 0  # of a cell that is withheld though it is not small
    zeros: str = "may_be_withheld"
    base: int = 0
    one_series_percent: int = 0
    fewest_series: int = 0
    n_k: tuple[int, int] | None = None
    p_percent: int = 0
    group_disclosure: bool = False
    margin_weight: int = 1  # how many inner cells a withheld margin is worth
    seconds: int = 20  # then the best pattern so far is taken

    @property
    def asks_for_series(self) -> bool:
        """Whether a rule needs to know which series a cell comes from."""
        return bool(
            self.one_series_percent or self.fewest_series or self.n_k or self.p_percent
        )

    def small(self, n: int) -> bool:
        """Tell whether a count is small."""
        return 1 <= n < self.threshold


@cache
def profiles() -> Mapping[str, Profile]:
    """Give the profiles of this release, by name."""
    text = (files(__package__) / "profiles.toml").read_text("utf-8")
    return profiles_from(tomllib.loads(text))


def profile(name: str = DEFAULT, known: Mapping[str, Profile] | None = None) -> Profile:
    """Give a profile by name, the cautious one by default.

    ``known`` are those there are, where an organisation has its own; by default the
    ones of this release.
    """
    known = profiles() if known is None else known
    if name not in known:
        raise NotFound(
            f"no disclosure profile is called {name!r}",
            advice=f"there are: {', '.join(known)}",
        )
    return known[name]


def load(path: Path) -> Mapping[str, Profile]:
    """Read an organisation's own profiles; each is checked, none is half believed."""
    try:
        plain = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise BadInput(
            f"{path.name} cannot be read as profiles: {fault}",
            advice="it is TOML, one [table] for each profile",
        ) from fault
    return profiles_from(plain)


def profiles_from(plain: Mapping[str, Any]) -> Mapping[str, Profile]:
    """Make profiles from plain TOML; refuse one that contradicts itself."""
    return {name: _profile(name, values) for name, values in plain.items()}


def _profile(name: str, plain: Any) -> Profile:
    if not isinstance(plain, dict):
        raise _wrong(name, "it is no table")
    known = {field.name: field for field in fields(Profile) if field.name != "name"}
    if odd := sorted(set(plain) - set(known)):
        raise _wrong(name, f"it has unknown words: {', '.join(odd)}")
    for word in ("title", "source", "method"):
        if not str(plain.get(word, "")).strip():
            raise _wrong(name, f"it has no {word}")
    for word, value in plain.items():
        _check_kind(name, word, value, known[word].type)
    values = dict(plain)
    if "n_k" in values:
        values["n_k"] = tuple(values["n_k"])
    made = Profile(name=name, **values)
    _check_rules(made)
    {"withhold": _check_withholding, "round": _check_rounding, "open": _check_open}[
        made.method
    ](made)
    return made


def _check_kind(name: str, word: str, value: Any, kind: Any) -> None:
    if word == "n_k":
        pair = isinstance(value, list) and [type(one) for one in value] == [int, int]
        if not pair:
            raise _wrong(name, "n_k is no pair of whole numbers, [n, k]")
    elif type(value) is not kind:  # bool is an int to isinstance
        raise _wrong(name, f"{word} is {value!r}")
    elif kind is int and value < 0:
        raise _wrong(name, f"{word} is below nought")


def _check_rules(made: Profile) -> None:
    if made.method not in METHODS:
        raise _wrong(made.name, f"method is none of: {', '.join(METHODS)}")
    if made.zeros not in ZEROS:
        raise _wrong(made.name, f"zeros is none of: {', '.join(ZEROS)}")
    shares = [made.one_series_percent, made.p_percent, made.width_percent]
    n, k = made.n_k or (1, 1)
    if max(*shares, k) >= WHOLE or min(n, k) < 1:
        raise _wrong(made.name, "a share is 100 percent or more, or n or k is nought")
    if made.added_width > made.width:
        raise _wrong(made.name, "it hides what was added better than what there is")
    if not made.margin_weight or not made.seconds:
        raise _wrong(made.name, "margin_weight or seconds is nought")


def _check_withholding(made: Profile) -> None:
    if made.threshold < LEAST_THRESHOLD:
        raise _wrong(made.name, "no count is small below its threshold")
    if made.width < made.threshold:
        raise _wrong(
            made.name,
            "a width below the threshold lets others conclude that a cell is small",
        )
    if made.base:
        raise _wrong(made.name, "it withholds and rounds; choose one method")
    if made.group_disclosure and made.zeros == "shown":
        raise _wrong(
            made.name, "noughts that are shown tell that a group is all of one kind"
        )


def _check_rounding(made: Profile) -> None:
    if made.base not in BASES:
        raise _wrong(made.name, f"base is none of: {BASES}")
    widest = made.threshold - 2  # who sees [c] knows 1 to one below the threshold
    if not 1 <= made.width <= widest:
        raise _wrong(made.name, f"its width is {made.width}; its rule hides {widest}")


def _check_open(made: Profile) -> None:
    if made.threshold or made.base or made.asks_for_series or made.group_disclosure:
        raise _wrong(made.name, "it is open, and yet has rules")


def _wrong(name: str, problem: str) -> BadInput:
    return BadInput(
        f"the disclosure profile {name!r} cannot be used: {problem}",
        advice="mend it; nothing is released under a profile that was not understood",
    )

"""Protects the tables of one report together: what one hides, no other tells.

Tables are taken in order.  Each is protected with the cells that it shares with those
before it as those have them, and is held together with them (check_release); one that
cannot stand beside them is counted more coarsely, or left out with the reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from iwflab.errors import BadInput
from iwflab.statistics.disclosure import (
    ALL,
    Counts,
    Entry,
    Outcome,
    Profile,
    Protected,
    Published,
    Release,
    Verdict,
    check_release,
    entry,
    protect,
)
from iwflab.statistics.disclosure.tables import Key

Level = frozenset[tuple[str, str]]
CUT = "0000-00-00"  # of the check within one report; the ledger has the true one


@dataclass(frozen=True, slots=True)
class Asked:
    """A table that is wanted: its counts, the finest first, or why there are none.

    A table that is ``whole`` is tied to others by more than shared cells (the number
    of children is a sum over items), which no audit knows: it shows every cell, or it
    is not shown.  Those that it ``needs`` have to be whole, too.
    """

    name: str
    options: tuple[Counts, ...] = ()
    whole: bool = False
    needs: tuple[str, ...] = ()
    absent: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a table: shown, or the reason why it is not."""

    name: str
    verdict: Verdict
    published: Published | None = None
    entry: Entry | None = None
    absent: str = ""


def together(
    asked: Sequence[Asked], profile: Profile, *, seed: bytes | None = None
) -> dict[str, Kept]:
    """Protect tables one after the other, each with regard to those before it."""
    kept: dict[str, Kept] = {}
    for one in asked:
        if one.name in kept:
            raise BadInput(f"two tables are called {one.name!r}", advice="rename one")
        kept[one.name] = _kept(one, list(kept.values()), profile, seed)
    return kept


def _kept(
    one: Asked, before: Sequence[Kept], profile: Profile, seed: bytes | None
) -> Kept:
    verdict = Verdict(Outcome.REVIEW, one.absent or "nobody counted it")
    if any(_hides(other, profile) for other in before if other.name in one.needs):
        return Kept(one.name, _TIED, absent=_absent(one, _TIED))
    for counts in one.options:
        linked = [k.entry for k in before if k.entry is not None and _tied(k, counts)]
        made, verdict = _beside(counts, linked, profile, seed)
        if made is None:
            continue
        kept = Kept(one.name, verdict, made.published, made)
        if not (one.whole and _hides(kept, profile)):
            return kept
        verdict = _TIED
    return Kept(one.name, verdict, absent=_absent(one, verdict))


def _beside(
    counts: Counts, linked: Sequence[Entry], profile: Profile, seed: bytes | None
) -> tuple[Entry | None, Verdict]:
    """Protect a table so that it can stand beside others; ask for more where it fails.

    A pattern that hides each cell in its own table may not hide it beside the others;
    one that hides them better often does.  The width that has to hold stays the same.
    """
    verdict = Verdict(Outcome.FAIL, "")
    widths: Mapping[Key, int] | None = None
    for times in (1, 2) if profile.method == "withhold" else (1,):
        asked = replace(profile, width=profile.width * times)
        done = _protected(counts, linked, asked, seed)
        if done.published is None:
            return None, verdict if widths else done.verdict
        widths = widths or done.widths
        made = replace(entry(done, profile), hidden=widths)
        joint = Release(counts.name, CUT, (*linked, made))
        found, _ = check_release(joint, [], profile)
        if found.outcome is Outcome.PASS:
            return made, done.verdict
        # The leaks name cells with their bounds: that stays out of what is shown.
        verdict = _JOINT
    return None, verdict


_JOINT = Verdict(
    Outcome.FAIL, "with the other tables of this report it would tell what they hide"
)
_TIED = Verdict(
    Outcome.FAIL, "what is hidden could be worked out from other tables of this report"
)


def _hides(kept: Kept, profile: Profile) -> bool:
    shown = kept.published
    return profile.method != "open" and (shown is None or bool(shown.withheld))


def _absent(one: Asked, verdict: Verdict) -> str:
    """Say why there is no table, without telling the size of what is hidden."""
    if not one.options:
        return f"not collected: {one.absent or 'nobody counted it'}"
    reason = verdict.reason
    if reason.startswith("refused"):
        reason = "the numbers are too small to be shown safely"
    return f"withheld: {reason}"


def _tied(kept: Kept, counts: Counts) -> bool:
    told = kept.published
    return told is not None and (told.unit, told.coverage) == (
        counts.unit,
        counts.coverage,
    )


def _protected(
    counts: Counts, linked: Sequence[Entry], profile: Profile, seed: bytes | None
) -> Protected:
    settled: dict[Level, bool] = {}
    for one in linked:
        for key, cell in one.published.cells.items():
            settled[_level(one.published.names, key)] = cell.value is not None
    mine = {key: settled.get(_level(counts.names, key)) for key in counts.cells}
    return protect(
        counts,
        profile,
        seed=seed,
        shown=[key for key, told in mine.items() if told],
        withheld=[key for key, told in mine.items() if told is False],
    )


def _level(names: Sequence[str], key: Sequence[str]) -> Level:
    pairs = zip(names, key, strict=True)
    return frozenset((name, level) for name, level in pairs if level != ALL)


def entries_of(kept: Mapping[str, Kept], names: Sequence[str]) -> tuple[Entry, ...]:
    """Give the ledger's entries of the tables that are shown."""
    found = (kept[name].entry for name in names if name in kept)
    return tuple(one for one in found if one is not None)

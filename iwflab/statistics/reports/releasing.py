"""Protects the tables of one report together: what one hides, no other tells.

Tables of one unit and coverage share counts: one pattern is searched for all of them.
One that cannot stand beside those before it is counted more coarsely, or left out with
the reason; rounded tables are held together instead, one after the other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from iwflab.errors import BadInput
from iwflab.statistics.disclosure import (
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
    protect_together,
)
from iwflab.statistics.disclosure.linking import Coarser
from iwflab.statistics.disclosure.protecting import refused
from iwflab.statistics.disclosure.together import BESIDE

NONE = "none found"  # how the reason begins where it was looked for
EMPTY = "nothing of it was recorded in this period"
TOO_SMALL = "the numbers are too small to be shown safely"
CUT = "0000-00-00"  # of the check within one report; the ledger has the true one


@dataclass(frozen=True, slots=True)
class Asked:
    """A table that is wanted: its counts, the finest first, or why there are none.

    All its ``options`` are of one unit and coverage.  A table that is ``whole`` is tied
    to others by more than shared cells (the number of children is a sum over items),
    which no audit knows: it shows every cell, or it is not shown.  Those that it
    ``needs`` have to be whole, too; they come before it and count something else.
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


@dataclass(frozen=True, slots=True)
class Rules:
    """What every table of a report is protected by."""

    profile: Profile
    coarser: Coarser
    seed: bytes | None


def together(
    asked: Sequence[Asked],
    profile: Profile,
    *,
    coarser: Coarser | None = None,
    seed: bytes | None = None,
) -> dict[str, Kept]:
    """Protect tables together, the most important first.

    ``coarser`` is that of :func:`check_release`: where tables have merged levels.  A
    table that counts nothing at all is not shown: its noughts would say more than that.
    """
    if len({one.name for one in asked}) < len(asked):
        raise BadInput("two tables of a report have one name", advice="rename one")
    rules = Rules(profile, coarser or {}, seed)
    kept: dict[str, Kept] = {}
    for group in _groups(asked):
        kept |= _settled(group, kept, rules)
    return {one.name: kept[one.name] for one in asked}


def _empty(one: Asked) -> bool:
    return not any(counts.cells[counts.total] for counts in one.options)


def _groups(asked: Sequence[Asked]) -> Iterator[list[Asked]]:
    """Give tables of one unit and coverage together; what nobody counted is alone."""
    groups: dict[tuple[str, str], list[Asked]] = {}
    for one in asked:
        if one.options:
            first = one.options[0]
            groups.setdefault((first.unit, first.coverage), []).append(one)
        else:
            yield [one]
    yield from groups.values()


def _settled(
    group: Sequence[Asked], before: Mapping[str, Kept], rules: Rules
) -> dict[str, Kept]:
    """Protect a group; one that fails is counted more coarsely, or left out."""
    left = {one.name: one.options for one in group}
    lost: dict[str, Verdict] = {}
    for one in group:
        needed = (before[name] for name in one.needs if name in before)
        if any(_secret(other, rules.profile) for other in needed):
            left[one.name], lost[one.name] = (), _TIED
        elif _empty(one):
            left[one.name] = ()
    while True:
        now = [one for one in group if left[one.name]]
        made = _protected([left[one.name][0] for one in now], rules)
        done = dict(zip((one.name for one in now), made, strict=True))
        bad = {
            one.name: verdict
            for one in now
            if (verdict := _failed(one, done[one.name], rules.profile)) is not None
        }
        for name in bad:
            left[name] = left[name][1:]
        lost |= bad
        # What was refused is not in the others' pattern: they stay as they are.
        if not any(left[name] or done[name].published for name in bad):
            good = {name: one for name, one in done.items() if name not in bad}
            return {one.name: _kept(one, good, lost, rules) for one in group}


def _kept(
    one: Asked,
    good: Mapping[str, Protected],
    lost: Mapping[str, Verdict],
    rules: Rules,
) -> Kept:
    if one.name in good:
        made = entry(good[one.name], rules.profile, coarser=rules.coarser)
        return Kept(one.name, made.verdict, made.published, made)
    if one.name not in lost:
        nothing = one.absent or EMPTY
        said = Verdict(Outcome.REVIEW, nothing)
        told = nothing if nothing.startswith(NONE) else f"not collected: {nothing}"
        return Kept(one.name, said, absent=told)
    verdict = lost[one.name]
    return Kept(one.name, verdict, absent=f"withheld: {_reason(verdict)}")


def _failed(one: Asked, done: Protected, profile: Profile) -> Verdict | None:
    """Say why a table may not be shown as it is; None where it may."""
    if done.published is None:
        # Another reason would name the cell with its bounds: that stays inside.
        return _JOINT if done.verdict.reason.endswith(BESIDE) else done.verdict
    return _TIED if one.whole and _hides(done.published, profile) else None


_JOINT = Verdict(
    Outcome.FAIL, "with the other tables of this report it would tell what they hide"
)
_TIED = Verdict(
    Outcome.FAIL, "what is hidden could be worked out from other tables of this report"
)


def _hides(shown: Published, profile: Profile) -> bool:
    return profile.method != "open" and bool(shown.withheld)


def _secret(kept: Kept, profile: Profile) -> bool:
    if kept.published is None:
        return kept.absent.startswith("withheld")
    return _hides(kept.published, profile)


def _reason(verdict: Verdict) -> str:
    """Say why there is no table, without telling the size of what is hidden."""
    return TOO_SMALL if verdict.reason.startswith("refused") else verdict.reason


def _protected(tables: Sequence[Counts], rules: Rules) -> Sequence[Protected]:
    if rules.profile.method == "withhold":
        return protect_together(tables, rules.profile, coarser=rules.coarser)
    made = [protect(one, rules.profile, seed=rules.seed) for one in tables]
    return made if _stands(made, rules) else list(_one_by_one(made, rules))


def _one_by_one(made: Sequence[Protected], rules: Rules) -> Iterator[Protected]:
    """Leave out each rounded table that cannot stand beside those before it."""
    beside: tuple[Protected, ...] = ()
    for one in made:
        if _stands((*beside, one), rules):
            beside = (*beside, one)
            yield one
        else:
            yield refused(one.primary, BESIDE)


def _stands(made: Sequence[Protected], rules: Rules) -> bool:
    entries = (entry(one, rules.profile) for one in made if one.published is not None)
    joint = Release("", CUT, tuple(entries))
    found, _ = check_release(joint, [], rules.profile, coarser=rules.coarser)
    return found.outcome is Outcome.PASS

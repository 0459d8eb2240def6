"""Protects a table under a profile, and proves it before it says so."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import ceil

from iwflab.statistics.disclosure.auditing import Bound, audit
from iwflab.statistics.disclosure.outputs import Outcome, Verdict
from iwflab.statistics.disclosure.patterns import (
    NEARLY,
    Search,
    cheapest,
    search,
    task_of,
)
from iwflab.statistics.disclosure.profiles import WHOLE, Profile
from iwflab.statistics.disclosure.rounding import round_table
from iwflab.statistics.disclosure.sensitive import Why, primary
from iwflab.statistics.disclosure.tables import Counts, Key, Published, Shown


@dataclass(frozen=True, slots=True)
class Protected:
    """A table as it may be shown, or why it may not; kept inside the lab.

    ``published`` is None where the table was refused.  ``bounds`` says what can be
    concluded of each cell that may not be shown.  ``together`` names the tables that
    it was protected with, itself among them.
    """

    verdict: Verdict
    primary: Mapping[Key, tuple[Why, ...]]
    published: Published | None = None
    secondary: tuple[Key, ...] = ()
    bounds: tuple[Bound, ...] = ()
    widths: Mapping[Key, int] = field(default_factory=dict)
    together: tuple[str, ...] = ()

    @property
    def small(self) -> tuple[Key, ...]:
        """The cells that were withheld as small counts."""
        return tuple(key for key, why in self.primary.items() if Why.SMALL in why)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a pattern has to hide, and what other tables have settled."""

    found: Mapping[Key, tuple[Why, ...]]
    shown: frozenset[Key]
    withheld: frozenset[Key]
    quick: bool


def protect(
    counts: Counts,
    profile: Profile,
    *,
    seed: bytes | None = None,
    quick: bool = False,
    shown: Collection[Key] = (),
    withheld: Collection[Key] = (),
) -> Protected:
    """Make of a table what may be shown under a profile.

    Under ``withhold`` the totals and everything shown are true, the fewest cells are
    withheld (a margin counts ``margin_weight``), and an audit has bounded every
    primary cell no tighter than its width; where no pattern can do that the table is
    refused.  With ``quick`` the first safe pattern near the fewest will do: for a desk
    that shows a table while it is asked for.  Cells of which another table of the same
    release shows the number are named as ``shown``, those that it withholds as
    ``withheld``, and stay so.  Under ``round`` see :func:`round_table`;
    cells that a series dominates are for review, rounding does not hide them.
    """
    found = primary(counts, profile)
    if profile.method == "open":
        reason = "nothing is withheld; inside the organisation only"
        whole = with_pattern(counts, profile, frozenset())
        return Protected(Verdict(Outcome.REVIEW, reason), found, whole)
    if profile.method == "round":
        return _rounded(counts, profile, found, seed)
    if counts.total in found:
        why = ", ".join(found[counts.total])
        return refused(found, f"the total itself may not be shown: {why}")
    if told := sorted(set(shown) & set(found)):
        return refused(found, f"another table shows {' / '.join(told[0])}")
    asked = Asked(found, frozenset(shown), frozenset(withheld), quick)
    return _withheld(counts, profile, asked)


def needed(
    counts: Counts, profile: Profile, why: Mapping[Key, tuple[Why, ...]]
) -> dict[Key, int]:
    """Give the width that each primary cell needs; more for one that is not small."""
    return {
        key: profile.width
        if Why.SMALL in found
        else max(profile.width, ceil(profile.width_percent * counts.cells[key] / WHOLE))
        for key, found in why.items()
    }


def _withheld(counts: Counts, profile: Profile, asked: Asked) -> Protected:
    least, found = int(profile.zeros == "shown"), asked.found
    task = task_of(
        counts,
        least=least,
        zeros=not least,
        margin_weight=profile.margin_weight,
        shown=asked.shown,
    )
    widths = needed(counts, profile, found)
    gaps = NEARLY if asked.quick else ()
    must = {*widths, *asked.withheld}
    begun = search(task, must, seconds=profile.seconds, gaps=gaps)
    try:
        return _proven(counts, profile, found, begun, widths)
    except TimeoutError:
        return refused(found, f"no pattern was found in {profile.seconds} seconds")


def _proven(
    counts: Counts,
    profile: Profile,
    found: Mapping[Key, tuple[Why, ...]],
    begun: Search,
    widths: Mapping[Key, int],
) -> Protected:
    """Ask for more where the audit, over whole numbers, knows more than the search."""
    demands = dict(widths)
    while (pattern := cheapest(begun, demands)) is not None:
        shown = with_pattern(counts, profile, pattern)
        small = [key for key, why in found.items() if Why.SMALL in why]
        bounds = audit(shown, profile, small=small, cells=found)
        short = {one.key: widths[one.key] - one.width for one in bounds}
        short = {key: by for key, by in short.items() if by > 0}
        if not short:
            reason = f"{len(pattern)} of {len(counts.cells)} cells withheld"
            reason += "" if begun.proven else ", not proven the fewest"
            verdict = Verdict(Outcome.PASS, reason)
            secondary = tuple(sorted(pattern - set(found)))
            return Protected(verdict, found, shown, secondary, bounds, widths)
        for key, by in short.items():
            demands[key] += int(by)
    return refused(found, _hopeless(counts, profile, found, widths))


def _hopeless(
    counts: Counts,
    profile: Profile,
    found: Mapping[Key, tuple[Why, ...]],
    widths: Mapping[Key, int],
) -> str:
    """Say which cell cannot be hidden though everything else is withheld."""
    every = frozenset(
        key
        for key, n in counts.cells.items()
        if key != counts.total and (n or profile.zeros != "shown")
    )
    for one in audit(with_pattern(counts, profile, every), profile, cells=found):
        if one.width < widths[one.key]:
            return (
                f"{' / '.join(one.key)} could be bounded to {one.lower:.0f}-"
                f"{one.upper:.0f} though all but the total is withheld; merge levels"
            )
    return "no pattern keeps the total and hides every small cell; merge levels"


def refused(found: Mapping[Key, tuple[Why, ...]], reason: str) -> Protected:
    """Refuse a table, with the reason."""
    return Protected(Verdict(Outcome.FAIL, f"refused: {reason}"), found)


def _rounded(
    counts: Counts,
    profile: Profile,
    found: Mapping[Key, tuple[Why, ...]],
    seed: bytes | None,
) -> Protected:
    shown = round_table(counts, profile, seed=seed)
    small = {key for key, why in found.items() if Why.SMALL in why}
    bounds = audit(shown, profile, cells=small)
    widths = dict.fromkeys(small, profile.width)
    tight = [one for one in bounds if one.width < profile.width]
    told = small - {one.key for one in bounds}
    if tight or told:
        keys = ", ".join(
            " / ".join(key) for key in sorted([*told, *(t.key for t in tight)])
        )
        return refused(found, f"the sums of rounded cells tell {keys}; merge levels")
    seen = [
        f"{' / '.join(key)} ({', '.join(found[key])})"
        for key in found
        if key not in small
    ]
    verdict = Verdict(Outcome.PASS, f"rounded to {profile.base}; {len(small)} withheld")
    if seen:
        reason = f"rounding does not hide: {'; '.join(seen)}"
        verdict = Verdict(Outcome.REVIEW, reason)
    return Protected(verdict, found, shown, (), bounds, widths)


def with_pattern(
    counts: Counts, profile: Profile, pattern: frozenset[Key]
) -> Published:
    """Show a table but for a pattern of withheld cells."""
    total = counts.cells[counts.total]
    hidden = Shown(None, int(profile.zeros == "shown"), total)
    cells = {
        key: hidden if key in pattern else Shown(n, n, n)
        for key, n in counts.cells.items()
    }
    return Published(
        counts.name,
        counts.unit,
        counts.coverage,
        profile.name,
        counts.names,
        counts.levels,
        cells,
    )

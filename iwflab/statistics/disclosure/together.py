"""Protects tables that leave together: what one hides, no other may tell.

Tables of one unit and coverage share counts, and the joint cells behind them; the
pattern is searched over all of them at once, and the audit is that of the ledger.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from iwflab.statistics.disclosure.auditing import Bound
from iwflab.statistics.disclosure.equations import knots
from iwflab.statistics.disclosure.joining import At, Joined, joined
from iwflab.statistics.disclosure.leaking import leaks
from iwflab.statistics.disclosure.linking import Coarser
from iwflab.statistics.disclosure.outputs import Outcome, Verdict
from iwflab.statistics.disclosure.patterns import (
    NEARLY,
    Task,
    arranged,
    cheapest,
    search,
)
from iwflab.statistics.disclosure.profiles import Profile
from iwflab.statistics.disclosure.protecting import (
    Protected,
    needed,
    protect,
    refused,
    with_pattern,
)
from iwflab.statistics.disclosure.releases import Entry, Release, same_of
from iwflab.statistics.disclosure.sensitive import Why, primary
from iwflab.statistics.disclosure.tables import Counts, Key, inner

HERE = 0  # all tables are of one release
BESIDE = "no pattern hides it beside the tables before it; merge levels"


@dataclass(frozen=True, slots=True)
class Asked:
    """A table with its primary cells, and the width that each needs."""

    counts: Counts
    found: Mapping[Key, tuple[Why, ...]]
    widths: Mapping[Key, int]

    @property
    def small(self) -> tuple[Key, ...]:
        """The cells that are small counts."""
        return tuple(key for key, why in self.found.items() if Why.SMALL in why)

    def name(self, key: Key) -> At:
        """Name a count as every table names it."""
        return HERE, same_of(self.counts, key)

    def may(self, profile: Profile) -> Iterator[Key]:
        """Give the cells that may be withheld: not the total, nor noughts if shown."""
        for key, n in self.counts.cells.items():
            if key != self.counts.total and (n or profile.zeros != "shown"):
                yield key


def protect_together(
    tables: Sequence[Counts],
    profile: Profile,
    *,
    coarser: Coarser | None = None,
    seed: bytes | None = None,
) -> tuple[Protected, ...]:
    """Protect tables that leave together, so that ``check_release`` passes them.

    One answer for each table, in their order; the first count most: one whose small
    cells no pattern hides beside those before it is refused, the others stay.
    ``coarser`` is that of :func:`check_release`.  The patterns are near the fewest, not
    proven so.  Tables under a profile that rounds are rounded one by one.  Raises
    Contradiction where two tables give different numbers of the same count.
    """
    if profile.method != "withhold":
        return tuple(protect(one, profile, seed=seed) for one in tables)
    done: dict[int, Protected] = {}
    groups: dict[tuple[str, str], dict[int, Asked]] = {}
    for at, counts in enumerate(tables):
        found = primary(counts, profile)
        if counts.total in found:
            done[at] = protect(counts, profile)
            continue
        asked = Asked(counts, found, needed(counts, profile, found))
        groups.setdefault((counts.unit, counts.coverage), {})[at] = asked
    for group in groups.values():
        done |= _group(group, profile, coarser or {})
    return tuple(done[at] for at in range(len(tables)))


def _group(
    group: Mapping[int, Asked], profile: Profile, coarser: Coarser
) -> dict[int, Protected]:
    found = _searched(group, profile, coarser)
    if not found:
        left = _hideable(group, profile, coarser)
        while left and not (found := _searched(left, profile, coarser)):
            left.popitem()
    lost = {at: refused(one.found, BESIDE) for at, one in group.items()}
    return lost | found


def _searched(
    group: Mapping[int, Asked], profile: Profile, coarser: Coarser
) -> dict[int, Protected]:
    try:
        answers = _hidden(tuple(group.values()), profile, coarser)
    except TimeoutError:
        return {}
    return dict(zip(group, answers, strict=True)) if answers else {}


def _hideable(
    group: Mapping[int, Asked], profile: Profile, coarser: Coarser
) -> dict[int, Asked]:
    """Leave out each table that tells, beside those before it, whatever is withheld.

    No pattern hides more than the one that withholds all that may be.
    """
    left: dict[int, Asked] = {}
    for at, one in group.items():
        tables = (*left.values(), one)
        every = frozenset(t.name(key) for t in tables for key in t.may(profile))
        held = joined([_release(tables, profile, every)], coarser)
        if not any(leaks(held, profile)):
            left[at] = one
    return left


def _hidden(
    tables: Sequence[Asked], profile: Profile, coarser: Coarser
) -> tuple[Protected, ...]:
    """Find a pattern for all tables; nothing where there is none."""
    whole = joined([_release(tables, profile, frozenset())], coarser)
    task = _task(tables, profile, whole)
    demands: Counter[At] = Counter()
    for one in tables:
        for key, width in one.widths.items():
            demands[one.name(key)] = max(width, demands[one.name(key)])
    must = {*demands, *whole.joint}
    begun = search(task, must, seconds=profile.seconds, gaps=NEARLY)
    while (pattern := cheapest(begun, demands)) is not None:
        held = joined([_release(tables, profile, pattern)], coarser)
        short = tuple(leaks(held, profile))
        if not short:
            names = tuple(one.counts.name for one in tables)
            return tuple(
                replace(_answer(one, profile, pattern, held), together=names)
                for one in tables
            )
        for leak in short:
            name = HERE, leak.cell
            wide = int(leak.upper - leak.lower)
            short_by = held.hidden.get(name, wide + 1) - wide
            demands[name] = max(demands[name], held.hidden.get(name, wide)) + short_by
    return ()


def _task(tables: Sequence[Asked], profile: Profile, whole: Joined) -> Task:
    """Arrange the counts of all tables, and joint cells that agree with them.

    Which joint cells does not matter: what can be concluded is the same from any.
    """
    values = {name: int(low) for name, (low, _) in whole.known.bounds.items()}
    for knot in knots(whole.known):
        values |= knot.one()
    weights = dict.fromkeys(values, 0)
    shown: set[At] = set()
    for one in tables:
        for key in one.counts.cells:
            weights[one.name(key)] += 1 if inner(key) else profile.margin_weight
        shown.update(map(one.name, set(one.counts.cells) - set(one.may(profile))))
    sums = [row.parts for row in whole.known.rows]
    least = int(profile.zeros == "shown")
    return arranged(values, weights, sums, shown=shown, least=least)


def _release(
    tables: Sequence[Asked], profile: Profile, pattern: frozenset[At]
) -> Release:
    entries, names = [], tuple(one.counts.name for one in tables)
    for one in tables:
        keys = frozenset(key for key in one.counts.cells if one.name(key) in pattern)
        shown = with_pattern(one.counts, profile, keys)
        entries.append(Entry(shown, profile, one.widths, one.small, together=names))
    return Release("", "", tuple(entries))


def _answer(
    one: Asked, profile: Profile, pattern: frozenset[At], held: Joined
) -> Protected:
    keys = frozenset(key for key in one.counts.cells if one.name(key) in pattern)
    bounds = tuple(
        Bound(key, *knot.range({one.name(key): 1}))
        for knot in knots(held.known)
        for key in sorted(one.found)
        if one.name(key) in knot.names
    )
    reason = f"{len(keys)} of {len(one.counts.cells)} cells withheld"
    verdict = Verdict(Outcome.PASS, f"{reason}, with the tables beside it")
    shown = with_pattern(one.counts, profile, keys)
    secondary = tuple(sorted(keys - set(one.found)))
    return Protected(verdict, one.found, shown, secondary, bounds, one.widths)

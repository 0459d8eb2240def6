"""What is to be said of each table of a release, given all that left before."""

from collections.abc import Sequence

from iwflab.statistics.disclosure.ledger import check_release, in_words
from iwflab.statistics.disclosure.outputs import Outcome, Verdict, worst
from iwflab.statistics.disclosure.profiles import Profile
from iwflab.statistics.disclosure.releases import Entry, Leak, Release, cells_of


def weigh(new: Release, earlier: Sequence[Release]) -> tuple[Verdict, ...]:
    """Give the verdict of each table: its own, and what it tells with all the others.

    A leak is laid to the tables that show its count; one of an earlier release to
    those of the same unit and coverage.  Each table is asked by the rules of its own
    profile.  ``earlier`` are in the order in which they were made.
    """
    found = [[one.verdict] for one in new.entries]
    for rule in dict.fromkeys(one.profile for one in new.entries):
        mine = [at for at, one in enumerate(new.entries) if one.profile == rule]
        for at, verdict in _together(new, earlier, rule, mine):
            found[at].append(verdict)
    return tuple(worst(verdicts) for verdicts in found)


def _together(
    new: Release, earlier: Sequence[Release], rule: Profile, mine: Sequence[int]
) -> list[tuple[int, Verdict]]:
    verdict, leaks = check_release(new, earlier, rule)
    if verdict.outcome is Outcome.PASS:
        return []
    if verdict.outcome is Outcome.REVIEW:
        alone = [at for at in mine if _contradicts(new, new.entries[at], earlier, rule)]
        return [(at, verdict) for at in alone or mine]
    told: dict[int, list[Leak]] = {}
    for leak in leaks:
        for at in _tellers(new.entries, mine, leak):
            told.setdefault(at, []).append(leak)
    return [(at, Verdict(Outcome.FAIL, in_words(own))) for at, own in told.items()]


def _contradicts(
    new: Release, one: Entry, earlier: Sequence[Release], rule: Profile
) -> bool:
    alone = Release(new.name, new.cut, (one,), new.grows)
    return check_release(alone, earlier, rule)[0].outcome is Outcome.REVIEW


def _tellers(entries: Sequence[Entry], mine: Sequence[int], leak: Leak) -> list[int]:
    """Say which tables of a profile a leak is laid to."""
    show = [at for at, one in enumerate(entries) if leak.cell in cells_of(one)]
    if show:  # a table of another profile is asked by that one
        return [at for at in show if at in mine]
    unit, coverage, _ = leak.cell
    near = [
        at
        for at in mine
        if (entries[at].published.unit, entries[at].published.coverage)
        == (unit, coverage)
    ]
    return near or list(mine)

"""What is to be said of each table of a release, given all that left before."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from iwflab.statistics.disclosure.joining import group_of
from iwflab.statistics.disclosure.ledger import Part, agree, in_words, part_of, settled
from iwflab.statistics.disclosure.outputs import Outcome, Verdict, worst
from iwflab.statistics.disclosure.overlapping import overlaps
from iwflab.statistics.disclosure.profiles import Profile
from iwflab.statistics.disclosure.rechecking import looked_at
from iwflab.statistics.disclosure.releases import Entry, Leak, Release, cells_of


def weigh(new: Release, earlier: Sequence[Release]) -> tuple[Verdict, ...]:
    """Give the verdict of each table: its own, and what it tells with all the others.

    What is said of a table is believed only as far as the table bears it out.
    A leak is laid to the tables that show its count; one of an earlier release to
    those of the same unit and coverage.  Each table is asked by the rules of its own
    profile.  ``earlier`` are in the order in which they were made.
    """
    found = [[looked_at(one)] for one in new.entries]
    for at, verdict in overlaps(new, earlier).items():
        found[at].append(verdict)
    for rule in dict.fromkeys(one.profile for one in new.entries):
        mine = [at for at, one in enumerate(new.entries) if one.profile == rule]
        for at, verdict in _together(new, earlier, rule, mine):
            found[at].append(verdict)
    return tuple(worst(verdicts) for verdicts in found)


def _together(
    new: Release, earlier: Sequence[Release], rule: Profile, mine: Sequence[int]
) -> Iterator[tuple[int, Verdict]]:
    for group in dict.fromkeys(group_of(new.entries[at]) for at in mine):
        part = part_of(group, new, earlier, rule, {})
        own = [at for at in mine if group_of(new.entries[at]) == group]
        yield from _laid(part, new, earlier, own)


def _laid(
    part: Part, new: Release, earlier: Sequence[Release], own: Sequence[int]
) -> Iterator[tuple[int, Verdict]]:
    """Say to which tables it is laid what was found of their unit and coverage."""
    verdict = part.verdict
    if verdict is None:
        return
    if verdict.outcome is Outcome.REVIEW:
        alone = part.fault and _contradicting(new, earlier, own)
        for at in alone or own:
            yield at, verdict
        return
    told: dict[int, list[Leak]] = {}
    for leak in part.leaks:
        for at in _tellers(new.entries, own, leak):
            told.setdefault(at, []).append(leak)
    for at, leaks in told.items():
        yield at, Verdict(Outcome.FAIL, in_words(leaks))


def _contradicting(
    new: Release, earlier: Sequence[Release], own: Sequence[int]
) -> list[int]:
    """Say which tables contradict by themselves what left before."""
    group = group_of(new.entries[own[0]])
    before = [
        replace(r, entries=tuple(e for e in r.entries if group_of(e) == group))
        for r in earlier
    ]
    before = settled(before, {})
    return [
        at
        for at in own
        if not agree([*before, replace(new, entries=(new.entries[at],))], {})
    ]


def _tellers(entries: Sequence[Entry], own: Sequence[int], leak: Leak) -> list[int]:
    """Say which tables of a profile a leak is laid to."""
    show = [at for at, one in enumerate(entries) if leak.cell in cells_of(one)]
    # A table of another profile is asked by that one.
    return [at for at in show if at in own] if show else list(own)

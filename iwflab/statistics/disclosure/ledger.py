"""What a new release would tell by subtraction, with all that was released before.

Tables of one unit and coverage are held together over all releases, and the audit asks
what follows.  Nothing follows for tables of another unit or coverage, so only what the
new release touches is looked at, and a contradiction stays where it is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from iwflab.errors import Contradiction
from iwflab.statistics.disclosure.equations import knots
from iwflab.statistics.disclosure.joining import Group, Joined, group_of, joined
from iwflab.statistics.disclosure.leaking import leaks
from iwflab.statistics.disclosure.linking import Coarser, Shape
from iwflab.statistics.disclosure.outputs import Outcome, Verdict, worst
from iwflab.statistics.disclosure.overlapping import overlaps
from iwflab.statistics.disclosure.profiles import Profile
from iwflab.statistics.disclosure.releases import Leak, Release, Same

MOST_TOLD = 5  # findings spelt out in a reason


@dataclass(frozen=True, slots=True)
class Part:
    """What was found of the tables of one unit and coverage.

    ``fault`` says why nothing agrees with all that was shown; then ``leaks`` are what
    it would tell if counts had been revised.  ``left_out`` are joint tables too large
    to be attacked whole.
    """

    group: Group
    leaks: tuple[Leak, ...] = ()
    fault: str = ""
    left_out: tuple[Shape, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        """What is to be said of it; None where nothing was found."""
        if self.fault:
            told = f"; revised, it would tell {in_words(self.leaks)}"
            reason = f"{self.fault}; was a count revised?"
            return Verdict(Outcome.REVIEW, reason + (told if self.leaks else ""))
        if self.leaks:
            return Verdict(Outcome.FAIL, in_words(self.leaks))
        if self.left_out:
            sizes = (f"{' by '.join(s.names)}, {s.size:,} cells" for s in self.left_out)
            reason = f"joint tables too large to be attacked whole: {'; '.join(sizes)}"
            return Verdict(Outcome.REVIEW, reason)
        return None


def check_release(
    new: Release,
    earlier: Sequence[Release],
    profile: Profile,
    *,
    coarser: Coarser | None = None,
) -> tuple[Verdict, tuple[Leak, ...]]:
    """Say whether a release tells, with all earlier ones, what none of them shows.

    ``earlier`` are in the order in which they were made; cuts may come in any order,
    and several releases may have the same.
    It fails where a hidden cell of any release is bounded tighter than its width, where
    a count that no table has is sure to be small, or where an increment that may be
    small (1 to one below the threshold) is bounded tighter than ``added_width``.
    Where nothing agrees with all that was shown, or joint cells were too many to be
    looked at, it is for review; so it is where a coverage overlaps with another that
    left (a quarter, and its months): nobody subtracts one from the other here.
    The tables say of which levels their merged ones are
    made; ``coarser`` adds to that: ``{"0-10": ["0-2", "3-6", "7-10"]}``.
    """
    groups = dict.fromkeys(group_of(one) for one in new.entries)
    found = [part_of(group, new, earlier, profile, coarser or {}) for group in groups]
    said = [part.verdict for part in found if part.verdict is not None]
    said += dict.fromkeys(overlaps(new, earlier).values())
    told = tuple(leak for part in found if not part.fault for leak in part.leaks)
    if not said:
        passed = f"compared with {len(earlier)} earlier releases"
        return Verdict(Outcome.PASS, passed), ()
    if told:
        review = [one for one in said if one.outcome is Outcome.REVIEW]
        return worst([Verdict(Outcome.FAIL, in_words(told)), *review]), told
    return worst(said), ()


def part_of(
    group: Group,
    new: Release,
    earlier: Sequence[Release],
    profile: Profile,
    coarser: Coarser,
) -> Part:
    """Hold the tables of one unit and coverage together, and say what they tell."""
    before, mine = [_only(group, one) for one in earlier], _only(group, new)
    try:
        return _attacked(group, before, mine, profile, coarser)
    except Contradiction:
        before = settled(before, coarser)
    try:  # what left before may contradict itself, and this one nothing
        return _attacked(group, before, mine, profile, coarser)
    except Contradiction as fault:
        why = fault.message
    try:
        revised = replace(mine, grows=False)
        told = _attacked(group, before, revised, profile, coarser).leaks
    except Contradiction:  # its own tables do not agree
        told = ()
    return Part(group, told, why)


def _attacked(
    group: Group,
    before: Sequence[Release],
    mine: Release,
    profile: Profile,
    coarser: Coarser,
) -> Part:
    held = joined([*before, mine], coarser)
    found = tuple(leaks(held, profile))
    if found:  # what was told before, under an exception, is not told by this one
        cells = {leak.cell for leak in found}
        known = set(leaks(_of(joined(before, coarser), cells), profile))
        found = tuple(leak for leak in found if leak not in known)
    return Part(group, found, left_out=held.left_out)


def _of(held: Joined, cells: Collection[Same]) -> Joined:
    """Ask of some counts only."""
    return replace(
        held,
        steps=tuple(one for one in held.steps if one.cell in cells),
        hidden={name: width for name, width in held.hidden.items() if name[1] in cells},
        joint=tuple(name for name in held.joint if name[1] in cells),
    )


def settled(made: Sequence[Release], coarser: Coarser) -> list[Release]:
    """Read releases so that they agree: one that contradicts those before is revised.

    One whose own tables do not agree says nothing that could be reckoned with.
    """
    if agree(made, coarser):
        return list(made)
    found: list[Release] = []
    for one in made:
        readings = (one, replace(one, grows=False), replace(one, entries=()))
        found.append(next(r for r in readings if agree([*found, r], coarser)))
    return found


def agree(made: Sequence[Release], coarser: Coarser) -> bool:
    """Tell whether there are counts that agree with all that was shown."""
    try:
        held: Joined = joined(made, coarser)
        for knot in knots(held.known):
            knot.one()
    except Contradiction:
        return False
    return True


def _only(group: Group, release: Release) -> Release:
    """Leave the tables of one unit and coverage; that it was made stays known."""
    own = tuple(one for one in release.entries if group_of(one) == group)
    return replace(release, entries=own)


def in_words(found: Sequence[Leak]) -> str:
    """Say the first leaks in words, and how many there are beyond."""
    told = "; ".join(leak.text for leak in found[:MOST_TOLD])
    more = f"; and {len(found) - MOST_TOLD} more" if len(found) > MOST_TOLD else ""
    return f"{told}{more}"

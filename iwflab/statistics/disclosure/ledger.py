"""What a new release would tell by subtraction, with all that was released before.

Everything that was ever shown is held together, and the audit asks what follows.
"""

from collections.abc import Iterator, Sequence
from math import inf

from iwflab.errors import Contradiction
from iwflab.statistics.disclosure.equations import Knot, Known, Sum, knots
from iwflab.statistics.disclosure.joining import Joined, joined
from iwflab.statistics.disclosure.linking import Coarser, Shape
from iwflab.statistics.disclosure.outputs import Outcome, Verdict
from iwflab.statistics.disclosure.profiles import Profile
from iwflab.statistics.disclosure.releases import Leak, Release

MOST_TOLD = 5  # findings spelt out in a reason


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
    looked at, it is for review.  ``coarser`` names merged levels with the levels they
    are made of: ``{"0-10": ["0-2", "3-6", "7-10"]}``.
    """
    try:
        all_told = joined([*earlier, new], coarser or {})
        found = tuple(leaks(all_told, profile))
        if found:  # what was told before, under an exception, is not told by this one
            before = set(leaks(joined(earlier, coarser or {}), profile))
            found = tuple(leak for leak in found if leak not in before)
    except Contradiction as fault:
        return Verdict(Outcome.REVIEW, fault.message + "; was a count revised?"), ()
    if not found:
        return _passed(len(earlier), all_told.left_out), ()
    return Verdict(Outcome.FAIL, in_words(found)), found


def in_words(found: Sequence[Leak]) -> str:
    """Say the first leaks in words, and how many there are beyond."""
    told = "; ".join(leak.text for leak in found[:MOST_TOLD])
    more = f"; and {len(found) - MOST_TOLD} more" if len(found) > MOST_TOLD else ""
    return f"{told}{more}"


def _passed(earlier: int, left_out: Sequence[Shape]) -> Verdict:
    if not left_out:
        return Verdict(Outcome.PASS, f"compared with {earlier} earlier releases")
    sizes = "; ".join(f"{' by '.join(s.names)}, {s.size:,} cells" for s in left_out)
    return Verdict(
        Outcome.REVIEW, f"joint tables too large to be attacked whole: {sizes}"
    )


def leaks(held: Joined, profile: Profile) -> Iterator[Leak]:
    """Find what can be bounded too tightly: hidden, joint, and added counts.

    A count that no table has, and that nobody was asked to hide, is told where it is
    sure to be small.
    """
    ask = Asking(held.known)
    for (at, cell), width in held.hidden.items():
        low, high = ask.tight({(at, cell): 1}, width)
        if high - low < width:
            yield Leak(cell, (held.cuts[at],), low, high)
    for at, cell in held.joint:
        if ends := ask.small({(at, cell): 1}, profile):
            yield Leak(cell, (held.cuts[at],), *ends)
    width_added = profile.added_width or profile.width
    for step in held.steps:
        cuts = (held.cuts[step.before], held.cuts[step.after])
        if not step.shown:
            if ends := ask.small(step.change, profile):
                yield Leak(step.cell, cuts, *ends)
            continue
        low, high = ask.tight(step.change, width_added)
        near = low < profile.threshold and high > -profile.threshold
        if near and (low, high) != (0, 0) and high - low < width_added:
            yield Leak(step.cell, cuts, low, high)


class Asking:
    """What is known, by the knots it falls into."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.of = {name: knot for knot in knots(known) for name in knot.names}

    def tight(self, wanted: Sum, width: float) -> tuple[float, float]:
        """Bound a sum; (0, inf) where it is known to be hidden well enough."""
        knot, asked, told = self._split(wanted)
        if knot is None:
            return told, told
        found = knot.tighter(asked, width)
        return (0, inf) if found is None else (found[0] + told, found[1] + told)

    def small(self, wanted: Sum, profile: Profile) -> tuple[float, float] | None:
        """Bound a sum that is sure to be small; None where it is not."""
        knot, asked, told = self._split(wanted)
        least, most = 1 - told, profile.threshold - 1 - told
        if knot is None:
            return (told, told) if least <= 0 <= most else None
        if not knot.surely(asked, least, most):
            return None
        low, high = knot.range(asked)
        return low + told, high + told

    def _split(self, wanted: Sum) -> tuple[Knot | None, Sum, float]:
        told = sum(
            t * self.known.bounds[n][0] for n, t in wanted.items() if n not in self.of
        )
        asked = {n: t for n, t in wanted.items() if n in self.of}
        return self.of[next(iter(asked))] if asked else None, asked, told

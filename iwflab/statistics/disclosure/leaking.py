"""Finds what is known too closely: counts that are hidden, joint, or were added."""

from collections.abc import Iterator
from math import inf

from iwflab.statistics.disclosure.equations import Knot, Known, Sum, knots
from iwflab.statistics.disclosure.joining import Joined
from iwflab.statistics.disclosure.profiles import Profile
from iwflab.statistics.disclosure.releases import Leak


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

"""Where shots change, and which of many frames show most of a clip.

Distances are in bits of a 256-bit PDQ: of unrelated pictures they lie around 128.  A
camera that moves fast drives them up as far as a cut does, but it hardly changes how
bright the picture is: in test clips a pan moved at most a tenth of the pixels to
another sixteenth of the range of brightness, a cut and an inserted picture over a
seventh.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

CUT = 64  # bits from one frame to the next; steady shots stay below 30
CHANGED_LIGHT = 0.15  # part of the pixels that moved to another brightness
UNRELATED = 90  # bits; and with it, without another light:
SUDDEN = 2.0  # so many times what was usual in the frames before
RARE_US = 500_000  # or so long after the frame before that no motion explains it
DRIFT_US = 1_500_000  # within a shot, a picture that became unrelated: this far apart
CHANGED = 32  # bits, one more than a match: the last frame of a shot is worth showing,
OTHER_PLACES = 0.06  # if its parts became brighter or darker by this, of 1
NEAR = 16  # bits, half a match; a frame so near to a kept one shows nothing new
_MEMORY = 5  # frames


@dataclass(frozen=True, slots=True)
class Look:
    """How bright a frame is: the share of each range of brightness, and of each part.

    ``parts`` are 8 x 8 means, 0 to 1; empty where a frame is too small to have them.
    """

    shares: Sequence[float]
    parts: Sequence[float]

    def moved(self, other: "Look") -> float:
        """Give the share of the pixels that moved to another brightness."""
        both = zip(self.shares, other.shares, strict=True)
        return sum(abs(a - b) for a, b in both) / 2

    def changed(self, other: "Look") -> float:
        """Give the mean change of the parts, 0 to 1; 1 where there are none."""
        if not self.parts or len(self.parts) != len(other.parts):
            return 1.0
        both = zip(self.parts, other.parts, strict=True)
        return sum(abs(a - b) for a, b in both) / len(self.parts)


_NOTHING = Look((), ())


def apart(one: int, other: int) -> int:
    """Count the bits in which two hashes differ."""
    return (one ^ other).bit_count()


class Shots:
    """Follows the frames of a clip and says which of them are worth keeping."""

    def __init__(self) -> None:
        """Start before the first frame."""
        self.count = 0
        self._bits = 0
        self._look = _NOTHING
        self._at = 0
        self._usual: deque[int] = deque(maxlen=_MEMORY)
        self._kept: tuple[int, Look, int] | None = None  # of this shot, and when

    def step(
        self, bits: int, look: Look, at: int, *, informative: bool
    ) -> tuple[bool, bool]:
        """Take the next frame; tell whether to keep the one before, and this one.

        ``at`` is its time in microseconds.  ``informative`` is whether the quality is
        high enough to tell pictures apart: of a shot that begins in the dark the first
        frame with light is kept.
        """
        cut = not self.count or self._is_cut(bits, look, at)
        before = cut and self.ends()
        if cut:
            self.count += 1
            self._kept = None
            self._usual.clear()
        else:
            self._usual.append(apart(bits, self._bits))
        now = informative and self._is_new(bits, look, at)
        if now:
            self._kept = (bits, look, at)
        self._bits, self._look, self._at = bits, look, at
        return before, now

    def ends(self) -> bool:
        """Tell whether the last frame of the shot differs from what was kept of it."""
        if self._kept is None:
            return False
        kept, its_look, since = self._kept
        other = self._look.changed(its_look) >= OTHER_PLACES
        return (
            other and self._at - since >= RARE_US and apart(self._bits, kept) >= CHANGED
        )

    def _is_cut(self, bits: int, look: Look, at: int) -> bool:
        distance = apart(bits, self._bits)
        if distance < CUT:
            return False
        if look.moved(self._look) >= CHANGED_LIGHT:
            return True
        usual = median(self._usual) if self._usual else 0
        sudden = distance >= SUDDEN * usual or at - self._at >= RARE_US
        return distance >= UNRELATED and sudden

    def _is_new(self, bits: int, look: Look, at: int) -> bool:
        if self._kept is None:
            return True
        kept, its_look, since = self._kept
        other = look.changed(its_look) >= OTHER_PLACES
        return other and at - since >= DRIFT_US and apart(bits, kept) >= UNRELATED


def spread(hashes: Sequence[int], most: int) -> list[int]:
    """Choose at most so many that differ most; their places, in order.

    Farthest-first traversal from the first one (Gonzalez 1985): each next is the one
    whose nearest chosen neighbour is farthest away.
    """
    if not hashes:
        return []
    chosen = [0]
    nearest = [apart(one, hashes[0]) for one in hashes]
    while len(chosen) < min(most, len(hashes)):
        for place in chosen:
            nearest[place] = -1  # equal hashes are still different frames
        new = max(range(len(hashes)), key=nearest.__getitem__)
        chosen.append(new)
        nearest = [
            min(old, apart(one, hashes[new]))
            for old, one in zip(nearest, hashes, strict=True)
        ]
    return sorted(chosen)

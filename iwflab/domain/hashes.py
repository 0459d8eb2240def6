"""Hashes: what they say, how near two of them are, where they came from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from iwflab.errors import BadInput

# The eight ways to lay a picture down, in the order of Meta's reference
# (pdqHash256esFromFloatLuma): turns are counter-clockwise, then the mirrored ones.
ORIENTATIONS = (
    "as stored",
    "turned 90",
    "turned 180",
    "turned 270",
    "flipped",
    "mirrored",
    "transposed",
    "transversed",
)

# How sure a hit is (``hashing.lists`` says what makes each), the surest first.
EXACT, MATCH, CANDIDATE = TIERS = ("exact", "match", "candidate")
# Bits of PDQ.  31 and fewer are a match: ThreatExchange pdq/README.md.  Up to 60 are
# for a person to look at: 1.05 million unrelated pairs of photographs, in eight
# orientations, came no nearer than 72 (measured for this project in November 2026).
MATCH_DISTANCE, FARTHEST_CANDIDATE = 31, 60


_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class HashValue:
    """One hash of one medium, with everything needed to make it again.

    ``value`` is lower-case hex.  ``quality`` is 0-100 where the algorithm has one
    (PDQ), otherwise None.  ``conversion`` says what was done to the stored pixels
    before hashing (colour conversion, alpha, frame chosen).  ``turned`` are the values
    of the same picture in the other orientations of :data:`ORIENTATIONS`, in that
    order without the first; empty where the algorithm gives none.
    """

    algorithm: str
    value: str
    library: str
    version: str
    conversion: str = ""
    variant: str = ""
    quality: int | None = None
    turned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FrameHash:
    """The hash of one frame: its number from 0, its time, quality 0-100, hex value.

    The time is in microseconds after the first frame that was decoded.
    """

    frame: int
    microseconds: int
    quality: int
    value: str


@dataclass(frozen=True, slots=True)
class FrameHashes:
    """The hashes of record of a moving medium, with what is needed to make them again.

    ``variant`` says which frames were chosen; ``frames`` are in order of their time.
    """

    algorithm: str
    variant: str
    frames: tuple[FrameHash, ...]
    library: str
    version: str
    conversion: str = ""


@dataclass(frozen=True, slots=True)
class HashAlgorithm:
    """A way to hash: added in one file of ``iwflab.hashing``.

    ``of`` says what it eats: ``"bytes"`` (a bytes-like object) or ``"pixels"``
    (a Pillow image as decoded, never turned by EXIF).  ``compute`` returns one
    :class:`HashValue` or raises :class:`~iwflab.errors.DecodeError`.
    ``bits`` is the length of the value, 0 where it varies.  ``by_default`` says whether
    it is computed for every medium, or only when asked for.  ``example`` is a (input
    name, expected value) pair over ``iwflab.hashing.examples``: the golden vector that
    its tests reproduce.
    """

    name: str
    of: str
    bits: int
    compute: Callable[..., HashValue]
    example: tuple[str, str]
    by_default: bool = True
    # What its values are called, where it makes a variant of another algorithm.
    algorithm: str = ""
    # Largest Hamming distance still called a match; None: equal or not.
    match_distance: int | None = None
    # Below this quality a value is kept and marked, and never matched as such.
    least_quality: int | None = None


def well_formed(value: HashValue, bits: int | None) -> bool:
    """Tell whether value and turned values are hex of ``bits`` bits, and all there.

    ``bits`` is None where no such algorithm is known: then nothing is; 0 where the
    length varies.
    """
    every = (value.value, *value.turned)
    digits = -(-bits // 4) if bits else len(value.value)
    return (
        bits is not None
        and len(every) in {1, len(ORIENTATIONS)}
        and digits > 0
        and all(len(one) == digits and not set(one) - _HEX for one in every)
    )


def distance(one: HashValue, other: HashValue) -> int:
    """Count the bits in which two values of the same algorithm differ."""
    if (one.algorithm, one.variant) != (other.algorithm, other.variant):
        raise BadInput(
            f"{one.algorithm} and {other.algorithm} cannot be compared",
            advice="compare values of the same algorithm and variant",
        )
    return (int(one.value, 16) ^ int(other.value, 16)).bit_count()


class Agreement(Enum):
    """How two sets of hashes of one medium agree."""

    SAME = "same"
    OTHER_VERSION = "made by another library or version"
    ONE_SIDED = "one side has none at all"
    DIFFERENT = "different"


def agreement(
    before: Mapping[str, HashValue], now: Mapping[str, HashValue]
) -> Agreement:
    """Hold stored hashes against hashes made anew, by algorithm.

    An algorithm added since has no stored value yet, one that was asked for may not
    be computed anew: only what both sides have is compared, but neither side may be
    empty while the other is not.
    """
    both = before.keys() & now.keys()
    if bool(before) != bool(now):
        return Agreement.ONE_SIDED
    maker = [(h.library, h.version) for h in (before[n] for n in sorted(both))]
    if maker != [(h.library, h.version) for h in (now[n] for n in sorted(both))]:
        return Agreement.OTHER_VERSION
    same = all(
        (before[n].value, before[n].quality) == (now[n].value, now[n].quality)
        for n in both
    )
    return Agreement.SAME if same else Agreement.DIFFERENT

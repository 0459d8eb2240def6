"""What leaves and arrives as lists: entries of a hash list, lines of a sidecar."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where and when a copy was seen, as a sidecar file tells it."""

    source: str = ""
    url: str = ""
    seen_on: str = ""  # ISO date, or empty
    series: str = ""


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One medium on a hash list: its digests, its perceptual hashes, its grade.

    ``hashes`` maps an algorithm to its hex value; ``pdq_quality`` is 0-100, or None
    where the medium could not be decoded.  ``code`` is a code of ``scheme`` at
    ``scheme_version``.
    """

    sha256: str
    sha1: str
    md5: str
    size: int
    scheme: str
    scheme_version: str
    code: str
    hashes: Mapping[str, str] = field(default_factory=dict)
    pdq_quality: int | None = None


@dataclass(frozen=True, slots=True)
class ExchangeFormat:
    """A form in which hash lists travel: added in one file of ``iwflab.exchange``.

    ``dump`` turns entries into bytes, ``load`` gives them back.  ``example`` is what
    the tests send through both.
    """

    name: str
    suffix: str
    title: str
    dump: Callable[[Sequence[ListEntry]], bytes]
    load: Callable[[bytes], list[ListEntry]]
    example: tuple[ListEntry, ...]

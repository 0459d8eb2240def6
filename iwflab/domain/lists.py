"""What leaves and arrives as lists: entries of a hash list, lines of a sidecar."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where and when a copy was seen, as a sidecar file tells it."""

    source: str = ""
    url: str = ""
    seen_on: str = ""  # ISO date, or empty
    series: str = ""
    route: str = ""  # proactive or external; empty: nobody said


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
class ListedHash:
    """One hash of an entry of a list that arrived, as the list states it.

    ``algorithm`` is a name of ``iwflab.hashing`` or one that is only carried
    (``photodna``).  ``value`` is hex (PhotoDNA also base64).  An empty ``variant``: the
    list does not say which.  ``quality`` is 0-100, None where the list has none.
    """

    algorithm: str
    value: str
    variant: str = ""
    quality: int | None = None


@dataclass(frozen=True, slots=True)
class ListLine:
    """One entry of a list that arrived.

    ``line`` counts from 1 in the file it came in; ``label`` is what the list says of
    the medium (its category), ``note`` any further word.  ``header`` is the line that
    names the algorithms, where that is another one.
    """

    line: int
    hashes: tuple[ListedHash, ...]
    label: str = ""
    note: str = ""
    header: int = 0


@dataclass(frozen=True, slots=True)
class CarriedLine:
    """One line of a file with grades of others: how it names a medium, and the code.

    ``names`` maps ``medium``, ``sha256``, ``sha1`` or ``md5`` to lower-case hex.
    ``flags`` are words with a space between; ``scheme`` and ``version`` are empty where
    the line states none.  ``fault`` says why the line cannot be
    used; nothing else of it counts then.
    """

    line: int
    names: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    flags: str = ""
    source: str = ""
    scheme: str = ""
    version: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeFormat:
    """A form in which hash lists travel: added in one file of ``iwflab.exchange``.

    ``dump`` turns entries into bytes, ``load`` gives them back.  ``example`` is what
    the tests send through both.  ``read``, where a form has it, goes through a list of
    anybody's line by line, in bounded memory; it raises BadInput with the number of
    the line that does not fit.  What a value must look like is not its business: that
    is checked where the values are kept (``iwflab.hashing``).
    """

    name: str
    suffix: str
    title: str
    dump: Callable[[Sequence[ListEntry]], bytes]
    load: Callable[[bytes], list[ListEntry]]
    example: tuple[ListEntry, ...]
    read: Callable[[BinaryIO], Iterator[ListLine]] | None = None

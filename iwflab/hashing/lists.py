"""Hash lists in the lab: built once, memory-mapped, held against media exactly.

    built = build(folder, lines)           # of ListLine; all of it or nothing
    built.items, built.files               # entries; file -> SHA-256, for the store
    known = KnownList.open(folder)         # at once, however long the list
    known.match({"medium id": hashes, ...}) -> list of ListHit
    changed(folder, built.files)           # names of files that are not what they were
    sweep(folder.parent)                   # what killed processes left

``hashes`` are all :class:`~iwflab.domain.hashes.HashValue` of a medium: digests, both
variants of PDQ with ``turned`` values and quality, PhotoDNA of a licensed library.

What makes a hit, and of which tier:

- *exact*: MD5, SHA-1, SHA-256 or another digest is equal;
- *match*: PDQ at 31 or fewer bits, both of quality 50 or more; or PhotoDNA equal;
- *candidate*, for a person to look at: PDQ at 32 to 60 bits, or nearer where the list
  states no quality; PhotoDNA within 40,000; dHash and pHash within their distance;
  anything else perceptual (aHash) where it is equal.

Values of a quality below 50, on either side, are never compared perceptually.  PDQ is
looked up in eight orientations, and inverted: the complement of its bits.
A value whose variant the list does not state is held against each variant of ours.
Of one medium, entry and algorithm only the nearest hit is told.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from iwflab.domain.hashes import (
    CANDIDATE,
    EXACT,
    FARTHEST_CANDIDATE,
    MATCH,
    ORIENTATIONS,
    TIERS,
    HashValue,
)
from iwflab.errors import Tampered, TooManyHits
from iwflab.hashing import ALGORITHMS, photodna
from iwflab.hashing.asking import INVERTED, INVERTIBLE, Asked, asked_of
from iwflab.hashing.column_files import HEAD, changed
from iwflab.hashing.list_columns import (
    NO_QUALITY,
    VERSION,
    Built,
    Group,
    build,
    form_of,
)
from iwflab.hashing.search import columns_of, search
from iwflab.hashing.unfinished import sweep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Column = NDArray[Any]

__all__ = [
    "CANDIDATE",
    "EXACT",
    "FARTHEST_CANDIDATE",
    "MATCH",
    "Built",
    "KnownList",
    "ListHit",
    "build",
    "changed",
    "sweep",
]

_HITS = 2_000_000  # of several queries at once
_EMPTY = 128  # bytes; of an .npy file that holds nothing but its header


@dataclass(frozen=True, slots=True)
class ListHit:
    """A medium that a list knows: by which entry, how, and how surely.

    ``variant`` is the one of ours that was compared, ``value`` the entry's (hex),
    ``distance`` counts bits (PhotoDNA: the sum of squared differences).
    """

    medium: str
    line: int
    algorithm: str
    variant: str
    value: str
    distance: int
    orientation: str
    tier: str
    label: str


@dataclass(frozen=True, slots=True)
class _Found:
    asked: Asked
    row: int
    distance: int


class KnownList:
    """A hash list, open for reading: memory-mapped, nothing is loaded ahead."""

    def __init__(self, folder: Path, told: Mapping[str, Any]) -> None:
        """Use :meth:`open`."""
        self.folder = folder
        self.items: int = told["items"]
        self._labels: list[str] = told["labels"]
        self._groups = [Group(**group) for group in told["groups"]]
        self._mapped: dict[str, Column] = {}

    @classmethod
    def open(cls, folder: Path) -> "KnownList":
        """Open a list that :func:`build` wrote; Tampered where it is none."""
        try:
            told = json.loads((folder / "list.json").read_bytes())
            if told["version"] != VERSION:
                raise ValueError("another version")  # noqa: TRY301 - one way out
            return cls(folder, told)
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise Tampered(
                f"the list in {folder.name} cannot be read",
                advice="run: iwflab verify; bring the folder back from a backup",
            ) from fault

    def match(
        self,
        media: Mapping[str, Sequence[HashValue]],
        *,
        candidates: int = FARTHEST_CANDIDATE,
        withdrawn: Collection[int] = (),
    ) -> list[ListHit]:
        """Hold media against the list; hits in the order of medium and line.

        ``candidates`` is the farthest distance of PDQ that is still told (31: matches
        only, and much faster for many media).  Lines in ``withdrawn`` are passed over.
        """
        best: dict[tuple[str, int, str], ListHit] = {}
        for group in self._groups:
            asked = list(asked_of(media, group))
            for found in self._found(group, asked, candidates) if asked else ():
                hit = self._hit(group, found)
                key = hit.medium, hit.line, hit.algorithm
                known = best.get(key)
                if hit.line not in withdrawn and (
                    known is None or _rank(hit) < _rank(known)
                ):
                    best[key] = hit
        return sorted(best.values(), key=lambda hit: (hit.medium, hit.line, _rank(hit)))

    def has(self, line: int) -> bool:
        """Tell whether an entry has this number."""
        lines = self._column("line")
        at = int(lines.searchsorted(line))
        return at < len(lines) and int(lines[at]) == line

    def label_of(self, line: int) -> str:
        """Give what the list says of an entry."""
        at = int(self._column("line").searchsorted(line))
        return self._labels[int(self._column("label")[at])]

    def note_of(self, line: int) -> str:
        """Give the further word of the list on an entry; empty where there is none."""
        at = int(self._column("line").searchsorted(line))
        ends = self._column("note_end")
        start = int(ends[at - 1]) if at else 0
        return bytes(self._column("note")[start : int(ends[at])]).decode()

    def _column(self, name: str) -> "Column":
        import numpy as np

        if name not in self._mapped:
            try:
                file = self.folder / f"{name}.npy"
                empty = not self.items or name == "note"  # which cannot be mapped
                mode: Literal["r"] | None
                mode = None if empty and file.stat().st_size <= _EMPTY else "r"
                self._mapped[name] = np.load(file, mode, allow_pickle=False)
            except (OSError, ValueError) as fault:
                raise Tampered(
                    f"{name}.npy of the list {self.folder.name} cannot be read",
                    advice="run: iwflab verify; bring it back from a backup",
                ) from fault
        return self._mapped[name]

    def _found(
        self, group: Group, asked: list[Asked], candidates: int
    ) -> Iterator[_Found]:
        if group.kind == "near":
            radius = ALGORITHMS[group.algorithm].match_distance or 0
            if group.algorithm in INVERTIBLE:
                radius = max(radius, candidates)
            yield from self._near(group, asked, radius)
        elif group.kind == "same":
            yield from self._same(group, asked)
        elif group.kind == "bytes":
            yield from self._photodna(group, asked)

    def _near(self, group: Group, asked: list[Asked], radius: int) -> Iterator[_Found]:
        bits = ALGORITHMS[group.algorithm].bits
        queries = columns_of([one.value for one in asked], bits)
        words = self._words(group)
        parts = [(0, len(asked))]
        while parts:
            low, high = parts.pop()
            some = [column[low:high] for column in queries]
            most = _HITS if high - low > 1 else len(words[0])
            try:
                hits = search(some, words, radius, most=most)
            except TooManyHits:  # a list of very many alike: fewer queries at a time
                if high - low == 1:
                    raise
                middle = (low + high) // 2
                parts += [(middle, high), (low, middle)]
                continue
            told = (hits.query + low, hits.entry, hits.distance)
            for query, entry, distance in zip(*(x.tolist() for x in told), strict=True):
                yield _Found(asked[query], entry, distance)

    def _words(self, group: Group) -> "list[Column]":
        count = form_of(group.algorithm).digits // (2 * HEAD)
        return [self._column(f"{group.file}.word{number}") for number in range(count)]

    def _same(self, group: Group, asked: list[Asked]) -> Iterator[_Found]:
        import numpy as np

        values = self._column(f"{group.file}.value")
        heads = self._column(f"{group.file}.head")
        width = 2 * values.shape[1]
        told = np.array(
            [int(one.value.ljust(width, "0")[: 2 * HEAD], 16) for one in asked], "u8"
        )
        starts = np.searchsorted(heads, told, "left").tolist()
        ends = np.searchsorted(heads, told, "right").tolist()
        for one, start, end in zip(asked, starts, ends, strict=True):
            wanted = np.frombuffer(bytes.fromhex(one.value.ljust(width, "0")), "u1")
            for row in np.flatnonzero((values[start:end] == wanted).all(1)).tolist():
                yield _Found(one, start + row, 0)

    def _photodna(self, group: Group, asked: list[Asked]) -> Iterator[_Found]:
        import numpy as np

        told = b"".join(photodna.value_of(one.value) for one in asked)
        rows = np.frombuffer(told, np.uint8).reshape(len(asked), photodna.SIZE)
        awake = np.flatnonzero(photodna.lively(rows))
        found = photodna.near(rows[awake], self._column(f"{group.file}.value"))
        for query, entry, far in zip(*(part.tolist() for part in found), strict=True):
            yield _Found(asked[int(awake[query])], entry, far)

    def _hit(self, group: Group, found: _Found) -> ListHit:
        line = int(self._column(f"{group.file}.line")[found.row])
        digits = form_of(group.algorithm).digits
        if group.kind == "near":
            value = "".join(f"{int(w[found.row]):016x}" for w in self._words(group))
        else:
            value = bytes(self._column(f"{group.file}.value")[found.row]).hex()
        return ListHit(
            medium=found.asked.medium,
            line=line,
            algorithm=group.algorithm,
            variant=found.asked.variant,
            value=value[:digits],
            distance=found.distance,
            orientation=found.asked.orientation,
            tier=self._tier(group, found),
            label=self.label_of(line),
        )

    def _tier(self, group: Group, found: _Found) -> str:
        if group.kind == "same":
            known = ALGORITHMS[group.algorithm]
            return EXACT if known.of == "bytes" else CANDIDATE
        if group.kind == "bytes":
            return CANDIDATE if found.distance else MATCH
        known = ALGORITHMS[group.algorithm]
        stated = int(self._column(f"{group.file}.quality")[found.row]) != NO_QUALITY
        near = found.distance <= (known.match_distance or 0)
        sure = known.least_quality is not None and stated and near
        return MATCH if sure else CANDIDATE


def _rank(hit: ListHit) -> tuple[int, ...]:
    """Order hits of one medium and entry: the surest and the plainest first."""
    turned, _, inverted = hit.orientation.partition(", ")
    place = ORIENTATIONS.index(turned) if turned in ORIENTATIONS else 0
    plain = bool(inverted) or hit.orientation == INVERTED
    other = hit.variant != "full"  # small pictures have the same value in each variant
    return TIERS.index(hit.tier), hit.distance, int(plain), place, int(other)

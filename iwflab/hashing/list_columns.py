"""How a hash list lies on the disk: columns to be memory-mapped, built by streaming.

A folder holds, for each *group* (an algorithm, a variant or ``any``, a kind):

- ``near``: 64 or 256 bits with a distance: ``word0`` ... (uint64), ``quality``,
  ``line``
- ``same``: everything else: ``head`` (the first 64 bits, sorted), ``value`` (bytes,
  zero-filled to 8 at least) in that order, ``quality``, ``line``
- ``bytes``: PhotoDNA: ``value`` (144 bytes), ``quality``, ``line``
- ``low``: as ``same``, for values of a quality too low to be compared; only kept

and for the entries ``line``, ``label``, ``note``, ``note_end``, with ``list.json`` that
names groups and labels.  ``line`` is the number of the entry in the file it came in.

Everything goes to raw files first, then to .npy; one column at a time is in memory at
most in parts, whatever the length of the list.  The folder gets its name when all of
it is on the disk.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from iwflab.domain.lists import ListedHash, ListLine
from iwflab.domain.media import quoted
from iwflab.errors import BadInput, LabError
from iwflab.hashing import ALGORITHMS, photodna
from iwflab.hashing.column_files import HEAD, ColumnFiles, synced_folder
from iwflab.hashing.unfinished import begun

VERSION = 1
LABELS = 100_000  # different ones; more are no categories
_AT_ONCE = 65_536  # values in memory, of a group
NO_QUALITY = -1
NAMED = 20  # lines that are named; of more it is said how many digests there were
ENTRY_COLUMNS = ("line", "label", "note", "note_end")
_NAME = re.compile(r"[a-z0-9_]{1,40}")


@dataclass(frozen=True, slots=True)
class Built:
    """A list that was written: how much it holds, and the SHA-256 of each file."""

    items: int  # entries that have a value
    values: Mapping[str, int]  # group -> how many
    left_out: int  # digests of no bytes at all
    files: Mapping[str, str]  # name -> SHA-256
    left_out_lines: tuple[int, ...] = ()  # where those stand: the first NAMED


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """Values that are kept and compared together."""

    algorithm: str
    variant: str  # empty: the list does not say
    kind: str

    @property
    def file(self) -> str:
        """How the files of the group begin."""
        return f"{self.algorithm}.{self.variant or 'any'}.{self.kind}"


@dataclass(frozen=True, slots=True)
class Form:
    """How values of one algorithm are kept and compared."""

    algorithm: str
    variant: str  # that the name states, such as 512nn of pdq_512nn
    kind: str
    digits: int
    least_quality: int | None = None


def form_of(name: str) -> Form:
    """Tell how values of an algorithm are kept; BadInput for one nobody knows."""
    if name == photodna.NAME:
        return Form(name, "", "bytes", 2 * photodna.SIZE)
    if name in ALGORITHMS and not ALGORITHMS[name].bits:
        raise BadInput(
            f"values of {name} have no length of their own and are in no list",
            advice="leave them out; everything else can be imported",
        )
    if name not in ALGORITHMS:
        raise BadInput(
            f"no algorithm is called {quoted(name, 40)}",
            advice=f"name columns after {', '.join([*ALGORITHMS, photodna.NAME])};"
            " label and note are kept as well, leave out the others",
        )
    known = ALGORITHMS[name]
    called = known.algorithm or name
    compared = known.of != "bytes" and known.match_distance is not None
    kind = "near" if compared and known.bits in {64, 256} else "same"
    variant = name.removeprefix(called).lstrip("_")
    return Form(called, variant, kind, -(-known.bits // 4), known.least_quality)


def build(folder: Path, lines: Iterable[ListLine]) -> Built:
    """Write a list into a folder that is not there yet; all of it or nothing.

    Raises BadInput naming the line whose value cannot be one of its algorithm.
    """
    if folder.exists():
        raise BadInput(f"{folder.name} is there already", advice="take another name")
    with begun(folder) as work:
        built = _Columns(work).filled(lines)
        work.rename(folder)
    synced_folder(folder.parent)
    return built


class _Columns:
    """What of a list is not on the disk yet, and where the rest goes."""

    def __init__(self, place: Path) -> None:
        self.files = ColumnFiles(place)
        self.waiting: dict[Group, list[tuple[bytes, int, int]]] = {}
        self.counts: dict[Group, int] = {}
        self.labels: dict[str, int] = {}
        self.left_out = 0
        self.left_out_lines: list[int] = []
        self.forms: dict[str, Form] = {}
        # Every empty file has these; they tell of no medium.
        self.nothing = {
            bytes.fromhex(known.compute(b"").value)
            for known in ALGORITHMS.values()
            if known.of == "bytes"
        }

    def filled(self, lines: Iterable[ListLine]) -> Built:
        items, last, end = 0, 0, 0
        told: list[tuple[int, int, int]] = []
        notes: list[bytes] = []
        for line in lines:
            if line.line <= last:
                raise BadInput(
                    f"line {line.line} comes after line {last}",
                    advice="number the entries in the order of the file, from 1",
                )
            last = line.line
            if not self._taken(line):
                continue
            notes.append(line.note.encode())
            end += len(notes[-1])
            told.append((last, self._label(line), end))
            items += 1
            if len(told) == _AT_ONCE:
                self._tell(told, notes)
        self._tell(told, notes)
        return self._finished(items)

    def _finished(self, items: int) -> Built:
        for group in list(self.waiting):
            self._flush(group)
        for column in ENTRY_COLUMNS:
            self.files.finish(column)
        for group in self.counts:
            if group.kind == "near":
                words = form_of(group.algorithm).digits // (2 * HEAD)
                columns = [f"word{number}" for number in range(words)]
            elif group.kind == "same":
                self.files.finish_sorted(group.file, ("quality", "line"))
                continue
            else:
                columns = ["value"]
            for column in (*columns, "quality", "line"):
                self.files.finish(f"{group.file}.{column}")
        told = {
            "version": VERSION,
            "items": items,
            "groups": [asdict(group) for group in sorted(self.counts)],
            "labels": list(self.labels),
        }
        self.files.write("list.json", json.dumps(told).encode())
        self.files.close()
        values = {group.file: count for group, count in self.counts.items()}
        lines = tuple(self.left_out_lines)
        return Built(items, values, self.left_out, dict(self.files.digests), lines)

    def _label(self, line: ListLine) -> int:
        number = self.labels.setdefault(line.label, len(self.labels))
        if number >= LABELS:
            raise BadInput(
                f"line {line.line} brings the {LABELS:,}th different label",
                advice="a label is a category; put what is told of one medium in note",
            )
        return number

    def _tell(self, told: list[tuple[int, int, int]], notes: list[bytes]) -> None:
        import numpy as np

        rows = np.array(told, np.int64).reshape(len(told), 3)
        self.files.append("line", rows[:, 0])
        self.files.append("label", rows[:, 1].astype(np.int32))
        self.files.append("note_end", rows[:, 2])
        self.files.append("note", np.frombuffer(b"".join(notes), np.uint8))
        told.clear()
        notes.clear()

    def _taken(self, line: ListLine) -> bool:
        """Take the values of an entry; whether there were any but those of no bytes."""
        before = self.left_out
        for one in line.hashes:
            self._take(one, line)
        out = self.left_out - before
        if out and len(self.left_out_lines) < NAMED:
            self.left_out_lines.append(line.line)
        return not out or out < len(line.hashes)

    def _take(self, one: ListedHash, entry: ListLine) -> None:
        line = entry.line
        try:
            form = self.forms.get(one.algorithm)
            if form is None:
                line = entry.header or line  # what names it is to be mended
                form = self.forms[one.algorithm] = form_of(one.algorithm)
                line = entry.line
            value, group = _value(one, form), _group(one, form)
        except LabError as fault:
            raise BadInput(
                f"line {line}: {fault.message}", advice=fault.advice
            ) from fault
        if value in self.nothing:
            self.left_out += 1
            return
        waiting = self.waiting.setdefault(group, [])
        quality = NO_QUALITY if one.quality is None else one.quality
        waiting.append((value, quality, line))
        if len(waiting) == _AT_ONCE:
            self._flush(group)

    def _flush(self, group: Group) -> None:
        import numpy as np

        rows = self.waiting.pop(group)
        self.counts[group] = self.counts.get(group, 0) + len(rows)
        values = np.frombuffer(b"".join(row[0] for row in rows), np.uint8)
        values = values.reshape(len(rows), -1)
        if group.kind == "near":
            for number, word in enumerate(values.view(">u8").T):
                self.files.append(f"{group.file}.word{number}", word)
        else:
            self.files.append(f"{group.file}.value", values)
        qualities = np.array([row[1] for row in rows], np.int16)
        self.files.append(f"{group.file}.quality", qualities)
        numbers = np.array([row[2] for row in rows], np.int64)
        self.files.append(f"{group.file}.line", numbers)


def _value(one: ListedHash, form: Form) -> bytes:
    if form.kind == "bytes":
        return photodna.value_of(one.value)
    text = one.value
    if len(text) == form.digits and text.isascii() and text.isalnum():
        try:
            # An odd number of digits, or few of them, is filled up with noughts.
            return bytes.fromhex(text.ljust(max(form.digits + 1 & ~1, 2 * HEAD), "0"))
        except ValueError:
            pass
    raise BadInput(
        f"{quoted(text, 20)} is no value of {one.algorithm}",
        advice=f"a value has {form.digits} hex digits, this one {len(text)} characters",
    )


def _group(one: ListedHash, form: Form) -> Group:
    variant = one.variant or form.variant
    if variant and not _NAME.fullmatch(variant):
        raise BadInput(
            f"{quoted(variant, 40)} is no name of a variant",
            advice="use small letters, digits and _",
        )
    least = form.least_quality
    if least is not None and one.quality is not None and one.quality < least:
        return Group(form.algorithm, variant, "low")
    return Group(form.algorithm, variant, form.kind)

"""Columns that grow as raw files and become .npy files, durably, in bounded memory."""

import os
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[Any]

HEAD = 8  # bytes that values are sorted by
_SORTED = 1_000_000  # values sorted at once
_ROWS = 65_536  # copied at once


class ColumnFiles:
    """The files of one folder; ``digests`` has the SHA-256 of those that are whole."""

    def __init__(self, place: Path) -> None:
        """Write into a folder that nobody else writes into."""
        self.place = place
        self.digests: dict[str, str] = {}
        self._raw: dict[str, IO[bytes]] = {}
        self._shapes: dict[str, tuple[Any, tuple[int, ...]]] = {}

    def append(self, name: str, values: "Values") -> None:
        """Add rows to a column; its first rows say what all are."""
        if name not in self._raw:
            self._raw[name] = (self.place / f"{name}.raw").open("xb")
            kind = values.dtype.newbyteorder("<")
            self._shapes[name] = kind, values.shape[1:]
        self._raw[name].write(values.astype(self._shapes[name][0]).tobytes())

    def finish(self, name: str) -> None:
        """Make a column whole as it stands."""
        rows = self._rows(name)
        parts = (rows[at : at + _ROWS] for at in range(0, len(rows), _ROWS))
        self._whole(name, rows.dtype, rows.shape, parts)
        self.forget(name)

    def finish_sorted(self, name: str, others: tuple[str, ...]) -> None:
        """Make ``name.value`` whole in the order of its first 64 bits, with others.

        Values are dealt into parts by their first 16 bits, each sorted on its own.
        """
        import numpy as np

        values = self._rows(f"{name}.value")
        starts, bounds = _parts_of(values)
        picked = self.place / f"{name}.order.raw"
        with picked.open("xb") as out:
            for low, high in pairwise(bounds):
                rows = np.concatenate(
                    [
                        at + np.flatnonzero((part >= low) & (part < high))
                        for at, part in starts()
                    ]
                )
                head = np.ascontiguousarray(values[rows, :HEAD]).view(">u8")[:, 0]
                order = np.argsort(head, kind="stable")
                out.write(rows[order].astype("<i8").tobytes())
                self.append(f"{name}.head", head[order])
        order = np.memmap(picked, "<i8", "r") if len(values) else np.empty(0, "<i8")
        self.finish(f"{name}.head")
        for column in ("value", *others):
            rows = self._rows(f"{name}.{column}")
            parts = (rows[order[at : at + _ROWS]] for at in range(0, len(order), _ROWS))
            self._whole(f"{name}.{column}", rows.dtype, rows.shape, parts)
            self.forget(f"{name}.{column}")
        picked.unlink()

    def write(self, name: str, content: bytes) -> None:
        """Write a whole file."""
        with (self.place / name).open("xb") as out:
            out.write(content)
            _synced(out)
        self.digests[name] = sha256(content).hexdigest()

    def close(self) -> None:
        """Wait until the names are on the disk as well."""
        for raw in self._raw.values():
            raw.close()
        synced_folder(self.place)

    def forget(self, name: str) -> None:
        """Remove the raw file of a column."""
        self._raw.pop(name).close()
        (self.place / f"{name}.raw").unlink()

    def _rows(self, name: str) -> "Values":
        import numpy as np

        raw = self._raw[name]
        raw.flush()
        kind, tail = self._shapes[name]
        if not raw.tell():
            return np.empty((0, *tail), kind)
        flat = np.memmap(raw.name, kind, "r")
        return flat.reshape(-1, *tail)

    def _whole(
        self,
        name: str,
        kind: "np.dtype[Any]",
        shape: tuple[int, ...],
        parts: "Iterator[Values]",
    ) -> None:
        import numpy as np

        digest = sha256()
        file = self.place / f"{name}.npy"
        with file.open("w+b") as out:
            np.lib.format.write_array_header_1_0(
                out,
                {
                    "descr": np.lib.format.dtype_to_descr(kind),
                    "fortran_order": False,
                    "shape": shape,
                },
            )
            out.seek(0)
            digest.update(out.read())
            for part in parts:
                content = part.tobytes()
                digest.update(content)
                out.write(content)
            _synced(out)
        self.digests[file.name] = digest.hexdigest()


def _parts_of(values: "Values") -> "tuple[Any, list[int]]":
    """Give the first 16 bits of all rows, in pieces, and bounds of parts to sort."""
    import numpy as np

    def starts() -> "Iterator[tuple[int, Values]]":
        for at in range(0, max(len(values), 1), 1 << 20):
            two = np.ascontiguousarray(values[at : at + (1 << 20), :2])
            yield at, two.view(">u2")[:, 0]

    counts = np.zeros(1 << 16, np.int64)
    for _, part in starts():
        counts += np.bincount(part, minlength=1 << 16)
    bounds, held = [0], 0
    for first, count in enumerate(counts.tolist()):
        if held and held + count > _SORTED:
            bounds.append(first)
            held = 0
        held += count
    return starts, [*bounds, 1 << 16]


def _synced(out: IO[bytes]) -> None:
    out.flush()
    os.fsync(out.fileno())


def synced_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def changed(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Name the files of a list that are not what they were when it was built."""
    wrong = []
    for name, digest in sorted(files.items()):
        found = sha256()
        try:
            with (folder / name).open("rb") as file:
                while part := file.read(1 << 20):
                    found.update(part)
        except OSError:
            wrong.append(name)
            continue
        if found.hexdigest() != digest:
            wrong.append(name)
    return wrong

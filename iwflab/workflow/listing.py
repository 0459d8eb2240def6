"""Hash lists of others are added to the lab, and withdrawn; nothing of them is lost."""

import io
import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from iwflab.domain.lists import ListLine
from iwflab.errors import BadInput, NotFound, Unreadable
from iwflab.exchange import FORMATS
from iwflab.hashing import lists
from iwflab.store import Store
from iwflab.store.entering import must_be_same
from iwflab.store.known import hash_lists, withdrawn_lines

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

KINDS = ("known", "benign")  # to be blocked, or known to be harmless
_AT_ONCE = 10_000  # lines between two words of progress

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class NewList:
    """What is said of a list when it is added."""

    name: str
    source: str
    kind: str = "known"

    def check(self) -> None:
        """Refuse a list without a name or source, or of an unknown kind."""
        for word in ("name", "source"):
            if not getattr(self, word).isprintable():
                raise BadInput(
                    f"the {word} of the list has characters that cannot be seen",
                    advice="type it anew: what is shown must be what is stored",
                )
            if not getattr(self, word).strip():
                raise BadInput(
                    f"the list has no {word}",
                    advice=f"give --{word}: every hit will name it",
                )
        if self.kind not in KINDS:
            raise BadInput(
                f"a list is not of the kind {self.kind!r}",
                advice=f"there are: {', '.join(KINDS)}",
            )


class _Digested(io.RawIOBase):
    """A file that is read once, by its format, and digested on the way."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = sha256()
        self.done = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "Buffer") -> int:
        view = memoryview(buffer)
        part = self._file.read(len(view))
        view[: len(part)] = part
        self.digest.update(part)
        self.done += len(part)
        return len(part)


def add_list(
    store: Store,
    folder: Path,
    file: Path,
    form: str,
    told: NewList,
    *,
    analyst: str,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Add the list in a file to the lab: columns in ``folder``, a row in the store.

    Raises BadInput naming the line that does not fit, or for a list without an entry;
    then nothing of it is kept.  ``left_out`` counts digests of no bytes, which stand in
    ``left_out_lines`` (the first twenty); ``swept`` counts what killed imports left.
    """
    told.check()
    _must_be_new(store, told.name)
    key = secrets.token_hex(8)
    folder.mkdir(mode=0o700, exist_ok=True)
    swept = lists.sweep(folder)
    built, digest = _built(folder / key, file, form, progress)
    row = {**asdict(told), "name": told.name.strip(), "format": form}
    row |= {"sha256": digest, "items": built.items}
    try:
        _must_hold_some(built, file)
        with store.act("add list", "lab", analyst=analyst) as act:
            _must_be_new(store, told.name)
            columns = json.dumps(dict(built.files))
            act.insert("hash_list", id=key, columns=columns, **row)
    except BaseException:
        shutil.rmtree(folder / key, ignore_errors=True)
        raise
    return {
        "list": key,
        **row,
        "left_out": built.left_out,
        "left_out_lines": list(built.left_out_lines),
        "swept": swept,
    }


def _must_hold_some(built: lists.Built, file: Path) -> None:
    if built.items:
        return
    why = "no line of it has a hash"
    if built.left_out:
        lines = ", ".join(map(str, built.left_out_lines))
        why = f"it holds digests of no bytes at all only (line {lines})"
    raise BadInput(
        f"{file.name} holds no entry: {why}",
        advice="check that it is the right file, whole; nothing was added",
    )


def _built(
    place: Path, file: Path, form: str, progress: Progress | None
) -> tuple[lists.Built, str]:
    """Write the columns of the list in a file; give the file's SHA-256 with them."""
    read = FORMATS[form].read
    if read is None:
        raise BadInput(
            f"{form} is no form in which lists arrive",
            advice=f"there are: {', '.join(readable())}",
        )
    try:
        with file.open("rb") as opened:
            counted = _Digested(opened)
            buffered = io.BufferedReader(counted, 1 << 20)
            total = file.stat().st_size
            lines = _watched(read(buffered), counted, total, progress)
            built = lists.build(place, lines)
            while buffered.read(1 << 20):  # a format may stop before the last byte
                pass
    except OSError as fault:
        raise Unreadable(
            f"{file.name} cannot be read: {fault.strerror}",
            advice="check the path and its permissions",
        ) from fault
    return built, counted.digest.hexdigest()


def readable() -> list[str]:
    """Name the forms in which lists arrive."""
    return [name for name, form in FORMATS.items() if form.read is not None]


def _watched(
    lines: Iterator[ListLine],
    counted: _Digested,
    total: int,
    progress: Progress | None,
) -> Iterator[ListLine]:
    for number, line in enumerate(lines):
        # The last word comes once, when all of it is there.
        if progress and number % _AT_ONCE == 0 and counted.done < total:
            progress(counted.done, total)
        yield line
    if progress:
        progress(total, total)


def _must_be_new(store: Store, name: str) -> None:
    if any(row["name"] == name.strip() for row in hash_lists(store)):
        raise BadInput(
            f"a list called {name.strip()!r} was added before",
            advice="withdraw it, and give the new one another name (a date helps):"
            " hits go on naming the list that they came from",
        )


def withdraw(
    store: Store,
    folder: Path,
    name: str,
    *,
    reason: str,
    analyst: str,
    line: int | None = None,
    request: str | None = None,
) -> None:
    """Withdraw a list, or one entry of it: its hits stop, its history stays."""
    found = [row for row in hash_lists(store) if row["name"] == name]
    if not found or found[0]["ended"]:
        raise NotFound(
            f"no list called {name!r} stands",
            advice="iwflab lists show names the lists there are",
        )
    if not reason.strip():
        raise BadInput("no reason was given", advice="say why; it is recorded")
    key = found[0]["id"]
    if line is not None and not lists.KnownList.open(folder / key).has(line):
        raise NotFound(
            f"the list {name!r} has no entry at line {line}",
            advice="give the line that a hit names: iwflab match show",
        )
    if line is not None and line in withdrawn_lines(store, key) and not request:
        raise NotFound(
            f"line {line} of {name!r} was withdrawn before",
            advice="nothing is to be done; its hits have stopped",
        )
    with store.act("withdraw list", key, analyst=analyst, request=request) as act:
        table = "hash_list_end" if line is None else "list_line_end"
        said = {"hash_list": key, "reason": reason}
        said |= {} if line is None else {"line": line}
        if act.repeated:
            must_be_same(act, table, [said])
        else:
            act.insert(table, **said)


def problems(store: Store, folder: Path) -> list[str]:
    """Name the files of lists that are not what they were when the list was added."""
    return [
        f"list {row['name']}: {name} is not what was added"
        for row in hash_lists(store)
        for name in lists.changed(folder / row["id"], row["columns"])
    ]

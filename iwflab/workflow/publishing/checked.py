"""Reports that left, each held against what was entered of it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from iwflab.errors import BadInput, LabError, Tampered
from iwflab.exchange.folder import MANIFEST, UNFINISHED, finish, locked
from iwflab.statistics.disclosure import release_from
from iwflab.store import Store
from iwflab.workflow.publishing import ledger
from iwflab.workflow.publishing.laying_aside import ASKED, content, found, sizes


@dataclass(frozen=True, slots=True)
class Left:
    """A report that left: where it lies, of what cut, under which profile."""

    name: str
    report: str
    cut: str
    profile: str
    revised: bool
    left_on: str  # the day, UTC
    folder: Path
    tables: tuple[Mapping[str, Any], ...]  # each with its verdict, exception, people
    problem: str = ""  # why the files are not to be trusted; empty: they are right


@contextmanager
def held(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold the folder of reports for oneself; tell whether it is held."""
    folder.mkdir(exist_ok=True, mode=0o700)
    with locked(folder, wait=wait) as is_held:
        yield is_held


def left(store: Store, folder: Path, *, whole: bool = False) -> list[Left]:
    """Give the reports that left, the oldest first, each checked.

    One whose files or entry are not those published carries its ``problem``.  Manifests
    are read, and of other files names and sizes; where ``whole``, every byte.
    """
    with held(folder, wait=False) as is_held:
        if is_held:
            finish(folder, ledger.entered(store))
        rows = ledger.entered(store)
        return [_left(store, folder, row, whole=whole) for row in rows]


def one_left(store: Store, folder: Path, name: str) -> Left:
    """Give one report that left, every byte of it checked."""
    (row,) = (row for row in ledger.entered(store) if row["name"] == name)
    return _left(store, folder, row, whole=True)


def _left(store: Store, folder: Path, row: Mapping[str, Any], *, whole: bool) -> Left:
    # Twice: the first look may fall between the two names of a folder.
    problem = _problem(folder, row, whole) and _problem(folder, row, whole)
    try:
        revised = not release_from(row["entries"]).grows
    except BadInput:  # the problem says so
        revised = False
    return Left(
        **{word: row[word] for word in ("name", "report", "cut", "profile")},
        revised=revised,
        left_on=datetime.fromtimestamp(row["at_us"] / 1e6, UTC).date().isoformat(),
        folder=folder / row["name"],
        tables=tuple(ledger.outputs(store, row["id"])),
        problem=problem,
    )


def _problem(folder: Path, row: Mapping[str, Any], whole: bool) -> str:
    place = folder / row["name"]
    unfinished = place.with_name(place.name + UNFINISHED)
    try:  # it may just be getting its name, in another process
        _must_agree(place if place.exists() else unfinished, row, whole=whole)
    except LabError as fault:
        return fault.message
    except OSError as fault:
        return f"the report {row['name']} cannot be read: {fault.strerror}"
    return ""


def _must_agree(place: Path, row: Mapping[str, Any], *, whole: bool) -> None:
    """Refuse a folder whose manifest, files and ledger entry do not agree."""
    kept = release_from(row["entries"])
    if (kept.name, kept.cut, kept.digest) != (row["name"], row["cut"], row["digest"]):
        raise _changed(row["name"], "its tables in the ledger are not those entered")
    lying = found(place) if whole else sizes(place)
    if not lying:
        raise _changed(row["name"], "its folder is missing")
    told = sha256(content(place / MANIFEST)).hexdigest()
    if told != row["manifest_sha256"]:
        raise _changed(row["name"], "its manifest is not the one published")
    plain = json.loads((place / MANIFEST).read_text("utf-8"))
    if plain["shown_sha256"] != row["digest"]:
        raise _changed(row["name"], "its manifest names other tables than the ledger")
    files = {name: one for name, one in lying.items() if name != MANIFEST}
    for name in sorted({*files, *plain["files"]}):
        wanted = plain["files"].get(name, {})
        if name not in files or files[name] != {n: wanted.get(n) for n in files[name]}:
            raise _changed(row["name"], f"{name} is not a file as it was published")


def _changed(name: str, problem: str) -> Tampered:
    return Tampered(
        f"the report {name}: {problem}", advice="compare with the copy that was sent"
    )


def findings(store: Store, folder: Path) -> list[str]:
    """Say which reports on the disk are not those that were entered, or never were."""
    said = [one.problem for one in left(store, folder, whole=True) if one.problem]
    names = {row["name"] for row in ledger.entered(store)}
    for place in sorted(folder.iterdir()):
        passing = place.name.endswith(UNFINISHED) or ASKED in place.name
        if place.name not in names and not passing and place.name != ".lock":
            said.append(f"the report {place.name} lies there and was never entered")
    return said

"""Backups: a whole lab copied while people work in it, and checked where it lies.

A backup is a package, not a lab: nobody works in it by mistake.  ``rows.db`` has the
rows, on SQLite whichever database the lab uses; ``backup.json`` has the SHA-256 of
every file but the originals, which are named by theirs.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from hashlib import file_digest
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from iwflab.domain.settings import Settings
from iwflab.errors import BadInput, EvidenceError, LabError, NotFound, StoreError
from iwflab.media.evidence import EvidenceStore
from iwflab.store import Store, audit
from iwflab.store.copying import in_memory, snapshot
from iwflab.store.durable import flush, write_whole
from iwflab.store.settings import read_settings, write_settings

MANIFEST = "backup.json"
ROWS = "rows.db"
SETTINGS = "settings"  # a folder, so that nothing takes the backup for a lab
PROFILES = "profiles.toml"  # the organisation's, wherever the lab had them
COPIED = ("previews", "lists", "releases", "reports")
_UNFINISHED = ".unfinished"  # how a folder is called until it is whole
_PASSING = (".lock", _UNFINISHED)  # ends of names that are of the moment

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup: where it lies, up to which entry, and what was wrong."""

    folder: Path
    entry: int
    media: int
    problems: tuple[str, ...]


def back_up(lab: Path, store: Store, to: Path, progress: Progress) -> Backup:
    """Copy the lab into a new folder; what is entered meanwhile may not be in it.

    The rows first: whatever they know of was in the evidence before.  Raises
    :class:`~iwflab.errors.BadInput` for a folder that is there, or inside the lab,
    or to which another backup is being written.
    """
    to = to.expanduser().absolute()
    if to.exists() or to.resolve().is_relative_to(lab.resolve()):
        raise BadInput(
            f"a backup cannot be made at {to}",
            advice="name a new folder outside the lab, best on another disk",
        )
    with _refusing("the backup could not be made"), _to_ourselves(to) as work:
        snapshot(store, work / ROWS)
        names = _originals(work / ROWS)
        problems = copy_evidence(names, lab / "evidence", work / "evidence", progress)
        for name in COPIED:
            copy_folder(lab / name, work / name)
        (work / SETTINGS).mkdir(mode=0o700)
        settings = read_settings(lab)
        write(work / SETTINGS, replace(settings, database_url=""))
        problems += copy_profiles(lab, settings, work / SETTINGS)
        problems += _trail_problems(work / ROWS)
        entry = _newest_entry(work / ROWS)
        plain = {
            "entry": entry,
            "media": len(names),
            "problems": problems,
            "files": {name: sha256(work / name) for name in _listed(work)},
        }
        write_whole(work / MANIFEST, json.dumps(plain, indent=1).encode())
        flush(work)
        work.rename(to)
        flush(to.parent)
    return Backup(to, entry, len(names), tuple(problems))


def check(backup: Path, progress: Progress) -> list[str]:
    """Check a backup where it lies, all of it; nothing in it is changed."""
    plain = manifest(backup)
    problems = [*plain["problems"], *changed(backup, plain["files"])]
    try:
        problems += _trail_problems(backup / ROWS)
        names = _originals(backup / ROWS)
    except LabError as fault:
        return [*problems, fault.message]
    evidence = EvidenceStore(backup / "evidence")
    for number, name in enumerate(names, start=1):
        try:
            evidence.open(name).close()
        except (EvidenceError, NotFound) as fault:
            problems.append(f"evidence {name[:16]}: {fault.message}")
        progress(number, len(names))
    return problems


@contextmanager
def _to_ourselves(to: Path) -> Iterator[Path]:
    """Give the folder to write to; what a killed backup left in it goes first."""
    work = to.with_name(to.name + _UNFINISHED)
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    fd = os.open(work, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadInput(
                f"another backup is being written to {to}",
                advice="wait for it, or name another folder",
            ) from None
        for left in work.iterdir():
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            else:
                left.unlink()
        yield work
    finally:
        os.close(fd)


@contextmanager
def _refusing(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise StoreError(
            f"{what}: {fault.strerror or fault}",
            advice="check the space and the owner of the folder; the lab is unchanged, "
            "and an unfinished backup is replaced by the next one",
        ) from fault


# -- what both ways share ----------------------------------------------------------
def copy_evidence(
    names: list[str], source: Path, to: Path, progress: Progress
) -> list[str]:
    """Copy originals, each hashed anew; give what was not as it was."""
    kept, target = EvidenceStore(source), EvidenceStore(to)
    to.mkdir(mode=0o700)
    problems = []
    for number, name in enumerate(names, start=1):
        try:
            with kept.open(name) as sealed:
                target.keep(sealed)
        except (EvidenceError, NotFound) as fault:
            problems.append(f"evidence {name[:16]}: {fault.message}")
        progress(number, len(names))
    return problems


def copy_folder(source: Path, target: Path) -> None:
    """Copy every file of a folder; one that goes meanwhile is of a later state."""
    target.mkdir(mode=0o700, exist_ok=True)
    for file in files(source):
        place = target / file.relative_to(source)
        for above in reversed(place.relative_to(target).parents):
            (target / above).mkdir(exist_ok=True, mode=0o700)
        try:
            shutil.copyfile(file, place)
            place.chmod(file.stat().st_mode & 0o700)
        except FileNotFoundError:
            if file.exists():
                raise
            place.unlink(missing_ok=True)
            continue
        flush(place)


def copy_profiles(lab: Path, settings: Settings, to: Path) -> list[str]:
    """Copy the organisation's own disclosure profiles; say where they are not there."""
    if not settings.profiles:
        return []
    try:
        data = (lab / Path(settings.profiles).expanduser()).read_bytes()
    except (OSError, ValueError, RuntimeError) as fault:
        why = getattr(fault, "strerror", None) or fault
        return [f"profiles {settings.profiles!r}: {why}"]
    write_whole(to / PROFILES, data)
    return []


def files(folder: Path) -> Iterator[Path]:
    """Go through the files that are to be kept; an unreadable folder is an error."""

    def fail(fault: OSError) -> None:
        raise fault

    if not folder.is_dir():
        return
    for above, below, names in os.walk(folder, onerror=fail):
        below[:] = sorted(name for name in below if not name.endswith(_PASSING))
        for name in sorted(names):
            file = Path(above) / name
            if not name.endswith(_PASSING) and not file.is_symlink():
                yield file


def write(folder: Path, settings: Settings) -> None:
    """Write the settings of a lab, durably."""
    given = {one.name: getattr(settings, one.name) for one in fields(settings)}
    write_settings(folder, **given)
    flush(folder)


def manifest(backup: Path) -> dict[str, Any]:
    """Read what a backup says of itself."""
    try:
        plain = json.loads((backup / MANIFEST).read_text("utf-8"))
        return {"files": dict(plain["files"]), "problems": list(plain["problems"])}
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(
            f"no backup at {backup}",
            advice="name the folder that iwflab backup made; one that ends in "
            f"{_UNFINISHED} was never whole",
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise BadInput(
            f"{MANIFEST} of the backup cannot be read", advice="take another backup"
        ) from fault


def changed(backup: Path, listed: dict[str, str]) -> Iterator[str]:
    """Say which files are not those that were backed up, and which came later."""
    for name, digest in listed.items():
        try:
            same = sha256(backup / name) == digest
        except OSError:
            yield f"{name} is missing in the backup"
            continue
        if not same:
            yield f"{name} is not what was backed up"
    for name in sorted(set(_listed(backup)) - set(listed)):
        yield f"{name} came into the backup later"


def _listed(folder: Path) -> list[str]:
    """Name every file of a backup but the originals and the manifest itself."""
    return [
        str(file.relative_to(folder))
        for file in files(folder)
        if file.relative_to(folder).parts[0] not in {"evidence", MANIFEST}
    ]


def sha256(file: Path) -> str:
    """Hash one file."""
    with file.open("rb") as source:
        return file_digest(source, "sha256").hexdigest()


def _originals(rows: Path) -> list[str]:
    return [str(row["sha256"]) for row in _ask(rows, "SELECT sha256 FROM medium")]


def _newest_entry(rows: Path) -> int:
    query = "SELECT COALESCE(MAX(number), 0) AS newest FROM audit_entry"
    return int(_ask(rows, query)[0]["newest"])


def _ask(rows: Path, query: str) -> list[dict[str, Any]]:
    with in_memory(rows) as store:
        return store.rows(sa.text(query))


def _trail_problems(rows: Path) -> list[str]:
    with in_memory(rows) as store:
        return [one.problem for one in audit.verify(store)]

"""Backups: a whole lab copied while people work in it, checked, and brought back.

A backup is itself a lab folder on SQLite, whichever database the lab uses: it is
verified like one, and opened like one where nothing else is left.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from hashlib import file_digest
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from iwflab.domain.settings import Settings
from iwflab.errors import BadInput, EvidenceError, NotFound, StoreError
from iwflab.media.evidence import EvidenceStore
from iwflab.store import Store
from iwflab.store.copying import fill, snapshot
from iwflab.store.durable import flush, write_whole
from iwflab.store.postgres import postgres_engine
from iwflab.store.settings import FILE, read_settings, write_settings
from iwflab.store.shared import DATABASE, bring_up_to_date, founded

MANIFEST = "backup.json"
_UNFINISHED = ".unfinished"  # how a folder is called until it is whole
_COPIED = ("previews", "lists", "releases", "reports")
_EMPTY = ("incoming",)

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

    The database first: whatever it knows of was in the evidence before.  Raises
    :class:`~iwflab.errors.BadInput` for a folder that is there, or inside the lab.
    """
    to = to.expanduser().absolute()
    if to.exists() or to.resolve().is_relative_to(lab.resolve()):
        raise BadInput(
            f"a backup cannot be made at {to}",
            advice="name a new folder outside the lab, best on another disk",
        )
    work = to.with_name(to.name + _UNFINISHED)
    try:
        if work.exists():  # of a backup that was killed: never of use to anybody
            shutil.rmtree(work)
        work.mkdir(parents=True, mode=0o700)
        snapshot(store, work / DATABASE)
        media, problems = _copy_evidence(lab, work, progress)
        files = _copy_rest(lab, work)
        entry = _newest_entry(work / DATABASE)
        told = {"database_url": read_settings(lab).database_url, "files": files}
        plain = {"entry": entry, "media": media, "problems": problems, **told}
        write_whole(work / MANIFEST, json.dumps(plain, indent=1).encode())
        flush(work)
        work.rename(to)
        flush(to.parent)
    except OSError as fault:
        raise StoreError(
            f"the backup could not be made: {fault.strerror or fault}",
            advice="check the space and the owner of the folder; the lab is unchanged, "
            "and an unfinished backup is replaced by the next one",
        ) from fault
    return Backup(to, entry, media, tuple(problems))


def bring_back(
    backup: Path, to: Path, *, database_url: str, owner_url: str, progress: Progress
) -> list[str]:
    """Make a lab folder from a backup; give what of the backup was not as it was.

    Damage does not stop it: what can be saved is.  With ``database_url`` the rows go
    into a new shared database, made by its owner.
    """
    plain = _manifest(backup)
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise BadInput(
            f"{to} is not an empty folder", advice="name a new folder for the lab"
        )
    problems = list(_changed(backup, plain["files"]))
    try:
        to.mkdir(parents=True, exist_ok=True, mode=0o700)
        to.chmod(0o700)
        shutil.copyfile(backup / DATABASE, to / DATABASE)
        (to / DATABASE).chmod(0o600)
        flush(to / DATABASE)
        _, damaged = _copy_evidence(backup, to, progress)
        _copy_rest(backup, to)
        flush(to)
    except OSError as fault:
        raise StoreError(
            f"the lab could not be brought back: {fault.strerror or fault}",
            advice="check the space and the owner of the folder; the backup is "
            "unchanged; empty the folder and try again",
        ) from fault
    if database_url:
        into_shared(to, database_url, owner_url)
    return [*plain["problems"], *problems, *damaged]


def upgraded(folder: Path, owner_url: str) -> list[str]:
    """Apply what is missing to the shared database, after a backup of its rows."""
    settings = read_settings(folder)
    if not settings.database_url:
        Store.open(folder / DATABASE).close()
        return []

    def keep(revision: str) -> None:
        store = Store(postgres_engine(owner_url))
        try:
            snapshot(store, folder / f"{DATABASE}.before-{revision}")
        finally:
            store.close()

    return bring_up_to_date(owner_url, settings.database_url, settings.lab, keep)


def low_space(folder: Path, least_mb: int) -> list[str]:
    """Warn before the disk of a lab is full: then nothing more is saved."""
    free = shutil.disk_usage(folder).free // 1_000_000
    if free >= least_mb:
        return []
    told = f"the disk of the lab has {free} MB left: make room before it is full. "
    return [told + "What was saved is safe; new work is refused when nothing is left"]


def into_shared(folder: Path, database_url: str, owner_url: str) -> None:
    """Move the rows of a lab on SQLite into a new shared database."""
    settings = read_settings(folder)
    store = Store.open(folder / DATABASE)  # brings an older backup up to date
    try:
        with founded(owner_url, database_url, settings.lab):
            engine = postgres_engine(owner_url)
            try:
                fill(store, engine)
            finally:
                engine.dispose()
            _write(folder, replace(settings, database_url=database_url))
    finally:
        store.close()
    for end in ("", "-wal", "-shm"):
        (folder / f"{DATABASE}{end}").unlink(missing_ok=True)


def _copy_evidence(lab: Path, to: Path, progress: Progress) -> tuple[int, list[str]]:
    """Copy every original that the copied database knows; each is hashed anew."""
    source, target = EvidenceStore(lab / "evidence"), EvidenceStore(to / "evidence")
    target.folder.mkdir(mode=0o700)
    names, problems = _known(to / DATABASE), []
    for number, sha256 in enumerate(names, start=1):
        try:
            with source.open(sha256) as sealed:
                target.keep(sealed)
        except (EvidenceError, NotFound) as fault:
            problems.append(f"evidence {sha256[:16]}: {fault.message}")
        progress(number, len(names))
    return len(names), problems


def _known(file: Path) -> list[str]:
    return [str(row[0]) for row in _ask(file, "SELECT sha256 FROM medium ORDER BY 1")]


def _newest_entry(file: Path) -> int:
    return int(_ask(file, "SELECT COALESCE(MAX(number), 0) FROM audit_entry")[0][0])


def _ask(file: Path, query: str) -> list[Any]:
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(file)))
    try:
        with engine.connect() as connection:
            return list(connection.execute(sa.text(query)))
    except sa.exc.DBAPIError as fault:
        raise StoreError(
            "the database of the backup cannot be read",
            advice="take an earlier backup",
        ) from fault
    finally:
        engine.dispose()


def _copy_rest(lab: Path, to: Path) -> dict[str, str]:
    """Copy what is neither database nor evidence; give SHA-256 by name."""
    _write(to, replace(read_settings(lab), database_url=""))
    for name in _COPIED:
        _copy_folder(lab / name, to / name)
    for name in _EMPTY:
        (to / name).mkdir(mode=0o700, exist_ok=True)
    kept = [to / FILE, to / DATABASE, *_files(to / "releases"), *_files(to / "lists")]
    return {str(one.relative_to(to)): _sha256(one) for one in kept}


def _copy_folder(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700, exist_ok=True)
    for file in _files(source):
        place = target / file.relative_to(source)
        for above in reversed(place.relative_to(target).parents):
            (target / above).mkdir(exist_ok=True, mode=0o700)
        # A file that is replaced or removed meanwhile is of a later state.
        with suppress(FileNotFoundError):
            shutil.copyfile(file, place)
            place.chmod(file.stat().st_mode & 0o700)
            flush(place)


def _files(folder: Path) -> Iterator[Path]:
    for above, _, names in os.walk(folder):
        for name in sorted(names):
            file = Path(above) / name
            if file.is_file() and not file.is_symlink():
                yield file


def _write(folder: Path, settings: Settings) -> None:
    given = {one.name: getattr(settings, one.name) for one in fields(settings)}
    write_settings(folder, **given)
    flush(folder / FILE)


def _manifest(backup: Path) -> dict[str, Any]:
    try:
        plain = json.loads((backup / MANIFEST).read_text("utf-8"))
        return {"files": dict(plain["files"]), "problems": list(plain["problems"])}
    except FileNotFoundError:
        raise NotFound(
            f"no backup at {backup}",
            advice="name the folder that iwflab backup made; one that ends in "
            ".unfinished was never whole",
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise BadInput(
            f"{MANIFEST} of the backup cannot be read", advice="take another backup"
        ) from fault


def _changed(backup: Path, files: dict[str, str]) -> Iterator[str]:
    for name, sha256 in files.items():
        try:
            same = _sha256(backup / name) == sha256
        except OSError:
            yield f"{name} is missing in the backup"
            continue
        if not same:
            yield f"{name} is not what was backed up"


def _sha256(file: Path) -> str:
    with file.open("rb") as source:
        return file_digest(source, "sha256").hexdigest()

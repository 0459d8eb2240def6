"""A lab from its backup, a shared database from a lab, tables brought up to date."""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from iwflab.errors import BadInput, LabError, StoreError
from iwflab.lab import safekeeping
from iwflab.lab.safekeeping import (
    COPIED,
    PROFILES,
    ROWS,
    SETTINGS,
    Progress,
    copy_profiles,
)
from iwflab.store import Store
from iwflab.store.copying import fill, in_memory, snapshot
from iwflab.store.durable import flush
from iwflab.store.engines import sqlite_engine
from iwflab.store.migrate import keep_once, upgrade
from iwflab.store.postgres import must_be_free, postgres_engine
from iwflab.store.settings import FILE, read_settings
from iwflab.store.shared import DATABASE, bring_up_to_date, founded

_EMPTY = ("incoming",)
_MEDIA = sa.text("SELECT sha256 FROM medium")
_DIGITS = 64  # of a SHA-256


def bring_back(
    backup: Path, to: Path, *, database_url: str, owner_url: str, progress: Progress
) -> list[str]:
    """Make a lab folder from a backup; give what of the backup was not as it was.

    Damage of originals and other files does not stop it: what can be saved is.  With
    ``database_url`` the rows go into a new shared database, made by its owner; both
    addresses are tried before anything is copied.  The settings are written last: a
    folder without them is no lab.
    """
    plain = safekeeping.manifest(backup)
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise BadInput(
            f"{to} is not an empty folder", advice="name a new folder for the lab"
        )
    _must_be_apart(backup, to)
    settings = read_settings(backup / SETTINGS)
    has_profiles = (backup / SETTINGS / PROFILES).is_file()
    if has_profiles:
        settings = replace(settings, profiles=PROFILES)
    with in_memory(backup / ROWS):  # without rows there is no lab to bring back
        pass
    if database_url:
        must_be_free(owner_url, database_url)
    problems = [*plain["problems"], *safekeeping.changed(backup, plain["files"])]
    try:
        problems += _copy(backup, to, progress)
        if has_profiles:
            problems += copy_profiles(backup / SETTINGS, settings, to)
        elif settings.profiles and not any("profiles" in one for one in problems):
            problems.append(f"profiles {settings.profiles!r}: not in this backup")
    except OSError as fault:
        raise StoreError(
            f"the lab could not be brought back: {fault.strerror or fault}",
            advice="check the space and the owner of the folder; the backup is "
            "unchanged; empty the folder and try again",
        ) from fault
    if database_url:
        _into(to, owner_url, database_url, settings.lab)
    safekeeping.write(to, replace(settings, database_url=database_url))
    return problems


def _must_be_apart(backup: Path, to: Path) -> None:
    above = to.resolve().parents
    if backup.resolve() in above or any((one / FILE).exists() for one in above):
        raise BadInput(
            f"{to} lies inside another lab or the backup",
            advice="name a folder of its own",
        )


def _copy(backup: Path, to: Path, progress: Progress) -> list[str]:
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    to.chmod(0o700)
    shutil.copyfile(backup / ROWS, to / DATABASE)
    (to / DATABASE).chmod(0o600)
    flush(to / DATABASE)
    problems = safekeeping.copy_evidence(
        _every_original(backup), backup / "evidence", to / "evidence", progress
    )
    for name in COPIED:
        safekeeping.copy_folder(backup / name, to / name)
    for name in _EMPTY:
        (to / name).mkdir(mode=0o700)
    flush(to)
    return problems


def _every_original(backup: Path) -> list[str]:
    """Name what the rows know of, and what lies there: whatever can be saved."""
    lying = {file.name for file in safekeeping.files(backup / "evidence")}
    try:
        with in_memory(backup / ROWS) as store:
            known = {row["sha256"] for row in store.rows(_MEDIA)}
    except LabError:
        known = set()
    return sorted(known | {name for name in lying if len(name) == _DIGITS})


def into_shared(folder: Path, database_url: str, owner_url: str) -> None:
    """Move the rows of a lab on SQLite into a new shared database."""
    settings = read_settings(folder)
    _into(folder, owner_url, database_url, settings.lab)
    safekeeping.write(folder, replace(settings, database_url=database_url))


def _into(folder: Path, owner_url: str, database_url: str, lab: str) -> None:
    store = Store.open(folder / DATABASE)  # brings an older backup up to date
    try:
        with founded(owner_url, database_url, lab):
            engine = postgres_engine(owner_url)
            try:
                fill(store, engine)
            finally:
                engine.dispose()
    finally:
        store.close()
    for end in ("", "-wal", "-shm", ".lock"):
        (folder / f"{DATABASE}{end}").unlink(missing_ok=True)


def upgraded(folder: Path, owner_url: str) -> list[str]:
    """Apply what is missing to the shared database, after a backup of its rows."""
    settings = read_settings(folder)
    if not settings.database_url:
        engine = sqlite_engine(folder / DATABASE)
        try:
            return upgrade(engine, folder / DATABASE)
        finally:
            engine.dispose()
    if not owner_url:
        raise BadInput(
            "a shared lab is brought up to date by the owner of its tables",
            advice="give --owner-url (or IWFLAB_OWNER_URL), and stop the servers first",
        )

    def keep(revision: str) -> None:
        store = Store(postgres_engine(owner_url))
        try:
            place = folder / f"{DATABASE}.before-{revision}"
            keep_once(place, partial(snapshot, store))
        finally:
            store.close()

    return bring_up_to_date(owner_url, settings.database_url, settings.lab, keep)

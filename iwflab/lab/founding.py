"""A new lab folder: everything is checked first, and a refused one leaves nothing."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from iwflab.domain.settings import Settings, check_settings
from iwflab.errors import BadInput, StoreError
from iwflab.store import Store
from iwflab.store.head import HeadFolder
from iwflab.store.settings import FILE, write_settings
from iwflab.store.shared import DATABASE, founded

FOLDERS = ("evidence", "previews", "incoming", "lists", "releases", "reports")
_BESIDE = ("-wal", "-shm", "-journal", ".lock")  # what SQLite and migrations add


@contextmanager
def new_folder(place: Path, owner_url: str = "", **given: Any) -> Iterator[None]:
    """Make a lab folder, readable by its owner only; keep it if the block succeeds.

    Raises :class:`~iwflab.errors.BadInput` for settings that cannot work, and for a
    folder that is not empty, before anything is written.  ``owner_url`` is needed
    where the settings name a shared database: its owner makes the tables.
    """
    given = _checked(place, given)
    if given.get("database_url") and not owner_url:
        raise BadInput(
            "a shared database was named, but not its owner",
            advice="give --owner-url (or IWFLAB_OWNER_URL): the owner makes the tables",
        )
    mode = place.stat().st_mode if place.exists() else None
    above = [folder for folder in (place, *place.parents) if not folder.exists()]
    try:
        try:
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.chmod(0o700)
            write_settings(place, **given)
            for name in FOLDERS:
                (place / name).mkdir(mode=0o700)
        except OSError as fault:
            raise StoreError(
                f"no lab can be made at {place}: {fault.strerror or fault}",
                advice="check the owner and the free space of the folder above it",
            ) from fault
        except TypeError as fault:
            raise BadInput(
                f"a setting has a value that lab.toml cannot hold: {fault}",
                advice="docs/settings.md lists every setting",
            ) from fault
        with _store(place, owner_url, given):
            yield
    except BaseException:
        _take_away(place, above, mode)
        raise


@contextmanager
def _store(place: Path, owner_url: str, given: dict[str, Any]) -> Iterator[None]:
    if given.get("database_url"):
        with founded(owner_url, given["database_url"], given["lab"]):
            yield
        return
    Store.open(place / DATABASE, create=True).close()
    (place / DATABASE).chmod(0o600)
    yield


def _checked(place: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Check all that can be checked before anything is written."""
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise BadInput(
            f"{place} is not an empty folder", advice="name a new folder for the lab"
        )
    given = {"lab": secrets.token_hex(8), **given}
    if given.get("head_folder"):
        # What was meant here and now is stored, not what it would mean elsewhere.
        with suppress(RuntimeError):
            given["head_folder"] = str(Path(given["head_folder"]).expanduser())
        given["head_folder"] = str(Path(given["head_folder"]).absolute())
    try:
        planned = replace(Settings(lab=""), **given)
        check_settings(planned)
    except TypeError as fault:
        raise BadInput(
            f"these settings cannot work: {fault}",
            advice="docs/settings.md lists every setting",
        ) from fault
    HeadFolder(place, planned.lab, planned.head_folder)  # refused inside the lab
    return given


def _take_away(place: Path, made: list[Path], mode: int | None) -> None:
    """Remove what this call made, and nothing that somebody else put there."""
    for name in FOLDERS:
        shutil.rmtree(place / name, ignore_errors=True)
    for name in (FILE, DATABASE, *(f"{DATABASE}{end}" for end in _BESIDE)):
        with suppress(OSError):
            (place / name).unlink(missing_ok=True)
    with suppress(OSError):
        for folder in made:  # the innermost first; one that is not empty stays
            folder.rmdir()
        if mode is not None:
            place.chmod(mode & 0o7777)

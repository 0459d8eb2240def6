"""A place at one lab folder: opened, shared, closed."""

import getpass
import os
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from iwflab.errors import BadInput, NotFound
from iwflab.media.evidence import EvidenceStore
from iwflab.media.pool import DecodePool
from iwflab.media.previews import PreviewStore
from iwflab.store import Store, audit
from iwflab.store.head import Head, HeadFolder
from iwflab.store.reading import overview
from iwflab.store.settings import read_settings, write_settings
from iwflab.workflow import EXAMINE, Bench, accounts

DATABASE = "lab.db"
FOLDERS = ("evidence", "previews", "incoming", "lists", "releases", "reports")


class Seat:
    """One analyst at one lab folder; :class:`iwflab.Lab` adds the acts and answers."""

    def __init__(self, folder: Path, bench: Bench, analyst: str) -> None:
        """Take what :meth:`open` put together."""
        self.folder = folder
        self.analyst = analyst
        self.settings = read_settings(folder)
        self._bench = bench
        self._store = bench.store

    @classmethod
    def create(cls, folder: str | os.PathLike[str], **settings: Any) -> Self:
        """Make a new lab folder, readable by its owner only, and open it."""
        place = Path(folder).absolute()
        if place.exists() and any(place.iterdir()):
            raise BadInput(
                f"{place} is not empty", advice="name a new folder for the lab"
            )
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.chmod(0o700)
        written = write_settings(place, **settings)
        HeadFolder(place, written.lab, written.head_folder)  # refused inside the lab
        for name in FOLDERS:
            (place / name).mkdir(mode=0o700)
        Store.open(place / DATABASE, create=True).close()
        (place / DATABASE).chmod(0o600)
        return cls.open(place)

    @classmethod
    def open(
        cls,
        folder: str | os.PathLike[str] | None = None,
        *,
        analyst: str | None = None,
    ) -> Self:
        """Open a lab for who is logged in: the account in the apps, else the OS user.

        ``folder`` is by default the one that ``IWFLAB_LAB`` names.
        """
        named = folder or os.environ.get("IWFLAB_LAB")
        if not named:
            raise NotFound(
                "no lab was named", advice="give --lab FOLDER or set IWFLAB_LAB"
            )
        place = Path(named).expanduser().absolute()
        settings = read_settings(place)
        HeadFolder(place, settings.lab, settings.head_folder)
        bench = Bench(
            store=Store.open(place / DATABASE),
            evidence=EvidenceStore(place / "evidence"),
            previews=PreviewStore(place / "previews"),
            pool=DecodePool(
                EXAMINE,
                workers=settings.workers,
                strict=settings.strict_sandbox,
                deadline=settings.decode_seconds,
            ),
            workers=settings.workers,
        )
        who = analyst or os.environ.get("IWFLAB_ANALYST") or getpass.getuser()
        return cls(place, bench, who)

    def seat(self, analyst: str) -> Self:
        """Give the same open lab to another person; closing it closes both."""
        return type(self)(self.folder, self._bench, analyst)

    def close(self) -> None:
        """End the workers and close the database."""
        self._bench.pool.close()
        self._store.close()

    def __enter__(self) -> Self:
        """Stay open for a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close at the end of the block."""
        self.close()

    def __repr__(self) -> str:
        """Name the lab and the analyst, never what is in it."""
        return f"<Lab {self.name!r}, analyst {self.analyst!r}>"

    @property
    def name(self) -> str:
        """What the desks call this lab."""
        return self.settings.name

    @cached_property
    def heads(self) -> HeadFolder:
        """Where the signed heads of this lab are kept."""
        return HeadFolder(self.folder, self.settings.lab, self.settings.head_folder)

    # -- accounts ----------------------------------------------------------------
    def account_add(self, name: str, password: str) -> None:
        """Open an account for the apps, or give it a new password."""
        accounts.add(self._store, name, password, analyst=self.analyst)

    def account_disable(self, name: str) -> None:
        """Close an account."""
        accounts.disable(self._store, name, analyst=self.analyst)

    def account_check(self, name: str, password: str) -> bool:
        """Tell whether name and password belong together."""
        return accounts.check(self._store, name, password)

    def accounts(self) -> list[str]:
        """Name the open accounts."""
        return accounts.names(self._store)

    # -- proof -------------------------------------------------------------------
    def vouch(self) -> Head:
        """Sign the newest entry of the trail; the head is kept outside the lab."""
        query = "SELECT number, digest FROM audit_entry ORDER BY number DESC LIMIT 1"
        (last,) = self._store.rows(sa.text(query))
        return self.heads.write(last["number"], last["digest"])

    def verify(
        self, *, read_data: bool = False, head: Path | None = None
    ) -> list[audit.Finding]:
        """Check trail, rows and head; with ``read_data`` every byte of evidence."""
        known = self.heads.read(head) if head or self.heads.newest.exists() else None
        found = audit.verify(self._store, head=known)
        if read_data:
            digests = [row["sha256"] for row in overview(self._store)]
            found += [
                audit.Finding(None, f"evidence {name[:16]}: {problem}")
                for name, problem in self._bench.evidence.verify(digests)
            ]
        return found

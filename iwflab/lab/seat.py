"""A place at one lab folder: opened, shared, closed."""

import os
import pwd
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from iwflab.errors import BadInput, LabError, NotFound, Tampered
from iwflab.lab.founding import new_folder
from iwflab.media.evidence import EvidenceStore
from iwflab.media.pool import DecodePool
from iwflab.media.previews import PreviewStore
from iwflab.store import audit
from iwflab.store.head import Head, HeadFolder
from iwflab.store.settings import read_settings
from iwflab.store.shared import open_store
from iwflab.store.vouching import is_vouched_for, must_go_on, vouch
from iwflab.workflow import EXAMINE, Bench, accounts
from iwflab.workflow.release import release_findings

# Seconds that verify waits for what another process is in the middle of: a sign-off
# whose head is being signed, an original whose row is being entered.
_PATIENCE = 2.0


def operating_system_user() -> str:
    """Name the user whom the operating system runs this process for.

    By the number of the process's owner, not by LOGNAME or USER, which anybody sets.
    """
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        raise LabError(
            f"the operating system knows no user with the number {os.getuid()}",
            advice="run it as a user with an account: every act is said by somebody",
        ) from None


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
    def create(
        cls, folder: str | os.PathLike[str], *, owner_url: str = "", **settings: Any
    ) -> Self:
        """Make a new lab folder, readable by its owner only, and open it.

        With the setting ``database_url`` its store is a shared PostgreSQL database,
        whose tables are made in the role that ``owner_url`` names; that is not kept.
        A refused or failed lab leaves nothing behind.
        """
        place = Path(folder).expanduser().absolute()
        with new_folder(place, owner_url, **settings):
            return cls.open(place)

    @classmethod
    def open(
        cls,
        folder: str | os.PathLike[str] | None = None,
        *,
        analyst: str | None = None,
    ) -> Self:
        """Open a lab for who is logged in: the account in the apps, else the OS user.

        ``folder`` is by default the one that ``IWFLAB_LAB`` names.  ``analyst`` is by
        default whom ``IWFLAB_ANALYST`` names, else the :func:`operating_system_user`.
        The server sets that variable for each kernel it hands out; it is a name, not
        a proof: whoever starts a process of their own sets it as they like, as they
        could write to the lab's files at once.  The command line does not read it.
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
            store=open_store(place, settings),
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
        who = analyst or os.environ.get("IWFLAB_ANALYST") or operating_system_user()
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
        """Sign the newest entry of the trail; the head is kept outside the lab.

        Raises :class:`~iwflab.errors.Tampered`, and signs nothing, when the trail
        does not go on from the newest head.
        """
        return vouch(self._store, self.heads)

    def must_go_on(self) -> None:
        """Refuse a lab whose trail is not the one that was signed before."""
        must_go_on(self._store, self.heads)

    def must_be_whole(self) -> None:
        """Refuse a lab whose trail, rows or guards do not agree."""
        for finding in audit.verify(self._store):
            raise Tampered(
                f"nothing leaves a lab that does not agree: {finding.problem}",
                advice="run iwflab verify, and compare with a back-up",
            )

    def verify(
        self, *, read_data: bool = False, head: Path | None = None
    ) -> list[audit.Finding]:
        """Check trail, rows, head and releases; with ``read_data`` all evidence."""
        # The heads first: the trail may grow while it is read, and never shrinks.
        heads, found = self._known_heads(head)
        found = audit.verify(self._store, heads=heads) + found
        found += told(self._release_problems())
        if read_data:
            found += told(self._evidence_problems())
        return found

    def _known_heads(self, file: Path | None) -> tuple[list[Head], list[audit.Finding]]:
        """Read the newest head there is, and one that was kept elsewhere."""
        if file is not None and not file.exists():
            self.heads.read(file)  # says what to do
        heads, problems = [], []
        wanted: list[Path | None] = [file] if file else []
        if self._signed():
            wanted.append(None)
        elif self._vouched_for():
            problems.append(
                f"no signed head lies in {self.heads.folder}, although one is signed"
                " with every sign-off and release"
            )
        for one in wanted:
            try:
                heads.append(self.heads.read(one))
            except LabError as fault:
                problems.append(fault.message)
        return heads, told(problems)

    def _signed(self) -> bool:
        """Tell whether there is a head, waiting for one that is being signed."""
        end = time.monotonic() + _PATIENCE
        while not self.heads.exists():
            if not self._vouched_for() or time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def _vouched_for(self) -> bool:
        try:
            return is_vouched_for(self._store)
        except LabError:  # the tables are damaged; verification says how
            return False

    def _release_problems(self) -> list[str]:
        try:
            return release_findings(self._bench, self.folder / "releases")
        except LabError as fault:
            return [f"the releases cannot be checked: {fault.message}"]

    def _evidence_problems(self) -> list[str]:
        evidence = self._bench.evidence
        problems: list[tuple[str, str]] = []
        try:
            problems.extend(evidence.verify(self._media()))
        except LabError as fault:
            problems.append(("", fault.message))
        return [
            f"evidence {name[:16]}: {problem}"
            for name, problem in self._without_arrivals(problems)
        ]

    def _without_arrivals(
        self, problems: Sequence[tuple[str, str]]
    ) -> list[tuple[str, str]]:
        """Leave out what an intake was keeping meanwhile: judged by what is entered."""
        stray = {name for name, problem in problems if problem == "stray"}
        end = time.monotonic() + _PATIENCE
        while stray:
            entered = set(self._media())
            stray = {name for name in stray if not self._is_kept(name, entered)}
            if time.monotonic() > end:
                break
            time.sleep(0.1)
        return [
            (name, problem)
            for name, problem in problems
            if problem != "stray" or name in stray
        ]

    def _is_kept(self, name: str, entered: set[str]) -> bool:
        evidence = self._bench.evidence
        sha256 = Path(name).name
        try:
            proper = evidence.path(sha256) == evidence.folder / name
        except BadInput:  # no SHA-256
            return False
        return proper and sha256 in entered

    def _media(self) -> list[str]:
        rows = self._store.rows(sa.text("SELECT sha256 FROM medium"))
        return [row["sha256"] for row in rows]


def told(problems: Sequence[str]) -> list[audit.Finding]:
    """Give problems as findings that belong to no entry."""
    return [audit.Finding(None, problem) for problem in problems]

"""A place at one lab folder: opened, shared, closed."""

import os
import pwd
from contextlib import AbstractContextManager, suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from iwflab.domain.roles import Need, Operation, Role, Scope
from iwflab.errors import LabError, NotAllowed, NotFound
from iwflab.lab.founding import new_folder
from iwflab.lab.matrix import free, matrix
from iwflab.lab.wanting import must_know_schemes
from iwflab.media.evidence import EvidenceStore
from iwflab.media.pool import DecodePool
from iwflab.media.previews import PreviewStore
from iwflab.store.head import HeadFolder
from iwflab.store.settings import read_settings
from iwflab.store.shared import open_store
from iwflab.store.vouching import must_go_on
from iwflab.workflow import EXAMINE, RENDER, Bench, accounts, comparable


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
    @free("who makes a lab is its first administrator")
    def create(
        cls, folder: str | os.PathLike[str], *, owner_url: str = "", **settings: Any
    ) -> Self:
        """Make a new lab folder, readable by its owner only, and open it.

        Who makes it is administrator, senior analyst and QA officer of it.  With the
        setting ``database_url`` its store is a shared PostgreSQL database, whose
        tables are made in the role that ``owner_url`` names; that is not kept.  A
        refused or failed lab leaves nothing behind.
        """
        place = Path(folder).expanduser().absolute()
        with new_folder(place, owner_url, **settings):
            made = cls.open(place)
            made._found()  # noqa: SLF001 - of this very class
            return made

    @classmethod
    @free("opening does nothing; every act and answer asks for a role")
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
        must_know_schemes(settings)
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
                check=comparable,
            ),
            workers=settings.workers,
            renditions=DecodePool(
                RENDER,
                workers=2,  # a larger preview does not wait for a clip
                strict=settings.strict_sandbox,
                deadline=settings.decode_seconds,
            ),
        )
        who = analyst or os.environ.get("IWFLAB_ANALYST") or operating_system_user()
        opened = cls(place, bench, who)
        opened._carry_over()
        return opened

    @free("another name is no proof: what it may do is asked at every act")
    def seat(self, analyst: str) -> Self:
        """Give the same open lab to another person; closing it closes both."""
        return type(self)(self.folder, self._bench, analyst)

    @free("whoever opened it closes it")
    def close(self) -> None:
        """End the workers and close the database."""
        self._bench.pool.close()
        if self._bench.renditions is not None:
            self._bench.renditions.close()
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

    # -- who may do what ---------------------------------------------------------
    @property
    def roles(self) -> frozenset[Role]:
        """The roles of the analyst's account now; none for an unknown or closed one."""
        return accounts.roles_of(self._store, self.analyst)

    @free("it tells what this person may, and does nothing")
    def may(self, wanted: Need) -> bool:
        """Tell whether the analyst's roles meet a need."""
        return matrix().allows(self.roles, wanted)

    @free("it refuses, and does nothing else")
    def must_be_allowed(self, wanted: Need) -> None:
        """Refuse what the analyst's roles do not allow; say which role does."""
        held = self.roles
        if matrix().allows(held, wanted):
            return
        if not held:
            raise NotAllowed(
                f"no open account with a role is called {self.analyst!r}",
                advice="an administrator opens one: iwflab account add NAME --role ...",
            )
        who = " or ".join(role.words for role in matrix().who(wanted))
        raise NotAllowed(
            f"your roles do not let you {matrix().rows[wanted.operation].title}",
            advice=f"ask a person who may: {who}; or an administrator for the role",
        )

    def _at_once(self) -> AbstractContextManager[None]:
        return self._store.at_once()

    def _scopes(self, operation: str) -> frozenset[Scope]:
        return matrix().scopes(self.roles, Operation(operation))

    def _found(self) -> None:
        accounts.found(self._store, operating_system_user())

    @property
    def _is_own(self) -> bool:
        """Whether the lab folder belongs to who runs this process."""
        return self.folder.stat().st_uid == os.getuid()

    def _carry_over(self) -> None:
        """Give roles in a lab that has none, unless it was rolled back."""
        # A damaged or rolled-back lab must still open, for verify to say so.
        with suppress(LabError):
            if self._is_own and accounts.is_unfounded(self._store):
                must_go_on(self._store, self.heads)
                self._found()
            if accounts.is_older_than_roles(self._store):
                must_go_on(self._store, self.heads)
                accounts.carry_over(self._store, operating_system_user())

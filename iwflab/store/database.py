"""The one way to write: a change and its trace commit together, or not at all."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from iwflab.domain.trail import (
    Entry,
    entry_digest,
    rows_from,
)
from iwflab.errors import NotFound, RequestReused, StoreError
from iwflab.store import schema
from iwflab.store.act import Act
from iwflab.store.chain import entry_row, trail_end
from iwflab.store.engines import FAULTS, place_of, sqlite_engine, store_error
from iwflab.store.migrate import current_revision, must_be_current, upgrade
from iwflab.store.plain import BEGUN, Plain
from iwflab.store.postgres import must_be_of, postgres_engine
from iwflab.store.quick import asked, write
from iwflab.store.turns import turn_of
from iwflab.store.values import as_stored


def _emptied(file: Path) -> StoreError:
    return StoreError(
        f"{file.name} is empty: it held the rows of this lab",
        advice="no lab is begun in its place; bring a backup back: iwflab restore",
    )


def _lost(what: str) -> StoreError:
    return StoreError(what, advice="nothing was written by this act; try it again")


def now_us() -> int:
    """Give the time in UTC microseconds."""
    return time.time_ns() // 1000


class Store:
    """The database of one lab."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], int] = now_us) -> None:
        """Take an engine whose schema is current; see :meth:`open`."""
        self.engine = engine
        self._is_shared = engine.dialect.name == "postgresql"
        kind = "writes" if self._is_shared else BEGUN
        self._writer = engine.execution_options(**{kind: True})
        self.clock = clock
        self.schema = current_revision(engine)
        self._turn = turn_of(place_of(engine.url))
        # .act: the connection of the act under way; .lent: one that an act may take up
        self._here = threading.local()

    @classmethod
    def open(
        cls, file: Path, *, create: bool = False, clock: Callable[[], int] = now_us
    ) -> "Store":
        """Open the store of a lab folder; migrate it, with a backup before.

        Raises :class:`~iwflab.errors.NotFound` where there is none, and
        :class:`~iwflab.errors.StoreError` where a newer release wrote it.
        """
        if not create and not file.exists():
            raise NotFound(
                f"no lab here: {file.name} is missing",
                advice="make one with: iwflab init --lab FOLDER",
            )
        if not create and file.stat().st_size == 0:
            raise _emptied(file)
        engine = sqlite_engine(file)

        def check() -> None:
            if not create and not current_revision(engine):
                raise _emptied(file)
            upgrade(engine, file)

        return cls._made(engine, clock, check)

    @classmethod
    def connect(
        cls, url: str, lab: str, *, clock: Callable[[], int] = now_us
    ) -> "Store":
        """Open the shared store of a lab, in the role of the application.

        Raises :class:`~iwflab.errors.StoreError` where it cannot be reached, is of
        another lab, or has the tables of another release.
        """
        engine = postgres_engine(url)

        def check() -> None:
            must_be_of(engine, lab)
            must_be_current(engine)

        return cls._made(engine, clock, check)

    @classmethod
    def _made(
        cls, engine: sa.Engine, clock: Callable[[], int], first: Callable[[], object]
    ) -> "Store":
        try:
            first()
            return cls(engine, clock)
        except FAULTS as fault:
            engine.dispose()
            raise store_error(fault) from fault
        except BaseException:
            engine.dispose()
            raise

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def act(
        self, verb: str, subject: str, *, analyst: str, request: str | None = None
    ) -> Iterator[Act]:
        """Write under one entry of the audit trail.

        Parameters: what is done (``verb``), to what (``subject``, an id), by whom,
        and the ``request`` id that the caller chose once and sends again on a retry.
        What is read in the block, on the same thread, is read in the same
        transaction: what was checked still holds when the act commits.

        An act that wrote nothing leaves no entry.  Raises
        :class:`~iwflab.errors.RequestReused` when the id came for another act.
        """
        request = request or secrets.token_hex(16)
        named = {"verb": verb, "subject": subject, "analyst": analyst}
        named = as_stored(schema.audit_entry, {**named, "request": request})
        with self._writing() as connection:
            last, earlier = trail_end(connection, named["request"])
            if earlier is not None:
                same = (earlier["verb"], earlier["subject"], earlier["analyst"])
                if same != (named["verb"], named["subject"], named["analyst"]):
                    raise RequestReused(
                        "this request id belongs to another act",
                        advice="send every new act with a new request id",
                    )
                yield Act(connection, earlier["earlier"], rows_from(earlier["rows"]))
                return
            act = Act(connection, last[0] + 1)
            yield act
            if act.rows:
                # SQLite ends a transaction by itself where the disk is full.
                if not self._is_shared and not connection.connection.in_transaction:
                    raise _lost("the database took the act back")
                self._enter(connection, act, last, named)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Read one consistent state; inside an act, the one that the act sees."""
        under_way: sa.Connection | None = getattr(self._here, "act", None)
        under_way = under_way or getattr(self._here, "moment", None)
        try:
            if under_way is not None:
                yield under_way
                return
            with self.engine.connect() as connection, connection.begin():
                yield connection
        except FAULTS as fault:
            raise store_error(fault) from fault

    @property
    def in_act(self) -> bool:
        """Tell whether this thread is inside an act: it reads what is not committed."""
        return getattr(self._here, "act", None) is not None

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Let everything that is read in a block, on this thread, be of one state."""
        if getattr(self._here, "moment", None) is not None:
            yield
            return
        with self.read() as connection:
            self._here.moment = connection
            try:
                yield
            finally:
                self._here.moment = None

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Let what is asked in a block, and its one act, be one transaction.

        The turn to write is taken first: what was answered still holds when the act
        commits, at the end of the block, and a person waits for one commit only.
        """
        with self._writing() as connection:
            self._here.lent, self._here.failed = connection, False
            try:
                yield
            finally:
                self._here.lent = None
            if self._here.failed:  # and somebody has caught that
                raise _lost("an act of this transaction failed")

    @contextmanager
    def leasing(self) -> Iterator[tuple[sa.Connection, bool]]:
        """Read rows that one means to take; tell whether they can be locked.

        SQLite locks no rows: there, whoever takes looks again in the act that enters
        the choice (and does so here as well).
        """
        try:
            with (
                self.engine.connect().execution_options(leases=True) as connection,
                connection.begin(),
            ):
                yield connection, self._is_shared
        except FAULTS as fault:
            raise store_error(fault) from fault

    def rows(self, query: sa.Executable, **values: Any) -> list[dict[str, Any]]:
        """Run one query and give its rows as plain mappings."""
        with self.read() as connection:
            found = connection.execute(query, values).mappings().all()
        return [dict(row) for row in found]

    def quick_rows(self, text: str, **values: Any) -> list[dict[str, Any]]:
        """Run one small query that people wait for, as :meth:`rows` does."""
        with self.read() as connection:
            return asked(connection, text, values)

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        lent: sa.Connection | None = getattr(self._here, "lent", None)
        if lent is not None:
            self._here.lent = None  # for one act, and none inside it
            try:
                yield lent
            except BaseException as fault:
                self._here.failed = True
                if isinstance(fault, FAULTS):
                    raise store_error(fault) from fault
                raise
            return
        try:
            with self._turn.taken(), self._write() as connection:
                self._here.act = connection
                try:
                    yield connection
                finally:
                    self._here.act = None
        except FAULTS as fault:
            raise store_error(fault) from fault

    def _write(self) -> AbstractContextManager[Any]:
        return self._writer.begin() if self._is_shared else Plain(self._writer)

    def _enter(
        self,
        connection: sa.Connection,
        act: Act,
        last: tuple[int, str],
        named: Mapping[str, Any],
    ) -> None:
        entry = Entry(
            number=act.number,
            at_us=int(self.clock()),
            analyst=named["analyst"],
            verb=named["verb"],
            subject=named["subject"],
            request=named["request"],
            schema=self.schema,
            rows=tuple(act.rows),
            previous=last[1],
        )
        write(connection, schema.audit_entry, entry_row(entry, entry_digest(entry)))

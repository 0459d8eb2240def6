"""Power cuts: a disk that forgets, at random, what was not yet synced.

An apsw VFS passes every write on to a real file and remembers what stood there at the
last sync.  When the power "goes", every later call fails; then a random half of the
512-byte sectors that were not synced are put back as they were, so that writes are
lost, kept, torn and out of order.  Not simulated: lost names in a folder, and disks
that lie about a sync.
"""

import contextlib
from pathlib import Path

import apsw
import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from iwflab.store.engines import _settled

SECTOR = 512


class Disk(apsw.VFS):
    """A file system whose power can be cut after so many writes and syncs."""

    def __init__(self, name, cut_after):
        self.name, self.left, self.dead = name, cut_after, False
        self.unsynced = {}  # file name -> sector -> what stood there, None past the end
        super().__init__(name, base="")

    def xOpen(self, name, flags):  # noqa: N802 - SQLite's own name
        return File(self, name, flags)

    def xDelete(self, name, sync_folder):  # noqa: N802
        if self.dead:
            raise apsw.IOError("the power is gone")
        super().xDelete(name, sync_folder)

    def spend(self):
        if not self.dead:
            self.left -= 1
        if self.left <= 0:
            self.dead = True
        if self.dead:
            raise apsw.IOError("the power is gone")

    def forget(self, chance):
        """Put back a random half of what was not synced."""
        for name, sectors in self.unsynced.items():
            with Path(name).open("r+b") as file:
                for number, before in sorted(sectors.items(), reverse=True):
                    if chance.random() < 0.5:
                        put_back(file, number, before)


def put_back(file, number, before):
    start = number * SECTOR
    if before is None:
        end = file.seek(0, 2)
        if end <= start + SECTOR:
            file.truncate(min(end, start))
            return
    file.seek(start)
    file.write(bytes(SECTOR) if before is None else before)


class File(apsw.VFSFile):
    def __init__(self, disk, name, flags):
        self.disk = disk
        self.path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self.unsynced = disk.unsynced.setdefault(self.path, {}) if self.path else {}
        super().__init__("", name, flags)

    def xWrite(self, data, offset):  # noqa: N802
        self.disk.spend()
        size = super().xFileSize()
        first, last = offset // SECTOR, (offset + len(data) - 1) // SECTOR
        for number in range(first, last + 1):
            if number not in self.unsynced:
                self.unsynced[number] = self._stood(number, size)
        super().xWrite(data, offset)

    def _stood(self, number, size):
        start = number * SECTOR
        if start >= size:
            return None
        return bytes(super().xRead(min(SECTOR, size - start), start))

    def xSync(self, flags):  # noqa: N802
        self.disk.spend()
        super().xSync(flags)
        self.unsynced.clear()

    def xTruncate(self, size):  # noqa: N802
        self.disk.spend()
        super().xTruncate(size)


# -- apsw as the driver of SQLAlchemy --------------------------------------------------


class Error(Exception):
    pass


class Cursor:
    arraysize, rowcount, lastrowid = 1, -1, None

    def __init__(self, connection):
        self.cursor, self.description = connection.cursor(), None

    def execute(self, statement, values=()):
        try:
            found = self.cursor.execute(statement, values)
            self.description = found.get_description() if _reads(found) else None
            self.rows = iter(list(found)) if self.description else iter(())
        except apsw.ExecutionCompleteError:
            self.description, self.rows = None, iter(())
        except apsw.Error as fault:
            raise Error(str(fault)) from fault
        return self

    def executemany(self, statement, many):
        for values in many:
            self.execute(statement, values)

    def fetchone(self):
        return next(self.rows, None)

    def fetchall(self):
        return list(self.rows)

    def fetchmany(self, size=1):
        return [row for _, row in zip(range(size), self.rows, strict=False)]

    def close(self):
        self.cursor.close(force=True)


def _reads(found):
    try:
        return bool(found.get_description())
    except apsw.ExecutionCompleteError:
        return False


class Connection:
    isolation_level = None

    def __init__(self, file, vfs):
        self.connection = apsw.Connection(str(file), vfs=vfs)

    def cursor(self):
        return Cursor(self.connection)

    def execute(self, statement, values=()):
        return self.cursor().execute(statement, values)

    def create_function(self, *_args, **_more):
        """SQLAlchemy brings REGEXP; the lab does not use it."""

    @property
    def in_transaction(self):
        return self.connection.in_transaction

    def commit(self):
        if self.in_transaction:
            self.execute("COMMIT")

    def rollback(self):
        if self.in_transaction:
            self.execute("ROLLBACK")

    def close(self):
        with contextlib.suppress(apsw.Error):  # the power is gone
            self.connection.close(force=True)


class Driver:
    """What SQLAlchemy asks of a driver's module."""

    Error = DatabaseError = OperationalError = IntegrityError = Error
    InterfaceError = InternalError = ProgrammingError = NotSupportedError = Error
    DataError = Error
    paramstyle, threadsafety, apilevel = "qmark", 1, "2.0"
    sqlite_version = apsw.sqlite_lib_version()
    sqlite_version_info = tuple(map(int, sqlite_version.split(".")))
    PARSE_DECLTYPES = PARSE_COLNAMES = 0
    Binary = bytes


def engine_on(disk, file):
    made = sa.create_engine(
        "sqlite://",
        module=Driver,
        creator=lambda: Connection(file, disk.name),
        poolclass=StaticPool,
    )
    return _settled(made)

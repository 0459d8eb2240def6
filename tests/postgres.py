"""A PostgreSQL of the test's own: started from the machine's packages, in a folder.

It listens on a socket in that folder only.  PostgreSQL refuses to run as root, so
root's tests run it as ``nobody``.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

import sqlalchemy as sa

from iwflab.store.postgres import plain_url
from iwflab.store.shared import founded

OWNER, APPLICATION = "lab_owner", "lab_app"
INITDB = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]


def binaries():
    """Where Debian keeps initdb and postgres: not on the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest_skip()
    return found[-1].parent


def pytest_skip():
    import pytest

    pytest.skip("PostgreSQL is not installed")


class Server:
    """One cluster: databases are made in it, and it is killed and started again."""

    def __init__(self, folder):
        self.bin, self.folder = binaries(), folder
        self.data, self.socket = folder / "data", folder / "s"
        self.patterns = {}  # by lab: a database that holds it, empty, to be copied
        self.who = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        folder.mkdir(parents=True, exist_ok=True)
        self._own(folder)
        self._new_socket()
        initdb = [self.bin / "initdb", "-D", self.data, "-U", "postgres", *INITDB]
        subprocess.run(initdb, check=True, capture_output=True, **self._as())

    def _as(self):
        who = {"user": self.who.pw_uid, "group": self.who.pw_gid} if self.who else {}
        return {"cwd": "/", **who}

    def _own(self, place):
        if self.who:
            os.chown(place, self.who.pw_uid, self.who.pw_gid)

    def _new_socket(self):
        """What a killed server left of its socket would refuse the next one."""
        shutil.rmtree(self.socket, ignore_errors=True)
        self.socket.mkdir()
        self._own(self.socket)

    def start(self):
        settings = ["listen_addresses=", "max_connections=100", "logging_collector=off"]
        more = [part for setting in settings for part in ("-c", setting)]
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [self.bin / "postgres", "-D", self.data, "-k", self.socket, *more],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **self._as(),
        )
        log.close()
        for _ in range(600):
            try:
                with self.connected("postgres", "postgres"):
                    return self
            except sa.exc.OperationalError:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(0.05)
                    break
        raise RuntimeError((self.folder / "log").read_text()[-2000:])

    def stop(self):
        self.process.send_signal(
            signal.SIGQUIT
        )  # no last checkpoint: it is thrown away
        self.process.wait(30)

    def kill(self):
        """End every process of the server at once, as a power cut would."""
        workers = children(self.process.pid)
        self.process.kill()
        for process in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait(30)
        self._new_socket()

    def url(self, role, database):
        return f"postgresql://{role}@/{database}?host={self.socket}"

    def roles(self):
        with self.connected("postgres", "postgres") as connection:
            connection.exec_driver_sql(f"CREATE ROLE {OWNER} LOGIN")
            connection.exec_driver_sql(f"CREATE ROLE {APPLICATION} LOGIN")

    def database(self):
        """Give an empty database: the owner's address and the application's."""
        return self._addresses(self._made())

    def lab(self, lab):
        """Give a database with an empty lab, as :meth:`database` does; to be dropped.

        It is founded once and copied: its migrations take half a second.
        """
        if lab not in self.patterns:
            self.patterns[lab] = self._made()
            with founded(*self._addresses(self.patterns[lab]), lab):
                pass
        return self._addresses(self._made(f"TEMPLATE {self.patterns[lab]}"))

    def drop(self, address):
        name = plain_url(address).database
        with self.connected("postgres", "postgres") as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")

    def _made(self, how=""):
        name = f"lab_{secrets.token_hex(4)}"
        with self.connected("postgres", "postgres") as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} OWNER {OWNER} {how}")
        return name

    def _addresses(self, name):
        return self.url(OWNER, name), self.url(APPLICATION, name)

    def connected(self, role, database):
        return raw(self.url(role, database))


class raw:  # noqa: N801 - reads as a verb
    """A connection of nobody's: each statement commits at once."""

    def __init__(self, url):
        self.engine = sa.create_engine(plain_url(url), isolation_level="AUTOCOMMIT")

    def __enter__(self):
        self.connection = self.engine.connect()
        return self.connection

    def __exit__(self, *_):
        self.connection.close()
        self.engine.dispose()


def children(parent):
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            after = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(after[1]) == parent:
            found.append(int(status.parent.name))
    return found

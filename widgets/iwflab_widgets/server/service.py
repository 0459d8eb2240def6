"""What all routes share: the lab, its seats, the grants, the jobs, the threads."""

import asyncio
import functools
import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

from iwflab.domain.roles import Need
from iwflab.lab import Lab
from iwflab_widgets.server.attempts import Attempts
from iwflab_widgets.server.grants import Grants
from iwflab_widgets.server.jobs import Jobs
from iwflab_widgets.server.places import Incoming, private_folder
from iwflab_widgets.server.renditions import Renditions
from iwflab_widgets.server.sessions import Sessions

LOG = logging.getLogger("iwflab.server")
Result = TypeVar("Result")


class _Door(Protocol):
    @property
    def needs(self) -> Need | None: ...


Door = TypeVar("Door", bound=_Door)
THREADS = 4  # store calls at once; the event loop itself never waits for the disk
ACCOUNTS_SECONDS = 5.0  # how long a login may outlive its password; roles: not at all


class Service:
    """One open lab behind the routes of one server."""

    def __init__(self, lab: Lab, *, only_analyst: str = "") -> None:
        """Serve ``lab``; ``only_analyst`` names the one person of a private server."""
        self.lab = lab
        self.only_analyst = only_analyst
        self.server_id = secrets.token_hex(8)
        self.folder = private_folder(Path(lab.folder) / "server")
        self.incoming = Incoming(Path(lab.folder))
        self.sessions = Sessions(self.folder)
        self.attempts = Attempts()
        self.grants = Grants()
        self.jobs = Jobs()
        self.renditions = Renditions()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="store")
        # argon2 is meant to be slow: alone in its thread it cannot starve the store
        self._password_pool = ThreadPoolExecutor(1, thread_name_prefix="password")
        self._warm: Future[None] | None = None
        self._seats: dict[str, Lab] = {}
        self._seats_lock = threading.Lock()
        self._logins: tuple[float, dict[str, str]] = (float("-inf"), {})

    def seat(self, analyst: str) -> Lab:
        """Return the lab as this person sees it."""
        with self._seats_lock:
            if analyst not in self._seats:
                self._seats[analyst] = self.lab.seat(analyst)
            return self._seats[analyst]

    async def run(
        self, call: Callable[..., Result], *args: Any, **kwargs: Any
    ) -> Result:
        """Run a call of the lab in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._pool, functools.partial(call, *args, **kwargs)
        )

    def warm_up(self) -> "Future[None]":
        """Begin to load what finds stacks, once; in a thread that holds up no end."""
        with self._seats_lock:
            if self._warm is None:
                self._warm = Future()
                told = (self._warm, self.lab)
                threading.Thread(target=_warm, args=told, daemon=True).start()
            return self._warm

    async def warmed(self) -> None:
        """Wait until it is loaded; no thread of the store waits with it."""
        await asyncio.shield(asyncio.wrap_future(self.warm_up()))

    async def check_password(self, name: str, password: str) -> bool:
        """Ask the lab; it takes as long for an unknown name as for a known one."""
        loop = asyncio.get_running_loop()
        return bool(
            await loop.run_in_executor(
                self._password_pool, self.lab.account_check, name, password
            )
        )

    async def login_of(self, name: str, *, fresh: bool = False) -> str:
        """Give the mark of the account's password, or "": it cannot log in."""
        read, logins = self._logins
        if fresh or time.monotonic() - read > ACCOUNTS_SECONDS:
            logins = await self.run(self.lab.logins)
            self._logins = (time.monotonic(), logins)
        return logins.get(name, "")

    async def stands(self, name: str, login: str) -> bool:
        """Say whether a login still stands: the account is open, its password the same.

        A cookie may outlive both.
        """
        return bool(login) and login == await self.login_of(name)

    async def doors_for(self, analyst: str, doors: Sequence[Door]) -> list[Door]:
        """Give the doors that this person may open; one without a need stays shut."""

        def open_ones() -> list[Door]:
            seat = self.seat(analyst)
            return [one for one in doors if one.needs and seat.may(one.needs)]

        return await self.run(open_ones)

    def close(self) -> None:
        """Stop the threads; a running intake ends at its next medium."""
        self.jobs.close()
        self.renditions.close()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._password_pool.shutdown(wait=False, cancel_futures=True)
        self.incoming.close()


def _warm(told: "Future[None]", lab: Lab) -> None:
    """Load it; what fails here is said by the first call that needs it."""
    try:
        lab.warm_up()
    except Exception:  # whatever it is, nobody may wait for it for ever
        LOG.exception("what finds stacks could not be loaded ahead of need")
    told.set_result(None)

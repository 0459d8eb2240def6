"""Which logins were ended before their cookie ran out, kept across restarts."""

import os
import secrets
import threading
import time
from pathlib import Path

SESSION_SECONDS = 12 * 3600  # one shift; after it, the person logs in again


class Sessions:
    """A signed cookie is good until its time is up, unless its session is here."""

    def __init__(self, folder: Path) -> None:
        """Read the ended sessions that a cookie could still name."""
        self._path = folder / "ended_sessions"
        self._lock = threading.Lock()
        self._ended = self._read()
        self._write_all()

    @staticmethod
    def new() -> str:
        """Name a new session."""
        return secrets.token_urlsafe(18)

    def end(self, session: str) -> None:
        """End a session for good: the line is on disk before the answer goes out."""
        until = time.time() + SESSION_SECONDS
        with self._lock:
            self._ended[session] = until
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, f"{until:.0f} {session}\n".encode())
                os.fsync(handle)
            finally:
                os.close(handle)

    def is_ended(self, session: str) -> bool:
        """Say whether this session was logged out."""
        return session in self._ended

    def _read(self) -> dict[str, float]:
        if not self._path.exists():
            return {}
        ended, now = {}, time.time()
        for line in self._path.read_text("ascii").splitlines():
            until, _, session = line.partition(" ")
            if session and until.isdigit() and float(until) > now:
                ended[session] = float(until)
        return ended

    def _write_all(self) -> None:
        draft = self._path.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(
            "".join(f"{until:.0f} {name}\n" for name, until in self._ended.items()),
            "ascii",
        )
        draft.replace(self._path)

"""Named accounts of the apps: who may log in; passwords are kept as argon2id only."""

import re
from functools import cache

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from iwflab.errors import BadInput, NotFound
from iwflab.store import Store

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_LEAST = 10  # characters of a password; length beats rules (NIST SP 800-63B 3.1.1)


@cache
def _nobody() -> str:
    """Make the secret that is checked for unknown names: the time must not tell."""
    return PasswordHasher().hash("nobody has this account")


def add(store: Store, name: str, password: str, *, analyst: str) -> None:
    """Add an account, or give an existing one a new password."""
    if not _NAME.fullmatch(name):
        raise BadInput(
            f"an account cannot be called {name!r}",
            advice="2 to 32 lower-case letters, digits, dot, dash, underscore",
        )
    if len(password) < _LEAST:
        raise BadInput(
            "the password is too short", advice=f"use at least {_LEAST} characters"
        )
    _enter(store, name, PasswordHasher().hash(password), 1, analyst)


def disable(store: Store, name: str, *, analyst: str) -> None:
    """Close an account; what it did stays."""
    if name not in names(store):
        raise NotFound(f"no account is called {name!r}", advice="see: iwflab account")
    _enter(store, name, "", 0, analyst)


def _enter(store: Store, name: str, secret: str, active: int, analyst: str) -> None:
    verb = "open account" if active else "close account"
    with store.act(verb, name, analyst=analyst) as act:
        act.insert("account", name=name, secret=secret, active=active)


def check(store: Store, name: str, password: str) -> bool:
    """Tell whether name and password belong together; as slow for unknown names."""
    known = _current(store).get(name)
    try:
        right = PasswordHasher().verify(known or _nobody(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return right and known is not None


def names(store: Store) -> list[str]:
    """Give the names of the open accounts."""
    return sorted(_current(store))


def _current(store: Store) -> dict[str, str]:
    rows = store.rows(
        sa.text("SELECT name, secret, active FROM account ORDER BY entry")
    )
    newest = {row["name"]: row for row in rows}
    return {name: row["secret"] for name, row in newest.items() if row["active"]}

"""Accounts: who may do what, and who may log in to the apps.

An account has a name and roles; with a password (kept as argon2id only) it can also
log in to the apps.  Without one it stands for the operating-system user of that name.
"""

import json
import re
from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from iwflab.domain.roles import Role, roles_from
from iwflab.errors import BadInput, NotAllowed, NotFound
from iwflab.store import Act, Store

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_LEAST = 10  # characters of a password; length beats rules (NIST SP 800-63B 3.1.1)

# Whoever makes a lab can use it at once; what separates two people still needs two.
FOUNDER = (Role.ADMINISTRATOR, Role.SENIOR_ANALYST, Role.QA_OFFICER)
# What an account could do before there were roles: everything but managing accounts.
BEFORE_ROLES = (Role.ASSESSOR, Role.SENIOR_ANALYST, Role.QA_OFFICER)
# Asked before every act: one question, and a statement that is kept.
_ROLES = """
  SELECT (SELECT active FROM account WHERE name = :name
          ORDER BY entry DESC LIMIT 1) AS active,
         (SELECT roles FROM account_role WHERE name = :name
          ORDER BY entry DESC LIMIT 1) AS roles
"""


@cache
def _nobody() -> str:
    """Make the secret that is checked for unknown names: the time must not tell."""
    return PasswordHasher().hash("nobody has this account")


def add(
    store: Store,
    name: str,
    password: str | None,
    roles: Collection[str],
    *,
    analyst: str,
) -> None:
    """Open an account with roles, or give an open one a new password or roles.

    ``password`` None leaves an open account's password as it is, and gives a new one
    none; empty ``roles`` leave those of an open account as they are.
    """
    given = roles_from(roles)
    _check(name, password)
    secret = PasswordHasher().hash(password) if password is not None else ""
    with store.act("open account", name, analyst=analyst) as act:
        known = _current(store).get(name)
        # A closed account that opens again does not bring its old roles back.
        if known is None and not given:
            raise BadInput(
                "an account without a role may do nothing",
                advice=f"name its roles, out of: {', '.join(Role)}",
            )
        if known is None or password is not None:
            act.insert("account", name=name, secret=secret, active=1)
        if given:
            _give(store, act, name, given)


def _check(name: str, password: str | None) -> None:
    if not _NAME.fullmatch(name):
        raise BadInput(
            f"an account cannot be called {name!r}",
            advice="2 to 32 lower-case letters, digits, dot, dash, underscore",
        )
    if password is not None and len(password) < _LEAST:
        raise BadInput(
            "the password is too short", advice=f"use at least {_LEAST} characters"
        )


def give_roles(
    store: Store, name: str, roles: Collection[str], *, analyst: str
) -> None:
    """Give an open account these roles, in the place of those that it had."""
    given = roles_from(roles)
    if not given:
        raise BadInput(
            "no role was named", advice="to take every role away, disable the account"
        )
    with store.act("give roles", name, analyst=analyst) as act:
        _must_be_open(store, name)
        _give(store, act, name, given)


def disable(store: Store, name: str, *, analyst: str) -> None:
    """Close an account; what it did stays."""
    with store.act("close account", name, analyst=analyst) as act:
        _must_be_open(store, name)
        _must_leave_an_administrator(store, name, frozenset())
        act.insert("account", name=name, secret="", active=0)


def _give(store: Store, act: Act, name: str, roles: frozenset[Role]) -> None:
    _must_leave_an_administrator(store, name, roles)
    act.insert("account_role", name=name, roles=json.dumps(sorted(roles)))


def _must_be_open(store: Store, name: str) -> None:
    if name not in _current(store):
        raise NotFound(
            f"no open account is called {name!r}", advice="see: iwflab account show"
        )


def _must_leave_an_administrator(
    store: Store, name: str, roles: frozenset[Role]
) -> None:
    held = {one: _roles(store).get(one, frozenset()) for one in _current(store)}
    had = Role.ADMINISTRATOR in held.get(name, ())
    left = [n for n, r in {**held, name: roles}.items() if Role.ADMINISTRATOR in r]
    if had and not left:
        raise NotAllowed(
            f"{name!r} is the last administrator",
            advice="make another account an administrator first (iwflab account role)",
        )


def found(store: Store, founder: str) -> None:
    """Give who makes a lab the roles that it needs to be used at once; only once."""
    with store.act("found", founder, analyst=founder) as act:
        if not is_unfounded(store):  # another process was quicker
            return
        act.insert("account", name=founder, secret="", active=1)
        act.insert("account_role", name=founder, roles=json.dumps(sorted(FOUNDER)))


def is_unfounded(store: Store) -> bool:
    """Tell whether nothing was ever done in the lab, not even its founding.

    So is one whose making was killed, or that was made before roles and never used.
    """
    query = (
        "SELECT 1 AS new WHERE NOT EXISTS (SELECT 1 FROM audit_entry)"
        " AND NOT EXISTS (SELECT 1 FROM account_role)"
    )
    return bool(store.rows(sa.text(query)))


def is_older_than_roles(store: Store) -> bool:
    """Tell whether the lab was used before there were roles, and has none yet."""
    query = (
        "SELECT 1 AS used WHERE EXISTS (SELECT 1 FROM audit_entry)"
        " AND NOT EXISTS (SELECT 1 FROM account_role)"
    )
    return bool(store.rows(sa.text(query)))


def carry_over(store: Store, founder: str) -> None:
    """Let the accounts of a lab made before roles keep what they could do."""
    with store.act("give roles", "all", analyst=founder) as act:
        if not is_older_than_roles(store):  # another process was quicker
            return
        known = _current(store)
        if founder not in known:
            act.insert("account", name=founder, secret="", active=1)
        for name in sorted({*known, founder}):
            given = {*BEFORE_ROLES, *(FOUNDER if name == founder else ())}
            act.insert("account_role", name=name, roles=json.dumps(sorted(given)))


def roles_of(store: Store, name: str) -> frozenset[Role]:
    """Give the roles of an account; none for an unknown or a closed one."""
    (row,) = store.quick_rows(_ROLES, name=name)
    return _roles_in(row["roles"]) if row["active"] == 1 else frozenset()


@lru_cache(maxsize=1_000)  # one text, one meaning: every act asks for the same few
def _roles_in(text: str | None) -> frozenset[Role]:
    return roles_from(json.loads(text)) if text else frozenset()


def check(store: Store, name: str, password: str) -> bool:
    """Tell whether name and password belong together; as slow for unknown names."""
    secret = _current(store).get(name, {}).get("secret", "")
    try:
        right = PasswordHasher().verify(secret or _nobody(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return right and bool(secret)


def logins(store: Store) -> dict[str, str]:
    """Give the accounts that can log in, each with the id of its password's row.

    A login holds that id: it ends when the password changes or the account closes.
    """
    return {
        name: str(row["id"]) for name, row in _current(store).items() if row["secret"]
    }


def people(store: Store) -> list[dict[str, Any]]:
    """Give every account: its roles, whether it is open and can log in."""
    roles = _roles(store)
    return [
        {
            "name": name,
            "roles": sorted(roles.get(name, ())) if row["active"] else [],
            "open": bool(row["active"]),
            "password": bool(row["secret"]),
        }
        for name, row in sorted(_newest(store).items())
    ]


def history(store: Store) -> list[dict[str, Any]]:
    """Give every opening and closing of an account, the oldest first.

    ``entry`` is its number in the trail; ``password`` tells whether it came with one.
    """
    query = "SELECT entry, name, active, secret FROM account ORDER BY entry, name"
    return [
        {
            **{name: row[name] for name in ("entry", "name")},
            "open": bool(row["active"]),
            "password": bool(row["secret"]),
        }
        for row in store.rows(sa.text(query))
    ]


def _current(store: Store) -> dict[str, Mapping[str, Any]]:
    return {name: row for name, row in _newest(store).items() if row["active"]}


def _newest(store: Store) -> dict[str, Mapping[str, Any]]:
    query = "SELECT id, name, secret, active FROM account ORDER BY entry"
    return {row["name"]: row for row in store.rows(sa.text(query))}


def _roles(store: Store) -> dict[str, frozenset[Role]]:
    rows = store.rows(sa.text("SELECT name, roles FROM account_role ORDER BY entry"))
    return {row["name"]: roles_from(json.loads(row["roles"])) for row in rows}

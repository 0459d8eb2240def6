"""Accounts of the lab, as methods: who may log in, who may do what."""

import pwd
from collections.abc import Sequence
from typing import Any

from iwflab.errors import BadInput
from iwflab.lab.matrix import free, needs
from iwflab.lab.seat import Seat
from iwflab.workflow import accounts

_BEFORE_LOGIN = "the server asks it before it knows who is there; it tells no content"


class People(Seat):
    """Accounts and their roles."""

    @needs("manage_users")
    def account_add(
        self,
        name: str,
        password: str | None = None,
        *,
        roles: Sequence[str] = (),
        os_user: bool = False,
    ) -> None:
        """Open an account, or give an open one a new password or new roles.

        Without a password it cannot log in to the apps.  ``os_user`` says that the
        operating-system user of that name is meant, who acts under it on the command
        line; where there is such a user and it is not said, the name is refused.
        """
        known = {one["name"] for one in accounts.people(self._store) if one["open"]}
        if not os_user and name not in known and _is_os_user(name):
            raise BadInput(
                f"the operating system has a user {name!r}, who would act under this "
                "account on the command line",
                advice="give --os-user if that person is meant; else another name",
            )
        accounts.add(self._store, name, password, roles, analyst=self.analyst)

    @needs("manage_users")
    def account_role(self, name: str, roles: Sequence[str]) -> None:
        """Give an open account these roles, in the place of those that it had."""
        accounts.give_roles(self._store, name, roles, analyst=self.analyst)

    @needs("manage_users")
    def account_disable(self, name: str) -> None:
        """Close an account; its logins end, what it did stays."""
        accounts.disable(self._store, name, analyst=self.analyst)

    @needs("manage_users")
    def accounts(self) -> list[dict[str, Any]]:
        """Give every account: roles, whether it is open, whether it can log in."""
        return accounts.people(self._store)

    @needs("manage_users")
    def account_history(self) -> list[dict[str, Any]]:
        """Give every opening and closing of an account, the oldest first."""
        return accounts.history(self._store)

    @free(_BEFORE_LOGIN)
    def account_check(self, name: str, password: str) -> bool:
        """Tell whether name and password belong together."""
        return accounts.check(self._store, name, password)

    @free(_BEFORE_LOGIN)
    def logins(self) -> dict[str, str]:
        """Give the accounts that can log in, each with a mark that a login holds.

        The mark changes with the password; a closed account has none.
        """
        return accounts.logins(self._store)


def _is_os_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True

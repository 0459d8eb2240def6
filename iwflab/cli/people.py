"""Commands of people: accounts, their roles, and who did what."""

import click

from iwflab.cli.printing import json_option, lab_option, open_lab, say, table
from iwflab.domain.roles import Role

_role = click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="A role; give it several times for several roles.",
)


@click.group()
def account() -> None:
    """Open and close accounts, and give them roles."""


@account.command("add")
@click.argument("name")
@_role
@click.option("--password", help="For the apps; asked for when not given.")
@click.option("--no-password", is_flag=True, help="Only for the command line.")
@click.option("--os-user", is_flag=True, help="The operating-system user is meant.")
@lab_option
def account_add(
    name: str,
    roles: tuple[str, ...],
    folder: str,
    *,
    password: str | None,
    no_password: bool,
    os_user: bool,
) -> None:
    """Open an account, or give an open one a new password or roles."""
    with open_lab(folder) as lab:
        lab.accounts()  # refused before anybody types a password for nothing
        if password is None and not no_password:
            password = click.prompt(
                "Password", hide_input=True, confirmation_prompt=True
            )
        lab.account_add(name, password, roles=roles, os_user=os_user)
    click.echo(f"{name} can log in" if password else f"{name} has an account")


@account.command("role")
@click.argument("name")
@_role
@lab_option
def account_role(name: str, roles: tuple[str, ...], folder: str) -> None:
    """Give an open account these roles, in the place of those that it had."""
    with open_lab(folder) as lab:
        lab.account_role(name, roles)
    click.echo(f"{name} is: {', '.join(Role(role).words for role in roles)}")


@account.command("disable")
@click.argument("name")
@lab_option
def account_disable(name: str, folder: str) -> None:
    """Close an account; its logins end, what it did stays."""
    with open_lab(folder) as lab:
        lab.account_disable(name)
    click.echo(f"{name} may no longer do anything")


@account.command("show")
@lab_option
@json_option
def account_show(folder: str, *, as_json: bool) -> None:
    """List the accounts with their roles."""
    with open_lab(folder) as lab:
        found = lab.accounts()
    if as_json:
        say(found)
        return
    yes = {True: "yes", False: "no"}
    rows = [
        {
            "name": one["name"],
            "open": yes[one["open"]],
            "apps": yes[one["password"]],
            "roles": ", ".join(Role(role).words for role in one["roles"]),
        }
        for one in found
    ]
    table(rows, ("name", "open", "apps", "roles"))


@click.command()
@click.option(
    "--last",
    default=0,
    type=click.IntRange(min=0),
    help="Only so many of the newest entries.",
)
@lab_option
@json_option
def trail(last: int, folder: str, *, as_json: bool) -> None:
    """Print the audit trail as far as your roles let you: ids, never content."""
    with open_lab(folder) as lab:
        found = lab.trail()
    rows = found.tail(last).to_dict("records") if last else found.to_dict("records")
    if as_json:
        say(rows)
    else:
        table([{str(k): v for k, v in row.items()} for row in rows], found.columns)

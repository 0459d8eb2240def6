"""Commands of the house: init, demo, serve, research, doctor, verify, account."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from iwflab.cli.printing import json_option, lab_option, open_lab, say, table
from iwflab.lab import Lab
from iwflab.lab.seat import operating_system_user

_PORT = click.IntRange(1, 65535)
_MEDIA = click.IntRange(6, 2000)


@click.command()
@lab_option
@click.option("--name", default="iwflab", help="What the desks call this lab.")
@click.option("--head-folder", default="", help="Where signed heads are kept.")
def init(folder: str, **settings: Any) -> None:
    """Make a new, empty lab folder, readable by its owner only."""
    with Lab.create(folder, **settings) as lab:
        click.echo(f"a new lab at {lab.folder}")
        click.echo(f"signed heads of its audit trail: {lab.heads.folder}")


@click.command()
@lab_option
@click.option(
    "--media", default=48, show_default=True, type=_MEDIA, help="Pictures to draw."
)
def demo(folder: str, media: int) -> None:
    """Make a demonstration lab of drawn, benign pictures; no network is used."""
    from iwflab.demo import make

    make(Path(folder), media)
    click.echo(f"a demonstration lab at {Path(folder).absolute()}")


@click.command()
@lab_option
@click.option("--port", default=8866, show_default=True, type=_PORT)
@click.option("--demo", "as_demo", is_flag=True, help="With a demonstration account.")
def serve(folder: str, port: int, as_demo: bool) -> None:
    """Serve the apps to this machine, on 127.0.0.1."""
    with open_lab(folder) as lab:
        if as_demo:
            from iwflab.demo import accounts

            for name, password in accounts(lab):
                click.echo(f"login: {name}   password: {password}", err=True)
        place = str(lab.folder)
    # The same process goes on as the server: a signal reaches it, no orphan stays.
    command = [sys.executable, "-m", "iwflab_widgets.server"]
    sys.stderr.flush()
    os.execv(sys.executable, [*command, "--lab", place, "--port", str(port)])  # noqa: S606 - no shell, no input


@click.command()
@lab_option
@click.option("--port", default=8867, show_default=True, type=_PORT)
@click.option(
    "--notebooks",
    default="~/iwflab-notebooks",
    show_default=True,
    help="Your notebooks; an empty folder gets the worked examples.",
)
@click.option("--allow-root", is_flag=True, help="Run every notebook as root.")
def research(folder: str, port: int, notebooks: str, allow_root: bool) -> None:
    """Serve JupyterLab over the lab to yourself, on 127.0.0.1."""
    who = operating_system_user()
    place = str(Path(folder).expanduser().absolute())
    command = [sys.executable, "-P", "-m", "iwflab_widgets.server.research"]
    told = [place, who, notebooks, str(port), "root" if allow_root else "user"]
    os.execv(sys.executable, [*command, *told])  # noqa: S606 - no shell, no input


@click.command()
@click.option("--strict", is_flag=True, help="Exit 1 unless every layer is active.")
@json_option
def doctor(strict: bool, as_json: bool) -> None:
    """Say which layers of the decoding sandbox are active on this machine."""
    from iwflab.media.sandbox import layers

    found = [
        {"layer": one.name, "active": one.active, "why": one.why} for one in layers()
    ]
    if as_json:
        say(found)
    else:
        table(found, ("layer", "active", "why"))
        click.echo(_where_cores_go(Path("/proc/sys/kernel/core_pattern")))
    if strict and not all(one["active"] for one in found):
        raise click.exceptions.Exit(1)


def _where_cores_go(setting: Path) -> str:
    """Say what this machine does with the memory of a process that dies."""
    told = "core files: servers, kernels and decoders have a limit of 0 bytes"
    # A program behind a pipe is started whatever the limit says (man 5 core).
    if setting.exists() and setting.read_text("utf-8").startswith("|"):
        return f"{told}; but this machine hands dumps to a program, see {setting}"
    return told


@click.command()
@lab_option
@click.option("--read-data", is_flag=True, help="Read and re-hash all evidence.")
@click.option(
    "--head",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Compare with this head, kept elsewhere.",
)
@json_option
def verify(folder: str, read_data: bool, head: Path | None, as_json: bool) -> None:
    """Check the audit trail, every row against it, the signed head, the releases."""
    with open_lab(folder) as lab:
        compared = head is not None or lab.heads.exists()
        found = lab.verify(read_data=read_data, head=head)
    if as_json:
        say([{"entry": one.entry, "problem": one.problem} for one in found])
    else:
        for one in found:
            click.echo(one.problem)
        if not found and compared:
            click.echo("the trail, the rows and the head agree")
        elif not found:
            click.echo("the trail and the rows agree")
            click.echo("no head was compared: the first sign-off signs one")
    if found:
        raise click.exceptions.Exit(1)


@click.group()
def account() -> None:
    """Open and close the accounts of the apps."""


@account.command("add")
@click.argument("name")
@click.password_option(help="Asked for when not given.")
@lab_option
def account_add(name: str, password: str, folder: str) -> None:
    """Open an account, or give it a new password."""
    with open_lab(folder) as lab:
        lab.account_add(name, password)
    click.echo(f"{name} can log in")


@account.command("disable")
@click.argument("name")
@lab_option
def account_disable(name: str, folder: str) -> None:
    """Close an account; what it did stays."""
    with open_lab(folder) as lab:
        lab.account_disable(name)
    click.echo(f"{name} can no longer log in")


@account.command("show")
@lab_option
def account_show(folder: str) -> None:
    """List the open accounts."""
    with open_lab(folder) as lab:
        for name in lab.accounts():
            click.echo(name)

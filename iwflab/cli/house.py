"""Commands of the house: init, demo, serve, research, doctor, verify, backup."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from iwflab.cli.printing import Meter, json_option, lab_option, open_lab, say, table
from iwflab.lab import Lab
from iwflab.lab.seat import operating_system_user
from iwflab.workflow.presenting import keyless_tags

_PORT = click.IntRange(1, 65535)
_MEDIA = click.IntRange(6, 2000)
_COUNTED = click.IntRange(0, 5000)
_database = click.option(
    "--database-url", default="", help="A shared PostgreSQL, as the application."
)
_owner = click.option(
    "--owner-url",
    default="",
    envvar="IWFLAB_OWNER_URL",
    help="The same database as the owner of its tables; kept nowhere.",
)


@click.command()
@lab_option
@click.option("--name", default="iwflab", help="What the desks call this lab.")
@click.option("--head-folder", default="", help="Where signed heads are kept.")
@_database
@_owner
def init(folder: str, **settings: Any) -> None:
    """Make a new, empty lab folder, readable by its owner only."""
    with Lab.create(folder, **settings) as lab:
        click.echo(f"a new lab at {lab.folder}")
        roles = ", ".join(role.words for role in sorted(lab.roles))
        click.echo(f"you, {lab.analyst}, are its {roles}")
        click.echo(f"signed heads of its audit trail: {lab.heads.folder}")


@click.command()
@lab_option
@click.option(
    "--media", default=48, show_default=True, type=_MEDIA, help="Pictures to draw."
)
@click.option(
    "--counted",
    default=300,
    show_default=True,
    type=_COUNTED,
    help="Further media, graded and signed off: something to count.",
)
def demo(folder: str, media: int, counted: int) -> None:
    """Make a demonstration lab of drawn, benign pictures; no network is used."""
    from iwflab.demo import make

    make(Path(folder), media, to_count=counted)
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

            for name, password, role in accounts(lab):
                told = f"login: {name:16} password: {password}   ({role})"
                click.echo(told, err=True)
        place = str(lab.folder)
        _tell_unbound(lab)
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


def _tell_unbound(lab: Lab) -> None:
    """Say which acts of the desks have no key here, for its keys are the lab's own."""
    if lab.settings.unbound:
        acts = ", ".join(lab.settings.unbound)
        told = f"lab.toml leaves these acts without a key, the palette has them: {acts}"
        click.echo(told, err=True)
    for tag, holder in keyless_tags(lab.settings).items():
        told = f"the key of the tag {tag} is that of {holder} here; the palette has it"
        click.echo(told, err=True)


@click.command()
@click.option("--strict", is_flag=True, help="Exit 1 unless every layer is active.")
@click.option(
    "--lab",
    "folder",
    default="",
    type=click.Path(file_okay=False),
    help="Look at the settings of this lab as well.",
)
@json_option
def doctor(strict: bool, folder: str, as_json: bool) -> None:
    """Say which layers of the sandbox are active here, and what cannot be written."""
    from iwflab.media.sandbox import layers
    from iwflab.statistics.reports import unwritable

    found = [
        {"layer": one.name, "active": one.active, "why": one.why} for one in layers()
    ]
    if as_json:
        say(found)
    else:
        table(found, ("layer", "active", "why"))
        click.echo(_where_cores_go(Path("/proc/sys/kernel/core_pattern")))
        lacking = [f"no {form.upper()}: {why}" for form, why in unwritable().items()]
        click.echo(f"reports: {'; '.join(lacking) or 'every form can be written'}")
    if folder:
        with open_lab(folder) as lab:
            _tell_unbound(lab)
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
    """Check the audit trail, every row against it, the signed head, what left."""
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


@click.command()
@click.argument("to", type=click.Path(path_type=Path))
@lab_option
def backup(to: Path, folder: str) -> None:
    """Copy the whole lab into the new folder TO, while people work in it."""
    with open_lab(folder) as lab:
        done = lab.backup(to, progress=Meter("media"))
    click.echo(f"{done.folder}: {done.media} media, up to entry {done.entry}")
    _problems(done.problems)


@click.command()
@click.argument("backup_folder", type=click.Path(exists=True, path_type=Path))
@lab_option
@_database
@_owner
def restore(backup_folder: Path, folder: str, **where: str) -> None:
    """Bring a backup back as a new lab folder, and verify it with all evidence."""
    found = Lab.restore(backup_folder, folder, progress=Meter("media"), **where)
    click.echo(f"{folder}: brought back")
    _problems([one.problem for one in found])
    with open_lab(folder) as lab:
        compared = lab.heads.exists()
    click.echo(_ALL_AGREES if compared else _NO_HEAD)


_ALL_AGREES = "the trail, the rows, the head and all evidence agree"
_NO_HEAD = """the trail, the rows and all evidence agree
no head was compared: none was signed, or the head folder is not here"""


@click.command()
@click.argument("backup_folder", type=click.Path(exists=True, path_type=Path))
def check_backup(backup_folder: Path) -> None:
    """Check a backup where it lies, every file of it; nothing is changed."""
    _problems(Lab.check_backup(backup_folder, progress=Meter("media")))
    click.echo("every file, the trail and the rows of the backup agree")


@click.command()
@lab_option
@_owner
def upgrade(folder: str, owner_url: str) -> None:
    """Bring the tables of a lab up to date; a shared one in the role of its owner."""
    done = Lab.upgrade(folder, owner_url)
    click.echo(f"applied: {', '.join(done)}" if done else "up to date")


def _problems(problems: Sequence[str]) -> None:
    for problem in problems:
        click.echo(problem)
    if problems:
        raise click.exceptions.Exit(1)

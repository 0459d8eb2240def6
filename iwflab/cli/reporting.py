"""Commands of reports: tables to look at, and what leaves as numbers by four eyes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from iwflab.cli.counting import statistic_table
from iwflab.cli.printing import json_option, lab_option, open_lab, say, table
from iwflab.cli.saving import write_new
from iwflab.domain.four_eyes import LEAST
from iwflab.errors import BadInput
from iwflab.lab import Lab

_COLUMNS = ("id", "name", "report", "cut", "state", "items", "asked_by", "digest")


class _Group(click.Group):
    """Commands of reports; without one of them it is ``table``, as it always was."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``table`` before what begins with a statistic or an option of it."""
        asks_for_help = bool(args) and args[0] in ctx.help_option_names
        if args and args[0] not in self.commands and not asks_for_help:
            args = ["table", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Group)
def report() -> None:
    """Print tables; publish reports, each approved by a second person."""


report.add_command(statistic_table)


@report.command("show")
@click.argument("key", required=False)
@click.option(
    "--preview",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the files that would leave into this new folder, to look at them.",
)
@lab_option
@json_option
def show(key: str | None, preview: Path | None, folder: str, *, as_json: bool) -> None:
    """Show the requests, or one of them with its tables, files and digest."""
    if preview and not key:
        raise BadInput("a preview is of one request", advice="give its id")
    with open_lab(folder) as lab:
        rows = [] if key else lab.report_requests()
        asked = lab.report_asked(key) if key else {}
        if preview:
            _preview(lab, asked, preview)
    if as_json:
        say(asked or rows)
    elif asked:
        tell(asked, as_json=False)
        _tell_tables(asked["tables"])
        table([{"file": n, **f} for n, f in asked["files"].items()], _FILE)
    else:
        table([{**row, "digest": row["digest"][:LEAST]} for row in rows], _COLUMNS)


_FILE = ("file", "bytes", "sha256")


def _preview(lab: Lab, asked: Mapping[str, Any], to: Path) -> None:
    try:
        to.mkdir(mode=0o700)
    except OSError as fault:
        raise BadInput(
            f"the preview cannot be written: {fault}",
            advice="name a new folder outside the lab",
        ) from fault
    for name in asked["files"]:
        saved = lab.report_file_name(asked["id"], name)
        write_new(lab, to / saved, lab.report_file(asked["id"], name), "preview")


@report.command("approve")
@click.argument("key")
@click.option("--digest", required=True, help="As shown; at least 12 signs of it.")
@lab_option
@json_option
def approve(key: str, digest: str, folder: str, *, as_json: bool) -> None:
    """Approve another person's request, by the digest that you were shown."""
    with open_lab(folder) as lab:
        tell(lab.report_approve(key, digest=digest), as_json=as_json)


@report.command("refuse")
@click.argument("key")
@click.option("--reason", required=True)
@lab_option
@json_option
def refuse(key: str, reason: str, folder: str, *, as_json: bool) -> None:
    """Refuse another person's request, with a reason."""
    with open_lab(folder) as lab:
        tell(lab.report_refuse(key, reason=reason), as_json=as_json)


@report.command("withdraw")
@click.argument("key")
@lab_option
@json_option
def withdraw(key: str, folder: str, *, as_json: bool) -> None:
    """Withdraw your own request."""
    with open_lab(folder) as lab:
        tell(lab.report_withdraw(key), as_json=as_json)


@report.command("publish")
@click.argument("key")
@lab_option
@json_option
def publish(key: str, folder: str, *, as_json: bool) -> None:
    """Let an approved report leave; it is held against the whole ledger once more."""
    with open_lab(folder) as lab:
        _left([lab.report_publish(key)], as_json=as_json)


@report.command("releases")
@lab_option
@json_option
def releases(folder: str, *, as_json: bool) -> None:
    """List the reports that left, from the ledger; each is checked on the disk."""
    with open_lab(folder) as lab:
        _left(lab.reports(), as_json=as_json)


def tell(asked: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one request and where it stands."""
    if as_json:
        say(dict(asked))
        return
    until = datetime.fromtimestamp(asked["expires_us"] / 1e6, UTC)
    corrects = ", corrects what left before" if asked["revised"] else ""
    click.echo(f"request {asked['id']}: report {asked['name']}: {asked['state']}")
    click.echo(f"  {asked['title']}, up to {asked['cut']}{corrects}")
    click.echo(f"  {asked['items']} tables under {asked['profile']}")
    click.echo(f"  asked by {asked['asked_by']}, until {until:%Y-%m-%d %H:%M} UTC")
    for lacking in asked["lacks"]:
        click.echo(f"  WARNING: {lacking}")
    if asked["answered_by"]:
        click.echo(f"  answered by {asked['answered_by']} {asked['reason']}".rstrip())
    for name, reason in asked["exceptions"].items():
        click.echo(f"  EXCEPTION for {name}: {reason}")
    for why in asked["why"]:
        click.echo(f"  changed since: {why}")
    click.echo(f"  digest {asked['digest']}")


def _tell_tables(tables: Sequence[Mapping[str, Any]]) -> None:
    for one in tables:
        unit = f"{one['unit']}, {one['coverage']}".rstrip(", ")
        click.echo(f"\n{one['name']} ({unit}): {one['outcome']}, {one['reason']}")
        columns = (*one["names"], "shown")
        table([dict(zip(columns, c, strict=True)) for c in one["cells"]], columns)
    click.echo("")


def _left(done: Sequence[Any], *, as_json: bool) -> None:
    if as_json:
        say(list(done))
        return
    for one in done:
        corrects = ", a correction" if one.revised else ""
        click.echo(
            f"{one.name}: {one.report} up to {one.cut}{corrects}, left {one.left_on},"
            f" {len(one.tables)} tables under {one.profile}, in {one.folder}"
        )
        if one.problem:
            click.echo(f"  NOT TO BE TRUSTED: {one.problem}", err=True)
        for each in one.tables:
            if each["exception_asked"]:
                click.echo(f"  exception for {each['name']}: {each['exception_asked']}")

"""Commands of matching: lists, match."""

import json
from pathlib import Path
from typing import Any

import click

from iwflab.cli.printing import (
    Meter,
    counted,
    json_option,
    lab_option,
    open_lab,
    say,
    table,
    warn_of_waiting,
)
from iwflab.exchange import FORMATS
from iwflab.hashing.list_columns import NAMED

_COLUMNS = ("name", "kind", "source", "items", "withdrawn", "ended")
_HITS = (
    *("hit", "medium", "tier", "settles", "answer", "list", "line", "label"),
    *("algorithm", "variant", "distance", "orientation"),
)


@click.group()
def lists() -> None:
    """Hash lists of others: add, show, withdraw."""


@lists.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "form", required=True, help="The form it comes in: csv, ...")
@click.option("--name", required=True, help="What every hit will call it.")
@click.option("--source", required=True, help="Who gave it.")
@click.option(
    "--kind",
    type=click.Choice(("known", "benign")),
    default="known",
    show_default=True,
    help="Known to be blocked, or known to be harmless.",
)
@click.option("--hold/--later", default=True, help="Hold all media against it now.")
@lab_option
@json_option
def add(file: Path, folder: str, *, as_json: bool, hold: bool, **told: Any) -> None:
    """Add a hash list; a line that does not fit is named, and nothing is kept."""
    if told["form"] not in FORMATS:
        raise click.UsageError(f"--as: there are {', '.join(FORMATS)}")
    with open_lab(folder) as lab:
        added = lab.list_add(file, progress=Meter("bytes"), **told)
        report = lab.match(progress=Meter("media")) if hold else None
        warn_of_waiting(lab)
    if as_json:
        say({**added, "settled": report.settled if report else None})
        return
    _tell_added(added)
    if report:
        _tell(report)


def _tell_added(added: dict[str, Any]) -> None:
    click.echo(f"{added['name']}: {counted(added['items'], 'entry', 'entries')}")
    lines = added["left_out_lines"]
    if lines:
        digests = counted(added["left_out"], "digest")
        more = ", ..." if len(lines) >= NAMED else ""
        click.echo(
            f"  {digests} of no bytes at all left out:"
            f" line {', '.join(map(str, lines))}{more}"
        )
    if added["swept"]:
        rests = counted(added["swept"], "unfinished import")
        click.echo(f"  {rests} of before, stopped in the middle, cleared away")


@lists.command("show")
@lab_option
@json_option
def show_lists(folder: str, as_json: bool) -> None:
    """Show every list that was added, and why it was withdrawn, if it was."""
    with open_lab(folder) as lab:
        rows = lab.lists()
    if as_json:
        say(rows)
        return
    table(rows, _COLUMNS)


@lists.command()
@click.argument("name")
@click.option("--reason", required=True, help="Why; it is recorded.")
@click.option("--line", type=int, default=None, help="Only this entry of the list.")
@lab_option
def withdraw(name: str, reason: str, line: int | None, folder: str) -> None:
    """Withdraw a list or one entry: its hits stop, its history stays."""
    with open_lab(folder) as lab:
        lab.list_withdraw(name, reason=reason, line=line)
    click.echo(f"withdrawn: {name}" + ("" if line is None else f", line {line}"))


@click.group(invoke_without_command=True)
@click.option("--again", is_flag=True, help="Also what was held before.")
@click.option("--lab", "folder", envvar="IWFLAB_LAB", type=click.Path(file_okay=False))
@json_option
@click.pass_context
def match(
    context: click.Context, *, again: bool, folder: str | None, as_json: bool
) -> None:
    """Hold the lab's media against the lists, and its own signed-off grades."""
    if context.invoked_subcommand is not None:
        return
    if not folder:
        raise click.UsageError("name the lab: --lab FOLDER, or set IWFLAB_LAB")
    with open_lab(folder) as lab:
        report = lab.match(again=again, progress=Meter("media"))
    if as_json:
        say(report)
        return
    _tell(report)


@match.command("show")
@click.argument("media", nargs=-1)
@lab_option
@json_option
def show_hits(media: tuple[str, ...], folder: str, as_json: bool) -> None:
    """Show the hits that stand, the surest first, and the looks that were avoided."""
    with open_lab(folder) as lab:
        rows: list[dict[str, Any]] = lab.hits(media or None).to_dict("records")  # type: ignore[assignment]
        avoided = lab.avoided()
        warn_of_waiting(lab)
    if as_json:
        say({"hits": rows, "avoided": avoided})
        return
    for row in rows:
        row["list"] = row["list"] or f"this lab: {row['twin']}"
        row["line"] = row["line"] if row["line"] > 0 else ""
    table(rows, _HITS)
    for reason, number in avoided.items():
        click.echo(f"{counted(number, 'look')} not needed: {reason}")


@match.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True))
@lab_option
def files(paths: tuple[str, ...], folder: str) -> None:
    """Hold files against the lists, take nothing in; one JSON object a line."""
    with open_lab(folder) as lab:
        for record in lab.match_files(paths):
            click.echo(json.dumps(record, sort_keys=True))


@match.command()
@click.argument("hit")
@click.argument("verdict", type=click.Choice(("same", "not_same", "open")))
@click.option("--reason", default="", help="Why; it is recorded.")
@lab_option
def answer(hit: str, verdict: str, reason: str, folder: str) -> None:
    """Confirm a hit, say that it is not the same, or take an answer back (open).

    The start of a hit's id is enough where no other hit begins so.
    """
    with open_lab(folder) as lab:
        found = lab.answer_hit(hit, verdict, reason=reason)
    click.echo("it settles the medium" if found["settles"] else "it settles nothing")


def _tell(report: Any) -> None:
    click.echo(
        f"{counted(report.media, 'medium', 'media')} held against"
        f" {counted(report.lists, 'list')} and own grades: "
        f"{report.settled} settled without a look"
    )
    for tier, number in sorted(report.hits.items()):
        click.echo(f"  {counted(number, 'new hit')}: {tier}")
    if report.skipped:
        were = "was" if report.skipped == 1 else "were"
        click.echo(f"  {report.skipped} {were} held before")

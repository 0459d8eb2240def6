"""The command rehash: everything is hashed anew, and what differs is told."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from iwflab.cli.printing import (
    Meter,
    json_option,
    lab_option,
    open_lab,
    say,
    table,
    warn_of_waiting,
)
from iwflab.cli.saving import new_file

_COUNTS = ("same", "added", "changed", "missing")
_CHANGES = ("medium", "hash", "bits", "before", "now", "made_by")
_REPORT = (
    *("medium", "hash", "before", "now", "bits", "quality_before", "quality_now"),
    *("made_by", "problem"),
)


@click.command()
@click.argument("media", nargs=-1)
@click.option("--algorithms", default="", help="Comma-separated; more than the usual.")
@click.option("--enter", is_flag=True, help="Store what differs; else only say it.")
@click.option(
    "--report",
    "to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every change and problem here, as CSV.",
)
@lab_option
@json_option
def rehash(
    media: tuple[str, ...],
    algorithms: str,
    folder: str,
    *,
    to: Path | None,
    enter: bool,
    as_json: bool,
) -> None:
    """Hash media (by default all) anew from the evidence, and say what differs.

    With --enter, run it again after it was stopped: it goes on where it was.
    """
    names = [name for name in algorithms.split(",") if name]
    with open_lab(folder) as lab, ExitStack() as open_files:
        out = open_files.enter_context(new_file(lab, to, "report")) if to else None
        report = lab.rehash(
            media or None, algorithms=names, enter=enter, progress=Meter("media")
        )
        if enter:
            warn_of_waiting(lab)
        if out:
            out.write(_as_csv(report).encode("utf-8-sig"))
    if as_json:
        say(report)
    else:
        _tell(report, entered=enter)
    if report.changes or report.problems:
        raise click.exceptions.Exit(1)


def _as_csv(report: Any) -> str:
    from iwflab.exchange.tables import csv_table

    problems = [{"medium": p["medium"], "problem": p["why"]} for p in report.problems]
    rows = [*report.changes, *problems]
    return csv_table(_REPORT, ([row.get(name) for name in _REPORT] for row in rows))


def _tell(report: Any, *, entered: bool) -> None:
    names = sorted({name for count in _COUNTS for name in getattr(report, count)})
    rows = [
        {"hash": name, **{count: getattr(report, count)[name] for count in _COUNTS}}
        for name in names
    ]
    table(rows, ("hash", *_COUNTS))
    if report.changes:
        click.echo()
        table(report.changes, _CHANGES)
    click.echo(f"{report.media} media hashed anew, {report.done_before} done before")
    for one in report.problems:
        click.echo(f"  not hashed: {one['medium']}: {one['why']}", err=True)
    if not entered and (report.changes or report.added):
        click.echo("nothing was stored; --enter stores what differs")

"""Commands of the queue: search it, take from it, grade a selection of it."""

import sys
from typing import Any

import click

from iwflab.cli.printing import (
    counted,
    json_option,
    lab_option,
    open_lab,
    say,
    table,
    warn_of_waiting,
)
from iwflab.cli.way import record_options, record_told
from iwflab.domain.assessments import asks_another
from iwflab.domain.queueing import CARRIED, HITS, KINDS, STAGES, Sought
from iwflab.lab import Lab

_COLUMNS = ("medium", "sha256", "name", "format", "state", "copies", "stage")


def _sought_options(command: Any) -> Any:
    for option in (
        click.option("--series", default="", help="The series of its sidecar."),
        click.option("--kind", type=click.Choice(KINDS), help="Does it move?"),
        click.option("--carried", type=click.Choice(CARRIED), help="An older scale?"),
        click.option("--code", default="", metavar="SCHEME=CODE", help="Your grades."),
        click.option("--tag", default="", help="A tag that was recorded as present."),
        click.option("--hit", type=click.Choice(HITS), help="Does a list know it?"),
        click.option(
            "--stage",
            type=click.Choice(STAGES),
            help="graded: by you; second: left for another person.",
        ),
        click.option("--name", default="", help="A part of the name of a copy."),
    ):
        command = option(command)
    return command


@click.command()
@lab_option
@json_option
@click.option(
    "--take",
    type=click.IntRange(min=0),
    default=0,
    help="Take so many waiting media, in the order that queue_order sets.",
)
@click.option("--hand-back", is_flag=True, help="Give ungraded media back.")
@click.option("--ids", is_flag=True, help="Print ids alone, one a line.")
@_sought_options
def queue(
    folder: str, *, as_json: bool, take: int, hand_back: bool, ids: bool, **asked: Any
) -> None:
    """Show the media and their stage, or those that match; take some, or hand back."""
    sought = Sought(**{name: value or "" for name, value in asked.items()})
    with open_lab(folder) as lab:
        if hand_back:
            click.echo(f"{lab.hand_back()} media handed back", err=True)
        if take:
            lab.open_set(take, sought=sought)
        rows = _rows(lab, sought)
        warn_of_waiting(lab)
    if ids:
        for row in rows:
            click.echo(row["medium"])
    elif as_json:
        say([{name: row[name] for name in (*_COLUMNS, "grader")} for row in rows])
    else:
        table([{**row, "sha256": row["sha256"][:12]} for row in rows], _COLUMNS)


def _rows(lab: Lab, sought: Sought) -> list[dict[str, Any]]:
    rows = [{**row, "stage": _stage(row)} for row in lab.overview()]
    if not sought.anything:
        return rows
    matching = set(lab.found(sought))
    return [row for row in rows if row["medium"] in matching]


def _stage(row: dict[str, Any]) -> str:
    """Name the stage as the option does: what waits for another person is not done."""
    waits = row["stage"] == "graded" and asks_another(row)
    return "second" if waits else str(row["stage"])


@click.group()
def selection() -> None:
    """Media that you chose together: grade them in one act, take it back."""


@selection.command("grade")
@click.argument("media", nargs=-1, required=True)
@record_options
@lab_option
@json_option
def grade_selection(
    media: tuple[str, ...], folder: str, *, as_json: bool, **said: Any
) -> None:
    """Give one record to media; a dash reads ids on stdin, as queue --ids prints them.

    Each gets an assessment of its own, marked as given in a selection.
    """
    record = record_told(said)
    named = [one for name in media for one in _named(name)]
    with open_lab(folder) as lab:
        done = lab.grade_selection(named, record)
    if as_json:
        say(done)
        return
    for found in done["grades"]:
        click.echo(f"{found['scheme']}: {found['code']} - {'; '.join(found['cites'])}")
    click.echo(f"graded: {counted(len(done['graded']), 'medium', 'media')}")
    click.echo(f"drawn to be checked one by one: {' '.join(done['sample'])}")
    click.echo(f"to take all of it back: iwflab selection undo {done['request']}")
    for row in done["left_out"]:
        click.echo(f"left out: {row['medium']}: {row['why']}")


def _named(name: str) -> list[str]:
    return sys.stdin.read().split() if name == "-" else [name]


@selection.command("undo")
@click.argument("named")
@lab_option
def undo_selection(named: str, folder: str) -> None:
    """Withdraw what stands of your act: a medium of it, or its request."""
    with open_lab(folder) as lab:
        done = lab.undo_stack(named)
    click.echo(f"withdrawn: {counted(len(done['withdrawn']), 'medium', 'media')}")
    for row in done["left"]:
        click.echo(f"left out: {row['medium']}: {row['why']}")

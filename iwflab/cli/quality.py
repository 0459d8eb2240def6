"""Commands of quality: sign-off and take-back."""

from typing import Any

import click

from iwflab.cli.printing import json_option, lab_option, open_lab, say, table
from iwflab.errors import BadInput
from iwflab.lab import Lab


@click.command("sign-off")
@click.argument("media", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that nothing is against.")
@lab_option
@json_option
def sign_off(
    media: tuple[str, ...], everything: bool, folder: str, as_json: bool
) -> None:
    """Sign off graded media; without media, show what waits for it."""
    with open_lab(folder) as lab:
        waiting = lab.to_sign_off()
        chosen = _chosen(lab, media, waiting, everything=everything)
        head = lab.sign_off(chosen) if chosen else None
    rows = _lines(chosen or waiting)
    if as_json:
        say(rows)
    elif rows:
        table(rows, rows[0])
    else:
        click.echo("nothing waits for a sign-off", err=True)
    if head:
        click.echo(f"{len(chosen)} signed off; head at entry {head.size}", err=True)


def _chosen(
    lab: Lab,
    media: tuple[str, ...],
    waiting: list[dict[str, Any]],
    *,
    everything: bool,
) -> list[dict[str, Any]]:
    """Give the rows to sign off, exactly as they stand in this listing."""
    if everything:
        free = [row for row in waiting if not row["against"]]
        if not free:
            raise BadInput("nothing can be signed off", advice="grade media first")
        return free
    shown = {row["medium"]: row for row in waiting}
    named = [lab.show(medium) for medium in media]
    return [shown.get(row["medium"], row) for row in named]


def _lines(waiting: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [
        {
            **{name: row[name] for name in ("medium", "sha256", "grader")},
            **{grade.scheme: grade.code for grade in row["grades"]},
            "against": "; ".join(row["against"]),
            "told": "; ".join([row["carried"] or "", *row["differs"]]).strip("; "),
        }
        for row in waiting
    ]


@click.command("take-back")
@click.argument("medium")
@click.option("--reason", required=True)
@lab_option
def take_back(medium: str, reason: str, folder: str) -> None:
    """Take back the sign-off of one medium, with a reason."""
    with open_lab(folder) as lab:
        left_on = lab.take_back(medium, reason=reason)
    click.echo("taken back; the medium can be graded again")
    if left_on:
        click.echo(
            f"it already left on: {', '.join(left_on)}; tell those who received it",
            err=True,
        )

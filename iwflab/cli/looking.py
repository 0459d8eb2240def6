"""What you had before you, for you alone."""

import click

from iwflab.cli.printing import json_option, lab_option, open_lab, say, table
from iwflab.domain.assessments import RevealLevel


@click.command()
@click.option(
    "--days",
    default=1,
    show_default=True,
    type=click.IntRange(1, 92),
    help="So many times 24 hours back.",
)
@lab_option
@json_option
def exposure(days: int, folder: str, *, as_json: bool) -> None:
    """Show what you had before you, by day, hour, category and level; yours alone."""
    with open_lab(folder) as lab:
        found = lab.exposure(days=days)
    if as_json:
        say(found)
        return
    rows = [
        {
            **line,
            "hour": f"{line['hour']:02}:00",
            found["scheme"]: line["code"],
            "seconds": f"{line['seconds']:.1f}",
        }
        for line in sorted(found["lines"], key=_place)
    ]
    table(rows, ("day", "hour", found["scheme"], "level", "media", "seconds"))
    click.echo(
        f"{found['minutes']:.0f} minutes of viewing since your last break, "
        f"{found['today']:.0f} today",
        err=True,
    )
    for sign in found["signs"]:
        click.echo(sign, err=True)


def _place(line: dict[str, object]) -> tuple[object, ...]:
    """Sort by time and category, then up the ladder."""
    level = RevealLevel(str(line["level"])).step
    return line["day"], line["hour"], line["code"], level

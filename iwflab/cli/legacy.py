"""Commands of older scales: grades of others are brought in, and reviewed by eyes."""

from collections import Counter
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
)

_OPEN = ("medium", "scheme", "version", "code", "flags", "source", "review")
_ENDED = (*_OPEN[:6], "target", "to", "possible", "recorded", "outcome")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--scheme", default="", help="The scale that the codes are of; stated.")
@click.option("--version", default="", help="Its edition: 2002, 2019, legacy.")
@click.option("--to", required=True, help="The scheme they are held against: uk_2014.")
@click.option("--source", default="", help="Who says so; by default the file's name.")
@lab_option
@json_option
def bring(file: Path, folder: str, *, as_json: bool, **stated: str) -> None:
    """Bring grades of others (CSV) beside their media; nothing is graded by it.

    A header line names the columns: sha256, sha1, md5 or medium; code; and, where there
    are any, flags, animal, source, scheme, version.
    """
    with open_lab(folder) as lab:
        report = lab.bring_grades(file, progress=Meter("grades"), **stated)
    for warning in report.warnings:
        click.echo(f"warning: {warning}", err=True)
    if as_json:
        say(report)
    else:
        _tell(report)


def _tell(report: Any) -> None:
    click.echo(
        f"{report.scheme} {report.version} to {report.to}, {report.source}:"
        f" {counted(report.lines, 'line')}, {report.new} new; nothing was graded"
    )
    click.echo(f"  {report.certain} certain: a suggestion beside the medium")
    click.echo(f"  {report.review.total()} for review")
    for reason, number in sorted(report.review.items()):
        click.echo(f"    {number}: {reason}")
    click.echo(f"  {counted(report.unknown, 'unknown medium', 'unknown media')}")
    click.echo(f"  {report.repeated} said by an earlier line")
    click.echo(f"  {counted(report.refused, 'refused line')}")
    for line in report.refused_lines:
        click.echo(f"    line {line['line']}: {line['why']}")
    for outcome, number in sorted(report.outcomes.items()):
        media = counted(number, "grade", "grades")
        click.echo(f"  {media} of media that were graded before: {outcome}")


@click.command()
@click.option("--ended", is_flag=True, help="What was recorded against what was said.")
@lab_option
@json_option
def review(folder: str, *, ended: bool, as_json: bool) -> None:
    """Show the carried grades that a person has to review, and why.

    A review ends when a person grades the medium.
    """
    with open_lab(folder) as lab:
        rows = lab.carried_review()
    if as_json:
        say(rows)
        return
    table([r for r in rows if r["open"] != ended], _ENDED if ended else _OPEN)
    outcomes = Counter(row["outcome"] for row in rows if not row["open"])
    said = [f"{counted(sum(row['open'] for row in rows), 'review')} open"]
    said += [f"{number} ended: {one}" for one, number in sorted(outcomes.items())]
    click.echo(", ".join(said))

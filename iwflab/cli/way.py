"""Commands of the way: intake, hash, show, grade, undo."""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import click

from iwflab.cli.printing import (
    Meter,
    json_option,
    lab_option,
    lines,
    open_lab,
    say,
    table,
    warn_of_waiting,
)
from iwflab.domain.elements import CHILD_FIELDS, ELEMENTS
from iwflab.domain.records import Record, check, record_from
from iwflab.errors import BadInput
from iwflab.schemes import tags as all_tags


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True))
@click.option("--case", required=True, help="The case these media belong to.")
@click.option("--exhibit", required=True, help="The exhibit they were found on.")
@click.option("--purpose", required=True, help="Why they are taken in; recorded.")
@click.option("--authority", required=True, help="On what authority; recorded.")
@click.option(
    "--sidecar",
    type=click.Path(exists=True, dir_okay=False),
    help="A CSV with file, source, url, date, series.",
)
@lab_option
@json_option
def intake(paths: tuple[str, ...], folder: str, as_json: bool, **given: Any) -> None:
    """Take in folders (recursive) and files; running it again adds nothing."""
    with open_lab(folder) as lab:
        report = lab.intake(paths, progress=Meter("files"), **given)
    if as_json:
        say(report)
        return
    click.echo(
        f"{report.found} files: {report.new_copies} new copies, "
        f"{report.known_copies} known, {len(report.refused)} refused; "
        f"{report.new_media} new media in {report.seconds:.1f} s"
    )
    if report.known:
        click.echo(f"  {report.known} known: nobody needs to look at them")
    for state, number in sorted(report.states.items()):
        click.echo(f"  {number} {state}")
    for name, sha256 in report.archives:
        click.echo(f"  archive: {name}: SHA-256 {sha256}")
    for name, reason in report.refused:
        click.echo(f"  refused: {name}: {reason}", err=True)
    for problem in report.problems:
        click.echo(f"  kept and hashed, not examined: {problem}", err=True)
    for name, before, now in report.routes:
        said = f"now {now}, {before} was said before"
        click.echo(f"  the route of a sighting of {name}: {said}", err=True)
    for name in report.unmatched:
        click.echo(f"  in the sidecar, not found: {name}", err=True)


@click.command("hash")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, allow_dash=True))
@click.option("--algorithms", default="", help="Comma-separated; more than the usual.")
@click.option(
    "--as",
    "form",
    type=click.Choice(("json_lines", "csv")),
    default="json_lines",
    show_default=True,
)
@click.option(
    "--trusted", is_flag=True, help="Decode in this process: only files of your own."
)
@click.option("-0", "--null", is_flag=True, help="Names on stdin end with a NUL.")
def hash_(paths: tuple[str, ...], *, form: str, null: bool, **more: Any) -> None:
    """Hash files and folders without a lab, one line each on stdout.

    A dash reads names from stdin, one a line.
    """
    from iwflab.workflow.hashing import COLUMNS, flat, hash_files

    if not paths:
        raise click.UsageError("name files or folders, or - for names on stdin")
    names = tuple(name for name in more["algorithms"].split(",") if name)
    found = hash_files(_names(paths, null=null), names, trusted=more["trusted"])
    if form == "csv":
        more_columns = [name for name in names if name not in COLUMNS]
        lines((*COLUMNS, *more_columns), map(flat, found))
        return
    for record in found:
        click.echo(json.dumps(record, sort_keys=True))


def _names(paths: tuple[str, ...], *, null: bool) -> Iterator[bytes]:
    for path in paths:
        if path != "-":
            yield os.fsencode(path)
            continue
        end = b"\0" if null else b"\n"
        rest = b""
        while block := os.read(sys.stdin.fileno(), 1 << 16):
            *whole, rest = (rest + block).split(end)
            yield from filter(None, whole)
        if rest:
            yield rest


@click.command()
@click.argument("media", nargs=-1)
@click.option(
    "--lacking",
    metavar="VARIANT",
    help="All media with previews, but without this one, like outlines.",
)
@lab_option
def examine(media: tuple[str, ...], lacking: str | None, folder: str) -> None:
    """Decode and hash media anew from their evidence; the newest result stands."""
    if bool(media) == bool(lacking):
        raise click.UsageError("name media, or say which preview they lack")
    with open_lab(folder) as lab:
        media = tuple(lab.lacking(lacking)) if lacking else media
        number = lab.examine(media, progress=Meter("media"))
        warn_of_waiting(lab)
    click.echo(f"{number} examined again")


@click.command()
@click.argument("medium")
@lab_option
def show(medium: str, folder: str) -> None:
    """Show everything stored about one medium (never a picture), as JSON."""
    with open_lab(folder) as lab:
        say(lab.show(medium))


def record_options(command: Any) -> Any:
    """Add the options that say what was seen on a medium."""
    for option in (
        click.option("--note", default=""),
        click.option("--tag", "tags", multiple=True, metavar="CODE=STATE"),
        click.option("--child", "children", multiple=True, metavar="FIELD=VALUE,..."),
        click.option("--element", "elements", multiple=True, metavar="NAME=VALUE"),
    ):
        command = option(command)
    return command


def record_told(said: Mapping[str, Any]) -> Record:
    """Read the record that the options say; refused before anything is taken."""
    if not any(said.values()):
        raise BadInput(
            "nothing was recorded about the medium",
            advice="give at least one --element, --child, --tag or --note",
        )
    record = record_from(
        {
            "elements": _pairs(said["elements"]),
            "children": [_child(child) for child in said["children"]],
            "tags": _pairs(said["tags"]),
            "note": said["note"],
        }
    )
    check(record, all_tags())
    return record


@click.command()
@click.argument("medium")
@record_options
@lab_option
@json_option
def grade(medium: str, folder: str, as_json: bool, **said: Any) -> None:
    """Record what was seen on one medium: elements, one --child per child, tags."""
    record = record_told(said)
    with open_lab(folder) as lab:
        result = lab.grade(lab.take(medium), record)
    if as_json:
        say(result)
        return
    for found in result["grades"]:
        click.echo(f"{found['scheme']}: {found['code']} - {'; '.join(found['cites'])}")
        if found["missing"]:
            click.echo(f"  to settle it, answer: {', '.join(found['missing'])}")
    for found in result["contradictions"]:
        click.echo(f"contradiction: {found['rule']}", err=True)


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    for pair in given:
        if "=" not in pair:
            raise BadInput(f"{pair!r} is no NAME=VALUE", advice="write form=photograph")
    pairs = [pair.split("=", 1) for pair in given]
    for name, number in Counter(name for name, _ in pairs).items():
        if number > 1:
            raise BadInput(
                f"{name!r} is answered {number} times", advice="give it one value"
            )
    return dict(pair.split("=", 1) for pair in given)


def _child(text: str) -> dict[str, Any]:
    plain: dict[str, Any] = _pairs(tuple(text.split(",")))
    for name in ("age_min", "age_max"):
        if name in plain:
            try:
                plain[name] = int(plain[name])
            except ValueError:
                raise BadInput(
                    f"{name} is no whole number: {plain[name]!r}",
                    advice="give years from 0 to 17",
                ) from None
    return plain


@click.command()
@lab_option
@click.option("--medium", default=None, help="Only of this medium.")
def undo(folder: str, medium: str | None) -> None:
    """Withdraw your newest assessment, or your newest stack whole."""
    with open_lab(folder) as lab:
        whole = lab.show(medium)["medium"] if medium else None
        done = lab.undo(medium=whole)
    others = done["undone"] - 1
    also = f", and {others} that it was carried to" if others else ""
    click.echo(f"withdrawn: {done['medium']}{also}")
    for row in done["left"]:
        click.echo(f"stays graded: {row['medium']}: {row['why']}")


@click.command()
@json_option
def tags(as_json: bool) -> None:
    """List the elements, child fields and tags that can be recorded."""
    rows = [asdict(tag) for tag in all_tags().values()]
    if as_json:
        say(rows)
        return
    for kinds in (ELEMENTS, CHILD_FIELDS):
        found = [
            {"name": k.name, "values": " ".join(k.values), "question": k.question}
            for k in kinds.values()
        ]
        table(found, ("name", "values", "question"))
        click.echo()
    table(rows, ("code", "label", "definition", "source"))

"""Commands of series and victims: which media, which children belong together."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from iwflab.cli.printing import (
    counted,
    json_option,
    lab_option,
    open_lab,
    say,
    table,
)
from iwflab.domain.grouping import Linked
from iwflab.errors import NotFound

_MOVES = ("medium", "child", "before", "after", "line")
_SERIES = ("series", "medium", "on", "analyst", "reason")
_VICTIMS = ("victim", "medium", "child", "age_band", "check", "on", "analyst", "reason")
_from = click.option(
    "--from",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="A CSV that says it all, taken whole or not at all.",
)
_dry = click.option("--dry-run", is_flag=True, help="Say what would change, and stop.")
_reason = click.option("--reason", default="", help="Why; it is recorded.")


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (json_option, lab_option, _dry, _reason):
        command = option(command)
    return command


@click.group()
def series() -> None:
    """Which media are one series: assigned by hand or from a CSV, taken out again."""


@series.command("assign")
@click.argument("reference", required=False, default="")
@click.argument("media", nargs=-1)
@_from
@_options
def assign_series(
    reference: str,
    media: tuple[str, ...],
    file: Path | None,
    folder: str,
    *,
    reason: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Put media into a series; REFERENCE is your organisation's, never a name.

    A CSV has the columns medium, series and, if you like, reason.
    """
    _one_way(file, reference, media)
    with open_lab(folder) as lab:
        if file:
            done = lab.series_assign_from(file, dry_run=dry_run)
        else:
            more = {"reason": reason, "dry_run": dry_run}
            done = lab.series_assign(media, reference, **more)  # type: ignore[arg-type]
    _tell(done, as_json=as_json)


@series.command("show")
@click.argument("reference", required=False, default="")
@lab_option
@json_option
def show_series(reference: str, folder: str, *, as_json: bool) -> None:
    """Show which media are in which series, or in one of them."""
    with open_lab(folder) as lab:
        rows = lab.series().to_dict("records")
    _show(rows, _SERIES, reference, as_json=as_json)


@series.command("take-out")
@click.argument("media", nargs=-1, required=True)
@_options
def take_out_series(
    media: tuple[str, ...], folder: str, *, reason: str, dry_run: bool, as_json: bool
) -> None:
    """Take media out of their series; it needs a reason."""
    with open_lab(folder) as lab:
        done = lab.series_take_out(media, reason=reason, dry_run=dry_run)
    _tell(done, as_json=as_json)


@click.group()
def victim() -> None:
    """Which appearances are one child: linked by hand or from a CSV, taken back."""


@victim.command("assign")
@click.argument("reference", required=False, default="")
@click.argument("appearances", nargs=-1)
@_from
@_options
def assign_victim(
    reference: str,
    appearances: tuple[str, ...],
    file: Path | None,
    folder: str,
    *,
    reason: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Link child appearances, each as MEDIUM#NUMBER, to a victim.

    REFERENCE is your organisation's, never a name.  A CSV has the columns medium,
    child, victim and, if you like, reason.
    """
    _one_way(file, reference, appearances)
    with open_lab(folder) as lab:
        if file:
            done = lab.victim_assign_from(file, dry_run=dry_run)
        else:
            some = [_appearance(one) for one in appearances]
            more = {"reason": reason, "dry_run": dry_run}
            done = lab.victim_assign(some, reference, **more)  # type: ignore[arg-type]
    _tell(done, as_json=as_json)


@victim.command("show")
@click.argument("reference", required=False, default="")
@lab_option
@json_option
def show_victims(reference: str, folder: str, *, as_json: bool) -> None:
    """Show which child appearances are linked, and which links are to be checked."""
    with open_lab(folder) as lab:
        rows = lab.victims().to_dict("records")
    _show(rows, _VICTIMS, reference, as_json=as_json)


@victim.command("take-out")
@click.argument("appearances", nargs=-1, required=True)
@_options
def take_out_victim(
    appearances: tuple[str, ...],
    folder: str,
    *,
    reason: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take child appearances (MEDIUM#NUMBER) back; it needs a reason."""
    some = [_appearance(one) for one in appearances]
    with open_lab(folder) as lab:
        done = lab.victim_take_out(some, reason=reason, dry_run=dry_run)
    _tell(done, as_json=as_json)


def _one_way(file: Path | None, reference: str, named: tuple[str, ...]) -> None:
    if file and (reference or named):
        raise click.UsageError("--from: the file says it all; name nothing else")
    if not file and not named:
        raise click.UsageError(
            "name a reference and what belongs to it, or give --from"
        )


def _appearance(text: str) -> tuple[str, int]:
    medium, sign, number = text.rpartition("#")
    if not sign or not (number.isascii() and number.isdigit()):
        raise click.UsageError(
            f"{text}: write MEDIUM#NUMBER, the children count from 1"
        )
    return medium, int(number)


def _show(
    rows: list[dict[Any, Any]],
    columns: tuple[str, ...],
    reference: str,
    *,
    as_json: bool,
) -> None:
    many = "series" if columns[0] == "series" else "victims"
    rows = [row for row in rows if reference in ("", row[columns[0]])]
    if reference and not rows:
        raise NotFound(
            f"no {columns[0]} is called {reference!r}",
            advice=f"leave the reference out to see all {many}",
        )
    if as_json:
        say(rows)
        return
    table(rows, columns)
    references = len({row[columns[0]] for row in rows})
    click.echo(f"{counted(references, columns[0], many)}", err=True)


def _tell(done: Linked, *, as_json: bool) -> None:
    for new, known in done.alike:
        click.echo(f"warning: {new!r} is new, and nearly {known!r}", err=True)
    if as_json:
        say(done)
        return
    table([_as_row(move) for move in done.moves], _MOVES)
    would = "would change" if done.dry_run else "changed"
    click.echo(f"{would}: {len(done.moves)}; as it was: {done.unchanged}")
    if done.new:
        click.echo(f"new references: {', '.join(done.new)}")


def _as_row(move: Any) -> dict[str, Any]:
    named = {"medium": move.medium, "child": move.number or ""}
    return {
        **named,
        "before": move.before,
        "after": move.after,
        "line": move.line or "",
    }

"""Commands of near-duplicates: stacks, and the calibration of their distance."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from iwflab.cli.printing import (
    counted,
    json_option,
    lab_option,
    lines,
    open_lab,
    say,
    table,
)
from iwflab.cli.way import record_options, record_told
from iwflab.domain.hashes import FARTHEST_CANDIDATE, MATCH_DISTANCE
from iwflab.domain.media import display_text
from iwflab.errors import NotFound
from iwflab.lab.calibrating import Calibration

_STACKS = ("exemplar", "size", "waiting", "known", "farthest")
_MEMBERS = ("medium", "distance", "orientation", "within", "stage", "name")
_CALIBRATED = ("distance", "across", "within", "false_matches", "rate", "bound")
_PAIRS = ("algorithm", "one", "other", "distance")


def _distance_option(command: Any) -> Any:
    return click.option(
        "--distance",
        type=int,
        default=MATCH_DISTANCE,
        show_default=True,
        help=f"How far apart neighbours may be, in bits of PDQ"
        f" (0 to {FARTHEST_CANDIDATE}).",
    )(command)


@click.group()
def stacks() -> None:
    """Near-duplicates: show them, grade a stack in one act, take it back."""


@stacks.command("show")
@click.argument("exemplar", required=False)
@click.option("--sample", type=int, default=0, help="Only so many members to check.")
@_distance_option
@lab_option
@json_option
def show_stacks(
    exemplar: str | None, sample: int, distance: int, folder: str, as_json: bool
) -> None:
    """Show the stacks, or one of them: the most distant member first."""
    if sample and not exemplar:
        raise click.UsageError("--sample: name the exemplar of the stack")
    with open_lab(folder) as lab:
        # By its start as well; refused for one that is not there or out of reach.
        exemplar = lab.show(exemplar)["medium"] if exemplar else None
        found = lab.stacks(distance)
        if exemplar:
            found = [stack for stack in found if exemplar in _ids(stack)]
        if exemplar and not found:
            raise NotFound(_alone(distance), advice="take a wider --distance")
        if exemplar and sample:
            members = lab.stack_sample(exemplar, sample, distance)
            found = [{**stack, "members": members} for stack in found]
    if as_json:
        say(found)
    elif exemplar:
        table([member for stack in found for member in stack["members"]], _MEMBERS)
    else:
        table([{**s, "farthest": s["members"][0]["distance"]} for s in found], _STACKS)


def _alone(distance: int) -> str:
    return f"no other medium is within {distance} bits of this one"


def _ids(stack: dict[str, Any]) -> set[str]:
    return {stack["exemplar"], *(member["medium"] for member in stack["members"])}


@stacks.command("grade")
@click.argument("exemplar")
@click.argument("members", nargs=-1)
@record_options
@_distance_option
@lab_option
@json_option
def grade_stack(
    exemplar: str,
    members: tuple[str, ...],
    distance: int,
    folder: str,
    as_json: bool,
    **said: Any,
) -> None:
    """Grade an exemplar, and carry it to members; by default all that wait near it."""
    record = record_told(said)
    with open_lab(folder) as lab:
        near = [
            member
            for stack in ([] if members else lab.stacks(distance))
            if exemplar in _ids(stack)
            for member in stack["members"]
        ]
        waiting = [one["medium"] for one in near if one["stage"] == "waiting"]
        chosen = list(members) or waiting
        done = lab.grade_stack(exemplar, record, members=chosen, distance=distance)
    if as_json:
        say(done)
        return
    for found in done["grades"]:
        click.echo(f"{found['scheme']}: {found['code']} - {'; '.join(found['cites'])}")
    click.echo(f"carried over to {counted(len(done['graded']), 'medium', 'media')}")
    if not set(chosen) - {exemplar}:
        others = [one for one in near if one["medium"] != exemplar]
        click.echo(f"nothing to carry it to: {_why_none(others, distance)}")
    _tell_left(done["left_out"])


def _why_none(others: Sequence[dict[str, Any]], distance: int) -> str:
    if not others:
        return _alone(distance)
    stages = Counter(one["stage"].replace("_", " ") for one in others)
    told = ", ".join(f"{number} {stage}" for stage, number in sorted(stages.items()))
    return f"no other medium of its stack waits ({told} already)"


@stacks.command("undo")
@click.argument("medium")
@lab_option
def undo_stack(medium: str, folder: str) -> None:
    """Withdraw what stands of your act on a stack: a medium of it, or its request."""
    with open_lab(folder) as lab:
        done = lab.undo_stack(medium)
    click.echo(f"withdrawn: {counted(len(done['withdrawn']), 'medium', 'media')}")
    _tell_left(done["left"])


def _tell_left(left: Sequence[dict[str, str]]) -> None:
    for row in left:
        click.echo(f"left out: {row['medium']}: {row['why']}")


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True))
@click.option(
    "--families",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="A CSV with the columns file and family; by default the folder is the family.",
)
@click.option("--pairs-as", type=click.Choice(("csv", "json")), default=None)
@click.option("--trusted", is_flag=True, help="Decode outside the sandbox: faster.")
@json_option
def calibrate(
    paths: tuple[str, ...],
    families: Path | None,
    pairs_as: str | None,
    *,
    trusted: bool,
    as_json: bool,
) -> None:
    """Measure false matches on your own benign pictures, without a lab.

    Pictures of one family (a folder, or what the CSV says) may be alike; a pair of two
    families within a threshold is a false match.  --pairs-as lists the nearest pairs.
    Ends with 1 where there was nothing to compare.
    """
    from iwflab.lab import calibrating

    found = calibrating.calibrate(paths, families=families, trusted=trusted)
    if pairs_as:
        rows = [
            {"algorithm": one.algorithm, **dict(zip(_PAIRS[1:], pair, strict=True))}
            for one in found
            for pair in one.near
        ]
        if pairs_as == "csv":
            lines(_PAIRS, rows)
        else:
            say(rows)
    elif as_json:
        say([_as_json(one) for one in found])
    else:
        for one in found:
            _tell(one)
    _tell_absent(found[0].absent)
    if not any(one.pairs for one in found):
        raise click.exceptions.Exit(1)


def _tell_absent(names: Sequence[str]) -> None:
    if not names:
        return
    click.echo(
        f"{counted(len(names), 'file')} of --families not among the given paths:",
        err=True,
    )
    for name in names:
        click.echo(f"  {display_text(name)}", err=True)


def _rates(one: Calibration) -> dict[str, int | None]:
    from iwflab.workflow.calibration import RATES

    return {f"{rate:g}": one.largest(rate) for rate in RATES}


def _as_json(one: Calibration) -> dict[str, Any]:
    return {
        "algorithm": one.algorithm,
        "files": one.files,
        "families": one.families,
        "left_out": dict(one.left_out),
        "absent": list(one.absent),
        "pairs": one.pairs,
        "nearest": one.nearest,
        "threshold": one.threshold,
        "false_matches": one.false_matches(one.threshold),
        "bound": one.bound(one.threshold),
        "largest_threshold": _rates(one),
        "distances": one.rows(),
    }


def _tell(one: Calibration) -> None:
    from iwflab.workflow.calibration import pairs_needed

    click.echo(
        f"{one.algorithm}: {one.files} files of {one.families} families,"
        f" {one.pairs} pairs across families"
    )
    for why, number in sorted(one.left_out.items()):
        click.echo(f"  {number} left out: {why}")
    if not one.pairs:
        click.echo("  nothing to compare: give pictures of two families or more\n")
        return
    click.echo(
        f"  at {one.threshold} bits: {one.false_matches(one.threshold)} false matches,"
        f" at most {one.bound(one.threshold):.2g} of all pairs (95%, one-sided)"
    )
    for rate, largest in _rates(one).items():
        needed = pairs_needed(float(rate))
        said = f"up to {largest} bits"
        if largest is None:
            said = "at no threshold of this set"
            if one.pairs < needed:
                said = f"cannot be stated: {needed} pairs are needed"
        click.echo(f"  false matches below {rate} of all pairs: {said}")
    rows = [
        {**row, "rate": f"{row['rate']:.3g}", "bound": f"{row['bound']:.3g}"}
        for row in one.rows()
    ]
    table(rows, _CALIBRATED)
    click.echo("")

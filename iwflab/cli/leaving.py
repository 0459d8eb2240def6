"""Commands of what leaves: sign-off, release; and what the analyst had before them."""

import click

from iwflab.cli.printing import Meter, json_option, lab_option, open_lab, say, table
from iwflab.errors import BadInput


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
        if everything:
            media = tuple(row["medium"] for row in waiting if not row["against"])
            if not media:
                raise BadInput("nothing can be signed off", advice="grade media first")
        if media:
            head = lab.sign_off(media)
            click.echo(f"{len(media)} signed off; head at entry {head.size}")
            return
    rows = [
        {
            **{name: row[name] for name in ("medium", "sha256", "grader")},
            **{grade.scheme: grade.code for grade in row["grades"]},
            "against": "; ".join(row["against"]),
        }
        for row in waiting
    ]
    if as_json:
        say(rows)
    elif rows:
        table(rows, rows[0])
    else:
        click.echo("nothing waits for a sign-off", err=True)


@click.command("take-back")
@click.argument("medium")
@click.option("--reason", required=True)
@lab_option
def take_back(medium: str, reason: str, folder: str) -> None:
    """Take back the sign-off of one medium, with a reason."""
    with open_lab(folder) as lab:
        lab.take_back(medium, reason=reason)
    click.echo("taken back; the medium can be graded again")


@click.command()
@click.argument("name", required=False)
@click.option("--scheme", default="uk_2014", show_default=True)
@lab_option
@json_option
def release(name: str | None, scheme: str, folder: str, as_json: bool) -> None:
    """Release what is signed off as a hash list; without a name, list releases."""
    with open_lab(folder) as lab:
        if name is None:
            done = lab.releases()
        else:
            done = [lab.release(name, scheme=scheme, progress=Meter("media proven"))]
    if as_json:
        say([{**_plain(one), "folder": str(one.folder)} for one in done])
        return
    for one in done:
        counts = ", ".join(f"{code} {n}" for code, n in one.counts.items())
        click.echo(f"{one.name}: {one.items} media ({counts}) in {one.folder}")
        for reason, number in one.left_out.items():
            click.echo(f"  left out: {number} {reason}")


def _plain(one: object) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(one)  # type: ignore[call-overload,no-any-return]


@click.command()
@lab_option
def exposure(folder: str) -> None:
    """Show what you had before you in the last 24 hours; it is yours alone."""
    with open_lab(folder) as lab:
        say(lab.progress()["exposure"])

"""Commands that compose a report: to look at it, or to ask that it leaves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from iwflab.cli.printing import json_option, lab_option, open_lab
from iwflab.cli.reporting import tell
from iwflab.cli.saving import write_new
from iwflab.errors import BadInput
from iwflab.lab import Lab
from iwflab.lab.composing import lacking


def _composed(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what a report is told about itself."""
    for option in reversed(
        [
            click.option(
                "--period", required=True, help="2026-10, or 2026-08..2026-10."
            ),
            click.option("--profile", default="cautious", show_default=True),
            click.option("--scheme", default="uk_2014", show_default=True),
            click.option("--organisation", required=True, help="Who publishes it."),
            click.option("--contact", required=True, help="Whom readers may ask."),
            click.option("--next-release", required=True, help="When the next comes."),
            click.option(
                "--question",
                "questions",
                multiple=True,
                metavar="NAME",
                help="A saved question that becomes a further table; repeatable.",
            ),
            click.option("--provisional", is_flag=True, help="It may be revised."),
            click.option(
                "--revised",
                metavar="REASON",
                help="It corrects numbers that left before; the reason is printed.",
            ),
            click.option(
                "--form", "forms", multiple=True, help="By default every one."
            ),
        ]
    ):
        command = option(command)
    return command


@click.command("write")
@click.argument("kind")
@click.option(
    "--preview",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Write its files into this new folder, outside the lab.",
)
@_composed
@lab_option
def write(
    kind: str, preview: Path, folder: str, *, forms: tuple[str, ...], **said: Any
) -> None:
    """Compose a report from what is signed off, to look at; it has not left then.

    Its files say that they are a preview, and the trail keeps that they were made.
    """
    with open_lab(folder) as lab:
        made = _made(lab, kind, **said)
        files = lab.report_preview(made, forms)
        try:
            preview.mkdir(mode=0o700)
        except OSError as fault:
            raise BadInput(
                f"the preview cannot be written: {fault}", advice="name a new folder"
            ) from fault
        for name, content in files.items():
            write_new(lab, preview / name, content, "preview")
    for why in [] if forms else lacking(name.rpartition(".")[2] for name in files):
        click.echo(f"WARNING: {why}", err=True)
    for name, verdict in made.verdicts:
        click.echo(f"{name}: {verdict.outcome}, {verdict.reason}")
    click.echo(f"{made.title}, {len(made.entries)} tables, in {preview}; not published")


@click.command("ask")
@click.argument("name")
@click.argument("kind")
@click.option(
    "--exception",
    "exceptions",
    multiple=True,
    metavar="TABLE=REASON",
    help="Why a table leaves that did not pass.",
)
@_composed
@lab_option
@json_option
def ask(name: str, kind: str, folder: str, *, as_json: bool, **said: Any) -> None:
    """Ask that a report of this KIND leaves under a NAME; it is composed now."""
    exceptions = dict(_exception(one) for one in said.pop("exceptions"))
    with open_lab(folder) as lab:
        forms = said.pop("forms")
        made = _made(lab, kind, **said)
        files = lab.report_files(made, forms)
        asked = lab.report_ask(
            name, made, files, exceptions=exceptions, revised=bool(made.revised)
        )
    tell(asked, as_json=as_json)


def _made(
    lab: Lab,
    kind: str,
    *,
    period: str,
    profile: str,
    scheme: str,
    questions: tuple[str, ...],
    **told: Any,
) -> Any:
    first, _, last = period.partition("..")
    facts = {word: value for word, value in told.items() if value}
    return lab.report_composed(
        kind,
        period=(first, last or first),
        told=facts,
        profile=profile,
        scheme=scheme,
        questions=questions,
    )


def _exception(text: str) -> tuple[str, str]:
    table, is_, reason = text.partition("=")
    if not is_ or not reason.strip():
        raise BadInput(
            f"{text!r} is no exception", advice="give it as TABLE=REASON, in quotes"
        )
    return table.strip(), reason.strip()

"""Commands of the schemes: what there is, why a class, what other rules would alter."""

from pathlib import Path
from typing import BinaryIO

import click

from iwflab.cli.printing import (
    Meter,
    json_option,
    lab_option,
    open_lab,
    say,
    table,
)
from iwflab.cli.rederived import Totals, line_of, taken_up, tried_rules
from iwflab.cli.saving import kept_file
from iwflab.domain.categories import Scheme, derive
from iwflab.errors import BadInput
from iwflab.lab import Lab
from iwflab.schemes import proposed_schemes, templates
from iwflab.schemes import schemes as all_schemes


@click.group()
def schemes() -> None:
    """Show, check and explain the category schemes."""


@schemes.command("show")
@click.argument("name", default="")
@json_option
def schemes_show(name: str, *, as_json: bool) -> None:
    """List the schemes; or show the codes, rules and law of one."""
    if name:
        _show_one(name, as_json=as_json)
        return
    columns = ("name", "version", "standing", "title", "source", "notice")
    rows = [{c: getattr(s, c) for c in columns} for s in all_schemes().values()]
    rows += [
        {"name": t.name, "version": "", "standing": "template"}
        | {"title": t.title, "source": t.source, "notice": t.notice}
        for t in templates().values()
    ]
    if as_json:
        say(rows)
    else:
        table(rows, columns[:-2])


def _show_one(name: str, *, as_json: bool) -> None:
    from iwflab.schemes import scheme_named

    if name in templates():
        template = templates()[name]
        click.echo(f"{template.title}\n{template.source}\n\n{template.notice}")
        return
    scheme = scheme_named(name)
    rules = [
        {"rule": rule.name, "code": rule.code, "law": rule.cites}
        for rule in scheme.rules
    ]
    if as_json:
        labels = dict(scheme.labels)
        say({"name": name, "version": scheme.version, "labels": labels, "rules": rules})
        return
    click.echo(f"{scheme.title}, version {scheme.version} ({scheme.standing})")
    click.echo(f"{scheme.source}\n{scheme.notice}\n")
    table(
        [{"code": c, "means": m} for c, m in scheme.labels.items()], ("code", "means")
    )
    click.echo()
    table(rules, ("code", "rule", "law"))


@schemes.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def schemes_check(files: tuple[Path, ...]) -> None:
    """Check every scheme and derive its own examples; exit 1 if one fails.

    FILES are schemes of your own, or edited copies, not yet in use.
    """
    chosen = proposed_schemes(files) if files else all_schemes()
    wrong = [
        f"{s.name}: {name}: {derive(s, record).code}, not {code}"
        for s in chosen.values()
        for name, record, code in s.examples
        if derive(s, record).code != code
    ]
    for line in wrong:
        click.echo(line, err=True)
    if wrong:
        raise click.exceptions.Exit(1)
    some = "scheme agrees with its" if len(chosen) == 1 else "schemes agree with their"
    click.echo(f"{len(chosen)} {some} examples")


@schemes.command("explain")
@click.argument("medium")
@click.option("--scheme", default="", help="Only this one.")
@lab_option
@json_option
def schemes_explain(medium: str, *, scheme: str, folder: str, as_json: bool) -> None:
    """Say why MEDIUM has its class under each scheme: answers, rules, law."""
    with open_lab(folder) as lab:
        found = lab.why(medium, scheme)
    if as_json:
        say(found)
        return
    for one in found:
        click.echo(f"{one['scheme']} {one['version']}: {one['label']} ({one['code']})")
        for title, lines in (
            ("answers", [f"{name}: {said}" for name, said in one["because"].items()]),
            ("rules", one["rules"]),
            ("law", one["cites"]),
            ("still possible", one["possible"]),
            ("would settle it", one["missing"]),
        ):
            for line in lines:
                click.echo(f"    {title:<15} {line}")


@schemes.command("rederive")
@click.option("--dry-run", is_flag=True, help="Required: nothing is ever written.")
@click.option(
    "--with",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="An edited scheme file to try; may be given again.",
)
@click.option(
    "--report",
    "to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every change here, as JSON lines; an unfinished one is gone on with.",
)
@lab_option
@json_option
def schemes_rederive(
    *,
    dry_run: bool,
    files: tuple[Path, ...],
    to: Path | None,
    folder: str,
    as_json: bool,
) -> None:
    """Derive every stored record anew and say what would change; exit 1 if any does.

    Without --with, what was signed off is held against the rules in force.
    """
    if not dry_run:
        raise BadInput(
            "classes are derived, never rewritten: there is only a dry run",
            advice="add --dry-run; what was signed off is signed off anew by a person",
        )
    proposed = proposed_schemes(files)
    with open_lab(folder) as lab:
        if to is None:
            totals = _gone_through(lab, proposed, None, Totals())
        else:
            tried = tried_rules(files)
            with kept_file(lab, to, "report") as out:
                totals = taken_up(out, tried)
                totals = _gone_through(lab, proposed, out, totals)
                out.write(line_of(done=totals.records))
    totals.tell(as_json=as_json)
    if totals.changed:
        raise click.exceptions.Exit(1)


def _gone_through(
    lab: Lab, proposed: dict[str, Scheme], out: BinaryIO | None, totals: Totals
) -> Totals:
    parts = lab.rederive(
        proposed, after=totals.place, done=totals.records, progress=Meter("records")
    )
    for part in parts:
        totals.records += part.records
        totals.same += part.same
        totals.place = part.place
        totals.add(part.changes, part.versions)
        if out:
            mark = line_of(through=part.place, records=totals.records, same=totals.same)
            lines = [line_of(**one) for one in (*part.changes, *part.versions)]
            out.write(b"".join(lines) + mark)
            out.flush()
    return totals

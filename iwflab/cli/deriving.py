"""Commands of the schemes: what there is, why a class, what other rules would alter."""

import json
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import click

from iwflab.cli.printing import Meter, json_option, lab_option, open_lab, say, table
from iwflab.cli.saving import kept_file
from iwflab.domain.categories import Scheme, derive
from iwflab.errors import BadInput
from iwflab.lab import Lab
from iwflab.schemes import proposed_schemes, templates
from iwflab.schemes import schemes as all_schemes

_MOST = 50  # changes on the screen; the report holds them all


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
            totals = _gone_through(lab, proposed, None, _Totals())
        else:
            tried = _tried(files)
            with kept_file(lab, to, "report") as out:
                totals = _taken_up(out, tried)
                totals = _gone_through(lab, proposed, out, totals)
                out.write(_line(done=totals.records))
    totals.tell(as_json=as_json)
    if totals.changed:
        raise click.exceptions.Exit(1)


class _Totals:
    def __init__(self) -> None:
        self.place = ""
        self.records = self.same = self.changed = 0
        self.moves: Counter[tuple[str, str, str]] = Counter()
        self.first: list[dict[str, str]] = []

    def add(self, changes: list[dict[str, str]]) -> None:
        self.changed += len(changes)
        self.moves.update((c["scheme"], c["before"], c["now"]) for c in changes)
        self.first += changes[: _MOST - len(self.first)]

    def tell(self, *, as_json: bool) -> None:
        rows = [
            {"scheme": scheme, "before": before, "now": now, "records": number}
            for (scheme, before, now), number in sorted(self.moves.items())
        ]
        if as_json:
            counts = {"records": self.records, "same": self.same}
            say({**counts, "changed": self.changed, "moves": rows})
            return
        if rows:
            table(rows, ("scheme", "before", "now", "records"))
            click.echo()
            table(self.first, ("medium", "scheme", "before", "now", "signed"))
            if self.changed > len(self.first):
                click.echo(f"and {self.changed - len(self.first)} more (--report)")
        click.echo(
            f"{self.records} records: {self.same} classes stay, {self.changed} change"
        )


def _gone_through(
    lab: Lab, proposed: dict[str, Scheme], out: BinaryIO | None, totals: _Totals
) -> _Totals:
    parts = lab.rederive(
        proposed, after=totals.place, done=totals.records, progress=Meter("records")
    )
    for part in parts:
        totals.records += part.records
        totals.same += part.same
        totals.place = part.place
        totals.add(list(part.changes))
        if out:
            mark = _line(through=part.place, records=totals.records, same=totals.same)
            out.write(b"".join(_line(**change) for change in part.changes) + mark)
            out.flush()
    return totals


_HEAD = "rederive"  # the first line of a report names it, and the rules that were tried


def _taken_up(out: BinaryIO, tried: str) -> _Totals:
    """Read an unfinished report up to its last whole part, cut off the rest.

    A new file gets its first line.  BadInput, and nothing written, for any other file.
    """
    totals, waiting, at, kept = _Totals(), list[dict[str, Any]](), 0, 0
    lines = out.readlines()
    if not lines:
        out.write(_line(**{_HEAD: tried}))
        return totals
    _must_go_on(lines, tried)
    for line in lines:
        at += len(line)
        plain = _read(line)
        if _HEAD in plain:
            kept = at
        elif "through" in plain:
            totals.place, kept = plain["through"], at
            totals.records, totals.same = plain["records"], plain["same"]
            totals.add(waiting)
            waiting = []
        elif not plain:
            break
        else:
            waiting.append(plain)
    out.seek(kept)
    out.truncate()
    return totals


def _must_go_on(lines: list[bytes], tried: str) -> None:
    said = _read(lines[0]).get(_HEAD)
    if said is None:
        raise BadInput(
            "that file is no report of rederive", advice="name a new file; it is kept"
        )
    if said != tried:
        raise BadInput("the report was made with other rules", advice="name a new file")
    if "done" in _read(lines[-1]):
        raise BadInput(
            "that report is finished", advice="name a new file to go through all anew"
        )


def _read(line: bytes) -> dict[str, Any]:
    try:
        plain = json.loads(line)
    except ValueError:
        return {}
    return plain if isinstance(plain, dict) else {}


def _line(**plain: Any) -> bytes:
    return json.dumps(plain).encode() + b"\n"


def _tried(files: tuple[Path, ...]) -> str:
    """Name the rules of a run: of the versions in force, and the very files tried."""
    known = [f"{name} {scheme.version}" for name, scheme in all_schemes().items()]
    given = [f"{file.name} {sha256(file.read_bytes()).hexdigest()}" for file in files]
    return sha256("\n".join([*known, *sorted(given)]).encode()).hexdigest()[:16]

"""What deriving anew found: totals on the screen, and a report that is gone on with."""

import json
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import click

from iwflab.cli.printing import counted, say, table
from iwflab.errors import BadInput
from iwflab.schemes import schemes as all_schemes

_MOST = 50  # changes on the screen; the report holds them all
_FORM = "2"  # of the lines of a report: one of another form is not gone on with
_HEAD = "rederive"  # the first line of a report names it, and the rules that were tried


class Totals:
    """What was found so far, and where."""

    def __init__(self) -> None:
        self.place = ""
        self.records = self.same = self.changed = 0
        self.moves: Counter[tuple[str, str, str]] = Counter()
        self.first: list[dict[str, str]] = []
        self.versions: Counter[tuple[str, str, str]] = Counter()
        self.named: list[dict[str, str]] = []

    def add(
        self, changes: Sequence[dict[str, str]], versions: Sequence[dict[str, str]]
    ) -> None:
        self.changed += len(changes)
        self.moves.update((c["scheme"], c["before"], c["now"]) for c in changes)
        self.first += changes[: _MOST - len(self.first)]
        self.versions.update(
            (v["scheme"], v["version_signed"], v["version_now"]) for v in versions
        )
        self.named += versions[: _MOST - len(self.named)]

    def tell(self, *, as_json: bool) -> None:
        rows = [
            {"scheme": scheme, "before": before, "now": now, "records": number}
            for (scheme, before, now), number in sorted(self.moves.items())
        ]
        if as_json:
            counts = {"records": self.records, "same": self.same}
            other = {"other_version": self.versions.total(), "versions": self._versions}
            say({**counts, "changed": self.changed, "moves": rows, **other})
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
        self._tell_versions()

    @property
    def _versions(self) -> list[dict[str, Any]]:
        return [
            {"scheme": scheme, "signed": then, "now": now, "sign_offs": number}
            for (scheme, then, now), number in sorted(self.versions.items())
        ]

    def _tell_versions(self) -> None:
        """Name what stays in its class, and is not released all the same."""
        number = self.versions.total()
        if not number:
            return
        click.echo()
        table(self._versions, ("scheme", "signed", "now", "sign_offs"))
        click.echo()
        table(self.named, ("medium", "scheme", "code", "version_signed"))
        if number > len(self.named):
            click.echo(f"and {number - len(self.named)} more (--report)")
        click.echo(
            f"{counted(number, 'signed class', 'signed classes')} of another version"
            " stay: not released until signed off anew"
        )


def taken_up(out: BinaryIO, tried: str) -> Totals:
    """Read an unfinished report up to its last whole part, cut off the rest.

    A new file gets its first line.  BadInput, and nothing written, for any other file.
    """
    totals, waiting, at, kept = Totals(), list[dict[str, Any]](), 0, 0
    lines = out.readlines()
    if not lines:
        out.write(line_of(**{_HEAD: tried}))
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
            totals.add(
                [one for one in waiting if "version_signed" not in one],
                [one for one in waiting if "version_signed" in one],
            )
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


def line_of(**plain: Any) -> bytes:
    """Write one line of a report."""
    return json.dumps(plain).encode() + b"\n"


def tried_rules(files: tuple[Path, ...]) -> str:
    """Name the rules of a run: of the versions in force, and the very files tried."""
    known = [f"{name} {scheme.version}" for name, scheme in all_schemes().items()]
    given = [f"{file.name} {sha256(file.read_bytes()).hexdigest()}" for file in files]
    told = [_FORM, *known, *sorted(given)]
    return sha256("\n".join(told).encode()).hexdigest()[:16]

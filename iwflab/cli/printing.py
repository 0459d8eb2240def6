"""How the command line speaks: tables for people, JSON for machines, progress."""

import csv
import io
import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import click

from iwflab.domain.cells import safe_cell
from iwflab.domain.media import display_text
from iwflab.lab import Lab
from iwflab.lab.seat import operating_system_user

_SECONDS_BETWEEN = 0.2  # a terminal needs no more than five lines a second


def lab_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--lab`` (or the environment's IWFLAB_LAB) to a command."""
    return click.option(
        "--lab",
        "folder",
        envvar="IWFLAB_LAB",
        show_envvar=True,  # the error of a missing one names it, too
        required=True,
        type=click.Path(file_okay=False),
        help="The lab folder; by default what IWFLAB_LAB names.",
    )(command)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json`` to a command."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print JSON for machines."
    )(command)


def open_lab(folder: str) -> Lab:
    """Open the lab; on the command line the analyst is the operating-system user."""
    lab = Lab.open(folder, analyst=operating_system_user())
    _warn(lab.warnings(waiting=False))
    return lab


def warn_of_waiting(lab: Lab) -> None:
    """Say that media were not held, where that bears on what was just done."""
    _warn(lab.warnings(disk=False))


def _warn(warnings: Iterable[str]) -> None:
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)


def say(plain: object) -> None:
    """Print JSON, one document."""
    click.echo(json.dumps(plain, indent=2, sort_keys=True, default=_plain))


def _plain(value: object) -> object:
    # Not asdict: of a Counter it makes one that counts pairs.
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    return str(value)


def counted(number: int, one: str, many: str = "") -> str:
    """Say how many of something there are: "1 list", "2 lists"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def table(rows: Sequence[Mapping[str, Any]], columns: Iterable[str]) -> None:
    """Print rows as aligned text; what came from outside is cleaned again."""
    names = list(columns)
    cells = [[display_text(str(row.get(name, ""))) for name in names] for row in rows]
    widths = [
        max(len(name), *(len(line[i]) for line in cells)) if cells else len(name)
        for i, name in enumerate(names)
    ]
    for line in [names, ["-" * width for width in widths], *cells]:
        text = "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True))
        click.echo(text.rstrip())


def lines(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Print rows as CSV while they come, safe to open in a spreadsheet."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(_cell(row.get(name))) for name in columns])
        click.echo(text.getvalue(), nl=False)
        text.seek(0)
        text.truncate()
    click.echo(text.getvalue(), nl=False)


def _cell(value: object) -> str:
    return "" if value is None else str(value)


class Meter:
    """Progress on stderr: done of all, rate, time left; one line, or few in a log."""

    def __init__(self, noun: str) -> None:
        """Start the clock; ``bytes`` are told in MB."""
        self._unit = 1e6 if noun == "bytes" else 1
        self._noun = "MB" if noun == "bytes" else noun
        self._start = self._last = time.monotonic()
        self._live = sys.stderr.isatty()

    def __call__(self, done: int, total: int, size: int = 0, whole: int = 0) -> None:
        """Take note of the state of a long job; print it now and then."""
        now = time.monotonic()
        if done < total and now - self._last < _SECONDS_BETWEEN * (
            1 if self._live else 25
        ):
            return
        self._last = now
        passed = max(now - self._start, 1e-6)
        share = (size / whole) if whole else (done / total if total else 1)
        left = passed * (1 - share) / share if share else 0
        text = f"{self._told(done)} of {self._told(total)} {self._noun}"
        text += f", {done / self._unit / passed:.1f} {self._rate}"
        if whole:
            text += f", {size / 1e6:.0f} of {whole / 1e6:.0f} MB"
        text += f", {left:.0f} s left" if done < total else f", {passed:.1f} s"
        click.echo(
            ("\r\x1b[K" if self._live else "") + text,
            err=True,
            nl=not self._live or done >= total,
        )

    @property
    def _rate(self) -> str:
        return "a second" if self._unit == 1 else f"{self._noun} a second"

    def _told(self, number: int) -> str:
        return str(number) if self._unit == 1 else f"{number / self._unit:.1f}"

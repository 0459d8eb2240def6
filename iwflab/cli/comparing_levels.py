"""The comparison of start levels: switched on, off, shown."""

from collections.abc import Sequence
from math import isnan
from typing import Any

import click

from iwflab.cli.printing import json_option, lab_option, open_lab, say, table

_PERCENT = ("agreement", "went higher")
_REPORTS = "report "


@click.group()
def comparison() -> None:
    """Compare start levels among those who take part; off unless switched on."""


@comparison.command("on")
@lab_option
def comparison_on(folder: str) -> None:
    """Switch on what lab.toml names by its protocol; nobody takes part by that."""
    with open_lab(folder) as lab:
        found = lab.comparison_switch(active=True)
    click.echo(
        f"protocol {found['protocol']} is switched on, decided by"
        f" {found['decided_by']}; levels: {', '.join(found['levels'])}",
        err=True,
    )


@comparison.command("off")
@lab_option
def comparison_off(folder: str) -> None:
    """Switch it off; nothing more is drawn, and what was recorded stays."""
    with open_lab(folder) as lab:
        found = lab.comparison_switch(active=False)
    click.echo(f"protocol {found['protocol']} is switched off", err=True)


@comparison.command("show")
@click.option("--protocol", default="", help="By default the newest.")
@lab_option
@json_option
def comparison_show(protocol: str, folder: str, *, as_json: bool) -> None:
    """Show the report: by level, with base and intervals; it draws no conclusion."""
    with open_lab(folder) as lab:
        found = lab.level_comparison(protocol)
    rows = [_plain(row) for row in found.to_dict("records")]
    told = found.attrs
    if as_json:
        say({**told, "rows": rows})
        return
    for by in ("assigned", "at decision"):
        mine = [row for row in rows if row["by"] == by]
        click.echo(f"\nBy level {by}\n" if mine else f"\nBy level {by}: nothing yet")
        if mine:
            _wide(mine)
    state = "switched on" if told["active"] else "switched off"
    click.echo(f"\nprotocol {told['protocol']}, {state}", err=True)
    for name, number in told["base"].items():
        click.echo(f"{name}: {'[c]' if number is None else number}", err=True)
    for note in told["notes"]:
        click.echo(f"- {note}", err=True)


def _wide(rows: Sequence[dict[str, Any]]) -> None:
    """Print one line a level, one column a measure."""
    lines: dict[str, dict[str, str]] = {}
    for row in rows:
        line = lines.setdefault(row["level"], {"level": row["level"]})
        line[row["measure"]] = _cell(row)
        if row["measure"] == "media":
            line["people"] = "[c]" if row["flag"] == "c" else str(row["people"])
    names = list(dict.fromkeys(row["measure"] for row in rows))
    for wanted in (False, True):  # the self-report in a table of its own
        chosen = [name for name in names if name.startswith(_REPORTS) == wanted]
        first = ["level"] if wanted else ["level", "people"]
        table(list(lines.values()), [*first, *chosen])
        click.echo()


def _cell(row: dict[str, Any]) -> str:
    if row["flag"] in {"c", "x"}:
        return f"[{row['flag']}]"
    if row["lower"] is None:
        return f"{row['estimate']:.0f}"
    is_share = row["measure"] in _PERCENT or row["measure"].startswith(_REPORTS)
    numbers = [row[name] * (100 if is_share else 1) for name in _ESTIMATE]
    middle, lower, upper = (f"{number:.1f}" for number in numbers)
    unit = "%" if is_share else " s"
    flag = f" [{row['flag']}]" if row["flag"] else ""
    return f"{middle}{unit} ({lower} to {upper}) of {row['n']}{flag}"


_ESTIMATE = ("estimate", "lower", "upper")


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    """Give a row without NaN: JSON knows none."""
    plain = {str(name): value for name, value in row.items()}
    for name in _ESTIMATE:
        plain[name] = None if isnan(plain[name]) else plain[name]
    for name in ("n", "people"):
        plain[name] = int(plain[name]) if plain["flag"] != "c" else None
    return plain

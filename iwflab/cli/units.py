"""The command of count units: how they relate."""

from typing import Any

import click

from iwflab.cli.printing import json_option, lab_option, open_lab, say, table
from iwflab.domain.hashes import FARTHEST_CANDIDATE, MATCH_DISTANCE

_COLUMNS = ("rung", "part", "number", "unit", "note")


@click.command()
@click.option("--scheme", default="uk_2014", show_default=True)
@click.option(
    "--distance",
    type=click.IntRange(0, FARTHEST_CANDIDATE),
    default=MATCH_DISTANCE,
    show_default=True,
    help="Up to how many bits apart near-duplicates are one content.",
)
@lab_option
@json_option
def units(scheme: str, distance: int, folder: str, *, as_json: bool) -> None:
    """Show how files, media, content, children, victims, series and URLs relate."""
    with open_lab(folder) as lab:
        found = lab.units(scheme, distance=distance)
    rows: list[dict[str, Any]] = []
    for row in found.to_dict("records"):
        number = int(row["estimate"])
        rows.append({**{str(k): v for k, v in row.items()}, "number": number})
    if as_json:
        say([{name: row[name] for name in _COLUMNS} for row in rows])
        return
    table([_once(row, n, rows) for n, row in enumerate(rows)], _COLUMNS)


def _once(row: dict[str, Any], at: int, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Say name, unit and note of a rung on its first line only."""
    if at and rows[at - 1]["rung"] == row["rung"]:
        return {**row, "rung": "", "unit": "", "note": ""}
    return row

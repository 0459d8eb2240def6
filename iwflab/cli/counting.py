"""Commands of what is counted: tables and frames."""

from dataclasses import asdict
from pathlib import Path

import click

from iwflab.cli.printing import json_option, lab_option, open_lab, say, table
from iwflab.cli.saving import write_new
from iwflab.domain.counting import UNITS, Table
from iwflab.errors import BadInput


@click.command("table")
@click.argument("name", default="victims")
@click.option("--unit", required=True, type=click.Choice(list(UNITS)))
@click.option("--scheme", default="uk_2014", show_default=True)
@click.option(
    "--chart",
    type=click.Path(dir_okay=False),
    help="Also write the chart here, as SVG.",
)
@lab_option
@json_option
def statistic_table(
    name: str, *, unit: str, scheme: str, chart: str | None, folder: str, as_json: bool
) -> None:
    """Print a table that says what it counts; NAME is a statistic."""
    with open_lab(folder) as lab:
        counted = lab.table(name, unit=unit, scheme=scheme)
        if chart:
            write_new(lab, Path(chart), lab.chart(counted).encode(), "chart")
    if as_json:
        cells = [{**asdict(cell), "percent": cell.percent} for cell in counted.cells]
        say({**asdict(counted), "cells": cells})
    else:
        _print(counted)


def _print(counted: Table) -> None:
    click.echo(counted.title)
    click.echo(f"unit: {UNITS[counted.unit]}")
    click.echo(f"base: {counted.denominator} ({counted.basis})\n")
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for cell in counted.cells:
        line = rows.setdefault(
            cell.row, dict(zip(counted.row_names, cell.row, strict=True))
        )
        share = f"{cell.numerator} ({cell.percent_in_words})"
        line[cell.column] = share if cell.numerator else "0"
    table(list(rows.values()), (*counted.row_names, *counted.columns))
    click.echo(f"\nEach percentage is of the base, {counted.denominator}.")
    for reason, number in counted.exclusions.items():
        click.echo(f"not counted: {number} {reason}")
    if counted.note:
        click.echo(counted.note)


@click.command()
@click.argument(
    "frame",
    type=click.Choice(
        [
            "media",
            "copies",
            "children",
            "assessments",
            "segments",
            "grades",
            "hashes",
            "frames",
            "links",
            "carried_grades",
            "series",
            "victims",
            "tags",
            "sightings",
        ]
    ),
)
@click.option("--as", "form", type=click.Choice(["csv", "xlsx"]), default="csv")
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it here; a workbook needs a file.",
)
@lab_option
def export(frame: str, form: str, to: Path | None, folder: str) -> None:
    """Write one tidy table of the lab as CSV or XLSX, safe to open in a spreadsheet."""
    from iwflab.exchange.tables import csv_table, xlsx_table

    if form == "xlsx" and to is None:
        raise BadInput("a workbook needs a file", advice="add --to FILE.xlsx")
    if to and to.suffix.lower() in _ENDINGS - {f".{form}"}:
        raise BadInput(
            f"{to.name} would hold {form.upper()}",
            advice=f"add --as {to.suffix[1:].lower()}, or name it .{form}",
        )
    with open_lab(folder) as lab:
        found = getattr(lab, frame)()
        columns = [str(name) for name in found.columns]
        rows = found.astype(object).itertuples(index=False, name=None)
        if to is None:
            click.echo(csv_table(columns, rows), nl=False)
        elif form == "csv":
            # With its mark, or spreadsheets take it for a code page of their own.
            write_new(lab, to, csv_table(columns, rows).encode("utf-8-sig"), "table")
        else:
            write_new(lab, to, xlsx_table(columns, rows, sheet=frame), "table")


_ENDINGS = {".csv", ".xlsx"}

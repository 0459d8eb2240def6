"""Static charts: SVG drawn offline, that can be read without seeing colours.

Altair describes the chart, vl-convert draws it in this process; nothing is fetched
and the SVG runs no script.  A title and a full text alternative stand inside it.
"""

import re
from html import escape
from typing import TYPE_CHECKING, Any

from iwflab.domain.counting import UNITS, Table

if TYPE_CHECKING:
    import altair as alt

# Dark to light, so that order survives greyscale; each with 3:1 against white or a
# dark outline (WCAG 2.2, 1.4.11).  Undetermined is hatched out in grey, not a step.
_SHADES = ("#12436D", "#28A197", "#F46A25", "#A285D1", "#801650", "#3D3D3D")
_UNSURE = "#BFBFBF"


def draw(table: Table) -> str:
    """Draw a table as a stacked bar for each first row name, as SVG text.

    The unit and the base stand in the subtitle; every number is in ``<desc>``.
    """
    import vl_convert

    svg = str(vl_convert.vegalite_to_svg(_chart(table).to_dict()))
    return _accessible(svg, table)


def _chart(table: Table) -> "alt.LayerChart":
    import altair as alt

    rows = _counts(table)
    order = list(dict.fromkeys(row["row"] for row in rows))
    scale = alt.Scale(
        domain=list(table.columns),
        range=[*_shades(len(table.columns) - 1), _UNSURE],
    )
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("row:N", sort=order, title=table.row_names[0]),
        x=alt.X(
            "count:Q",
            title=f"number ({UNITS[table.unit]})",
            axis=alt.Axis(tickMinStep=1, format="d"),
            stack="zero",
        ),
        order=alt.Order("place:Q"),
    )
    bars = base.mark_bar(stroke="#1F1F1F", strokeWidth=0.75).encode(
        color=alt.Color("column:N", scale=scale, title=table.column_name)
    )
    return alt.layer(bars).properties(
        width=520,
        height={"step": 26},
        title=alt.TitleParams(
            table.title,
            subtitle=f"{UNITS[table.unit]}; base {table.denominator}",
            anchor="start",
        ),
        background="#FFFFFF",
    )


def _shades(number: int) -> list[str]:
    return [_SHADES[i % len(_SHADES)] for i in range(number)]


def _counts(table: Table) -> list[dict[str, Any]]:
    """Sum over everything but the first row name and the column."""
    sums: dict[tuple[str, str], int] = {}
    for cell in table.cells:
        key = (cell.row[0], cell.column)
        sums[key] = sums.get(key, 0) + cell.numerator
    places = {column: place for place, column in enumerate(table.columns)}
    return [
        {"row": row, "column": column, "count": count, "place": places[column]}
        for (row, column), count in sums.items()
    ]


def _accessible(svg: str, table: Table) -> str:
    title = f"<title>{escape(table.title)}</title>"
    desc = f"<desc>{escape(text_alternative(table))}</desc>"
    return re.sub(r"<svg([^>]*)>", rf'<svg\1 role="img">{title}{desc}', svg, count=1)


def text_alternative(table: Table) -> str:
    """Say the whole chart in words: unit, base, every number that is not zero."""
    lines: dict[str, list[str]] = {}
    for row in _counts(table):
        if row["count"]:
            lines.setdefault(row["row"], []).append(f"{row['column']} {row['count']}")
    said = "; ".join(f"{row}: {', '.join(found)}" for row, found in lines.items())
    return (
        f"{table.title}. Unit: {UNITS[table.unit]}. Base: {table.denominator}. "
        f"{said or 'no media counted yet'}."
    )

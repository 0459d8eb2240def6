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

# Each bar carries its code as a word, so that no colour has to be told from another;
# the second colour is that word's, with 4.5:1 against the first (WCAG 2.2, 1.4.3).
# Undetermined is grey: it is no step of the scale.
_SHADES = (
    ("#12436D", "#FFFFFF"),
    ("#28A197", "#000000"),
    ("#F46A25", "#000000"),
    ("#C4B2E6", "#000000"),
    ("#801650", "#FFFFFF"),
    ("#3D3D3D", "#FFFFFF"),
)
_UNSURE = ("#BFBFBF", "#000000")
_TICKS = 6  # about so many whole numbers stand along the axis


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
    shades = [*_shades(len(table.columns) - 1), _UNSURE]
    domain = list(table.columns)
    width = alt.X(
        "count:Q",
        title=f"number of: {UNITS[table.unit]}",
        axis=alt.Axis(values=_ticks(rows), format="d"),
        stack="zero",
    )
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("row:N", sort=order, title=table.row_names[0]),
        order=alt.Order("place:Q"),
    )
    fill = alt.Scale(domain=domain, range=[shade for shade, _ in shades])
    bars = base.mark_bar(stroke="#1F1F1F", strokeWidth=0.75).encode(
        x=width, color=alt.Color("column:N", scale=fill, title=table.column_name)
    )
    ink = alt.Scale(domain=domain, range=[word for _, word in shades])
    middle = alt.X("count:Q", stack="zero", bandPosition=0.5)
    colour = alt.Color("column:N", scale=ink, legend=None)
    words = base.transform_filter("datum.count > 0").mark_text(fontSize=11)
    words = words.encode(x=middle, text="column:N", color=colour)
    return (
        alt.layer(bars, words)
        .resolve_scale(color="independent")
        .properties(
            width=520,
            height={"step": 26},
            title=alt.TitleParams(
                table.title,
                subtitle=f"{UNITS[table.unit]}; base {table.denominator}",
                anchor="start",
            ),
            background="#FFFFFF",
        )
    )


def _shades(number: int) -> list[tuple[str, str]]:
    return [_SHADES[i % len(_SHADES)] for i in range(number)]


def _ticks(rows: list[dict[str, Any]]) -> list[int]:
    """Give whole numbers for the axis, from nothing to the longest bar."""
    longest: dict[str, int] = {}
    for row in rows:
        longest[row["row"]] = longest.get(row["row"], 0) + row["count"]
    most = max(longest.values(), default=0)
    step = max(1, -(-most // _TICKS))
    return list(range(0, most + step, step))


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

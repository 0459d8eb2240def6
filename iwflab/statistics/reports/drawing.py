"""Draws a report's charts as SVG: offline, with their words inside, the same bytes.

Altair describes the chart, vl-convert draws it in this process.  Each bar carries its
group and number as text, so that no colour has to be told from another.
"""

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from iwflab.statistics.reports.model import Chart

if TYPE_CHECKING:
    import altair as alt

# Analysis Function colour palette (afcharts 1.2.0): categorical, and one for one group.
PALETTE = ("#12436D", "#28A197", "#801650", "#F46A25")
DUO = ("#12436D", "#F46A25")
_STEP = 17  # points a bar
_WIDTH = 460
_TICKS = 6
_LINE = 74  # signs a line of the title
_KEPT = 32  # charts: those of a report, which its page and its PDF both show
_INK = "#0B0C0C"


@lru_cache(maxsize=_KEPT)
def drawn(chart: Chart) -> str:
    """Draw a chart as SVG text with a title and a description inside.

    Equal charts are drawn once: drawing takes a tenth of a second each.
    """
    import vl_convert

    svg = str(vl_convert.vegalite_to_svg(_described(chart).to_dict()))
    title = f"<title>{escape(chart.title)}</title>"
    desc = f"<desc>{escape(chart.text)}</desc>"
    return re.sub(r"<svg([^>]*)>", rf'<svg\1 role="img">{title}{desc}', svg, count=1)


def _described(chart: Chart) -> "alt.LayerChart":
    import altair as alt

    groups = list(chart.groups)
    rows = list(dict.fromkeys(bar.row for bar in chart.bars))
    base = _rows(chart, rows, groups)
    shades = DUO if len(groups) == len(DUO) else PALETTE
    colour = alt.Color(
        "group:N",
        scale=alt.Scale(domain=groups, range=list(shades[: len(groups)])),
        legend=None,
    )
    most = max((bar.value or 0 for bar in chart.bars), default=0)
    ticks = _ticks(most)
    length = alt.X(
        "value:Q",
        title=chart.axis,
        axis=alt.Axis(values=ticks, format=",d", grid=True, gridColor="#D9D9D9"),
        scale=alt.Scale(domain=[0, max(ticks[-1], 1)], nice=False),
    )
    marks = base.transform_filter("!datum.hidden").mark_bar()
    words = base.mark_text(align="left", dx=4, fontSize=11, color=_INK)
    said = alt.Description("said:N")
    layers = alt.layer(
        marks.encode(x=length, color=colour, description=said),
        words.encode(x=length, text="text:N", description=said),
    )
    return _framed(layers, chart, len(rows))


def _framed(layers: "alt.LayerChart", chart: Chart, rows: int) -> "alt.LayerChart":
    """Set the size, title and type of a chart."""
    import altair as alt

    sized = layers.properties(
        width=_WIDTH,
        height=_STEP * len(chart.bars) + 6 * rows,
        title=alt.TitleParams(
            _wrapped(chart.title), subtitle=_wrapped(chart.subtitle), anchor="start"
        ),
        background="#FFFFFF",
        padding={"left": 8, "right": 90, "top": 8, "bottom": 8},
    )
    return (
        sized.configure(font="sans-serif")
        .configure_title(color=_INK, subtitleColor=_INK, fontSize=14, offset=12)
        .configure_axis(labelColor=_INK, titleColor=_INK, labelFontSize=12)
        .configure_view(stroke=None)
    )


def _rows(chart: Chart, rows: list[str], groups: list[str]) -> "alt.Chart":
    """Place a bar for each row, or for each row and group."""
    import altair as alt

    several = len(groups) > 1
    base = alt.Chart(alt.Data(values=_values(chart, several=several))).encode(
        y=alt.Y(
            "row:N",
            sort=rows,
            title=None,
            axis=alt.Axis(domain=False, ticks=False, labelLimit=220, labelPadding=6),
            scale=alt.Scale(paddingInner=0.25 if several else 0.2),
        )
    )
    if several:
        base = base.encode(yOffset=alt.YOffset("group:N", sort=groups))
    return base


def _values(chart: Chart, *, several: bool) -> list[dict[str, Any]]:
    return [
        {
            "row": bar.row,
            "group": bar.group,
            "value": bar.value or 0,
            "hidden": bar.value is None,
            "text": f"{bar.group}: {bar.text}" if several else bar.text,
            # Said of each mark: the number behind a withheld one would be read as 0.
            "said": bar.said,
        }
        for bar in chart.bars
    ]


def _ticks(most: int) -> list[int]:
    """Give whole numbers for the axis, from nought to the longest bar."""
    step = max(1, -(-most // _TICKS))
    size = 10 ** (len(str(step)) - 1)
    step = -(-step // size) * size
    return list(range(0, most + step, step))


def _wrapped(text: str) -> list[str]:
    """Break a line at words, for a chart has no room to the side."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= _LINE:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines

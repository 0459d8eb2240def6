"""The chart of an answer: small panels of bars on one scale, as static SVG.

A panel a column, a bar a row, with its interval where there is one: no colour has to
be told from another, every bar begins at nought and carries its number as text.  A
title and every number in words stand inside the SVG (Analysis Function guidance on
charts: title that says the finding, horizontal text, text alternative).
"""

import re
from collections.abc import Mapping
from html import escape
from itertools import product
from typing import TYPE_CHECKING, Any

from iwflab.domain.counting import half_up
from iwflab.errors import BadInput
from iwflab.statistics.queries.telling import words

if TYPE_CHECKING:
    import altair as alt

AXES: Mapping[str, str] = {  # base -> what it adds to the name of the axis
    "all": "",
    "known": ", unknown left out",
    "bounds": ", least and most",
}
BAR = "#12436D"  # the first of the Analysis Function's colours; 9.9:1 on white
LIMITS = "#F46A25"  # their second of two; an interval over a bar, 3.1:1 against it
HIDDEN = "#3D3D3D"
_WIDE, _STEP = 460, 22  # pixels of the whole drawing, of a bar with its gap
_PANELS = 3  # side by side
_LABEL = 70  # pixels right of a bar for its number
_ALL = 100  # percent
_LONG = 62  # letters of a line of the title


def draw(told: Mapping[str, Any], base: str = "all") -> str:
    """Draw the facts of an answer (``facts`` or ``public_facts``) as SVG text.

    ``base`` says what the percentages are of, as the table is read: ``all``, ``known``,
    or ``bounds``, a bar to the least and a line on to the most.  What could leave has
    percentages of all alone.  Raises BadInput for another base.

    Nothing is fetched and nothing in it runs; withheld cells are drawn as their mark.
    """
    import vl_convert

    if base not in AXES:
        raise BadInput(
            f"percentages of {base!r} are not drawn", advice=f"one of: {[*AXES]}"
        )
    svg = str(vl_convert.vegalite_to_svg(_chart(told, base).to_dict()))
    title = f"<title>{escape(told['title'])}</title>"
    desc = f"<desc>{escape(in_words(told, base))}</desc>"
    return re.sub(r"<svg([^>]*)>", rf'<svg\1 role="img">{title}{desc}', svg, count=1)


def in_words(told: Mapping[str, Any], base: str = "all") -> str:
    """Say the whole chart in words: title, source, every number but the noughts."""
    said = [
        f"{', '.join(one['names'])}: {one['text']}"
        for one in _bars(told, base)
        if one["share"] or one["upper"] or one["hidden"]
    ]
    text = "; ".join(said) or "Nothing counted"
    axis = _axis(told, base)
    return f"{told['title']}. {told['source']}. {axis.capitalize()}: {text}."


def _axis(told: Mapping[str, Any], base: str) -> str:
    """Name what the percentages are of; what could leave knows one base only."""
    return f"percent {told['of']}{'' if _public(told) else AXES[base]}"


def _public(told: Mapping[str, Any]) -> bool:
    return "outcome" in told


def _bars(told: Mapping[str, Any], base: str) -> list[dict[str, Any]]:
    """Give a bar each cell that is no margin."""
    sides = [told["rows"], told["cols"]] if told["cols"] else [told["rows"]]
    made = []
    for key, cell in zip(product(*sides), told["cells"], strict=False):
        # The margin is the last level of each side.
        if any(level == side[-1] for level, side in zip(key, sides, strict=True)):
            continue
        share, low, high, text = _shown(cell, base)
        made.append(
            {
                "row": words(key[0]),
                "col": words(key[1]) if told["cols"] else "",
                "names": [words(level) for level in key],
                "share": share,
                "lower": low,
                "upper": high,
                "text": text,
                "hidden": share is None,
            }
        )
    return made


def _shown(cell: Mapping[str, Any], base: str) -> tuple[Any, Any, Any, str]:
    """Give percent, its limits and the text, of a cell inside or of one let out."""
    if "text" in cell:
        share, text = cell["percent"], cell["text"]
        said = text if share is None else f"{text} ({share}%)"
        return share, None, None, said
    share, low, high, _ = cell.get(base) or [None] * 4
    if base == "bounds" and low is not None and high is not None:
        said = f"{_percent(low)} to {_percent(high)}"
        return 100 * low, 100 * low, 100 * high, f"{cell['n']} ({said})"
    if share is None:
        return 0, None, None, str(cell["n"])
    limits = [None if one is None else 100 * one for one in (low, high)]
    return 100 * share, *limits, f"{cell['n']} ({_percent(share)})"


def _percent(share: float) -> str:
    """Write a share in whole percent; nought and all are said of nothing else."""
    whole = half_up(100 * share)
    if whole == 0 and share > 0:
        return "under 1%"
    return "over 99%" if whole == _ALL and share < 1 else f"{whole}%"


def _chart(told: Mapping[str, Any], read: str) -> "alt.FacetChart | alt.LayerChart":
    import altair as alt

    bars = _bars(told, read)
    panels = list(dict.fromkeys(one["col"] for one in bars))
    across = min(len(panels), _PANELS)
    most = max([one["upper"] or one["share"] or 0 for one in bars], default=0) or 1
    width = _WIDE / max(across, 1)
    scale = alt.Scale(domain=[0, most * (1 + _LABEL / width)], nice=False)
    base = alt.Chart().encode(
        y=alt.Y("row:N", sort=list(dict.fromkeys(b["row"] for b in bars)), title=None)
    )
    axis = alt.Axis(tickCount=3, format="d", grid=False)
    share = alt.X("share:Q", scale=scale, title=_axis(told, read), axis=axis)
    # The drawing is one picture with words of its own: its parts say nothing (aria).
    drawn = base.mark_bar(color=BAR, aria=False, height={"band": 0.7}).encode(x=share)
    limits = base.mark_rule(color=LIMITS, aria=False, strokeWidth=2.5).encode(
        x=alt.X("lower:Q", scale=scale), x2="upper:Q"
    )
    text = base.mark_text(
        aria=False, align="left", dx=4, fontSize=11, color=HIDDEN
    ).encode(x=alt.X("end:Q", scale=scale), text="text:N")
    one = alt.layer(
        drawn, limits.transform_filter("datum.lower !== null"), text
    ).properties(width=width, height={"step": _STEP})
    rows = [b | {"end": b["upper"] or b["share"] or 0} for b in bars]
    told_as = {"title": _title(told), "background": "#FFFFFF"}
    if panels == [""]:
        return one.properties(data=alt.Data(values=rows), **told_as)
    header = alt.Header(title=None, labelFontSize=12, labelFontWeight="bold")
    facet = alt.Facet("col:N", sort=panels, header=header)
    return one.facet(
        data=alt.Data(values=rows), facet=facet, columns=across
    ).properties(**told_as)


def _title(told: Mapping[str, Any]) -> "alt.TitleParams":
    import altair as alt

    lines = _broken(told["title"])
    return alt.TitleParams(
        lines if len(lines) > 1 else lines[0],
        subtitle=told["source"],
        anchor="start",
        fontSize=14,
    )


def _broken(text: str) -> list[str]:
    """Break a long title into lines."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= _LONG:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines

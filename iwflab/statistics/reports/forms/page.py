"""A report as one HTML page: no script, no address, charts and style inside it."""

from importlib.resources import files

from iwflab.statistics.reports.drawing import drawn
from iwflab.statistics.reports.forms import Form
from iwflab.statistics.reports.model import Cell, Report


def page(report: Report, *, printed: bool) -> str:
    """Give the page; ``printed`` names the charts as pictures for who prints it.

    Every text is escaped.  The style and the charts are our own; they are put where
    the template says so, at a mark that no escaped text can hold.
    """
    import jinja2

    here = files(__package__)
    room = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    room.filters["grouped"] = _grouped
    template = room.from_string((here / "page.html.j2").read_text("utf-8"))
    made = template.render(report=report, printed=printed)
    sheets = ["page.css"] if printed else ["page.css", "screen.css"]
    style = "".join((here / sheet).read_text("utf-8") for sheet in sheets)
    made = made.replace("<!--style-->", style)
    for section in report.sections:
        for chart in section.charts:
            made = made.replace(f"<!--chart {chart.name}-->", drawn(chart))
    return made


def _grouped(cell: Cell) -> str:
    """Write a number with commas between thousands, as tables are read."""
    return cell if isinstance(cell, str) else f"{cell:,}"


def _html(report: Report) -> bytes:
    return page(report, printed=False).encode()


HTML = Form("html", "Page to read, print and listen to", ".html", "text/html", _html)

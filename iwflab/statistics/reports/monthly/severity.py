"""The parts on severity by who is depicted, and on types of content."""

from iwflab.statistics.disclosure import ALL, Published
from iwflab.statistics.reports import tabling
from iwflab.statistics.reports.model import Chart, Section, Table
from iwflab.statistics.reports.monthly.wanted import TYPE, VALUES
from iwflab.statistics.reports.monthly.writing import WORDS, Writer, word_of
from iwflab.statistics.reports.periods import Period


def by_severity(writer: Writer) -> Section:
    """Severity by age band and by sex."""
    tables: dict[str, Table | None] = {}
    charts: list[Chart] = []
    for name, side in (("severity_by_age", "age band"), ("severity_by_sex", "sex")):
        shown = writer.shown(name)
        tables[name] = None
        if shown is None:
            continue
        title = f"Severity by {side}, {writer.period.text}"
        told = {"name": name, "words": WORDS}
        tables[name] = tabling.crossed(shown, **told, title=title, rows=side)
        groups = shown.levels[1]
        if len(groups) <= tabling.MOST_GROUPS:
            stated = _most_severe(shown, side, writer.period)
            subtitle = writer.subtitle(shown)
            charts.append(
                tabling.bars(
                    shown, **told, title=stated, subtitle=subtitle, groups=groups
                )
            )
    title = charts[0].title if charts else "Severity by age band and by sex"
    note = (
        "The youngest child and the most severe category of a content need not belong"
        " together."
    )
    return writer.section(
        "severity_by_victim", title, tables, charts=charts, notes=[note]
    )


def _most_severe(shown: Published, side: str, period: Period) -> str:
    """State where the share of the most severe category is largest, of what is shown."""
    rows, columns = shown.levels
    found = {
        row: share
        for row in rows
        if (share := shown.percent((row, columns[0]), (row, ALL))) is not None
    }
    first = max(found, key=lambda row: found[row], default="")
    if len(found) < len(rows) or list(found.values()).count(found[first]) > 1:
        return f"Severity by {side}, {period.text}"
    what = WORDS.get(columns[0], columns[0])
    label = WORDS.get(first, first)
    return f"By {side}, {what} has its largest share at {label}: {found[first]}%"


def types(writer: Writer) -> Section:
    """Tags: each by itself, and the type of the published tables by severity and sex."""
    tags = [name for name in writer.now if name.startswith("tag ")]
    shown = [
        (word_of(name.removeprefix("tag ")), one)
        for name in tags
        if (one := writer.shown(name)) is not None
    ]
    title, period = "Type of content by tags", writer.period.text
    tables: dict[str, Table | None] = dict.fromkeys(tags)
    if shown:
        told = {"name": "tags", "title": f"{title}, {period}", "rows": "tag"}
        made = tabling.listed(shown, **told)
        lost = [name for name in tags if writer.shown(name) is None]
        tables = {"tags": made, **dict.fromkeys(lost)}
    for side in ("severity", "sex"):
        name = f"{TYPE} by {side}"
        one = writer.shown(name)
        if name in writer.now:
            tables[name] = one and tabling.crossed(
                one,
                name=f"{TYPE}_by_{side}",
                title=f"Self-generated content by {side}, {period}",
                words=WORDS,
                rows=side,
            )
    own = writer.shown(f"tag {TYPE}")
    charts = []
    if own is not None:
        share = own.percent((VALUES[0],), (ALL,))
        if share is not None:
            title = f"{share}% of content is self-generated, {period}"
        charts = [
            tabling.bars(
                own,
                name=TYPE,
                title=title,
                words=WORDS,
                subtitle=writer.subtitle(own),
            )
        ]
    note = (
        "An item may have several tags, so that tags do not add up.  A tag that nobody"
        " settled for an item is not determined, never absent."
    )
    return writer.section("types", title, tables, charts=charts, notes=[note])

"""The parts of the monthly report, in their order, each with its finding as title."""

from collections.abc import Mapping

from iwflab.statistics.disclosure import ALL
from iwflab.statistics.reports import tabling
from iwflab.statistics.reports.model import Chart, Section, Table
from iwflab.statistics.reports.monthly.severity import by_severity, types
from iwflab.statistics.reports.monthly.wanted import INSIDE, PLACES, WHEN
from iwflab.statistics.reports.monthly.writing import SOURCE, WORDS, Writer, plain
from iwflab.statistics.reports.periods import Period
from iwflab.statistics.reports.releasing import Kept

ABSENT: Mapping[str, tuple[str, str]] = {
    "hosting": (
        "Hosting and type of site",
        "addresses are kept as opaque references; neither the country of hosting nor the"
        " type of site is recorded",
    ),
    "quality": (
        "Quality of the assessment",
        "the error rate of the quality sample and the agreement of graders are not part"
        " of this report yet",
    ),
}


def sections(
    now: Mapping[str, Kept], before: Mapping[str, Kept], period: Period
) -> tuple[Section, ...]:
    """Give every part, also those of which nothing can be shown."""
    writer = Writer(now, before, period)
    severity = {"title": "Severity", "of": "Severity of content", "rows": "category"}
    sex = {"title": "Sex of the children", "of": "Sex of the children", "rows": "sex"}
    return (
        _arrivals(writer),
        plain(writer, "severity", **severity),
        _ages(writer),
        plain(writer, "sex", **sex),
        by_severity(writer),
        types(writer),
        _children(writer),
        _prohibited(writer),
        _hashes(writer),
        _kinds(writer),
        *[
            Section(name, title, SOURCE, absent=f"not collected: {why}")
            for name, (title, why) in ABSENT.items()
        ],
    )


def _arrivals(writer: Writer) -> Section:
    """What arrived, what of it was in a category, how and from whom it came."""
    period = writer.period.text
    arrived, tables = writer.shown("arrived"), {}
    title = "Media that arrived and content that was assessed"
    if arrived is not None:
        earlier = writer.before.get("arrived")
        rows = [(writer.period, arrived)]
        if earlier is not None and earlier.published is not None:
            rows.append((writer.period.before, earlier.published))
        told = {"name": "arrived", "title": "Media that arrived"}
        tables["arrived"] = tabling.rates(rows, **told, what="media arrived")
        title = f"{arrived.cells[ALL,].text} media arrived in {period}"
    sides = {
        "routes": ("Addresses by how they were found", "route"),
        "sources": ("Addresses by source", "source"),
    }
    made: dict[str, Table | None] = {"arrived": None, **tables}
    outcome = writer.shown("outcome")
    made["outcome"] = outcome and tabling.shares(
        outcome,
        name="outcome",
        title=f"Content assessed, {period}",
        words=WORDS,
        rows="outcome",
    )
    if outcome is not None:
        share = outcome.percent((INSIDE[0],), (ALL,))
        title += "" if share is None else f"; {share}% of content assessed was in a category"
    for name, (about, side) in sides.items():
        one = writer.shown(name)
        made[name] = one and tabling.crossed(
            one, name=name, title=f"{about}, {period}", words=WORDS, rows=side
        )
    note = "An address counts once, by the most severe of its media."
    notes = [note] if made["routes"] or made["sources"] else []
    return writer.section("arrivals", title, made, notes=notes)


def _ages(writer: Writer) -> Section:
    """Age bands of the youngest child, beside the period before."""
    shown, earlier = writer.shown("age"), writer.before.get("age")
    told = {"title": "Age of the youngest child", "rows": "age band"}
    if shown is None or earlier is None or earlier.published is None:
        made = plain(writer, "age", of=told["title"], **told)
        note = (
            f"{writer.period.before.text} is not beside it: nothing of it can be shown in"
            " the same age bands."
        )
        return made if made.absent else _noted(made, note)
    periods = (writer.period, writer.period.before)
    stated = tabling.finding(
        shown, of=told["title"], words=WORDS, period=writer.period
    )
    about = f"{told['title']}, {periods[0].text} and {periods[1].text}"
    both = {"name": "age", "words": WORDS}
    table = tabling.compared(
        *(shown, earlier.published), periods=periods, title=about, rows=told["rows"], **both
    )
    pair = [(periods[0].text, shown), (periods[1].text, earlier.published)]
    subtitle = writer.subtitle(shown)
    chart = tabling.side_by_side(pair, title=stated, subtitle=subtitle, **both)
    return writer.section("age", stated, {"age": table}, charts=[chart])


def _noted(section: Section, note: str) -> Section:
    from dataclasses import replace

    return replace(section, notes=(*section.notes, note))


def _children(writer: Writer) -> Section:
    """How many children a content shows, and what counting the youngest only hides."""
    period = writer.period.text
    title = "Every child counted, not only the youngest"
    asked = {
        "number": ("Content by number of children", "number of children"),
        "additional": ("Children beside the first of a content", "place"),
        "all_children": ("Age of every child", "age band"),
    }
    tables: dict[str, Table | None] = {}
    for name, (about, rows) in asked.items():
        one = writer.shown(name)
        tables[name] = one and tabling.shares(
            one, name=name, title=f"{about}, {period}", words=WORDS, rows=rows
        )
    charts: list[Chart] = []
    every, youngest = writer.shown("all_children"), writer.shown("age")
    if every is not None and youngest is not None:
        name = "youngest_and_all"
        about = f"Counting every child moves the age bands, {period}"
        pair = [("every child", every), ("youngest only", youngest)]
        subtitle = f"Units: child appearances, and content; {period}; no interval: census"
        told = {"name": name, "title": about, "words": WORDS}
        charts.append(tabling.side_by_side(pair, subtitle=subtitle, **told))
    extra = writer.shown("additional")
    if extra is not None:
        share = extra.percent((PLACES[1],), (ALL,))
        if share is not None:
            title = f"{share}% of children are beside the first of a content, {period}"
    note = (
        "The children of a content are those of the medium that shows most of them."
        "  Content without a child row is left out here."
    )
    return writer.section("children", title, tables, charts=charts, notes=[note])


def _prohibited(writer: Writer) -> Section:
    told = {"title": "Prohibited images of children (section 62)", "rows": "kind"}
    made = plain(writer, "prohibited", of="Prohibited images", **told, chart=False)
    if made.absent:
        return made
    return _noted(made, "These are counted apart from categories A, B and C.")


def _hashes(writer: Writer) -> Section:
    title, shown = "Hashes released", writer.shown("hashes")
    if shown is None:
        return writer.section("hashes", title, {"hashes": None})
    period = writer.period.text
    added, every = (shown.cells[level,].text for level in (WHEN[1], ALL))
    title = f"Hashes of {added} media were added in {period}; {every} media in all"
    about = f"Media whose hashes were released, up to {period}"
    told = {"name": "hashes", "title": about, "words": WORDS, "rows": "released"}
    note = "A medium has several hashes; it counts once."
    table = tabling.shares(shown, **told)
    return writer.section("hashes", title, {"hashes": table}, notes=[note])


def _kinds(writer: Writer) -> Section:
    told = {"title": "Pictures and videos", "rows": "kind"}
    made = plain(writer, "kinds", of="Pictures and videos", **told)
    shown = writer.shown("severity_by_kind")
    if made.absent:
        return made
    table = shown and tabling.crossed(
        shown,
        name="severity_by_kind",
        title=f"Severity by kind, {writer.period.text}",
        words=WORDS,
        rows="kind",
    )
    asked = {"kinds": made.tables[0], "severity_by_kind": table}
    return writer.section("kinds", made.title, asked, charts=made.charts)

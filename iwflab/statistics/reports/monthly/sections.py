"""The parts of the monthly report, in their order, each with its finding as title."""

from collections.abc import Mapping
from dataclasses import replace

from iwflab.statistics.disclosure import ALL, Published
from iwflab.statistics.disclosure.tables import Shown
from iwflab.statistics.reports import tabling
from iwflab.statistics.reports.counting import UNKNOWN
from iwflab.statistics.reports.model import Chart, Section, Table
from iwflab.statistics.reports.monthly.populations import OUTCOMES
from iwflab.statistics.reports.monthly.severity import by_severity, types
from iwflab.statistics.reports.monthly.wanted import PLACES
from iwflab.statistics.reports.monthly.writing import (
    SOURCE,
    WORDS,
    Writer,
    crossed,
    plain,
)
from iwflab.statistics.reports.periods import Period
from iwflab.statistics.reports.releasing import Kept

BOUNDS = (
    "Least and most: between them lies the percent of all, whatever the ages are that"
    " are not known."
)
HOSTING = (
    "addresses are kept as opaque references; neither the country of hosting nor the"
    " type of site is recorded"
)
QUALITY = (
    "the error rate of the quality sample and the agreement of graders are not part of"
    " this report yet"
)


def sections(
    now: Mapping[str, Kept], before: Mapping[str, Kept], period: Period
) -> tuple[Section, ...]:
    """Give every part, also those of which nothing can be shown."""
    writer = Writer(now, before, period)
    return (
        _arrivals(writer),
        plain(writer, "severity", "Severity of content", "category"),
        _ages(writer),
        plain(writer, "sex", "Sex of the children", "sex"),
        by_severity(writer),
        types(writer),
        _children(writer),
        _prohibited(writer),
        _hashes(writer),
        _kinds(writer),
        _missing("hosting", "Hosting and type of site", HOSTING),
        _missing("quality", "Quality of the assessment", QUALITY),
    )


def _missing(name: str, title: str, why: str) -> Section:
    return Section(name, title, SOURCE, absent=f"not collected: {why}")


def _arrivals(writer: Writer) -> Section:
    """Say what arrived, what of it is in a category, how and from whom it came."""
    period = writer.period.text
    arrived, outcome = writer.shown("arrived"), writer.shown("outcome")
    title = "Media that arrived and content that was assessed"
    made: dict[str, Table | None] = {"arrived": None, "outcome": None}
    if arrived is not None:
        earlier = writer.before.get("arrived")
        rows = [(writer.period, arrived)]
        if earlier is not None and earlier.published is not None:
            rows.append((writer.period.before, earlier.published))
        about = writer.about("arrived", "Media that arrived", "media arrived")
        made["arrived"] = tabling.rates(rows, about)
        title = f"{arrived.cells[ALL,].text} media arrived in {period}"
    if outcome is not None:
        about = writer.about("outcome", f"Content assessed, {period}", "outcome")
        made["outcome"] = tabling.shares(outcome, about)
        inside = outcome.levels[0][0]
        share = outcome.percent((inside,), (ALL,))
        if share is not None:
            title += f"; {share}% of content assessed is {inside}"
    made["routes"] = crossed(writer, "routes", "Addresses by how found", "route")
    made["sources"] = crossed(writer, "sources", "Addresses by source", "source")
    notes = []
    if made["routes"] or made["sources"]:
        notes.append(
            "An address counts once, in the period of the first sign-off of its media"
            " and by the most severe of them."
        )
    if outcome is not None and outcome.levels[0] != OUTCOMES:
        notes.append(
            "Undetermined is counted with what is in a category: apart it would tell"
            " what other tables hide, or have to be hidden itself."
        )
    return writer.section("arrivals", title, made, notes=notes)


def _ages(writer: Writer) -> Section:
    """Age bands of the youngest child, beside the period before; and of the known."""
    shown, earlier = writer.shown("age"), writer.before.get("age")
    of, rows = "Age of the youngest child", "age band"
    if shown is None:
        return plain(writer, "age", of, rows)
    title = f"{of}, percent of the known and bounds, {writer.period.text}"
    known = tabling.of_known(shown, UNKNOWN, writer.about("age_known", title, rows))
    if earlier is None or earlier.published is None:
        made = _noted(plain(writer, "age", of, rows), BOUNDS)
        note = (
            f"{writer.period.before.text} is not beside it: nothing of it can be shown"
            " in the same age bands."
        )
        return _noted(replace(made, tables=(*made.tables, known)), note)
    periods = (writer.period, writer.period.before)
    stated = tabling.finding(shown, of=of, words=WORDS, period=writer.period)
    title = f"{of}, {periods[0].text} and {periods[1].text}"
    about = writer.about("age", title, rows)
    table = tabling.compared(shown, earlier.published, periods, about)
    pair = [(periods[0].text, shown), (periods[1].text, earlier.published)]
    chart = tabling.side_by_side(pair, writer.about("age", stated, of=shown))
    both = {"age": table, "age_known": known}
    return writer.section("age", stated, both, charts=[chart], notes=[BOUNDS])


def _noted(section: Section, note: str) -> Section:
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
    tables: dict[str, Table | None] = dict.fromkeys(asked)
    for name, (what, rows) in asked.items():
        one = writer.shown(name)
        if one is not None:
            about = writer.about(name, f"{what}, {period}", rows)
            tables[name] = tabling.shares(one, about)
    charts: list[Chart] = []
    every, youngest = writer.shown("all_children"), writer.shown("age")
    if every is not None and youngest is not None:
        stated = f"{_moved(every, youngest)}, {period}"
        about = writer.about("youngest_and_all", stated, of=every)
        pair = [("every child", every), ("youngest only", youngest)]
        charts.append(tabling.side_by_side(pair, about))
    extra = writer.shown("additional")
    share = extra and extra.percent((PLACES[1],), (ALL,))
    if share is not None:
        title = f"{share}% of children are beside the first of a content, {period}"
    note = (
        "The children of a content are those of the medium that shows most of them."
        "  Content without a child row is left out here."
    )
    return writer.section("children", title, tables, charts=charts, notes=[note])


def _moved(every: Published, youngest: Published) -> str:
    """State which share of the known ages moves most, where what is shown proves it.

    Of all, shares move with how many ages are not known, and rounded ones with nothing.
    """
    moves: dict[str, float] = {}
    for level in (one for one in every.levels[0] if one != UNKNOWN):
        before, after = _of_known(youngest, level), _of_known(every, level)
        if before and after and (before[1] < after[0] or after[1] < before[0]):
            moves[level] = sum(after) - sum(before)
    if not moves:
        return "Age of every child, and of the youngest only"
    level = max(moves, key=lambda one: abs(moves[one]))
    way = "rises" if moves[level] > 0 else "falls"
    band = WORDS.get(level, level)
    return f"Counting every child, the share of {band} among known ages {way}"


def _of_known(shown: Published, level: str) -> tuple[float, float] | None:
    """Bound the share of a level among what is known; None where a part is withheld."""
    part, whole = shown.cells[level,], shown.cells[ALL,]
    rest = shown.cells.get((UNKNOWN,), Shown(0, 0, 0))
    if any(one.value is None or one.upper is None for one in (part, whole, rest)):
        return None
    least, most = whole.lower - (rest.upper or 0), (whole.upper or 0) - rest.lower
    if least <= 0:
        return None
    return part.lower / most, (part.upper or 0) / least


def _prohibited(writer: Writer) -> Section:
    title = "Prohibited images of children (section 62)"
    if writer.shown("prohibited") is None:
        return writer.section("prohibited", title, {"prohibited": None})
    rows = "class under section 62"
    notes = (
        "These are counted apart from the categories.",
        "Undetermined: what was recorded leaves open whether it is one.",
    )
    made = {"prohibited": crossed(writer, "prohibited", title, rows)}
    title = f"{title}, {writer.period.text}"
    return writer.section("prohibited", title, made, notes=notes)


def _hashes(writer: Writer) -> Section:
    title, shown = "Hashes released", writer.shown("hashes")
    if shown is None:
        return writer.section("hashes", title, {"hashes": None})
    period, added = writer.period.text, shown.cells[ALL,].text
    title = f"Hashes of {added} media were added in {period}"
    what = f"Media whose hashes were first released in {period}"
    table = tabling.shares(shown, writer.about("hashes", what, "kind"))
    note = "A medium has several hashes; it counts once."
    return writer.section("hashes", title, {"hashes": table}, notes=[note])


def _kinds(writer: Writer) -> Section:
    made = plain(writer, "kinds", "Pictures and videos", "kind")
    if made.absent:
        return made
    table = crossed(writer, "severity_by_kind", "Severity by kind", "kind")
    asked = {"kinds": made.tables[0], "severity_by_kind": table}
    return writer.section("kinds", made.title, asked, charts=made.charts)

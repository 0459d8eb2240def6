"""Further tables of a report: saved questions, protected beside its own tables.

A question counts what it says itself: its unit, its filters, the report's months.  The
tables of a report count others (the items of a period); no audit holds counts of two
populations against each other, so a question that is split by what a table of the
report is split by is for review as soon as either of them hides a cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from iwflab.errors import BadInput
from iwflab.statistics.disclosure import ALL, Entry, Outcome, Published, Verdict
from iwflab.statistics.disclosure.outputs import worst
from iwflab.statistics.queries import Prepared, Query, answer_of, prepared
from iwflab.statistics.queries.query import EVER
from iwflab.statistics.queries.telling import (
    base_of,
    coverage_of,
    note_of,
    plural,
    words,
)
from iwflab.statistics.reports import tabling
from iwflab.statistics.reports.model import Cell, Chart, Report, Section, Table
from iwflab.statistics.reports.periods import Period
from iwflab.statistics.reports.releasing import Asked, Kept, together
from iwflab.statistics.reports.tabling import About

if TYPE_CHECKING:
    from iwflab.statistics.reports.counting import Frames

NAME, TITLE = "further", "Further tables"
SOURCE = "saved questions of this lab, of media signed off in it"
# Sides of questions by the names that the report's own tables have for them.
SAME: Mapping[str, frozenset[str]] = {
    "code": frozenset({"category", "outcome"}),
    "kind": frozenset({"kind"}),
    "age_band": frozenset({"age band", "age band of the child"}),
    "youngest": frozenset({"age band", "age band of the child"}),
    "sex": frozenset({"sex"}),
    "children": frozenset({"number of children", "place"}),
    "prohibited": frozenset({"kind"}),
    "route": frozenset({"route", "outcome"}),
}
_OF = {"all": "of all", "rows": "of row", "cols": "of column"}


def with_questions(
    report: Report,
    frames: "Frames",
    questions: Sequence[tuple[str, Query]],
    *,
    seed: bytes | None = None,
) -> Report:
    """Add a last part of questions, each by its name, to a report that was composed.

    They are protected under the report's profile, whatever theirs, those of one unit
    and coverage by one pattern; the ledger holds them together with its tables.
    Raises BadInput for a question of other days than the report's, for one that
    compares, and for one that is named twice.
    """
    if not questions:
        return report
    for name, query in questions:
        _check(name, query, report.period)
    ready: dict[str, Prepared] = {}
    rules = {report.profile.name: report.profile}
    asked, mine = [], {}
    for name, query in questions:
        own = replace(query, cluster=False, profile=report.profile.name)
        ready.setdefault(own.unit, prepared(frames, own.unit))
        counts = answer_of(ready[own.unit], own, profiles=rules).counts
        counts = replace(counts, name=_called(name, report.period))
        asked.append(Asked(name, (counts,)))
        mine[name] = own
    kept = together(asked, report.profile, seed=seed)
    judged = {
        name: _judged(one, mine[name], report.entries) for name, one in kept.items()
    }
    entries = [one.entry for one in judged.values() if one.entry is not None]
    told = [(_called(name, report.period), one.verdict) for name, one in judged.items()]
    return replace(
        report,
        sections=(*report.sections, _section(report.period, judged, mine, ready)),
        entries=(*report.entries, *entries),
        verdicts=(*report.verdicts, *told),
    )


def days_of(period: Period) -> tuple[str, str]:
    """Give the first and the last day of a period, as a question has them."""
    return period.first.isoformat(), period.last.isoformat()


def _called(name: str, period: Period) -> str:
    return f"question {name} {period.code}"


def _check(name: str, query: Query, period: Period) -> None:
    days = days_of(period)
    if query.period != days:
        asked = " to ".join(query.period) if query.period != EVER else "no days"
        raise BadInput(
            f"the question {name!r} is of {asked}, the report of {' to '.join(days)}",
            advice=f"set its days of sign-off to {days[0]} and {days[1]}, save it, and"
            " make the report again",
        )
    if query.compares:
        raise BadInput(
            f"the question {name!r} compares two periods",
            advice="save it without the second period: a report has one",
        )


def _judged(kept: Kept, query: Query, tables: Sequence[Entry]) -> Kept:
    """Ask for a person where a table of the report may tell what this one hides."""
    shown = kept.published
    if shown is None or kept.entry is None or kept.entry.profile.method == "open":
        return kept
    split = {*query.sides, *query.filters}
    common = sorted(
        {
            axis
            for one in tables
            if one.published.withheld or shown.withheld
            for axis in one.published.names
            if any(axis in SAME.get(side, {side.rpartition(":")[2]}) for side in split)
        }
    )
    if not common:
        return kept
    why = (
        f"the report has tables by {', '.join(common)}, too, of which some cells are"
        " withheld here or there: look whether the one tells what the other hides"
    )
    verdict = worst([kept.verdict, Verdict(Outcome.REVIEW, why)])
    return replace(kept, verdict=verdict, entry=replace(kept.entry, verdict=verdict))


def _section(
    period: Period,
    kept: Mapping[str, Kept],
    queries: Mapping[str, Query],
    ready: Mapping[str, Prepared],
) -> Section:
    tables, charts = [], []
    lost: dict[str, str] = {}
    for number, (name, one) in enumerate(kept.items(), start=1):
        if one.published is None:
            lost[name] = one.absent
            continue
        query = queries[name]
        about = _about(f"{NAME}_{number}", name, query, ready[query.unit], period)
        tables.append(_table(one.published, query, about))
        charts += _charts(one.published, about)
    if not tables:
        absent = "; ".join(dict.fromkeys(lost.values()))
        return Section(NAME, TITLE, SOURCE, absent=absent)
    return Section(
        *(NAME, TITLE, SOURCE, tuple(tables)),
        charts=tuple(charts),
        withheld=tuple(f"{name}: {why}" for name, why in lost.items()),
    )


def _about(
    place: str, name: str, query: Query, ready: Prepared, period: Period
) -> About:
    sides = [ready.sides[side] for side in query.sides]
    counted = f"{plural(query).capitalize()} by {' and '.join(sides)}"
    levels = {
        level: words(level) for side in query.sides for level in ready.levels(side)
    }
    subtitle = f"Unit: {plural(query)}; {coverage_of(query)}; no interval: census"
    title = f"{counted}, {period.text} (question {name})"
    return About(place, title, sides[0], levels, subtitle)


def _table(shown: Published, query: Query, about: About) -> Table:
    """Write numbers, then percent of what the question asks for; its base as a note."""
    base = tabling.number(shown, (ALL,) * len(query.sides))
    notes = (f"Base: {base}; {coverage_of(query)}.", note_of(query))
    if not query.cols:
        return replace(tabling.shares(shown, about), notes=notes)
    first, second = shown.levels
    across = [*second, ALL]
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (
            about.word(row),
            *[tabling.number(shown, (row, col)) for col in across],
            *[
                tabling.percent(shown, (row, col), base_of(query, (row, col)))
                for col in second
            ],
        )
        for row in [*first, ALL]
    )
    heads = [about.word(col) for col in across]
    shares = [f"{head}, % {_OF[query.pct]}" for head in heads[:-1]]
    columns = (about.rows, *heads, *shares)
    return Table(
        about.name, about.title, shown.unit, columns, body, labels=1, notes=notes
    )


def _charts(shown: Published, about: About) -> list[Chart]:
    """Draw what can be told apart: one side, or a few columns."""
    groups = shown.levels[1] if len(shown.levels) > 1 else ()
    if len(groups) > tabling.MOST_GROUPS:
        return []
    return [tabling.bars(shown, about, groups)]

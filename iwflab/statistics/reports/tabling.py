"""From published counts to the tables and charts that people read.

Everything here starts from :class:`~iwflab.statistics.disclosure.Published`: what was
withheld cannot be written, and percentages are made from what is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from iwflab.domain.counting import COUNT_UNITS
from iwflab.errors import BadInput
from iwflab.statistics.disclosure import ALL, Published
from iwflab.statistics.disclosure.tables import WITHHELD, Key
from iwflab.statistics.reports.model import Bar, Cell, Chart, Table
from iwflab.statistics.reports.periods import Period

LOW, NOT_AVAILABLE, NOT_APPLICABLE = "[low]", "[x]", "[z]"
MOST_GROUPS = 4  # colours a chart (Analysis Function, charts: a checklist)
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class About:
    """What stands around numbers: name and title, the word over the row headings.

    ``words`` gives the levels that are read otherwise than they are stored;
    ``subtitle`` stands under the title of a chart: unit, period, interval.
    """

    name: str
    title: str
    rows: str = ""
    words: Words = field(default_factory=dict)
    subtitle: str = ""

    def word(self, level: str) -> str:
        """Give a level as it is read."""
        return self.words.get(level, level)


def number(published: Published, key: Key) -> Cell:
    """Give a count, or the shorthand of one that is withheld."""
    value = published.cells[key].value
    return WITHHELD if value is None else value


def percent(published: Published, key: Key, base: Key) -> Cell:
    """Give a share in whole percent, made from the two numbers that are shown."""
    part, whole = published.cells[key].value, published.cells[base].value
    if part is None or whole is None:
        return WITHHELD
    share = published.percent(key, base)
    if share is None:
        return NOT_APPLICABLE
    return LOW if part and not share else share


def shares(published: Published, about: About) -> Table:
    """Make a table of one axis: number and percent of all that was counted."""
    (levels,) = published.levels
    every = [*levels, ALL]
    body = tuple(
        (
            about.word(level),
            number(published, (level,)),
            percent(published, (level,), (ALL,)),
        )
        for level in every
    )
    columns = (about.rows, "number", "percent")
    return Table(about.name, about.title, published.unit, columns, body)


def crossed(published: Published, about: About) -> Table:
    """Make a table of two axes: numbers, then percent of each row."""
    first, second = published.levels
    across = [*second, ALL]
    body = tuple(
        (
            about.word(row),
            *[number(published, (row, col)) for col in across],
            *[percent(published, (row, col), (row, ALL)) for col in second],
        )
        for row in [*first, ALL]
    )
    heads = [about.word(col) for col in across]
    columns = (about.rows, *heads, *[f"{head}, % of row" for head in heads[:-1]])
    return Table(about.name, about.title, published.unit, columns, body)


def compared(
    now: Published, before: Published, periods: tuple[Period, Period], about: About
) -> Table:
    """Make a table of one axis in two periods; the change is in percentage points.

    The change is between the whole percentages that are shown.
    """
    if now.levels != before.levels:
        raise BadInput(
            "the two periods have other levels", advice="compare what is alike"
        )
    body: list[tuple[Cell, ...]] = []
    for level in [*now.levels[0], ALL]:
        shown = [percent(one, (level,), (ALL,)) for one in (now, before)]
        after, was = shown
        # A share that rounds to nought is nought in a difference of whole percents.
        ends = [0 if one == LOW else one for one in (after, was)]
        change: Cell = WITHHELD if WITHHELD in ends else NOT_APPLICABLE
        if isinstance(ends[0], int) and isinstance(ends[1], int):
            change = ends[0] - ends[1]
        counts = [number(one, (level,)) for one in (now, before)]
        label = about.word(level)
        body.append((label, counts[0], after, counts[1], was, change))
    here, there = (period.text for period in periods)
    columns = (
        *(about.rows, f"{here}: number", f"{here}: percent"),
        *(f"{there}: number", f"{there}: percent", "change in percentage points"),
    )
    return Table(about.name, about.title, now.unit, columns, tuple(body))


def listed(tables: Sequence[tuple[str, Published]], about: About) -> Table:
    """Put tables of one and the same axis under each other, one row each."""
    first = tables[0][1]
    levels = first.levels[0]
    body = tuple(
        (
            label,
            *[number(one, (level,)) for level in [*levels, ALL]],
            percent(one, (levels[0],), (ALL,)),
        )
        for label, one in tables
    )
    columns = (about.rows, *levels, ALL, f"{levels[0]}, % of all")
    return Table(about.name, about.title, first.unit, columns, body)


def rates(counts: Sequence[tuple[Period, Published]], about: About) -> Table:
    """Make a table of totals by period, with what such a number varies by.

    Exact Poisson limits of the shown number; they describe variation from period to
    period, for the totals are all that was counted.
    """
    from iwflab.statistics.intervals import poisson_exact

    body: list[tuple[Cell, ...]] = []
    for period, one in counts:
        total = one.cells[ALL,].value
        if total is None:
            body.append((period.text, WITHHELD, WITHHELD, WITHHELD))
            continue
        lower, upper = poisson_exact(total)
        body.append((period.text, total, round(float(lower)), round(float(upper))))
    columns = ("period", about.rows, "lower limit", "upper limit")
    unit = counts[0][1].unit
    return Table(
        about.name, about.title, unit, columns, tuple(body), interval="process"
    )


def bars(published: Published, about: About, groups: Sequence[str] = ()) -> Chart:
    """Make a chart of counts: a bar a level, or a bar a level and group.

    ``groups`` are the levels of the second axis that are drawn, at most four.
    """
    if len(groups) > MOST_GROUPS:
        raise BadInput(
            f"the chart {about.name!r} has {len(groups)} groups",
            advice=f"draw at most {MOST_GROUPS}; the table holds them all",
        )
    keys: list[tuple[str, ...]] = [
        (row, group) if groups else (row,)
        for row in published.levels[0]
        for group in (groups or ("",))
    ]
    made = tuple(
        Bar(
            about.word(key[0]),
            about.word(key[1]) if groups else "",
            published.cells[key].value,
            published.cells[key].text,
        )
        for key in keys
    )
    return Chart(about.name, about.title, about.subtitle, _axis(published.unit), made)


def side_by_side(told: Sequence[tuple[str, Published]], about: About) -> Chart:
    """Make a chart of the same levels in several tables, a group each."""
    first = told[0][1]
    made = tuple(
        Bar(
            about.word(level),
            group,
            one.cells[level,].value,
            one.cells[level,].text,
        )
        for level in first.levels[0]
        for group, one in told
    )
    return Chart(about.name, about.title, about.subtitle, _axis(first.unit), made)


def _axis(unit: str) -> str:
    """Say in a few words what the numbers count; the table says it whole."""
    return f"number (unit: {COUNT_UNITS[unit].partition(' (')[0]})"


def finding(published: Published, *, of: str, words: Words, period: Period) -> str:
    """State what is largest, where what is shown proves it; else what was counted.

    A withheld cell can be no larger than what the others leave of the total, a rounded
    one as large as rounds to it.
    """
    total = published.cells[ALL,]
    cells = {level: published.cells[level,] for level in published.levels[0]}
    shown = {level: cell for level, cell in cells.items() if cell.value is not None}
    if total.value is None or total.upper is None:
        return f"{of}, {period.text}"
    rest = total.upper - sum(cell.lower for cell in shown.values())
    first = max(shown, key=lambda level: shown[level].lower, default="")
    others = [
        min(rest, total.upper if cell.upper is None else cell.upper)
        if cell.value is None
        else cell.upper or 0
        for level, cell in cells.items()
        if level != first
    ]
    if not first or shown[first].lower <= max(others, default=0):
        return f"{of}: {total.value} counted in {period.text}"
    share = published.percent((first,), (ALL,))
    label = words.get(first, first)
    return f"{of}: the largest group is {label}, {share}% in {period.text}"

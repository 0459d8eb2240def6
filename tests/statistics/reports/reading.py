"""Reads a written report as somebody outside does: its bytes and nothing else.

What is known beforehand is what any reader knows: the words of units and months, and
which axes a table has.  Every number comes from the bytes of the page and the CSV.
"""

import csv
import io
import re
from calendar import month_name
from dataclasses import dataclass, field, replace
from functools import partial

import lxml.html

from iwflab.domain.counting import COUNT_UNITS
from tests.statistics.report_attack import ALL, NUMBER, WITHHELD, Told

UNITS = {text: unit for unit, text in COUNT_UNITS.items()}
AXES = {  # what a table counts, and its axes
    "severity": ("items under uk_2014", "category"),
    "age": ("items under uk_2014", "age band"),
    "sex": ("items under uk_2014", "sex"),
    "kinds": ("items under uk_2014", "kind"),
    "severity_by_age": ("items under uk_2014", "age band", "category"),
    "severity_by_sex": ("items under uk_2014", "sex", "category"),
    "severity_by_kind": ("items under uk_2014", "kind", "category"),
    "self_generated_by_severity": ("items under uk_2014", "category", "self_generated"),
    "self_generated_by_sex": ("items under uk_2014", "sex", "self_generated"),
    "number": ("items with a child under uk_2014", "number of children"),
    "additional": ("children of items under uk_2014", "place"),
    "all_children": ("children of items under uk_2014", "age band of the child"),
    "outcome": ("assessed under uk_2014", "outcome"),
    "prohibited": ("prohibited under uk_2014", "class under section 62", "kind"),
    "arrived": ("arrived", "kind"),
    "routes": ("addresses under uk_2014", "route", "outcome"),
    "sources": ("addresses under uk_2014", "source", "outcome"),
    "hashes": ("released", "kind"),
}
STATED = (  # the sentences of a report that hold numbers, each shown in its part
    r"(?P<n>[\d,]+) media arrived in",
    r"; (?P<p>\d+%) of content assessed is",
    r"the largest group is .+, (?P<p>\d+%) in ",
    r": (?P<n>[\d,]+) counted in ",
    r"has its largest share at .+: (?P<p>\d+%)$",
    r"^(?P<p>\d+%) of content is self-generated,",
    r"^(?P<p>\d+%) of children are beside the first",
    r"^Hashes of (?P<n>[\d,]+) media were added in ",
)
KINDS = ("picture", "video")
FIXED = ("limits, 95%", "section 62", "from 1 to 4", "from 1 to 9")
MONTH = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December) \d{4}"
)
DAYS = re.compile(rf"\b\d{{1,2}} (?={MONTH.pattern})")
DAY = re.compile(r"\b\d{4}-\d\d(?:-\d\d)?\b")
VERSION = re.compile(r"iwflab \d[\w.+-]*")
OF_ALL = {
    "every child": "children of items under uk_2014",
    "youngest only": "items under uk_2014",
}


@dataclass
class Part:
    """A part of the page: its tables, and every text that stands in it."""

    tables: list = field(default_factory=list)
    texts: list = field(default_factory=list)


@dataclass(frozen=True)
class Grid:
    """A table as it is printed, of one unit."""

    name: str
    unit: str
    columns: tuple
    rows: tuple


def grids_of_csv(data):
    """Put the tables of the CSV together again."""
    made = {}
    for row in csv.DictReader(io.StringIO(data.decode(), newline="")):
        rows = made.setdefault((row["table"], row["unit"]), {})
        said = row["value"] or row["symbol"]
        rows.setdefault(row["row"], {})[row["column"]] = said
    return [
        Grid(
            name,
            unit,
            tuple(next(iter(rows.values()))),
            tuple((head, *cells.values()) for head, cells in rows.items()),
        )
        for (name, unit), rows in made.items()
    ]


def read(page, data, period):
    """Read a page and the CSV beside it; give the parts of the page, its head first."""
    printed = iter(grids_of_csv(data))
    tree = lxml.html.fromstring(page.decode())
    head = [_words(one) for one in tree.iter("title", "h1", "dd") if not _drawn(one)]
    parts = [
        Part(
            texts=head
            + [
                one.get("content", "")
                for one in tree.iter("meta")
                if one.get("name") != "viewport"
            ]
        )
    ]
    for section in tree.iter("section"):
        part = Part()
        parts.append(part)
        for table in section.iter("table"):
            same = next(printed)
            if same.name == "age_known":
                for grid in (same, _grid(table, same)):
                    part.texts += unexplained(grid, part.tables[0])
                continue
            part.tables += tolds(same, period)
            part.tables += tolds(_grid(table, same), period)
        part.texts += [_words(one) for one in section.iter("h2", "h3", "p", "caption")]
        part.texts += [one.get("aria-label", "") for one in section.iter("div")]
        for svg in section.iter("svg"):
            _chart(svg, part, [table for one in parts for table in one.tables])
    assert next(printed, None) is None, "a table of the CSV is not on the page"
    return parts


def _drawn(element):
    return any(above.tag == "svg" for above in element.iterancestors())


def _chart(svg, part, tables):
    """Read the title, description, marks and words of a chart."""
    title, desc = (_words(svg.find(tag)) for tag in ("title", "desc"))
    marks = [one for one in svg.iter("path", "text") if one.get("aria-label")]
    groups = [one.get("aria-label") for one in svg.iter("g") if one.get("aria-label")]
    stated = [re.sub(r"^(?:Title|Subtitle) text '(.*)'$", r"\1", one) for one in groups]
    told = [one.get("aria-label") for one in marks]
    # What is written at a mark is its number, after its group where there are several.
    told += [
        f"{one.get('aria-label').partition(': ')[0]}: {_words(one).replace(': ', ' ')}"
        for one in marks
        if one.tag == "text"
    ]
    axis = [one for one in stated if one.startswith("X-axis")]
    ticks = [int(_cell(_words(one))) for one in svg.iter("text") if _tick(one)]
    around = [title, *[one for one in stated if not re.match("[XY]-axis", one)]]
    start = f"Bar chart. {title}. {around[-1]}. "
    body = desc.removeprefix(start)
    body = re.sub(r"\. \[c\]: [a-z: ]+\.$", ".", body).removesuffix(".")
    for row in body.split("; "):
        name, _, said = row.partition(": ")
        told += [f"{name}: {one}" for one in said.split(", ")]
    labels = [_label(one, title, part.tables, tables) for one in told]
    shown = [int(text) for _, _, text in filter(None, labels) if text != WITHHELD]
    odd = [one for one, found in zip(told, labels, strict=True) if found is None]
    step = ticks[1]
    steady = ticks == list(range(0, ticks[-1] + 1, step))
    if not (steady and ticks[-1] - step < max(shown, default=0) <= ticks[-1]):
        odd += [*axis, f"drawn up to {ticks[-1]}"]
    part.texts = [one for one in part.texts if one != desc] + around + odd
    for table, key, text in filter(None, labels):
        again = replace(table, cells={}, percents={}, labels={key: text}, texts=[])
        part.tables.append(again)


def _tick(text):
    above = [one.get("aria-label") or "" for one in text.iterancestors("g")]
    return any(one.startswith("X-axis") for one in above) and _words(text)[:1].isdigit()


def _label(said, title, near, every):
    """Say of which table and cell a mark is, and its text; None where of none."""
    row, _, rest = said.partition(": ")
    group, _, text = rest.strip().rpartition(" ")
    if text != WITHHELD and not text.replace(",", "").isdigit():
        return None
    key = (level(row), level(group))
    if MONTH.fullmatch(group):
        near, key = [t for t in near if t.coverage.endswith(month_of(group))], key[:1]
    elif group in OF_ALL:
        near = [t for t in every if t.coverage.startswith(f"{OF_ALL[group]} 2")]
        near, key = [t for t in near if t.axes[0].startswith("age band")], key[:1]
    elif not group:
        key = key[:1]
    fits = [t for t in near if key in t.cells]
    # Of tags, whose levels are the same, the one that the title names.
    fits.sort(key=lambda t: t.axes[0].replace("_", "-") not in title)
    return (fits[0], key, _cell(text)) if fits else None


def loose(parts):
    """Give each number in a text that no sentence of a report with that number explains.

    A number equal to a shown one is loose where it stands in another sentence.
    """
    levels = {
        name for part in parts for t in part.tables for own in t.levels for name in own
    }
    words = sorted((w for w in levels if not w.isdigit()), key=len, reverse=True)
    known = "|".join(map(re.escape, [*FIXED, *words]))
    known = re.compile(rf"(?<![\w-])(?:{known})(?![\w-])")
    found = []
    for part in parts:
        shown = {
            text
            for table in part.tables
            for text in [
                *table.cells.values(),
                *(s for _, s in table.percents.values()),
            ]
        }
        texts = part.texts + [text for table in part.tables for text in table.texts]
        for text in texts:
            bare = re.sub(r"^\d+\. ", "", text)
            for pattern in STATED:
                bare = re.sub(pattern, partial(_without, shown), bare)
            for pattern in (VERSION, DAY, DAYS, MONTH, known):
                bare = pattern.sub(" ", bare)
            found += [(text, number) for number in NUMBER.findall(bare)]
    return found


def _without(shown, match):
    numbers = [_cell(one) for one in match.groups()]
    return " " if set(numbers) <= shown else match.group()


def _grid(table, same):
    head, *body = (tuple(_words(cell) for cell in row) for row in table.iter("tr"))
    caption = _words(table.find("caption"))
    unit = next(UNITS[text] for text in UNITS if f"unit: {text}" in caption)
    return Grid(same.name, unit, head[1:], tuple(body))


def _words(element):
    return re.sub(r"\s+", " ", element.text_content()).strip()


def tolds(grid, period):
    """Read the cells of a printed table; one that holds several gives each."""
    if grid.name == "tags":
        return [_tagged(grid, row, period) for row in grid.rows]
    what, *axes = AXES[grid.name]
    if "lower limit" in grid.columns:
        return [_arrived(grid, row) for row in grid.rows]
    if "number" in grid.columns:
        return [_simple(grid, axes[0], f"{what} {period}", 1)]
    if "change in percentage points" in grid.columns:
        months = [MONTH.match(column).group() for column in grid.columns[::2][:2]]
        both = [
            _simple(grid, axes[0], f"{what} {month_of(month)}", 1 + 2 * at)
            for at, month in enumerate(months)
        ]
        both[0].texts = [f"changed by {r[-1]}" for r in grid.rows if not _follows(r)]
        return both
    return [_crossed(grid, axes, what, period)]


def unexplained(grid, table):
    """Give the rows of bounds that are more than the shown counts of a table say."""
    shown = {key: int(text) for (key,), text in table.cells.items() if text.isdigit()}
    total, unknown = shown.get(ALL), shown.get("not known")
    found = []
    for row in grid.rows:
        own, expected = shown.get(row[0]), [WITHHELD] * 3
        if own is not None and total is not None:
            expected[1] = _percent(own, total)
        if None not in (own, total, unknown):
            known = total - unknown
            expected[0] = _percent(min(own, known), known)
            expected[2] = _percent(min(own + unknown, total), total)
        if list(row[1:]) != expected:
            found.append(f"{row[0]}: {row[1:]}")
    return found


def _percent(part, whole):
    if whole <= 0:
        return "[z]"
    share = (200 * part + whole) // (2 * whole)
    return "[low]" if part and not share else str(share)


def _follows(row):
    """Tell whether the change of a row is what its two percentages say."""
    after, before = (0 if row[at] == "[low]" else row[at] for at in (2, 4))
    if str(after).isdigit() and str(before).isdigit():
        return row[5] == str(int(after) - int(before))
    return not re.search(r"\d", row[5])


def month_of(text):
    name, year = text.split()
    return f"{year}-{month_name[:].index(name):02d}"


def _tagged(grid, row, period):
    numbers = dict(zip(grid.columns[:-1], row[1:-1], strict=True))
    shares = {grid.columns[0]: row[-1]}
    axis = row[0].replace("-", "_").replace(" ", "_")
    return _one(grid, axis, f"items under uk_2014 {period}", numbers, shares)


def level(word):
    """Give a level as it is counted: "category A" is A, "all" is all."""
    return word.removeprefix("category ")


def _told(grid, coverage, axes, cells, percents):
    names, levels = zip(*axes, strict=True)
    own = tuple(tuple(one) for one in levels)
    return Told(grid.unit, coverage, names, own, cells, percents)


def _cell(text):
    return text.replace(",", "")


def _one(grid, axis, coverage, numbers, percents):
    cells = {(level(name),): _cell(text) for name, text in numbers.items()}
    shares = {
        (level(name),): ((ALL,), f"{text}%")
        for name, text in percents.items()
        if text.isdigit()
    }
    levels = [name for (name,) in cells if name != ALL]
    return _told(grid, coverage, [(axis, levels)], cells, shares)


def _simple(grid, axis, coverage, at):
    numbers = {row[0]: row[at] for row in grid.rows}
    percents = {row[0]: row[at + 1] for row in grid.rows}
    return _one(grid, axis, coverage, numbers, percents)


def _arrived(grid, row):
    what = f"arrived {month_of(row[0])}"
    made = _told(grid, what, [("kind", KINDS)], {(ALL,): _cell(row[1])}, {})
    made.texts = [f"from {row[2]} to {row[3]}"] if row[1] == WITHHELD else []
    return made


def _crossed(grid, axes, what, period):
    shares = [name for name in grid.columns if name.endswith(", % of row")]
    heads = grid.columns[: len(grid.columns) - len(shares)]
    cells, percents = {}, {}
    for row in grid.rows:
        own = level(row[0])
        for name, text in zip(heads, row[1:], strict=False):
            cells[own, level(name)] = _cell(text)
        for name, text in zip(shares, row[1 + len(heads) :], strict=True):
            if text.isdigit():
                key = own, level(name.removesuffix(", % of row"))
                percents[key] = (own, ALL), f"{text}%"
    first = [level(row[0]) for row in grid.rows if row[0] != ALL]
    second = [level(name) for name in heads if name != ALL]
    own = zip(axes, (first, second), strict=True)
    return _told(grid, f"{what} {period}", own, cells, percents)

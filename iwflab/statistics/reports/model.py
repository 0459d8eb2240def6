"""What a report is: sections of tables and charts that hold only what may leave.

Every output of a report is written from these nouns and from nothing else, so that a
number that is not in them is in none of its files.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field

from iwflab.domain.counting import COUNT_UNITS
from iwflab.errors import BadInput
from iwflab.statistics.disclosure import Entry, Profile, Release, Verdict
from iwflab.statistics.reports.periods import Period
from iwflab.statistics.reports.telling import Told
from iwflab.statistics.results import known_unit

Cell = str | int | float

# Government Analysis Function, "Symbols in tables: definitions and help".
SYMBOLS: Mapping[str, str] = {
    "[c]": "confidential: withheld so that nobody can be recognised",
    "[low]": "not nought, but rounds to it",
    "[p]": "provisional",
    "[r]": "revised",
    "[u]": "low reliability",
    "[x]": "not available",
    "[z]": "not applicable",
}
INTERVALS: Mapping[str, str] = {
    "sampling": "intervals describe sampling error",
    "process": "intervals describe variation from one period to another",
}
SEVERAL = "several"  # in the place of a unit: each row names its own
_LIMITS = frozenset({"lower limit", "upper limit"})


def unit_in_words(unit: str) -> str:
    """Say what is counted, also of a table whose rows count each their own."""
    return "that of each row" if unit == SEVERAL else COUNT_UNITS[unit]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: a header row, then rows whose first ``labels`` cells are headings.

    Every cell holds a number or a text, or one of :data:`SYMBOLS`; none is empty.
    ``unit`` is a count unit; only of a ladder of units it is :data:`SEVERAL`.
    ``interval`` says what the limits describe and must be said where there are any; a
    census share has none.
    """

    name: str
    title: str
    unit: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    labels: int = 1
    interval: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no reader, and no screen reader, could read."""
        if self.unit != SEVERAL:
            known_unit(self.unit)
        width = len(self.columns)
        limits = bool(_LIMITS & set(self.columns))
        wrong = {
            "two columns have one name": len(set(self.columns)) < width,
            "it has no rows": not self.rows,
            "a row is longer or shorter than its header": any(
                len(row) != width for row in self.rows
            ),
            "a cell is empty": any(
                isinstance(cell, str) and not cell.strip()
                for row in [self.columns, *self.rows]
                for cell in row
            ),
            "it does not say what its limits describe": limits
            != (self.interval in INTERVALS),
        }
        if found := [problem for problem, bad in wrong.items() if bad]:
            raise BadInput(
                f"the table {self.name!r} cannot be read: {found[0]}",
                advice="mend what builds it; a cell without a number says why",
            )

    @property
    def title_line(self) -> str:
        """The title with what it counts and what its intervals describe."""
        said = [self.title, f"unit: {unit_in_words(self.unit)}"]
        if self.interval:
            said.append(INTERVALS[self.interval])
        return "; ".join(said)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The shorthand that stands in its cells, in the order of the alphabet."""
        cells = {str(cell) for row in self.rows for cell in row}
        return tuple(symbol for symbol in SYMBOLS if symbol in cells)

    @property
    def explained(self) -> str:
        """Explain the shorthand of this table; it stands above the table."""
        if not self.symbols:
            return ""
        told = [f"{symbol} {SYMBOLS[symbol]}" for symbol in self.symbols]
        return f"Shorthand: {'; '.join(told)}."


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its row, its group ("" where there is one only), and its number.

    ``value`` is None where the number is withheld: no bar is drawn, ``text`` stands
    in its place.
    """

    row: str
    group: str
    value: int | None
    text: str

    @property
    def said(self) -> str:
        """Say the bar in words."""
        return f"{self.row}: {self.group} {self.text}".replace(":  ", ": ")


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart of numbers that are shown in its section's table."""

    name: str
    title: str
    subtitle: str
    axis: str
    bars: tuple[Bar, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that have a colour each, in order."""
        return tuple(dict.fromkeys(bar.group for bar in self.bars))

    @property
    def text(self) -> str:
        """Say the whole chart in words."""
        lines: dict[str, list[str]] = {}
        for bar in self.bars:
            said = f"{bar.group} {bar.text}".strip()
            lines.setdefault(bar.row, []).append(said)
        told = "; ".join(f"{row}: {', '.join(said)}" for row, said in lines.items())
        hidden = any(bar.value is None for bar in self.bars)
        why = f" [c]: {SYMBOLS['[c]']}." if hidden else ""
        return f"Bar chart. {self.title}. {self.subtitle}. {told}.{why}"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a report: its finding, chart, tables; or why there is nothing.

    ``absent`` begins with "not collected", "none found" or "withheld" and says why;
    then there are no tables.  ``withheld`` tells of tables that are missing beside
    those there are.
    """

    name: str
    title: str
    source: str
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()
    absent: str = ""
    withheld: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what neither shows something nor says why not, or does both."""
        if bool(self.tables) == bool(self.absent) or (self.charts and self.absent):
            raise BadInput(
                f"the section {self.name!r} shows nothing and does not say why",
                advice="give it a table, or say: not collected, and why",
            )


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it leaves, with its tables for the ledger, which stays inside.

    ``standards`` are headed texts (methods, definitions, revisions, disclosure, ...).
    ``verdicts`` says of each table that was counted what disclosure control said.
    """

    name: str
    title: str
    period: Period
    told: Told
    profile: Profile
    sections: tuple[Section, ...]
    standards: tuple[tuple[str, tuple[str, ...]], ...]
    entries: tuple[Entry, ...]
    verdicts: tuple[tuple[str, Verdict], ...] = ()
    seed: str = ""
    language: str = field(default="en-GB")

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, in order."""
        return tuple(table for section in self.sections for table in section.tables)

    @property
    def cut(self) -> str:
        """The day up to which it counts, as YYYY-MM-DD."""
        return self.told.cut.isoformat()

    @property
    def revised(self) -> str:
        """Why numbers that left before are corrected; "" where none are."""
        return self.told.revised

    @property
    def release(self) -> Release:
        """All that is shown, as check_release wants it."""
        return Release(self.name, self.cut, self.entries)

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What the Code of Practice asks a release to say about itself."""
        corrects = [("Corrects", self.revised)] if self.revised else []
        return (
            ("Organisation", self.told.organisation),
            ("Period", self.period.text),
            ("Coverage", f"what was signed off first from {self.period.coverage}"),
            ("Data as of", self.told.cut.isoformat()),
            ("Categories", self.told.law),
            ("Status", self.told.state),
            *corrects,
            ("Contact", self.told.contact),
            ("Next release", self.told.next_release),
            ("Disclosure control", f"{self.profile.name}: {self.profile.title}"),
            ("Made with", f"iwflab {self.told.code_version}"),
        )

    @property
    def described(self) -> Mapping[str, object]:
        """What a manifest says of it: what was made from what, under which rules.

        Nothing in it says more than the report shows: no verdict, no bound.
        """
        rule = {k: v for k, v in asdict(self.profile).items() if v not in (0, None, "")}
        return {
            "report": self.name,
            "title": self.title,
            "period": [self.period.first.isoformat(), self.period.last.isoformat()],
            "unfinished": self.period.cut is not None,
            "cut": self.cut,
            "code_version": self.told.code_version,
            "scheme": {"name": self.told.scheme, "version": self.told.scheme_version},
            "provisional": self.told.provisional,
            "revised": self.revised,
            "seed": self.seed,
            "profile": rule,
        }


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A report that can be asked for: added in one file of this package.

    ``compose(frames, *, period, profile, told)`` takes the counted frames by name and
    gives a :class:`Report`; ``example`` gives frames of drawn records for the tests.
    """

    name: str
    title: str
    compose: Callable[..., Report]
    example: Callable[[], tuple[Mapping[str, object], Mapping[str, object]]]

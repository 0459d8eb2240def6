"""What the sheets of a spreadsheet are, whatever the program: cover, notes, tables.

One table a sheet, one header row, notes on a sheet of their own and named as [note n]
in the title; nothing is merged, hidden, frozen or filtered, and no colour means
anything (Analysis Function, "Releasing statistics in spreadsheets").
"""

from dataclasses import dataclass

from iwflab.statistics.reports.model import Report, Section, Table

COVER, CONTENTS, NOTES = "Cover", "Contents", "Notes"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with one table; ``notes`` are the numbers of its notes, from 1."""

    name: str
    table: Table
    section: Section
    period: str
    notes: tuple[int, ...]

    @property
    def above(self) -> tuple[str, ...]:
        """The lines between the title and the table."""
        said = f"Part: {self.section.title}."
        where = f"Source: {self.section.source}. Period: {self.period}."
        one = "This sheet holds one table."
        return tuple(line for line in (one, said, where, self.table.explained) if line)

    @property
    def title(self) -> str:
        """The title line with its notes."""
        marks = "".join(f" [note {number}]" for number in self.notes)
        return f"{self.table.title_line}{marks}"


def notes_of(report: Report) -> tuple[str, ...]:
    """Give every note once, in order; the number of a note is its place, from 1."""
    found = (
        note
        for section in report.sections
        for table in section.tables
        for note in (*section.notes, *table.notes)
    )
    return tuple(dict.fromkeys(found))


def sheets_of(report: Report) -> tuple[Sheet, ...]:
    """Give the sheets with tables, in order."""
    numbers = {note: at for at, note in enumerate(notes_of(report), start=1)}
    pairs = [
        (section, table) for section in report.sections for table in section.tables
    ]
    return tuple(
        Sheet(
            f"Table {at}",
            table,
            section,
            report.period.text,
            tuple(numbers[note] for note in (*section.notes, *table.notes)),
        )
        for at, (section, table) in enumerate(pairs, start=1)
    )


def about(report: Report) -> tuple[str, ...]:
    """Give the lines of the cover that say what the release is and what it lacks."""
    lines = [f"{head}: {text}" for head, texts in report.standards for text in texts]
    for section in report.sections:
        lost = [one for one in (section.absent, *section.withheld) if one]
        lines += [f"{section.title}: {one}" for one in lost]
    return tuple(lines)

"""What was released: its tables, what they hide, and what was found to be told.

Cells of different tables and releases that count the same thing (the same unit,
coverage and levels) are one count, or one that has grown.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from iwflab.errors import BadInput
from iwflab.statistics.disclosure.linking import Coarser, atoms
from iwflab.statistics.disclosure.outputs import Outcome, Verdict
from iwflab.statistics.disclosure.profiles import Profile
from iwflab.statistics.disclosure.protecting import Protected
from iwflab.statistics.disclosure.tables import ALL, Counts, Key, Published

Same = tuple[str, str, tuple[tuple[str, str], ...]]  # unit, coverage, levels by name
# Nobody looked: a person has to.
NOT_SAID = Verdict(Outcome.REVIEW, "nobody said what disclosure control found")


@dataclass(frozen=True, slots=True)
class Entry:
    """A table in the ledger, with the cells that it hides: the ledger stays inside."""

    published: Published
    profile: Profile
    hidden: Mapping[Key, int]  # primary cells, and the width that each needs
    small: tuple[Key, ...]
    # What was said of the table by itself, when it was protected.
    verdict: Verdict = NOT_SAID
    # Tables protected together: a cell may be withheld for the sake of another's.
    together: tuple[str, ...] = ()
    # Its merged levels, and the levels they are made of: they link it with others.
    merged: Coarser = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Release:
    """Tables that leave together, of one cut.

    ``grows`` says that nothing was revised since the release that was made before: a
    count has not fallen from an earlier cut to a later one, and is the same at the
    same cut.  Set it to False where counts may have been revised.
    """

    name: str
    cut: str  # the day up to which it counts, as YYYY-MM-DD
    entries: tuple[Entry, ...]
    grows: bool = True

    @property
    def digest(self) -> str:
        """SHA-256 of all that was shown, in canonical form."""
        told = [
            [
                e.published.name,
                e.published.unit,
                e.published.coverage,
                e.published.profile,
            ]
            + [[*key, cell.text] for key, cell in sorted(e.published.cells.items())]
            for e in self.entries
        ]
        plain = json.dumps([self.name, self.cut, told], ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Leak:
    """A cell, or what was added to it between two cuts, that is bounded too tightly."""

    cell: Same
    cuts: tuple[str, ...]
    lower: float
    upper: float

    @property
    def text(self) -> str:
        """Say it in words."""
        unit, _, levels = self.cell
        where = " / ".join(level for _, level in levels) or ALL
        when = " to ".join(self.cuts)
        what = "added" if len(self.cuts) > 1 else "counted"
        return f"{where}: {self.lower:.0f}-{self.upper:.0f} {unit} {what} {when}"


def entry(
    protected: Protected, profile: Profile, *, coarser: Coarser | None = None
) -> Entry:
    """Make the ledger's entry of a table that was protected under a profile.

    ``coarser`` is that of ``check_release``: what the table has of it is kept, so that
    later releases are held against it.
    """
    if protected.published is None:
        raise BadInput(
            "a table that was refused cannot be released",
            advice=protected.verdict.reason,
        )
    own = {level for some in protected.published.levels for level in some}
    known = coarser or {}
    merged = {one: tuple(sorted(atoms(one, known))) for one in own & set(known)}
    return Entry(
        protected.published,
        profile,
        protected.widths,
        protected.small,
        protected.verdict,
        protected.together,
        merged,
    )


def cells_of(one: Entry) -> frozenset[Same]:
    """Give what the cells of a table count, margins too."""
    return frozenset(same_of(one.published, key) for key in one.published.cells)


def same_of(table: Published | Counts, key: Key) -> Same:
    """Name the count of a cell as every table names it."""
    return named((table.unit, table.coverage), table.names, key)


def named(group: tuple[str, str], names: Sequence[str], key: Key) -> Same:
    """Name a count of a group (unit and coverage) by its levels."""
    own = sorted(
        (name, level) for name, level in zip(names, key, strict=True) if level != ALL
    )
    return (*group, tuple(own))

"""Finds tables that count in part what others count: subtracted, they may tell it.

A quarter less two of its months is the third; all less the boys is the girls.  The
attack knows one coverage at a time, so that a person has to look.
"""

from collections.abc import Sequence

from iwflab.statistics.disclosure.coverages import extent_of, meet
from iwflab.statistics.disclosure.outputs import Outcome, Verdict
from iwflab.statistics.disclosure.releases import Entry, Release

MOST_TOLD = 3  # coverages spelt out in a reason
_Table = tuple[str, str, tuple[str, ...], tuple[tuple[str, ...], ...]]


def overlaps(new: Release, earlier: Sequence[Release]) -> dict[int, Verdict]:
    """Give the place of each table that has such a neighbour, with what is to be said.

    A neighbour has the same unit, and a coverage that has days (and levels of a
    filter) in common and is another one.  A table that left already, beside the same
    neighbour, tells nothing new by it.  Of a report and a query in one release the
    query is asked about: the report would have left without it.
    """
    left = {_table(one) for release in earlier for one in release.entries}
    where: dict[tuple[str, str], str] = {}
    for release in (new, *reversed(earlier)):
        for one in release.entries:
            where[_group(one)] = "" if release is new else f" of {release.name}"
    known = {(unit, coverage) for unit, coverage, *_ in left}
    found = {}
    for at, one in enumerate(new.entries):
        unit, coverage = _group(one)
        near = [
            f"{other!r}{of}"
            for (its, other), of in where.items()
            if its == unit
            and meet(coverage, other)
            and not (_table(one) in left and (its, other) in known)
            and (of or not _brought(coverage, other))
        ]
        if near:
            found[at] = Verdict(Outcome.REVIEW, _said(coverage, near))
    return found


def _brought(coverage: str, other: str) -> bool:
    """Tell whether a query came to a table of a report."""
    mine, its = extent_of(coverage), extent_of(other)
    return bool(mine and its and mine.kept is None and its.kept is not None)


def _said(coverage: str, near: Sequence[str]) -> str:
    more = f" and {len(near) - MOST_TOLD} more" if len(near) > MOST_TOLD else ""
    told = f"{', '.join(near[:MOST_TOLD])}{more}"
    return f"{coverage!r} overlaps with {told}: the difference may tell what is hidden"


def _group(one: Entry) -> tuple[str, str]:
    return one.published.unit, one.published.coverage


def _table(one: Entry) -> _Table:
    return (*_group(one), one.published.names, one.published.levels)

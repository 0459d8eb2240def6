"""The noun: a question for counts, as plain JSON that can be saved and asked again."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, Literal, get_args

from iwflab.errors import BadInput
from iwflab.statistics.disclosure.profiles import DEFAULT
from iwflab.statistics.results import known_unit

Percent = Literal["all", "rows", "cols"]
EVER = ("", "")  # a period without ends
MOST_LEVELS = 200  # of one filter
MOST_LETTERS = 100  # of a word in a query; longer ones are no name of ours


@dataclass(frozen=True, slots=True)
class Query:
    """What to count, by what, of what, and under which profile it could leave.

    ``rows`` and ``cols`` name columns of the unit's frame (``cols=""``: one side
    only).  ``filters`` maps a column to the levels that are kept.  ``period`` and
    ``compare`` are pairs of days as YYYY-MM-DD, both counted in, of the sign-off;
    an empty day is an open end.  ``pct`` says of what the shares are.  ``cluster``
    asks for intervals that know the series.
    Raises :class:`~iwflab.errors.BadInput` with advice.  Which profiles there are is
    known where it is answered: an organisation may have its own.
    """

    unit: str
    rows: str
    cols: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    period: tuple[str, str] = EVER
    compare: tuple[str, str] = EVER
    pct: Percent = "all"
    cluster: bool = False
    profile: str = DEFAULT

    def __post_init__(self) -> None:
        """Refuse what cannot be asked; nothing is mended in silence."""
        known_unit(self.unit)
        _check_sides(self)
        _check_filters(self.filters)
        for name in ("period", "compare"):
            _check_period(name, getattr(self, name))
        if self.compares and _overlap(self.period, self.compare):
            raise BadInput(
                "the two periods overlap: the same records would be compared",
                advice="give two periods that have no day in common",
            )

    @property
    def sides(self) -> tuple[str, ...]:
        """The columns of the table."""
        return (self.rows, self.cols) if self.cols else (self.rows,)

    @property
    def compares(self) -> bool:
        """Whether there is a second period."""
        return self.compare != EVER

    def plain(self) -> dict[str, Any]:
        """Give the query as plain JSON values; :func:`query_from` reads it again."""
        told = asdict(self)
        told["filters"] = {name: list(kept) for name, kept in self.filters.items()}
        return told | {n: list(told[n]) for n in ("period", "compare")}

    def json(self) -> str:
        """Give the query as JSON text, the same for the same query."""
        return json.dumps(self.plain(), ensure_ascii=False, sort_keys=True)


def query_from(plain: Any) -> Query:
    """Read a query from plain JSON values, or from JSON text.

    Raises BadInput for anything that is none, naming the word that is wrong.
    """
    if isinstance(plain, str):
        try:
            plain = json.loads(plain)
        except json.JSONDecodeError as fault:
            raise _wrong("it is no JSON") from fault
    if not isinstance(plain, Mapping):
        raise _wrong("it is no object with names")
    known = {one.name for one in fields(Query)}
    if odd := sorted(map(str, set(plain) - known)):
        raise _wrong(f"unknown words: {', '.join(odd)}")
    told = {name: _value(name, value) for name, value in plain.items()}
    if missing := [name for name in ("unit", "rows") if name not in told]:
        raise _wrong(f"it does not say: {', '.join(missing)}")
    return Query(**told)


def _value(name: str, value: Any) -> Any:
    if name in {"period", "compare"}:
        return tuple(_texts(name, value))
    if name == "filters":
        if not isinstance(value, Mapping):
            raise _wrong("filters is no object with names")
        pairs = value.items()
        return {str(column): tuple(_texts(name, kept)) for column, kept in pairs}
    wanted = bool if name == "cluster" else str
    if not isinstance(value, wanted):
        raise _wrong(f"{name} is {value!r}")
    return value


def _texts(name: str, value: Any) -> list[str]:
    there = isinstance(value, Iterable) and not isinstance(value, str | Mapping)
    if not there or not all(isinstance(one, str) for one in value):
        raise _wrong(f"{name} is no list of texts")
    return list(value)


def _check_sides(query: Query) -> None:
    if not query.rows:
        raise BadInput(
            "the query has no rows", advice="name the column that makes the rows"
        )
    if query.rows == query.cols:
        raise BadInput(
            f"rows and columns are both {query.rows!r}",
            advice="choose two different columns, or leave the second out",
        )
    if query.pct not in get_args(Percent):
        raise BadInput(
            f"no percentage {query.pct!r}", advice="choose all, rows or cols"
        )
    if query.pct != "all" and not query.cols:
        raise BadInput(
            f"percentages of {query.pct} need columns",
            advice="name the second column, or take percentages of all",
        )


def _check_filters(filters: Mapping[str, tuple[str, ...]]) -> None:
    for column, kept in filters.items():
        if not column or not kept:
            raise BadInput(
                f"the filter on {column!r} keeps nothing",
                advice="name at least one level to keep, or leave the filter out",
            )
        words = [column, *kept]
        if len(kept) > MOST_LEVELS or max(map(len, words)) > MOST_LETTERS:
            raise BadInput(
                f"the filter on {column[:MOST_LETTERS]!r} is too long",
                advice=f"at most {MOST_LEVELS} levels of {MOST_LETTERS} letters",
            )


def _check_period(name: str, period: tuple[str, ...]) -> None:
    if len(period) != len(EVER):
        raise BadInput(
            f"{name} has {len(period)} days", advice="give two: the first and the last"
        )
    for day in period:
        try:
            whole = not day or date.fromisoformat(day).isoformat() == day
        except ValueError:
            whole = False
        if not whole:
            raise BadInput(f"{day!r} is no day", advice="write it as YYYY-MM-DD")
    first, last = period
    if first and last and first > last:
        raise BadInput(
            f"{name} ends before it begins", advice="give the first day first"
        )


def must_have_begun(query: Query, read_on: date) -> None:
    """Refuse a period after the day of the data: its noughts would say nothing."""
    for first, _ in (query.period, query.compare):
        if first and first > read_on.isoformat():
            raise BadInput(
                f"the period from {first} begins after the day of the data,"
                f" {read_on.isoformat()}",
                advice="choose a first day that has come",
            )


def _overlap(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Tell whether two periods have a day in common; days sort as texts."""
    return not (
        (one[1] and other[0] and one[1] < other[0])
        or (other[1] and one[0] and other[1] < one[0])
    )


def _wrong(problem: str) -> BadInput:
    return BadInput(
        f"this is no query: {problem}",
        advice="save it anew from the statistics desk, or see docs/statistics.md",
    )

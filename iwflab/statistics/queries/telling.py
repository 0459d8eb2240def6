"""Words of an answer: the finding as its title, how to read it, what it covers.

What is said in public is made of what was let out and of nothing else, so that a
title tells no more than its table.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from iwflab.domain.counting import COUNT_UNITS, half_up, whole_percent
from iwflab.statistics.disclosure.tables import ALL, Key, Published
from iwflab.statistics.queries.query import EVER, Query
from iwflab.statistics.queries.sides import NOT_KNOWN, TAG

if TYPE_CHECKING:
    from datetime import date

    from iwflab.statistics.queries.answering import Answer

PLURALS: Mapping[str, str] = {
    "file": "files",
    "medium": "media",
    "content": "distinct contents",
    "child_appearance": "child appearances",
    "victim": "victims",
    "series": "series",
    "url": "URLs",
}
_CARE: Mapping[str, str] = {
    "child_appearance": "A child on three media counts three times: this is no count "
    "of victims.",
    "medium": "Age is that of the youngest child, category that of the medium; they "
    "need not belong to the same child.",
    "content": "Near-duplicates count once, with the most severe category and the "
    "youngest child of theirs; the two need not come from the same medium.",
    "victim": "Only children who were linked across media; others are not counted.",
    "series": "Only media that were put into a series; each series counts once.",
    "url": "Each address counts once, however many media were found there.",
}
_OF = {"all": "of all", "rows": "of their row", "cols": "of their column"}
PERIOD = "signed off"


def finding(answer: "Answer") -> str:
    """Say what stands out in true numbers, and how it changed."""
    shares = {
        key: (n, of) for key, (n, of) in _true(answer).items() if not _unknown(key)
    }
    best = max(shares, key=lambda key: shares[key][0], default=())
    if not best or not shares[best][0]:
        return f"No {plural(answer.query)} of known {_by(answer.query)}"
    number, of = shares[best]
    said = _said(answer.query, best, whole_percent(int(number), int(of)))
    if answer.before is None:
        return said
    earlier, base = _true(answer.before).get(best, (0, 0))
    if not base:
        return said
    points = half_up(100 * number / of - 100 * earlier / base)
    return f"{said}, {_points(points, answer.query)}"


def public_finding(answer: "Answer") -> str:
    """Say what stands out among the numbers that are let out, from these alone."""
    query, told = answer.query, answer.protected.published
    if told is None:
        return f"{plural(query).capitalize()} by {_by(query)}: not to be shown"
    shares = _let_out(query, told)
    best = max(shares, key=lambda key: shares[key][0], default=())
    if not best or not shares[best][0]:
        return f"{plural(query).capitalize()} by {_by(query)}"
    said = _said(query, best, shares[best][1])
    if any(ALL not in key for key in told.withheld):
        said = f"Of what is shown, {said[0].lower()}{said[1:]}"
    earlier = None if answer.before is None else answer.before.protected.published
    if earlier is None or best not in _let_out(query, earlier):
        return said
    points = shares[best][1] - _let_out(query, earlier)[best][1]
    return f"{said}, {_points(points, query)}"


def plural(query: Query) -> str:
    """Name many of the unit."""
    return PLURALS[query.unit]


def of_what(query: Query) -> str:
    """Say what the percentages are of."""
    return _OF[query.pct]


def note_of(query: Query, read_on: "date | None" = None) -> str:
    """Say what one is, how to read it, what the percentages are of, what may follow."""
    parts = [
        f"Counted: each {COUNT_UNITS[query.unit]}.",
        _CARE.get(query.unit, ""),
        f"Percentages are {of_what(query)}.",
        "All that was signed off is counted, it is no sample."
        if not query.cluster
        else "Intervals (95%) take the series as drawn from more like them.",
        *(_not_over(one, read_on) for one in (query.period, query.compare) if read_on),
    ]
    return " ".join(part for part in parts if part)


def _not_over(period: tuple[str, str], read_on: "date") -> str:
    """Say of a period with an end that it is not over on the day of the data."""
    if period[1] < read_on.isoformat():
        return ""
    return f"The period to {period[1]} is not over: read on {read_on.isoformat()}."


def source_of(query: Query) -> str:
    """Say where the numbers come from."""
    return f"Records of this lab, {when(query.period)}"


def coverage_of(query: Query) -> str:
    """Name what was counted, so that the same count is known again elsewhere."""
    kept = [
        f"{side}: {', '.join(sorted(levels))}"
        for side, levels in sorted(query.filters.items())
    ]
    return "; ".join([when(query.period), *kept])


def when(period: tuple[str, str]) -> str:
    """Say a period in words."""
    first, last = period
    if period == EVER:
        return PERIOD
    if not first:
        return f"{PERIOD} until {last}"
    return f"{PERIOD} from {first}" + (f" to {last}" if last else "")


def words(level: str) -> str:
    """Say a level as people do."""
    return level.replace("_", " ")


def _said(query: Query, key: Key, percent: int) -> str:
    said = [_level(side, one) for side, one in zip(query.sides, key, strict=True)]
    of = {"all": "", "rows": f" of {said[0]}", "cols": f" of {said[-1]}"}[query.pct]
    return f"Largest group of {plural(query)}: {', '.join(said)}, {percent}%{of}"


def _level(side: str, level: str) -> str:
    """Say a level so that it can be understood without its column."""
    if side == "code":
        return f"category {words(level)}"
    if side == "children":
        return "1 child" if level == "1" else f"{level} children"
    if side.startswith(TAG):
        return f"{words(side.removeprefix(TAG))} {words(level)}"
    return words(level)


def _points(points: int, query: Query) -> str:
    earlier = query.compare[1] and query.compare[1] < query.period[0]
    then = "in the period before" if earlier else "in the period after"
    if not points:
        return f"as {then}"
    many = "point" if abs(points) == 1 else "points"
    which = "more" if points > 0 else "less"
    return f"{abs(points)} percentage {many} {which} than {then}"


def _by(query: Query) -> str:
    return " and ".join(
        side.rpartition(":")[2].replace("_", " ").replace("code", "category")
        for side in query.sides
    )


def _unknown(key: Iterable[str]) -> bool:
    return any(level in NOT_KNOWN for level in key)


def _true(answer: "Answer") -> dict[Key, tuple[float, float]]:
    """Give each inner cell with its base, as counted."""
    result, sides = answer.result, list(answer.query.sides)
    rows = result[result["measure"] == "count"]
    keys = zip(*[rows[side].astype(str) for side in sides], strict=True)
    found = zip(keys, rows["estimate"], rows["n"], strict=True)
    return {key: (n, of) for key, n, of in found if ALL not in key and of}


def _let_out(query: Query, told: Published) -> dict[Key, tuple[int, int]]:
    """Give each inner cell that is shown, with the percentage of what is shown."""
    found = {}
    for key, cell in told.cells.items():
        base = base_of(query, key)
        percent = None if ALL in key or _unknown(key) else told.percent(key, base)
        if percent is not None and cell.value is not None:
            found[key] = (cell.value, percent)
    return found


def base_of(query: Query, key: Key) -> Key:
    """Name the cell of which a cell is a share."""
    if query.pct == "rows":
        return (key[0], ALL)
    if query.pct == "cols":
        return (ALL, key[-1])
    return (ALL,) * len(key)

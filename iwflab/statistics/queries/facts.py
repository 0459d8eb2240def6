"""An answer as plain values: what a page, a command or a file shows of it.

Cells stand in the order of their rows and columns, the margin last; the words of why
a cell is withheld are those of disclosure control.
"""

from itertools import product
from typing import TYPE_CHECKING, Any

from iwflab.statistics.disclosure.tables import ALL, WITHHELD, Key
from iwflab.statistics.queries.telling import base_of, of_what, plural

if TYPE_CHECKING:
    from iwflab.statistics.disclosure.protecting import Protected
    from iwflab.statistics.queries.answering import Answer

_SHARES = {"all": "share_of_all", "known": "share_of_known", "bounds": "share_bounds"}
PRIMARY, SECONDARY = "primary", "secondary"
_PROTECTS = "withheld so that the others cannot be worked out"


def facts(answer: "Answer") -> dict[str, Any]:
    """Give an answer as it is inside: numbers, three bases, intervals, change."""
    query, axes = answer.query, _axes(answer)
    cells = _cells(answer)
    return {
        "title": answer.title,
        "note": answer.note,
        "source": answer.source,
        "unit": query.unit,
        "units": plural(query),
        "of": of_what(query),
        "base": answer.base,
        "exclusions": dict(answer.exclusions),
        "sides": list(query.sides),
        "rows": list(axes[0]),
        "cols": list(axes[1]) if query.cols else [],
        "cells": [cells[key] for key in product(*axes)],
        "before": None if answer.before is None else answer.before.base,
    }


def public_facts(answer: "Answer") -> dict[str, Any]:
    """Give an answer as it could leave, and why each cell that is withheld is.

    The reasons are for inside: what leaves has the mark alone.
    """
    query, found, axes = answer.query, answer.protected, _axes(answer)
    before = None if answer.before is None else answer.before.protected
    verdicts = [found.verdict, *([] if before is None else [before.verdict])]
    cells = []
    if found.published is not None:
        cells = [_public(answer, found, before, key) for key in product(*axes)]
    return {
        "title": answer.public_title,
        "note": answer.note,
        "source": answer.source,
        "profile": query.profile,
        "of": of_what(query),
        "outcome": str(found.verdict.outcome),
        "reason": found.verdict.reason,
        "before": str(verdicts[-1].outcome) if before is not None else None,
        "rows": list(axes[0]),
        "cols": list(axes[1]) if query.cols else [],
        "cells": cells,
        "primary": _withheld(found),
        "secondary": [list(key) for key in found.secondary],
    }


def _axes(answer: "Answer") -> list[tuple[str, ...]]:
    levels = [
        tuple(str(one) for one in _levels(answer, side)) for side in answer.query.sides
    ]
    return [(*names, ALL) for names in levels]


def _levels(answer: "Answer", side: str) -> list[Any]:
    return [one for one in answer.result[side].cat.categories if one != ALL]


def _cells(answer: "Answer") -> dict[Key, dict[str, Any]]:
    """Give each cell its number, its base, and its shares with their limits."""
    result, sides = answer.result, list(answer.query.sides)
    names = [result[side].astype(str).to_numpy() for side in sides]
    told = zip(
        zip(*names, strict=True),
        *(result[c] for c in ("measure", "estimate", "lower", "upper", "n", "flag")),
        strict=True,
    )
    found: dict[Key, dict[str, Any]] = {}
    shares = {measure: name for name, measure in _SHARES.items()}
    for key, measure, estimate, lower, upper, n, flag in told:
        cell = found.setdefault(key, {})
        if measure == "count":
            cell |= {"n": int(estimate), "of": int(n)}
        else:
            limits = [_plain(one) for one in (estimate, lower, upper)]
            cell[shares[measure]] = [*limits, str(flag)]
    _with_changes(answer, found)
    if len(sides) == 1:  # a frequency has no margin of its own: all of it
        whole = [1.0 if answer.base else None, None, None, ""]
        found[(ALL,)] = {"n": answer.base, "of": answer.base, "all": whole}
    return found


def _with_changes(answer: "Answer", found: dict[Key, dict[str, Any]]) -> None:
    changes = answer.changes
    if changes is None:
        return
    names = [changes[side].astype(str) for side in answer.query.sides]
    for key, points in zip(zip(*names, strict=True), changes["pp"], strict=True):
        found[key]["pp"] = _plain(points)


def _plain(value: float) -> float | None:
    """Give a number of six places, None for what is not there."""
    return None if value != value else round(float(value), 6)  # noqa: PLR0124 - NaN


def _public(
    answer: "Answer", found: "Protected", before: "Protected | None", key: Key
) -> dict[str, Any]:
    told = found.published
    if told is None:
        return {}
    base = base_of(answer.query, key)
    percent = told.percent(key, base)
    cell: dict[str, Any] = {"text": told.cells[key].text, "percent": percent}
    if cell["text"] == WITHHELD:
        small = key in found.primary
        why = [str(one) for one in found.primary[key]] if small else [_PROTECTS]
        cell |= {"kind": PRIMARY if small else SECONDARY, "why": why}
    if before is not None and before.published is not None:
        earlier = before.published.percent(key, base)
        cell["pp"] = None
        if percent is not None and earlier is not None:
            cell["pp"] = percent - earlier
    return cell


def _withheld(found: "Protected") -> list[dict[str, Any]]:
    return [
        {"key": list(key), "why": [str(one) for one in why]}
        for key, why in found.primary.items()
    ]

"""The cases of a comparison of start levels: what became of each allotted medium."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iwflab.domain.assessments import RevealLevel
from iwflab.domain.categories import derive
from iwflab.domain.level_report import Case
from iwflab.domain.records import Record
from iwflab.schemes import scheme_named
from iwflab.store import Store
from iwflab.store.comparison import choices, told
from iwflab.store.reading import records

SCHEME = "uk_2014"
_UNKNOWN = {"", "undetermined"}


@dataclass(frozen=True, slots=True)
class Cases:
    """All cases that count; of the others only how many were carried over."""

    cases: tuple[Case, ...]
    carried: int  # graded in a stack or a selection: not looked at by themselves


def cases_of(store: Store, protocol: str) -> Cases:
    """Give the cases of those who take part now, since they joined.

    What somebody did before they left does not count, also where they came back.
    """
    with store.moment():
        joined = {
            who: entry
            for who, (value, entry) in choices(store, f"comparison {protocol}").items()
            if value == "in"
        }
        # Two runs of one protocol may allot a medium twice: the newest level was shown.
        newest = {
            (row["analyst"], row["medium"]): row
            for row in told(store, protocol)
            if row["analyst"] in joined and row["entry"] >= joined[row["analyst"]]
        }
        rows = list(newest.values())
        found = _records(store, rows)
    cases = tuple(_cases(rows, found))
    return Cases(cases, sum(row["carried"] for row in rows))


def _records(store: Store, rows: list[dict[str, Any]]) -> dict[str, Record]:
    """Give the record of each decision by its assessment; a person at a time."""
    by_person: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_person[row["analyst"]].append(row)
    found = {}
    for mine in by_person.values():
        told_of = {row["medium"]: row["assessment"] for row in mine}
        for medium, record in records(store, mine).items():
            found[told_of[medium]] = record
    return found


def _cases(rows: list[dict[str, Any]], found: Mapping[str, Record]) -> Iterator[Case]:
    scheme = scheme_named(SCHEME)
    for row in rows:
        plain = Case(row["analyst"], row["medium"], row["level"], answer=row["answer"])
        record = found.get(row["assessment"])
        if record is None or row["carried"]:
            yield plain
            continue
        code = derive(scheme, record).code
        accepted = json.loads(row["accepted"] or "{}").get(SCHEME, {}).get("code", "")
        higher = RevealLevel(row["reveal"]).step > RevealLevel(row["level"]).step
        yield Case(
            plain.person,
            plain.medium,
            plain.level,
            shown=row["reveal"],
            seconds=row["seconds"],
            went_higher=higher,
            agrees=None if accepted in _UNKNOWN else code == accepted,
            own_stands=row["accepted_assessment"] == row["assessment"],
            answer=row["answer"],
        )

"""Verification: the chain, the rows against the chain, the chain against a head."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from iwflab.domain.trail import START, Entry, entry_digest, rows_from, rows_json
from iwflab.errors import StoreError, Tampered
from iwflab.store.claims import Rows
from iwflab.store.database import Store
from iwflab.store.engines import FAULTS, store_error
from iwflab.store.expected import Expected, expected, newest
from iwflab.store.guards import (
    constraints,
    damage,
    differences,
    missing_guards,
    shape,
    unknown_guards,
)
from iwflab.store.head import Head

_WHOLE = ("number", "at_us")
_TEXTS = (
    *("analyst", "verb", "subject", "request", "schema", "rows"),
    *("previous", "digest"),
)
_TRAIL = f"SELECT {', '.join(_WHOLE + _TEXTS)} FROM audit_entry ORDER BY number"  # noqa: S608 - our own text

# What odd content may still raise on its way through; each becomes a finding.
_ODD = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree; ``entry`` is the first number concerned."""

    entry: int | None
    problem: str


def entries(store: Store) -> Iterator[Entry]:
    """Go through the audit trail in order."""
    with store.read() as connection:
        for number, row in _trail(connection):
            entry = _entry(row)
            if entry is None:
                raise Tampered(
                    f"entry {number} cannot be read",
                    advice="restore the lab from a backup and compare",
                )
            yield entry


def verify(
    store: Store, *, heads: Sequence[Head] = (), extra: Sequence[Path] = ()
) -> list[Finding]:
    """Check the whole lab; give what is wrong, the first bad entry first.

    The chain proves that entries follow each other unchanged; rows are checked
    against their digests by the columns of the schema they were written under; with
    heads kept outside, a truncated, re-hashed or rolled-back trail is seen as well.

    Everything is read in one transaction, so that a lab at work is found whole.
    Whatever is in the database, the answer is a list: what was found before something
    could not be read is in it.
    """
    found: list[Finding] = []
    try:
        known = expected(store.schema, extra)
    except StoreError as fault:
        found.append(Finding(None, fault.message))
        known = expected(newest(extra), extra)
    try:
        with store.read() as connection:
            _collect(found, _chain_and_rows(connection, known, heads))
            _collect(found, _guards(connection, known))
            _collect(found, _damage(connection))
    except StoreError as fault:
        found.append(Finding(None, f"the database cannot be read: {fault.message}"))
    return found


def _collect(found: list[Finding], part: Iterator[Finding]) -> None:
    try:
        for one in part:
            found.append(one)  # noqa: PERF402 - what came before a fault is kept
    except FAULTS as fault:
        said = store_error(fault).message
        found.append(Finding(None, f"the database cannot be read: {said}"))
    except StoreError as fault:
        found.append(Finding(None, fault.message))
    except _ODD as fault:
        kind = type(fault).__name__
        found.append(Finding(None, f"the database holds what no lab writes ({kind})"))


def _trail(connection: sa.Connection) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give every stored entry with its place; a fault says after which it came."""
    place = 0
    try:
        for row in connection.execute(sa.text(_TRAIL)).mappings():
            place += 1
            yield place, dict(row)
    except FAULTS as fault:
        raise StoreError(
            f"the audit trail cannot be read after {place} entries: "
            f"{store_error(fault).message}",
            advice="restore the lab from a backup and compare",
        ) from fault


def _entry(row: dict[str, Any]) -> Entry | None:
    """Give a stored entry in its form, or None where its columns make none."""
    if not all(type(row[name]) is int for name in _WHOLE):
        return None
    if not all(isinstance(row[name], str) for name in _TEXTS):
        return None
    try:
        rows = rows_from(row["rows"])
        plain = all(
            isinstance(text, str)
            for one in rows
            for text in (one.table, one.key, one.digest)
        )
        # One form only: a second spelling of the same would go unseen.
        if not plain or rows_json(rows) != row["rows"]:
            return None
    except (ValueError, TypeError, RecursionError):
        return None
    return Entry(**{**row, "rows": rows})


def _chain_and_rows(
    connection: sa.Connection, known: Expected, heads: Sequence[Head]
) -> Iterator[Finding]:
    previous, number = START, 0
    at_head = dict.fromkeys((head.size for head in heads), START)
    rows = Rows(connection, known)
    yield from (Finding(None, problem) for problem in rows.unreadable)
    for _, row in _trail(connection):
        number += 1
        entry = _entry(row)
        if entry is None:
            yield Finding(number, f"entry {number} cannot be read")
            previous = str(row["digest"])
            number = row["number"] if type(row["number"]) is int else number
            continue
        if entry.number != number:
            yield Finding(number, f"entry {number} is missing")
            number = entry.number
        if entry.previous != previous:
            yield Finding(number, f"entry {number} does not follow the one before it")
        if entry.digest != entry_digest(entry):
            yield Finding(number, f"entry {number} was changed")
        previous = entry.digest
        yield from (Finding(number, problem) for problem in rows.problems(entry))
        if entry.number in at_head:
            at_head[entry.number] = entry.digest
    yield from (Finding(None, problem) for problem in rows.unclaimed())
    for head in heads:
        yield from _against(head, number, at_head[head.size])


def _against(head: Head, number: int, at_head: str) -> Iterator[Finding]:
    if number < head.size:
        yield Finding(
            number + 1,
            f"the trail ends at entry {number}, but a head of {head.size} was signed:"
            " entries were cut off, or the lab was rolled back",
        )
    elif at_head != head.digest:
        yield Finding(
            head.size, f"the trail up to entry {head.size} is not the one signed"
        )


def _guards(connection: sa.Connection, known: Expected) -> Iterator[Finding]:
    for table in missing_guards(connection):
        yield Finding(None, f"the table {table} is not guarded (append-only)")
    for problem in unknown_guards(connection):
        yield Finding(None, problem)
    for problem in differences(shape(connection), known.tables):
        yield Finding(None, problem)
    rules = constraints(connection)
    for rule in sorted(known.constraints - rules):
        yield Finding(None, f"{rule} is gone")
    for rule in sorted(rules - known.constraints):
        yield Finding(None, f"{rule} belongs to no schema")


def _damage(connection: sa.Connection) -> Iterator[Finding]:
    for problem in damage(connection):
        yield Finding(None, problem)

"""What a database of some schema ought to look like: the migrations, run in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from iwflab.store.columns import Column
from iwflab.store.engines import scratch_engine
from iwflab.store.guards import constraints, defaults, shape
from iwflab.store.migrate import apply_up_to, columns_of, scripts

Columns = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Expected:
    """The tables of a schema, and the columns that each schema before it had."""

    tables: Mapping[str, Mapping[str, Column]]
    defaults: Mapping[str, Mapping[str, Any]]
    constraints: frozenset[str]
    then: Mapping[str, Columns]  # schema -> table -> columns


def expected(schema: str, extra: Sequence[Path] = ()) -> Expected:
    """Say what a database of this schema ought to look like.

    Raises :class:`~iwflab.errors.StoreError` for a schema that nobody knows.
    """
    return _expected(schema, tuple(extra))


def newest(extra: Sequence[Path] = ()) -> str:
    """Name the newest schema that this release knows."""
    return list(scripts(extra))[-1]


@cache
def _expected(schema: str, extra: tuple[Path, ...]) -> Expected:
    known = scripts(extra)
    then = {name: columns_of(known, name) for name in known}
    columns_of(known, schema)  # refuses an unknown one
    engine = scratch_engine()
    try:
        apply_up_to(engine, known, schema)
        with engine.connect() as connection:
            tables = shape(connection)
            held = defaults(connection, tables)
            rules = frozenset(constraints(connection))
    finally:
        engine.dispose()
    return Expected(tables, held, rules, then)

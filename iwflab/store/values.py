"""Values as the database gives them back: what is digested is what is stored.

SQLite changes some values on their way in (1.0 in a whole column becomes 1, -0.0
becomes 0.0, 12 in a text column becomes '12').  A digest over the value before the
change would raise a false alarm for ever; so every value is brought into its stored
form first, or refused.
"""

import math
import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa

from iwflab.errors import BadInput, StoreError

_WHOLE = range(-(2**63), 2**63)  # what a whole column holds


def as_stored(table: sa.Table, given: Mapping[str, object]) -> dict[str, Any]:
    """Give the whole row in the form in which it will be read back.

    A column that is not given holds nothing (NULL).  Raises
    :class:`~iwflab.errors.BadInput` for a value that the column cannot hold.
    """
    kinds = _kinds(table)
    if not given.keys() <= kinds.keys():
        unknown = sorted(given.keys() - kinds.keys())
        raise StoreError(
            f"a {table.name} has no {', '.join(unknown)}",
            advice="this is a fault of the program; please report it",
        )
    return {
        name: None if given.get(name) is None else change(name, given[name])
        for name, change in kinds.items()
    }


@cache
def _kinds(table: sa.Table) -> dict[str, Callable[[str, object], object]]:
    """Give, of each column, what brings a value into its stored form."""
    return {column.name: _kind_of(column) for column in table.c}


def _kind_of(column: sa.Column[Any]) -> Callable[[str, object], object]:
    for kind, change in _KINDS:
        if isinstance(column.type, kind):
            return change
    return _no_kind


def _no_kind(name: str, _: object) -> object:
    raise StoreError(
        f"the column {name} has a type that digests do not know",
        advice="this is a fault of the program; please report it",
    )


def _whole(name: str, value: Any) -> int:
    try:
        # True becomes 1, as in the database; numpy's integers are plain ones, too.
        number = int(operator.index(value))
    except TypeError:
        raise BadInput(
            f"{name}: {_kind(value)} is no whole number", advice="give a whole number"
        ) from None
    if number not in _WHOLE:
        raise BadInput(f"{name}: the number is too large", advice="give a smaller one")
    return number


def _real(name: str, value: Any) -> float:
    if not isinstance(value, str | bytes):
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number + 0.0  # -0.0 becomes 0.0, as in the database
    raise BadInput(
        f"{name}: {_kind(value)} is no finite number", advice="give a finite number"
    )


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadInput(f"{name}: {_kind(value)} is no text", advice="give text")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise BadInput(
            f"{name}: the text holds half a character (a lone surrogate)",
            advice="give valid Unicode; undecodable bytes must be spelled out first",
        ) from None
    if "\0" in value:  # PostgreSQL keeps none; both databases hold the same
        raise BadInput(f"{name}: the text holds a NUL character", advice="leave it out")
    return str.__str__(value)  # the characters, also of a subclass


def _blob(name: str, value: object) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    raise BadInput(f"{name}: {_kind(value)} are no bytes", advice="give bytes")


def _kind(value: object) -> str:
    return f"a value of type {type(value).__name__}"


# ``Double`` and ``REAL`` are both floats; whole numbers come before them.
_KINDS: tuple[tuple[type[Any], Callable[[str, object], object]], ...] = (
    (sa.Integer, _whole),
    (sa.Float, _real),
    (sa.LargeBinary, _blob),
    (sa.Text, _text),
)

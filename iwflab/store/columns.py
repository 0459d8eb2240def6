"""How a column is told, whichever database tells it."""

from dataclasses import dataclass
from typing import Any

BOOKKEEPING = "alembic_version"


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the catalogue tells it; ``default`` is what older rows hold.

    Types are spelled as SQLite spells them, whichever database tells it.
    """

    type: str
    needed: bool
    key: int
    default: Any
    hidden: int

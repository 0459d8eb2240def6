"""What tables are made of: their common columns, and types both databases know.

Common columns: ``id`` (random, opaque), ``salt`` (guards the row's digest in the
trail against guessing) and ``entry`` (the act that wrote the row; it gives the
person and the time).  Times are UTC integer microseconds.  Types are those that
SQLite's STRICT tables and PostgreSQL both know.
"""

import sqlalchemy as sa

METADATA = sa.MetaData()

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Real: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")
# By bytes, not by the habits of a language: both databases sort alike.
Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Blob = sa.LargeBinary()


def table(name: str, *columns: sa.Column[object] | sa.Constraint) -> sa.Table:
    """Make a table with the common columns."""
    return sa.Table(
        name,
        METADATA,
        sa.Column("id", Text, primary_key=True),
        sa.Column("salt", Text, nullable=False),
        sa.Column(
            "entry",
            Whole,
            # Deferred: rows are written first, their entry closes the act.
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
            index=True,
        ),
        *columns,
        sqlite_strict=True,
    )


def to(name: str, place: str) -> sa.Column[object]:
    """Make a column that names a row of another table."""
    key = sa.ForeignKey(f"{place}.id")
    return sa.Column(name, Text, key, nullable=False, index=True)


def maybe(name: str, place: str) -> sa.Column[object]:
    """Make a column that names a row of another table, or none."""
    key = sa.ForeignKey(f"{place}.id")
    return sa.Column(name, Text, key, nullable=True, index=True)


def text(name: str, **more: object) -> sa.Column[object]:
    """Make a column of text."""
    return sa.Column(name, Text, nullable=False, **more)  # type: ignore[arg-type]


def whole(name: str, *, nullable: bool = False) -> sa.Column[object]:
    """Make a column of whole numbers."""
    return sa.Column(name, Whole, nullable=nullable)

"""Seconds at each reveal level, what a person starts with, presentation mode."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
OWN = ("id", "salt", "entry")

ADDS = {
    "look": (*OWN, "assessment", "level", "milliseconds"),
    "preference": (*OWN, "analyst", "name", "value"),
    "presentation": (*OWN, "analyst", "session", "active"),
}


def upgrade() -> None:
    key = sa.ForeignKey("assessment.id")
    table(
        "look",
        sa.Column("assessment", TEXT, key, nullable=False),
        sa.Column("level", TEXT, nullable=False),
        sa.Column("milliseconds", WHOLE, nullable=False),
        sa.UniqueConstraint("assessment", "level"),
        index="assessment",
    )
    table("preference", *texts("analyst", "name", "value"), index="analyst")
    table(
        "presentation",
        *texts("analyst", "session"),
        sa.Column("active", WHOLE, nullable=False),
        index="analyst",
    )


def table(name: str, *columns: sa.Column[object] | sa.Constraint, index: str) -> None:
    """Make a table with the common columns, and an index for one of its own."""
    op.create_table(
        name,
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        *columns,
        sqlite_strict=True,
    )
    for column in ("entry", index):
        op.create_index(f"ix_{name}_{column}", name, [column])


def texts(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]

"""A comparison of start levels: switched on and off, allotted, answered."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
OWN = ("id", "salt", "entry")

ADDS = {
    "comparison": (*OWN, "protocol", "decided_by", "levels", "seed", "active"),
    "allotment": (*OWN, "comparison", "medium", "analyst", "place", "level"),
    "self_report": (*OWN, "allotment", "answer"),
}


def upgrade() -> None:
    table(
        "comparison",
        *texts("protocol", "decided_by", "levels", "seed"),
        sa.Column("active", WHOLE, nullable=False),
        indexes=("protocol",),
    )
    table(
        "allotment",
        sa.Column("comparison", TEXT, sa.ForeignKey("comparison.id"), nullable=False),
        sa.Column("medium", TEXT, sa.ForeignKey("medium.id"), nullable=False),
        *texts("analyst"),
        sa.Column("place", WHOLE, nullable=False),
        *texts("level"),
        sa.UniqueConstraint("comparison", "analyst", "medium"),
        sa.UniqueConstraint("comparison", "analyst", "place"),
        indexes=("comparison", "medium", "analyst"),
    )
    table(
        "self_report",
        sa.Column("allotment", TEXT, sa.ForeignKey("allotment.id"), nullable=False),
        sa.Column("answer", WHOLE, nullable=False),
        sa.UniqueConstraint("allotment"),
        indexes=("allotment",),
    )


def table(
    name: str, *columns: sa.Column[object] | sa.Constraint, indexes: tuple[str, ...]
) -> None:
    """Make a table with the common columns, and indexes for some of its own."""
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
    for column in ("entry", *indexes):
        op.create_index(f"ix_{name}_{column}", name, [column])


def texts(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]

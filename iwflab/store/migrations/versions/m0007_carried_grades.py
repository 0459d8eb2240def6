"""Grades of others, carried beside a medium."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SAID = ("scheme", "version", "code", "flags", "source")

ADDS = {"carried_grade": ("id", "salt", "entry", "medium", *SAID)}


def upgrade() -> None:
    op.create_table(
        "carried_grade",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("medium", TEXT, sa.ForeignKey("medium.id"), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in SAID),
        sa.UniqueConstraint("medium", *SAID),
        sqlite_strict=True,
    )
    for name in ("entry", "medium"):
        op.create_index(f"ix_carried_grade_{name}", "carried_grade", [name])

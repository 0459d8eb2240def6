"""Segments of videos, how a medium was left, and what a policy may want of a child."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
OWN = ("id", "salt", "entry")

ADDS = {
    "assessment": ("ending",),
    "child": ("skin_tone", "identified_status"),
    "segment": (*OWN, "assessment", "number", "start_ms", "end_ms", "elements"),
}


def upgrade() -> None:
    added("assessment", "ending", "settled")
    for name in ADDS["child"]:
        added("child", name, "")
    op.create_table(
        "segment",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("assessment", TEXT, sa.ForeignKey("assessment.id"), nullable=False),
        *(
            sa.Column(name, WHOLE, nullable=False)
            for name in ("number", "start_ms", "end_ms")
        ),
        sa.Column("elements", TEXT, nullable=False),
        sa.UniqueConstraint("assessment", "number"),
        sqlite_strict=True,
    )
    for name in ("entry", "assessment"):
        op.create_index(f"ix_segment_{name}", "segment", [name])


def added(table: str, name: str, stands: str) -> None:
    """Add a column; ``stands`` is what older rows hold in it."""
    column = sa.Column(name, TEXT, nullable=False, server_default=stands)
    op.add_column(table, column)

"""What is said later of the route of a sighting: a row of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

ADDS = {"sighting_route": ("id", "salt", "entry", "sighting", "route")}


def upgrade() -> None:
    op.create_table(
        "sighting_route",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("sighting", TEXT, sa.ForeignKey("sighting.id"), nullable=False),
        sa.Column("route", TEXT, nullable=False),
        sqlite_strict=True,
    )
    for column in ("entry", "sighting"):
        op.create_index(f"ix_sighting_route_{column}", "sighting_route", [column])

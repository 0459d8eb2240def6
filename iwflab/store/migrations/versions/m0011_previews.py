"""Previews of reports: who made release-like files, of what."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TOLD = ("report", "profile", "period", "cut", "files")

ADDS = {"report_preview": ("id", "salt", "entry", *TOLD)}


def upgrade() -> None:
    op.create_table(
        "report_preview",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        *[sa.Column(name, TEXT, nullable=False) for name in TOLD],
        sqlite_strict=True,
    )
    op.create_index("ix_report_preview_entry", "report_preview", ["entry"])

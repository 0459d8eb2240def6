"""Archives that media came in: which bytes they were, and where they lay."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

ADDS = {
    "archive": (
        "id",
        "salt",
        "entry",
        "exhibit",
        "intake",
        "path",
        "shown",
        "sha256",
        "size",
    ),
}


def upgrade() -> None:
    op.create_table(
        "archive",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("exhibit", TEXT, sa.ForeignKey("exhibit.id"), nullable=False),
        sa.Column("intake", TEXT, sa.ForeignKey("intake.id"), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("shown", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.UniqueConstraint("exhibit", "path", "sha256"),
        sqlite_strict=True,
    )
    op.create_index("ix_archive_entry", "archive", ["entry"])
    op.create_index("ix_archive_exhibit", "archive", ["exhibit"])
    op.create_index("ix_archive_intake", "archive", ["intake"])

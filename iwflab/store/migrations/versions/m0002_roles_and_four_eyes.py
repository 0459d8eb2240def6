"""Roles of accounts; requests that a second person answers, and their one use."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

ADDS = {
    "account_role": (
        "id",
        "salt",
        "entry",
        "name",
        "roles",
    ),
    "four_eyes_request": (
        "id",
        "salt",
        "entry",
        "kind",
        "digest",
        "payload",
        "analyst",
        "expires_us",
    ),
    "four_eyes_answer": (
        "id",
        "salt",
        "entry",
        "request",
        "digest",
        "asked_by",
        "verdict",
        "analyst",
        "reason",
    ),
    "four_eyes_use": (
        "id",
        "salt",
        "entry",
        "answer",
    ),
}


def upgrade() -> None:
    op.create_table(
        "account_role",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("roles", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_account_role_entry", "account_role", ["entry"])
    op.create_index("ix_account_role_name", "account_role", ["name"])
    op.create_table(
        "four_eyes_request",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("payload", TEXT, nullable=False),
        sa.Column("analyst", TEXT, nullable=False),
        sa.Column("expires_us", WHOLE, nullable=False),
        sa.UniqueConstraint("id", "digest", "analyst"),
        sqlite_strict=True,
    )
    op.create_index("ix_four_eyes_request_entry", "four_eyes_request", ["entry"])
    op.create_index("ix_four_eyes_request_kind", "four_eyes_request", ["kind"])
    op.create_table(
        "four_eyes_answer",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("request", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("asked_by", TEXT, nullable=False),
        sa.Column("verdict", TEXT, nullable=False),
        sa.Column("analyst", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["request", "digest", "asked_by"],
            [
                "four_eyes_request.id",
                "four_eyes_request.digest",
                "four_eyes_request.analyst",
            ],
        ),
        sa.UniqueConstraint("request"),
        sa.CheckConstraint(
            "(verdict = 'withdrawn' AND analyst = asked_by)"
            " OR (verdict IN ('approved', 'refused') AND analyst <> asked_by)",
            name="four_eyes",
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_four_eyes_answer_entry", "four_eyes_answer", ["entry"])
    op.create_table(
        "four_eyes_use",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("answer", TEXT, sa.ForeignKey("four_eyes_answer.id"), nullable=False),
        sa.UniqueConstraint("answer"),
        sqlite_strict=True,
    )
    op.create_index("ix_four_eyes_use_answer", "four_eyes_use", ["answer"])
    op.create_index("ix_four_eyes_use_entry", "four_eyes_use", ["entry"])

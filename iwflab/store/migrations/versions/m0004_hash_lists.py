"""Hash lists, hits and their answers; stacks; frames of videos; turned hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
OWN = ("id", "salt", "entry")

ADDS = {
    "hash": ("turned",),
    "frame_hashes": (
        *OWN,
        *("medium", "algorithm", "variant", "frames", "library", "version"),
        "conversion",
    ),
    "hash_list": (
        *OWN,
        *("name", "kind", "source", "format", "sha256", "items", "columns"),
    ),
    "hash_list_end": (*OWN, "hash_list", "reason"),
    "list_line_end": (*OWN, "hash_list", "line", "reason"),
    "hit": (
        *OWN,
        *("medium", "hash_list", "sign_off", "line", "algorithm", "variant", "value"),
        *("distance", "orientation", "tier", "label"),
    ),
    "held": (*OWN, "medium", "against"),
    "rehashed": (*OWN, "medium", "makers"),
    "hit_answer": (*OWN, "hit", "verdict", "reason", "analyst"),
    "propagation": (
        *OWN,
        *("assessment", "exemplar", "algorithm", "variant", "distance", "orientation"),
    ),
}


def upgrade() -> None:
    op.add_column("hash", sa.Column("turned", TEXT, nullable=False, server_default=""))
    table(
        "frame_hashes",
        to("medium"),
        *texts("algorithm", "variant", "frames", "library", "version", "conversion"),
    )
    table(
        "hash_list",
        *texts("name", "kind", "source", "format", "sha256"),
        sa.Column("items", WHOLE, nullable=False),
        *texts("columns"),
        sa.UniqueConstraint("name"),
    )
    table(
        "hash_list_end",
        to("hash_list"),
        *texts("reason"),
        sa.UniqueConstraint("hash_list"),
    )
    table(
        "list_line_end",
        to("hash_list"),
        sa.Column("line", WHOLE, nullable=False),
        *texts("reason"),
        sa.UniqueConstraint("hash_list", "line"),
    )
    hits()
    table(
        "propagation",
        to("assessment"),
        to("assessment", "exemplar"),
        *texts("algorithm", "variant"),
        sa.Column("distance", WHOLE, nullable=False),
        *texts("orientation"),
        sa.UniqueConstraint("assessment"),
    )


def hits() -> None:
    table(
        "hit",
        to("medium"),
        to("hash_list", nullable=True),
        to("sign_off", nullable=True),
        sa.Column("line", WHOLE, nullable=False),
        *texts("algorithm", "variant", "value"),
        sa.Column("distance", WHOLE, nullable=False),
        *texts("orientation", "tier", "label"),
        sa.CheckConstraint(
            "(hash_list IS NULL) <> (sign_off IS NULL)", name="one_source"
        ),
    )
    table("held", to("medium"), *texts("against"))
    table("rehashed", to("medium"), *texts("makers"))
    table("hit_answer", to("hit"), *texts("verdict", "reason", "analyst"))


def table(name: str, *columns: sa.Column[object] | sa.Constraint) -> None:
    """Make a table with the common columns, and an index for each reference."""
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
    references = [
        one.name for one in columns if isinstance(one, sa.Column) and one.foreign_keys
    ]
    for column in ("entry", *references):
        op.create_index(f"ix_{name}_{column}", name, [column])


def to(
    place: str, name: str | None = None, *, nullable: bool = False
) -> sa.Column[object]:
    key = sa.ForeignKey(f"{place}.id")
    return sa.Column(name or place, TEXT, key, nullable=nullable)


def texts(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]

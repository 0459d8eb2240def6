"""Series and victims by hand, the route of a sighting, saved queries, the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
OWN = ("id", "salt", "entry")
RELEASE = ("name", "report", "cut", "profile", "digest", "entries", "manifest_sha256")
OUTPUT = (
    *("name", "profile", "outcome", "reason"),
    *("exception_asked", "made_by", "asked_by", "approved_by"),
)

ADDS = {
    "sighting": ("route",),
    "series": (*OWN, "name"),
    "series_member": (*OWN, "medium", "series", "basis"),
    "victim": (*OWN, "name"),
    "victim_member": (*OWN, "medium", "number", "victim", "basis"),
    "saved_query": (*OWN, "name", "query", "active"),
    "statistical_release": (*OWN, *RELEASE),
    "statistical_output": (*OWN, "release", *OUTPUT),
}


def upgrade() -> None:
    route = sa.Column("route", TEXT, nullable=False, server_default="")
    op.add_column("sighting", route)
    for name in ("series", "victim"):
        table(name, *texts("name"), sa.UniqueConstraint("name"), indexes=())
    table(
        "series_member",
        to("medium", "medium"),
        to("series", "series", nullable=True),
        *texts("basis"),
        indexes=("medium", "series"),
    )
    table(
        "victim_member",
        to("medium", "medium"),
        sa.Column("number", WHOLE, nullable=False),
        to("victim", "victim", nullable=True),
        *texts("basis"),
        indexes=("medium", "victim"),
    )
    table(
        "saved_query",
        *texts("name", "query"),
        sa.Column("active", WHOLE, nullable=False),
        indexes=("name",),
    )
    unique = sa.UniqueConstraint("name")
    table("statistical_release", *texts(*RELEASE), unique, indexes=())
    table(
        "statistical_output",
        to("release", "statistical_release"),
        *texts(*OUTPUT),
        sa.UniqueConstraint("release", "name"),
        indexes=("release",),
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


def to(name: str, place: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, TEXT, sa.ForeignKey(f"{place}.id"), nullable=nullable)


def texts(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]

"""The first tables.

A migration says everything itself: it never imports the schema, which moves on.
``ADDS`` names the columns that it brings; rows are checked by the columns of the
revision under which they were written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REAL: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BLOB = sa.LargeBinary()

ADDS = {
    "audit_entry": (
        "number",
        "at_us",
        "analyst",
        "verb",
        "subject",
        "request",
        "schema",
        "rows",
        "previous",
        "digest",
    ),
    "account": (
        "id",
        "salt",
        "entry",
        "name",
        "secret",
        "active",
    ),
    "lab_case": (
        "id",
        "salt",
        "entry",
        "name",
    ),
    "exhibit": (
        "id",
        "salt",
        "entry",
        "lab_case",
        "name",
    ),
    "intake": (
        "id",
        "salt",
        "entry",
        "exhibit",
        "purpose",
        "authority",
        "sources",
    ),
    "intake_end": (
        "id",
        "salt",
        "entry",
        "intake",
        "found",
        "new_media",
        "new_copies",
        "refused",
    ),
    "medium": (
        "id",
        "salt",
        "entry",
        "sha256",
        "sha1",
        "md5",
        "size",
    ),
    "copy": (
        "id",
        "salt",
        "entry",
        "medium",
        "exhibit",
        "intake",
        "path",
        "shown",
    ),
    "sighting": (
        "id",
        "salt",
        "entry",
        "copy",
        "source",
        "url",
        "seen_on",
        "series",
    ),
    "refusal": (
        "id",
        "salt",
        "entry",
        "exhibit",
        "intake",
        "path",
        "shown",
        "reason",
    ),
    "examination": (
        "id",
        "salt",
        "entry",
        "medium",
        "state",
        "reason",
        "format",
        "mode",
        "width",
        "height",
        "frames",
        "metadata",
        "decoder",
        "stopped",
        "previews",
    ),
    "hash": (
        "id",
        "salt",
        "entry",
        "medium",
        "algorithm",
        "variant",
        "value",
        "quality",
        "library",
        "version",
        "conversion",
    ),
    "assignment": (
        "id",
        "salt",
        "entry",
        "medium",
        "analyst",
    ),
    "assignment_end": (
        "id",
        "salt",
        "entry",
        "assignment",
    ),
    "assessment": (
        "id",
        "salt",
        "entry",
        "medium",
        "analyst",
        "elements",
        "tags",
        "note",
        "reveal",
        "seconds",
    ),
    "child": (
        "id",
        "salt",
        "entry",
        "assessment",
        "number",
        "age_band",
        "sex",
        "pubertal",
        "face_visible",
        "age_min",
        "age_max",
    ),
    "withdrawal": (
        "id",
        "salt",
        "entry",
        "assessment",
    ),
    "sign_off": (
        "id",
        "salt",
        "entry",
        "medium",
        "assessment",
        "analyst",
        "grades",
    ),
    "sign_off_end": (
        "id",
        "salt",
        "entry",
        "sign_off",
        "reason",
    ),
    "release": (
        "id",
        "salt",
        "entry",
        "name",
        "scheme",
        "scheme_version",
        "manifest_sha256",
        "items",
    ),
    "release_item": (
        "id",
        "salt",
        "entry",
        "release",
        "medium",
        "sign_off",
        "code",
    ),
    "view": (
        "id",
        "salt",
        "entry",
        "medium",
        "analyst",
        "kind",
        "variant",
        "milliseconds",
    ),
}


def upgrade() -> None:  # noqa: PLR0915 - one statement a table and index
    op.create_table(
        "audit_entry",
        sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.Column("analyst", TEXT, nullable=False),
        sa.Column("verb", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("request", TEXT, nullable=False, unique=True),
        sa.Column("schema", TEXT, nullable=False),
        sa.Column("rows", TEXT, nullable=False),
        sa.Column("previous", TEXT, nullable=False, unique=True),
        sa.Column("digest", TEXT, nullable=False, unique=True),
        sqlite_strict=True,
    )
    op.create_table(
        "account",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("secret", TEXT, nullable=False),
        sa.Column("active", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_account_entry", "account", ["entry"])
    op.create_table(
        "lab_case",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("name", TEXT, nullable=False, unique=True),
        sqlite_strict=True,
    )
    op.create_index("ix_lab_case_entry", "lab_case", ["entry"])
    op.create_table(
        "exhibit",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("lab_case", TEXT, sa.ForeignKey("lab_case.id"), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.UniqueConstraint("lab_case", "name"),
        sqlite_strict=True,
    )
    op.create_index("ix_exhibit_entry", "exhibit", ["entry"])
    op.create_index("ix_exhibit_lab_case", "exhibit", ["lab_case"])
    op.create_table(
        "intake",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("exhibit", TEXT, sa.ForeignKey("exhibit.id"), nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("authority", TEXT, nullable=False),
        sa.Column("sources", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_intake_entry", "intake", ["entry"])
    op.create_index("ix_intake_exhibit", "intake", ["exhibit"])
    op.create_table(
        "intake_end",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("intake", TEXT, sa.ForeignKey("intake.id"), nullable=False),
        sa.Column("found", WHOLE, nullable=False),
        sa.Column("new_media", WHOLE, nullable=False),
        sa.Column("new_copies", WHOLE, nullable=False),
        sa.Column("refused", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_intake_end_entry", "intake_end", ["entry"])
    op.create_index("ix_intake_end_intake", "intake_end", ["intake"])
    op.create_table(
        "medium",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("sha256", TEXT, nullable=False, unique=True),
        sa.Column("sha1", TEXT, nullable=False),
        sa.Column("md5", TEXT, nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_medium_entry", "medium", ["entry"])
    op.create_table(
        "copy",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("medium", TEXT, sa.ForeignKey("medium.id"), nullable=False),
        sa.Column("exhibit", TEXT, sa.ForeignKey("exhibit.id"), nullable=False),
        sa.Column("intake", TEXT, sa.ForeignKey("intake.id"), nullable=False),
        sa.Column("path", BLOB, nullable=False),
        sa.Column("shown", TEXT, nullable=False),
        sa.UniqueConstraint("exhibit", "path", "medium"),
        sqlite_strict=True,
    )
    op.create_index("ix_copy_entry", "copy", ["entry"])
    op.create_index("ix_copy_exhibit", "copy", ["exhibit"])
    op.create_index("ix_copy_intake", "copy", ["intake"])
    op.create_index("ix_copy_medium", "copy", ["medium"])
    op.create_table(
        "sighting",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("copy", TEXT, sa.ForeignKey("copy.id"), nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("seen_on", TEXT, nullable=False),
        sa.Column("series", TEXT, nullable=False),
        sa.UniqueConstraint("copy", "source", "url", "seen_on", "series"),
        sqlite_strict=True,
    )
    op.create_index("ix_sighting_copy", "sighting", ["copy"])
    op.create_index("ix_sighting_entry", "sighting", ["entry"])
    op.create_table(
        "refusal",
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
        sa.Column("path", BLOB, nullable=False),
        sa.Column("shown", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.UniqueConstraint("exhibit", "path", "reason"),
        sqlite_strict=True,
    )
    op.create_index("ix_refusal_entry", "refusal", ["entry"])
    op.create_index("ix_refusal_exhibit", "refusal", ["exhibit"])
    op.create_index("ix_refusal_intake", "refusal", ["intake"])
    op.create_table(
        "examination",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("medium", TEXT, sa.ForeignKey("medium.id"), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("format", TEXT, nullable=False),
        sa.Column("mode", TEXT, nullable=False),
        sa.Column("width", WHOLE, nullable=False),
        sa.Column("height", WHOLE, nullable=False),
        sa.Column("frames", WHOLE, nullable=False),
        sa.Column("metadata", TEXT, nullable=False),
        sa.Column("decoder", TEXT, nullable=False),
        sa.Column("stopped", WHOLE, nullable=False),
        sa.Column("previews", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_examination_entry", "examination", ["entry"])
    op.create_index("ix_examination_medium", "examination", ["medium"])
    op.create_table(
        "hash",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("medium", TEXT, sa.ForeignKey("medium.id"), nullable=False),
        sa.Column("algorithm", TEXT, nullable=False),
        sa.Column("variant", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("quality", WHOLE, nullable=True),
        sa.Column("library", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("conversion", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_hash_entry", "hash", ["entry"])
    op.create_index("ix_hash_medium", "hash", ["medium"])
    op.create_index("ix_hash_value", "hash", ["value"])
    op.create_table(
        "assignment",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("medium", TEXT, sa.ForeignKey("medium.id"), nullable=False),
        sa.Column("analyst", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_assignment_analyst", "assignment", ["analyst"])
    op.create_index("ix_assignment_entry", "assignment", ["entry"])
    op.create_index("ix_assignment_medium", "assignment", ["medium"])
    op.create_table(
        "assignment_end",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("assignment", TEXT, sa.ForeignKey("assignment.id"), nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_assignment_end_assignment", "assignment_end", ["assignment"])
    op.create_index("ix_assignment_end_entry", "assignment_end", ["entry"])
    op.create_table(
        "assessment",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("medium", TEXT, sa.ForeignKey("medium.id"), nullable=False),
        sa.Column("analyst", TEXT, nullable=False),
        sa.Column("elements", TEXT, nullable=False),
        sa.Column("tags", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("reveal", TEXT, nullable=False),
        sa.Column("seconds", REAL, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_assessment_analyst", "assessment", ["analyst"])
    op.create_index("ix_assessment_entry", "assessment", ["entry"])
    op.create_index("ix_assessment_medium", "assessment", ["medium"])
    op.create_table(
        "child",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("assessment", TEXT, sa.ForeignKey("assessment.id"), nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("age_band", TEXT, nullable=False),
        sa.Column("sex", TEXT, nullable=False),
        sa.Column("pubertal", TEXT, nullable=False),
        sa.Column("face_visible", TEXT, nullable=False),
        sa.Column("age_min", WHOLE, nullable=True),
        sa.Column("age_max", WHOLE, nullable=True),
        sa.UniqueConstraint("assessment", "number"),
        sqlite_strict=True,
    )
    op.create_index("ix_child_assessment", "child", ["assessment"])
    op.create_index("ix_child_entry", "child", ["entry"])
    op.create_table(
        "withdrawal",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("assessment", TEXT, sa.ForeignKey("assessment.id"), nullable=False),
        sa.UniqueConstraint("assessment"),
        sqlite_strict=True,
    )
    op.create_index("ix_withdrawal_assessment", "withdrawal", ["assessment"])
    op.create_index("ix_withdrawal_entry", "withdrawal", ["entry"])
    op.create_table(
        "sign_off",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("medium", TEXT, sa.ForeignKey("medium.id"), nullable=False),
        sa.Column("assessment", TEXT, sa.ForeignKey("assessment.id"), nullable=False),
        sa.Column("analyst", TEXT, nullable=False),
        sa.Column("grades", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_sign_off_assessment", "sign_off", ["assessment"])
    op.create_index("ix_sign_off_entry", "sign_off", ["entry"])
    op.create_index("ix_sign_off_medium", "sign_off", ["medium"])
    op.create_table(
        "sign_off_end",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("sign_off", TEXT, sa.ForeignKey("sign_off.id"), nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.UniqueConstraint("sign_off"),
        sqlite_strict=True,
    )
    op.create_index("ix_sign_off_end_entry", "sign_off_end", ["entry"])
    op.create_index("ix_sign_off_end_sign_off", "sign_off_end", ["sign_off"])
    op.create_table(
        "release",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("name", TEXT, nullable=False, unique=True),
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("scheme_version", TEXT, nullable=False),
        sa.Column("manifest_sha256", TEXT, nullable=False),
        sa.Column("items", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_release_entry", "release", ["entry"])
    op.create_table(
        "release_item",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("release", TEXT, sa.ForeignKey("release.id"), nullable=False),
        sa.Column("medium", TEXT, sa.ForeignKey("medium.id"), nullable=False),
        sa.Column("sign_off", TEXT, sa.ForeignKey("sign_off.id"), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.UniqueConstraint("release", "medium"),
        sqlite_strict=True,
    )
    op.create_index("ix_release_item_entry", "release_item", ["entry"])
    op.create_index("ix_release_item_medium", "release_item", ["medium"])
    op.create_index("ix_release_item_release", "release_item", ["release"])
    op.create_index("ix_release_item_sign_off", "release_item", ["sign_off"])
    op.create_table(
        "view",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column(
            "entry",
            WHOLE,
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("medium", TEXT, sa.ForeignKey("medium.id"), nullable=False),
        sa.Column("analyst", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("variant", TEXT, nullable=False),
        sa.Column("milliseconds", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_view_analyst", "view", ["analyst"])
    op.create_index("ix_view_entry", "view", ["entry"])
    op.create_index("ix_view_medium", "view", ["medium"])

"""The tables.  Every one is append-only: what changes is said by a later row."""

import sqlalchemy as sa

from iwflab.store import (  # noqa: F401 - their tables
    counting_tables,
    looking_tables,
    matching_tables,
)
from iwflab.store.making import (
    METADATA,
    Blob,
    Real,
    Whole,
    table,
    text,
    to,
    whole,
)

__all__ = ["METADATA"]

audit_entry = sa.Table(
    "audit_entry",
    METADATA,
    sa.Column("number", Whole, primary_key=True, autoincrement=False),
    whole("at_us"),
    text("analyst"),
    text("verb"),
    text("subject"),
    text("request", unique=True),
    text("schema"),
    text("rows"),
    text("previous", unique=True),
    text("digest", unique=True),
    sqlite_strict=True,
)

account = table("account", text("name"), text("secret"), whole("active"))

lab_case = table("lab_case", text("name", unique=True))
exhibit = table(
    "exhibit",
    to("lab_case", "lab_case"),
    text("name"),
    sa.UniqueConstraint("lab_case", "name"),
)
intake = table(
    "intake",
    to("exhibit", "exhibit"),
    text("purpose"),
    text("authority"),
    text("sources"),  # JSON list of display names
)
intake_end = table(
    "intake_end",
    to("intake", "intake"),
    whole("found"),
    whole("new_media"),
    whole("new_copies"),
    whole("refused"),
)
medium = table(
    "medium",
    text("sha256", unique=True),
    text("sha1"),
    text("md5"),
    whole("size"),
)
copy = table(
    "copy",
    to("medium", "medium"),
    to("exhibit", "exhibit"),
    to("intake", "intake"),
    sa.Column("path", Blob, nullable=False),
    text("shown"),
    sa.UniqueConstraint("exhibit", "path", "medium"),
)
sighting = table(
    "sighting",
    to("copy", "copy"),
    text("source"),
    text("url"),
    text("seen_on"),  # an ISO date or empty
    text("series"),
    text("route", server_default=""),  # proactive or external; empty: nobody said
    sa.UniqueConstraint("copy", "source", "url", "seen_on", "series"),
)
refusal = table(
    "refusal",
    to("exhibit", "exhibit"),
    to("intake", "intake"),
    sa.Column("path", Blob, nullable=False),
    text("shown"),
    text("reason"),
    sa.UniqueConstraint("exhibit", "path", "reason"),
)
archive = table(
    "archive",  # what members were taken from; its own bytes are not kept
    to("exhibit", "exhibit"),
    to("intake", "intake"),
    sa.Column("path", Blob, nullable=False),
    text("shown"),
    text("sha256"),
    whole("size"),
    sa.UniqueConstraint("exhibit", "path", "sha256"),
)
examination = table(
    "examination",
    to("medium", "medium"),
    text("state"),
    text("reason"),
    text("format"),
    text("mode"),
    whole("width"),
    whole("height"),
    whole("frames"),
    text("metadata"),  # JSON
    text("decoder"),
    whole("stopped"),  # 1: the decoder was stopped by trouble that may be over
    text("previews"),  # JSON: variant -> SHA-256 of the preview
)
hash_ = table(
    "hash",
    to("medium", "medium"),
    text("algorithm"),
    text("variant"),
    text("value", index=True),
    whole("quality", nullable=True),
    text("library"),
    text("version"),
    text("conversion"),
    text("turned", server_default=""),  # the other orientations, in their order
)
frame_hashes = table(
    "frame_hashes",  # of one video, one row: a row a frame would swamp the trail
    to("medium", "medium"),
    text("algorithm"),
    text("variant"),
    text("frames"),  # JSON list of [frame, microseconds, quality, value]
    text("library"),
    text("version"),
    text("conversion"),
)
assignment = table("assignment", to("medium", "medium"), text("analyst", index=True))
assignment_end = table("assignment_end", to("assignment", "assignment"))
assessment = table(
    "assessment",
    to("medium", "medium"),
    text("analyst", index=True),
    text("elements"),  # JSON
    text("tags"),  # JSON
    text("note"),
    text("reveal"),
    sa.Column("seconds", Real, nullable=False),
    text("ending", server_default="settled"),
)
segment = table(
    "segment",  # of a video: a part with answers of its own
    to("assessment", "assessment"),
    whole("number"),
    whole("start_ms"),
    whole("end_ms"),
    text("elements"),  # JSON
    sa.UniqueConstraint("assessment", "number"),
)
child = table(
    "child",
    to("assessment", "assessment"),
    whole("number"),
    text("age_band"),
    text("sex"),
    text("pubertal"),
    text("face_visible"),
    whole("age_min", nullable=True),
    whole("age_max", nullable=True),
    text("skin_tone", server_default=""),
    text("identified_status", server_default=""),
    sa.UniqueConstraint("assessment", "number"),
)
withdrawal = table(
    "withdrawal",
    to("assessment", "assessment"),
    sa.UniqueConstraint("assessment"),
)
sign_off = table(
    "sign_off",
    to("medium", "medium"),
    to("assessment", "assessment"),
    text("analyst"),
    text("grades"),  # JSON: scheme -> version, code, rules
)
sign_off_end = table(
    "sign_off_end",
    to("sign_off", "sign_off"),
    text("reason"),
    sa.UniqueConstraint("sign_off"),
)
release = table(
    "release",
    text("name", unique=True),
    text("scheme"),
    text("scheme_version"),
    text("manifest_sha256"),
    whole("items"),
)
release_item = table(
    "release_item",
    to("release", "release"),
    to("medium", "medium"),
    to("sign_off", "sign_off"),
    text("code"),
    sa.UniqueConstraint("release", "medium"),
)
view = table(
    "view",
    to("medium", "medium"),
    text("analyst", index=True),
    text("kind"),  # delivered, shown or revealed
    text("variant"),
    whole("milliseconds"),
)
account_role = table(
    "account_role",
    text("name", index=True),
    text("roles"),  # JSON list; the newest row of a name stands
)
four_eyes_request = table(
    "four_eyes_request",
    text("kind", index=True),
    text("digest"),  # of what is asked, in canonical form
    text("payload"),  # JSON: what is asked
    text("analyst"),
    whole("expires_us"),
    sa.UniqueConstraint("id", "digest", "analyst"),
)
four_eyes_answer = table(
    "four_eyes_answer",
    text("request"),
    text("digest"),
    text("asked_by"),
    text("verdict"),  # approved, refused or withdrawn
    text("analyst"),
    text("reason"),
    # The database itself holds that an answer is about exactly what was asked, and
    # that nobody agrees to their own request.
    sa.ForeignKeyConstraint(
        ["request", "digest", "asked_by"],
        [f"four_eyes_request.{name}" for name in ("id", "digest", "analyst")],
    ),
    sa.UniqueConstraint("request"),
    sa.CheckConstraint(
        "(verdict = 'withdrawn' AND analyst = asked_by)"
        " OR (verdict IN ('approved', 'refused') AND analyst <> asked_by)",
        name="four_eyes",
    ),
)
four_eyes_use = table(
    "four_eyes_use",
    to("answer", "four_eyes_answer"),
    sa.UniqueConstraint("answer"),  # once
)

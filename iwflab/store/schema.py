"""The tables.  Every one is append-only: what changes is said by a later row.

Common columns: ``id`` (random, opaque), ``salt`` (guards the row's digest in the
trail against guessing) and ``entry`` (the act that wrote the row; it gives the
person and the time).  Times are UTC integer microseconds.  Types are those that
SQLite's STRICT tables and PostgreSQL both know.
"""

import sqlalchemy as sa

METADATA = sa.MetaData()

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Real: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")
# By bytes, not by the habits of a language: both databases sort alike.
Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Blob = sa.LargeBinary()


def _table(name: str, *columns: sa.Column[object] | sa.Constraint) -> sa.Table:
    return sa.Table(
        name,
        METADATA,
        sa.Column("id", Text, primary_key=True),
        sa.Column("salt", Text, nullable=False),
        sa.Column(
            "entry",
            Whole,
            # Deferred: rows are written first, their entry closes the act.
            sa.ForeignKey("audit_entry.number", deferrable=True, initially="DEFERRED"),
            nullable=False,
            index=True,
        ),
        *columns,
        sqlite_strict=True,
    )


def _to(name: str, table: str) -> sa.Column[object]:
    key = sa.ForeignKey(f"{table}.id")
    return sa.Column(name, Text, key, nullable=False, index=True)


def _text(name: str, **more: object) -> sa.Column[object]:
    return sa.Column(name, Text, nullable=False, **more)  # type: ignore[arg-type]


def _whole(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, Whole, nullable=nullable)


audit_entry = sa.Table(
    "audit_entry",
    METADATA,
    sa.Column("number", Whole, primary_key=True, autoincrement=False),
    _whole("at_us"),
    _text("analyst"),
    _text("verb"),
    _text("subject"),
    _text("request", unique=True),
    _text("schema"),
    _text("rows"),
    _text("previous", unique=True),
    _text("digest", unique=True),
    sqlite_strict=True,
)

account = _table("account", _text("name"), _text("secret"), _whole("active"))

lab_case = _table("lab_case", _text("name", unique=True))
exhibit = _table(
    "exhibit",
    _to("lab_case", "lab_case"),
    _text("name"),
    sa.UniqueConstraint("lab_case", "name"),
)
intake = _table(
    "intake",
    _to("exhibit", "exhibit"),
    _text("purpose"),
    _text("authority"),
    _text("sources"),  # JSON list of display names
)
intake_end = _table(
    "intake_end",
    _to("intake", "intake"),
    _whole("found"),
    _whole("new_media"),
    _whole("new_copies"),
    _whole("refused"),
)
medium = _table(
    "medium",
    _text("sha256", unique=True),
    _text("sha1"),
    _text("md5"),
    _whole("size"),
)
copy = _table(
    "copy",
    _to("medium", "medium"),
    _to("exhibit", "exhibit"),
    _to("intake", "intake"),
    sa.Column("path", Blob, nullable=False),
    _text("shown"),
    sa.UniqueConstraint("exhibit", "path", "medium"),
)
sighting = _table(
    "sighting",
    _to("copy", "copy"),
    _text("source"),
    _text("url"),
    _text("seen_on"),  # an ISO date or empty
    _text("series"),
    sa.UniqueConstraint("copy", "source", "url", "seen_on", "series"),
)
refusal = _table(
    "refusal",
    _to("exhibit", "exhibit"),
    _to("intake", "intake"),
    sa.Column("path", Blob, nullable=False),
    _text("shown"),
    _text("reason"),
    sa.UniqueConstraint("exhibit", "path", "reason"),
)
archive = _table(
    "archive",  # what members were taken from; its own bytes are not kept
    _to("exhibit", "exhibit"),
    _to("intake", "intake"),
    sa.Column("path", Blob, nullable=False),
    _text("shown"),
    _text("sha256"),
    _whole("size"),
    sa.UniqueConstraint("exhibit", "path", "sha256"),
)
examination = _table(
    "examination",
    _to("medium", "medium"),
    _text("state"),
    _text("reason"),
    _text("format"),
    _text("mode"),
    _whole("width"),
    _whole("height"),
    _whole("frames"),
    _text("metadata"),  # JSON
    _text("decoder"),
    _whole("stopped"),  # 1: the decoder was stopped by trouble that may be over
    _text("previews"),  # JSON: variant -> SHA-256 of the preview
)
hash_ = _table(
    "hash",
    _to("medium", "medium"),
    _text("algorithm"),
    _text("variant"),
    _text("value", index=True),
    _whole("quality", nullable=True),
    _text("library"),
    _text("version"),
    _text("conversion"),
)
assignment = _table("assignment", _to("medium", "medium"), _text("analyst", index=True))
assignment_end = _table("assignment_end", _to("assignment", "assignment"))
assessment = _table(
    "assessment",
    _to("medium", "medium"),
    _text("analyst", index=True),
    _text("elements"),  # JSON
    _text("tags"),  # JSON
    _text("note"),
    _text("reveal"),
    sa.Column("seconds", Real, nullable=False),
)
child = _table(
    "child",
    _to("assessment", "assessment"),
    _whole("number"),
    _text("age_band"),
    _text("sex"),
    _text("pubertal"),
    _text("face_visible"),
    _whole("age_min", nullable=True),
    _whole("age_max", nullable=True),
    sa.UniqueConstraint("assessment", "number"),
)
withdrawal = _table(
    "withdrawal",
    _to("assessment", "assessment"),
    sa.UniqueConstraint("assessment"),
)
sign_off = _table(
    "sign_off",
    _to("medium", "medium"),
    _to("assessment", "assessment"),
    _text("analyst"),
    _text("grades"),  # JSON: scheme -> version, code, rules
)
sign_off_end = _table(
    "sign_off_end",
    _to("sign_off", "sign_off"),
    _text("reason"),
    sa.UniqueConstraint("sign_off"),
)
release = _table(
    "release",
    _text("name", unique=True),
    _text("scheme"),
    _text("scheme_version"),
    _text("manifest_sha256"),
    _whole("items"),
)
release_item = _table(
    "release_item",
    _to("release", "release"),
    _to("medium", "medium"),
    _to("sign_off", "sign_off"),
    _text("code"),
    sa.UniqueConstraint("release", "medium"),
)
view = _table(
    "view",
    _to("medium", "medium"),
    _text("analyst", index=True),
    _text("kind"),  # delivered, shown or revealed
    _text("variant"),
    _whole("milliseconds"),
)
account_role = _table(
    "account_role",
    _text("name", index=True),
    _text("roles"),  # JSON list; the newest row of a name stands
)
four_eyes_request = _table(
    "four_eyes_request",
    _text("kind", index=True),
    _text("digest"),  # of what is asked, in canonical form
    _text("payload"),  # JSON: what is asked
    _text("analyst"),
    _whole("expires_us"),
    sa.UniqueConstraint("id", "digest", "analyst"),
)
four_eyes_answer = _table(
    "four_eyes_answer",
    _text("request"),
    _text("digest"),
    _text("asked_by"),
    _text("verdict"),  # approved, refused or withdrawn
    _text("analyst"),
    _text("reason"),
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
four_eyes_use = _table(
    "four_eyes_use",
    _to("answer", "four_eyes_answer"),
    sa.UniqueConstraint("answer"),  # once
)

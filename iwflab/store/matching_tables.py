"""Tables of matching: lists, hits, answers; what was carried, or hashed anew."""

import sqlalchemy as sa

from iwflab.store.making import maybe, table, text, to, whole

hash_list = table(
    "hash_list",  # its entries lie in lists/, in columns that are memory-mapped
    text("name", unique=True),
    text("kind"),  # known or benign
    text("source"),
    text("format"),
    text("sha256"),  # of the file it came as
    whole("items"),
    text("columns"),  # JSON: column file -> SHA-256
)
hash_list_end = table(
    "hash_list_end",
    to("hash_list", "hash_list"),
    text("reason"),
    sa.UniqueConstraint("hash_list"),
)
list_line_end = table(
    "list_line_end",  # one entry of a list is withdrawn
    to("hash_list", "hash_list"),
    whole("line"),
    text("reason"),
    sa.UniqueConstraint("hash_list", "line"),
)
hit = table(
    "hit",  # against an entry of a list, or against a grade signed off in this lab
    to("medium", "medium"),
    maybe("hash_list", "hash_list"),
    maybe("sign_off", "sign_off"),
    whole("line"),  # of the list; -1 where there is none
    text("algorithm"),
    text("variant"),
    text("value"),  # of the entry
    whole("distance"),
    text("orientation"),
    text("tier"),  # exact, match or candidate
    text("label"),  # what the list says of the entry
    sa.CheckConstraint("(hash_list IS NULL) <> (sign_off IS NULL)", name="one_source"),
)
held = table(
    "held",  # a medium was held against these lists, and against this lab's own grades
    to("medium", "medium"),
    text("against"),  # JSON: ids of hash lists, and "own"
)
rehashed = table(
    "rehashed",  # a medium was hashed anew, whatever came of it
    to("medium", "medium"),
    text("makers"),  # JSON: hash or decoder -> library and version
)
hit_answer = table(
    "hit_answer",
    to("hit", "hit"),
    text("verdict"),  # same, not_same, or open: taken back; the newest stands
    text("reason"),
    text("analyst"),
)
propagation = table(
    "propagation",  # an assessment that was carried over from the exemplar of a stack
    to("assessment", "assessment"),
    to("exemplar", "assessment"),
    text("algorithm"),
    text("variant"),
    whole("distance"),
    text("orientation"),
    sa.UniqueConstraint("assessment"),
)
carried_grade = table(
    "carried_grade",  # what another organisation said of a medium; nothing is graded
    to("medium", "medium"),
    text("scheme"),
    text("version"),  # the edition of the scheme
    text("code"),
    text("flags"),  # words in order, a space between
    text("source"),
    sa.UniqueConstraint("medium", "scheme", "version", "code", "flags", "source"),
)

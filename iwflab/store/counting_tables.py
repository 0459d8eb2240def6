"""Tables of counting: series, victims, saved queries, what was shown, what left."""

import sqlalchemy as sa

from iwflab.store.making import maybe, table, text, to, whole

series = table(
    "series",
    text("name", unique=True),  # a reference of the organisation, never a person's name
)
series_member = table(
    "series_member",  # the newest of a medium stands
    to("medium", "medium"),
    maybe("series", "series"),  # none: it was taken out
    text("basis"),  # why, in words
)
victim = table(
    "victim",
    text("name", unique=True),  # a reference of the organisation, never a person's name
)
victim_member = table(
    "victim_member",  # the newest of an appearance stands
    to("medium", "medium"),
    whole("number"),  # of the child on that medium
    maybe("victim", "victim"),  # none: the link was taken back
    text("basis"),
)
sighting_route = table(
    "sighting_route",  # what was said later of a sighting's route; the newest stands
    to("sighting", "sighting"),
    text("route"),  # proactive or external
)
saved_query = table(
    "saved_query",  # the newest of a name stands
    text("name", index=True),
    text("query"),  # JSON
    whole("active"),
)
report_preview = table(
    "report_preview",  # files like those of a report, made to look at
    text("report"),
    text("profile"),
    text("period"),
    text("cut"),
    text("files"),  # JSON: SHA-256 by name
)
statistical_release = table(
    "statistical_release",  # what left as numbers; nothing is ever taken back
    text("name", unique=True),
    text("report"),  # the kind of report
    text("cut"),  # the day up to which it counts, as YYYY-MM-DD
    text("profile"),
    text("digest"),  # of all that was shown, in canonical form
    text("entries"),  # JSON: the tables, and what they hide; the ledger stays inside
    text("manifest_sha256"),
)
statistical_output = table(
    "statistical_output",  # the record of one table on its way out
    to("release", "statistical_release"),
    text("name"),
    text("profile"),
    text("outcome"),  # pass, review or fail
    text("reason"),
    text("exception_asked"),
    text("made_by"),
    text("asked_by"),
    text("approved_by"),
    sa.UniqueConstraint("release", "name"),
)

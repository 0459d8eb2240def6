"""Tables of looking: how long at which level, choices, presentation, comparison."""

import sqlalchemy as sa

from iwflab.store.making import table, text, to, whole

look = table(
    "look",  # how long a level was before the grader until they decided
    to("assessment", "assessment"),
    text("level"),
    whole("milliseconds"),
    sa.UniqueConstraint("assessment", "level"),
)
preference = table(
    "preference",  # of one person; the newest of a name stands
    text("analyst", index=True),
    text("name"),
    text("value"),
)
presentation = table(
    "presentation",  # no pixels are sent; the newest of a person's session stands
    text("analyst", index=True),
    text("session"),  # a digest of its name: the name itself would be a key
    whole("active"),
)
comparison = table(
    "comparison",  # of start levels: switched on or off; the newest stands
    text("protocol", index=True),
    text("decided_by"),
    text("levels"),  # JSON list
    text("seed"),
    whole("active"),
)
allotment = table(
    "allotment",  # the level that one person starts one medium with
    to("comparison", "comparison"),
    to("medium", "medium"),
    text("analyst", index=True),
    whole("place"),  # in the person's row of blocks
    text("level"),
    sa.UniqueConstraint("comparison", "analyst", "medium"),
    sa.UniqueConstraint("comparison", "analyst", "place"),
)
self_report = table(
    "self_report",  # 1 to 5; 0: the question was left
    to("allotment", "allotment"),
    whole("answer"),
    sa.UniqueConstraint("allotment"),
)

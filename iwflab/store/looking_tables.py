"""Tables of looking: how long at which level, choices, presentation mode."""

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

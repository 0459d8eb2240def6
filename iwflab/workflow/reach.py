"""How far a person sees: which media, which records, which entries of the trail.

The scope "series" is the lab's whole set: a lab holds one investigative set, and what
its analysts call a series is a part of it.  Quality samples do not exist yet.  Until
they do, the media that were graded, or that a list or an own grade knows, stand in.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from iwflab.domain.assessments import stage_for
from iwflab.domain.roles import Scope
from iwflab.domain.trail import Entry
from iwflab.errors import NotFound, NotYours
from iwflab.store import Store, audit
from iwflab.store.assignments import assigned_to
from iwflab.store.known import standing_hits
from iwflab.store.reading import batched, entered, one_medium, overview

if TYPE_CHECKING:
    import pandas as pd

Scopes = Collection[Scope]

# Tables of the way of a medium: what stands in for a series in the trail.
_OF_MEDIA = frozenset(
    {
        *("lab_case", "exhibit", "intake", "intake_end", "medium", "copy", "sighting"),
        *("refusal", "archive", "examination", "hash", "assignment", "assignment_end"),
        *("assessment", "segment", "child", "withdrawal", "sign_off", "sign_off_end"),
        *("release", "release_item", "four_eyes_request", "four_eyes_answer"),
        *("four_eyes_use", "frame_hashes", "hit", "hit_answer", "held", "rehashed"),
        *("propagation", "hash_list", "hash_list_end", "list_line_end"),
        *("carried_grade", "look"),
        *("series", "series_member", "victim", "victim_member", "sighting_route"),
        *("saved_query", "report_preview", "statistical_release", "statistical_output"),
    }
)

# What only the person themselves is told of an act, and what others are told instead.
_AS_TOLD = {"allotment": "", "self_report": "preference"}
_CHOICES = frozenset({"preference", "self_report"})

# What a row of the overview tells of a record and of what came after it.
_RECORD = (
    *("assessment", "grader", "graded_us", "elements", "tags", "note", "reveal"),
    *("seconds", "ending", "asked_for_two", "left_but_known"),
    *("sign_off", "signed_by", "signed_grades"),
)


def media_within(
    store: Store,
    analyst: str,
    scopes: Scopes,
    *,
    since: int,
    among: Sequence[str] | None = None,
) -> frozenset[str] | None:
    """Give the media that a person may list; None means all of the lab.

    With ``among`` no others are looked up.
    """
    if {Scope.SERIES, Scope.ALL} & set(scopes):
        return None
    found: set[str] = set()
    if Scope.OWN in scopes:
        found |= set(assigned_to(store, analyst, since=since))
    if Scope.SAMPLE in scopes:
        graded = _some(store, "assessment IS NOT NULL", among)
        found |= {row["medium"] for row in graded}
        # What a match keeps from every eye is for quality control to look into.
        found |= {row["medium"] for row in standing_hits(store, among)}
    return frozenset(found if among is None else found & set(among))


def _some(
    store: Store, where: str, among: Sequence[str] | None, **values: Any
) -> list[dict[str, Any]]:
    """Give the overview where something holds, of some media or of all."""
    if among is None:
        return overview(store, where, **values)
    return [
        row
        for part in batched(among)
        for row in overview(store, where, chosen="m.id IN :media", media=part, **values)
    ]


def records_within(
    store: Store,
    analyst: str,
    scopes: Scopes,
    *,
    since: int,
    among: Sequence[str] | None = None,
) -> frozenset[str] | None:
    """Give the media whose records a person may list; None means all of the lab.

    Who sees only their own queue does not see what another recorded on it: a second
    look must stay blind.
    """
    if {Scope.SERIES, Scope.ALL, Scope.SAMPLE} & set(scopes):
        return media_within(store, analyst, scopes, since=since, among=among)
    mine = media_within(store, analyst, scopes, since=since, among=among)
    mine = mine or frozenset()
    graded = _some(store, "grader = :analyst", among, analyst=analyst)
    return mine & {row["medium"] for row in graded}


def reached(
    store: Store, media: Sequence[str], within: frozenset[str] | None
) -> frozenset[str]:
    """Give which of some media, by their whole ids, are within what a person sees."""
    there = frozenset(entered(store, media))
    return there if within is None else there & within


def must_reach(store: Store, medium: str, media: frozenset[str] | None) -> str:
    """Give the whole id of a medium; refuse alike one that is beyond and one unknown.

    Who sees all of the lab is told that there is no such medium.
    """
    if media is None:
        return str(one_medium(store, medium)["medium"])
    with suppress(NotFound):
        found = str(one_medium(store, medium)["medium"])
        if found in media:
            return found
    raise NotYours(
        "this medium is not within what your roles let you see",
        advice="open the grading desk, which assigns media to you",
    )


def blinded(
    rows: Sequence[Mapping[str, Any]], known: frozenset[str] | None, analyst: str
) -> list[dict[str, Any]]:
    """Take the records out of rows of the overview that a person may only list.

    What another left for somebody else waits, as far as this person is told.
    """
    return [
        dict(row)
        if known is None or row["medium"] in known
        else {
            **row,
            **dict.fromkeys(_RECORD),
            "stage": stage_for(row, analyst),
            **_of_the_file(row),
        }
        for row in rows
    ]


def _of_the_file(row: Mapping[str, Any]) -> dict[str, str | None]:
    """Leave out what was made because somebody looked closer: it hints at a record."""

    def without(column: str, names: Collection[str]) -> str | None:
        plain = json.loads(row[column] or "{}")
        kept = {name: value for name, value in plain.items() if name not in names}
        return json.dumps(kept) if names & plain.keys() else row[column]

    made = {"previews": {"large", "clip"}, "metadata": {"clip"}}
    return {name: without(name, names) for name, names in made.items() if name in row}


def trail(store: Store, analyst: str, scopes: Scopes) -> list[dict[str, Any]]:
    """Give the entries of the trail that a person may read: ids and counts only.

    With the scope series: what was done to media by anybody, but not who looked at
    them, for exposure is each person's own.
    """
    rows = []
    for entry in audit.entries(store):
        written = _told(entry, analyst)
        tables = set(written)
        if (
            Scope.ALL in scopes
            or (Scope.OWN in scopes and entry.analyst == analyst)
            or (
                Scope.SERIES in scopes
                and (entry.analyst == analyst or tables <= _OF_MEDIA)
            )
        ):
            rows.append(
                {
                    "entry": entry.number,
                    "at_us": entry.at_us,
                    **_who(entry, analyst),
                    "verb": entry.verb,
                    "tables": " ".join(sorted(tables)),
                    "rows": len(written),
                }
            )
    return rows


def _who(entry: Entry, analyst: str) -> dict[str, str]:
    """Name who acted, and on what; of a choice of how to look only that it was made.

    How often somebody chooses would tell whether they answer a comparison's question.
    """
    private = {row.table for row in entry.rows} & _CHOICES or entry.verb == "prefer"
    if private and entry.analyst != analyst:
        return {"analyst": "", "subject": ""}
    return {"analyst": entry.analyst, "subject": entry.subject}


def _told(entry: Entry, analyst: str) -> list[str]:
    """Name the table of each row that an entry wrote, as it is told to a person.

    Whether somebody takes part in a comparison of start levels is nobody's business:
    nothing in another person's entries tells it.
    """
    tables = [row.table for row in entry.rows]
    if entry.analyst == analyst:
        return tables
    told = [_AS_TOLD.get(table, table) for table in tables]
    return [table for table in told if table]


def trail_frame(store: Store, analyst: str, scopes: Scopes) -> "pd.DataFrame":
    """Give the entries as a tidy DataFrame; ``at`` is in UTC."""
    import pandas as pd

    columns = ["entry", "at_us", "analyst", "verb", "subject", "tables", "rows"]
    frame = pd.DataFrame(trail(store, analyst, scopes), columns=columns)
    frame["at_us"] = pd.to_datetime(frame["at_us"], unit="us", utc=True)
    return frame.rename(columns={"at_us": "at"})

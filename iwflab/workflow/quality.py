"""A second person signs it off: what leaves was agreed to by two."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from iwflab.domain.categories import Grade, derive
from iwflab.domain.contradictions import contradictions
from iwflab.domain.hashes import ORIENTATIONS
from iwflab.domain.records import Ending, Record
from iwflab.errors import BadInput, NotAllowed
from iwflab.schemes import schemes
from iwflab.store import Act, Store
from iwflab.store.entering import must_be_same
from iwflab.store.reading import one_medium, overview, records, some_media
from iwflab.store.second import recorded_besides
from iwflab.store.stacks import CHOSEN, carried_over

Carried = Mapping[str, Mapping[str, Any]]  # by assessment: whence it was carried over


_ANEW = "that one was graded anew since"
NOT_SETTLED = {
    Ending.NOT_SURE: "its grader is not sure: somebody else grades it anew",
    Ending.NEEDS_TWO: "its grader asks for a second person to grade it",
}


def to_sign_off(store: Store) -> list[dict[str, Any]]:
    """Give the graded media with their records and what speaks against a sign-off.

    ``differs`` says in which classes another person's record is not what stands.
    """
    rows = overview(store, "stage = 'graded'")
    standing = records(store, rows)
    carried = _carried(store, rows)
    grades = {medium: _derived(record) for medium, record in standing.items()}
    differs = _differing(store, grades)
    return [
        {
            **row,
            "record": standing[row["medium"]],
            "grades": grades[row["medium"]],
            "against": _against(row, standing, carried),
            "carried": _whence(carried.get(row["assessment"])),
            "differs": differs.get(row["medium"], []),
        }
        for row in rows
    ]


def _derived(record: Record) -> list[Grade]:
    return [derive(scheme, record) for scheme in schemes().values()]


def _differing(
    store: Store, grades: Mapping[str, Sequence[Grade]]
) -> dict[str, list[str]]:
    """Say by medium who recorded what gives another class than what stands."""
    found: dict[str, list[str]] = {}
    for row in recorded_besides(store, list(grades)):
        medium = row["medium"]
        theirs = _derived(records(store, [row])[medium])
        pairs = zip(theirs, grades[medium], strict=True)
        other = [(one, now) for one, now in pairs if one.code != now.code]
        if other:
            one, now = other[0]
            more = f" and under {len(other) - 1} more" if len(other) > 1 else ""
            found.setdefault(medium, []).append(
                f"{row['analyst']} graded it otherwise: {one.scheme} {one.code}"
                f" (here {now.code}){more}"
            )
    return found


def _carried(store: Store, rows: Sequence[Mapping[str, Any]]) -> Carried:
    graded = [row["assessment"] for row in rows if row["assessment"]]
    return carried_over(store, graded)


def _against(
    row: Mapping[str, Any], standing: Mapping[str, Record], carried: Carried
) -> list[str]:
    record = standing[row["medium"]]
    found = [c.rule for c in contradictions(record)]
    if record.ending in NOT_SETTLED:
        found.append(NOT_SETTLED[Ending(record.ending)])
    elif row["asked_for_two"] == row["grader"]:
        found.append(NOT_SETTLED[Ending.NEEDS_TWO])
    source = carried.get(row["assessment"])
    if source and source["withdrawn"]:
        found.append("the grade it was carried over from is withdrawn")
    return found


def _whence(source: Mapping[str, Any] | None) -> str:
    """Say whence a grade was carried over; empty where a look was made for it."""
    if source is None:
        return ""
    if source["algorithm"] == CHOSEN:
        if source["exemplar"] == source["assessment"]:
            return "chosen in a selection, not looked at by itself"
        text = f"chosen in a selection with {source['source']}, not looked at by itself"
        return text + (f"; {_ANEW}" if source["anew"] else "")
    text = f"carried over from {source['source']}, {source['distance']} bits"
    if source["orientation"] != ORIENTATIONS[0]:
        text += f", {source['orientation']}"
    return text + (f"; {_ANEW}" if source["anew"] else "")


def sign_off(
    store: Store,
    shown: Sequence[Mapping[str, Any]],
    *,
    analyst: str,
    by_another: bool,
    request: str,
) -> list[str]:
    """Sign off what was shown, all of it or nothing; give the ids of the sign-offs.

    ``shown`` are rows of :func:`to_sign_off`: a sign-off is about the assessment that
    the officer saw, so it is refused where another one stands by now.  The grades
    under every scheme are kept with it, with the version of their rules.  Refused
    also where the grader signs their own work (``by_another``), or where answers
    contradict each other.
    """
    pairs = _pairs(shown)
    media = list(pairs)
    # The subject names no medium of the many; the rows name them all.
    with store.act("sign off", "batch", analyst=analyst, request=request) as act:
        if act.repeated:
            wanted = [{"medium": m, "assessment": a} for m, a in pairs.items()]
            return must_be_same(act, "sign_off", wanted)
        rows = some_media(store, media)
        standing, carried = records(store, rows), _carried(store, rows)
        faults = [
            fault
            for row in rows
            for fault in _faults(row, pairs, standing, carried, (analyst, by_another))
        ]
        if faults or len(rows) != len(media):
            faults = faults or ["a medium is not of this lab"]
            raise NotAllowed(
                f"nothing was signed off: {'; '.join(faults[:5])}"
                + (f"; and {len(faults) - 5} more" if len(faults) > 5 else ""),  # noqa: PLR2004 - five are enough to read
                advice="look at the list again, and leave those out",
            )
        return [
            act.insert(
                "sign_off",
                medium=row["medium"],
                assessment=row["assessment"],
                analyst=analyst,
                grades=_grades(standing[row["medium"]]),
            )
            for row in rows
        ]


def _pairs(shown: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    try:
        pairs = {str(row["medium"]): str(row["assessment"]) for row in shown}
    except (TypeError, KeyError) as fault:
        raise BadInput(
            "a sign-off names media and the assessments that were shown",
            advice="give rows of to_sign_off()",
        ) from fault
    if not pairs:
        raise BadInput("nothing was chosen to sign off", advice="choose graded media")
    return pairs


def _faults(
    row: dict[str, Any],
    shown: Mapping[str, str],
    standing: Mapping[str, Record],
    carried: Carried,
    who: tuple[str, bool],
) -> list[str]:
    name, (analyst, by_another) = row["sha256"][:12], who
    if row["stage"] != "graded":
        return [f"{name} is {row['stage'].replace('_', ' ')}, not graded"]
    if row["assessment"] != shown[row["medium"]]:
        return [f"{name} was graded again since it was shown to you"]
    if by_another and row["grader"] == analyst:
        return [f"{name} was graded by you; another person signs it off"]
    return [f"{name}: {fault}" for fault in _against(row, standing, carried)]


def _grades(record: Record) -> str:
    derived = {grade.scheme: grade for grade in _derived(record)}
    return json.dumps(
        {
            name: {"version": g.version, "code": g.code, "rules": list(g.rules)}
            for name, g in derived.items()
        },
        sort_keys=True,
    )


def take_back(
    store: Store, medium: str, *, reason: str, analyst: str, request: str
) -> list[str]:
    """Take back the sign-off of one medium, with a reason; it is graded again.

    Gives the names of the releases it already left on: they cannot be called back
    from here, and their receivers must be told.
    """
    if not reason.strip():
        raise BadInput("no reason was given", advice="say why; it goes into the trail")
    medium = str(one_medium(store, medium)["medium"])
    with store.act(
        "take back sign-off", medium, analyst=analyst, request=request
    ) as act:
        if act.repeated:
            must_be_same(act, "sign_off_end", [{"reason": reason}] * len(act.rows))
            return _left_on(act, medium)
        standing = act.connection.execute(sa.text(_OPEN), {"medium": medium}).scalars()
        ended = [
            act.insert("sign_off_end", sign_off=sign_off, reason=reason)
            for sign_off in standing.all()
        ]
        if not ended:
            raise NotAllowed("this medium is not signed off", advice="see: iwflab show")
        return _left_on(act, medium)


_OPEN = """
  SELECT s.id FROM sign_off s WHERE s.medium = :medium AND NOT EXISTS
    (SELECT 1 FROM sign_off_end x WHERE x.sign_off = s.id)
"""


def _left_on(act: Act, medium: str) -> list[str]:
    query = (
        "SELECT r.name FROM release_item i JOIN release r ON r.id = i.release"
        " WHERE i.medium = :medium ORDER BY r.entry"
    )
    found = act.connection.execute(sa.text(query), {"medium": medium}).scalars()
    return [str(name) for name in found]

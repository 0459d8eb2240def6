"""A second person signs it off: what leaves was agreed to by two."""

import json
from collections.abc import Sequence
from typing import Any

from iwflab.domain.categories import derive
from iwflab.domain.contradictions import contradictions
from iwflab.domain.elements import Record
from iwflab.errors import BadInput, NotAllowed
from iwflab.schemes import schemes
from iwflab.store import Store
from iwflab.store.reading import one_medium, overview, records, some_media


def to_sign_off(store: Store) -> list[dict[str, Any]]:
    """Give the graded media with their records and what speaks against a sign-off."""
    rows = overview(store, "stage = 'graded'")
    standing = records(store, rows)
    return [
        {
            **row,
            "record": standing[row["medium"]],
            "grades": [derive(s, standing[row["medium"]]) for s in schemes().values()],
            "against": [c.rule for c in contradictions(standing[row["medium"]])],
        }
        for row in rows
    ]


def sign_off(
    store: Store,
    media: Sequence[str],
    *,
    analyst: str,
    by_another: bool,
    request: str,
) -> list[str]:
    """Sign off graded media, all of them or none; give the ids of the sign-offs.

    The grades under every scheme are kept with the sign-off, with the version of
    their rules.  Refused where the grader signs their own work (``by_another``), or
    where answers contradict each other.
    """
    if not media:
        raise BadInput("nothing was chosen to sign off", advice="choose graded media")
    media = [
        str(one_medium(store, medium)["medium"]) for medium in dict.fromkeys(media)
    ]
    # The subject names the request, not one of its media; the rows name them all.
    with store.act("sign off", "batch", analyst=analyst, request=request) as act:
        if act.repeated:
            return [row.key for row in act.rows]
        rows = {row["medium"]: row for row in some_media(store, media)}
        standing = records(store, [rows[medium] for medium in media])
        faults = [
            fault
            for medium in media
            for fault in _faults(rows[medium], standing, analyst, by_another)
        ]
        if faults:
            raise NotAllowed(
                f"nothing was signed off: {'; '.join(faults[:5])}"
                + (f"; and {len(faults) - 5} more" if len(faults) > 5 else ""),  # noqa: PLR2004 - five are enough to read
                advice="leave those out, or have them graded again",
            )
        return [
            act.insert(
                "sign_off",
                medium=medium,
                assessment=rows[medium]["assessment"],
                analyst=analyst,
                grades=_grades(standing[medium]),
            )
            for medium in media
        ]


def _faults(
    row: dict[str, Any], standing: dict[str, Record], analyst: str, by_another: bool
) -> list[str]:
    name = f"{row['sha256'][:12]}"
    if row["stage"] != "graded":
        return [f"{name} is {row['stage'].replace('_', ' ')}, not graded"]
    if by_another and row["grader"] == analyst:
        return [f"{name} was graded by you; another person signs it off"]
    return [f"{name}: {c.rule}" for c in contradictions(standing[row["medium"]])]


def _grades(record: Record) -> str:
    derived = {s.name: derive(s, record) for s in schemes().values()}
    return json.dumps(
        {
            name: {"version": g.version, "code": g.code, "rules": list(g.rules)}
            for name, g in derived.items()
        },
        sort_keys=True,
    )


def take_back(
    store: Store, medium: str, *, reason: str, analyst: str, request: str
) -> None:
    """Take back the sign-off of one medium, with a reason; it is graded again."""
    if not reason.strip():
        raise BadInput("no reason was given", advice="say why; it goes into the trail")
    row = one_medium(store, medium)
    with store.act(
        "take back sign-off", row["medium"], analyst=analyst, request=request
    ) as act:
        if act.repeated:
            return
        if row["sign_off"] is None:
            raise NotAllowed("this medium is not signed off", advice="see: iwflab show")
        act.insert("sign_off_end", sign_off=row["sign_off"], reason=reason)

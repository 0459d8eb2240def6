"""What leaves as numbers: entered in the ledger, once, as two people agreed to it.

A report is laid aside, byte by byte, when it is asked for.  It is copied into
``reports/<name>.unfinished``, entered in the store, then renamed to
``reports/<name>``.  A crash between the last two is finished when a report is next
published, listed or verified; a crash before leaves nothing that counts.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from iwflab.errors import BadInput, NotAllowed
from iwflab.exchange.folder import (
    UNFINISHED,
    finish,
    into_place,
    write_files,
)
from iwflab.statistics.disclosure import Profile, approve, release_from
from iwflab.store import Act, Store
from iwflab.workflow.publishing import ledger
from iwflab.workflow.publishing.allowing import must_be_ruled
from iwflab.workflow.publishing.asking import (
    Composed,
    asked,
    asked_now,
    changes,
    ready,
    records,
)
from iwflab.workflow.publishing.checked import (
    Left,
    findings,
    held,
    left,
    one_left,
)
from iwflab.workflow.publishing.laying_aside import (
    exact,
    exact_file,
    place_of,
    sweep,
)

__all__ = [
    "Composed",
    "Left",
    "asked",
    "asked_now",
    "changes",
    "file_of",
    "findings",
    "held",
    "is_known",
    "left",
    "place_of",
    "publish",
    "ready",
    "sweep",
    "tables_of",
]


class Permit(Protocol):
    """What a second person gave: it refuses what is not exactly what they saw."""

    def check(self, payload: Mapping[str, Any]) -> None:
        """Refuse early, before the long work."""

    def use(self, act: Act, payload: Mapping[str, Any]) -> None:
        """Refuse, or be used up, in the act that lets it leave."""


def is_known(store: Store, request: str) -> bool:
    """Tell whether an act with this request id was acknowledged before."""
    query = "SELECT 1 AS one FROM audit_entry WHERE request = :request"
    return bool(store.rows(sa.text(query), request=request))


def publish(
    store: Store,
    folder: Path,
    payload: Mapping[str, Any],
    *,
    permit: Permit,
    agreed: Mapping[str, str],
    known: Mapping[str, Profile],
    analyst: str,
    request: str,
) -> Left:
    """Let exactly what ``payload`` (of :func:`asked`) names leave, under its permit.

    ``agreed`` says who asked and who approved, ``known`` what profiles are by now.
    Refused where the ledger has grown so that a verdict changed, or where a file laid
    aside is not what it was.  The permit is used up in the transaction that enters the
    release; nothing takes it back.
    """
    name = str(payload["name"])
    final = folder / name
    # One at a time: two would be weighed against the same ledger.
    with held(folder):
        finish(folder, ledger.entered(store))
        if _known(store, payload, request):
            return one_left(store, folder, name)
        _must_be_free(final)
        permit.check(payload)
        must_be_ruled(release_from(payload["release"]), known)
        with store.moment():
            newest = ledger.newest(store)
            now = asked_now(store, folder, payload, anew=True)
        _must_be_the_same(payload, now)
        unfinished = folder / (name + UNFINISHED)
        files = exact(place_of(folder, payload), payload["files"])
        write_files(unfinished, files)
        key = secrets.token_hex(8)
        with store.act(
            "publish statistics", key, analyst=analyst, request=request
        ) as act:
            # Others may have published since: from another folder, of the same store.
            if ledger.newest(store) != newest:
                now = asked_now(store, folder, payload, anew=True)
                _must_be_the_same(payload, now)
            permit.use(act, now)
            _enter(act, key, payload, agreed)
        into_place(unfinished, final)
        return one_left(store, folder, name)


def _must_be_free(final: Path) -> None:
    if final.exists():
        raise BadInput(
            f"a folder {final.name} lies among the reports, and was never entered",
            advice="run iwflab verify; move it away, or ask under a new name",
        )


def _must_be_the_same(payload: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    if why := changes(payload, now):
        raise NotAllowed(
            f"this request is void: {'; '.join(why)}",
            advice="merge levels or leave the table out, and ask anew",
        )


def _enter(
    act: Act, key: str, payload: Mapping[str, Any], agreed: Mapping[str, str]
) -> None:
    release = release_from(payload["release"])
    made = [
        approve(one, by=agreed["approved_by"])
        for one in records(payload, asked_by=agreed["requested_by"])
    ]
    ledger.enter(act, key, payload, release, made)


def _known(store: Store, payload: Mapping[str, Any], request: str) -> bool:
    """Tell whether this very request has left already; refuse a name of another."""
    rows = [row for row in ledger.entered(store) if row["name"] == payload["name"]]
    if not rows:
        return False
    same = rows[0]["manifest_sha256"] == payload["manifest_sha256"]
    if rows[0]["request"] != request or not same:
        raise BadInput(
            f"a release called {payload['name']} left already",
            advice="ask anew, under a new name",
        )
    return True


def tables_of(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the tables of a request as they would be shown, each with its verdict."""
    return [
        {
            **said,
            "names": list(one.published.names),
            "cells": [[*key, cell.text] for key, cell in one.published.cells.items()],
        }
        for said, one in zip(
            payload["tables"], release_from(payload["release"]).entries, strict=True
        )
    ]


def file_of(folder: Path, payload: Mapping[str, Any], name: str) -> bytes:
    """Give a file of a request exactly as it would leave, or as it left."""
    for place in (place_of(folder, payload), folder / str(payload["name"])):
        if place.is_dir():
            return exact_file(place, payload["files"], name)
    raise NotAllowed(
        "this request is settled: what was laid aside for it is gone",
        advice="ask anew; a preview is made of what is asked now",
    )

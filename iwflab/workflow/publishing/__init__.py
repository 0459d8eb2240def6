"""What leaves as numbers: entered in the ledger, once, as two people agreed to it.

A report is laid aside, byte by byte, when it is asked for.  It is copied into
``reports/<name>.unfinished``, entered in the store, then renamed to
``reports/<name>``.  A crash between the last two is finished when a report is next
published, listed or verified; a crash before leaves nothing that counts.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from iwflab.errors import BadInput, LabError, NotAllowed, Tampered
from iwflab.exchange.folder import (
    MANIFEST,
    UNFINISHED,
    finish,
    into_place,
    locked,
    write_files,
)
from iwflab.statistics.disclosure import approve, release_from
from iwflab.store import Act, Store
from iwflab.workflow.publishing import ledger
from iwflab.workflow.publishing.asking import (
    Composed,
    asked,
    asked_now,
    changes,
    must_be_ruled,
    ready,
    records,
)
from iwflab.workflow.publishing.laying_aside import (
    ASKED,
    content,
    exact,
    exact_file,
    found,
    place_of,
    sizes,
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


@dataclass(frozen=True, slots=True)
class Left:
    """A report that left: where it lies, of what cut, under which profile."""

    name: str
    report: str
    cut: str
    profile: str
    revised: bool
    left_on: str  # the day, UTC
    folder: Path
    tables: tuple[Mapping[str, Any], ...]  # each with its verdict, exception, people
    problem: str = ""  # why the files are not to be trusted; empty: they are right


@contextmanager
def held(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold the folder of reports for oneself; tell whether it is held."""
    folder.mkdir(exist_ok=True, mode=0o700)
    with locked(folder, wait=wait) as is_held:
        yield is_held


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
    analyst: str,
    request: str,
) -> Left:
    """Let exactly what ``payload`` (of :func:`asked`) names leave, under its permit.

    ``agreed`` says who asked and who approved.  Refused where the ledger has grown so
    that a verdict changed, or where a file laid aside is not what it was.  The permit
    is used up in the transaction that enters the release; nothing takes it back.
    """
    name = str(payload["name"])
    final = folder / name
    # One at a time: two would be weighed against the same ledger.
    with held(folder):
        finish(folder, ledger.entered(store))
        if _known(store, payload, request):
            return _one(store, folder, name)
        _must_be_free(final)
        permit.check(payload)
        must_be_ruled(release_from(payload["release"]))  # as profiles are known now
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
        return _one(store, folder, name)


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


def left(store: Store, folder: Path, *, whole: bool = False) -> list[Left]:
    """Give the reports that left, the oldest first, each checked.

    One whose files or entry are not those published carries its ``problem``.  Manifests
    are read, and of other files names and sizes; where ``whole``, every byte.
    """
    with held(folder, wait=False) as is_held:
        if is_held:
            finish(folder, ledger.entered(store))
        rows = ledger.entered(store)
        return [_left(store, folder, row, whole=whole) for row in rows]


def _one(store: Store, folder: Path, name: str) -> Left:
    (row,) = (row for row in ledger.entered(store) if row["name"] == name)
    return _left(store, folder, row, whole=True)


def _left(store: Store, folder: Path, row: Mapping[str, Any], *, whole: bool) -> Left:
    # Twice: the first look may fall between the two names of a folder.
    problem = _problem(folder, row, whole) and _problem(folder, row, whole)
    try:
        revised = not release_from(row["entries"]).grows
    except BadInput:  # the problem says so
        revised = False
    return Left(
        **{word: row[word] for word in ("name", "report", "cut", "profile")},
        revised=revised,
        left_on=datetime.fromtimestamp(row["at_us"] / 1e6, UTC).date().isoformat(),
        folder=folder / row["name"],
        tables=tuple(ledger.outputs(store, row["id"])),
        problem=problem,
    )


def _problem(folder: Path, row: Mapping[str, Any], whole: bool) -> str:
    place = folder / row["name"]
    unfinished = place.with_name(place.name + UNFINISHED)
    try:  # it may just be getting its name, in another process
        _must_agree(place if place.exists() else unfinished, row, whole=whole)
    except LabError as fault:
        return fault.message
    except OSError as fault:
        return f"the report {row['name']} cannot be read: {fault.strerror}"
    return ""


def _must_agree(place: Path, row: Mapping[str, Any], *, whole: bool) -> None:
    """Refuse a folder whose manifest, files and ledger entry do not agree."""
    kept = release_from(row["entries"])
    if (kept.name, kept.cut, kept.digest) != (row["name"], row["cut"], row["digest"]):
        raise _changed(row["name"], "its tables in the ledger are not those entered")
    lying = found(place) if whole else sizes(place)
    if not lying:
        raise _changed(row["name"], "its folder is missing")
    told = sha256(content(place / MANIFEST)).hexdigest()
    if told != row["manifest_sha256"]:
        raise _changed(row["name"], "its manifest is not the one published")
    plain = json.loads((place / MANIFEST).read_text("utf-8"))
    if plain["shown_sha256"] != row["digest"]:
        raise _changed(row["name"], "its manifest names other tables than the ledger")
    files = {name: one for name, one in lying.items() if name != MANIFEST}
    for name in sorted({*files, *plain["files"]}):
        wanted = plain["files"].get(name, {})
        if name not in files or files[name] != {n: wanted.get(n) for n in files[name]}:
            raise _changed(row["name"], f"{name} is not a file as it was published")


def _changed(name: str, problem: str) -> Tampered:
    return Tampered(
        f"the report {name}: {problem}", advice="compare with the copy that was sent"
    )


def findings(store: Store, folder: Path) -> list[str]:
    """Say which reports on the disk are not those that were entered, or never were."""
    said = [one.problem for one in left(store, folder, whole=True) if one.problem]
    names = {row["name"] for row in ledger.entered(store)}
    for place in sorted(folder.iterdir()):
        passing = place.name.endswith(UNFINISHED) or ASKED in place.name
        if place.name not in names and not passing and place.name != ".lock":
            said.append(f"the report {place.name} lies there and was never entered")
    return said


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

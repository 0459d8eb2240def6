"""What would leave: the report's bytes, its tables with their verdicts, exceptions."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from iwflab.domain.version import VERSION
from iwflab.errors import BadInput
from iwflab.exchange.folder import MANIFEST, check_name
from iwflab.statistics.disclosure import (
    Entry,
    Outcome,
    Output,
    Release,
    Verdict,
    ask_exception,
    release_from,
    release_json,
    weigh,
)
from iwflab.store import Store
from iwflab.workflow.publishing import ledger
from iwflab.workflow.publishing.allowing import (
    Known,
    must_be_excepted,
    must_be_ruled,
)
from iwflab.workflow.publishing.laying_aside import (
    found,
    lay_aside,
    listed,
    manifest,
    must_be_named,
    named,
    place_of,
)

# What was weighed against a ledger, by its newest entry: nothing is taken out of it.
_WEIGHED: WeakKeyDictionary[Store, dict[tuple[str, str, str], tuple[Verdict, ...]]] = (
    WeakKeyDictionary()
)
MOST_WEIGHED = 100


class Composed(Protocol):
    """A report that was composed: what it is, and its tables for the ledger."""

    @property
    def name(self) -> str:
        """The kind of report, as its files are called."""

    @property
    def title(self) -> str:
        """What it is, in words."""

    @property
    def cut(self) -> str:
        """The day up to which it counts, as YYYY-MM-DD."""

    @property
    def revised(self) -> str:
        """Why it corrects numbers that left before; "" where it corrects none."""

    @property
    def described(self) -> Mapping[str, object]:
        """What its manifest says of it: period, scheme, status, profile, seed, code."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Its tables, with what they hide."""


def asked(
    store: Store,
    folder: Path,
    name: str,
    report: Composed,
    forms: Mapping[str, bytes],
    *,
    exceptions: Mapping[str, str],
    revised: bool,
    known: Known,
) -> dict[str, Any]:
    """Give exactly what would leave, as plain JSON, and lay its bytes aside.

    To be called with the folder held; ``known`` are the profiles of the lab.  Raises
    BadInput for a name that is taken, a cut that is no day, tables of one name, a
    correction without its reason, a profile that is not as it is known; NotAllowed
    where nothing may leave under a profile, or a table did not pass and no exception is
    asked for it with a reason.
    """
    release = _release(store, name, report, revised=revised)
    must_be_ruled(release, known)
    with store.moment():
        newest, before = ledger.newest(store), ledger.earlier(store)
    verdicts = weigh(release, before)
    must_be_excepted(release, verdicts, exceptions)
    files = named(report.name, forms)
    files[MANIFEST] = manifest(_manifest(store, report, release), files)
    payload = {
        "name": name,
        "report": report.name,
        "title": report.title,
        "cut": release.cut,
        "revised": revised,
        "profile": ", ".join(sorted({one.profile.name for one in release.entries})),
        "files": listed(files),
        "manifest_sha256": sha256(files[MANIFEST]).hexdigest(),
        "tables": _tables(release, verdicts, exceptions),
        "release": release_json(release),
        "held_against": newest,
    }
    lay_aside(folder, payload, files)
    return payload


def asked_now(
    store: Store,
    folder: Path,
    payload: Mapping[str, Any],
    *,
    anew: bool = False,
    files: bool = True,
) -> dict[str, Any]:
    """Give what an earlier request would be now.

    The verdicts are worked out again where the ledger has grown since, or ``anew``.
    Without ``files`` those that were laid aside are not read.
    """
    if ledger.is_taken(store, payload["name"]):
        return {"nothing": f"a release called {payload['name']} left already"}
    return {
        **payload,
        "files": found(place_of(folder, payload)) if files else payload["files"],
        "tables": tables_now(store, payload, anew=anew),
    }


def ready(
    store: Store, folder: Path, payload: Mapping[str, Any]
) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """Work out :func:`asked_now` before an act; within it the answer is there.

    Only where others published in between is it worked out again.
    """
    with store.moment():
        newest, found_now = ledger.newest(store), asked_now(store, folder, payload)

    def now(asked_then: Mapping[str, Any]) -> Mapping[str, Any]:
        if ledger.newest(store) == newest:
            return found_now
        return asked_now(store, folder, asked_then)

    return now


def tables_now(
    store: Store, payload: Mapping[str, Any], *, anew: bool = False
) -> list[dict[str, Any]]:
    """Give the tables of a request with the verdicts that they have now."""
    newest = ledger.newest(store)
    if not anew and newest == payload["held_against"]:
        return list(payload["tables"])
    release = release_from(payload["release"])
    known = _WEIGHED.setdefault(store, {})
    key = release.name, sha256(payload["release"].encode()).hexdigest(), newest
    if anew or key not in known:
        if len(known) >= MOST_WEIGHED:
            known.clear()
        known[key] = weigh(release, ledger.earlier(store))
    verdicts = known[key]
    exceptions = {one["name"]: one["exception"] for one in payload["tables"]}
    return _tables(release, verdicts, exceptions)


def changes(payload: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Say in words what changed between what was asked and what there is now."""
    if "nothing" in now:
        return [str(now["nothing"])]
    said = [
        f"{name} is not the file that was asked for"
        for name in sorted({*payload["files"], *now["files"]})
        if payload["files"].get(name) != now["files"].get(name)
    ]
    for before, after in zip(payload["tables"], now["tables"], strict=True):
        if before != after:
            told = f"{after['outcome']}: {after['reason']}"
            said.append(f"since then others left; {after['name']} is now {told}")
    return said


def records(payload: Mapping[str, Any], *, asked_by: str) -> list[Output]:
    """Give the record of each table, with the exception that was asked for it."""
    found_: list[Output] = []
    for one in payload["tables"]:
        verdict = Verdict(Outcome(one["outcome"]), one["reason"])
        output = Output(one["name"], one["profile"], verdict, made_by=asked_by)
        if one["exception"]:
            output = ask_exception(output, by=asked_by, why=one["exception"])
        found_.append(output)
    return found_


def _release(store: Store, name: str, report: Composed, *, revised: bool) -> Release:
    must_be_named(name)
    check_name(report.name)
    if ledger.is_taken(store, name):
        raise BadInput(
            f"a release called {name} left already",
            advice="give it a new name: nothing is taken back from the ledger; what "
            "was wrong is corrected by a new release, asked for as revised",
        )
    try:
        cut = date.fromisoformat(report.cut).isoformat()
    except ValueError as fault:
        raise BadInput(
            f"{report.cut!r} is no day", advice="give the cut as YYYY-MM-DD"
        ) from fault
    if revised != bool(report.revised):
        raise BadInput(
            "a correction is asked for as one, and says why",
            advice="compose the report with its reason (told: revised), and ask for it"
            " as revised",
        )
    names = [one.published.name for one in report.entries]
    if not names:
        raise BadInput(
            "no table of this report may leave, or there is nothing in it",
            advice="name months of which something was recorded, or another profile",
        )
    if len(set(names)) < len(names):
        raise BadInput(
            "a report has two tables of one name",
            advice="give each of its tables a name of its own",
        )
    return Release(name, cut, tuple(report.entries), grows=not revised)


def _tables(
    release: Release, verdicts: Sequence[Verdict], exceptions: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "name": one.published.name,
            "unit": one.published.unit,
            "coverage": one.published.coverage,
            "profile": one.profile.name,
            "outcome": str(verdict.outcome),
            "reason": verdict.reason,
            "exception": exceptions.get(one.published.name, "").strip(),
        }
        for one, verdict in zip(release.entries, verdicts, strict=True)
    ]


def _manifest(store: Store, report: Composed, release: Release) -> dict[str, Any]:
    # It leaves: nothing of who, of what is hidden, or of why an exception was made.
    tables = [
        {
            "name": one.published.name,
            "unit": one.published.unit,
            "coverage": one.published.coverage,
            "profile": one.profile.name,
            "cells": len(one.published.cells),
            "withheld": len(one.published.withheld),
        }
        for one in release.entries
    ]
    return {
        **report.described,
        "release": release.name,
        "report": report.name,
        "title": report.title,
        "cut": release.cut,
        "revised": report.revised,
        "tables": tables,
        "shown_sha256": release.digest,
        "tools": {"iwflab": VERSION, "schema": store.schema},
    }

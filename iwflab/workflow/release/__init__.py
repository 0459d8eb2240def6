"""Signed off, it leaves as a hash list with a manifest; everything is proven anew.

A release is written into ``releases/<name>.unfinished``, entered in the store, then
renamed to ``releases/<name>``.  A crash between the last two is finished when releases
are next made, listed or verified; a crash before leaves nothing that counts.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from iwflab.domain.categories import Scheme
from iwflab.domain.hashes import Agreement, HashValue, agreement
from iwflab.domain.lists import ListEntry
from iwflab.domain.media import Examined
from iwflab.domain.version import VERSION
from iwflab.errors import BadInput, NotAllowed, Tampered
from iwflab.exchange.csv_list import COLUMNS
from iwflab.exchange.folder import (
    UNFINISHED,
    Release,
    check_name,
    check_release,
    finish,
    into_place,
    locked,
    read_release,
    write_folder,
)
from iwflab.schemes import scheme_named, schemes
from iwflab.store import Act
from iwflab.store.reading import overview, stored_hashes
from iwflab.workflow import Bench
from iwflab.workflow.release.choosing import (
    asked,
    asked_now,
    changes,
    choose,
    listed,
    signed,
)

__all__ = ["asked", "asked_now", "changes", "release", "release_findings", "releases"]

_DIGESTS = ("md5", "sha1", "sha256")
_LISTED = ("", "full")  # the variants of an algorithm that a list has a column for

Progress = Callable[[int, int], None]


class Permit(Protocol):
    """What a second person gave: it refuses what is not exactly what they saw."""

    def check(self, payload: Mapping[str, Any]) -> None:
        """Refuse early, before the long work."""

    def use(self, act: Act, payload: Mapping[str, Any]) -> None:
        """Refuse, or be used up, in the act that lets it leave."""


def release(
    bench: Bench,
    folder: Path,
    payload: Mapping[str, Any],
    *,
    permit: Permit,
    agreed: Mapping[str, str],
    analyst: str,
    request: str,
    progress: Progress | None = None,
) -> Release:
    """Release exactly what ``payload`` (of :func:`asked`) names, under its permit.

    The permit of a second person is used up in the transaction that enters the
    release.  ``agreed`` says in the manifest who asked, who approved, and what digest.
    Refused also when a grade no longer derives as it was signed off, when the bytes
    of a medium are not what they were, or when a fresh sandboxed worker does not
    find the same perceptual hashes.  Nothing leaves then.
    """
    name = str(payload["name"])
    check_name(name)
    law = scheme_named(payload["scheme"])
    final = folder / name
    # One release at a time: two would take each other's files away.
    with locked(folder, wait=True):
        finish(folder, _entered(bench))
        if _known(bench, name, law, request):
            return read_release(final)
        if final.exists():
            raise BadInput(
                f"a release called {name} exists", advice="give the release a new name"
            )
        permit.check(asked_now(bench.store, payload))
        chosen, left_out = choose(bench.store, overview(bench.store), law)
        if listed(chosen, law) != payload["media"]:  # changed since that look
            permit.check({})
        entries = _prove(bench, chosen, law, progress or (lambda _done, _total: None))
        unfinished = folder / (name + UNFINISHED)
        said = {"made_by": analyst, "agreed": dict(agreed), "left_out": left_out}
        manifest = {**_asked_for(payload), **said, **_manifest(bench, law, entries)}
        digest = write_folder(unfinished, entries, manifest)
        key = secrets.token_hex(8)
        with bench.store.act("release", key, analyst=analyst, request=request) as act:
            # Proving takes time; what was chosen may have been taken back since.
            permit.use(act, asked_now(bench.store, payload))
            _enter(act, (key, name), law, digest, chosen)
        into_place(unfinished, final)
    return read_release(final)


def _asked_for(payload: Mapping[str, Any]) -> dict[str, Any]:
    plain = {said: payload[said] for said in ("recipient", "purpose")}
    return {"release": payload["name"], **plain}


def _enter(
    act: Act,
    named: tuple[str, str],
    law: Scheme,
    digest: str,
    chosen: Sequence[Mapping[str, Any]],
) -> None:
    key = act.insert(
        "release",
        id=named[0],
        name=named[1],
        scheme=law.name,
        scheme_version=law.version,
        manifest_sha256=digest,
        items=len(chosen),
    )
    for row in chosen:
        act.insert(
            "release_item",
            release=key,
            medium=row["medium"],
            sign_off=row["sign_off"],
            code=signed(row, law)["code"],
        )


def _known(bench: Bench, name: str, law: Scheme, request: str) -> bool:
    query = (
        "SELECT r.scheme, e.request FROM release r"
        " JOIN audit_entry e ON e.number = r.entry WHERE r.name = :name"
    )
    found = bench.store.rows(sa.text(query), name=name)
    if found and (found[0]["request"], found[0]["scheme"]) != (request, law.name):
        raise BadInput(
            f"a release called {name} exists", advice="give the release a new name"
        )
    return bool(found)


def _prove(
    bench: Bench, chosen: Sequence[dict[str, Any]], law: Scheme, progress: Progress
) -> list[ListEntry]:
    entries = []
    with ThreadPoolExecutor(bench.workers) as threads:
        proven = threads.map(lambda row: _prove_one(bench, row, law), chosen)
        for number, entry in enumerate(proven, start=1):
            entries.append(entry)
            progress(number, len(chosen))
    return entries


def _prove_one(bench: Bench, row: Mapping[str, Any], law: Scheme) -> ListEntry:
    before = {
        value.algorithm: value
        for value in stored_hashes(bench.store, row["medium"])
        if value.variant in _LISTED and value.algorithm not in _DIGESTS
    }
    # Opening re-reads and re-hashes the bytes: a changed file stops the release.
    with bench.evidence.open(row["sha256"]) as sealed:
        digests = sealed.digests
        if (digests.md5, digests.sha1) != (row["md5"], row["sha1"]):
            raise _not_the_same(row)
        with bench.pool.fresh() as worker:
            examined = worker.examine(sealed)
    now = {h.algorithm: h for h in examined.hashes if h.variant in _LISTED}
    _must_agree(row, before, now, examined)
    return ListEntry(
        sha256=row["sha256"],
        sha1=row["sha1"],
        md5=row["md5"],
        size=row["size"],
        scheme=law.name,
        scheme_version=law.version,
        code=signed(row, law)["code"],
        hashes={name: value.value for name, value in sorted(before.items())},
        pdq_quality=before["pdq"].quality if "pdq" in before else None,
    )


def _must_agree(
    row: Mapping[str, Any],
    before: Mapping[str, HashValue],
    now: Mapping[str, HashValue],
    examined: Examined,
) -> None:
    """Refuse a release unless a fresh worker finds the hashes that were stored."""
    trouble = row["stopped"] or examined.decoder != row["decoder"]
    verdict = agreement(before, now)
    if verdict is Agreement.OTHER_VERSION or (
        verdict is Agreement.ONE_SIDED and trouble
    ):
        raise NotAllowed(
            f"{row['sha256'][:12]} was hashed by other versions than are here now",
            advice=f"run: iwflab examine {row['medium']}; then release again",
        )
    if verdict is not Agreement.SAME:
        raise _not_the_same(row)


def _not_the_same(row: Mapping[str, Any]) -> Tampered:
    return Tampered(
        f"the hashes of {row['sha256'][:12]} do not come out again as they were stored",
        advice="nothing was released; run iwflab verify --read-data, then "
        "iwflab doctor",
    )


def _manifest(
    bench: Bench, law: Scheme, entries: Sequence[ListEntry]
) -> dict[str, Any]:
    query = "SELECT number, digest FROM audit_entry ORDER BY number DESC LIMIT 1"
    (head,) = bench.store.rows(sa.text(query))
    hashes = bench.store.rows(
        sa.text("SELECT DISTINCT algorithm, library, version FROM hash ORDER BY 1,2,3")
    )
    return {
        "made_at_us": bench.store.clock(),
        "unit": "medium (distinct bytes)",
        "items": len(entries),
        "counts": dict(sorted(Counter(e.code for e in entries).items())),
        "scheme": {"name": law.name, "version": law.version, "title": law.title},
        "schemes": {s.name: s.version for s in schemes().values()},
        "columns": COLUMNS,
        # JSON lines holds every hash; the CSV has a column for those named above.
        "not_in_csv": sorted(
            {name for entry in entries for name in entry.hashes} - COLUMNS.keys()
        ),
        "audit_head": {"entry": head["number"], "digest": head["digest"]},
        "tools": {"iwflab": VERSION, "schema": bench.store.schema},
        "hash_libraries": hashes,
    }


def _entered(bench: Bench) -> list[dict[str, Any]]:
    query = "SELECT name, items, manifest_sha256 FROM release ORDER BY entry"
    return bench.store.rows(sa.text(query))


def releases(bench: Bench, folder: Path) -> list[Release]:
    """Give the releases that were entered, oldest first, each checked.

    One whose files are not those released carries its ``problem``.
    """
    with locked(folder, wait=False) as held:
        if held:
            finish(folder, _entered(bench))
    return [check_release(folder, row) for row in _entered(bench)]


def release_findings(bench: Bench, folder: Path) -> list[str]:
    """Say which releases on the disk are not those that were entered."""
    return [one.problem for one in releases(bench, folder) if one.problem]

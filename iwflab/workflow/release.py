"""Signed off, it leaves as a hash list with a manifest; everything is proven anew.

A release is written into ``releases/<name>.unfinished``, entered in the store, then
renamed to ``releases/<name>``.  A crash between the last two is finished by the next
release or ``iwflab verify``; a crash before leaves nothing that counts.
"""

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from iwflab.domain.categories import Scheme, derive
from iwflab.domain.lists import ListEntry
from iwflab.domain.version import VERSION
from iwflab.errors import BadInput, NotAllowed, Tampered
from iwflab.exchange.csv_list import COLUMNS
from iwflab.exchange.folder import (
    UNFINISHED,
    Release,
    into_place,
    read_release,
    write_folder,
)
from iwflab.schemes import schemes
from iwflab.store import Act
from iwflab.store.reading import hashes_of, overview, records
from iwflab.workflow import Bench

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LISTED = ("", "full")  # the variants of an algorithm that a list has a column for

Progress = Callable[[int, int], None]


def release(
    bench: Bench,
    folder: Path,
    name: str,
    *,
    scheme: str,
    analyst: str,
    request: str,
    progress: Progress | None = None,
) -> Release:
    """Release every signed-off medium that the scheme calls criminal.

    Refused when a grade no longer derives as it was signed off, when the bytes of a
    medium are not what they were, or when a fresh sandboxed worker does not find the
    same perceptual hashes.  Nothing leaves then.
    """
    _check_name(name)
    finish(bench, folder)
    final = folder / name
    if _known(bench, name, request):
        return read_release(final)
    if final.exists():
        raise BadInput(
            f"a release called {name} exists", advice="give the release a new name"
        )
    law = schemes()[scheme] if scheme in schemes() else _unknown(scheme)
    chosen, left_out = _choose(bench, overview(bench.store), law)
    entries = _prove(bench, chosen, law, progress or (lambda _done, _total: None))
    unfinished = folder / (name + UNFINISHED)
    manifest = {
        "release": name,
        "made_by": analyst,
        "left_out": dict(sorted(left_out.items())),
        **_manifest(bench, law, entries),
    }
    digest = write_folder(unfinished, entries, manifest)
    with bench.store.act("release", name, analyst=analyst, request=request) as act:
        _enter(act, name, law, digest, chosen)
    into_place(unfinished, final)
    return read_release(final)


def _enter(
    act: Act, name: str, law: Scheme, digest: str, chosen: Sequence[Mapping[str, Any]]
) -> None:
    key = act.insert(
        "release",
        name=name,
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
            code=_signed(row, law)["code"],
        )


def _unknown(scheme: str) -> Scheme:
    raise BadInput(
        f"no scheme is called {scheme!r}", advice=f"there are: {', '.join(schemes())}"
    )


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or name.endswith(UNFINISHED):
        raise BadInput(
            f"a release cannot be called {name!r}",
            advice="use letters, digits, dot, dash and underscore, at most 64",
        )


def _known(bench: Bench, name: str, request: str) -> bool:
    query = (
        "SELECT e.request FROM release r JOIN audit_entry e ON e.number = r.entry"
        " WHERE r.name = :name"
    )
    found = bench.store.rows(sa.text(query), name=name)
    if found and found[0]["request"] != request:
        raise BadInput(
            f"a release called {name} exists", advice="give the release a new name"
        )
    return bool(found)


def _signed(row: Mapping[str, Any], law: Scheme) -> dict[str, Any]:
    grades: dict[str, dict[str, Any]] = json.loads(row["signed_grades"])
    return grades.get(law.name, {"code": "", "version": ""})


def _choose(
    bench: Bench, rows: Sequence[dict[str, Any]], law: Scheme
) -> tuple[list[dict[str, Any]], Counter[str]]:
    """Split the media into those that leave and those that stay, with the reason."""
    standing = records(bench.store, rows)
    chosen, left_out, changed = [], Counter[str](), []
    for row in rows:
        if row["sign_off"] is None:
            left_out["not signed off"] += 1
            continue
        signed = _signed(row, law)
        now = derive(law, standing[row["medium"]])
        if (now.code, now.version) != (signed["code"], signed["version"]):
            changed.append(row["sha256"][:12])
        elif now.code in law.criminal:
            chosen.append(row)
        else:
            left_out[now.code] += 1
    if changed:
        raise NotAllowed(
            f"the rules of {law.name} changed since the sign-off of "
            f"{', '.join(changed[:5])}{' and others' if len(changed) > 5 else ''}",  # noqa: PLR2004 - five are enough to read
            advice="take back those sign-offs and have them looked at again",
        )
    if not chosen:
        raise NotAllowed(
            "nothing can leave: no medium is signed off as criminal",
            advice="grade and sign off media first",
        )
    return sorted(chosen, key=lambda row: row["sha256"]), left_out


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
    stored = hashes_of(bench.store, row["medium"])
    before = {h["algorithm"]: h for h in stored if h["variant"] in _LISTED}
    # Opening re-reads and re-hashes the bytes: a changed file stops the release.
    with bench.evidence.open(row["sha256"]) as sealed:
        digests = sealed.digests
        if (digests.md5, digests.sha1) != (row["md5"], row["sha1"]):
            raise _not_the_same(row)
        with bench.pool.fresh() as worker:
            examined = worker.examine(sealed)
    now = {
        h.algorithm: (h.value, h.quality)
        for h in examined.hashes
        if h.variant in _LISTED
    }
    perceptual = {
        name: h for name, h in before.items() if name not in {"md5", "sha1", "sha256"}
    }
    # An algorithm added since has no stored value yet; one that was asked for is not
    # computed here.  What both sides have must be equal, and never one side empty.
    both = perceptual.keys() & now.keys()
    same = all(
        now[n] == (perceptual[n]["value"], perceptual[n]["quality"]) for n in both
    )
    if not same or bool(perceptual) != bool(now):
        raise _not_the_same(row)
    return ListEntry(
        sha256=row["sha256"],
        sha1=row["sha1"],
        md5=row["md5"],
        size=row["size"],
        scheme=law.name,
        scheme_version=law.version,
        code=_signed(row, law)["code"],
        hashes={name: h["value"] for name, h in sorted(perceptual.items())},
        pdq_quality=perceptual["pdq"]["quality"] if "pdq" in perceptual else None,
    )


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
        "audit_head": {"entry": head["number"], "digest": head["digest"]},
        "tools": {"iwflab": VERSION, "schema": bench.store.schema},
        "hash_libraries": hashes,
    }


def finish(bench: Bench, folder: Path) -> None:
    """Finish what a crash interrupted: entered releases get their final name."""
    for unfinished in sorted(folder.glob(f"*{UNFINISHED}")):
        name = unfinished.name.removesuffix(UNFINISHED)
        query = "SELECT manifest_sha256 FROM release WHERE name = :name"
        entered = bench.store.rows(sa.text(query), name=name)
        manifest = unfinished / "manifest.json"
        if (
            entered
            and manifest.exists()
            and sha256(manifest.read_bytes()).hexdigest()
            == entered[0]["manifest_sha256"]
        ):
            into_place(unfinished, folder / name)
        else:
            shutil.rmtree(unfinished)


def releases(bench: Bench, folder: Path) -> list[Release]:
    """Give the releases that were entered, oldest first, each checked."""
    finish(bench, folder)
    rows = bench.store.rows(sa.text("SELECT name FROM release ORDER BY entry"))
    return [read_release(folder / row["name"]) for row in rows]

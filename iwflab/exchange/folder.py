"""A release on the disk: its lists and its manifest, read-only and self-checking."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from iwflab.domain.lists import ListEntry
from iwflab.errors import BadInput, Tampered
from iwflab.exchange.csv_list import CSV_LIST
from iwflab.exchange.json_lines import JSON_LINES

UNFINISHED = ".unfinished"
MANIFEST = "manifest.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LISTS = (CSV_LIST, JSON_LINES)


@dataclass(frozen=True, slots=True)
class Release:
    """A hash list that left: where it lies, what it counts."""

    name: str
    folder: Path
    items: int
    counts: Mapping[str, int]
    left_out: Mapping[str, int]
    manifest_sha256: str
    problem: str = ""  # why the files are not to be trusted; empty: they are right


def check_name(name: str) -> None:
    """Refuse a name that is no plain folder name."""
    if not _NAME.fullmatch(name) or name.endswith(UNFINISHED):
        raise BadInput(
            f"a release cannot be called {name!r}",
            advice="use letters, digits, dot, dash and underscore, at most 64",
        )


@contextmanager
def locked(folder: Path, *, wait: bool) -> Iterator[bool]:
    """Hold the folder of releases for oneself; tell whether it is held.

    Without ``wait`` a folder that another process holds is left alone.
    """
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


def write_folder(
    folder: Path, entries: Sequence[ListEntry], manifest: dict[str, Any]
) -> str:
    """Write lists and manifest durably; give the SHA-256 of the manifest."""
    contents, files = {}, {}
    for form in _LISTS:
        name, content = f"hashes{form.suffix}", form.dump(entries)
        contents[name] = content
        files[name] = {
            "sha256": sha256(content).hexdigest(),
            "bytes": len(content),
            "format": form.title,
        }
    text = json.dumps({**manifest, "files": files}, indent=2, sort_keys=True) + "\n"
    write_files(folder, {**contents, MANIFEST: text.encode()})
    return sha256(text.encode()).hexdigest()


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a new folder of read-only files durably, for its owner's eyes.

    What an interrupted release left there goes first: it never counted.
    """
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, mode=0o700)
    for name, content in files.items():
        _durable(folder / name, content)
    _sync(folder)


def _durable(file: Path, content: bytes) -> None:
    with file.open("xb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    file.chmod(0o400)


def into_place(unfinished: Path, final: Path) -> None:
    """Give a finished release its name, durably."""
    unfinished.rename(final)
    _sync(final.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_release(folder: Path) -> Release:
    """Read a release from its folder; refuse one whose files are not those listed."""
    manifest = folder / MANIFEST
    if not manifest.exists():
        raise Tampered(
            f"the release {folder.name} has no manifest",
            advice="compare with the copy that was sent; run: iwflab verify",
        )
    plain = json.loads(manifest.read_text("utf-8"))
    for name, listed in plain["files"].items():
        file = folder / name
        if (
            not file.exists()
            or sha256(file.read_bytes()).hexdigest() != listed["sha256"]
        ):
            raise Tampered(
                f"{name} of the release {folder.name} is not the file released",
                advice="compare with the copy that was sent",
            )
    return Release(
        name=plain["release"],
        folder=folder,
        items=plain["items"],
        counts=plain["counts"],
        left_out=plain["left_out"],
        manifest_sha256=sha256(manifest.read_bytes()).hexdigest(),
    )


def finish(folder: Path, entered: Sequence[Mapping[str, Any]]) -> None:
    """Finish what a crash interrupted; to be called with the folder held.

    ``entered`` are the releases of the store (name, manifest_sha256): they get their
    final name.  What was not entered is removed: it never counted.
    """
    digests = {row["name"]: row["manifest_sha256"] for row in entered}
    for unfinished in sorted(folder.glob(f"*{UNFINISHED}")):
        name = unfinished.name.removesuffix(UNFINISHED)
        manifest = unfinished / MANIFEST
        if (
            name in digests
            and manifest.exists()
            and sha256(manifest.read_bytes()).hexdigest() == digests[name]
        ):
            into_place(unfinished, folder / name)
        else:
            shutil.rmtree(unfinished)


def check_release(folder: Path, row: Mapping[str, Any]) -> Release:
    """Read a release that the store entered; say what is wrong with its files."""
    place = folder / row["name"]
    try:
        found = read_release(place)
        if found.manifest_sha256 != row["manifest_sha256"]:
            raise Tampered(  # noqa: TRY301 - one way out for both kinds of fault
                f"the manifest of the release {row['name']} is not the one released",
                advice="compare with the copy that was sent",
            )
    except Tampered as fault:
        return Release(
            name=row["name"],
            folder=place,
            items=row["items"],
            counts={},
            left_out={},
            manifest_sha256=row["manifest_sha256"],
            problem=fault.message,
        )
    return found

"""A release on the disk: its lists and its manifest, read-only and self-checking."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from iwflab.domain.lists import ListEntry
from iwflab.errors import Tampered
from iwflab.exchange.csv_list import CSV_LIST
from iwflab.exchange.json_lines import JSON_LINES

UNFINISHED = ".unfinished"
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


def write_folder(
    folder: Path, entries: Sequence[ListEntry], manifest: dict[str, Any]
) -> str:
    """Write lists and manifest durably; give the SHA-256 of the manifest."""
    if folder.exists():
        shutil.rmtree(folder)  # what an interrupted release left; it never counted
    folder.mkdir(parents=True, mode=0o700)
    files = {}
    for form in _LISTS:
        content = form.dump(entries)
        _durable(folder / f"hashes{form.suffix}", content)
        files[f"hashes{form.suffix}"] = {
            "sha256": sha256(content).hexdigest(),
            "bytes": len(content),
            "format": form.title,
        }
    text = json.dumps({**manifest, "files": files}, indent=2, sort_keys=True) + "\n"
    _durable(folder / "manifest.json", text.encode())
    return sha256(text.encode()).hexdigest()


def _durable(file: Path, content: bytes) -> None:
    with file.open("xb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    file.chmod(0o400)


def into_place(unfinished: Path, final: Path) -> None:
    """Give a finished release its name, durably."""
    unfinished.rename(final)
    folder = os.open(final.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_release(folder: Path) -> Release:
    """Read a release from its folder; refuse one whose files are not those listed."""
    manifest = folder / "manifest.json"
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

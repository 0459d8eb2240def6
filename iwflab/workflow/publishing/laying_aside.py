"""The very bytes that are asked for, laid aside until they leave or will not.

A folder ``<name>.asked-<digest>`` beside the releases, for the owner of the lab only.
It counts for nothing; it goes when no open request names it.
"""

import json
import re
import shutil
from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from iwflab.domain.trail import canonical
from iwflab.errors import BadInput, NotFound, Tampered
from iwflab.exchange.folder import (
    UNFINISHED,
    check_name,
    into_place,
    write_files,
)

ASKED = ".asked-"
_FORM = re.compile(r"[a-z0-9]{1,12}(\.[a-z0-9]{1,12})?")
_SIGNS = 16  # of a digest in the name of a folder

Listed = dict[str, dict[str, Any]]  # name of a file -> its SHA-256 and size


def must_be_named(name: str) -> None:
    """Refuse a name that is no plain folder name, or that of what was asked."""
    check_name(name)
    if ASKED in name:
        raise BadInput(
            f"a release cannot be called {name!r}",
            advice=f"{ASKED!r} in a name means that it has not left yet",
        )


def named(report: str, forms: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the files of a report by name; forms are endings such as ``html``."""
    if not forms:
        raise BadInput("a report without a file", advice="write it in one form or more")
    for form, content in forms.items():
        if not _FORM.fullmatch(form) or not content:
            raise BadInput(
                f"{form!r} is no form of a report, or its file is empty",
                advice="forms are endings: html, pdf, xlsx, ods, csv",
            )
    return {f"{report}.{form}": bytes(content) for form, content in forms.items()}


def listed(files: Mapping[str, bytes]) -> Listed:
    """Give SHA-256 and size of each file, in order of name."""
    return {
        name: {"sha256": sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in sorted(files.items())
    }


def place_of(folder: Path, payload: Mapping[str, Any]) -> Path:
    """Give the folder where the files of a request are laid aside."""
    digest = sha256(canonical(payload["files"])).hexdigest()[:_SIGNS]
    return folder / f"{payload['name']}{ASKED}{digest}"


def lay_aside(
    folder: Path, payload: Mapping[str, Any], files: Mapping[str, bytes]
) -> None:
    """Write the files of a request durably; to be called with the folder held."""
    place = place_of(folder, payload)
    if place.exists() and found(place) == payload["files"]:
        return
    shutil.rmtree(place, ignore_errors=True)
    unfinished = place.with_name(place.name + UNFINISHED)
    write_files(unfinished, files)
    into_place(unfinished, place)


def found(place: Path) -> Listed:
    """Give SHA-256 and size of what lies in a folder now; nothing if it is gone."""
    if not place.is_dir():
        return {}
    return listed({file.name: content(file) for file in place.iterdir()})


def sizes(place: Path) -> Listed:
    """Give the size alone of what lies in a folder now; nothing if it is gone."""
    if not place.is_dir():
        return {}
    return {
        file.name: {"bytes": file.lstat().st_size if file.is_file() else -1}
        for file in place.iterdir()
    }


def content(file: Path) -> bytes:
    """Give what a file holds; nothing where it is none of ours: none is empty."""
    return file.read_bytes() if file.is_file() and not file.is_symlink() else b""


def exact(place: Path, files: Mapping[str, Mapping[str, Any]]) -> dict[str, bytes]:
    """Read files, each once, and refuse those that are not the ones listed."""
    return {name: exact_file(place, files, name) for name in files}


def exact_file(place: Path, files: Mapping[str, Mapping[str, Any]], name: str) -> bytes:
    """Read one of the files listed; refuse it where it is not what was listed."""
    if name not in files:
        raise NotFound(f"no file is called {name!r}", advice=f"give one of: {[*files]}")
    lies = content(place / name)
    if sha256(lies).hexdigest() != files[name]["sha256"]:
        raise Tampered(
            f"{name} in {place.name} is not the file that was asked for",
            advice="ask anew; of what left, compare with the copy that was sent",
        )
    return lies


def sweep(folder: Path, open_: Collection[Path]) -> None:
    """Remove what was laid aside for no open request; with the folder held."""
    for place in folder.glob(f"*{ASKED}*"):
        if place not in open_ and place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)


def manifest(plain: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """Write what leaves beside the files: what they are, and their digests."""
    text = json.dumps({**plain, "files": listed(files)}, indent=2, sort_keys=True)
    return f"{text}\n".encode()

"""Where media are taken from: paths on the disk, as they really are."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from iwflab.errors import BadInput


def real(path: bytes) -> bytes:
    """Resolve a path; what cannot be resolved stays, and is refused by name later."""
    try:
        return os.path.realpath(path)
    except OSError:  # a link that may not be followed
        return path


def same_file(path: bytes, other: Path) -> bool:
    """Tell whether two paths lead to the same place."""
    return real(path) == real(os.fsencode(other))


def size(path: bytes) -> int:
    """Give the size of a file in bytes, for the progress only; 0 if unknown."""
    with suppress(OSError):
        return os.lstat(path).st_size
    return 0


def must_be_outside(
    paths: Sequence[str | os.PathLike[str]], keep_out: Sequence[Path]
) -> None:
    """Refuse to take the lab itself in, or what lies around it."""
    for path in paths:
        found = Path(os.path.realpath(path))
        for place in (place.resolve() for place in keep_out):
            # Uploads wait in the lab's own ``incoming``.
            uploaded = found.is_relative_to(place / "incoming")
            if not uploaded and (
                found.is_relative_to(place) or place.is_relative_to(found)
            ):
                raise BadInput(
                    "this would take the lab itself in",
                    advice="name a folder that neither lies in the lab nor holds it",
                )

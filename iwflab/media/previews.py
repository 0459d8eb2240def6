"""Previews: re-encoded pictures for the screen, never original bytes."""

import os
import re
from pathlib import Path

from iwflab.errors import BadInput, NotFound
from iwflab.media.keeping import files, leaf, place
from iwflab.media.reading import read_once

_VARIANT = re.compile(r"[a-z_]{1,40}")


class PreviewStore:
    """A folder of previews, laid out as ``ab/cd/<sha256>.<variant>``."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; it is made when the first preview is kept."""
        self.folder = Path(folder)

    def path(self, sha256: str, variant: str) -> Path:
        """Say where a preview lies, whether kept or not; BadInput for a bad name."""
        if not _VARIANT.fullmatch(variant):
            raise BadInput(
                f"{variant[:80]!r} is no variant of a preview",
                advice="use small letters and underscores, like shielded",
            )
        return leaf(self.folder, sha256) / f"{sha256}.{variant}"

    def keep(self, sha256: str, variant: str, picture: bytes) -> Path:
        """Keep a preview; a former one of that variant is replaced in one step."""
        path = self.path(sha256, variant)

        def copy(fd: int) -> None:
            rest = memoryview(picture)
            while rest:
                rest = rest[os.write(fd, rest) :]

        place(path, copy, root=self.folder, replace=True)
        return path

    def open(self, sha256: str, variant: str) -> bytes:
        """Read a preview; NotFound if there is none."""
        path = self.path(sha256, variant)
        if not os.path.lexists(path):
            raise NotFound(
                f"no {variant} preview of {sha256} is kept here",
                advice="examine the medium again to make one",
            )
        with read_once(path) as sealed:
            return sealed.bytes()

    def erase(self, sha256: str) -> int:
        """Remove every preview of a medium; count them."""
        folder = leaf(self.folder, sha256)
        if not folder.is_dir():
            return 0
        mine = [p for p in files(folder) if p.name.startswith(f"{sha256}.")]
        for path in mine:
            path.unlink(missing_ok=True)
        return len(mine)

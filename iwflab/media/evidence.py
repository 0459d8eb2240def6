"""The evidence: originals under their SHA-256, read-only, verified at every read.

Mode 0400 does not hold root; changes are detected rather than prevented.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from iwflab.errors import EvidenceError, NotFound, Tampered
from iwflab.media.keeping import TEMPORARY, files, leaf, place, sweep
from iwflab.media.reading import Sealed, read_once


class EvidenceStore:
    """A folder of originals, laid out as ``ab/cd/<sha256>``."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; it is made when the first medium is kept."""
        self.folder = Path(folder)

    def path(self, sha256: str) -> Path:
        """Say where the original of this SHA-256 lies, whether kept or not."""
        return leaf(self.folder, sha256) / sha256

    def keep(self, sealed: Sealed) -> Path:
        """Keep sealed bytes; when this returns they survive a power cut.

        Doing so twice is harmless: a file that is there already is read and must
        have the same content, else Tampered.  StoreError if the disk refuses.
        """
        digests = sealed.digests
        path = self.path(digests.sha256)

        def copy(fd: int) -> None:
            done = 0
            while done < digests.size:
                done += os.sendfile(fd, sealed.fd, done, digests.size - done)

        if not path.exists() and place(path, copy, root=self.folder):
            return path
        with self.open(digests.sha256):
            return path

    def open(self, sha256: str) -> Sealed:
        """Read an original again; Tampered if it is not what it was."""
        path = self.path(sha256)
        if not os.path.lexists(path):
            raise NotFound(
                f"no original {sha256} is kept here",
                advice="run verify; restore it from a back-up if it is missing",
            )
        sealed = read_once(path)
        if sealed.digests.sha256 == sha256:
            return sealed
        found = sealed.digests.sha256
        sealed.close()
        raise Tampered(
            f"the original {sha256} has changed: it is {found} now",
            advice="stop, restore it from a back-up, and report the incident",
        )

    def erase(self, sha256: str) -> bool:
        """Remove an original for good; False if none was there."""
        path = self.path(sha256)
        there = os.path.lexists(path)
        path.unlink(missing_ok=True)
        return there

    def sweep(self) -> int:
        """Remove what killed processes left behind; count it."""
        folders = {path.parent for path in self._files() if _temporary(path)}
        return sum(sweep(folder) for folder in sorted(folders))

    def verify(self, expected: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Read everything; yield (name, problem) for what is not as it should be.

        Problems are ``missing``, ``stray`` (kept, but not expected, or under no
        proper name) or the text of what is wrong with the content.
        """
        wanted = set(expected)
        for sha256 in sorted(wanted):
            try:
                self.open(sha256).close()
            except NotFound:
                yield sha256, "missing"
            except EvidenceError as error:
                yield sha256, error.message
        for path in self._files():
            proper = path.name in wanted and path == self.path(path.name)
            if not proper and not _temporary(path):
                yield str(path.relative_to(self.folder)), "stray"

    def _files(self) -> Iterator[Path]:
        return files(self.folder) if self.folder.is_dir() else iter(())


def _temporary(path: Path) -> bool:
    return TEMPORARY.fullmatch(path.name) is not None

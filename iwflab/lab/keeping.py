"""How a lab is kept: backed up, brought back, brought up to date, warned of."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from iwflab.errors import LabError
from iwflab.lab.bringing_back import bring_back, upgraded
from iwflab.lab.matrix import free, needs
from iwflab.lab.proof import Proof, told
from iwflab.lab.safekeeping import Backup, Progress, back_up, check
from iwflab.store import audit, known

_FOLDER = "whoever has the folder, and the database, has all of it already"


class Keeping(Proof):
    """Backups and their like, as methods."""

    @classmethod
    @free(_FOLDER)
    def restore(
        cls,
        backup: str | os.PathLike[str],
        folder: str | os.PathLike[str],
        *,
        database_url: str = "",
        owner_url: str = "",
        progress: Progress | None = None,
    ) -> list[audit.Finding]:
        """Bring a backup back as a new lab folder, and verify it with all evidence.

        Gives what does not agree; the folder is there all the same.  A head that was
        signed after the backup is such a finding: what followed is lost.
        """
        place = Path(folder).expanduser().absolute()
        problems = bring_back(
            Path(backup).expanduser().absolute(),
            place,
            database_url=database_url,
            owner_url=owner_url,
            progress=progress or (lambda _done, _total: None),
        )
        with cls.open(place) as lab:
            return told(problems) + lab.verify(read_data=True)

    @classmethod
    @free(_FOLDER)
    def check_backup(
        cls, backup: str | os.PathLike[str], *, progress: Progress | None = None
    ) -> list[str]:
        """Check a backup where it lies, every file of it; nothing is changed."""
        quiet: Progress = lambda _done, _total: None  # noqa: E731
        return check(Path(backup).expanduser().absolute(), progress or quiet)

    @classmethod
    @free(_FOLDER)
    def upgrade(cls, folder: str | os.PathLike[str], owner_url: str) -> list[str]:
        """Bring the shared database of a lab up to date, as its owner.

        A backup of its rows is written beside the lab's settings first.  Gives the
        schemas that were applied; a lab on SQLite does this itself when it is opened.
        """
        return upgraded(Path(folder).expanduser().absolute(), owner_url)

    @needs("keep")
    def backup(
        self, to: str | os.PathLike[str], *, progress: Progress | None = None
    ) -> Backup:
        """Copy the whole lab into a new folder while people work in it."""
        quiet: Progress = lambda _done, _total: None  # noqa: E731
        return back_up(self.folder, self._store, Path(to), progress or quiet)

    @free("it tells of the disk, and of nothing in the lab")
    def warnings(self, *, disk: bool = True, waiting: bool = True) -> list[str]:
        """Say what stops the work, or soon will.

        ``disk``: one that is nearly full; ``waiting``: media not held against lists.
        """
        found = []
        free = shutil.disk_usage(self.folder).free // 1_000_000 if disk else None
        if free is not None and free < self.settings.low_space_mb:
            found.append(
                f"the disk of the lab has {free} MB left: make room before it is full. "
                "What was saved is safe; new work is refused on a full disk"
            )
        with suppress(LabError):  # a damaged lab still opens, for verify to say so
            unheld = known.unheld(self._store) if waiting else 0
            if unheld:
                were, are = ("was", "is") if unheld == 1 else ("were", "are")
                media = "medium" if unheld == 1 else "media"
                found.append(
                    f"{unheld} {media} {were} not held against the hash lists yet and"
                    f" {are} handed out to nobody: run iwflab match"
                )
        return found

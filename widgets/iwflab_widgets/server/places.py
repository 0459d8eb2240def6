"""Where the server finds and keeps its things, and where it refuses to stand."""

import fcntl
import os
import secrets
import shutil
import stat
from pathlib import Path

import iwflab
from iwflab.errors import BadInput, NotFound, StoreError

HERE = Path(__file__).parent
PAGES = HERE / "html"
TEMPLATES = HERE / "templates"
SECRET_BYTES = 64


def notebook_root(kind: str = "apps") -> Path:
    """Find the notebooks of a kind: in the installed wheel, else in the checkout."""
    package = Path(iwflab.__file__).parent
    places = (package / "_notebooks" / kind, package.parent / "notebooks" / kind)
    for place in places:
        if place.is_dir():
            return place
    raise NotFound(
        f"the notebooks of iwflab ({kind}) are not installed",
        advice="install the iwflab wheel, or start from a complete checkout",
    )


def refuse_overlap(lab_folder: Path, root: Path) -> None:
    """Refuse to serve a lab that lies under the notebook root, or around it.

    Voila and jupyter_server hand out files below their root; evidence must never be
    one configuration mistake away from that.
    """
    lab, served = lab_folder.resolve(), root.resolve()
    if lab.is_relative_to(served) or served.is_relative_to(lab):
        raise BadInput(
            "the lab folder and the notebook root lie inside one another",
            advice="move the lab to a folder of its own, away from the notebooks",
        )


def private_folder(folder: Path) -> Path:
    """Make ``folder`` if need be, and keep it to this user alone."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    return folder


def cookie_secret(folder: Path) -> bytes:
    """Read the key that signs login cookies, or make it once.

    It outlives the server, so that a restart logs nobody out and the page can send
    the decisions it still holds.
    """
    path = folder / "cookie_secret"
    if not path.exists():
        _write_secret(path)
    held = path.stat()
    if stat.S_IMODE(held.st_mode) & 0o077 or held.st_uid != os.geteuid():
        raise StoreError(
            "the cookie secret of this lab can be read by other users",
            advice=f"delete {path.name} in the lab's server folder and start again",
        )
    secret = path.read_bytes()
    if len(secret) < SECRET_BYTES:
        raise StoreError(
            "the cookie secret of this lab is too short",
            advice=f"delete {path.name} in the lab's server folder and start again",
        )
    return secret


def _write_secret(path: Path) -> None:
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_bytes(SECRET_BYTES))
        os.fsync(handle)
    finally:
        os.close(handle)
    draft.rename(path)  # whole or not at all: a kill leaves no half secret


class Incoming:
    """The folder where uploads wait for intake; nothing in it outlives its job."""

    def __init__(self, lab_folder: Path) -> None:
        """Make the folder, private to this user."""
        self.folder = private_folder(lab_folder / "incoming")
        self._lock = -1

    def clean(self) -> int:
        """Remove what a killed server left; say how many uploads that were.

        Two servers may share a lab: only the one that holds the lock cleans, so that
        it never removes an upload that the other is still reading.
        """
        self._lock = os.open(
            self.folder / ".lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        left = [place for place in self.folder.iterdir() if place.name != ".lock"]
        for place in left:
            self.remove(place)
        return len(left)

    def room(self) -> Path:
        """Make a fresh private folder for one upload."""
        return private_folder(self.folder / secrets.token_hex(16))

    @staticmethod
    def remove(place: Path) -> None:
        """Remove one upload; a missing one is no error."""
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)

    def close(self) -> None:
        """Give the lock back."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

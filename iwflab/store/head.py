"""The signed heads of the audit trail, kept outside the lab folder.

``head.txt`` is the newest; every earlier one stays under its size.  A head is never
replaced by an older one, and a numbered one never by anything.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from iwflab.errors import BadInput, NotFound, StoreError, Tampered
from iwflab.store.durable import flush, locked, sweep, write_whole
from iwflab.store.note import LONGEST, Head, checked, signed

__all__ = ["Head", "HeadFolder", "default_folder"]

_LAB = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NUMBERED = re.compile(r"head-([0-9]{9,19})\.txt")


class HeadFolder:
    """Where the signing key and the heads of one lab lie: never inside the lab."""

    def __init__(self, lab_folder: Path, lab: str, setting: str) -> None:
        """Work out the folder; refuse one that cannot vouch for the lab."""
        if not _LAB.fullmatch(lab):
            raise BadInput(
                "lab.toml: the random name of the lab is no plain name",
                advice="put back the line `lab = ...` as it was; it never changes",
            )
        place = absolute(setting) if setting else default_folder()
        self.folder = place / lab
        self.origin = f"iwflab/{lab}"
        if self.folder.resolve().is_relative_to(lab_folder.resolve()):
            raise BadInput(
                "the head of the audit trail would lie inside the lab folder",
                advice="set head_folder in lab.toml to a folder outside it, best on "
                "another disk: a head that is rolled back with the lab proves nothing",
            )

    @property
    def newest(self) -> Path:
        """The file of the newest head."""
        return self.folder / "head.txt"

    def exists(self) -> bool:
        """Tell whether any head was signed here."""
        return bool(self._kept())

    def sign(self, state: Callable[[Head | None], tuple[int, str]]) -> Head:
        """Sign the state of the trail; one at a time, whoever asks.

        ``state`` is asked under the lock, with the newest head there is; it gives the
        number and the digest of the newest entry, or raises, and then nothing is
        written.  Raises :class:`~iwflab.errors.Tampered` where another head of the
        same size was signed before.
        """
        with _readable("kept"):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with locked(self.folder / ".lock"):
                sweep(self.folder)
                known = self.read() if self.exists() else None
                size, digest = state(known)
                key = self._private_key()
                head = Head(self.origin, size, digest)
                self._keep(self._numbered(size), signed(head, key))
                # A slower process does not put an older head over a newer one.
                newest = known if known and known.size > size else head
                text = signed(newest, key)
                if not _holds(self.newest, text):
                    write_whole(self.newest, text)
        return head

    def write(self, size: int, digest: str) -> Head:
        """Sign this entry as the newest, without a look at the trail."""
        return self.sign(lambda _known: (size, digest))

    def read(self, file: Path | None = None) -> Head:
        """Read a head, by default the newest, and check its signature.

        Raises :class:`~iwflab.errors.NotFound` where there is none or no key, and
        :class:`~iwflab.errors.Tampered` when text and signature do not agree.
        """
        with _readable("read"):
            if file is not None:
                return self._read(file)
            # After a crash between the two, the numbered one is the newer.
            heads = [self._read(kept) for kept in self._kept()]
        if not heads:
            raise _no_head(self.newest)
        return max(heads, key=lambda head: head.size)

    def _kept(self) -> list[Path]:
        """Give the file of the newest head, and the last of the numbered ones."""
        if not self.folder.is_dir():
            return []
        numbered = [
            (int(match[1]), file)
            for file in self.folder.iterdir()
            if (match := _NUMBERED.fullmatch(file.name))
        ]
        last = [max(numbered)[1]] if numbered else []
        return [*last, *([self.newest] if self.newest.exists() else [])]

    def _numbered(self, size: int) -> Path:
        return self.folder / f"head-{size:09}.txt"

    def _read(self, file: Path) -> Head:
        if not file.is_file():
            raise _no_head(file)
        with file.open("rb") as source:
            content = source.read(LONGEST + 1)
        head = checked(content, self.origin, self._public_key())
        match = _NUMBERED.fullmatch(file.name)
        if file.parent == self.folder and match and int(match[1]) != head.size:
            raise Tampered(
                f"{file.name} holds the head of another size",
                advice="the files of the head folder were renamed; compare with a copy",
            )
        return head

    def _keep(self, file: Path, text: bytes) -> None:
        if not file.exists():
            write_whole(file, text, once=True)
        if not _holds(file, text):
            raise Tampered(
                f"another head was signed as {file.name}: the trail is not the one "
                "that was vouched for",
                advice="stop, keep the head folder as it is, and run iwflab verify",
            )

    # -- keys --------------------------------------------------------------------
    def _private_key(self) -> Ed25519PrivateKey:
        """Give the key to sign with; made once, before the first head."""
        file = self.folder / "key"
        if not file.exists():
            if self.exists() or (self.folder / "key.pub").exists():
                raise _no_key(self.folder)
            raw = Ed25519PrivateKey.generate().private_bytes(
                Encoding.Raw, PrivateFormat.Raw, NoEncryption()
            )
            write_whole(file, raw, once=True)
            flush(self.folder.parent)
        key = Ed25519PrivateKey.from_private_bytes(_key_bytes(file))
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        beside = self.folder / "key.pub"
        if not beside.exists():
            write_whole(beside, public, once=True)
        if _key_bytes(beside) != public:
            raise _two_keys(self.folder)
        return key

    def _public_key(self) -> Ed25519PublicKey:
        """Give the key to check with; never made."""
        private, beside = self.folder / "key", self.folder / "key.pub"
        if not private.exists() and not beside.exists():
            raise _no_key(self.folder)
        if not private.exists():
            return Ed25519PublicKey.from_public_bytes(_key_bytes(beside))
        key = Ed25519PrivateKey.from_private_bytes(_key_bytes(private)).public_key()
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        if beside.exists() and _key_bytes(beside) != raw:
            raise _two_keys(self.folder)
        return key


def absolute(setting: str) -> Path:
    """Give the folder that a setting names; a relative one would wander."""
    try:
        place = Path(setting).expanduser()
    except RuntimeError:  # no such person
        place = Path(setting)
    if not place.is_absolute():
        raise BadInput(
            f"head_folder must be a whole path, not {setting!r}",
            advice="begin it with / or ~ : a relative one changes with the folder in "
            "which a program was started",
        )
    return place


def default_folder() -> Path:
    """Give the usual place of heads: the state folder of the operating-system user."""
    state = Path(os.environ.get("XDG_STATE_HOME") or "")
    if not state.is_absolute():  # the XDG specification says to ignore it then
        state = Path("~/.local/state").expanduser()
    return state / "iwflab" / "heads"


@contextmanager
def _readable(done: str) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise StoreError(
            f"the head could not be {done}: {fault.strerror or fault}",
            advice="check the head folder (head_folder in lab.toml): its disk, its "
            "owner, its space. What was written to the lab stands",
        ) from fault


def _holds(file: Path, text: bytes) -> bool:
    if not file.exists():
        return False
    with file.open("rb") as source:
        return source.read(LONGEST + 1) == text


def _key_bytes(file: Path) -> bytes:
    with file.open("rb") as source:
        raw = source.read(LONGEST)
    if len(raw) != 32:  # noqa: PLR2004 - the size of an Ed25519 key
        raise Tampered(
            f"{file.name} in the head folder is no key",
            advice="put the key back from a copy; a new one cannot check older heads",
        )
    return raw


def _no_head(file: Path) -> NotFound:
    return NotFound(
        f"no head at {file}",
        advice="the first sign-off or release writes one; or give --head FILE",
    )


def _no_key(folder: Path) -> NotFound:
    return NotFound(
        f"the key of the signed heads is missing in {folder}",
        advice="put it back from a copy. If it is lost for good, move this folder "
        "aside and keep it; the next sign-off begins a new one",
    )


def _two_keys(folder: Path) -> Tampered:
    return Tampered(
        f"key and key.pub in {folder} do not belong together",
        advice="put both back from a copy; heads that left the house name their key",
    )

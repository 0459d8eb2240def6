"""The signed head of the audit trail, kept outside the lab folder.

The text is a signed note in the form of C2SP ``tlog-checkpoint`` / ``signed-note``
(https://c2sp.org/signed-note): origin, size and root in three lines, then an Ed25519
signature line.  The root is the digest of the newest entry of the hash chain.
"""

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
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

from iwflab.errors import BadInput, NotFound, Tampered

_ED25519 = b"\x01"  # the algorithm byte of signed notes


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry that was vouched for: its number and its digest (hex)."""

    origin: str
    size: int
    digest: str


class HeadFolder:
    """Where the signing key and the heads of one lab lie: never inside the lab."""

    def __init__(self, lab_folder: Path, lab: str, setting: str) -> None:
        """Work out the folder; refuse one inside the lab it should vouch for."""
        place = Path(setting).expanduser() if setting else default_folder()
        self.folder = (place / lab).absolute()
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

    def write(self, size: int, digest: str) -> Head:
        """Sign the newest entry; keep the head, and every earlier one by its size."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        head = Head(self.origin, size, digest)
        text = _signed(head, self._key())
        for file in (self.folder / f"head-{size:09}.txt", self.newest):
            unfinished = file.with_suffix(".new")
            with unfinished.open("w", encoding="utf-8") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            unfinished.replace(file)
        return head

    def read(self, file: Path | None = None) -> Head:
        """Read a head and check its signature.

        Raises :class:`~iwflab.errors.NotFound` where there is none, and
        :class:`~iwflab.errors.Tampered` when text and signature do not agree.
        """
        file = file or self.newest
        if not file.exists():
            raise NotFound(
                f"no head at {file}",
                advice="the first sign-off or release writes one; or give --head FILE",
            )
        return _checked(file.read_text("utf-8"), self.origin, self._key().public_key())

    def _key(self) -> Ed25519PrivateKey:
        file = self.folder / "key"
        if not file.exists():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            raw = Ed25519PrivateKey.generate().private_bytes(
                Encoding.Raw, PrivateFormat.Raw, NoEncryption()
            )
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(file, flags, 0o600), "wb") as out:
                out.write(raw)
                out.flush()
                os.fsync(out.fileno())
        return Ed25519PrivateKey.from_private_bytes(file.read_bytes())


def default_folder() -> Path:
    """Give the usual place of heads: the state folder of the operating-system user."""
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / "iwflab" / "heads"


def _note(head: Head) -> str:
    root = base64.b64encode(bytes.fromhex(head.digest)).decode()
    return f"{head.origin}\n{head.size}\n{root}\n"


def _key_hash(origin: str, key: Ed25519PublicKey) -> bytes:
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + raw).digest()[:4]


def _signed(head: Head, key: Ed25519PrivateKey) -> str:
    note = _note(head)
    mark = _key_hash(head.origin, key.public_key()) + key.sign(note.encode())
    return f"{note}\n\N{EM DASH} {head.origin} {base64.b64encode(mark).decode()}\n"


def _checked(text: str, origin: str, key: Ed25519PublicKey) -> Head:
    try:
        note, line = text.split("\n\n", 1)
        found, size, root = note.split("\n")
        head = Head(found, int(size), base64.b64decode(root, validate=True).hex())
        mark = base64.b64decode(line.strip().split(" ")[2], validate=True)
        key.verify(mark[4:], (note + "\n").encode())
    except (ValueError, IndexError, InvalidSignature) as fault:
        raise Tampered(
            "the head's text and its signature do not agree",
            advice="compare with another copy of the head (the shift report, the QA "
            "officer's store)",
        ) from fault
    if head.origin != origin:
        raise Tampered(
            f"this head belongs to {head.origin}, not to {origin}",
            advice="give the head of this lab",
        )
    return head

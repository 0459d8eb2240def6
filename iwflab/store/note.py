"""The text of a signed head: a signed note.

The form is that of C2SP ``tlog-checkpoint`` / ``signed-note``
(https://c2sp.org/signed-note): origin, size and root in three lines, then an Ed25519
signature line.  The root is the digest of the newest entry of the hash chain.
"""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from iwflab.errors import Tampered

LONGEST = 4096  # bytes of a note; ours have fewer than 300
_ED25519 = b"\x01"  # the algorithm byte of signed notes
_MARK = 4  # bytes of the key's hash before the signature
_COMPARE = (
    "compare with another copy of the head (the shift report, the QA officer's store)"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry that was vouched for: its number and its digest (hex)."""

    origin: str
    size: int
    digest: str


def signed(head: Head, key: Ed25519PrivateKey) -> bytes:
    """Give the note of a head; the same head and key give the same bytes."""
    note = _text(head)
    mark = _key_hash(head.origin, key.public_key()) + key.sign(note.encode())
    line = f"\N{EM DASH} {head.origin} {base64.b64encode(mark).decode()}"
    return f"{note}\n{line}\n".encode()


def checked(content: bytes, origin: str, key: Ed25519PublicKey) -> Head:
    """Read a note and check its signature.

    Raises :class:`~iwflab.errors.Tampered` for anything but a note of this lab,
    signed with this key.
    """
    try:
        head, note, mark = _parts(content)
    except (ValueError, IndexError) as fault:
        raise Tampered("this is not the text of a head", advice=_COMPARE) from fault
    if head.origin != origin:
        raise Tampered(
            "this head belongs to another lab", advice="give the head of this lab"
        )
    if mark[:_MARK] != _key_hash(origin, key):
        raise Tampered(
            "this head was signed with another key than the one kept here",
            advice="find out which folder of heads is the right one (head_folder in "
            "lab.toml), and " + _COMPARE,
        )
    try:
        key.verify(mark[_MARK:], note)
    except InvalidSignature as fault:
        raise Tampered(
            "the head's text and its signature do not agree", advice=_COMPARE
        ) from fault
    return head


def _parts(content: bytes) -> tuple[Head, bytes, bytes]:
    """Take a note apart; ValueError or IndexError for anything but its exact form."""
    text = content[: LONGEST + 1].decode("utf-8")
    origin, size, root, rest = text.split("\n", 3)
    head = Head(origin, int(size), base64.b64decode(root, validate=True).hex())
    mark = base64.b64decode(rest.split("\n")[1].split(" ")[2], validate=True)
    line = f"\N{EM DASH} {origin} {base64.b64encode(mark).decode()}"
    if f"{_text(head)}\n{line}\n" != text or head.size < 1:
        raise ValueError
    return head, _text(head).encode(), mark


def _text(head: Head) -> str:
    root = base64.b64encode(bytes.fromhex(head.digest)).decode()
    return f"{head.origin}\n{head.size}\n{root}\n"


def _key_hash(origin: str, key: Ed25519PublicKey) -> bytes:
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + raw).digest()[:_MARK]

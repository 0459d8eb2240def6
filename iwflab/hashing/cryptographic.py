"""MD5, SHA-1 and SHA-256: the exact identity of some bytes.

MD5 and SHA-1 are broken against forgery and still what lists are exchanged in;
SHA-256 is what this lab itself relies on.
"""

import hashlib
import ssl
from collections.abc import Callable

from iwflab.domain.hashes import HashAlgorithm, HashValue


def _digest(name: str) -> Callable[[bytes | memoryview], HashValue]:
    def compute(data: bytes | memoryview) -> HashValue:
        value = hashlib.new(name, data, usedforsecurity=False).hexdigest()
        return HashValue(name, value, "hashlib", ssl.OPENSSL_VERSION)

    return compute


# The examples are the three bytes "abc": RFC 1321 A.5, RFC 3174 7.3, FIPS 180-2 B.1.
MD5 = HashAlgorithm(
    name="md5",
    of="bytes",
    bits=128,
    compute=_digest("md5"),
    example=("abc", "900150983cd24fb0d6963f7d28e17f72"),
)
SHA1 = HashAlgorithm(
    name="sha1",
    of="bytes",
    bits=160,
    compute=_digest("sha1"),
    example=("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
)
SHA256 = HashAlgorithm(
    name="sha256",
    of="bytes",
    bits=256,
    compute=_digest("sha256"),
    example=(
        "abc",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ),
)

"""Bytes are read once; what is no regular file is refused."""

# Raw names and calls are the point here, or sys.path as it stands.
# ruff: noqa: PTH110, PTH123

import hashlib
import os
import socket
import subprocess
import sys

import pytest

from iwflab.errors import Unreadable
from iwflab.media.reading import Found, read_once, safe_open, seal, walk

REWRITER = """
import sys
path = sys.argv[1]
print("ready", flush=True)
turn = 0
while True:
    turn = (turn + 1) % 251
    with open(path, "r+b") as file:
        file.write(bytes([turn]) * (200_000 + turn * 100))
        file.truncate()
"""


def test_digests_are_those_of_the_bytes(tmp_path):
    data = bytes(range(256)) * 9000
    path = tmp_path / "medium"
    path.write_bytes(data)
    with read_once(path) as sealed:
        assert sealed.bytes() == data
        assert sealed.digests.size == len(data)
        assert sealed.digests.md5 == hashlib.md5(data).hexdigest()
        assert sealed.digests.sha1 == hashlib.sha1(data).hexdigest()
        assert sealed.digests.sha256 == hashlib.sha256(data).hexdigest()


def test_an_empty_file_has_digests_too(tmp_path):
    path = tmp_path / "empty"
    path.touch()
    with read_once(path) as sealed:
        assert sealed.bytes() == b""
        assert sealed.digests.sha256 == hashlib.sha256().hexdigest()


def test_sealed_bytes_cannot_be_changed():
    with seal([b"abc"]) as sealed:
        for change in (
            lambda: os.pwrite(sealed.fd, b"x", 0),
            lambda: os.ftruncate(sealed.fd, 1),
            lambda: os.ftruncate(sealed.fd, 9),
        ):
            with pytest.raises(PermissionError):
                change()
        assert sealed.bytes() == b"abc"
    with pytest.raises(Unreadable, match="closed"):
        sealed.view()


def test_a_file_rewritten_meanwhile_never_gets_the_hash_of_other_bytes(tmp_path):
    path = tmp_path / "moving"
    path.write_bytes(b"x" * 200_000)
    child = subprocess.Popen(
        [sys.executable, "-c", REWRITER, str(path)], stdout=subprocess.PIPE
    )
    try:
        child.stdout.readline()
        seen = set()
        for _ in range(100):
            with read_once(path) as sealed:
                data = sealed.bytes()
                assert hashlib.sha256(data).hexdigest() == sealed.digests.sha256
                assert hashlib.md5(data).hexdigest() == sealed.digests.md5
                assert len(data) == sealed.digests.size
                seen.add(sealed.digests.sha256)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    assert len(seen) > 1, "nothing was rewritten, so nothing was proven"


def _refused_kinds(folder):
    os.mkfifo(folder / "pipe")
    (folder / "real").write_bytes(b"x")
    (folder / "link").symlink_to(folder / "real")
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "folder").mkdir()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.fsencode(folder / "socket"))
    listener.close()
    mine = [folder / name for name in ("pipe", "link", "loop", "folder", "socket")]
    kernel = ["/proc/self/status", "/proc/version", "/sys/kernel/mm/ksm/run"]
    return [*mine, *kernel, "/dev/zero", "/dev/null", folder / "absent", "a\0b"]


def test_what_is_no_regular_file_is_refused_with_advice(tmp_path):
    for path in _refused_kinds(tmp_path):
        if str(path).startswith("/sys") and not os.path.exists(path):
            continue
        with pytest.raises(Unreadable) as refusal:
            safe_open(path)
        assert refusal.value.advice, path


def test_what_is_over_the_limit_is_refused(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(b"x" * 2000)
    with pytest.raises(Unreadable, match="larger than 1,999"):
        read_once(path, limit=1999)
    read_once(path, limit=2000).close()


def test_a_walk_accounts_for_every_entry_in_order(tmp_path):
    (tmp_path / "b").mkdir()
    names = [
        b"a.jpg",
        b"b/\xff\xfe.png",
        b"b/c.gif",
        "b/\N{RIGHT-TO-LEFT OVERRIDE}z".encode(),
    ]
    for name in names:
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
            file.write(b"x")
    (tmp_path / "b" / "away").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    found = list(walk(tmp_path))
    root = os.fsencode(tmp_path) + b"/"
    refused = {item.path.removeprefix(root): item.refused for item in found}
    assert [item.path for item in found if not item.refused] == sorted(
        (root + name for name in names), key=lambda path: path.split(b"/")
    )
    assert refused[b"b/away"] == "a symbolic link"
    assert refused[b"pipe"] == "a named pipe"
    assert len(found) == len(names) + 2
    assert list(walk(tmp_path / "a.jpg")) == [Found(root + b"a.jpg")]
    assert next(walk(tmp_path / "absent")).refused == "no such file or directory"

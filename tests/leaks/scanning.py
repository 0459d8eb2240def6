"""Look for evidence in files: marks of known bytes, however they were written down.

Of each known byte string some windows are taken (near the start, in the middle, at the
end), and each is looked for raw, as base64 (all three alignments, both alphabets), as
hex, and as the text that Python and JSON make of bytes.
"""

import base64
import contextlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import numpy as np

WINDOW = 24  # bytes; long enough that no chance makes them
JPEG, SCAN = b"\xff\xd8\xff", b"\xff\xda"  # how it begins; where its content begins
DISTINCT = 10  # bytes of a window; a flat surface in a JPEG has three or so
HEAD = 64  # bytes that other files of a format may share
PIECE = 8 << 20


@dataclass(frozen=True)
class Hit:
    """Something of a medium in a file."""

    path: Path
    what: str
    form: str


def windows(data):
    """Nine windows, from where the content begins to the last bytes.

    What stands before it (names, tables of a format) is in other files, too.
    """
    begin = data.find(SCAN) + len(SCAN) + WINDOW if data.startswith(JPEG) else HEAD
    last = len(data) - WINDOW
    if last - begin < 4 * WINDOW:
        raise ValueError("too short to be told from anything else")
    return [
        _telling(data, begin + (last - begin) * part // 8, begin, last)
        for part in range(9)
    ]


def _telling(data, at, begin, last):
    """The window nearest to a place that is not a few bytes over and over.

    A flat part of a picture is written so, and so is much else.
    """
    for far in range(last - begin + 1):
        for start in {at + far, at - far}:
            window = data[start : start + WINDOW]
            if begin <= start <= last and len(set(window)) >= DISTINCT:
                return window
    raise ValueError("too plain to be told from anything else")


def forms(window):
    """Every way in which these bytes may stand in a file."""
    yield "raw", window
    yield "hex", window.hex().encode()
    yield "HEX", window.hex().upper().encode()
    text = repr(window)[2:-1].encode()
    yield "repr", text
    yield "repr in JSON", text.replace(b"\\", b"\\\\")
    for shift, spoilt in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(bytes(shift) + window)
        whole = (shift + WINDOW) * 8 // 6  # what the next byte cannot change
        kept = encoded[spoilt:whole]
        yield f"base64 +{shift}", kept
        yield f"base64url +{shift}", kept.replace(b"+", b"-").replace(b"/", b"_")


class Scan:
    """A search for many marks at once."""

    def __init__(self, known):
        """Take names and bytes: ``{"medium 1 original": b"..."}``."""
        self._needles = {}
        for name, data in known.items():
            for number, window in enumerate(windows(data)):
                for form, needle in forms(window):
                    self._needles[needle] = (f"{name}, window {number}", form)
        self._by_head = {}
        for needle in self._needles:
            self._by_head.setdefault(needle[:4], []).append(needle)
        self._pairs = np.zeros(1 << 16, dtype=bool)
        for head in self._by_head:
            self._pairs[head[0] << 8 | head[1]] = True
        heads = [int.from_bytes(head, "big") for head in self._by_head]
        self._likely = np.zeros(1 << 20, dtype=bool)
        self._likely[_mixed(np.array(heads, dtype=np.uint32))] = True
        self._overlap = max(map(len, self._needles))
        self.files = self.bytes = 0

    def in_bytes(self, data):
        """Give what is found in some bytes: name and form."""
        plain = np.frombuffer(data, dtype=np.uint8).astype(np.uint16)
        pairs = plain[:-1] << 8 | plain[1:]
        # Text has a third of the pairs: four bytes leave little for Python to look at.
        spots = np.flatnonzero(self._pairs[pairs[:-2]])
        words = pairs[spots].astype(np.uint32) << 16 | pairs[spots + 2]
        spots = spots[self._likely[_mixed(words)]]
        return {
            self._needles[needle]
            for at in spots.tolist()
            for needle in self._by_head.get(data[at : at + 4], ())
            if data.startswith(needle, at)
        }

    def in_file(self, path):
        found = set()
        with path.open("rb") as file:
            rest = b""
            while piece := file.read(PIECE):
                self.bytes += len(piece)
                found |= self.in_bytes(rest + piece)
                rest = (rest + piece)[-self._overlap :]
        self.files += 1
        return found

    def under(self, root, *, leave_out=(), since=None):
        """Search every regular file under a folder; links are not followed.

        With ``since`` (ns) only our user's files that were made or changed since:
        nobody sets that time of a file (ctime) back.  Those may also vanish meanwhile;
        and what lies in somebody's lab is where it belongs.
        """
        hits = []
        for folder, names, files in os.walk(root):
            names[:] = [n for n in names if Path(folder, n) not in leave_out]
            if since is not None and "lab.toml" in files:
                names.clear()
                continue
            for path in (Path(folder, name) for name in files):
                with contextlib.nullcontext() if since is None else VANISHED:
                    if _is_meant(path.lstat(), since):
                        hits += [Hit(path, *one) for one in self.in_file(path)]
        return hits


def _mixed(words):
    """Deal words of 32 bits out to 20 bits (Fibonacci hashing)."""
    return words * np.uint32(2_654_435_769) >> np.uint32(12)


VANISHED = contextlib.suppress(FileNotFoundError)


def _is_meant(found, since):
    ours = since is None or (found.st_ctime_ns >= since and found.st_uid == os.getuid())
    return stat.S_ISREG(found.st_mode) and ours

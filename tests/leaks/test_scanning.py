"""The scan itself finds what is there, in every form, wherever it lies."""

import base64
import json
import os
import random

import pytest

from tests.leaks.scanning import PIECE, Scan, windows
from tests.walk.serving import until

EVIDENCE = random.Random(7).randbytes(3000)
NOISE = random.Random(8).randbytes(50_000)


@pytest.mark.parametrize(
    "write",
    [
        lambda e: e,
        lambda e: NOISE + e + NOISE,
        lambda e: NOISE[: PIECE % 977] + e[1000:2200],  # a middle part alone
        lambda e: base64.b64encode(e),
        lambda e: base64.b64encode(b"x" + e),
        lambda e: base64.b64encode(b"xy" + e),
        lambda e: base64.urlsafe_b64encode(b"xy" + e),
        lambda e: e.hex().encode(),
        lambda e: e.hex().upper().encode(),
        lambda e: repr(e).encode(),
        lambda e: json.dumps({"text/plain": repr(e)}).encode(),
        # One window alone, where one piece that is read ends and the next begins.
        lambda e: (NOISE * (PIECE // len(NOISE) + 1))[: PIECE - 9] + windows(e)[3],
    ],
    ids=lambda w: None,
)
def test_evidence_is_found(tmp_path, write):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "file").write_bytes(write(EVIDENCE))

    assert Scan({"it": EVIDENCE}).under(tmp_path)


def test_what_is_not_there_is_not_found(tmp_path):
    (tmp_path / "noise").write_bytes(NOISE + base64.b64encode(NOISE))
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "evidence").write_bytes(EVIDENCE)
    (tmp_path / "empty").touch()
    (tmp_path / "link").symlink_to(tmp_path / "lab" / "evidence")
    scan = Scan({"it": EVIDENCE})

    assert scan.under(tmp_path, leave_out=[tmp_path / "lab"]) == []
    assert scan.files == 2


def test_a_flat_part_of_a_picture_is_no_mark(tmp_path):
    """What it is written as stands in files of all kinds: that alarm was false."""
    flat = b"=#\xd2" * 400
    data = EVIDENCE[:600] + flat + EVIDENCE[600:1200]
    (tmp_path / "other").write_bytes(base64.b64encode(flat))
    assert Scan({"it": data}).under(tmp_path) == []
    assert all(window in data for window in windows(data))
    (tmp_path / "it").write_bytes(data[-500:])
    assert {hit.path.name for hit in Scan({"it": data}).under(tmp_path)} == {"it"}


def test_since_a_time_only_what_was_made_or_changed_since_is_searched(tmp_path):
    (tmp_path / "old").write_bytes(EVIDENCE)
    since = (tmp_path / "old").stat().st_ctime_ns + 1
    scan = Scan({"it": EVIDENCE})
    assert scan.under(tmp_path, since=since) == []
    until(lambda: _made(tmp_path / "new").st_ctime_ns >= since, what="the next tick")
    os.utime(tmp_path / "new", (0, 0))  # the time of the content is set as one likes
    assert {hit.path.name for hit in scan.under(tmp_path, since=since)} == {"new"}


def _made(path):
    path.write_bytes(EVIDENCE)
    return path.stat()

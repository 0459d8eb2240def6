"""Hundreds of hostile files: no dead parent, no hang, every file accounted for."""

# Raw names and calls are the point here, or sys.path as it stands.
# ruff: noqa: PTH100

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from iwflab.domain.media import DecoderState
from iwflab.media.pool import DecodePool
from iwflab.media.reading import read_once
from tests import pictures
from tests.media import plain

TASK = "iwflab.workflow.examination:examine"
CAPS = ("million pixels", "a side is longer", "frames together", "more memory")


def hostile(folder, count):
    """Write the files; name -> bytes."""
    files = dict(pictures.mutants(count))
    files |= {f"bomb {name}": data for name, data in pictures.bombs().items()}
    files |= {f"polyglot {name}": data for name, data in pictures.polyglots().items()}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return files


def examine_all(folder, names):
    slowest = 0.0

    def one(name):
        nonlocal slowest
        began = time.monotonic()
        with read_once(folder / name) as sealed:
            examined = pool.examine(sealed)
        slowest = max(slowest, time.monotonic() - began)
        return examined

    with DecodePool(TASK, workers=2) as pool, ThreadPoolExecutor(2) as threads:
        results = dict(zip(names, threads.map(one, names), strict=True))
    return results, slowest


def decodable_by_plain_pillow(folder):
    path = os.pathsep.join(os.path.abspath(entry) for entry in sys.path)
    done = subprocess.run(
        [sys.executable, plain.__file__, str(folder)],
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def run(folder, count):
    files = hostile(folder, count)
    results, slowest = examine_all(folder, list(files))
    assert set(results) == set(files)
    assert slowest < 20
    stopped = {n: r.reason for n, r in results.items() if "was stopped" in r.reason}
    assert stopped == {}
    for name, examined in results.items():
        complete = examined.state is DecoderState.COMPLETE
        assert bool(examined.reason) != complete, (name, examined)
    ours = {name for name, examined in results.items() if examined.previews}
    theirs = decodable_by_plain_pillow(folder)
    capped = {n for n, r in results.items() if any(cap in r.reason for cap in CAPS)}
    return results, ours, theirs, capped


def test_five_hundred_hostile_files(tmp_path):
    """The walls change no result: what plain Pillow decodes, the worker decodes.

    The only exceptions are files over our caps, and each of those says so.
    """
    results, ours, theirs, capped = run(tmp_path, 480)
    assert len(results) == 500
    assert ours - theirs == set()
    assert theirs - ours <= capped, sorted(theirs - ours - capped)
    assert len(ours) > 100


@pytest.mark.soak
def test_twenty_thousand_hostile_files(tmp_path, request):
    if "soak" not in request.config.option.markexpr:
        pytest.skip("the long form: make soak, or -m soak")
    _, ours, theirs, capped = run(tmp_path, 20_000)
    assert ours - theirs == set()
    assert theirs - ours <= capped

"""Thousands of hostile files: no dead parent, no hang, every file accounted for."""

# Raw names and calls are the point here, or sys.path as it stands.
# ruff: noqa: PTH100

import importlib.metadata
import itertools
import json
import os
import subprocess
import sys
import tarfile
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


def drawn(count):
    """Mutants of drawn pictures, bombs and polyglots; name -> bytes."""
    files = dict(pictures.mutants(count))
    files |= {f"bomb {name}": data for name, data in pictures.bombs().items()}
    return files | {f"polyglot {n}": data for n, data in pictures.polyglots().items()}


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
        timeout=3600,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def run(folder, files):
    """Examine files; every one has a result, and it is the one of plain Pillow.

    The only exceptions are files over our caps, and each of those says so.
    """
    for name, data in files.items():
        (folder / name).write_bytes(data)
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
    assert ours - theirs == set()
    assert theirs - ours <= capped, sorted(theirs - ours - capped)
    for name in files:
        (folder / name).unlink()
    return len(files), len(ours), len(theirs - ours), slowest


def test_two_thousand_hostile_files(tmp_path):
    """The walls change no result: what plain Pillow decodes, the worker decodes."""
    count, decoded, _, _ = run(tmp_path, drawn(2_000))
    assert count > 2_000
    assert decoded > 500


def pillows_own(folder):
    """The test images of the Pillow that is installed, from its source distribution."""
    wanted = f"pillow=={importlib.metadata.version('pillow')}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    where = ["--no-binary", "pillow", "--dest", str(folder), wanted]
    subprocess.run([*command, *where], check=True, timeout=600)
    (archive,) = folder.glob("*.tar.gz")
    images = {}
    with tarfile.open(archive) as source:
        for member in source:  # streamed: nothing is extracted
            _, found, name = member.name.partition("/Tests/images/")
            if found and member.isfile():
                images[f"pillow {name.replace('/', ' ')}"] = source.extractfile(
                    member
                ).read()
    return images


def batches(files, size=5_000):
    waiting = {}
    for name, data in files:
        waiting[name] = data
        if len(waiting) == size:
            yield waiting
            waiting = {}
    yield waiting


@pytest.mark.soak
def test_fifty_thousand_hostile_files(tmp_path_factory, request, figure):
    """Pillow's own test images, mutants of them, mutants of ours, the large bombs."""
    if "soak" not in request.config.option.markexpr:
        pytest.skip("the long form: make soak, or -m soak")
    folder = tmp_path_factory.mktemp("hostile")
    own = pillows_own(tmp_path_factory.mktemp("pillow"))
    small = [(name, data) for name, data in own.items() if 0 < len(data) < 60_000]
    sources = itertools.chain(
        own.items(),
        ((f"large {n}", data) for n, data in pictures.large_bombs().items()),
        drawn(30_000).items(),
        pictures.mutants_of(small, 20_000, seed=20_241_122),
    )
    told = [run(folder, files) for files in batches(sources)]
    count, decoded, capped = (sum(row[i] for row in told) for i in range(3))
    slowest = max(row[3] for row in told)
    end = f"{capped} over a cap, worst {slowest:.1f} s, 0 dead parents, 0 hangs"
    figure("hostile media", f"{count} files, {decoded} decoded as plain Pillow, {end}")
    assert len(own) > 1_000
    assert count > 50_000

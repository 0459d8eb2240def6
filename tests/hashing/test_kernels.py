"""Kernels that were kept are taken only while all kernels are what they were."""

import shutil
from pathlib import Path

from iwflab.hashing.kernels import compiling, join

FOLDER = Path(compiling.__file__).parent


def test_the_stamp_changes_with_each_file_of_the_folder(tmp_path):
    copy = tmp_path / "kernels"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = compiling.stamp_of(copy)
    assert before == compiling.stamp_of(FOLDER)
    files = sorted(copy.glob("*.py"))
    assert {"join.py", "hits.py", "windows.py"} <= {file.name for file in files}
    for file in files:
        text = file.read_text()
        file.write_text(f"{text}\n")
        assert compiling.stamp_of(copy) != before, file.name
        file.write_text(text)
    assert compiling.stamp_of(copy) == before
    files[1].rename(copy / "renamed.py")
    assert compiling.stamp_of(copy) != before


def test_a_kernel_is_not_taken_from_the_cache_when_a_sibling_has_changed(monkeypatch):
    kept = compiling.KernelCache(join.settled.py_func)
    assert kept._cache_file._load_index()  # compiled on import, and kept
    monkeypatch.setattr(compiling, "_stamp", lambda: "another")
    now = compiling.KernelCache(join.settled.py_func)
    assert not now._cache_file._load_index()


def test_every_kernel_is_kept_with_the_stamp_of_all():
    stamp = compiling.stamp_of(FOLDER)
    assert join.settled._cache._cache_file._source_stamp == stamp
    assert not join.settled._can_compile


def test_where_nothing_can_be_kept_kernels_are_compiled_all_the_same(monkeypatch):
    def nowhere(function):
        raise RuntimeError("no locator available")

    monkeypatch.setattr(compiling, "KernelCache", nowhere)

    @compiling.kernel("i8(i8)")
    def twice(number):
        return 2 * number

    assert twice(21) == 42
    assert len(twice.signatures) == 1

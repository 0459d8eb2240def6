"""Files are hashed without a lab; trusted ones here first, and behind walls if not."""

import pytest

from iwflab.media import pool
from iwflab.workflow import examination
from iwflab.workflow.hashing import hash_files
from tests import pictures
from tests.media import tasks


@pytest.fixture
def drawn(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(pictures.png(number))
    return [str(tmp_path)]


@pytest.mark.parametrize("fault", [MemoryError(), LookupError("on purpose")])
def test_a_trusted_file_that_fails_here_goes_to_a_worker(drawn, monkeypatch, fault):
    walled = list(hash_files(drawn, workers=1))
    assert {record["state"] for record in walled} == {"complete"}
    seen = []
    examine = examination.examine

    def failing(view, *given, **more):
        seen.append(len(view))
        if len(seen) == 2:
            raise fault
        return examine(view, *given, **more)

    monkeypatch.setattr(examination, "examine", failing)
    assert list(hash_files(drawn, workers=1, trusted=True)) == walled
    assert len(seen) == 3


def test_what_a_worker_says_is_checked(drawn, monkeypatch):
    answer = tasks.examine(b"misfit")
    monkeypatch.setattr(pool.Process, "examine", lambda *given, **more: answer)
    for record in hash_files(drawn, workers=1):
        assert [one["value"] for one in record["hashes"]] == ["ab" * 32]
        assert {one["algorithm"] for one in record["hashes"]} == {"pdq"}


def test_a_lab_opens_its_pool_with_that_check(new_lab):
    lab = new_lab()
    answer = tasks.examine(b"misfit")
    assert len(lab._bench.pool._check(answer).hashes) == 1

"""Whatever a medium does to its worker, it gets a result, and no other one changes."""

import os
import random
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from iwflab.domain.hashes import FrameHash
from iwflab.domain.media import DecoderState
from iwflab.errors import WallMissing
from iwflab.media.pool import DecodePool
from iwflab.media.process import Process
from iwflab.media.reading import seal
from iwflab.workflow import EXAMINE, comparable
from tests import pictures
from tests.media.tasks import VIDEO

TASK = "tests.media.tasks:examine"


@pytest.fixture(scope="module")
def pool():
    with DecodePool(TASK, deadline=1.0) as opened:
        yield opened


def ask(pool, order):
    with seal([order.encode()]) as sealed:
        return pool.examine(sealed)


@pytest.mark.parametrize(
    ("order", "state", "words"),
    [
        ("die", "refused", "exit 3"),
        ("abort", "refused", "was stopped"),
        ("hang", "refused", "longer than 1"),
        ("eat", "refused", "more memory"),
        ("fail", "damaged", "LookupError: on purpose"),
        ("deep", "refused", "nested too deeply"),
        ("page", "refused", "no JPEG"),
        ("negative", "refused", "out of bounds"),
        ("odd", "damaged", "not JSON serializable"),
        ("long", "refused", "hashes of its frames"),
        ("short", "refused", "malformed"),
        ("better", "refused", "out of bounds"),
        ("early", "refused", "out of bounds"),
        ("garbage", "refused", "header of its answer"),
        ("huge", "refused", "header of its answer"),
    ],
)
def test_a_misbehaving_worker_costs_its_own_medium_only(pool, order, state, words):
    before = ask(pool, "before")
    examined = ask(pool, order)
    assert (str(examined.state), words in examined.reason) == (state, True), examined
    assert ask(pool, "after").reason == "after"
    assert before.state is DecoderState.COMPLETE


def test_hashes_of_four_hours_of_frames_come_through(pool):
    found = ask(pool, "frames").frame_hashes
    assert len(found.frames) == 14_400
    assert set(found.frames) == {FrameHash(7, 9, 100, "ab" * 32)}


def test_only_hashes_that_can_be_compared_are_taken_over():
    with DecodePool(TASK, workers=1, check=comparable) as pool, pool.fresh() as fresh:
        for opened in (pool, fresh):
            found = ask(opened, "misfit")
            assert [one.variant for one in found.hashes] == [""]
            assert set(found.metadata["hashes_missing"]) == {"pdq", "sha256"}


def test_a_video_may_take_longer_and_is_killed_all_the_same():
    with DecodePool(TASK, workers=1, deadline=0.5, video_deadline=1.0) as pool:
        assert "longer than 0.5" in ask(pool, "hang").reason
        stuck = ask(pool, f"{VIDEO}hang")
        assert "longer than 1.5" in stuck.reason
        assert stuck.stopped
        assert ask(pool, "after").reason == "after"


def test_texts_are_cleaned_again_in_the_parent(pool):
    examined = ask(pool, "dirty")
    assert examined.reason == "a\N{REPLACEMENT CHARACTER}b"
    assert examined.metadata == {"k": "\N{REPLACEMENT CHARACTER}[31m"}


def test_a_worker_killed_from_outside_costs_no_medium_at_all():
    with DecodePool(TASK, workers=1) as pool:
        assert ask(pool, "one").frames == 1
        process = pool._slots.get()
        os.kill(process._child.pid, signal.SIGKILL)
        pool._slots.put(process)
        assert ask(pool, "two").reason == "two"


def test_a_stem_killed_from_outside_is_replaced_and_its_workers_end():
    with DecodePool(TASK, workers=1, recycle=1) as pool:
        assert ask(pool, "one").reason == "one"
        stem = pool._stems.get()
        worker, channel = stem.fork(1 << 30)
        stem._child.kill()
        stem._child.wait()
        assert ask(pool, "two").reason == "two"
        assert pool._stems.get() is not stem
        assert worker.poll() == -signal.SIGKILL
        channel.close()


def test_every_medium_of_a_fresh_pool_has_a_worker_of_its_own():
    with DecodePool(TASK, workers=1) as pool, pool.fresh() as fresh:
        seen = []
        start = fresh._start

        def started():
            process = start()
            seen.append(process._child.pid)
            return process

        fresh._start = started
        for order in ("one", "two", "three"):
            assert ask(fresh, order).frames == 1
        assert len(set(seen)) == 3
        assert ask(pool, "four").frames == 1


def test_a_stem_says_how_each_worker_ended():
    with DecodePool(TASK, workers=1) as pool:
        stem = pool._stems.get()
        worker, channel = stem.fork(1 << 30)
        assert worker.poll() is None
        channel.close()
        assert worker.wait(5) == 0
        assert worker.poll() == 0
        other, channel = stem.fork(1 << 30)
        other.kill()
        channel.close()
        assert other.wait(5) == -signal.SIGKILL
        other.kill()


def test_workers_that_die_at_random_moments_change_no_result(monkeypatch):
    """The whole set, undisturbed and under fire: the same to the last preview."""
    files = [data for _, data in pictures.mutants(70)]

    def examine_all():
        def one(data):
            with seal([data]) as sealed:
                return pool.examine(sealed)

        with DecodePool(EXAMINE, workers=2) as pool, ThreadPoolExecutor(2) as threads:
            return list(threads.map(one, files))

    undisturbed = examine_all()
    chance, examine, killed = random.Random(7), Process.examine, []

    def kill(child):
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
            killed.append(child.pid)

    def under_fire(self, *given, **more):
        # One that has served nothing yet would be blamed for its first medium.
        if self.served and chance.random() < 0.4:
            timers.append(threading.Timer(chance.random() * 0.02, kill, [self._child]))
            timers[-1].start()
        return examine(self, *given, **more)

    timers = []
    monkeypatch.setattr(Process, "examine", under_fire)
    disturbed = examine_all()
    for timer in timers:
        timer.join()

    assert len(set(killed)) > 5
    assert disturbed == undisturbed


def test_several_threads_share_a_pool_and_each_gets_its_own_answer():
    orders = [f"m{number}" if number % 9 else "die" for number in range(60)]
    with DecodePool(TASK, workers=2) as pool, ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda order: ask(pool, order), orders))
    for order, answer in zip(orders, answers, strict=True):
        lost = answer.state is DecoderState.REFUSED
        assert (answer.reason == order) != lost
        assert lost == (order == "die")


def test_a_worker_outlives_the_thread_that_asked_for_it():
    """Its death is bound to ours, not to that of a thread."""
    with DecodePool(TASK, workers=1) as pool:
        thread = threading.Thread(target=ask, args=(pool, "one"))
        thread.start()
        thread.join()
        assert ask(pool, "two").frames == 2


def test_workers_are_recycled_and_fresh_ones_see_one_medium():
    with DecodePool(TASK, workers=1, recycle=3) as pool:
        assert [ask(pool, "x").frames for _ in range(7)] == [1, 2, 3, 1, 2, 3, 1]
        with pool.fresh() as fresh:
            assert [ask(fresh, "x").frames for _ in range(3)] == [1, 1, 1]


def test_a_closed_pool_and_an_absent_task_say_so():
    pool = DecodePool(TASK)
    pool.close()
    with pytest.raises(WallMissing, match="closed"):
        ask(pool, "x")
    with (
        DecodePool("tests.media.nowhere:examine") as absent,
        pytest.raises(WallMissing, match="nowhere"),
    ):
        ask(absent, "x")

"""What goes wrong between a pool and its stem ends in an error with advice, or in none.

No answer is taken for that to another question, and no process is left behind.
"""

import contextlib
import os
import select
import signal
import socket
import subprocess

import pytest

from iwflab.errors import WallMissing
from iwflab.media import sandbox, stem, wire
from iwflab.media.pool import DecodePool
from iwflab.media.process import Process
from iwflab.media.reading import seal
from iwflab.media.stem import Stem, StemGone

TASK = "tests.media.tasks:examine"
MEMORY = 1 << 30


def ask(pool, order):
    with seal([order.encode()]) as sealed:
        return pool.examine(sealed)


@pytest.fixture
def started():
    one = Stem.start(TASK)
    yield one
    one.close()


def interrupted_once(monkeypatch, *, before):
    """Stop the next reading of an answer: before a byte of it, or within it."""
    read = wire.read
    left = [KeyboardInterrupt]

    def reading(channel, deadline=None):
        if left:
            if not before:
                channel.recv(3)
            raise left.pop()
        return read(channel, deadline)

    monkeypatch.setattr(stem.wire, "read", reading)


@contextlib.contextmanager
def watched(pid):
    """Watch a process; give what says whether it has ended, at most 5 s later."""
    handle = os.pidfd_open(pid)
    try:
        yield lambda: bool(select.select([handle], [], [], 5)[0])
    finally:
        os.close(handle)


@pytest.mark.parametrize("before", [True, False])
def test_a_stem_that_was_interrupted_answers_nothing_more(started, monkeypatch, before):
    worker, channel = started.fork(MEMORY)
    with channel, watched(worker.pid) as is_over:
        wire.read(channel)  # it has locked itself down
        interrupted_once(monkeypatch, before=before)
        with pytest.raises(KeyboardInterrupt):
            worker.poll()
        with pytest.raises(StemGone):
            started.ask({"wait": [worker.pid, 0]})
        assert worker.poll() == -signal.SIGKILL
        started._child.wait(5)  # killed, or ended by itself when it heard no more
        assert is_over()


def test_an_answer_that_came_too_late_is_no_answer_to_the_next_question(
    started, monkeypatch
):
    worker, channel = started.fork(MEMORY)
    with channel:
        monkeypatch.setattr(stem, "_ANSWER", 0.05)
        started._child.send_signal(signal.SIGSTOP)
        with pytest.raises(StemGone):
            started.ask({"wait": [worker.pid, 0]})
        with contextlib.suppress(ProcessLookupError):
            os.kill(started._child.pid, signal.SIGCONT)
        monkeypatch.undo()
        with pytest.raises(StemGone):
            started.ask({"wait": [worker.pid, 0]})


def test_after_an_interrupt_a_pool_goes_on_with_another_stem(monkeypatch):
    with DecodePool(TASK, workers=1, recycle=1) as pool:
        assert ask(pool, "one").reason == "one"
        first = pool._stems.get()
        interrupted_once(monkeypatch, before=True)
        with pytest.raises(KeyboardInterrupt):
            ask(pool, "two")
        monkeypatch.undo()
        assert ask(pool, "three").reason == "three"
        assert pool._stems.get() is not first
        assert first._child.returncode is not None


def test_a_medium_is_not_blamed_for_the_end_of_the_stem(monkeypatch):
    """Its worker had seen nothing else, and died because all workers did."""
    examine, left = Process.examine, [1]

    def without_a_stem(self, *given, **more):
        if left:
            left.pop()
            with watched(self._child.pid) as is_over:
                self._child.stem._stop()
                assert is_over()
        return examine(self, *given, **more)

    monkeypatch.setattr(Process, "examine", without_a_stem)
    with DecodePool(TASK, workers=1) as pool:
        assert ask(pool, "one").reason == "one"
    left.extend([1] * 100)
    with DecodePool(TASK, workers=1) as pool:
        assert ask(pool, "two").stopped  # it is not tried for ever
    assert 90 < len(left) < 99


def test_where_no_process_is_given_the_stem_says_so_and_goes_on():
    with DecodePool("tests.media.unforkable:examine", workers=1) as pool:
        for number in (11, 12):
            with pytest.raises(WallMissing, match=os.strerror(number)) as said:
                ask(pool, "one")
            assert "free memory" in said.value.advice
        first = pool._stems.get()
        assert ask(pool, "two").reason == "two"
        assert pool._stems.get() is first


def test_a_stem_that_dies_twice_is_told_with_advice(monkeypatch):
    def gone(self, memory):
        raise StemGone("on purpose")

    monkeypatch.setattr(Stem, "fork", gone)
    with DecodePool(TASK, workers=1) as pool:
        with pytest.raises(WallMissing, match="on purpose") as said:
            ask(pool, "one")
        assert said.value.advice
        monkeypatch.undo()
        assert ask(pool, "two").reason == "two"


def test_no_descriptor_left_is_told_with_advice(monkeypatch):
    def full(*given):
        raise OSError(24, os.strerror(24))

    monkeypatch.setattr(stem.socket, "socketpair", full)
    with (
        DecodePool(TASK, workers=1) as pool,
        pytest.raises(WallMissing, match=os.strerror(24)),
    ):
        ask(pool, "one")


@pytest.mark.parametrize("kind", ["not there", "not for us to run", "no program"])
def test_a_python_that_cannot_be_executed_is_named(monkeypatch, tmp_path, kind):
    """It is not memory that is wanting."""
    python = tmp_path / "python"
    if kind != "not there":
        python.write_bytes(b"\x7fno program")
        python.chmod(0o600 if kind == "not for us to run" else 0o700)
    monkeypatch.setattr(stem.sys, "executable", str(python))
    with (
        DecodePool(TASK, workers=1) as pool,
        pytest.raises(WallMissing, match=r"python cannot be executed \(") as said,
    ):
        ask(pool, "one")
    assert str(python) in said.value.message
    assert said.value.advice.startswith("install iwflab where")


@pytest.mark.parametrize(("number", "advice"), [(11, "free memory"), (24, "close")])
def test_a_stem_for_which_there_is_no_room_says_what_to_do(monkeypatch, number, advice):
    def full(*given, **more):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(stem.subprocess, "Popen", full)
    with (
        DecodePool(TASK, workers=1) as pool,
        pytest.raises(WallMissing, match=os.strerror(number)) as said,
    ):
        ask(pool, "one")
    assert said.value.advice.startswith(advice)


def test_a_worker_that_does_not_end_although_killed_is_given_up():
    class Stuck:
        pid = 1

        def wait(self, timeout=10.0):
            raise subprocess.TimeoutExpired("1", timeout)

        def kill(self):
            pass

    ours, theirs = socket.socketpair()
    with theirs:
        assert Process(Stuck(), ours).kill() == -signal.SIGKILL


def test_what_is_dead_never_goes_back_to_its_slot(monkeypatch):
    kill = Process.kill

    def killed(self):
        kill(self)
        raise KeyboardInterrupt

    with DecodePool(TASK, workers=1) as pool:
        monkeypatch.setattr(Process, "kill", killed)
        with pytest.raises(KeyboardInterrupt):
            ask(pool, "die")
        monkeypatch.undo()
        slot = pool._slots.get()
        pool._slots.put(None)
        assert slot is None
        assert ask(pool, "two").reason == "two"


def test_a_stem_of_two_threads_is_a_missing_wall():
    """Its copies have one each, and would not know."""
    task = "tests.media.threaded:examine"
    told = {layer.name: layer for layer in sandbox.layers(task)}
    assert not told["single thread"].active
    assert "2 threads" in told["single thread"].why
    assert told["system call list"].active
    with (
        DecodePool(task, workers=1, strict=True) as pool,
        pytest.raises(WallMissing, match="single thread"),
    ):
        ask(pool, "one")
    with DecodePool(TASK, workers=1, strict=True) as pool:
        assert ask(pool, "one").reason == "one"

"""Larger previews and clips in the making: what is done is not in the way."""

import threading

import pytest

from iwflab.errors import DecodeError, NotAllowed
from iwflab_widgets.server import renditions
from iwflab_widgets.server.renditions import WAITING_MOST, Renditions


class Seat:
    """A lab that makes whatever is asked for once it may; ``bad`` cannot be made."""

    def __init__(self):
        self.goes = threading.Event()

    def enlarge(self, medium, _variant):
        self.goes.wait(20)
        if medium.startswith("bad"):
            raise DecodeError("it cannot be made", advice="go on")


@pytest.fixture
def making():
    made = Renditions()
    yield made
    made.close()


def finish(making, seat):
    """Wait until all that was asked for so far is made: a thread a kind, in turn."""
    seat.goes.set()
    for pool in making._pools.values():
        pool.submit(int).result(20)
    seat.goes.clear()


def test_what_was_made_makes_room_though_nobody_asks_for_it_again(making):
    seat = Seat()
    for number in range(2 * WAITING_MOST + 1):
        making.ask(seat, f"m{number}", "large")
        finish(making, seat)
    assert len(making._making) <= 1


def test_too_many_at_once_are_refused_until_they_are_made(making):
    seat = Seat()
    for number in range(WAITING_MOST):
        assert making.ask(seat, f"m{number}", "clip") == {"state": "running"}
    with pytest.raises(NotAllowed, match="too many"):
        making.ask(seat, "more", "clip")
    assert making.ask(seat, "m0", "clip") == {"state": "running"}  # on its way
    finish(making, seat)
    assert making.ask(seat, "more", "clip")["state"] in {"running", "done"}


def test_a_failure_is_told_once_though_others_asked_meanwhile(making, monkeypatch):
    monkeypatch.setattr(renditions, "FAILED_MOST", 3)
    seat = Seat()
    making.ask(seat, "bad", "clip")
    finish(making, seat)
    making.ask(seat, "other", "clip")
    finish(making, seat)
    assert making.ask(seat, "bad", "clip")["state"] == "failed"
    for number in range(6):  # nobody comes back for these
        making.ask(seat, f"bad{number}", "clip")
        finish(making, seat)
    making.ask(seat, "other", "clip")
    assert len(making._making) <= 4


def test_a_larger_preview_does_not_wait_for_a_long_clip(making):
    slow, quick = Seat(), Seat()
    quick.goes.set()
    making.ask(slow, "long", "clip")
    told = making.ask(quick, "m1", "large")
    making._pools["large"].submit(int).result(20)  # the clip is still being made
    if told["state"] == "running":
        told = making.ask(quick, "m1", "large")
    assert told == {"state": "done"}
    assert making.ask(slow, "long", "clip") == {"state": "running"}
    slow.goes.set()


def test_clips_in_memory_end_by_bytes_and_by_time(monkeypatch):
    monkeypatch.setattr(renditions, "CLIP_BYTES", 100)
    now = [0.0]
    playing = Renditions(lambda: now[0])
    playing.keep("one", b"1" * 60)
    playing.keep("two", b"2" * 60)
    assert playing.clip("one") is None
    now[0] = renditions.CLIP_SECONDS - 1
    assert playing.clip("two") == b"2" * 60  # it is being played: it stays
    now[0] = renditions.CLIP_SECONDS + 1
    playing.let_go()
    assert playing.clip("two") is not None
    now[0] += renditions.CLIP_SECONDS
    playing.let_go()
    assert playing._clips == {}
    playing.close()


def test_clips_are_let_go_of_though_nobody_asks(monkeypatch):
    monkeypatch.setattr(renditions, "CLIP_SECONDS", 0.01)
    playing = Renditions()
    playing.keep("one", b"1")
    while timer := playing._timer:
        timer.join(20)
    assert playing._clips == {}
    playing.close()

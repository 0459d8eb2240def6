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
    """Wait until all that was asked for so far is made: one thread, in turn."""
    seat.goes.set()
    making._pool.submit(int).result(20)
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

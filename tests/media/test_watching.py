"""A clip is watched to its end; what goes wrong there costs no hash of record."""

import numpy as np
import pytest

from iwflab.media.clips import MEMORY, Hashing, Moment, watch

COUNT = 15  # frames at ten a second


def hashed(plane, *, limited=False):
    """Hash so that frames drift apart, without a cut: three bits a frame."""
    del limited
    return f"{(1 << 3 * (int(plane.flat[0]) // 10)) - 1:064x}", 100


def moments(fault):
    """Give frames that become brighter; the last has its fault when it is converted."""
    for number in range(COUNT):
        plane = np.full((64, 64), 10 * number, np.uint8)

        def rgb(plane=plane, number=number):
            if number == COUNT - 1 and fault:
                raise fault
            return np.dstack([plane] * 3)

        yield Moment(number, number * 100_000, lambda plane=plane: (plane, False), rgb)


@pytest.mark.parametrize(
    ("fault", "words"),
    [(MemoryError(), MEMORY), (ValueError("on purpose"), "ValueError: on purpose")],
)
def test_a_last_frame_that_cannot_be_converted_costs_its_tile_only(fault, words):
    hashing = Hashing(rgb=hashed, luma=hashed)
    whole = watch(moments(None), lambda: 10.0, hashing)
    assert [tile.number for tile in whole.tiles] == [0, COUNT - 1]
    assert not whole.stopped

    seen = watch(moments(fault), lambda: 10.0, hashing)

    assert [one.frame for one in seen.records] == [0, 10]
    assert seen.records == whole.records
    assert [tile.number for tile in seen.tiles] == [0]
    assert (seen.shots, seen.last_us) == (whole.shots, whole.last_us)
    assert seen.stopped.startswith(f"frame {COUNT - 1} ")
    assert words in seen.stopped

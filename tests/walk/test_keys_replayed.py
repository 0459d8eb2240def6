"""Hours of key presses, replayed at speed: nothing stalls, nothing is lost."""

import random
import re
from pathlib import Path

import pytest
from given import CUSTODY
from serving import Person, Served

from iwflab.demo.drawing import encoded, picture
from iwflab.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("warm")]
SIZE = (96, 72)
BURST = 40  # presses; then the desk has to have caught up
LONGEST_GAP = 1000  # milliseconds between two frames of the page
GROWTH = 1.2
SHORT, SHIFT = 400, 12_000  # presses; a shift of four hours, one in 1.2 seconds
# What a hand does in a shift, and how often: whole gestures, so that what opens closes.
GESTURES = (
    (30, ("1",)),
    (18, ("2",)),
    (8, ("3",)),
    (14, ("ArrowDown",)),
    (6, ("ArrowUp",)),
    (4, ("Backspace",)),
    (22, ("Enter",)),
    (6, (" ", "s")),
    (3, ("g", "s")),
    (2, ("l", "s")),
    (2, ("b",)),
    (2, ("a", "s")),
    (4, ("+", "Shift+ArrowRight", "-", "0")),
    (2, ("F4",)),
    (5, ("ArrowRight", "ArrowLeft")),
    (3, ("z",)),
    (3, ("c", "1", "x")),
    (2, ("m",)),
    (2, ("v", "v")),
    (1, ("d",)),
    (1, ("n", "q", "u", "a", "y", "Escape")),
    (2, ("k", "u", "n", "Escape")),
    (1, ("/", "m", "Escape")),
    (1, ("F2", "ArrowDown", "F2")),
    (1, ("F9", "F9")),
    (1, ("?", "?")),
    (1, ("h", "h")),
    (2, ("Escape", "Escape")),
)
WATCH = """() => {
  window.longestGap = 0;
  let last = performance.now();
  const frame = now => {
    window.longestGap = Math.max(window.longestGap, now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""


@pytest.fixture(params=[SHORT, pytest.param(SHIFT, marks=pytest.mark.soak)])
def shift(request, tmp_path, browser):
    """A grader at the desk, and a number of presses."""
    presses = request.param
    media = tmp_path / "media"
    media.mkdir()
    for n in range(max(40, presses // 8)):
        (media / f"m{n:04}.png").write_bytes(encoded(picture(n).resize(SIZE), "PNG"))
    with Lab.create(tmp_path / "lab", head_folder=str(tmp_path / "heads")) as lab:
        lab.intake([media], **CUSTODY)
    served = Served(tmp_path / "lab").accounts().start()
    yield served, Person(browser, served, "ann").log_in().grading(), presses
    served.stop()


def _heap(ann):
    page = ann.page.context.new_cdp_session(ann.page)
    page.send("HeapProfiler.collectGarbage")
    used = page.send("Runtime.getHeapUsage")["usedSize"]
    page.detach()
    return used


def _kernels(served):
    return sum(
        int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])
        for pid in served.kernels()
    )


def test_hours_of_presses_neither_stall_nor_lose(shift):
    served, ann, presses = shift
    rng = random.Random(20261123)
    weights = [weight for weight, _ in GESTURES]
    ann.page.evaluate(WATCH)
    first, done = None, 0
    while done < presses:
        burst = 0
        while burst < BURST:
            ((_, gesture),) = rng.choices(GESTURES, weights)
            ann.press(*gesture)
            burst += len(gesture)
        done += burst
        ann.until(lambda s: s.saved == s.pressed)
        ann.until(lambda s: s.end or s.medium)
        if first is None and done >= presses // 4:
            first = _heap(ann), _kernels(served)
    state = ann.until(lambda s: s.saved == s.pressed)
    assert state["saved"] > presses // 40, state  # it was work, not a locked page
    if presses > SHORT:  # the short form runs beside other tests
        assert ann.page.evaluate("window.longestGap") < LONGEST_GAP
    last = _heap(ann), _kernels(served)
    assert [end / start < GROWTH for start, end in zip(first, last, strict=True)] == [
        True,
        True,
    ], (first, last)
    assert ann.faults == []
    with Lab.open(served.folder) as lab:
        assert lab.verify() == []
        acts = lab.trail()["verb"].value_counts()
        assert acts["grade"] == state["saved"]

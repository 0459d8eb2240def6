"""The kernel is busy for three seconds: does the desk go on?

The kernel is stopped as a whole (SIGSTOP), which is what a long computation looks like
from outside.  24 keys come at 8 a second; painted and saved are counted at the end of
the burst, before the kernel goes on.
"""

import contextlib
import os
import signal
import time

from measuring import row
from serving import chromium, until
from viewing import ours, plain

KEYS, GAP, GRACE = 24, 0.125, 0.3  # seconds
OTHER = "ipywidgets.Image and buttons in stock Voila, the same pictures"


def rows():
    with chromium() as browser, ours(browser) as desk, plain(browser) as other:
        turned, saved = [], []
        for viewer in (desk, other):
            viewer.page.bring_to_front()
            turned.append(burst(viewer, viewer.turn, viewer.seen))
            saved.append(burst(viewer, lambda v=viewer: decide(v), viewer.saved))
    told = {"other_name": OTHER, "unit": f"of {KEYS}", "goal": f"ours >= {KEYS}"}
    return [
        row("busy kernel: pages turned and painted", *turned, **told),
        row("busy kernel: decisions saved", *saved, **told),
    ]


def decide(viewer):
    viewer.answer()
    viewer.save()


def burst(viewer, act, count):
    """Press at a steady pace while the kernel stands still; count what came of it."""
    before = count()
    with standing_still(viewer.kernels()):
        start = time.monotonic()
        for number in range(KEYS):
            viewer.page.wait_for_timeout(
                max(0, start + number * GAP - time.monotonic()) * 1000
            )
            act()
        viewer.page.wait_for_timeout(GRACE * 1000)
        done = count() - before
    settle(viewer)
    return done


@contextlib.contextmanager
def standing_still(kernels):
    if not kernels:
        raise LookupError("no kernel was found: nothing would be busy")
    for kernel in kernels:
        os.kill(kernel, signal.SIGSTOP)
    try:
        yield
    finally:
        for kernel in kernels:
            os.kill(kernel, signal.SIGCONT)


def settle(viewer):
    """Wait until what was queued for the kernel is worked off."""
    known = []

    def quiet():
        known.append((viewer.painted(), viewer.saved()))
        viewer.page.wait_for_timeout(500)
        return len(known) > 2 and known[-1] == known[-2] == known[-3]

    until(quiet, 30, "the end of what was queued")

"""Rows, quantiles and clocks; nothing here knows what is measured."""

import atexit
import statistics
import tempfile
import time
from functools import cache
from pathlib import Path

BUILD = Path(__file__).parents[1] / "build"
TESTS = {"<=": float.__le__, ">=": float.__ge__}


def row(name, ours, other, *, other_name, unit, goal=None):
    """Make one row; a goal is a text like ``ratio <= 0.5`` or ``ours >= 24``."""
    ratio = ours / other if other else None
    holds = True
    if goal:
        what, sign, limit = goal.split()
        value = {"ours": ours, "ratio": ratio}[what]
        holds = value is not None and TESTS[sign](float(value), float(limit))
    told = {"name": name, "ours": ours, "other": other, "other_name": other_name}
    return {**told, "unit": unit, "ratio": ratio, "goal": goal, "holds": holds}


def p50(values):
    return statistics.median(values)


def p95(values):
    """Give the value that 95 of 100 do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]


def timed(call, *args):
    """Run a call; give its milliseconds."""
    start = time.perf_counter()
    call(*args)
    return (time.perf_counter() - start) * 1000


def interleaved(count, *calls):
    """Time each call in turn, over and over; give a list of milliseconds for each."""
    found = [[] for _ in calls]
    for _ in range(count):
        for times, call in zip(found, calls, strict=True):
            times.append(timed(call))
    return found


@cache
def workshop():
    """Give a folder for this run, on the disk of the checkout, not in memory."""
    BUILD.mkdir(exist_ok=True)
    folder = tempfile.TemporaryDirectory(prefix="bench-", dir=BUILD)
    atexit.register(folder.cleanup)
    return Path(folder.name)

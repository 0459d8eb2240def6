"""What eight orientations, exemplars and distances add to stacks of stored hashes."""

import time

import numpy as np
from bench_stacks import LIMITS, RADIUS, hashes
from measuring import row
from searching import drawn

from iwflab.hashing.search import stacks_within
from iwflab.hashing.stacking import gathered, labelled

WAYS = 8


def rows():
    of_size(500, "ms", 1e3)  # compiled and loaded
    return [of_size(size, *LIMITS[size][:2]) for size in LIMITS]


def of_size(size, unit, scale):
    stored = hashes(size)
    turned = [drawn(size, seed=size + way) for way in range(1, WAYS)]
    words = np.stack(
        [np.concatenate(parts) for parts in zip(stored, *turned, strict=True)], axis=1
    )
    order, leads = np.arange(size), np.ones(size, np.int64)

    def whole():
        gathered(labelled(words, size, RADIUS), words, RADIUS, order, leads)

    return row(
        f"stacks of {size:,} media in 8 orientations, with exemplars and distances",
        fastest(whole) * scale,
        fastest(lambda: stacks_within(stored, RADIUS)) * scale,
        other_name="stacks of the stored hashes alone",
        unit=unit,
    )


def fastest(call):
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best

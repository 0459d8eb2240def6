"""Perception's deduplication of hashes: on {"hashes": .npy of (n, 32), "radius"}."""

import json
import sys
import time

import numpy as np
from perception import tools

told = json.loads(sys.stdin.read())
hashes = np.load(told["hashes"])
# As vectors of bits: the time to read its text form is not counted.
named = list(enumerate(np.unpackbits(hashes, axis=1).astype(bool)))


def found():
    return tools.deduplicate_hashes(
        named,
        # Perception divides by the length and compares with "less than".
        threshold=(told["radius"] + 0.5) / 256,
        hash_length=256,
        hash_dtype="bool",
        distance_metric="hamming",
    )


start = time.process_time()
pairs = found()
seconds = time.process_time() - start
pairs = sorted(sorted(map(int, pair)) for pair in pairs)
print(json.dumps({"seconds": seconds, "pairs": pairs}))

"""A loop over ImageHash's ``a - b``: on {"hashes": .npy of (n, 32), "part", "radius"}.

Only the pairs of the first ``part`` hashes with all later ones are gone through.
"""

import json
import sys
import time

import imagehash
import numpy as np

told = json.loads(sys.stdin.read())
bits = np.unpackbits(np.load(told["hashes"]), axis=1).astype(bool)
hashes = [imagehash.ImageHash(row.reshape(16, 16)) for row in bits]
pairs, looked = [], 0
start = time.process_time()
for i in range(told["part"]):
    for j in range(i + 1, len(hashes)):
        looked += 1
        if hashes[i] - hashes[j] <= told["radius"]:
            pairs.append((i, j))
seconds = time.process_time() - start
print(json.dumps({"seconds": seconds, "looked": looked, "pairs": pairs}))

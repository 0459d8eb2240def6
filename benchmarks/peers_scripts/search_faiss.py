"""FAISS BinaryFlat range_search: on {"entries", "queries", "batches", "radius"}.

The files are .npy of (n, 32) bytes.  FAISS finds what is nearer than its radius, so
31 is asked as 32.
"""

import json
import sys
import time

import faiss
import numpy as np

told = json.loads(sys.stdin.read())
faiss.omp_set_num_threads(1)
entries = np.load(told["entries"])
index = faiss.IndexBinaryFlat(256)
index.add(entries)
del entries
answer = {"version": faiss.__version__, "seconds": []}
for file, repeats in told["batches"]:
    queries = np.ascontiguousarray(np.load(file))
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        limits, distances, found = index.range_search(queries, told["radius"] + 1)
        best = min(best, time.process_time() - start)
    answer["seconds"].append(best)
rows = np.repeat(np.arange(len(queries)), np.diff(limits.astype(np.int64)))
columns = (rows, found, distances.astype(int))
hits = zip(*(column.tolist() for column in columns), strict=True)
answer["hits"] = sorted(hits)  # of the last batch
print(json.dumps(answer))

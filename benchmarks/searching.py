"""Lists with planted neighbours, and the memory of a search in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

PEAKS = ("scan", "join")


def drawn(count, seed):
    """Give four columns of so many random hashes: real PDQ is nearly as even."""
    made = np.random.default_rng(seed)
    return tuple(made.integers(0, 2**64, count, dtype=np.uint64) for _ in range(4))


def planted(entries, distances, seed):
    """Give queries at these distances from entries, and which entries those are."""
    made = np.random.default_rng(seed)
    rows = made.choice(len(entries[0]), len(distances), replace=False)
    words = np.stack([column[rows] for column in entries])
    for query, distance in enumerate(distances):
        for bit in made.choice(256, distance, replace=False).tolist():
            words[bit // 64, query] ^= np.uint64(1) << np.uint64(bit % 64)
    return rows, tuple(np.ascontiguousarray(word) for word in words)


def as_bytes(columns):
    """Give the same hashes as rows of 32 bytes, as peers take them."""
    words = np.stack(columns, axis=1).astype(">u8")
    return words.view(np.uint8).reshape(-1, 32)


def vectors():
    """Name the widest bit-counting instructions that this processor has."""
    flags = Path("/proc/cpuinfo").read_text("utf-8").split()
    return "AVX-512" if "avx512_vpopcntdq" in flags else "AVX2"


def memory(folder, method):
    """Search in a fresh process; give its peak above the start, in lists."""
    command = [sys.executable, __file__, str(folder), method]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(told.stdout)


def _child(folder, method):
    from iwflab.hashing.search import search

    def peak():
        # Not getrusage: its peak is inherited from the process that started this one.
        told = Path("/proc/self/status").read_text("utf-8")
        return int(told.partition("VmHWM:")[2].split()[0]) * 1024

    few = drawn(2000, 1)
    for way in PEAKS:
        search(few, few, 31, method=way)  # everything is compiled and loaded
    start = peak()
    entries = tuple(np.load(f"{folder}/entries-{k}.npy") for k in range(4))
    queries = tuple(np.load(f"{folder}/many-{k}.npy") for k in range(4))
    if method == "scan":
        queries = tuple(column[:200].copy() for column in queries)
    search(queries, entries, 31, method=method)
    size = sum(column.nbytes for column in entries)
    print(json.dumps((peak() - start) / size))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    _child(*sys.argv[1:])

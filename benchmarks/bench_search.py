"""Exact search at radius 31 beside FAISS and beside what the memory can deliver."""

import time

import numpy as np
import peers
from measuring import row, workshop
from searching import PEAKS, as_bytes, drawn, memory, planted, vectors

from iwflab.hashing.search import search

SIZES = (2_000_000, 10_000_000)
RADIUS = 31
QUERIES = 200
MANY = 100_000
# Five at each distance from 0 to 31, and decoys one bit too far.
DISTANCES = [*range(RADIUS + 1)] * 5 + [RADIUS + 1] * 40
FLAT = "FAISS IndexBinaryFlat range_search, 1 thread"
LIMIT = "numpy.sum of 16 bytes a hash"


def rows():
    search(drawn(10, 1), drawn(10, 2), RADIUS)  # compiled and loaded
    return [told for size in SIZES for told in of_size(size)]


def of_size(size):
    name = f"{size // 1_000_000}M hashes"
    entries = drawn(size, seed=size)
    where, queries = planted(entries, DISTANCES, seed=3)
    hits = search(queries, entries, RADIUS)
    expected = {
        (query, int(where[query]), distance)
        for query, distance in enumerate(DISTANCES)
        if distance <= RADIUS
    }
    found = told_of(hits)
    answer = [
        row(
            f"{name}: planted at 0-31 that are found",
            len(found & expected) / len(expected),
            None,
            other_name="(the rule)",
            unit="share",
            goal="ours >= 1",
        ),
        row(
            f"{name}: extras, decoys at 32 among them",
            len(found - expected),
            None,
            other_name="(the rule)",
            unit="hits",
            goal="ours <= 0",
        ),
        one_query(name, queries, entries),
    ]
    answer += beside_faiss(name, queries, entries, found)
    if size == SIZES[-1]:
        answer += at_large(name, entries)
    return answer


def one_query(name, queries, entries):
    one = tuple(column[:1].copy() for column in queries)
    mine, theirs = [], []
    for _ in range(15):
        theirs.append(seconds(lambda: (entries[0].sum(), entries[1].sum())))
        mine.append(seconds(lambda: search(one, entries, RADIUS)))
    told = {"other_name": LIMIT, "unit": "ms", "goal": "ratio <= 1.5"}
    return row(f"{name}: one query", min(mine) * 1e3, min(theirs) * 1e3, **told)


def beside_faiss(name, queries, entries, found):
    pairs = len(queries[0]) * len(entries[0])
    mine = min(seconds(lambda: search(queries, entries, RADIUS)) for _ in range(3))
    width = vectors()
    least = 8 if width == "AVX-512" else 2
    batch = f"{name}: batch of {QUERIES} queries ({width})"
    same = f"{name}: hits of {QUERIES} queries that differ from FAISS's"
    unit, goal = "Gpair/s", f"ratio >= {least}"
    files = {"entries": workshop() / "flat.npy", "queries": workshop() / "asked.npy"}
    np.save(files["entries"], as_bytes(entries))
    np.save(files["queries"], as_bytes(queries))
    question = {
        "entries": str(files["entries"]),
        "batches": [(str(files["queries"]), 2)],
        "radius": RADIUS,
    }
    try:
        told = peers.ask("faiss", "search_faiss.py", question)
    except peers.PeerMissing as error:
        text = {"other_name": FLAT, "unit": unit, "goal": goal}
        return [peers.failed(each, str(error), **text) for each in (batch, same)]
    theirs = {tuple(hit) for hit in told["hits"]}
    speed = pairs / told["seconds"][0] / 1e9
    return [
        row(batch, pairs / mine / 1e9, speed, other_name=FLAT, unit=unit, goal=goal),
        row(
            same,
            len(found ^ theirs),
            len(theirs),
            other_name="FAISS's hits",
            unit="hits",
            goal="ours <= 0",
        ),
    ]


def at_large(name, entries):
    distances = [*range(RADIUS + 2)] * 100
    where, near = planted(entries, distances, seed=4)
    others = drawn(MANY - len(distances), seed=5)
    many = tuple(np.concatenate(pair) for pair in zip(near, others, strict=True))
    hits = []
    spent = seconds(lambda: hits.append(search(many, entries, RADIUS)))
    expected = {(q, int(where[q]), d) for q, d in enumerate(distances) if d <= RADIUS}
    answer = [
        row(
            f"{MANY // 1000}k queries against {name}, everything built included",
            spent,
            10.0,
            other_name="(the goal)",
            unit="core-s",
            goal="ours <= 10",
        ),
        row(
            f"{MANY // 1000}k queries against {name}: missed and extra",
            len(told_of(hits[0]) ^ expected),
            len(expected),
            other_name="planted",
            unit="hits",
            goal="ours <= 0",
        ),
    ]
    for k in range(4):
        np.save(workshop() / f"entries-{k}.npy", entries[k])
        np.save(workshop() / f"many-{k}.npy", many[k])
    for method, most in zip(PEAKS, (1.3, 3.2), strict=True):
        title = f"{name}: memory of the {'scan' if method == 'scan' else 'band join'}"
        told = {"other_name": "the list itself", "unit": "lists"}
        found = memory(workshop(), method)
        answer.append(row(title, found, 1.0, **told, goal=f"ours <= {most}"))
    return answer


def told_of(hits):
    columns = (hits.query, hits.entry, hits.distance)
    return set(zip(*(column.tolist() for column in columns), strict=True))


def seconds(call):
    """Run a call; give its seconds of processor time."""
    start = time.process_time()
    call()
    return time.process_time() - start

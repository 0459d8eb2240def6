"""Proof of 100,000 audit entries with their rows, beside a bare chain of SHA-256."""

import hashlib
import time

import sqlalchemy as sa
from measuring import p50, row, workshop

from iwflab.domain.trail import canonical
from iwflab.store import Store, audit

ENTRIES, REPEATS = 100_000, 3


def rows():
    store = filled()
    try:
        pieces = [bytes_of(store, "audit_entry"), bytes_of(store, "lab_case")]
        mine, theirs = [], []
        for _ in range(REPEATS):
            mine.append(seconds(prove, store))
            theirs.append(seconds(chain, *pieces))
    finally:
        store.close()
    told = {"other_name": "hashlib alone, over the same bytes", "unit": "s"}
    name = f"verify {ENTRIES:,} audit entries, median"
    return [row(name, p50(mine), p50(theirs), **told, goal="ours <= 5")]


def filled():
    """Write the entries as the store writes them, but without waiting for the disk."""
    folder = workshop() / "trail"
    folder.mkdir()
    store = Store.open(folder / "lab.db", create=True)

    @sa.event.listens_for(store.engine, "connect")
    def _hurry(connection, _record):
        connection.execute("PRAGMA synchronous=OFF")

    store.engine.dispose()  # the connection that stands was told FULL
    for number in range(ENTRIES):
        with store.act("open case", str(number), analyst="ann") as act:
            act.insert("lab_case", name=f"case {number}")
    return store


def bytes_of(store, table):
    with store.read() as connection:
        found = connection.execute(sa.text(f'SELECT * FROM "{table}"')).mappings()
        return [canonical(dict(one)) for one in found]


def prove(store):
    if found := audit.verify(store):
        raise ValueError(found[0].problem)


def chain(entries, contents):
    last = b""
    for entry, content in zip(entries, contents, strict=True):
        own = hashlib.sha256(content).digest()
        last = hashlib.sha256(last + own + entry).digest()
    return last


def seconds(call, *args):
    start = time.perf_counter()
    call(*args)
    return time.perf_counter() - start

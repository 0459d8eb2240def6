"""A lab on a small disk of its own that runs full, and is made read-only.

Run as: unshare --map-root-user --mount python small_disk.py FOLDER PICTURES
"""

import os
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from iwflab import Lab
from iwflab.errors import LabError
from iwflab.store import Store
from iwflab.store.audit import verify

CUSTODY = dict.fromkeys(("case", "exhibit", "purpose", "authority"), "full disk")


def mount(*args):
    subprocess.run(["mount", *map(str, args)], check=True)


def say(name, fault):
    print(f"{name}: {fault.message} - {fault.advice}", flush=True)


def write(store, acknowledged, most=100_000):
    """Write acts of some size until the disk is full, or so many are there."""
    for _ in range(most):
        number = len(acknowledged)
        with store.act("open case", str(number), analyst="ann") as act:
            act.insert("lab_case", name=f"{number} " + "x" * 3000)
        acknowledged.append(number)


def held(store):
    rows = store.rows(sa.text("SELECT name FROM lab_case ORDER BY entry"))
    return [int(row["name"].split()[0]) for row in rows]


def runs_full(folder):
    file, ballast = folder / "lab.db", folder / "ballast"
    store = Store.open(file, create=True)
    ballast.write_bytes(bytes(3_000_000))
    acknowledged = []
    faults = 0
    for _ in range(5):  # pressed again and again
        try:
            write(store, acknowledged)
        except LabError as fault:
            faults += 1
            say("full", fault)
    if faults != 5 or len(acknowledged) < 20:
        raise SystemExit(f"the disk did not run full: {faults}, {len(acknowledged)}")
    if held(store) != acknowledged:
        raise SystemExit("an act was lost, or half written")
    ballast.unlink()
    write(store, acknowledged, most=5)
    if held(store) != acknowledged or verify(store):
        raise SystemExit("work did not go on after space was made")
    store.close()
    print(f"full: {len(acknowledged)} acknowledged, 0 lost", flush=True)
    return acknowledged


def is_read_only(folder, acknowledged):
    """First while somebody else has it open, then with nobody there."""
    seen = folder.with_name("read-only")
    seen.mkdir()
    mount("--bind", folder, seen)
    mount("-o", "remount,bind,ro", seen)
    with_others = Store.open(folder / "lab.db")
    write(with_others, acknowledged, most=1)
    store = Store.open(seen / "lab.db")
    try:
        write(store, acknowledged, most=1)
    except LabError as fault:
        say("read-only", fault)
    else:
        raise SystemExit("a read-only disk took an act")
    if held(store) != acknowledged:
        raise SystemExit("what was there cannot be read")
    store.close()
    with_others.close()
    try:
        Store.open(seen / "lab.db").close()
    except LabError as fault:
        say("read-only, opened", fault)
    else:
        raise SystemExit("a read-only lab was opened")
    subprocess.run(["umount", seen], check=True)
    store = Store.open(folder / "lab.db")
    write(store, acknowledged, most=2)
    if held(store) != acknowledged or verify(store):
        raise SystemExit("work did not go on after the disk was writable")
    store.close()
    print(f"read-only: {len(acknowledged)} acknowledged, 0 lost", flush=True)


def intake_runs_full(folder, pictures, heads):
    ballast = folder / "ballast"
    with Lab.create(folder / "lab", head_folder=heads, low_space_mb=0) as lab:
        space = os.statvfs(folder)
        ballast.write_bytes(bytes(space.f_bavail * space.f_frsize - 300_000))
        try:
            report = lab.intake([pictures], **CUSTODY)
        except LabError as fault:
            say("intake", fault)
        else:
            print("intake: went on", report.found, len(report.problems), flush=True)
        ballast.unlink()
        report = lab.intake([pictures], **CUSTODY)
        if lab.verify(read_data=True) or len(lab.media()) != 7:
            raise SystemExit("the intake did not go on after space was made")
    print("intake: 7 media, all whole", flush=True)


def main():
    folder, pictures = Path(sys.argv[1]), Path(sys.argv[2])
    mount("-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", folder)
    is_read_only(folder, runs_full(folder))
    for file in folder.glob("lab.db*"):
        file.unlink()
    intake_runs_full(folder, pictures, str(folder.parent / "heads"))


main()

"""Labs to break: filled, signed, with one more migration, opened by an attacker."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from iwflab.store import Store
from iwflab.store.audit import verify
from iwflab.store.engines import sqlite_engine
from iwflab.store.head import HeadFolder
from iwflab.store.vouching import vouch

HERE = Path(__file__).parent


def enter_case(store, number):
    with store.act("open case", str(number), analyst="ann") as act:
        case = act.insert("lab_case", name=f"case {number}")
        act.insert("exhibit", lab_case=case, name=f"exhibit {number}")


def fill(file, number):
    store = Store.open(file, create=True)
    for n in range(number):
        enter_case(store, n)
    return store


def fill_media(file, number):
    """A lab whose media are referred to by copies and hashes."""
    store = fill(file, 1)
    fill_media_into(store, number)
    return store


def fill_media_into(store, number, start=0):
    with store.act("take in", "all", analyst="ann") as act:
        case = act.insert("lab_case", name=f"C{start}")
        exhibit = act.insert("exhibit", lab_case=case, name="E")
        intake = act.insert(
            "intake", exhibit=exhibit, purpose="p", authority="a", sources="[]"
        )
        for n in range(start, start + number):
            name = f"{n:064x}"
            medium = act.insert("medium", sha256=name, sha1=name, md5=name, size=n)
            where = {"medium": medium, "exhibit": exhibit, "intake": intake}
            act.insert("copy", **where, path=str(n).encode(), shown=str(n))
            said = dict.fromkeys(
                ("variant", "library", "version", "conversion", "turned"), ""
            )
            act.insert("hash", medium=medium, algorithm="md5", value=name, **said)


def sign_off(store):
    """Enter one sign-off with all that it refers to, by the store alone."""
    with store.act("sign off", "batch", analyst="ben") as act:
        medium = act.insert("medium", sha256="a" * 64, sha1="", md5="", size=1)
        seen = {"elements": "{}", "tags": "{}", "note": "", "reveal": "none"}
        seen["ending"] = "settled"
        assessment = act.insert(
            "assessment", medium=medium, analyst="ann", seconds=1.0, **seen
        )
        signed = {"medium": medium, "assessment": assessment, "analyst": "ben"}
        act.insert("sign_off", **signed, grades="{}")


def signed_lab(folder, size):
    """A lab of so many entries, with heads signed at half of them and at the end."""
    heads = HeadFolder(folder / "lab", "x", str(folder / "heads"))
    (folder / "lab").mkdir()
    store = fill(folder / "lab" / "lab.db", size // 2)
    shutil.copytree(folder / "lab", folder / "last week")
    vouch(store, heads)
    for n in range(size // 2, size):
        with store.act("open case", str(n), analyst="ann") as act:
            act.insert("lab_case", name=f"case {n}")
    vouch(store, heads)
    store.close()
    return folder, heads, size


def open_copy(trail, tmp_path, which="lab"):
    """As an attacker with the file does: the triggers go first."""
    folder, heads, size = trail
    copy = tmp_path / "copy"
    shutil.copytree(folder / which, copy)
    connection, triggers = open_unguarded(copy / "lab.db")
    return copy / "lab.db", connection, triggers, heads, size


def open_unguarded(file):
    connection = sqlite3.connect(file, isolation_level=None)
    query = "SELECT name, sql FROM sqlite_master WHERE type='trigger'"
    triggers = connection.execute(query).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    return connection, triggers


def findings(file, connection, triggers, heads=None, extra=()):
    """Put the triggers back, as an attacker would, and verify."""
    for _, sql in triggers:
        connection.execute(sql)
    connection.close()
    store = Store(sqlite_engine(file))
    found = verify(store, heads=[heads.read()] if heads else [], extra=extra)
    store.close()
    return found


def start(script, *args):
    """Start one of the processes beside this file."""
    return subprocess.Popen(
        [sys.executable, HERE / script, *map(str, args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

"""A process whose threads write and vouch at the same time; it prints every fault."""

import sys
import threading
from pathlib import Path

from iwflab.store import Store
from iwflab.store.head import HeadFolder
from iwflab.store.vouching import vouch

lab, name = Path(sys.argv[1]), sys.argv[2]
store = Store.open(lab / "lab.db")
heads = HeadFolder(lab, "x", str(lab.parent / "heads"))
print("ready", flush=True)
sys.stdin.readline()


def work(thread):
    try:
        for turn in range(3):
            with store.act("open case", "x", analyst=name) as act:
                act.insert("lab_case", name=f"{name} {thread} {turn}")
            vouch(store, heads)
    except Exception as fault:
        print(repr(fault), flush=True)


threads = [threading.Thread(target=work, args=(n,)) for n in range(5)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

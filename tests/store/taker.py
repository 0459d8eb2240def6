"""A process that takes media from the queue until none is left; it prints them."""

import sys

from iwflab.store import Store
from iwflab.workflow.queue import Desk, mine_now, take_set

url, analyst, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = Store.connect(url, "abc")
desk = Desk(store, analyst, 12.0)
print("ready", flush=True)
sys.stdin.readline()
held, before = 0, -1
while held != before:
    before = held
    # What was taken counts as open: the next set is larger by one.
    held = len(take_set(desk, held + size))
print(",".join(mine_now(desk)), flush=True)
store.close()

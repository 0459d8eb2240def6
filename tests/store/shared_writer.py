"""A process that writes to a shared store until the server goes away."""

import sys

from iwflab.errors import StoreError
from iwflab.store import Store

url, start = sys.argv[1], int(sys.argv[2])
number = start
try:
    store = Store.connect(url, "abc")
    while True:
        name = f"case {number}"
        with store.act("open case", name, analyst="w", request=f"r{number}") as act:
            if not act.repeated:
                act.insert("lab_case", name=name)
        print(number, flush=True)
        number += 1
except StoreError as fault:
    print(fault, file=sys.stderr)

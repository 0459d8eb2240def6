"""A process that writes until it is killed; it prints each acknowledged number."""

import sys
from pathlib import Path

from iwflab.store import Store

store = Store.open(Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    with store.act("open case", str(number), analyst="w", request=f"r{number}") as act:
        if not act.repeated:
            act.insert("lab_case", name=f"case {number}")
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()
    number += 1

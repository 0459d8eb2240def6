"""A process that migrates a filled lab with more migrations, until it is killed."""

import sys
from pathlib import Path

from iwflab.store.engines import sqlite_engine
from iwflab.store.migrate import upgrade

file, extra = Path(sys.argv[1]), Path(sys.argv[2])
engine = sqlite_engine(file)
print("begins", flush=True)
if "--wait" in sys.argv:
    sys.stdin.readline()
print(",".join(upgrade(engine, file, [extra])), flush=True)
print("done", flush=True)
sys.stdin.readline()  # stays until the other side has seen it

"""A process that migrates a filled lab with one more migration, until it is killed."""

import sys
from pathlib import Path

from iwflab.store.engines import sqlite_engine
from iwflab.store.migrate import upgrade

file, extra = Path(sys.argv[1]), Path(sys.argv[2])
engine = sqlite_engine(file)
sys.stdout.write("begins\n")
sys.stdout.flush()
upgrade(engine, file, [extra])
sys.stdout.write("done\n")
sys.stdout.flush()

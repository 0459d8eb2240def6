"""A process that publishes; it waits before and after each step, to be killed there."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # composing.py

from composing import FORMS, report

from iwflab import Lab
from iwflab.exchange import folder
from iwflab.workflow import publishing


def say(*words):
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()
    sys.stdin.readline()


def heard(module, name):
    """Say when a step begins and ends, and wait to be told to go on."""
    honest = getattr(module, name)

    def step(*args, **more):
        say("step", name)
        done = honest(*args, **more)
        say("step", name, "done")
        return done

    setattr(module, name, step)


for name in ("write_files", "_enter", "into_place"):
    heard(publishing, name)
heard(folder, "_durable")
with Lab.open(sys.argv[1]) as lab:
    sam, ben = lab.seat("sam"), lab.seat("ben")
    for number in range(2):
        name = f"R{sys.argv[2]}-{number}"
        asked = sam.report_ask(name, report([20, 30]), FORMS)
        ben.report_approve(asked["id"], digest=asked["digest"])
        sam.report_publish(asked["id"])
        say("left", name)

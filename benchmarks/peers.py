"""Peers live in environments of their own, made on demand; none is in our lock.

A peer's script is a file of ``benchmarks/peers_scripts``: it reads one JSON object on
stdin, runs in the environment of the peer, and prints one JSON object on its last line.
"""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

PEERS = Path(__file__).parents[1] / "build" / "peers"
SCRIPTS = Path(__file__).parent / "peers_scripts"
# What each peer needs, pinned: a ratio is against a version that can be named.
NEEDS = {
    "acro": ("acro==1.0.2", "pandas==2.3.3"),
    "faiss": ("faiss-cpu==1.15.1", "numpy<2.5"),
    "imagehash": ("ImageHash==4.3.2", "pillow==13.0.0"),
    "label_studio": ("label-studio==1.23.2",),
    "notebook": ("ImageHash==4.3.2", "pdqhash==0.2.8", "pillow==13.0.0"),
    "perception": ("Perception==0.9.3",),
    "pytauargus": ("pytauargus==0.6.0",),
    "threatexchange": ("threatexchange==1.2.17", "pdqhash==0.2.8", "faiss-cpu"),
}


class PeerMissing(Exception):
    """A peer could not be installed or did not run; its rows fail."""


@cache
def python_of(name):
    """Give the interpreter of a peer's environment; make it where there is none."""
    home = PEERS / name
    stamp = home / "ready"
    needs = "\n".join(NEEDS[name])
    python = home / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != needs:
        _run([sys.executable, "-m", "venv", "--clear", str(home)])
        _run([str(python), "-m", "pip", "install", "--quiet", *NEEDS[name]])
        stamp.write_text(needs)
    return python


def ask(name, script, question, *, seconds=1200):
    """Run a peer's script on a question; give its answer. PeerMissing otherwise."""
    command = [str(python_of(name)), str(SCRIPTS / script)]
    told = _run(command, stdin=json.dumps(question), seconds=seconds)
    return json.loads(told.strip().splitlines()[-1])


def failed(name, why, *, other_name, unit, goal):
    """Make the row of a peer that is missing: it fails, it is not skipped."""
    told = {"name": name, "ours": None, "other": None, "ratio": None, "unit": unit}
    return {**told, "other_name": f"{other_name}: {why}", "goal": goal, "holds": False}


def _run(command, *, stdin="", seconds=1200):
    try:
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerMissing(type(error).__name__) from error
    if done.returncode:
        raise PeerMissing((done.stderr.strip().splitlines() or ["it failed"])[-1][:200])
    return done.stdout

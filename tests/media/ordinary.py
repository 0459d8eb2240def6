"""Run Python code as an ordinary user: a sandbox proven as root proves little."""

# Raw names and calls are the point here, or sys.path as it stands.
# ruff: noqa: PTH100

import functools
import importlib
import json
import os
import subprocess
import sys

import pytest

from iwflab.media.pool import DecodePool

NOBODY = 65_534
EXAMINE = "iwflab.workflow.examination:examine"
# Of each, ``report(pool)`` is taken: it gives what the media of its tests came to.
REPORTING = ("test_decoding", "test_video")


def _interpreters():
    major, minor = sys.version_info[:2]
    return (sys.executable, f"/usr/bin/python{major}.{minor}")


def run_as_nobody(code, *arguments, timeout=120):
    """Run code as uid nobody; as whom we are, if we are not root already."""
    path = [os.path.abspath(entry) for entry in sys.path]
    boot = f"import sys; sys.path[:0] = {path!r}; {code}"
    who = {}
    if os.geteuid() == 0:
        who = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    for interpreter in _interpreters():
        try:
            done = subprocess.run(
                [interpreter, "-I", "-c", boot, *arguments],
                **who,
                cwd="/",
                capture_output=True,
                text=True,
                timeout=timeout,
            )
        except (PermissionError, FileNotFoundError):
            continue
        if "ModuleNotFoundError" in done.stderr or "PermissionError" in done.stderr:
            continue
        return done
    pytest.skip("no Python here that uid nobody may start and that sees the checkout")


def report_all():
    """Print what every test of :data:`REPORTING` asks for, from workers of one pool."""
    with DecodePool(EXAMINE, workers=1) as pool:
        told = {
            name: importlib.import_module(f"tests.media.{name}").report(pool)
            for name in REPORTING
        }
    print(json.dumps(told))


@functools.cache
def decoded_as_nobody():
    """Give what they told as uid nobody, who may keep no kernel and compiles each time."""
    done = run_as_nobody("from tests.media.ordinary import report_all; report_all()")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])

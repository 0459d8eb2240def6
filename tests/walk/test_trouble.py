"""A full disk and a stalled server in mid-grading, in a namespace with a small disk."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent


@pytest.mark.parametrize("rounds", [4, pytest.param(100, marks=pytest.mark.soak)])
def test_what_was_pressed_is_saved_or_was_refused(rounds):
    command = ["unshare", "--map-root-user", "--mount", sys.executable, "-m", "pytest"]
    options = ["-q", "-p", "no:cacheprovider", str(HERE / "browser_trouble.py")]
    done = subprocess.run(
        [*command, *options],
        capture_output=True,
        text=True,
        env={**os.environ, "IWFLAB_ROUNDS": str(rounds)},
    )

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "1 passed" in done.stdout

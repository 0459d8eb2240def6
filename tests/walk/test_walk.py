"""The main job in an empty network; the faults of kernel and server in mid-work."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from serving import Person, Served, chromium, copy_of, until

from iwflab.lab import Lab

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
PLAIN = ("4", "2", "Enter")  # text only, no child: two digits settle a record


def test_the_main_job_works_in_an_empty_network_namespace():
    command = [sys.executable, HERE / "namespace.py", sys.executable, "-m", "pytest"]
    options = ["-q", "-p", "no:cacheprovider", str(HERE / "browser_walk.py")]
    done = subprocess.run([*command, *options], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "2 passed" in done.stdout


@pytest.fixture
def served(filled, tmp_path):
    running = Served(copy_of(filled, tmp_path / "lab")).accounts().start()
    yield running
    running.stop()


def _saved(served):
    with Lab.open(served.folder) as lab:
        query = "SELECT COUNT(*) AS n FROM assessment"
        return lab._store.rows(sa.text(query))[0]["n"]


def _again(person):
    """Grade the open medium; at the end of the set, go back and grade anew."""
    if person.state()["end"]:
        person.press("ArrowLeft")
        person.until(lambda s: s.medium)
    before = person.state()["pressed"]
    person.press("Backspace", *PLAIN)
    return person.state()["pressed"] - before


@pytest.mark.parametrize(
    "rounds", [3, pytest.param(10, marks=pytest.mark.soak)], ids=lambda n: f"{n}-rounds"
)
def test_a_killed_kernel_loses_no_decision(served, rounds):
    with chromium() as browser:
        ann = Person(browser, served, "ann").log_in().grading()
        pressed = 0
        for _ in range(rounds):
            for pid in until(served.kernels, what="a kernel"):
                os.kill(pid, signal.SIGKILL)
            ann.painted()
            pressed += _again(ann)
            ann.until(lambda s: s.saved == s.pressed)
        assert pressed >= rounds
        assert _saved(served) == pressed == ann.state()["saved"]
        # Jupyter's own client says that its kernel died; the desk has no fault.
        assert [fault for fault in ann.faults if "kernel" not in fault] == []


@pytest.mark.parametrize(
    "rounds", [3, pytest.param(10, marks=pytest.mark.soak)], ids=lambda n: f"{n}-rounds"
)
def test_a_killed_server_loses_no_decision_and_the_page_goes_on(served, rounds):
    with chromium() as browser:
        ann = Person(browser, served, "ann").log_in().grading()
        for _ in range(rounds):
            ann.painted()
            _again(ann)
            served.kill()
            # What is pressed now waits in the page, or is refused with a reason.
            for _ in range(6):
                if ann.state()["stopped"]:
                    break
                if ann.state()["end"]:
                    ann.press("ArrowLeft")
                ann.press("Backspace", *PLAIN)
            state = ann.until(lambda s: s.stopped)
            held = state["pressed"]
            ann.press("Backspace", *PLAIN)
            assert ann.state()["pressed"] == held
            assert ann.page.get_by_test_id("banner").is_visible()
            served.start()
            ann.until(lambda s: s.saved == s.pressed and not s.stopped, seconds=60)
        state = ann.state()
        assert _saved(served) == state["pressed"] == state["saved"]
        assert state["pressed"] >= rounds


def test_a_reload_goes_on_where_the_analyst_was(served):
    with chromium() as browser:
        ann = Person(browser, served, "ann").log_in().grading()
        first = ann.painted()["medium"]
        ann.press(*PLAIN)
        second = ann.until(lambda s: s.medium != first and s.saved == 1)["medium"]
        ann.page.reload()
        ann.page.get_by_test_id("grading-desk").wait_for()
        ann.until(lambda s: s.ready and s.medium)

        assert ann.painted()["medium"] == second

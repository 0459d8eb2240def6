"""The main job in an empty network; the faults of kernel and server in mid-work."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from serving import Person, Served, copy_of, until

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


@pytest.fixture(scope="module")
def served(filled, tmp_path_factory):
    """A server for the tests that leave it alive."""
    folder = copy_of(filled, tmp_path_factory.mktemp("walk") / "lab")
    running = Served(folder).accounts().start()
    yield running
    running.stop()


@pytest.fixture
def mortal(filled, tmp_path):
    """A server for a test that kills it."""
    running = Served(copy_of(filled, tmp_path / "lab")).accounts().start()
    yield running
    running.stop()


def _saved(served):
    with Lab.open(served.folder) as lab:
        query = "SELECT COUNT(*) AS n FROM assessment"
        return lab._store.rows(sa.text(query))[0]["n"]


def _on_a_medium(person):
    """Be at a medium; at the end of the set, go back to the last one."""

    def there():
        state = person.state()
        if state["end"]:
            person.press("ArrowLeft")
            return None
        painted = state["painted"] and state["painted"]["medium"] == state["medium"]
        return state if painted or _card(person) else None

    return until(there, what="a medium on the screen")


def _card(person):
    return person.page.get_by_test_id("metadata-card").is_visible()


def _kill_kernels(served, person):
    """Kill the kernels; when Jupyter gave up starting them anew, reload for one."""
    try:
        alive = until(served.kernels, seconds=4, what="a kernel")
    except AssertionError:
        person.grading()
        alive = until(served.kernels, what="a kernel")
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


def _again(person, round_):
    """Decide about the open medium, each round differently; count the decision."""
    before = _on_a_medium(person)["pressed"]
    person.answer("form", ("text_only", "non_photographic")[round_ % 2])
    person.answer("child_present", "no")
    person.press("Enter")
    return person.state()["pressed"] - before


def test_a_reload_goes_on_where_the_analyst_was(served, browser):
    ann = Person(browser, served, "ann").log_in().grading()
    first = ann.painted()["medium"]
    ann.press(*PLAIN)
    second = ann.until(lambda s: s.medium != first and s.saved == 1)["medium"]
    ann.page.reload()
    ann.page.get_by_test_id("grading-desk").wait_for()
    ann.until(lambda s: s.ready and s.medium)

    assert ann.painted()["medium"] == second


@pytest.mark.parametrize(
    "rounds", [3, pytest.param(10, marks=pytest.mark.soak)], ids=lambda n: f"{n}-rounds"
)
def test_a_killed_kernel_loses_no_decision(served, browser, rounds):
    before = _saved(served)
    ann = Person(browser, served, "ann").log_in().grading()
    pressed = 0
    for round_ in range(rounds):
        _kill_kernels(served, ann)
        pressed += _again(ann, round_)
        ann.until(lambda s: s.saved == s.pressed)
        # The desk turns the page when it has taken the decision.
        ann.page.wait_for_timeout(100)
    assert pressed >= rounds
    # A reload begins the page's own count anew; the lab's goes on.
    assert _saved(served) - before == pressed
    assert ann.state()["saved"] == ann.state()["pressed"]
    # Jupyter's own client says that its kernel died; the desk has no fault.
    assert [fault for fault in ann.faults if "kernel" not in fault.lower()] == []


@pytest.mark.parametrize(
    "rounds", [3, pytest.param(10, marks=pytest.mark.soak)], ids=lambda n: f"{n}-rounds"
)
def test_a_killed_server_loses_no_decision_and_the_page_goes_on(
    mortal, browser, rounds
):
    ann = Person(browser, mortal, "ann").log_in().grading()
    for round_ in range(rounds):
        _again(ann, round_)
        ann.until(lambda s: s.saved == s.pressed)
        mortal.kill()
        # What is pressed now waits in the page, or is refused with a reason.
        for _ in range(6):
            state = ann.state()
            if state["stopped"]:
                break
            ann.press("ArrowLeft" if state["end"] else "4", "2", "Enter")
        state = ann.until(lambda s: s.stopped)
        held = state["pressed"]
        ann.press(*PLAIN)
        assert ann.state()["pressed"] == held
        assert ann.page.get_by_test_id("banner").is_visible()
        # The page sees that the server is another one, and opens its set again.
        with ann.page.expect_response(
            lambda r: r.url.endswith("/iwflab/api/set") and r.ok, timeout=60_000
        ):
            mortal.start()
        ann.until(lambda s: s.saved == s.pressed and not s.stopped, seconds=60)
    state = ann.state()
    assert _saved(mortal) == state["pressed"] == state["saved"]
    assert state["pressed"] >= rounds

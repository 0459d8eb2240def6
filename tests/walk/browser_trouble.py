"""The disk runs full and the server stalls while somebody grades: nothing is lost.

Run by ``test_trouble.py`` in a mount namespace, with the lab on a small disk of its own.
"""

import os
import signal
import subprocess

import pytest
import sqlalchemy as sa
from serving import Person, Served, chromium, copy_of

from iwflab.lab import Lab

ROUNDS = int(os.environ.get("IWFLAB_ROUNDS", "4"))
MB = 2**20
GATES = {"form": ("1", "2"), "child_present": ("2",)}


@pytest.fixture
def served(filled, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    size = ["-o", "size=40m", "-t", "tmpfs", "tmpfs"]
    subprocess.run(["mount", *size, str(disk)], check=True)
    lab = copy_of(filled, disk / "lab", set_size=7)
    running = Served(lab).accounts().start()
    yield running
    running.stop()
    subprocess.run(["umount", "-l", str(disk)], check=True)


def _stored(served):
    with Lab.open(served.folder) as lab:
        query = "SELECT COUNT(*) AS n FROM assessment"
        return lab._store.rows(sa.text(query))[0]["n"]


def _press_on(ann, round_):
    """Press as a person does, until the page says that it stopped; say whether it did.

    On a full disk it may go on: what the log of the database held before is written
    over, and decisions are small.
    """
    for number in range(30):
        state = ann.state()
        if state["stopped"] or "Not saved" in state["message"]:
            return True
        if state["end"]:
            ann.press("ArrowLeft")
            ann.until(lambda s: s.medium)
        ann.press("n", "Control+a")  # a note has an end: another one each time
        ann.page.keyboard.type(f"{round_}.{number}")
        ann.press("Escape")
        # A refused record stands on the form, sometimes with one gate left open.
        ann.press(*GATES.get(ann.state()["active"], ()))
        ann.press("Enter")
        ann.page.wait_for_timeout(60)
    return False


def _fill(disk):
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(MB // 16))
        except OSError:
            pass
    return ballast


def test_nothing_pressed_is_lost_when_the_disk_is_full_or_the_server_stalls(served):
    with chromium() as browser:
        ann = Person(browser, served, "ann").log_in().grading()
        ann.painted()
        stopped = 0
        for round_ in range(ROUNDS):
            pressed = ann.state()["pressed"]
            if round_ % 2:
                served.process.send_signal(signal.SIGSTOP)
                assert _press_on(ann, round_), ann.state()
                stopped += 1
                served.process.send_signal(signal.SIGCONT)
            else:
                ballast = _fill(served.folder.parent)
                stopped += _press_on(ann, round_)
                ballast.unlink()
            ann.until(lambda s: not s.stopped, seconds=60)
            # What was refused stands on the form again, and is saved now.
            state = ann.until(lambda s: s.saved == s.pressed or s.drafts, seconds=60)
            for _ in state["drafts"]:
                ann.press("Enter")
                ann.until(lambda s: s.saved == s.pressed, seconds=60)
            ann.until(lambda s: s.saved == s.pressed, seconds=60)
            assert ann.state()["pressed"] > pressed
        state = ann.state()
        assert ann.faults == []
        assert stopped > ROUNDS // 2  # the disk was in the way as well as the server
    assert _stored(served) == state["pressed"] == state["saved"]
    with Lab.open(served.folder) as lab:
        assert lab.verify() == []

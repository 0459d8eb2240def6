"""The comparison of start levels at the served desk: switched on, joined, left, read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image
from serving import Person, Served, until

from iwflab.lab import Lab
from tests import pictures

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("warm")]
CUSTODY = {"case": "W", "exhibit": "1", "purpose": "test", "authority": "none"}
COMMAND = Path(sys.executable).with_name("iwflab")
PLAIN = {"form": "non_photographic"}
CLAIMS = ("better", "kinder", "protect", "safer", "recommend", "should")


def run(folder, *args):
    told = [COMMAND, *args, "--lab", str(folder)]
    done = subprocess.run(told, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("comparing") / "lab"
    taken = folder.parent / "taken"
    taken.mkdir()
    for number in range(16):
        drawn = Image.effect_noise((300 + number, 200), 40 + number).convert("RGB")
        (taken / f"drawn {number:02}.jpg").write_bytes(pictures.encoded(drawn, "JPEG"))
    more = {
        "head_folder": str(folder.parent / "heads"),
        "set_size": 6,
        "comparison_protocol": "levels-1",
        "comparison_decided_by": "the director, 1 November",
        "comparison_ask_every": 2,
    }
    with Lab.create(folder, **more) as lab:
        lab.intake([taken], **CUSTODY)
    running = Served(folder).accounts()
    run(folder, "comparison", "on")
    running.start()
    yield running
    running.stop()


def rows(served, query):
    with Lab.open(served.folder) as lab:
        return lab._store.rows(sa.text(query))


def test_it_is_switched_on_joined_answered_left_and_read(served, browser):
    ann = Person(browser, served, "ann").log_in().grading()
    _joins(ann, served)
    _grades_and_answers(ann, served)
    ben = Person(browser, served, "ben").log_in().grading()
    _joins(ben, served)
    _leaves(ben, served)
    _reads(served)
    for person in (ann, ben):
        assert person.faults == []
        assert person.outside == []
    with Lab.open(served.folder) as lab:
        assert lab.verify() == []


def _joins(person, served):
    """What is open was seen: it keeps its start; what is not yet shown gets one."""
    state = person.painted()
    assert state["comparison"] == {"part": "", "question": None, "starts": {}}
    assert "levels-1" in person.page.get_by_test_id("comparison").inner_text()
    person.press("F3")
    card = person.page.get_by_test_id("comparison-card")
    card.wait_for()
    said = card.inner_text().lower()
    assert "the director, 1 november" in said
    assert not [claim for claim in CLAIMS if claim in said]
    assert person.state()["comparison"]["part"] == ""  # reading it is not joining
    person.page.get_by_test_id("take-part").focus()
    person.press("Enter")
    state = person.until(
        lambda s: s.comparison["part"] == "in" and len(s.comparison["starts"]) == 5
    )
    assert state["medium"] not in state["comparison"]["starts"]
    kept = rows(served, "SELECT medium, level, analyst FROM allotment")
    mine = {
        one["medium"]: one["level"] for one in kept if one["analyst"] == person.name
    }
    assert state["comparison"]["starts"] == mine
    assert set(mine.values()) <= {"outlines", "shielded"}
    assert len(set(mine.values())) == 2


def _grades_and_answers(ann, served):
    """Each medium starts as allotted; after two decisions one question may be left."""
    starts = ann.state()["comparison"]["starts"]
    ann.press("ArrowRight")
    for number in range(4):
        wanted = ann.until(lambda s: s.medium in starts and s.painted)
        assert wanted["painted"]["variant"] == starts[wanted["medium"]]
        ann.grade(PLAIN)
        if number == 1:
            state = ann.until(lambda s: s.comparison["question"])
            assert state["comparison"]["question"] == wanted["medium"]
            ann.press("F6")
            ann.page.get_by_test_id("report-card").wait_for()
            ann.press("2")
            ann.until(lambda s: not s.comparison["question"])
            answered = wanted["medium"]
    ann.until(lambda s: s.comparison["question"])  # of the fourth: it may be left
    ann.page.get_by_test_id("leave-question").click()
    ann.until(lambda s: not s.comparison["question"] and not s.waiting)
    said = rows(
        served,
        "SELECT t.medium, r.answer FROM self_report r"
        " JOIN allotment t ON t.id = r.allotment ORDER BY r.entry",
    )
    assert said[0] == {"medium": answered, "answer": 2}
    assert [one["answer"] for one in said] == [2, 0]
    early = rows(
        served,
        "SELECT COUNT(*) AS n FROM allotment t JOIN view v ON v.medium = t.medium"
        " AND v.analyst = t.analyst AND v.kind = 'shown' AND v.entry < t.entry",
    )
    assert early == [{"n": 0}]  # allotted first, then shown


def _leaves(ben, served):
    """One key, no reason, at once; the next medium starts as the person wants."""
    starts = ben.state()["comparison"]["starts"]
    assert "outlines" in starts.values()
    ben.press("F3")
    ben.until(lambda s: s.comparison["part"] == "out" and not s.comparison["starts"])
    assert ben.page.get_by_test_id("comparison").is_hidden()
    for _ in range(5):
        ben.press("ArrowRight")
        state = ben.until(lambda s: s.painted)
        assert state["painted"]["variant"] == "shielded"
    ben.until(lambda s: not s.waiting)
    with Lab.open(served.folder, analyst="ann") as lab:
        others = lab.trail()
        assert "allotment" not in " ".join(others[others.analyst == "ben"].tables)
        assert lab.seat("ben").desk()["comparison"]["part"] == "out"


def _reads(served):
    """With one person left nothing is told of any level, and nothing is concluded."""
    done = run(served.folder, "comparison", "show")
    told = (done.stdout + done.stderr).lower()
    assert "levels-1" in told
    assert "fewer than 5 people" in told
    assert not [claim for claim in CLAIMS if claim in told]
    assert not [name for name in ("ann", "ben") if name in told.split()]
    plain = json.loads(run(served.folder, "comparison", "show", "--json").stdout)
    assert {row["flag"] for row in plain["rows"]} <= {"c", "x"}
    assert {row["estimate"] for row in plain["rows"]} == {None}
    until(
        lambda: "switched off" in run(served.folder, "comparison", "off").stderr,
        what="switching off",
    )

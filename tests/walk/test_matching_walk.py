"""A set is taken in at the matching desk: what is known leaves the queue, and why.

Real lists, a real server, real Chromium: known, near, benign, duplicate and stacked
media and a video, drawn.
"""

import csv
import hashlib
import io
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from serving import Person, Served, chromium, until

from iwflab.demo.drawing import clip, encoded, picture
from iwflab.hashing import ALGORITHMS
from iwflab.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("warm")]
SIZE = (320, 240)
REST = {"candidate.png", "copied.png", "plain.png", "clip.mp4"}
SCENES = {f"scene{n}.png" for n in range(4)}
SETTLED = {"known.png", "near.png", "benign.png"}


@pytest.fixture
def served(tmp_path):
    """A lab with two lists, and the folder of media that is still to come."""
    folder = tmp_path / "arrivals"
    folder.mkdir()
    shown = {
        name: picture(number).resize(SIZE)
        for number, name in enumerate(
            ("known", "near", "benign", "candidate", "copied", "plain"), start=1
        )
    }
    for name, one in shown.items():
        (folder / f"{name}.png").write_bytes(encoded(one, "PNG"))
    (folder / "copy.png").write_bytes((folder / "copied.png").read_bytes())
    scene = picture(501).resize(SIZE)
    for cut in range(4):
        box = (2 * cut, cut, *SIZE)
        (folder / f"scene{cut}.png").write_bytes(encoded(scene.crop(box), "PNG"))
    (folder / "clip.mp4").write_bytes(clip(14, 15, size=(320, 180)))
    made = Lab.create(
        tmp_path / "lab",
        head_folder=str(tmp_path / "heads"),
        intake_roots=[str(tmp_path)],
    )
    with made as lab:
        for name, kind, lines in (
            ("Partner list", "known", _known(folder, shown)),
            ("Stock pictures", "benign", _benign(folder)),
        ):
            file = _list(tmp_path / f"{kind}.csv", lines)
            lab.list_add(file, form="csv", name=name, source="a partner", kind=kind)
    running = Served(tmp_path / "lab").accounts().start()
    yield running
    running.stop()


def _known(folder, shown):
    yield {"sha256": _sha256(folder / "known.png"), "label": "B"}
    for name, bits in (("near", 9), ("candidate", 45)):
        value = int(ALGORITHMS["pdq"].compute(shown[name]).value, 16)
        near = f"{value ^ (2**bits - 1) << 60:064x}"
        yield {"pdq": near, "pdq_quality": "100", "label": "C"}


def _benign(folder):
    yield {"sha256": _sha256(folder / "benign.png"), "label": "advertisement"}


def _sha256(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _list(file, lines):
    text = io.StringIO()
    names = ("sha256", "pdq", "pdq_quality", "label")
    writer = csv.DictWriter(text, names, restval="")
    writer.writeheader()
    writer.writerows(lines)
    file.write_text(text.getvalue())
    return file


def test_what_is_known_leaves_the_queue_and_a_stack_is_one_decision(served, tmp_path):
    with chromium() as browser:
        ann = Person(browser, served, "ann").log_in()
        _take_in(ann, tmp_path / "arrivals")
        _settled(ann)
        assert _queue(ann) == REST | SCENES
        _frames_of_a_video_are_a_question(ann, served, tmp_path)
        _not_the_same(ann, served)
        _stack(ann, served)
        ben = Person(browser, served, "ben").log_in()
        _opened(ann, served, "near.png")  # before ben answers it
        _overridden(ben, served)
        _told_who_was_quicker(ann, served)
        assert _queue(ann) == REST | SCENES | {"near.png"}
        for person in (ann, ben):
            assert person.faults == []
            assert person.outside == []
    with Lab.open(served.folder) as lab:
        assert lab.verify(read_data=True) == []


# -- at the desk ---------------------------------------------------------------------
def _state(person):
    desk = person.page.get_by_test_id("matching-desk")
    return SimpleNamespace(**desk.evaluate("root => root.iwflab.state()"))


def _desk(person):
    person.open("matching").page.get_by_test_id("matching-desk").wait_for()
    until(lambda: _state(person).ready, what="the desk")
    return person.page


def _part(person, key, name):
    person.page.get_by_test_id("matching-desk").focus()
    person.press(key)
    until(lambda: _state(person).part == name, what=f"the part {name}")


def _told(person, text):
    person.page.get_by_test_id("told").get_by_text(text).wait_for()


def _fill(page, texts):
    for name, text in texts.items():
        page.get_by_test_id(name).wait_for()  # shown: what is hidden takes no focus
        page.get_by_test_id(name).focus()
        page.keyboard.press("Control+A")
        page.keyboard.type(text)


def _job(person, number):
    def ended():
        jobs = [job for job in _state(person).jobs if job["state"] != "running"]
        return jobs if len(jobs) >= number else None

    job, *_ = until(ended, seconds=120, what="the job")
    assert job["state"] == "done", job
    return job["report"]


def _accessible(person):
    found = Axe().run(person.page, options={"resultTypes": ["violations"]}).response
    assert [v for v in found["violations"] if v["impact"] != "minor"] == []


DRAWN = """() => new Promise(go =>
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(go))))"""


def _queue(person):
    """Go through the grading desk's set by keyboard; give the names it holds."""
    person.grading()
    names = set()
    state = person.painted()
    while True:
        person.page.evaluate(DRAWN)  # the form follows the picture a frame later
        names.add(person.page.get_by_test_id("name").text_content())
        person.press("ArrowRight")
        if "last medium" in person.state()["message"]:
            return names
        state = person.until(lambda s, old=state["medium"]: s.medium != old)


# -- the way -------------------------------------------------------------------------
def _take_in(ann, folder):
    page = _desk(ann)
    assert _state(ann).part == "intake"
    custody = {"case": "C1", "exhibit": "E1", "purpose": "a test", "authority": "none"}
    _fill(page, {**custody, "folder": str(folder)})
    page.get_by_test_id("start").press("Enter")
    report = _job(ann, 1)
    assert (report["found"], report["new_media"], report["known"]) == (12, 11, 3)
    told = page.get_by_test_id("jobs").inner_text()
    assert "3 media settled without a look" in told
    for reason in report["known_why"]:
        assert reason in told


def _settled(ann):
    page = ann.page
    _part(ann, "2", "settled")
    rows = page.get_by_test_id("settled").locator("tbody tr")
    until(lambda: rows.count() == len(SETTLED), what="the settled media")
    rows.first.wait_for()  # what is hidden has no columns
    told = {row.split("\t")[0]: row for row in rows.all_inner_texts()}
    assert set(told) == SETTLED
    assert "Partner list" in told["known.png"]
    assert "SHA-256: equal" in told["known.png"]
    assert "PDQ full: 9 of 256 bits differ, as stored" in told["near.png"]
    assert "Stock pictures (benign)" in told["benign.png"]
    assert "advertisement" in told["benign.png"]
    assert all("a senior analyst or QA officer" in row for row in told.values())
    assert (
        "another copy of the same bytes" in page.get_by_test_id("avoided").inner_text()
    )
    assert page.locator("[data-medium] canvas").count() == 0
    _accessible(ann)


def _frames_of_a_video_are_a_question(ann, served, folder):
    """Add a list of one frame at the desk: the video is asked about, never settled."""
    with Lab.open(served.folder) as lab:
        frame = lab.frames().sort_values("quality").iloc[-1]
    value = frame["value"]
    _list(folder / "frames.csv", [{"pdq": value, "pdq_quality": "100"}])
    page = _desk(ann)
    _part(ann, "5", "lists")
    facts = {"list": "Frames", "list-source": "a test"}
    _fill(page, {**facts, "list-file": str(folder / "frames.csv")})
    page.get_by_test_id("add-list").press("Enter")
    assert _job(ann, 2)["settled"] == len(SETTLED)
    page.get_by_test_id("lists").get_by_text("Frames").wait_for()
    _accessible(ann)
    _part(ann, "3", "hits")
    page.get_by_test_id(f"hit-{frame['medium']}").click()
    until(lambda: _state(ann).medium == frame["medium"], what="the video")
    page.get_by_test_id("hit-title").get_by_text("clip.mp4").wait_for()
    ann.press("h")
    page.get_by_test_id("frames").get_by_text("frames of this video").wait_for()
    assert page.get_by_test_id("bits").get_attribute("aria-label").startswith("0 of")


def _not_the_same(ann, served):
    page = _desk(ann)
    assert _state(ann).part == "hits"
    assert _state(ann).waiting == 2
    medium = _medium(served, "candidate.png")
    page.get_by_test_id(f"hit-{medium}").click()
    page.locator(f'[data-medium="{medium}"] > canvas').wait_for()
    assert "45 of 256 bits differ" in page.get_by_test_id("hit-facts").inner_text()
    _accessible(ann)
    ann.press("n")
    until(lambda: _state(ann).waiting == 1, what="the answer")
    with Lab.open(served.folder) as lab:
        hits = lab.hits([medium])
        assert set(hits["answer"]) == {"not_same"}
        assert not any(hits["settles"])
        views = lab._store.rows(sa.text("SELECT * FROM view"))
    mine = [view for view in views if view["medium"] == medium]
    assert {view["variant"] for view in mine} == {"shielded"}
    assert "ann" in {view["analyst"] for view in mine}


def _stack(ann, served):
    page = _desk(ann)
    _part(ann, "4", "stacks")
    (stack,) = until(lambda: _state(ann).stacks, seconds=120, what="the stacks")
    assert (stack["size"], stack["waiting"]) == (4, 4)
    thumbs = page.locator("[data-medium] > canvas")
    until(lambda: thumbs.count() == 4, what="the previews")
    _accessible(ann)
    ann.press("g")
    until(lambda: _state(ann).active == "form", what="the form")
    ann.press("1", "2")
    _accessible(ann)
    ann.press("Enter")
    _told(ann, "4 media graded in one act")
    assert _stages(served, SCENES) == {"graded"}
    assert _acts(served, "grade stack") == 1
    ann.press("z")
    _told(ann, "4 media wait again")
    assert _stages(served, SCENES) == {"waiting"}
    assert _acts(served, "undo stack") == 1


def _overridden(ben, served):
    """A QA officer looks into what was settled, and says that it is not the same."""
    page = _desk(ben)
    assert page.get_by_test_id("part-intake").count() == 0
    medium = _medium(served, "near.png")
    page.get_by_test_id("part-settled").click()
    page.get_by_test_id(f"settled-{medium}").click()
    until(lambda: _state(ben).medium == medium, what="the hit")
    page.get_by_test_id("ours").get_by_text("Settled: not shown").wait_for()
    ben.press("s")
    page.locator(f'[data-medium="{medium}"] > canvas').wait_for()
    ben.press("n")
    page.get_by_test_id("effect").wait_for()
    until(lambda: "near.png" not in _names(served, "known"), what="the override")


def _opened(ann, served, name):
    """Open a settled hit, by the list of what was settled."""
    page = _desk(ann)
    _part(ann, "2", "settled")
    medium = _medium(served, name)
    page.get_by_test_id(f"settled-{medium}").click()
    until(lambda: _state(ann).medium == medium, what="the hit")
    page.get_by_test_id("effect").wait_for()


def _told_who_was_quicker(ann, served):
    """Another answered since the page was shown: nothing is overridden, nor undone."""
    ann.press("r")
    ann.page.keyboard.type("the same scene")
    ann.press("Escape", "y")
    _told(ann, "ben answered this hit meanwhile: not same")
    facts = ann.page.get_by_test_id("hit-facts")
    facts.get_by_text("Not the same, by ben").wait_for()
    assert ann.page.get_by_test_id("hit-reason").input_value() == "the same scene"
    ann.press("z")
    _told(ann, "Not undone: ben answered this hit")
    assert _acts(served, "answer hit") == 2  # ann's of the candidate, ben's of this
    assert "near.png" not in _names(served, "known")


# -- what the lab says ---------------------------------------------------------------
def _rows(served):
    with Lab.open(served.folder) as lab:
        return {row["name"].rsplit("/", 1)[-1]: row for row in lab.overview()}


def _medium(served, name):
    return _rows(served)[name]["medium"]


def _stages(served, names):
    return {row["stage"] for name, row in _rows(served).items() if name in names}


def _names(served, stage):
    return {name for name, row in _rows(served).items() if row["stage"] == stage}


def _acts(served, verb):
    with Lab.open(served.folder) as lab:
        query = sa.text("SELECT COUNT(*) AS n FROM audit_entry WHERE verb = :verb")
        return lab._store.rows(query, verb=verb)[0]["n"]

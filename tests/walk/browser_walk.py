"""The main job, in the browser, with no network at all.

Run by ``test_walk.py`` inside an empty network namespace: from a folder of pictures
to a signed-off hash list and a first table, by keyboard, with the apps as served.
"""

import csv
import hashlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from serving import PASSWORDS, Person, Served, chromium, until

from iwflab.demo import draw
from iwflab.demo.drawing import encoded, picture
from iwflab.domain.categories import derive
from iwflab.domain.records import record_from
from iwflab.exchange import FORMATS
from iwflab.lab import Lab
from iwflab.schemes import schemes

COMMAND = Path(sys.executable).with_name("iwflab")
GATES = {"form": "photograph", "child_present": "yes", "indecent": "yes"}


def _run(*args):
    done = subprocess.run([COMMAND, *args], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("walk")


@pytest.fixture(scope="module")
def served(folder):
    """A lab made, filled and served by the commands alone."""
    pictures, sidecar = _pictures(folder)
    lab = folder / "lab"
    _run("init", "--lab", str(lab), "--head-folder", str(folder / "heads"))
    _run(
        *("intake", *pictures, "--lab", str(lab), *sidecar),
        *("--case", "C1", "--exhibit", "E1", "--purpose", "demonstration"),
        *("--authority", "none"),
    )
    settings = lab / "lab.toml"
    allowed = settings.read_text().replace(
        "intake_roots = []", f'intake_roots = ["{folder}"]'
    )
    settings.write_text(allowed)
    running = Served(lab).accounts().start()
    yield running
    running.stop()


def _pictures(folder):
    """Draw pictures; or take those that are named, with one of them copied."""
    named = os.environ.get("IWFLAB_WALK_PICTURES")
    if not named:
        sidecar = draw(folder / "pictures", 16)
        return [str(folder / "pictures")], ["--sidecar", str(sidecar)]
    files = sorted(file for file in Path(named).iterdir() if file.is_file())
    (folder / "again").mkdir()
    shutil.copy(files[1], folder / "again")
    return [named, str(folder / "again")], []


def _elements(activity, **more):
    return {**GATES, "activity": activity, "sadism": "no", "animal": "no", **more}


def _media(lab):
    """Choose from the lab what the walk needs: a duplicate, a refused one, others."""
    rows = lab.overview()
    twice = next(r["medium"] for r in rows if r["copies"] > 1)
    refused = next(r["medium"] for r in rows if r["state"] == "refused")
    return twice, refused


def test_nothing_outside_can_be_reached():
    """The positive control: this really is an empty network."""
    lines = Path("/proc/net/dev").read_text().splitlines()[2:]
    assert [line.split(":")[0].strip() for line in lines] == ["lo"]
    with socket.socket() as probe, pytest.raises(OSError, match="unreachable"):
        probe.connect(("192.0.2.1", 80))


def test_the_main_job(served, folder):
    with chromium() as browser:
        ann = Person(browser, served, "ann").log_in()
        expected = _grade(ann, served)
        ben = Person(browser, served, "ben").log_in()
        _release(ann, ben)
        _statistics(ben)
        _take_in(ann, folder)
        _accessible(ann, served)
        for person in (ann, ben):
            assert person.faults == []
            assert person.outside == []
    _check_list(served, folder, expected)
    _check_story(served, expected)


def _grade(ann, served):
    """Grade at least ten media with the keyboard alone; give what should be."""
    with Lab.open(served.folder) as lab:
        twice, refused = _media(lab)
        total = min(14, len(lab.overview()))
    expected, todo = {}, _plan(twice, refused)
    ann.grading()
    first = ann.painted()
    assert first["painted"] is None or first["painted"]["variant"] == "shielded"
    undone = revealed = False
    # The order is the queue's to say: on until both were met.
    while len(expected) < total or not {twice, refused} <= expected.keys():
        if ann.until(lambda s: s.end or s.medium)["end"]:
            ann.press("Enter")  # the next set
        medium = ann.painted()["medium"]
        record, code = todo.pop(medium, None) or todo[""].pop(0)
        assert ann.grade(**record) == medium
        expected[medium] = code
        if len(expected) == 5 and not undone:
            undone = _undo(ann, medium, expected)
        if len(expected) >= 6 and not revealed:
            revealed = _reveal(ann)
    assert twice in expected
    assert refused in expected
    return expected


def _plan(twice, refused):
    girl = {"age_band": "7-10", "sex": "girl", "pubertal": "prepubescent"}
    boy = {**girl, "age_band": "3-6", "sex": "boy"}
    teen = {**girl, "age_band": "14-15", "pubertal": "pubescent"}
    three = {
        "elements": _elements("posing", participants="children_only"),
        "children": [girl, boy, teen],
        "tags": ["q", "i", "i"],
    }
    plain = {"elements": _elements("posing"), "children": [girl]}
    return {
        twice: ({"elements": _elements("non_penetrative"), "children": [teen]}, "B"),
        refused: ({"elements": _elements("penetrative"), "children": [boy]}, "A"),
        "": [
            (three, "C"),
            ({"elements": _elements("uncertain"), "children": [girl]}, "undetermined"),
            ({"elements": {"form": "photograph", "child_present": "no"}}, "none"),
            ({"elements": {"form": "non_photographic"}}, "none"),
            ({"elements": _elements("penetrative"), "children": [boy]}, "A"),
            *[(plain, "C")] * 20,
        ],
    }


def _undo(ann, medium, expected):
    """Take back the last decision, then decide it again, differently."""
    before = ann.state()
    ann.press("z")
    ann.until(lambda s: s.medium == medium)
    ann.painted(medium)
    ann.answer("activity" if _has(ann, "activity") else "form", "uncertain")
    record = record_from(ann.state()["record"])
    ann.press("Enter")
    ann.until(lambda s: s.pressed > before["pressed"] and s.saved == s.pressed)
    expected[medium] = derive(schemes()["uk_2014"], record).code
    return True


def _has(person, question):
    return person.page.get_by_test_id(f"question-{question}").count() > 0


def _reveal(ann):
    """See more, and less again, of one medium; each is recorded apart."""
    state = ann.painted()
    if ann.page.get_by_test_id("metadata-card").is_visible():
        return False  # nothing to see of this one: the next will do
    ann.press("Space")
    ann.until(lambda s: s.painted and s.painted["variant"] == "full")
    ann.press("s")
    ann.until(lambda s: s.painted and s.painted["variant"] == "shielded")
    assert ann.state()["medium"] == state["medium"]
    return True


def _release(ann, ben):
    """Ben signs off, Ann asks, Ben approves, Ann releases: with the keyboard."""
    page = ben.open("release").page
    page.get_by_test_id("media").wait_for()
    _press_on(page, "all")
    _press_on(page, "sign-off")
    until(
        lambda: (
            "Nothing waits" in page.inner_text("body")
            or page.locator("[data-testid^=choose-]:checked").count() == 0
        ),
        what="the sign-off",
    )
    with Lab.open(ben.served.folder) as lab:
        until(lambda: not lab.to_sign_off(), what="the sign-off")
    page = ann.open("release").page
    page.get_by_test_id("media").or_(page.get_by_text("No media here.")).wait_for()
    for name, text in (("name", "R1"), ("recipient", "a list"), ("purpose", "block")):
        page.get_by_test_id(name).focus()
        page.keyboard.type(text)
    _press_on(page, "ask")
    page.get_by_test_id("withdraw").wait_for()
    assert page.get_by_test_id("release").count() == 0
    page = ben.open("release").page
    _press_on(page, "look")
    page.get_by_test_id("list").wait_for()
    _press_on(page, "approve")
    page.get_by_text("Approved: R1").wait_for()
    page = ann.open("release").page
    _press_on(page, "release")
    page.get_by_test_id("counts").wait_for()


def _press_on(page, testid):
    button = page.get_by_test_id(testid).first
    button.wait_for()
    until(button.is_enabled, what=f"the button {testid}")
    button.focus()
    page.keyboard.press("Enter")


def _statistics(ben):
    page = ben.open("statistics").page
    unit = page.locator("select[name=unit]")
    unit.wait_for()
    unit.focus()
    for _ in range(5):
        if unit.input_value() == "child_appearance":
            break
        page.keyboard.press("ArrowDown")
    page.locator("svg[role=img]").first.wait_for()
    assert page.locator("table").count() >= 1


def _take_in(ann, folder):
    """Bring in a second folder at the intake desk, with the keyboard."""
    more = folder / "more"
    more.mkdir()
    (more / "rings.png").write_bytes(encoded(picture(43).resize((300, 200)), "PNG"))
    page = ann.open("intake").page
    typed = {
        "case": "C1",
        "exhibit": "E2",
        "purpose": "demonstration",
        "authority": "none",
        "folder": str(more),
    }
    for name, text in typed.items():
        place = page.locator(f"input[name={name}]")
        place.wait_for()
        place.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type(text)
    _press_on(page, "start")
    desk = page.get_by_test_id("intake-desk")

    def done():
        jobs = desk.evaluate("root => root.iwflab.state().jobs")
        return [job for job in jobs if job["state"] == "done"]

    (job,) = until(done, what="the intake at the desk")
    assert job["report"]["new_media"] == 1


def _accessible(person, served):
    """Hold every app as served against axe-core: nothing serious."""
    axe = Axe()
    for app in ("intake", "matching", "grading", "release", "statistics"):
        page = person.open(app).page
        page.locator("[data-testid$=-desk]").first.wait_for()
        found = axe.run(page).response["violations"]
        serious = [
            (v["id"], [n["html"][:200] for n in v["nodes"]])
            for v in found
            if v["impact"] in {"serious", "critical"}
        ]
        assert serious == [], app


def _check_list(served, folder, expected):
    release = served.folder / "releases" / "R1"
    entries = FORMATS["csv"].load((release / "hashes.csv").read_bytes())
    with Lab.open(served.folder) as lab:
        media = lab.media().set_index("sha256")
        hashes = lab.hashes()
        copies = lab.copies()
    right = {m: code for m, code in expected.items() if code in {"A", "B", "C"}}

    assert {media.loc[e.sha256, "medium"]: e.code for e in entries} == right
    for entry in entries:
        medium = media.loc[entry.sha256, "medium"]
        (found, *_) = copies[copies["medium"] == medium]["shown"]
        data = Path(found).read_bytes()
        for name in ("md5", "sha1", "sha256"):
            assert getattr(entry, name) == hashlib.new(name, data).hexdigest()
        whole = hashes[hashes["variant"] != "512nn"]  # the variant that lists carry
        mine = whole[whole["medium"] == medium].set_index("algorithm")
        if "pdq" in mine.index:
            assert entry.hashes["pdq"] == mine.loc["pdq", "value"]
            assert entry.pdq_quality == mine.loc["pdq", "quality"]
        assert (entry.scheme, entry.scheme_version) == (
            "uk_2014",
            schemes()["uk_2014"].version,
        )
    manifest = json.loads((release / "manifest.json").read_text())
    for name in manifest["files"]:
        said = subprocess.run(
            ["sha256sum", release / name], capture_output=True, text=True, check=True
        )
        assert said.stdout.split()[0] == manifest["files"][name]["sha256"]
    rows = list(csv.DictReader(io.StringIO((release / "hashes.csv").read_text())))
    assert len(rows) == len(right)


def _check_story(served, expected):
    """List, table and trail tell the same story; views are recorded apart."""
    with Lab.open(served.folder, analyst="ann") as lab:
        table = lab.table("victims", unit="medium")
        story = Counter()
        for cell in table.cells:
            story[cell.column] += cell.numerator
        assert +story == Counter(expected.values())
        acts = lab._store.rows(sa.text("SELECT verb, analyst FROM audit_entry"))
        views = lab._store.rows(sa.text("SELECT kind, variant FROM view"))
        said = Counter(row["verb"] for row in acts)
        assert said["grade"] == len(expected) + 1
        assert said["undo"] == 1
        assert said["release"] == 1
        signed = lab._store.rows(sa.text("SELECT analyst FROM sign_off"))
        assert {row["analyst"] for row in signed} == {"ben"}
        kinds = Counter((row["kind"], row["variant"]) for row in views)
        assert kinds["delivered", "shielded"] >= 10
        assert kinds["revealed", "full"] == 1
        assert kinds["delivered", "full"] == 1
        assert kinds["shown", "shielded"] >= 10
        assert lab.verify(read_data=True) == []
    assert set(PASSWORDS) == {"ann", "ben"}

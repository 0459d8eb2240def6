"""A long shift: what the script meant is what the lab holds, and memory stays flat."""

import random
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from given import CUSTODY
from serving import Person, Served, until

from iwflab.demo.drawing import encoded, picture
from iwflab.domain.elements import CHILD_FIELDS, ELEMENTS
from iwflab.lab import Lab
from iwflab.schemes import tags

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("warm")]
SIZE, SCENES, GROWTH = (96, 72), 6, 1.2
TAGS = {code: tag.key for code, tag in tags().items()}
TURNS = ("present", "absent", "not_determined")


def _lab(folder, number):
    media = folder / "media"
    media.mkdir()
    for n in range(number):
        (media / f"m{n:04}.png").write_bytes(encoded(picture(n).resize(SIZE), "PNG"))
    scene = picture(9001).resize((320, 240))
    for cut in range(SCENES):
        near = scene.crop((2 * cut, cut, 320, 240))
        (media / f"scene{cut}.png").write_bytes(encoded(near, "PNG"))
    with Lab.create(folder / "lab", head_folder=str(folder / "heads")) as lab:
        lab.intake([media], **CUSTODY)
    return folder / "lab"


@pytest.fixture(params=[100, pytest.param(1000, marks=pytest.mark.soak)])
def session(request, tmp_path, browser):
    """A served lab, its grader at the desk, and how many media there are."""
    served = Served(_lab(tmp_path, request.param)).accounts().start()
    yield served, Person(browser, served, "ann").log_in().grading(), request.param
    served.stop()


def _meant(rng):
    """Draw what the grader will record: quick ends and long records, as they come."""
    kind = rng.random()
    if kind < 0.4:
        return {"elements": {"form": "photograph", "child_present": "no"}}
    if kind < 0.5:
        return {"elements": {"form": "text_only"}}
    elements = {"form": "photograph", "child_present": "yes", "indecent": "yes"}
    for name in ("child_basis", "activity", "sadism", "animal", "real_child"):
        if rng.random() < 0.5:
            elements[name] = rng.choice(ELEMENTS[name].values)
    several = kind > 0.9
    fields = ("age_band", "sex", "pubertal")
    children = [
        {name: rng.choice(CHILD_FIELDS[name].values) for name in fields}
        for _ in range(3 if several else rng.choice((0, 1)))
    ]
    chosen = rng.sample(sorted(TAGS), len(TAGS) if several else rng.choice((0, 1, 2)))
    marked = {code: rng.choice(TURNS) for code in chosen}
    return {"elements": elements, "children": children, "tags": marked}


def _press(ann, meant):
    pressed = [
        key
        for code, turn in meant.get("tags", {}).items()
        for key in [TAGS[code]] * (1 + TURNS.index(turn))
    ]
    rows = meant.get("children", ())
    return ann.grade(meant["elements"], rows, pressed)


def _memory(served, ann):
    """Give the bytes that the page's script and the kernels hold."""
    page = ann.page.context.new_cdp_session(ann.page)
    page.send("HeapProfiler.collectGarbage")
    used = page.send("Runtime.getHeapUsage")["usedSize"]
    page.detach()
    kernels = 0
    for pid in served.kernels():
        status = Path(f"/proc/{pid}/status").read_text()
        kernels += int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024
    return used, kernels


def _stack_in_one_act(ann):
    """Grade the near-duplicates at the matching desk, take it back, grade them again."""
    page = ann.open("matching").page
    desk = page.get_by_test_id("matching-desk")
    desk.wait_for()

    def state():
        return SimpleNamespace(**desk.evaluate("root => root.iwflab.state()"))

    until(lambda: state().ready, what="the desk")
    for again in (False, True):
        desk.focus()
        ann.press("4")
        until(lambda: state().part == "stacks", what="the stacks")
        # Of a thousand drawn pictures some are alike by chance: the largest leads.
        stack = until(lambda: state().stacks, what="the stacks")[0]
        assert stack["size"] == SCENES
        ann.press("g")
        until(lambda: state().active == "form", what="the form")
        ann.press("1", "2", "Enter")
        told = page.get_by_test_id("told")
        told.get_by_text(f"{SCENES} media graded in one act").wait_for()
        if not again:
            ann.press("z")
            told.get_by_text(f"{SCENES} media wait again").wait_for()
    ann.grading()


def test_every_value_is_what_the_script_meant(session):
    served, ann, number = session
    rng = random.Random(20261122)
    with Lab.open(served.folder) as lab:
        scenes = {r["medium"] for r in lab.overview() if "scene" in r["name"]}
    _stack_in_one_act(ann)
    plain = {"elements": {"form": "photograph", "child_present": "no"}}
    intended = dict.fromkeys(scenes, plain)
    first = None
    for done in range(number):
        if ann.until(lambda s: s.end or s.medium)["end"]:
            ann.press("Enter")  # the next set
            ann.until(lambda s: s.medium)
        meant = _meant(rng)
        medium = _press(ann, meant)
        intended[medium] = meant
        if done % 13 == 5:  # taken back, and decided otherwise
            ann.press("z")
            ann.until(lambda s, medium=medium: s.medium == medium)
            ann.painted(medium)
            pressed = ann.state()["pressed"]
            ann.answer("form", "uncertain")
            ann.press("Enter")
            ann.until(lambda s, n=pressed: s.pressed > n and s.saved == s.pressed)
            changed = {**meant["elements"], "form": "uncertain"}
            intended[medium] = {**meant, "elements": changed}
        if done == number // 2:
            first = _memory(served, ann)
    assert len(intended) == number + SCENES
    last = _memory(served, ann)
    assert [end / start < GROWTH for start, end in zip(first, last, strict=True)] == [
        True,
        True,
    ], (first, last)
    assert ann.faults == []
    with Lab.open(served.folder) as lab:
        _holds(lab, intended)


def _holds(lab, intended):
    seen = lab.assessments().set_index("medium")
    rows = lab.children()
    for medium, meant in intended.items():
        got = seen.loc[medium].dropna()
        for prefix, wanted in (
            ("element_", meant["elements"]),
            ("tag_", meant.get("tags", {})),
        ):
            found = {
                k.removeprefix(prefix): v
                for k, v in got.items()
                if k.startswith(prefix) and v
            }
            assert found == wanted, medium
        children = rows[rows["medium"] == medium].sort_values("number")
        fields = ["age_band", "sex", "pubertal"]
        assert children[fields].to_dict("records") == list(meant.get("children", ()))
    assert lab.verify() == []

"""Desks without a browser, and the rules that their scripts keep."""

import re
from pathlib import Path

import pytest
from fake_lab import FakeLab
from traitlets import Bytes

import iwflab_widgets
from iwflab_widgets.desk import HERE

DESKS = [getattr(iwflab_widgets, name) for name in iwflab_widgets.__all__]
SCRIPTS = sorted(HERE.glob("*/*.js"))
MODULES = sorted(HERE.glob("**/*.py"))
FORBIDDEN = (
    *(r"innerHTML", r"outerHTML", r"insertAdjacentHTML", r"document\.write"),
    *(r"\beval\b", r"\bnew Function\b", r"https?://(?!www\.w3\.org/2000/svg)"),
    *(r"localStorage", r"sessionStorage", r"indexedDB", r"srcdoc", r"data:"),
)


@pytest.mark.parametrize("desk", DESKS, ids=lambda d: d.__name__)
def test_a_desk_is_built_from_a_lab_alone(desk):
    made = desk(FakeLab())
    assert "export default { render }" in str(made._esm)
    assert ".iwf" in str(made._css)
    with pytest.raises(TypeError):
        desk(FakeLab(), colour="red")


@pytest.mark.parametrize("desk", DESKS, ids=lambda d: d.__name__)
def test_no_trait_can_carry_a_picture_or_a_decision(desk):
    made = desk(FakeLab())
    traits = made.traits(sync=True).values()
    assert not any(isinstance(trait, Bytes) for trait in traits)
    kept = made.get_state()
    assert not any(isinstance(value, bytes | memoryview) for value in kept.values())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.name)
def test_a_script_has_nothing_that_runs_texts_or_calls_out(script):
    source = script.read_text("utf-8")
    assert [word for word in FORBIDDEN if re.search(word, source)] == []
    if script.parent.name == "grading_desk":
        assert "createObjectURL" not in source  # a blob can spill to the disk


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.name)
def test_a_script_part_can_be_read(script):
    lines = script.read_text("utf-8").splitlines()
    assert len(lines) <= 300
    assert lines[0].startswith(("//", "/**"))


def test_every_script_part_is_in_a_desk():
    joined = "\n".join(str(desk._esm) for desk in DESKS)
    left_over = [p.name for p in SCRIPTS if p.read_text("utf-8") not in joined]
    assert left_over == []


@pytest.mark.parametrize("module", MODULES, ids=lambda p: p.name)
def test_no_module_writes_html_from_texts(module):
    source = module.read_text("utf-8")
    assert not re.search(r"\bHTML(Math)?\(", source)


def test_styles_call_nothing_and_move_nothing():
    for style in HERE.glob("*/*.css"):
        source = style.read_text("utf-8")
        assert not re.search(r"url\(|@import|animation|transition|@keyframes", source)


def test_an_unknown_act_is_refused_with_advice():
    reply = iwflab_widgets.ReleaseDesk(FakeLab()).answer({"act": "x", "request": "r"})
    assert reply["request"] == "r"
    assert reply["advice"] == "reload the page"


def test_the_release_desk_tells_what_speaks_against_a_sign_off():
    desk = iwflab_widgets.ReleaseDesk(FakeLab())
    rows = desk.answer({"act": "look"})["standing"]["rows"]
    assert [len(row["against"]) for row in rows] == [0, 1, 1]
    assert "graded by you" in rows[1]["against"][0]
    assert rows[0]["told"] == ["chosen in a selection, not looked at by itself"]
    assert rows[1]["told"] == ["ann graded it otherwise: uk_2014 A (here C)"]


def test_taking_back_uses_a_request_a_medium_that_a_retry_repeats():
    lab = FakeLab()
    desk = iwflab_widgets.ReleaseDesk(lab)
    asked = {"act": "take_back", "media": ["m0001", "m0002"], "reason": "r"}
    for _ in range(2):
        desk.answer({**asked, "request": "6fa459ea-ee8a-3ca4-894e-db77e160355e"})
    assert lab.requests[:2] == lab.requests[2:]
    assert len(set(lab.requests)) == 2


def test_the_package_does_not_import_desks_before_they_are_asked_for():
    source = (Path(iwflab_widgets.__file__)).read_text("utf-8")
    assert "import_module" in source
    with pytest.raises(AttributeError):
        iwflab_widgets.NoSuchDesk  # noqa: B018

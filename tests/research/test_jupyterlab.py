"""The worked example in real JupyterLab: it runs, keys stay at the desk, no output."""

import json

import pytest

from tests.research.jupyterlab import FRONT
from tests.walk.serving import could_dump, until

pytestmark = pytest.mark.browser

# JupyterLab's keys for cells: cut, delete, run, add, merge, change the kind, move.
CELL_KEYS = (
    *("x", "d", "d", "Escape", "d", "d", "Shift+Enter", "Control+Enter", "Alt+Enter"),
    *("a", "b", "m", "y", "1", "2", "3", "ArrowUp", "ArrowDown", "ArrowLeft"),
    *("ArrowRight", "j", "k", "Shift+m", "0", "0", "i", "i", "c", "v", "z", "Enter"),
)


def test_the_worked_example_runs_and_asks_nobody_outside(researcher):
    assert len(researcher.numbers) >= 8
    page = researcher.page
    assert page.locator(".jp-OutputArea-output[data-mime-type*=error]").count() == 0
    page.locator(".jp-RenderedHTMLCommon table").first.wait_for()
    page.locator(".jp-RenderedSVG").first.wait_for()
    until(lambda: researcher.state()["painted"], what="a preview at the desk")
    assert researcher.state()["analyst"]
    assert researcher.outside == []
    assert researcher.faults == []


def test_the_desk_keeps_its_line_in_a_notebook(researcher):
    ready = "root => root.iwflab.desk.server.line.ready"
    until(lambda: researcher.desk().evaluate(ready), what="the line of the desk")


def test_the_desk_says_how_to_get_the_keys(researcher):
    researcher.page.locator(".jp-Notebook .jp-MarkdownCell").first.click()
    hint = researcher.page.get_by_text("Click here to activate the keys.")
    assert hint.is_visible()
    _at_the_desk(researcher)
    assert not hint.is_visible()


def test_keys_at_the_desk_change_no_cell(researcher):
    before = researcher.cells()
    _at_the_desk(researcher)
    pressed = researcher.state()["pressed"]
    for key in CELL_KEYS:
        researcher.page.keyboard.press(key)
        assert _keeps_focus(researcher), key
        assert researcher.cells() == before, key
    # They were keys of the desk: it answered them, k with its palette.
    researcher.page.keyboard.press("Escape")
    until(lambda: researcher.state()["blanked"], what="the panic key in a dialog")
    researcher.page.keyboard.press("ArrowUp")  # whatever wakes it
    until(lambda: not researcher.state()["blanked"], what="the desk again")
    state = researcher.state()
    assert state["record"]["elements"] or state["pressed"] > pressed

    # The control: the same keys beside the desk do delete a cell.
    researcher.page.locator(".jp-Notebook .jp-MarkdownCell").first.click()
    for key in ("Escape", "d", "d"):
        researcher.page.keyboard.press(key)
    until(lambda: len(researcher.cells()) == len(before) - 1, what="a deleted cell")
    researcher.page.keyboard.press("z")
    until(lambda: len(researcher.cells()) == len(before), what="the cell come back")
    # And keys beside the desk are none of the desk's.
    state = researcher.state()
    for key in ("1", "g", "ArrowRight"):
        researcher.page.keyboard.press(key)
    after = researcher.state()
    assert (after["record"], after["level"]) == (state["record"], state["level"])


def test_the_saved_notebook_holds_no_output(researcher):
    researcher.save()
    notebook = researcher.research.notebook()

    code = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    assert len(code) >= 8
    assert all(c["outputs"] == [] and c["execution_count"] is None for c in code)
    assert "widgets" not in notebook["metadata"]
    assert all("attachments" not in c for c in notebook["cells"])
    # What the page shows has outputs all the same: they were there to be stripped.
    assert researcher.page.locator(".jp-OutputArea-output").count() >= 8


def test_nothing_of_jupyter_lies_in_the_home_folder(researcher):
    research = researcher.research
    found = [p.relative_to(research.base) for p in research.base.rglob("*")]
    outside = [p for p in found if p.parts[0] != "lab"]

    assert not [p for p in outside if p.name == ".ipynb_checkpoints"]
    assert not [p for p in found if p.name == "history.sqlite"]
    kept = {p.parts[1] for p in outside if p.parts[0] == "home" and len(p.parts) > 1}
    assert kept <= {".local", ".cache"}  # the signed heads of the demonstration lab
    assert not [p for p in outside if "jupyter" in str(p) or "ipython" in str(p)]
    log = research.log.read_text()
    assert str(research.lab) not in log
    assert "token" not in log


def test_the_kernel_is_encrypted_and_no_process_leaves_a_core_file(researcher):
    assert could_dump(researcher.research.process.pid) == []
    (place,) = researcher.research.lab.glob("server/research-*/runtime/kernel-*.json")
    connection = json.loads(place.read_text())

    assert connection["transport"] == "tcp"
    assert any("curve" in name or "encrypt" in name for name in connection), connection


def test_keys_in_cards_and_lists_of_a_desk_change_no_cell(research, researcher):
    """What has the focus inside a desk is no cell's: JupyterLab starts to look there."""
    desks = ("GradingDesk", "StatisticsDesk", "MatchingDesk", "IntakeDesk")
    start = "from iwflab import Lab\nfrom iwflab_widgets import *\nlab = Lab.open()"
    research.write("keys.ipynb", start, *(f"{name}(lab)" for name in desks), "1 + 1")
    page = researcher.open("keys.ipynb").page
    researcher.run_all()
    until(lambda: researcher.state()["painted"], what="a preview at the desk")
    before = researcher.cells()
    front = page.locator(FRONT)

    def changes_nothing(what):
        for key in ("d", "d", "x", "a", "b", "m", "Shift+Enter", "c", "v"):
            page.keyboard.press(key)
            assert researcher.cells() == before, (what, key)

    for opening in ("?", "h", "k"):
        researcher.desk().focus()
        page.keyboard.press(opening)
        page.locator("dialog[open]").wait_for()
        changes_nothing(opening)
        page.evaluate("document.querySelector('dialog[open]')?.close()")
    researcher.desk().focus()
    page.keyboard.press("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SELECT"
    changes_nothing("a list of the filter")
    for name in ("grading", "statistics", "matching", "intake"):
        desk = front.get_by_test_id(f"{name}-desk")
        for control in ("button:not([disabled])", "select", "input", "summary"):
            found = desk.locator(f"{control}:visible")
            if found.count():
                found.first.focus()
                changes_nothing((name, control))
    researcher.menu("Kernel", "Shut Down Kernel")
    until(lambda: len(research.kernels()) == 1, what="the kernel of the example alone")


def _at_the_desk(researcher):
    researcher.desk().get_by_test_id("picture").click()
    until(lambda: _has_focus(researcher), what="the focus at the desk")


def _has_focus(researcher):
    return researcher.desk().evaluate("root => document.activeElement === root")


def _keeps_focus(researcher):
    return researcher.desk().evaluate("root => root.contains(document.activeElement)")

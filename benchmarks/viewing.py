"""Both viewers as people meet them: our served desk, and a plain notebook in Voila."""

import contextlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import nbformat
import pictures
from measuring import workshop
from painting import WINDOW, Viewer
from serving import PASSWORDS, Served, copy_of, free_port, until

PLAIN = """
import csv, pathlib
import ipywidgets as widgets

files = sorted(pathlib.Path({folder!r}).iterdir())
place = 0
image = widgets.Image(format="jpeg", layout=widgets.Layout(width="900px"))
following = widgets.Button(description="Next")
saving = widgets.Button(description="Save")
answer = widgets.ToggleButtons(options=["none", "C", "B", "A"])


def show(step):
    global place
    place = (place + step) % len(files)
    image.value = files[place].read_bytes()


def save(_):
    with open({saved!r}, "a", newline="") as out:
        csv.writer(out).writerow([files[place].name, answer.value])
    show(1)


following.on_click(lambda _: show(1))
saving.on_click(save)
show(0)
widgets.VBox([image, answer, widgets.HBox([following, saving])])
"""


class Ours(Viewer):
    """The grading desk; a decision is ``4`` (text only), ``2`` (no child), Enter."""

    place = "[data-testid=picture]"
    picture = f"{place} > canvas"

    def __init__(self, page, served):
        self.kernels = served.kernels
        self.state = lambda: page.get_by_test_id("grading-desk").evaluate(
            "root => root.iwflab.state()"
        )
        until(lambda: self.state()["painted"], what="the first picture")
        super().__init__(page)

    def turn(self):
        self.page.keyboard.press("ArrowRight")

    def back(self):
        self.page.keyboard.press("ArrowLeft")

    def answer(self):
        self.page.keyboard.press("4")
        self.page.keyboard.press("2")

    def save(self):
        self.page.keyboard.press("Enter")

    def reveal(self):
        """Press Space; give the milliseconds to the full preview on the screen."""
        self.page.keyboard.press(" ")
        shown = until(
            lambda: (
                (self.state()["painted"] or {}).get("variant") == "full"
                and self.state()["painted"]
            ),
            what="the full preview",
        )
        return shown["at"] - self.page.evaluate("window.pressed")

    def saved(self):
        return self.state()["saved"]

    def says(self):
        state = self.state()
        return state["stopped"] or state["message"] or super().says()


class Plain(Viewer):
    """The plain notebook; the keys press the focused button."""

    picture = "img.widget-image"

    def __init__(self, page, kernels, saved):
        super().__init__(page)
        self.kernels, self.csv = kernels, saved

    def _press(self, name):
        button = self.page.get_by_role("button", name=name, exact=True)
        button.focus()
        self.page.keyboard.press("Enter")

    def turn(self):
        self._press("Next")

    def answer(self):
        pass

    def save(self):
        self._press("Save")

    def saved(self):
        return len(self.csv.read_text().splitlines()) if self.csv.exists() else 0


@contextlib.contextmanager
def ours(browser):
    """Serve a copy of the filled lab, log in, open the grading desk."""
    folder = workshop() / f"ours-{free_port()}" / "lab"
    folder.parent.mkdir()
    served = Served(copy_of(pictures.lab(pictures.WIDE), folder)).accounts().start()
    try:
        page = browser.new_context(viewport=WINDOW).new_page()
        log_in(page, served.url)
        page.goto(f"{served.url}/voila/render/grading.ipynb")
        page.get_by_test_id("grading-desk").wait_for()
        yield Ours(page, served)
        page.context.close()
    finally:
        served.stop()


def log_in(page, url):
    page.goto(f"{url}/login")
    page.get_by_label("Name").fill("ann")
    page.get_by_label("Password").fill(PASSWORDS["ann"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/")


@contextlib.contextmanager
def plain(browser):
    """Serve the plain notebook with a stock Voila, and open it."""
    folder = workshop() / f"plain-{free_port()}"
    folder.mkdir()
    saved, port = folder / "saved.csv", free_port()
    process = subprocess.Popen(
        [voila(), notebook(folder, saved), f"--port={port}", "--no-browser"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(folder)},
    )
    try:
        page = browser.new_context(viewport=WINDOW).new_page()
        until(lambda: opened(page, f"http://127.0.0.1:{port}/"), 60, "the start of it")
        page.locator("img.widget-image").wait_for()
        yield Plain(page, lambda: kernels_of(process.pid), saved)
        page.context.close()
    finally:
        process.terminate()
        process.wait(20)


@cache
def voila():
    return str(Path(sys.executable).with_name("voila"))


def notebook(folder, saved):
    source = PLAIN.format(folder=str(pictures.folder(pictures.WIDE)), saved=str(saved))
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbformat.write(made, folder / "plain.ipynb")
    return str(folder / "plain.ipynb")


def opened(page, url):
    from playwright.sync_api import Error

    with contextlib.suppress(Error):
        return page.goto(url).ok
    return False


def kernels_of(parent):
    """Give the process ids of the kernels below a server."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            above = int(stat.read_text().rsplit(")", 1)[1].split()[1])
            command = (stat.parent / "cmdline").read_bytes()
            if above == parent and b"ipykernel" in command:
                found.append(int(stat.parent.name))
    return found

"""``iwflab research`` as the command starts it, and a person in its JupyterLab."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from iwflab.lab import Lab
from iwflab.lab.seat import operating_system_user
from tests.walk.serving import free_port, kernels_of, until

PASSWORD = "correct horse battery"
REPOSITORY = Path(__file__).parents[2]
EXAMPLE = "worked_example.ipynb"
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"  # the one in front
FRONT = f"{PANEL} .jp-Notebook"
SAVED = """() => document.querySelector('.jp-mod-current.jp-mod-dirty') === null"""


def home_in(base):
    """The variables that send everything a program keeps of its own into a folder."""
    places = {
        "HOME": "home",
        "TMPDIR": "temporary",
        "XDG_CACHE_HOME": "xdg/cache",
        "XDG_CONFIG_HOME": "xdg/config",
        "XDG_DATA_HOME": "xdg/data",
        "XDG_RUNTIME_DIR": "xdg/runtime",
        "XDG_STATE_HOME": "xdg/state",
    }
    for name in places.values():
        (base / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    return {variable: str(base / name) for variable, name in places.items()}


@dataclass
class Research:
    """A research server in a home of its own; ``start_with`` replaces the module."""

    lab: Path
    base: Path
    start_with: Path | None = None
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    def __post_init__(self):
        (self.base / "logs").mkdir(parents=True, exist_ok=True)
        self.notebooks = self.base / "notebooks"
        self.log = self.base / "logs" / "research.log"

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def command(self):
        root = os.geteuid() == 0
        if self.start_with is None:
            named = ["--lab", self.lab, "--notebooks", self.notebooks]
            start = [Path(sys.executable).with_name("iwflab"), "research", *named]
            return [*start, "--port", str(self.port), *["--allow-root"][: int(root)]]
        told = [self.lab, operating_system_user(), self.notebooks, str(self.port)]
        return [sys.executable, self.start_with, *told, "root" if root else "user"]

    def start(self):
        with Lab.open(self.lab) as lab:
            lab.account_add(operating_system_user(), PASSWORD)
        paths = {"PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'widgets'}"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdout=log,
                stderr=log,
                cwd=self.base,
                env={**os.environ, **home_in(self.base), **paths},
            )
        until(self._is_up, what=f"the start of research; see {self.log}")
        return self

    def _is_up(self):
        if self.process.poll() is not None:
            raise AssertionError(self.log.read_text())
        return "research is served to" in self.log.read_text()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)

    def kernels(self):
        """The process ids of the kernels that this server keeps alive."""
        return kernels_of(self.process.pid)

    def notebook(self, name=EXAMPLE):
        return json.loads((self.notebooks / name).read_text("utf-8"))

    def write(self, name, *cells):
        """Put a notebook of these code cells among the person's own."""
        code = [
            {
                "cell_type": "code",
                "execution_count": None,
                "id": f"cell-{number}",
                "metadata": {},
                "outputs": [],
                "source": text,
            }
            for number, text in enumerate(cells)
        ]
        kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
        plain = {"cells": code, "metadata": {"kernelspec": kernel}}
        text = json.dumps({**plain, "nbformat": 4, "nbformat_minor": 5})
        (self.notebooks / name).write_text(text, "utf-8")


class Researcher:
    """The person of a research server, at one page of a browser."""

    def __init__(self, context, research):
        self.research = research
        self.outside, self.faults = [], []
        self.page = context.pages[0] if context.pages else context.new_page()
        self.page.set_default_timeout(45_000)
        self.page.on("request", self._watch)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _watch(self, request):
        if not request.url.startswith((self.research.url, "data:", "blob:")):
            self.outside.append(request.url)

    def open(self, name=EXAMPLE):
        """Open a notebook; log in on the way, when that is still to do."""
        # A workspace of its own: beside the notebook no other one comes back.
        space = name.partition(".")[0]
        self.page.goto(f"{self.research.url}/lab/workspaces/{space}/tree/{name}")
        if "/login" in self.page.url:
            self.page.get_by_label("Name").fill(operating_system_user())
            self.page.get_by_label("Password").fill(PASSWORD)
            self.page.keyboard.press("Enter")
        self.page.locator(f"{FRONT} .jp-Cell").first.wait_for()
        self.page.get_by_text("| Idle").wait_for()
        self.page.locator(f"{PANEL} [data-status=idle]").first.wait_for()
        return self

    def menu(self, menu, entry):
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.locator(".lm-Menu-itemLabel", has_text=entry).first.click()

    def run_all(self):
        """Run every cell; the last one done has its number."""
        self.menu("Run", "Run All Cells")
        prompts = self.page.locator(f"{FRONT} .jp-CodeCell .jp-InputPrompt")

        def done():
            told = prompts.all_inner_texts()
            return told if all(text.strip("[]: ").isdigit() for text in told) else None

        return until(done, seconds=60, what="the last cell")

    def save(self):
        """Save, and wait until the server has answered."""
        with self.page.expect_response(
            lambda r: r.request.method == "PUT" and "/api/contents/" in r.url
        ) as answer:
            self.menu("File", "Save Notebook")
        assert answer.value.ok, answer.value.status
        self.page.wait_for_function(SAVED)

    def cells(self):
        """The cells as the page has them: kind, text, the number of their run."""
        return self.page.locator(f"{FRONT} .jp-Cell").evaluate_all(
            """cells => cells.map(cell => [
              cell.classList.contains("jp-CodeCell"),
              cell.querySelector(".jp-InputArea-editor")?.innerText ?? "",
              cell.querySelector(".jp-InputPrompt")?.innerText ?? ""])"""
        )

    def desk(self):
        return self.page.get_by_test_id("grading-desk")

    def state(self):
        return self.desk().evaluate("root => root.iwflab.state()")

    def log_out(self):
        self.page.goto(f"{self.research.url}/logout")
        self.page.wait_for_url("**/login**")

"""A served lab and a person at its desks, through real headless Chromium."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from playwright.sync_api import Error, sync_playwright

from iwflab.lab import Lab

ROLES = {"ann": ("assessor", "senior_analyst"), "ben": ("assessor", "qa_officer")}
PASSWORDS = {"ann": "correct horse battery", "ben": "staple tram lantern"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
FLAGS = [
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    "--no-sandbox",  # the tests run in containers; the pages are our own
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # whatever they ask for
]


FORM = """(desk, question) => {
  const named = start => [...desk.querySelectorAll(`[data-testid^="${start}-"]`)]
    .map(place => place.dataset.testid.slice(start.length + 1));
  return [desk.iwflab.state().active, named("question"), named(`answer-${question}`)];
}"""


def until(true, seconds=30.0, what="the condition"):
    """Poll with a deadline; give what was found."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not hold within {seconds} s")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def could_dump(parent):
    """Name the processes of a server whose memory could be written to a core file."""
    family = {parent}
    for _ in range(4):  # the server, its kernels and workers, what those started
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                if int(stat.read_text().rsplit(")", 1)[1].split()[1]) in family:
                    family.add(int(stat.parent.name))
    assert len(family) > 1, family
    found = []
    for pid in family:
        with contextlib.suppress(OSError):
            limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
            (line,) = [limit for limit in limits if limit.startswith("Max core file")]
            if line.split()[4:6] != ["0", "0"]:
                found.append((pid, line))
    return found


def kernels_of(server):
    """The process ids of the kernels that a process started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
            command = (stat.parent / "cmdline").read_bytes()
            if parent == server and b"ipykernel" in command:
                found.append(int(stat.parent.name))
    return found


@dataclass
class Served:
    """The server of one lab, started as the command starts it."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self):
        return self.folder.with_suffix(".log")

    def accounts(self):
        with Lab.open(self.folder) as lab:
            for name, password in PASSWORDS.items():
                lab.account_add(name, password, roles=ROLES[name], os_user=True)
        return self

    def start(self):
        command = [Path(sys.executable).with_name("iwflab"), "serve"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--lab", self.folder, "--port", str(self.port)],
                stdout=log,
                stderr=log,
                env={**os.environ, "HOME": str(self.folder.parent)},
            )
        until(self._answers, what=f"the start of the server; see {self.log}")
        return self

    def _answers(self):
        if self.process.poll() is not None:
            raise AssertionError(self.log.read_text())
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), 1),
        ):
            return True
        return False

    def kernels(self):
        """The process ids of the kernels that this server keeps alive."""
        return kernels_of(self.process.pid)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


class Person:
    """Somebody with a browser, a login and a keyboard."""

    def __init__(self, browser, served, name):
        self.served, self.name = served, name
        self.context = browser.new_context(viewport={"width": 1440, "height": 900})
        self.faults, self.outside = [], []
        # Heard, not routed: routing asks Python for each request, and without a cache.
        self.context.on("request", self._watch)
        self.page = self.new_page()

    def new_page(self):
        page = self.context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._hear)
        return page

    def _hear(self, message):
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(message.text)

    def _watch(self, request):
        if not request.url.startswith((self.served.url, "data:", "blob:")):
            self.outside.append(request.url)

    def log_in(self):
        self.page.goto(f"{self.served.url}/login")
        self.page.locator("input:not([type=hidden])").first.focus()
        self.page.keyboard.type(self.name)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(PASSWORDS[self.name])
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"{self.served.url}/")
        return self

    def open(self, app):
        self.page.goto(f"{self.served.url}/voila/render/{app}.ipynb")
        return self

    def grading(self):
        self.open("grading")
        self.page.get_by_test_id("grading-desk").wait_for()
        self.until(lambda s: s.ready and (s.end or s.medium))
        return self

    def state(self):
        return self.page.get_by_test_id("grading-desk").evaluate(
            "root => root.iwflab.state()"
        )

    def until(self, condition, seconds=30):
        """Wait until a Python condition over the desk's state ``s`` holds."""
        end = time.monotonic() + seconds
        state = {}
        while time.monotonic() < end:
            with contextlib.suppress(Error):  # the page may be loading again
                state = self.state()
                if condition(SimpleNamespace(**state)):
                    return state
            self.page.wait_for_timeout(20)
        picture = self.served.folder.with_suffix(".png")
        self.page.screenshot(path=picture)
        raise AssertionError(f"the desk did not come to it: {state}; see {picture}")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def painted(self, medium=None):
        """Wait until the open medium is on the screen, or the card in its place."""

        def on_screen(s):
            if not s.medium or medium not in {None, s.medium}:
                return False
            if self.page.get_by_test_id("metadata-card").is_visible():
                return True
            return bool(s.painted) and s.painted["medium"] == s.medium

        return self.until(on_screen)

    def answer(self, question, value):
        """Mark a question with the arrow keys, answer it with its digit."""
        desk = self.page.get_by_test_id("grading-desk")
        for _ in range(60):
            active, order, answers = desk.evaluate(FORM, question)
            if active == question and value in answers:
                break
            if question not in order:
                self.press("m")  # folded away: nothing depends on it
                _, order, _ = desk.evaluate(FORM, question)
            there = order.index(question) if question in order else len(order)
            here = order.index(active) if active in order else -1
            way = "ArrowDown" if here < there else "ArrowUp"
            self.press(*[way] * abs(there - here))
        assert (active, value in answers) == (question, True), self.state()
        self.press(str(answers.index(value) + 1))

    def grade(self, elements, children=(), tags=()):
        """Record elements, children and tags with the keyboard alone; save."""
        before = self.painted()
        for question, value in elements.items():
            self.answer(question, value)
        for number, child in enumerate(children, start=1):
            self.press("c")
            for field_, value in child.items():
                self.answer(f"child-{number}-{field_}", value)
        self.press(*tags)
        self.press("Enter")
        self.until(lambda s: s.pressed > before["pressed"] and s.saved == s.pressed)
        return before["medium"]


@contextlib.contextmanager
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def copy_of(filled, folder, **settings):
    """Copy a filled lab (see conftest) so that it can be served."""
    shutil.copytree(filled / "lab", folder)
    toml = folder / "lab.toml"
    text = toml.read_text().replace(str(filled / "heads"), str(folder) + "-heads")
    for name, value in settings.items():
        lines = [
            f"{name} = {json.dumps(value)}" if line.startswith(f"{name} = ") else line
            for line in text.splitlines()
        ]
        text = "\n".join(lines) + "\n"
    toml.write_text(text)
    return folder

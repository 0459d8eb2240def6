"""Whole sessions at a lab, with a home, a temp folder and browser profiles to search."""

import contextlib
import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from iwflab.demo.drawing import encoded, picture
from iwflab.lab import Lab
from tests.leaks.scanning import Scan
from tests.research.jupyterlab import EXAMPLE, Research, Researcher, home_in
from tests.walk.serving import CHROMIUM, FLAGS, Person, Served, until

HERE = Path(__file__).parent
SHARED = ("/dev/shm", "/tmp", "/var/tmp")
PREFIX = "iwfleak"  # of the folder of a session
MEDIA = 8  # with sets of two, some are left for the researcher
CUSTODY = {"case": "C1", "exhibit": "E1", "purpose": "testing", "authority": "none"}
GIRL = {"age_band": "7-10", "sex": "girl", "pubertal": "prepubescent"}
SEEN = {
    "form": "photograph",
    "child_present": "yes",
    "indecent": "yes",
    "activity": "posing",
    "sadism": "no",
    "animal": "no",
}
# What a page must not do: ask the browser to keep what it fetches.
CARELESS_PAGE = """(() => {
  const asked = window.fetch;
  window.fetch = (address, more) => asked(address, { ...more, cache: "default" });
})();"""
SHOW = """
from IPython.display import Image, display
from iwflab import Lab

lab = Lab.open()
medium = lab.open_set(1)["items"][0]["medium"]
for variant in ("shielded", "full"):
    display(Image(lab.deliver(medium, variant)))
lab.deliver(medium, "full")
"""
LARGE = {"width": 1440, "height": 900}


@dataclass
class Place:
    """Everything that a session could write to, under one folder."""

    base: Path

    def __post_init__(self):
        for name in ("logs", "working", "profiles"):
            (self.base / name).mkdir(parents=True)
        self.lab = self.base / "lab"
        self.marks = {}
        self.since = (self.base / "working").lstat().st_ctime_ns

    @property
    def environment(self):
        return {**os.environ, **home_in(self.base)}

    def make_lab(self):
        heads = str(self.base / "heads")
        with Lab.create(self.lab, head_folder=heads, set_size=2):
            pass
        return self

    def draw(self):
        """Draw marked pictures: bytes at the start and in the middle are by chance."""
        chance = random.Random(20_26)
        folder = self.base / "source"
        folder.mkdir()
        for number in range(MEDIA):
            drawn = picture(number).resize((480, 360))
            noise = Image.frombytes("RGB", (160, 160), chance.randbytes(76_800))
            drawn.paste(noise, (160, 100))
            self.marks[f"comment {number}"] = mark = chance.randbytes(900)
            form = ("JPEG", "PNG")[number % 2]
            more = {"comment": mark} if form == "JPEG" else {}
            name = folder / f"marked-{number}.{form.lower()}"
            name.write_bytes(encoded(drawn, form, **more))
        return sorted(folder.iterdir())

    def intake(self):
        files = self.draw()
        with Lab.open(self.lab) as lab:
            lab.intake(files, **CUSTODY)
        shutil.rmtree(self.base / "source")
        return self

    def scan(self):
        """Make the scan for what this lab keeps: originals and their previews.

        Some originals carry a comment of bytes by chance near their start, too.
        """
        known = {}
        for folder in ("evidence", "previews"):
            for file in (self.lab / folder).rglob("*"):
                if file.is_file():
                    known[f"{folder} {file.name[:12]}{file.suffix}"] = file.read_bytes()
        assert len(known) == MEDIA * 4, sorted(known)  # three previews of each
        return Scan({**known, **self.marks})

    def hits(self, scan):
        """Search everything but what the lab keeps media in.

        Also what our user wrote since to the folders that every program shares; there,
        what other tests keep is left out: their pictures are drawn alike.
        """
        kept = [self.lab / "evidence", self.lab / "previews"]
        hits = scan.under(self.base, leave_out=kept)
        named = (f"{PREFIX}*", "pytest-of-*")
        others = [
            run for place in SHARED for name in named for run in Path(place).glob(name)
        ]
        for place in SHARED:
            hits += scan.under(place, leave_out=others, since=self.since)
        return hits


class Apps(Served):
    """The apps, served from a home of their own; ``start_with`` replaces the module."""

    place: Place = None
    start_with: Path | None = None

    @property
    def log(self):
        return self.place.base / "logs" / "apps.log"

    def start(self):
        command = [Path(sys.executable).with_name("iwflab"), "serve"]
        if self.start_with:
            command = [sys.executable, self.start_with]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--lab", self.folder, "--port", str(self.port)],
                stdout=log,
                stderr=log,
                cwd=self.place.base / "working",
                env=self.place.environment,
            )
        until(self._answers, what=f"the start of the server; see {self.log}")
        return self


@contextlib.contextmanager
def apps(place, start_with=None):
    served = Apps(place.lab)
    served.place, served.start_with = place, start_with
    served.accounts().start()
    try:
        yield served
    finally:
        served.stop()


class Kept(Person):
    """A person whose browser keeps a profile on the disk, as browsers do."""

    def __init__(self, context, served, name):
        self.served, self.name, self.context = served, name, context
        self.faults, self.outside = [], []
        self.page = self.new_page()


@contextlib.contextmanager
def browser(place, name, *, careless=False):
    """A Chromium with its disk cache on; it is closed before anyone looks."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            place.base / "profiles" / name,
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport=LARGE,
            env=place.environment,
        )
        if careless:
            context.add_init_script(CARELESS_PAGE)
        try:
            yield context
        finally:
            context.close()


def look(person):
    """See a medium shielded, then in full."""
    person.grading().painted()
    person.press("Space")
    person.until(lambda s: s.painted and s.painted["variant"] == "full")


def bring_in(person, files):
    """Send files at the intake desk."""
    page = person.open("intake").page
    for name, text in CUSTODY.items():
        page.get_by_test_id(name).fill(text)
    page.get_by_test_id("files").set_input_files(files)
    page.get_by_test_id("send").click()
    page.get_by_text(f"{len(files)} files sent").wait_for()
    desk = page.get_by_test_id("intake-desk")

    def done():
        jobs = desk.evaluate("root => root.iwflab.state().jobs")
        return jobs and all(job["state"] == "done" for job in jobs)

    until(done, what="the intake")


def sign_off(person):
    """Sign off what another graded."""
    page = person.open("release").page
    page.get_by_test_id("media").wait_for()
    page.get_by_test_id("all").first.click()
    page.get_by_test_id("sign-off").first.click()
    with Lab.open(person.served.folder) as lab:
        until(lambda: not lab.to_sign_off(), what="the sign-off")


def ask(person):
    """Ask for the release of what is signed off."""
    page = person.open("release").page
    for name in ("name", "recipient", "purpose"):
        page.get_by_test_id(name).fill("R1")
    page.get_by_test_id("ask").first.click()
    page.get_by_test_id("withdraw").wait_for()


def approve(person):
    """See the list that another asked for, and approve it."""
    page = person.open("release").page
    page.get_by_test_id("look").first.click()
    page.get_by_test_id("list").wait_for()
    page.get_by_test_id("approve").first.click()
    page.get_by_text("Approved: R1").wait_for()


def let_go(person):
    """Release what was approved."""
    page = person.open("release").page
    page.get_by_test_id("release").first.click()
    page.get_by_test_id("counts").wait_for()


def count(person):
    page = person.open("statistics").page
    page.locator("select[name=unit]").select_option("child_appearance")
    page.locator("svg[role=img]").first.wait_for()


def log_out(person):
    person.page.goto(f"{person.served.url}/")
    person.page.locator("form[action$=logout] button").click()
    person.page.wait_for_url("**/login**")


def research(place, start_with=None, *, example=True):
    """Work in JupyterLab: the example with its desk, and a cell that shows pictures."""
    server = Research(place.lab, place.base, start_with=start_with).start()
    try:
        with browser(place, "researcher") as context:
            person = Researcher(context, server)
            if example:
                person.open(EXAMPLE)
                person.run_all()
                until(lambda: person.state()["painted"], what="a preview")
                person.desk().get_by_test_id("picture").click()
                person.page.keyboard.press("Space")
                until(
                    lambda: (person.state()["painted"] or {}).get("variant") == "full",
                    what="the full preview",
                )
                person.save()
            server.write("shown.ipynb", SHOW)
            person.open("shown.ipynb")
            person.run_all()
            person.page.locator(".jp-RenderedImage img").nth(1).wait_for()
            person.save()
            if example:
                person.log_out()
    finally:
        server.stop()

"""A lab with drawn pictures, its server, and visitors to it."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import quote, urlencode

import nbformat
import pytest
from PIL import Image, ImageDraw

from iwflab.lab import Lab

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
WIDGETS = (REPOSITORY / "widgets",)
DOORS = ("intake", "matching", "grading", "release", "statistics")
OPERATIONS = ("take_in", "answer_matches", "grade", "export_hashes", "statistics")
NEEDS = dict(zip(DOORS, OPERATIONS, strict=True))
ROLES = {
    "ann": ("assessor", "senior_analyst"),
    "ben": ("senior_analyst", "qa_officer"),
}
PASSWORDS = {"ann": "correct horse battery", "ben": "staple tram lantern"}
SECRET_NAME = "canary-harbour"
STAND_IN = """
import os

import anywidget
import traitlets


class Desk(anywidget.AnyWidget):
    who = traitlets.Unicode().tag(sync=True)
    _esm = '''export default { render({ model, el }) {
      el.id = "desk"; el.textContent = model.get("who"); } }'''


Desk(who="analyst " + os.environ["IWFLAB_ANALYST"])
"""


def until(true, seconds=20.0, what="the condition"):
    """Poll with a deadline; return what was found."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.05)
    pytest.fail(f"{what} did not hold within {seconds} s")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def draw(folder, count):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        picture = Image.new("RGB", (320, 240), (30 + 9 * number, 90, 160))
        pen = ImageDraw.Draw(picture)
        for line in range(0, 320, 8 + number):
            pen.line((line, 0, 320 - line, 240), fill=(250, 220, 20 * number % 255))
        picture.save(folder / f"pattern-{number:02}.jpg", quality=90)
    return folder


def door(folder, name):
    """Write a stand-in for an app notebook: it says whose kernel it runs in."""
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(f"# {name}"),
            nbformat.v4.new_code_cell(STAND_IN),
        ],
        metadata={
            "kernelspec": {
                "name": "python3",
                "language": "python",
                "display_name": "P",
            },
            "title": name,
            "iwflab": {"operation": NEEDS[name]},
        },
    )
    nbformat.write(notebook, folder / f"{name}.ipynb")


@dataclass
class Server:
    """A running server, and what a test may look at from outside."""

    folder: Path
    port: int
    log: Path
    temporary: Path
    told: Path
    command: list
    process: subprocess.Popen = None

    def start(self, **environment):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdout=log,
                stderr=log,
                env=os.environ
                | {
                    "PYTHONPATH": os.pathsep.join(
                        [
                            *(str(place) for place in (REPOSITORY, *WIDGETS)),
                            *filter(None, [os.environ.get("PYTHONPATH")]),
                        ]
                    ),
                    "TMPDIR": str(self.temporary),
                    "HOME": str(self.temporary),
                }
                | environment,
            )
        before = self.text().count("iwflab is served at")
        until(
            lambda: (
                self.process.poll() is not None
                or self.text().count("iwflab is served at") > before
            ),
            what=f"the server's start ({self.text()[-2000:]})",
        )
        assert self.process.poll() is None, self.text()
        return self

    def text(self):
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def kernels(self):
        """Return the process ids of the kernels that this server keeps alive."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = stat.read_text().rsplit(")", 1)[1].split()[1]
                command = (stat.parent / "cmdline").read_bytes()
            except OSError:
                continue
            if parent == str(self.process.pid) and b"ipykernel" in command:
                found.append(int(stat.parent.name))
        return found

    def connections(self):
        """Return the connection files of the kernels."""
        return [
            json.loads(place.read_text())
            for place in self.temporary.glob("voila_*/kernel-*.json")
        ]

    def views(self, kind):
        """Read the view log from outside."""
        place = f"file:{self.folder / 'lab.db'}?mode=ro"
        with contextlib.closing(sqlite3.connect(place, uri=True)) as database:
            query = "SELECT analyst, medium, variant FROM view WHERE kind = ?"
            return database.execute(query, [kind]).fetchall()

    def routes(self):
        return json.loads(self.told.read_text("utf-8"))

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(20)


@dataclass
class Visitor:
    """An HTTP client with a cookie jar and no other opinion."""

    server: Server
    cookies: dict = field(default_factory=dict)
    set_cookies: list = field(default_factory=list)

    def ask(self, method, path, body=None, *, headers=None, xsrf=True):
        """Return (status, headers, bytes)."""
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if not self.cookies:
            sent = {}
        if xsrf and "_xsrf" in self.cookies and method not in {"GET", "HEAD"}:
            sent["X-XSRFToken"] = self.cookies["_xsrf"]
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, 30)
        try:
            connection.request(
                method, quote(path, "/?&=%"), body, sent | (headers or {})
            )
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.set_cookies.append(value)
                for key, morsel in SimpleCookie(value).items():
                    self.cookies[key] = morsel.value
        return answer.status, dict(answer.getheaders()), content

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, plain, **more):
        """Post JSON; return (status, JSON)."""
        status, _, content = self.ask("POST", path, json.dumps(plain), **more)
        return status, json.loads(content or b"null")

    def read(self, path):
        status, _, content = self.get(path)
        assert status == 200, (path, status, content[:300])
        return json.loads(content)

    def try_login(self, name, password, way_back=""):
        self.get("/login")
        form = {"name": name, "password": password, "next": way_back}
        form["_xsrf"] = self.cookies["_xsrf"]
        return self.ask(
            "POST",
            "/login",
            urlencode(form),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )

    def login(self, name):
        status, _, content = self.try_login(name, PASSWORDS[name])
        assert status == 302, content[:300]
        return self

    def open(self, app="grading"):
        """Render an app as a browser would; return its kernel's id."""
        status, _, page = self.get(f"/voila/render/{app}.ipynb")
        assert status == 200
        return re.search(rb'"kernelId": ?"([^"]+)"', page)[1].decode()

    def shut(self, kernel):
        """Send the beacon of the closing tab."""
        return self.ask("POST", f"/voila/api/shutdown/{kernel}")[0]

    def cookie_header(self):
        return "; ".join(f"{k}={v}" for k, v in self.cookies.items())


def make_lab(folder, pictures=16):
    roots = [str(folder.parent.parent)]
    lab = Lab.create(folder, name=SECRET_NAME, intake_roots=roots)
    for name, password in PASSWORDS.items():
        lab.account_add(name, password, roles=ROLES[name], os_user=True)
    if pictures:
        drawn = draw(folder.parent / "drawn", pictures)
        lab.intake([drawn], case="C-1", exhibit="E-1", purpose="test", authority="test")
    lab.close()
    return folder


def server_for(folder, root):
    base = folder.parent
    temporary = base / "temporary"
    temporary.mkdir(exist_ok=True)
    port, told = free_port(), base / "routes.json"
    command = [sys.executable, "-P", str(HERE / "start.py")]
    command += [str(folder), str(port), str(root), str(told)]
    return Server(folder, port, base / "server.log", temporary, told, command)

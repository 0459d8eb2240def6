"""Label Studio community, in an environment of its own, without a network.

Its account and its project come from its own ``init``, once for each environment,
because the migrations of an empty database take minutes; every run works on a copy.
"""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

import pictures
from measuring import workshop
from painting import WINDOW, Viewer
from peers import NEEDS, PeerMissing, python_of
from serving import free_port, until

NAME, PASSWORD = "grader@example.org", "correct horse battery"
# What a grader answers first: one choice, each with a key of its own.
CONFIG = """<View>
  <Image name="picture" value="$image"/>
  <Choices name="grade" toName="picture" choice="single" showInline="true">
    <Choice value="none" hotkey="1"/><Choice value="C" hotkey="2"/>
    <Choice value="B" hotkey="3"/><Choice value="A" hotkey="4"/>
  </Choices>
</View>
"""
NOWHERE = "http://127.0.0.1:9"  # a proxy that does not answer: no way to the network
QUIET = {
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "FEATURE_FLAGS_OFFLINE": "true",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    **dict.fromkeys(
        ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE
    ),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1"),
}


class LabelStudio(Viewer):
    """Its label stream; an answer is ``2``, submitting Ctrl+Enter: its own keys."""

    picture = "img[src^=blob]"

    def __init__(self, page, asked):
        super().__init__(page)
        self._asked = asked

    def answer(self):
        self.page.keyboard.press("2")

    def save(self):
        self.page.keyboard.press("Control+Enter")

    def saved(self):
        """Count the tasks with an annotation, as the server has them."""
        return self._asked()["num_tasks_with_annotations"]


@contextlib.contextmanager
def label_studio(browser):
    """Start it, give it the pictures, log in, open the label stream."""
    folder = workshop() / f"label-studio-{free_port()}"
    shutil.copytree(_prepared(), folder)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    options = ["--no-browser", "--internal-host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        command = _command("start", *options, folder=folder)
        process = subprocess.Popen(
            command, cwd=folder, env=_environment(folder), stdout=log, stderr=log
        )
    try:
        page = browser.new_context(viewport=WINDOW).new_page()
        until(lambda: _answers(page, process, address), 180, "the start of it")
        page.locator("input[name=email]").fill(NAME)
        page.locator("input[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/user/login" not in url)
        project = _filled(page, address)
        page.goto(f"{address}/projects/{project}/data?labeling=1")
        page.locator(LabelStudio.picture).wait_for(timeout=60_000)
        asked = page.request
        yield LabelStudio(
            page, lambda: asked.get(f"{address}/api/projects/{project}").json()
        )
        page.context.close()
    finally:
        process.terminate()
        process.wait(20)


def _prepared():
    """Give a data folder with an account and an empty project; make it only once."""
    home = python_of("label_studio").parents[1]
    folder, stamp = home / "empty", home / "empty.ready"
    wanted = "\n".join((*NEEDS["label_studio"], CONFIG))
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "config.xml").write_text(CONFIG)
        account = ["--username", NAME, "--password", PASSWORD]
        options = [*account, "--label-config", str(folder / "config.xml")]
        command = _command("init", "grading", *options, folder=folder)
        done = subprocess.run(
            command,
            cwd=folder,
            env=_environment(folder),
            capture_output=True,
            timeout=900,
            check=False,
        )
        if done.returncode:
            raise PeerMissing((done.stderr.decode().splitlines() or ["init"])[-1][:200])
        stamp.write_text(wanted)
    return folder


def _command(*words, folder):
    program = Path(python_of("label_studio")).with_name("label-studio")
    return [str(program), *words, "--data-dir", str(folder)]


def _environment(folder):
    return {**os.environ, **QUIET, "HOME": str(folder)}


def _answers(page, process, address):
    from playwright.sync_api import Error

    if process.poll() is not None:
        raise PeerMissing(f"it ended with {process.returncode}")
    with contextlib.suppress(Error):
        return page.goto(f"{address}/user/login/").ok
    return False


def _filled(page, address):
    """Upload the pictures, one task each, as its own import does; give the project."""
    (token,) = [
        one["value"] for one in page.context.cookies() if one["name"] == "csrftoken"
    ]
    headers = {"X-CSRFToken": token, "Referer": address}
    (project,) = page.request.get(f"{address}/api/projects").json()["results"]
    for place in sorted(pictures.folder(pictures.WIDE).iterdir()):
        told = {"name": place.name, "mimeType": "image/jpeg"}
        reply = page.request.post(
            f"{address}/api/projects/{project['id']}/import",
            multipart={"file": {**told, "buffer": place.read_bytes()}},
            headers=headers,
        )
        if not reply.ok:
            raise PeerMissing(f"a picture was not imported: {reply.status}")
    return project["id"]

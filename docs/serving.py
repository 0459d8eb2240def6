"""Servers and a browser for the pictures of the documentation."""

import contextlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from iwflab.lab import Lab

START_SECONDS = 60
COMPARISON = {
    "comparison_protocol": '"demonstration-1"',
    "comparison_decided_by": '"the ethics board"',
}


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a lab on a free port; give its address."""
    command = [sys.executable, "-P", "-m", "iwflab_widgets.server"]
    with running([*command, "--lab", str(folder)], folder) as base:
        yield base


@contextlib.contextmanager
def compared(folder: Path) -> Iterator[str]:
    """Serve a lab in which start levels are compared; give its address."""
    settings = folder / "lab.toml"
    text = settings.read_text()
    for name, value in COMPARISON.items():
        text = re.sub(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
    settings.write_text(text)
    with Lab.open(folder) as lab:
        lab.comparison_switch(active=True)
    with served(folder) as base:
        yield base


@contextlib.contextmanager
def researched(folder: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    """Serve JupyterLab over a lab; give its address, a name and a password."""
    password = secrets.token_hex(8)
    with Lab.open(folder) as lab:
        lab.account_add(lab.analyst, password)
        who = (lab.analyst, password)
    command = [str(Path(sys.executable).with_name("iwflab")), "research"]
    place = folder.with_name("notebooks")
    more = ["--allow-root"] if os.geteuid() == 0 else []
    told = [*command, "--lab", str(folder), "--notebooks", str(place), *more]
    with running(told, folder) as base:
        yield base, who


@contextlib.contextmanager
def running(command: list[str], folder: Path) -> Iterator[str]:
    """Run a server on a free port; give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder.with_suffix(".log")
    with log.open("wb") as out:
        server = subprocess.Popen(
            [*command, "--port", str(port)],
            stdout=out,
            stderr=out,
            env={**os.environ, "HOME": str(folder.parent)},
        )
    try:
        until(lambda: b" is served " in log.read_bytes(), START_SECONDS)
        yield f"http://127.0.0.1:{port}"
    except BaseException:
        sys.stderr.write(log.read_text(errors="replace"))
        raise
    finally:
        server.terminate()
        server.wait(START_SECONDS)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser of this machine."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            yield browser
        finally:
            browser.close()


def until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    """Poll with a deadline."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"waited for {seconds} s")
        time.sleep(0.05)

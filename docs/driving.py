"""A desk driven like a person, and its picture taken."""

import io
import re
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page
from serving import until

from iwflab import demo

OUT = Path(__file__).parent / "pictures"
MOST_BYTES = 250_000
GATES = {"form": "photograph", "child_present": "yes", "indecent": "yes"}
ANSWERS = {
    "activity": "posing",
    "sadism": "no",
    "animal": "no",
}
ANSWERS = {
    "activity": "posing",
    "sadism": "no",
    "animal": "no",
}
CHILD = {"age_band": "11-13", "sex": "girl", "pubertal": "pubescent"}
TAGS = ("self_generated",)


def open_grading(page: Page, base: str) -> None:
    """Open the desk and wait for its first picture."""
    open_desk(page, base, "grading")
    until(lambda: state(page)["ready"] and painted(page) == "shielded")


def find_landscape(page: Page) -> None:
    """Go on to the first drawn row of hills: every fourth picture is one."""
    for _ in range(12):
        name = page.get_by_test_id("name").inner_text()
        number = re.search(r"IMG_(\d+)", name)
        if number and int(number[1]) % len(demo.drawing.SUBJECTS) == 0:
            return
        before = state(page)["medium"]
        page.keyboard.press("ArrowRight")
        until(lambda before=before: state(page)["medium"] != before)
        until(lambda: painted(page) == "shielded")


def answer_all(page: Page) -> None:
    """Give the answers, one child and a tag, by keyboard."""
    for question, value in GATES.items():
        answer(page, question, value)
    page.keyboard.press("c")
    for question, value in CHILD.items():
        answer(page, f"child-1-{question}", value)
    for question, value in ANSWERS.items():
        answer(page, question, value)
    for code in TAGS:
        page.get_by_test_id(f"tag-{code}").click()
    page.get_by_test_id("grade-uk_2014").wait_for()


def answer(page: Page, question: str, value: str) -> None:
    """Choose one answer with the mouse, as many do."""
    page.get_by_test_id(f"answer-{question}-{value}").click()


def state(page: Page) -> dict[str, Any]:
    """Read the desk's state."""
    script = "root => root.iwflab.state()"
    found: dict[str, Any] = page.get_by_test_id("grading-desk").evaluate(script)
    return found


def painted(page: Page) -> str:
    """Say which variant of the open medium is on the screen."""
    now = state(page)
    shown = now["painted"] or {}
    return str(shown["variant"]) if shown.get("medium") == now["medium"] else ""


def open_desk(page: Page, base: str, name: str) -> None:
    """Open an app and wait for its desk."""
    page.goto(f"{base}/voila/render/{name}.ipynb")
    page.get_by_test_id(f"{name}-desk").wait_for()


def take(page: Page, name: str, *, rest: bool = True) -> None:
    """Take the picture with as few colours as it takes to stay small.

    ``rest``: the pointer goes out of the way first.
    """
    if rest:
        page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    for colours in (256, 128, 64, 32):
        out = io.BytesIO()
        shot.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() < MOST_BYTES:
            break
    (OUT / f"{name}.png").write_bytes(out.getvalue())
    sys.stdout.write(f"{name}: {out.tell():,} bytes\n")

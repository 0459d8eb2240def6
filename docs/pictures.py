"""Make the pictures of the desks from a demonstration lab: ``make docs``.

A lab with drawn pictures is made in a temporary folder and served there as the command
serves it; headless Chromium is driven like a person.  Nothing of the lab stays.
"""

import tempfile
from pathlib import Path

from driving import (
    OUT,
    answer,
    answer_all,
    find_landscape,
    open_desk,
    open_grading,
    painted,
    state,
    take,
)
from playwright.sync_api import Browser, Page
from serving import chromium, compared, researched, served, until

from iwflab import demo
from iwflab.lab import Lab

ASSESSOR = "demo-assessor"  # an account of the demonstration lab
COUNTED = 300  # enough that a table may leave with cells withheld
SIZE = {"width": 1440, "height": 900}
TWO = 2  # pictures side by side
SHEET_LEAST = 10  # pictures that are there before the contact sheet is taken
NEW_FROM = 200  # seeds that the demonstration lab does not use


def main() -> None:
    """Make every picture."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="iwflab-pictures-") as name:
        folder = Path(name) / "lab"
        demo.make(folder, to_count=COUNTED, intake_roots=[name])
        with Lab.open(folder) as lab:
            passwords = {who: password for who, password, _ in demo.accounts(lab)}
        with served(folder) as base, chromium() as browser:
            take_all(browser, base, passwords, Path(name))
        with Lab.open(folder) as lab:  # something has to be left for the others
            lab.seat(ASSESSOR).hand_back()
        with researched(folder) as (base, who), chromium() as browser:
            research(browser, base, who)
        with compared(folder) as base, chromium() as browser:
            grader = demo.GRADER
            comparing(browser, base, (grader, passwords[grader]))


def take_all(
    browser: Browser, base: str, passwords: dict[str, str], folder: Path
) -> None:
    """Go from desk to desk as the two people of the demonstration."""
    page = browser.new_context(viewport=SIZE).new_page()
    page.goto(f"{base}/login")
    take(page, "login")
    log_in(page, base, demo.GRADER, passwords)
    take(page, "landing")
    intake(page, base, folder)
    matching(page, base)
    grading(page, base)
    looking(page, base)
    second_look(page, base)
    dark = browser.new_context(viewport=SIZE, color_scheme="dark").new_page()
    log_in(dark, base, demo.GRADER, passwords)
    grading_dark(dark, base)
    officer = browser.new_context(viewport=SIZE).new_page()
    log_in(officer, base, demo.OFFICER, passwords)
    assessor = browser.new_context(viewport=SIZE).new_page()
    log_in(assessor, base, ASSESSOR, passwords)
    second_person(assessor, base)
    release(page, officer, base)
    statistics(officer, base)


def log_in(page: Page, base: str, name: str, passwords: dict[str, str]) -> None:
    """Log in as one of the two people."""
    page.goto(f"{base}/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(passwords[name])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/")


def intake(page: Page, base: str, folder: Path) -> None:
    """Take in a small folder, and show the report beside the form."""
    source = folder / "media" / "exhibit-7"
    source.mkdir(parents=True)
    for number in range(NEW_FROM, NEW_FROM + 24):
        picture = demo.picture(number)
        picture.save(source / f"DSC_{number:04}.jpg", quality=88)
    (source / "notes.jpg").write_text("this is no picture")
    (source / "second copy.jpg").write_bytes((source / "DSC_0200.jpg").read_bytes())
    open_desk(page, base, "intake")
    facts = {
        "exhibit": "EX-7",
        "purpose": "demonstration",
        "authority": "none: drawn pictures",
        "folder": str(source),
    }
    for name, value in facts.items():
        page.get_by_test_id(name).fill(value)
    page.get_by_test_id("start").click()
    page.locator("[data-state=done]").first.wait_for()
    page.get_by_test_id("folder").fill("/media/exhibit-7")  # no path of this machine
    take(page, "intake")


def matching(page: Page, base: str) -> None:
    """Show a hit beside its twin, what was settled, and a stack."""
    open_desk(page, base, "matching")
    canvas = page.locator("[data-medium] > canvas")
    canvas.first.wait_for()
    page.get_by_test_id("part-settled").click()
    page.get_by_test_id("settled").wait_for()
    take(page, "matching-settled")
    page.get_by_test_id("settled").get_by_text("mirrored.png").click()
    page.get_by_test_id("look").click()
    until(lambda: canvas.count() == TWO)
    take(page, "matching")
    page.get_by_test_id("part-stacks").click()
    until(lambda: canvas.count() > TWO)
    take(page, "matching-stacks")


def grading(page: Page, base: str) -> None:
    """Answer most questions of a drawn landscape: shielded, then revealed with why."""
    open_grading(page, base)
    find_landscape(page)
    answer_all(page)
    take(page, "grading-shielded")
    page.keyboard.press("l")
    until(lambda: painted(page) == "lens")
    take(page, "grading-lens", rest=False)
    page.keyboard.press(" ")
    until(lambda: painted(page) == "full")
    page.keyboard.press("v")
    page.get_by_test_id("reasons").wait_for()
    take(page, "grading")
    page.keyboard.press("Enter")
    until(lambda: state(page)["saved"] == 1)
    page.keyboard.press("h")
    page.get_by_test_id("exposure-card").wait_for()
    take(page, "grading-exposure")
    page.keyboard.press("Enter")
    page.keyboard.press("?")
    page.get_by_test_id("change-not_sure").click()
    page.keyboard.press("q")
    page.get_by_test_id("keys-reset").wait_for()
    take(page, "grading-keys")
    page.get_by_test_id("keys-reset").click()
    until(lambda: not page.get_by_test_id("keys-reset").count())


def looking(page: Page, base: str) -> None:
    """Look over the set on its contact sheet; two side by side; a clip."""
    open_grading(page, base)
    page.keyboard.press("F2")
    until(lambda: (state(page)["sheet"] or {}).get("thumbs", 0) >= SHEET_LEAST)
    for key in ("ArrowRight", " ", "ArrowRight", "Shift+ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    take(page, "grading-sheet")
    page.keyboard.press("Enter")
    until(lambda: painted(page) == "shielded")
    page.keyboard.press("F9")
    until(lambda: (state(page)["beside"] or {}).get("variant") == "shielded")
    take(page, "grading-beside")
    page.keyboard.press("F9")
    find(page, "VID_0001")
    page.keyboard.press("F8")
    until(lambda: state(page)["clip"] and painted(page) == "full")
    until(lambda: page.evaluate("document.querySelector('video').duration > 0"))
    page.keyboard.press("PageDown")
    until(lambda: state(page)["clip"]["at"] > 0)
    page.keyboard.press("[")
    take(page, "grading-clip")


def find(page: Page, start: str) -> None:
    """Open the medium with this name from the contact sheet, taking more if need be."""
    page.keyboard.press("F2")
    until(lambda: (state(page)["sheet"] or {}).get("total"))
    page.get_by_test_id("sheet-more").click()
    until(lambda: "more" in state(page)["message"])
    for place in range(state(page)["sheet"]["total"]):
        page.keyboard.press("Home")
        for _ in range(place):
            page.keyboard.press("ArrowRight")
        until(lambda: state(page)["sheet"]["current"])
        page.keyboard.press("Enter")
        until(lambda: state(page)["sheet"] is None)
        if page.get_by_test_id("name").inner_text().startswith(start):
            until(lambda: painted(page) == "shielded")
            return
        page.keyboard.press("F2")
        until(lambda: (state(page)["sheet"] or {}).get("total"))


def second_look(page: Page, base: str) -> None:
    """Leave a medium for two people, with what was seen."""
    open_grading(page, base)
    find_landscape(page)
    answer_all(page)
    saved = state(page)["saved"]
    page.keyboard.press("f")
    page.keyboard.press("Enter")
    until(lambda: state(page)["saved"] == saved + 1)


def second_person(page: Page, base: str) -> None:
    """Show what another person gets of it: a shielded preview, and no answer."""
    open_grading(page, base)
    take(page, "grading-second")


def comparing(browser: Browser, base: str, who: tuple[str, str]) -> None:
    """Show the card of a comparison of start levels, read before one joins."""
    page = browser.new_context(viewport=SIZE).new_page()
    log_in(page, base, who[0], dict([who]))
    open_grading(page, base)
    page.keyboard.press("F3")
    page.get_by_test_id("comparison-card").wait_for()
    take(page, "grading-comparison")


def grading_dark(page: Page, base: str) -> None:
    """Show the next medium at first sight, in the dark theme."""
    open_grading(page, base)
    answer(page, "form", "photograph")
    take(page, "grading-dark")


def release(senior: Page, officer: Page, base: str) -> None:
    """Ask for a release as senior analyst; look at exactly that as officer."""
    open_desk(senior, base, "release")
    facts = {
        "name": "2026-11-first",
        "recipient": "the list service",
        "purpose": "blocking of copies",
    }
    for name, value in facts.items():
        senior.get_by_test_id(name).fill(value)
    senior.get_by_test_id("ask").click()
    senior.get_by_test_id("withdraw").wait_for()
    open_desk(officer, base, "release")
    officer.get_by_test_id("media").wait_for()
    officer.get_by_test_id("all").click()
    officer.evaluate("scrollTo(0, 0)")
    take(officer, "release")
    officer.get_by_test_id("look").click()
    officer.get_by_test_id("approve").wait_for()
    officer.get_by_test_id("requests").scroll_into_view_if_needed()
    officer.get_by_test_id("asked-2026-11-first").evaluate("e => e.scrollIntoView()")
    take(officer, "release-four-eyes")


def statistics(page: Page, base: str) -> None:
    """Count children by age band and sex, inside and as they may leave."""
    open_desk(page, base, "statistics")
    page.get_by_test_id("unit").select_option("child_appearance")
    page.get_by_test_id("cols").select_option("sex")
    desk = page.get_by_test_id("statistics-desk")
    drawn = "d => d.iwflab.state().chart && d.iwflab.state().asked.query.cols"
    until(lambda: desk.evaluate(drawn))
    page.evaluate("scrollTo(0, 0)")
    take(page, "statistics")
    page.get_by_test_id("leaving").click()
    page.get_by_test_id("verdict").wait_for()  # a chart only where the table may leave
    page.get_by_test_id("finding").evaluate("e => e.scrollIntoView()")
    take(page, "statistics-leaving")


def research(browser: Browser, base: str, who: tuple[str, str]) -> None:
    """Run the worked example in JupyterLab, down to the desk in its cell."""
    page = browser.new_context(viewport=SIZE).new_page()
    page.goto(f"{base}/lab/tree/worked_example.ipynb")
    page.get_by_label("Name").fill(who[0])
    page.get_by_label("Password").fill(who[1])
    page.keyboard.press("Enter")
    page.get_by_text("| Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator(".lm-Menu-itemLabel", has_text="Run All Cells").first.click()
    until(lambda: page.get_by_test_id("grading-desk").count() == 1)
    until(lambda: bool(state(page)["medium"]))
    until(lambda: painted(page) == "shielded")
    # From this heading on there is no path of this machine.
    page.get_by_role("heading", name="Who is depicted").evaluate(
        "h => h.scrollIntoView()"
    )
    take(page, "research")
    page.get_by_test_id("grading-desk").scroll_into_view_if_needed()
    take(page, "research-desk")


if __name__ == "__main__":
    main()

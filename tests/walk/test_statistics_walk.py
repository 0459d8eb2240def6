"""Numbers leave as served: explored, suppressed, asked for, approved by another, fetched.

A statistician and a QA officer, each with a browser of their own.  The report leaves
under a profile that withholds, with the table that the statistician saw suppressed as a
further one: what is small is a number in none of its files.
"""

from calendar import monthrange
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from left_files import cells_of, printed, tables_of
from serving import PASSWORDS, Person, Served, until

from iwflab.demo.drawing import encoded, picture
from iwflab.domain.records import record_from
from iwflab.lab import Lab
from tests.given import CUSTODY, GATES

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("warm")]
MEDIA = 24
SMALL = 5  # the threshold of the profile "partner"
SUE, BEN = "ann", "ben"  # of the accounts that the walk has: here with other roles
FORMS = ("html", "pdf", "xlsx", "ods", "csv")
TOLD = {
    "organisation": "a hotline",
    "contact": "statistics@example.invalid",
    "next_release": "in a month",
}
BANDS = ("7-10", "7-10", "11-13", "7-10", "14-15")
NOW = datetime.now(UTC)
MONTH = NOW.strftime("%Y-%m")
DAYS = (f"{MONTH}-01", f"{MONTH}-{monthrange(NOW.year, NOW.month)[1]}")
QUESTION = "ages and sexes"


def record(number):
    """One child on most media, two on some; a boy now and then, one band but once."""
    band = "0-2" if number == 7 else BANDS[number % len(BANDS)]
    sex = "boy" if number % 4 == 3 else "girl"
    children = [{"age_band": band, "sex": sex, "pubertal": "prepubescent"}]
    if number % 5 == 0:
        children.append({"age_band": "7-10", "sex": "girl"})
    activity = ("posing", "posing", "non_penetrative", "penetrative")[number % 4]
    elements = {**GATES, "activity": activity, "sadism": "no", "animal": "no"}
    return record_from({"elements": elements, "children": children})


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A lab with a month of signed-off media, and the people of its numbers."""
    base = tmp_path_factory.mktemp("numbers")
    drawn = base / "drawn"
    drawn.mkdir()
    for number in range(MEDIA):
        small = picture(number).resize((160, 120))
        (drawn / f"{number}.png").write_bytes(encoded(small, "PNG"))
    with Lab.create(base / "lab", head_folder=str(base / "heads")) as lab:
        for name, roles in {SUE: "statistician", BEN: "qa_officer"}.items():
            lab.account_add(name, PASSWORDS[name], roles=[roles], os_user=True)
        lab.account_add("gia", roles=["assessor", "senior_analyst"], os_user=True)
        gia = lab.seat("gia")
        gia.intake([drawn], **CUSTODY)
        items = gia.open_set(MEDIA)["items"]
        for number, item in enumerate(items):
            gia.grade(item["medium"], record(number))
        ben = lab.seat(BEN)
        ben.sign_off(ben.to_sign_off())
    running = Served(base / "lab").start()
    yield running
    running.stop()


def accessible(page, where):
    found = Axe().run(page).response["violations"]
    serious = [
        (v["id"], [n["html"][:200] for n in v["nodes"]])
        for v in found
        if v["impact"] in {"serious", "critical"}
    ]
    assert serious == [], where


def state(page):
    return page.get_by_test_id("statistics-desk").evaluate("d => d.iwflab.state()")


def press(page, testid):
    """Press a button with the keyboard."""
    found = page.get_by_test_id(testid)
    found.wait_for()
    until(found.is_enabled, what=f"the button {testid}")
    found.focus()
    page.keyboard.press("Enter")


def test_numbers_leave_by_four_eyes_and_not_otherwise(browser, served):
    sue = Person(browser, served, SUE).log_in()
    heard = listened(sue.page)
    explored(sue.page, sue.open("statistics"))
    asked(sue.page)
    ben = Person(browser, served, BEN).log_in()
    approved(ben.page, ben.open("statistics"))
    published(sue.page)
    fetched(sue)
    left(served)
    withheld(served)
    assert sue.faults == ben.faults == []
    assert sue.outside == ben.outside == []
    nothing_named(served, heard)


def listened(page):
    """Keep every frame that this page's kernel sends or is sent."""
    heard = []

    def listen(socket):
        for event in ("framereceived", "framesent"):
            socket.on(event, lambda frame: heard.append(frame))

    page.on("websocket", listen)
    return heard


def explored(page, _):
    """A table is made, is seen suppressed, and is saved: by keyboard and pointer."""
    until(lambda: state(page)["ready"], what="the desk")
    page.get_by_test_id("unit").select_option("child_appearance")
    page.get_by_test_id("cols").select_option("sex")
    page.get_by_test_id("profile").select_option("partner")
    page.get_by_test_id("periods").click()
    for place, day in zip(("from", "to"), DAYS, strict=True):
        page.get_by_test_id(place).fill(day)
    until(
        lambda: (
            (state(page)["asked"] or {}).get("query", {}).get("period") == [*DAYS]
            and state(page)["chart"]
        ),
        what="table and chart",
    )
    assert state(page)["asked"]["query"]["profile"] == "partner"
    assert (
        "Largest group of child appearances: 7-10, girl"
        in page.get_by_test_id("title").inner_text()
    )
    assert "[c]" not in page.get_by_test_id("table").inner_text()
    accessible(page, "inside")
    press(page, "leaving")
    page.get_by_test_id("verdict").wait_for()
    assert "[c]" in page.get_by_test_id("table").inner_text()
    assert "small count" in page.get_by_test_id("table").inner_text()
    accessible(page, "as it may leave")
    press(page, "keep")
    page.get_by_test_id("query-name").fill(QUESTION)
    press(page, "save")
    page.get_by_text(f"Saved as {QUESTION}.").wait_for()


def asked(page):
    press(page, "part-reports")
    page.get_by_test_id("compose").wait_for()
    for name, said in {**TOLD, "first": MONTH, "last": MONTH}.items():
        page.get_by_test_id(name).fill(said)
    page.get_by_label("Provisional").check()  # the month is not over
    page.get_by_test_id("report-profile").select_option("partner")
    assert page.get_by_test_id("report-scheme").input_value() == "uk_2014"
    page.get_by_label(QUESTION, exact=True).check()
    press(page, "compose")
    page.get_by_test_id("verdicts").wait_for(timeout=120_000)
    assert "cells withheld" in page.get_by_test_id("verdicts").inner_text()
    accessible(page, "a report that was made")
    page.get_by_test_id("release-name").fill("2026-monthly")
    # The report's own tables passed; the further one is split like some that hide.
    press(page, "ask")
    page.get_by_test_id("notice").get_by_text("did not pass").wait_for()
    assert page.get_by_test_id("asked-2026-monthly").count() == 0
    further = f"exception-question {QUESTION} {MONTH}"
    page.get_by_test_id(further).fill("compared with the tables by age and sex")
    press(page, "ask")
    page.get_by_test_id("asked-2026-monthly").wait_for(timeout=60_000)
    assert "Waits for a second person" in (
        page.get_by_test_id("asked-2026-monthly").inner_text()
    )
    assert page.get_by_test_id("approve").count() == 0
    assert page.get_by_test_id("publish-2026-monthly").count() == 0


def approved(page, _):
    press(page, "part-reports")
    press(page, "look-2026-monthly")
    page.get_by_test_id("digest").wait_for()
    assert not page.get_by_test_id("compose").is_visible()
    page.get_by_test_id("tables").click()
    told = page.get_by_test_id("asked-2026-monthly").inner_text()
    assert "[c]" in told
    assert f"question {QUESTION} {MONTH}" in told
    assert "compared with the tables by age and sex" in told
    accessible(page, "a request and all its tables")
    link = page.get_by_test_id("files").get_by_role("link").first
    with page.expect_download() as saved:
        link.click()
    assert saved.value.suggested_filename == f"not-released-{link.inner_text()}"
    press(page, "approve")
    page.get_by_text("Approved: 2026-monthly").wait_for()


def published(page):
    press(page, "part-reports")
    press(page, "publish-2026-monthly")
    page.get_by_text("Published as 2026-monthly.").wait_for()
    press(page, "look-2026-monthly")
    page.get_by_test_id("files").wait_for()
    accessible(page, "what left")


def fetched(sue):
    """Each of the forms comes by the server's own route, to those who may alone."""
    page = sue.page
    links = page.get_by_test_id("files").get_by_role("link")
    names = links.all_inner_texts()
    assert {name.rpartition(".")[2] for name in names} >= set(FORMS)
    released = sue.served.folder / "reports" / "2026-monthly"
    for place, name in enumerate(names):
        with page.expect_download() as saved:
            links.nth(place).click()
        assert saved.value.suggested_filename == name
        assert saved.value.path().read_bytes() == (released / name).read_bytes()
    address = links.first.get_attribute("href")
    stranger = page.context.browser.new_context()
    refused = stranger.request.get(f"{sue.served.url}{address}", max_redirects=0)
    assert refused.status == 401
    stranger.close()


def left(served):
    with Lab.open(served.folder) as lab:
        (one,) = lab.seat(SUE).reports()
        assert (one.name, one.problem) == ("2026-monthly", "")
        assert {t["approved_by"] for t in one.tables} == {BEN}
        assert {t["asked_by"] or t["made_by"] for t in one.tables} == {SUE}
        assert [q["name"] for q in lab.seat(SUE).queries()] == [QUESTION]
        assert lab.verify(read_data=False) == []


def withheld(served):
    """What is small stands as [c] in each of the five files, and nowhere as a number."""
    folder = served.folder / "reports" / "2026-monthly"
    files = {one.suffix[1:]: one.read_bytes() for one in folder.iterdir()}
    assert set(FORMS) <= set(files)
    shown = {form: tables_of(form, files[form]) for form in ("html", "xlsx", "ods")}
    assert shown["html"] == shown["xlsx"] == shown["ods"]
    hidden, pdf = 0, printed(files["pdf"])
    for rows in shown["html"].values():
        for row in rows[1:]:
            hidden += row.count("[c]")
            assert " ".join(row) in pdf, row
    assert hidden > 10
    with Lab.open(served.folder) as lab:
        inside = lab.seat(SUE).explore()
        ages = inside.table({"unit": "content", "rows": "youngest"})
        (kept,) = lab.seat(SUE).queries()
        seen = inside.table(kept["query"])
    small = [row for row, n in true_rows(ages) if 1 <= n[0] < SMALL]
    assert "0-2" in small
    cells = cells_of(files["csv"])
    rows = named(shown["html"], "Age of the youngest", without="percent of the known")
    for band in small:
        own = [cells["age"][band, head] for head in rows[0][1:] if "number" in head]
        assert own[0] == "[c]"
        assert next(row for row in rows if row[0] == band)[1] == "[c]"
    rows = named(shown["html"], "Child appearances by age band and sex")
    assert f"(question {QUESTION})" in " ".join(shown["html"])
    checked = 0
    for (band, numbers), row in zip(true_rows(seen), rows[1:], strict=True):
        assert row[0] == band
        for sex, number, text in zip(seen["cols"], numbers, row[1:], strict=False):
            assert text == cells["further_1"][band, sex]
            assert (
                text == "[c]" if 1 <= number < SMALL else text in {str(number), "[c]"}
            )
            checked += 1 <= number < SMALL
    assert checked > 3


def true_rows(told):
    """Give each row of a table of the desk with its true numbers."""
    wide = len(told["cols"]) or 1
    numbers = [cell["n"] for cell in told["cells"]]
    return [
        (row, numbers[at * wide : (at + 1) * wide])
        for at, row in enumerate(told["rows"])
    ]


def named(tables, start, *, without="no title"):
    """Give the rows of the one table whose title begins so, and says nothing else."""
    (rows,) = [
        rows
        for title, rows in tables.items()
        if title.startswith(start) and without not in title
    ]
    return rows


def nothing_named(served, heard):
    """No frame to or from the statistician's page names a medium, or holds a picture."""
    text = b"".join(
        one.encode() if isinstance(one, str) else bytes(one) for one in heard
    )
    with Lab.open(served.folder) as lab:
        media = lab.seat("gia").media()
    assert len(text) > 10_000
    assert b"child_appearance" in text
    for column in ("medium", "sha256"):
        assert [one for one in media[column] if one.encode() in text] == []
    assert [sign for sign in (b"\xff\xd8\xff", b"\x89PNG") if sign in text] == []

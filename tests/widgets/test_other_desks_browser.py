"""Intake, release and statistics desks in a real browser; and axe on all of them."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from fake_lab import FakeLab
from fake_matching import full
from fake_server import RUNNING, FakeServer, item, refused_item

from iwflab_widgets import (
    GradingDesk,
    IntakeDesk,
    MatchingDesk,
    ReleaseDesk,
    StatisticsDesk,
)

pytestmark = pytest.mark.browser

REPORT = {
    "found": 5,
    "new_media": 2,
    "new_copies": 3,
    "known_copies": 1,
    "refused": [["<b>pipe</b>", "not a regular file"]],
    "states": {"complete": 2},
    "unmatched": [],
    "seconds": 4.0,
}


def fill_custody(desk):
    for name in ("case", "exhibit", "purpose", "authority"):
        desk.by(name).fill(f"the {name}")


def test_a_folder_is_taken_in_and_the_report_adds_up(open_desk):
    server = FakeServer([])
    desk = open_desk(IntakeDesk(FakeLab()), server)
    desk.by("start").click()
    assert "Case is missing" in desk.by("notice").inner_text()
    fill_custody(desk)
    desk.by("folder").fill("/media/exhibit")
    desk.by("start").click()
    desk.by("job-j0").get_by_text("40 of 200 media").wait_for()
    told = desk.by("job-j0").inner_text()
    assert "4.0 a second" in told
    assert "about 40 seconds left" in told
    assert server.bodies("intake")[0]["folder"] == "/media/exhibit"
    server.jobs[0] |= {"state": "done", "report": REPORT}
    desk.by("report").wait_for()
    assert "5 found = 3 new + 1 known + 1 refused" in desk.by("report").inner_text()
    assert desk.page.get_by_text("<b>pipe</b>").is_visible()


def test_the_form_begins_with_the_case_and_exhibit_of_the_settings(open_desk):
    lab = FakeLab()
    lab.settings.case, lab.settings.exhibit = "C7", "<b>E1</b>"
    desk = open_desk(IntakeDesk(lab), FakeServer([]))
    desk.page.wait_for_function("document.querySelector('[name=case]').value === 'C7'")
    assert desk.by("exhibit").input_value() == "<b>E1</b>"


def test_a_desk_whose_kernel_is_gone_says_so_and_breaks_nothing(open_desk):
    desk = open_desk(StatisticsDesk(FakeLab()), FakeServer([]))
    desk.page.evaluate(
        "() => { window.model.send = () => { throw new Error('no way'); }; }"
    )
    desk.by("unit").select_option("medium")
    desk.page.get_by_text("The kernel of this page has ended.").first.wait_for()


def test_no_unit_is_chosen_beforehand_and_a_hint_says_why(open_desk):
    desk = open_desk(StatisticsDesk(FakeLab()), FakeServer([]))
    assert "Choose what is counted" in desk.by("hint").inner_text()
    assert desk.by("unit").input_value() == ""


def test_files_are_sent_one_by_one_as_they_are(open_desk):
    server = FakeServer([])
    desk = open_desk(IntakeDesk(FakeLab()), server)
    fill_custody(desk)
    files = [{"name": f"f{n}.bin", "mimeType": "", "buffer": b"x" * 9} for n in (1, 2)]
    desk.by("files").set_input_files(files)
    desk.by("send").click()
    desk.by("notice").get_by_text("2 files sent").wait_for()
    assert server.paths().count("api/upload") == 2


def test_more_files_than_the_server_keeps_waiting_are_sent_when_there_is_room(
    open_desk,
):
    """The server refuses the 21st file of a person that waits to be taken in."""
    waiting = [{"job": f"w{n}", **RUNNING, "title": f"{n}.jpg"} for n in range(15)]
    server = FakeServer([], jobs=waiting)
    desk = open_desk(IntakeDesk(FakeLab()), server)
    fill_custody(desk)
    file = {"name": "f.bin", "mimeType": "", "buffer": b"x" * 9}
    desk.by("files").set_input_files([file])
    desk.by("job-w7").get_by_text("Running - 7.jpg").wait_for()
    desk.by("send").click()
    looks = server.paths().count("api/jobs")
    while server.paths().count("api/jobs") < looks + 4:
        desk.page.wait_for_timeout(50)
    assert server.paths().count("api/upload") == 0
    server.jobs.pop()
    desk.by("notice").get_by_text("1 file sent").wait_for()
    assert server.paths().count("api/upload") == 1


def test_what_ran_when_the_server_was_ended_is_named(open_desk):
    server = FakeServer([], jobs=[{"job": "j", **RUNNING, "title": "seized"}])
    desk = open_desk(IntakeDesk(FakeLab()), server)
    desk.by("job-j").wait_for()
    server.down = True
    desk.by("notice").get_by_text("cannot be reached").wait_for()
    server.jobs = []
    server.down = False
    desk.by("notice").get_by_text("not done: seized (40 of 200)").wait_for()


def test_a_failed_intake_gives_advice(open_desk):
    failed = {
        "job": "j",
        **RUNNING,
        "state": "failed",
        "error": "No room",
        "advice": "x",
    }
    desk = open_desk(IntakeDesk(FakeLab()), FakeServer([], jobs=[failed]))
    desk.by("job-j").get_by_text("No room - x").wait_for()


def ask(desk, name):
    desk.by("name").fill(name)
    desk.by("recipient").fill("a list service")
    desk.by("purpose").fill("blocking")
    desk.by("ask").click()


def test_a_request_is_refused_with_a_reason_and_a_void_one_says_why(open_desk):
    lab = FakeLab()
    lab.rows[0]["stage"] = "signed_off"
    for name in ("r1", "r2"):
        said = {"recipient": "x", "purpose": "<b>y</b>", "scheme": "uk_2014"}
        lab.release_request(name, **said, request="")
    lab.asked[0].update(state="void", why=["1 signed off since"])
    lab.analyst = "eve"
    desk = open_desk(ReleaseDesk(lab), FakeServer([]))
    told = desk.by("asked-r2").inner_text
    desk.by("asked-r2").wait_for()
    assert "Void" in told()
    assert "1 signed off since" in told()
    assert desk.by("asked-r2").get_by_role("button").count() == 0
    desk.by("look").click()
    desk.by("refuse").click()
    assert "Say why" in desk.by("notice").inner_text()
    desk.by("refusal").fill("the wrong recipient")
    desk.by("refuse").click()
    desk.by("asked-r1").get_by_text("the wrong recipient").wait_for()
    assert desk.page.get_by_text("<b>y</b>").first.is_visible()


def test_a_very_long_list_says_what_it_does_not_draw(open_desk):
    lab = FakeLab()
    lab.rows[0]["stage"] = "signed_off"
    said = {"recipient": "x", "purpose": "y", "scheme": "uk_2014"}
    lab.release_request("r1", **said, request="")
    lab.asked[0]["media"] *= 3000
    desk = open_desk(ReleaseDesk(lab), FakeServer([]))
    desk.by("look").click()
    desk.page.get_by_text("And 2,000 media more").wait_for()
    assert desk.by("list").locator("tbody tr").count() == 1000


def test_the_release_desk_offers_only_what_the_person_may(open_desk):
    lab = FakeLab(analyst="eve")
    lab.held = {"request"}
    desk = open_desk(ReleaseDesk(lab), FakeServer([]))
    desk.until("s.rows === 3 && !s.busy")
    assert desk.by("sign-off").count() == 0
    assert desk.by("choose-m0001").is_disabled()
    assert desk.by("ask").is_visible()
    lab.held = {"sign_off", "approve"}
    desk.page.reload()
    desk.until("s.rows === 3 && !s.busy")
    assert desk.by("sign-off").count() == 1
    assert not desk.by("ask").is_visible()


def test_where_no_folder_is_allowed_the_intake_desk_takes_uploads_only(open_desk):
    lab = FakeLab()
    desk = open_desk(IntakeDesk(lab), FakeServer([]))
    desk.by("roots").get_by_text("/media").wait_for()
    lab.settings.intake_roots = []
    desk.page.reload()
    desk.by("roots").get_by_text("Send files instead").wait_for()
    assert not desk.by("start").is_visible()
    assert desk.by("files").is_visible()


def test_sign_off_take_back_and_release(open_desk):
    lab = FakeLab()
    desk = open_desk(ReleaseDesk(lab), FakeServer([]))
    desk.until("s.rows === 3 && !s.busy")
    assert desk.page.locator("img").count() == 0
    assert desk.by("choose-m0002").is_disabled()  # own work
    assert desk.by("choose-m0003").is_disabled()  # a contradiction
    desk.by("all").click()
    assert desk.state()["chosen"] == ["m0001"]
    desk.by("sign-off").click()
    desk.by("notice").get_by_text("1 medium signed off").wait_for()
    desk.by("stage").select_option("signed_off")
    desk.by("choose-m0001").check()
    desk.by("take-back").click()
    assert "Say why" in desk.by("notice").inner_text()
    desk.by("reason").fill("by mistake")
    desk.by("take-back").click()
    desk.by("notice").get_by_text("1 sign-off taken back").wait_for()
    desk.by("ask").click()
    assert "Give the release a name." in desk.by("notice").inner_text()
    ask(desk, "r1")
    desk.by("notice").get_by_text("nothing can leave").wait_for()
    desk.by("stage").select_option("graded")
    desk.by("choose-m0001").check()
    desk.by("sign-off").click()
    desk.by("notice").get_by_text("1 medium signed off").wait_for()
    ask(desk, "r1")
    desk.by("notice").get_by_text("Asked").wait_for()
    card = desk.by("asked-r1")
    assert "bob (you)" in card.inner_text()
    card.get_by_test_id("look").click()
    desk.by("digest").wait_for()
    assert desk.by("approve").count() == 0  # one's own request
    lab.analyst = "eve"  # the next in the queue of the same kernel: only a stand-in
    desk.by("look").click()
    desk.by("approve").click()
    desk.by("notice").get_by_text("Approved: r1").wait_for()
    desk.by("release").click()
    desk.by("folder").wait_for()
    assert desk.by("folder").inner_text() == "/lab/releases/r1"
    assert "not signed off" in desk.by("left-out").inner_text()
    assert "r1" in desk.by("releases").inner_text()


def test_thousands_of_media_stay_one_table(open_desk):
    desk = open_desk(ReleaseDesk(FakeLab(3000)), FakeServer([]))
    desk.until("s.rows === 3000 && !s.busy")
    assert desk.page.locator("tbody tr").count() == 100
    desk.by("page-after").press("Enter")
    desk.by("media").get_by_text("pattern-101.png").wait_for()
    desk.by("filter").fill("pattern-2999")
    assert desk.page.locator("tbody tr").count() == 1
    desk.by("filter").fill("")
    desk.by("all").click()
    assert len(desk.state()["chosen"]) == 2998


def test_a_table_says_its_unit_its_base_and_what_was_left_out(open_desk):
    desk = open_desk(StatisticsDesk(FakeLab()), FakeServer([]))
    desk.by("part-ready").click()
    desk.by("table-unit").select_option("child_appearance")
    desk.by("ready-table").wait_for()
    assert "3 (75%)" in desk.by("ready-table").inner_text()
    told = desk.by("ready-result").inner_text()
    assert "child appearance (one child on one medium)" in told
    assert "Base: 4 (signed-off media)" in told
    assert "5: media waiting for a grader" in told
    chart = desk.by("chart")
    shapes = "e => [...e.querySelectorAll('*')].map(x => x.localName)"
    assert chart.evaluate(shapes) == ["svg", "g", "rect", "text"]
    handlers = "e => [...e.querySelectorAll('*')].flatMap(x => x.getAttributeNames())"
    assert not any(name.startswith("on") for name in chart.evaluate(handlers))
    # What is for inside is saved to no file: what leaves goes through a report.
    assert desk.by("ready-result").locator("button, a").count() == 0
    assert "through a report" in desk.by("ready").inner_text()


def graded(desk):
    desk.painted("m01")
    desk.press("1", "1", "1", "c", "3", "q", "v")
    desk.by("grade-uk_2014").wait_for()


def waiting(desk):
    desk.by("metadata-card").wait_for()
    desk.press("2")


def counted(desk):
    desk.until("s.ready")
    desk.by("unit").select_option("child_appearance")
    desk.by("cols").select_option("sex")
    desk.until("s.chart && s.asked.query.cols")


def compared_periods(desk):
    counted(desk)
    desk.by("cluster").check()
    desk.by("periods").click()
    desk.by("from").fill("2026-02-01")
    desk.by("before-to").fill("2026-01-31")
    desk.by("filters").click()
    desk.until("s.asked.query.compare[1] && s.asked.query.cluster && s.chart")


def leaving(desk):
    counted(desk)
    desk.by("leaving").click()
    desk.by("verdict").locator("summary").click()
    desk.until("s.leaving && s.chart")


def ready_made(desk):
    desk.by("part-ready").click()
    desk.by("table-unit").select_option("medium")
    desk.by("chart").wait_for()


def compared(desk):
    desk.page.locator("[data-medium] > canvas").first.wait_for()
    desk.press("h")
    desk.by("hashes").wait_for()


def part(key, testid):
    def ready(desk):
        desk.until("s.ready")
        desk.press(key)
        desk.by(testid).wait_for()

    return ready


def stacked(desk):
    part("4", "stack-m01")(desk)
    desk.press("g")
    desk.until("s.form")


SCENES = {
    "matching": (MatchingDesk, full, compared),
    "matching-stacks": (MatchingDesk, full, part("4", "stack-m01")),
    "matching-form": (MatchingDesk, full, stacked),
    "grading": (GradingDesk, [item(1), item(2)], graded),
    "refused": (GradingDesk, [refused_item(1)], waiting),
    "intake": (IntakeDesk, [], lambda desk: desk.by("job-j").wait_for()),
    "release": (ReleaseDesk, [], lambda desk: desk.by("media").wait_for()),
    "statistics": (StatisticsDesk, [], lambda desk: desk.until("s.ready")),
    "statistics-table": (StatisticsDesk, [], counted),
    "statistics-compared": (StatisticsDesk, [], compared_periods),
    "statistics-leaving": (StatisticsDesk, [], leaving),
    "statistics-ready": (StatisticsDesk, [], ready_made),
}


def serious(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response
    return [
        (v["id"], [node["html"][:120] for node in v["nodes"]])
        for v in found["violations"]
        if v["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scene", SCENES)
def test_axe_finds_nothing_serious_at_100_and_200_percent(open_desk, scene, theme):
    kind, items, ready = SCENES[scene]
    done = {"job": "j", **RUNNING, "state": "done", "report": REPORT}
    if callable(items):
        server = items()
    else:
        server = FakeServer([dict(one) for one in items], jobs=[done])
    desk = open_desk(kind(FakeLab()), server, theme=theme)
    ready(desk)
    for width, height in ((1280, 800), (640, 400)):  # zoom halves the CSS pixels
        desk.page.set_viewport_size({"width": width, "height": height})
        assert serious(desk.page) == []
        wide = "document.documentElement.scrollWidth <= innerWidth"
        assert desk.page.evaluate(wide)


def test_axe_would_find_a_fault(open_desk):
    desk = open_desk(IntakeDesk(FakeLab()), FakeServer([]))
    desk.by("case").wait_for()
    desk.page.evaluate("document.querySelector('label[for]').remove()")
    assert [name for name, _ in serious(desk.page)] == ["label"]

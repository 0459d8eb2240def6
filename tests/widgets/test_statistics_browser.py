"""The statistics desk in Chromium: a table at once, what may leave, what is kept."""

import pytest
from fake_lab import FakeLab
from fake_server import FakeServer

from iwflab_widgets import StatisticsDesk

pytestmark = pytest.mark.browser
APPEARANCES = "child_appearance"


def opened(open_desk, lab=None, **more):
    desk = open_desk(StatisticsDesk(lab or FakeLab()), FakeServer([]), **more)
    desk.until("s.ready")
    return desk


def counted(open_desk, unit=APPEARANCES, lab=None, **more):
    desk = opened(open_desk, lab, **more)
    desk.by("unit").select_option(unit)
    desk.by("table").wait_for()
    return desk


def by(desk, rows, cols=""):
    desk.by("rows").select_option(rows)
    desk.by("cols").select_option(cols)
    desk.until(f"s.asked.query.rows === '{rows}' && s.asked.query.cols === '{cols}'")
    return desk


def leaving(desk):
    desk.by("leaving").click()
    desk.until("s.leaving && s.shown")
    return desk.state()["shown"]


def test_nothing_is_shown_before_a_unit_is_chosen(open_desk):
    desk = opened(open_desk)

    assert desk.by("unit").input_value() == ""
    assert "Choose what is counted" in desk.by("hint").inner_text()
    assert desk.by("table").count() == 0
    assert desk.by("rows").count() == 0


def test_a_table_says_what_it_counts_and_its_chart_comes_after(open_desk):
    desk = by(counted(open_desk), "age_band", "sex")
    desk.until("s.chart")
    told = desk.by("result").inner_text()

    assert (
        "Largest group of child appearances: 7-10, girl"
        in desk.by("title").inner_text()
    )
    assert "not signed off" in desk.by("exclusions").inner_text()
    assert "this is no count of victims" in told
    table = desk.page.locator("[data-testid=table]")
    assert table.locator("caption").inner_text().endswith("age band by sex")
    assert table.locator("thead th[scope=col]").count() == 5
    assert table.locator("tbody th[scope=row]").count() == 8
    said = desk.by("spoken").inner_text()
    assert said.startswith("Largest group of child appearances")
    assert desk.by("chart").locator("svg[role=img]").count() == 1
    assert desk.page.locator("img").count() == 0


def test_the_numbers_of_the_page_are_those_of_the_lab(open_desk):
    lab = FakeLab()
    desk = by(counted(open_desk, lab=lab), "code")
    frame = lab.explore("x").answer(desk.state()["asked"]["query"]).chosen
    cells = desk.page.locator("[data-testid=table] tbody tr")
    read = "rows => rows.map(r => [r.cells[0].innerText, +r.querySelector('strong').innerText])"
    found = dict(cells.evaluate_all(read))

    expected = frame["code"].value_counts().to_dict()
    assert found == {**expected, "all": len(frame)}


def test_a_switch_shows_what_may_leave_and_says_which_cells_are_withheld(open_desk):
    desk = by(counted(open_desk), "age_band", "sex")
    inside = desk.by("table").inner_text()
    shown = leaving(desk)

    assert shown["outcome"] == "pass"
    assert "withheld" in desk.by("reason").inner_text()
    table = desk.by("table").inner_text()
    assert "[c]" not in inside
    assert table.count("[c]") == len(shown["primary"]) + len(shown["secondary"])
    assert "small count" in table
    assert "withheld with it" in table
    # What is left out is named without numbers: they are not protected.
    assert not any(sign.isdigit() for sign in desk.by("exclusions").inner_text())
    desk.by("inside").click()
    desk.until("!s.leaving")
    assert desk.by("table").inner_text() == inside


def test_a_filter_and_a_period_change_what_is_counted(open_desk):
    desk = by(counted(open_desk), "age_band")
    whole = desk.state()["shown"]["base"]
    desk.by("filters").click()
    desk.by("keep-sex-girl").check()
    desk.until("s.asked.query.filters.sex")
    girls = desk.state()["shown"]
    assert 0 < girls["base"] < whole
    assert girls["exclusions"]["left out by the filters"] == whole - girls["base"]
    assert "Only sex: girl" in desk.by("filters").inner_text()
    desk.by("periods").click()
    desk.by("from").fill("2026-02-01")
    desk.until("s.asked.query.period[0]")
    later = desk.state()["shown"]
    assert later["base"] < girls["base"]
    assert "signed off on another day" in desk.by("exclusions").inner_text()
    desk.by("before-from").fill("2026-01-01")
    desk.by("before-to").fill("2026-01-31")
    desk.until("s.asked?.query.compare[1] && s.shown.before")
    assert "pp" in desk.by("table").inner_text()
    assert "in the period it is compared with" in desk.page.locator(".iwf").inner_text()
    said = desk.by("periods").inner_text()
    assert said == (
        "Signed off from 2026-02-01, compared with 2026-01-01 to 2026-01-31"
    )
    desk.by("before-to").fill("2026-02-03")
    desk.by("notice").get_by_text("the two periods overlap").wait_for()
    desk.until("!s.asked")
    assert desk.by("table").count() == 0  # no table of another question stays
    desk.by("before-to").fill("2026-01-31")
    desk.by("table").wait_for()
    desk.until("s.asked")
    assert desk.by("notice").inner_text() == ""


def test_a_switch_in_the_middle_of_a_change_shows_the_new_question(open_desk):
    desk = by(counted(open_desk), "age_band")
    desk.page.evaluate(
        """() => {
        const rows = document.querySelector("[data-testid=rows]");
        rows.value = "sex";
        rows.dispatchEvent(new Event("change"));
        document.querySelector("[data-testid=leaving]").click();
        }"""
    )
    desk.until("s.leaving && s.shown && s.asked.query.rows === 'sex'")
    assert "girl" in desk.by("table").inner_text()


def test_the_focus_stays_where_it_was_when_the_table_changes(open_desk):
    desk = counted(open_desk)
    desk.by("rows").focus()
    before = desk.state()["turn"]
    desk.press("ArrowDown")
    desk.until(f"s.turn > {before} && s.asked.query.rows !== 'age_band'")
    focused = "document.activeElement.dataset.testid"
    assert desk.page.evaluate(focused) == "rows"
    desk.by("leaving").press("Enter")
    desk.until("s.leaving && s.shown")
    assert desk.page.evaluate(focused) == "leaving"


def test_what_is_no_longer_asked_for_is_dropped(open_desk):
    """Two changes at once: only the answer to the second is ever drawn."""
    desk = by(counted(open_desk), "age_band")
    desk.page.evaluate(
        """() => {
        const model = window.model, sent = model.send;
        const held = [];
        model.send = (content) => held.push(() => sent(content));
        window.letGo = () => { model.send = sent; return Promise.all(held.map((go) => go())); };
        window.held = held;
        }"""
    )
    desk.by("rows").select_option("sex")
    desk.page.wait_for_function("window.held.length === 1")
    desk.by("rows").select_option("kind")
    desk.page.wait_for_function("window.held.length === 2")
    titles = desk.page.evaluate(
        """async () => {
        const seen = [], place = document.querySelector("[data-testid=finding]");
        new MutationObserver(() => seen.push(place.textContent)).observe(place, { childList: true });
        await window.letGo();
        return seen;
        }"""
    )
    desk.until("s.asked.query.rows === 'kind'")

    assert titles
    assert not any("girl" in title for title in titles)


def test_no_table_or_chart_of_another_unit_or_base_stays(open_desk):
    lab = FakeLab()
    desk = by(counted(open_desk, lab=lab), "age_band")
    desk.until("s.chart")
    desk.page.evaluate("""() => {
      const { kernel } = window;
      const away = ({ request }) => Promise.resolve({ request, error: "it is away" });
      window.kernel = (given) => (given.act === window.lost ? away(given) : kernel(given));
    }""")
    desk.page.evaluate("window.lost = 'chart'")
    desk.by("base").select_option("known")
    desk.until("!s.chart")
    assert desk.page.locator(".iwf-drawn svg").count() == 0
    desk.page.evaluate("window.lost = 'sides'")
    desk.by("unit").select_option("medium")
    desk.until("!s.asked")
    assert desk.by("table").count() == 0
    assert desk.by("title").count() == 0


def test_a_question_is_saved_loaded_and_dropped(open_desk):
    lab = FakeLab()
    desk = by(counted(open_desk, lab=lab), "age_band", "code")
    desk.by("cluster").check()
    desk.until("s.asked.query.cluster")
    desk.by("keep").click()
    desk.by("save").click()
    desk.by("notice").get_by_text("Give the question a name.").wait_for()
    desk.by("query-name").fill("ages by category")
    desk.by("save").click()
    desk.by("notice").get_by_text("Saved as ages by category.").wait_for()
    assert lab.kept["ages by category"]["cols"] == "code"
    desk.by("unit").select_option("medium")
    desk.until("s.asked.query.unit === 'medium'")
    desk.by("load").click()
    desk.until("s.asked.query.unit === 'child_appearance' && s.asked.query.cluster")
    assert desk.state()["asked"]["query"]["cols"] == "code"
    desk.by("drop").click()
    desk.by("notice").get_by_text("Dropped").wait_for()
    assert lab.kept == {}


def test_a_loaded_question_brings_its_scheme_and_old_ones_say_that_they_have_none(
    open_desk,
):
    lab = FakeLab()
    desk = counted(open_desk, lab=lab)
    desk.by("scheme").select_option("uk_sap_2007")
    desk.until("s.asked.scheme === 'uk_sap_2007'")
    desk.by("keep").click()
    desk.by("query-name").fill("older law")
    desk.by("save").click()
    desk.by("notice").get_by_text("Saved as older law.").wait_for()
    assert lab.schemes == {"older law": "uk_sap_2007"}
    desk.by("scheme").select_option("uk_2014")
    desk.until("s.asked.scheme === 'uk_2014'")
    desk.by("load").click()
    desk.by("notice").get_by_text("Categories by uk_sap_2007.").wait_for()
    desk.until("s.asked.scheme === 'uk_sap_2007'")
    lab.version = ""
    desk.by("query-name").fill("older law")
    desk.by("save").click()
    replaced = "Saved as older law, in place of the question that had this name."
    desk.by("notice").get_by_text(replaced).wait_for()
    desk.by("load").click()
    desk.by("notice").get_by_text("saved without its categories").wait_for()


def test_every_unit_can_be_counted(open_desk):
    desk = opened(open_desk)
    for unit in (
        "file",
        "medium",
        "content",
        "child_appearance",
        "victim",
        "series",
        "url",
    ):
        desk.by("unit").select_option(unit)
        desk.until(f"s.asked && s.asked.query.unit === '{unit}' && s.shown.base")


def test_what_was_signed_off_since_is_counted_when_it_is_read_anew(open_desk):
    lab = FakeLab()
    desk = by(counted(open_desk, lab=lab), "sex")
    before = desk.state()["shown"]["base"]
    lab.drawn = 800
    desk.by("read-anew").click()
    desk.until(f"s.shown.base > {before}")
    assert lab.explored == ["uk_2014"] * 2

"""The ladder of reveal levels in a real browser: what is shown, asked for, recorded."""

import pytest
from fake_server import FakeServer, item

from iwflab_widgets.grading_desk import GradingDesk

pytestmark = pytest.mark.browser

KEYS = {
    "none": "a",
    "outlines": "b",
    "shielded": "s",
    "lens": "l",
    "greyscale": "g",
    "full": " ",
}


def a_server(number=4, **more):
    return FakeServer([item(n) for n in range(1, number + 1)], **more)


def opened(open_desk, server, first="shielded", **more):
    desk = open_desk(GradingDesk, server, **more)
    desk.painted("m01", first)
    return desk


def media_asked(server, variant):
    return [path for path in server.paths() if f"-{variant}-" in path]


def test_every_level_has_a_key_and_is_part_of_the_record(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    for level, key in KEYS.items():
        desk.press(key)
        desk.painted("m01", level)
    desk.press("b")
    desk.painted("m01", "outlines")
    desk.press("1", "2", "Enter")
    desk.until("s.saved === 1 && s.waiting === 0")
    (decision,) = server.bodies("decision")
    assert decision["reveal"] == "full"
    assert set(decision["levels"]) == set(KEYS)
    assert sum(decision["levels"].values()) <= decision["seconds"] + 0.01
    assert [body["level"] for body in server.bodies("reveal")] == [
        *("lens", "greyscale", "full"),
    ]
    shown = [view["variant"] for view in server.views if view["medium"] == "m01"]
    assert shown == [
        *("shielded", "outlines", "shielded", "lens", "greyscale", "full", "outlines")
    ]


def test_a_decision_from_metadata_alone_says_so(open_desk):
    server = a_server(start_level="none")
    desk = opened(open_desk, server, "none")
    assert desk.page.locator("canvas").count() == 0
    assert "source hotline" in desk.by("withheld-card").inner_text()
    assert not [path for path in server.paths() if path.startswith("media/")]
    desk.press("4", "2", "Enter")
    desk.until("s.saved === 1 && s.waiting === 0")
    (decision,) = server.bodies("decision")
    assert decision["reveal"] == "none"
    assert set(decision["levels"]) == {"none"}
    assert server.views == []


def test_the_level_to_start_with_is_kept_by_the_server(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press("b")
    desk.painted("m01", "outlines")
    desk.press("j")
    desk.until("s.start === 'outlines'")
    assert server.start_level == "outlines"
    desk.press("4", "2", "Enter")
    desk.painted("m02", "outlines")
    assert "My start" in desk.by("start_here").inner_text()
    desk.page.reload()
    desk.painted("m02", "outlines")
    assert desk.page.evaluate("localStorage.length + sessionStorage.length") == 0
    ahead = media_asked(server, "outlines")
    assert any(path.endswith("-04") for path in ahead)  # it is drawn ahead


def test_nobody_starts_above_the_minimum_of_the_organisation(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press(" ")
    desk.painted("m01", "full")
    desk.press("j")
    desk.until("s.message.includes('nobody starts with more than: Shielded')")
    assert server.bodies("start") == []


def test_who_starts_with_full_reveals_every_medium_on_the_record(open_desk):
    levels = ("none", "outlines", "shielded", "lens", "greyscale", "full")
    server = a_server(start_level="full", start_levels=levels)
    desk = opened(open_desk, server, "full")
    desk.press("ArrowRight")
    desk.painted("m02", "full")
    assert [body["medium"] for body in server.bodies("reveal")] == ["m01", "m02"]
    desk.press("Escape", "k")
    desk.painted("m02", "shielded")  # a key that only wakes asks for no more


def test_outlines_that_were_not_made_are_not_offered(open_desk):
    server = FakeServer(
        [item(1, previews=["full", "shielded"]), item(2)], start_level="outlines"
    )
    desk = opened(open_desk, server, "none")  # lower, never higher
    button = desk.by("outlines")
    assert button.is_disabled()
    assert "not made yet" in button.get_attribute("aria-description")
    desk.press("b")
    desk.until("s.message.includes('not available')")
    desk.press("4", "2", "Enter")
    desk.painted("m02", "outlines")
    assert not desk.by("outlines").is_disabled()


def test_the_lens_follows_pointer_and_keys_and_the_page_holds_no_more(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press("l")
    first = desk.painted("m01", "lens")["lens"]
    desk.press("l")
    second = desk.until(f"s.lens.x < {first['x']}")["lens"]
    desk.press("Shift+ArrowRight", "Shift+ArrowDown")
    third = desk.state()["lens"]
    assert (third["x"], third["y"]) == (second["x"] + 40, second["y"] + 40)
    box = desk.by("picture").bounding_box()
    desk.page.mouse.move(box["x"] + box["width"] / 2 + 33, box["y"] + box["height"] / 2)
    desk.until(f"Math.abs(s.lens.x - {first['x'] + 33}) < 2")
    assert desk.state()["medium"] == "m01"  # the arrows did not leave it
    sizes = desk.page.evaluate(
        "[...document.querySelectorAll('canvas')].map((c) => [c.width, c.height])"
    )
    assert sizes == [[480, 315], [220, 220]]
    assert _colours(desk) > 0
    desk.press("s")
    desk.painted("m01")
    assert desk.page.locator("canvas").count() == 1


def _colours(desk):
    """Count the coloured pixels of the lens; its corners are empty."""
    return desk.page.evaluate("""() => {
      const { data } = document.querySelector('.iwf-lens').getContext('2d').getImageData(0, 0, 220, 220);
      if (data[3] !== 0) return -1;
      let found = 0;
      for (let at = 0; at < data.length; at += 4) found += data[at + 3] > 0 && Math.abs(data[at] - data[at + 2]) > 20;
      return found;
    }""")


def test_less_is_shown_at_once_without_asking(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press(" ")
    desk.painted("m01", "full")
    server.cut = "api/reveal"
    desk.press("g")
    grey = "getComputedStyle(document.querySelector('canvas')).filter"
    assert desk.page.evaluate(grey) == "grayscale(1)"
    desk.press("l")
    desk.painted("m01", "shielded")


@pytest.mark.parametrize(("first", "level"), [("l", "lens"), ("g", "greyscale")])
def test_the_last_word_counts_while_more_is_on_its_way(open_desk, first, level):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press(first)
    desk.painted("m01", level)
    server.keep_back = ("api/reveal",)
    desk.press(" ")
    server.until_kept(desk.page)
    desk.press(first)
    server.let_go()
    look = "document.querySelector('.iwf').iwflab.desk.screen.look"
    desk.page.wait_for_function(f"{look}.granted.get('full')?.grant")
    desk.page.evaluate(TWO_FRAMES)
    assert desk.state()["painted"]["variant"] == level
    desk.press("ArrowRight")
    desk.painted("m02")
    desk.until("s.waiting === 0")
    assert [view["variant"] for view in server.views] == ["shielded", level]


TWO_FRAMES = """new Promise((go) =>
  requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(go))))"""
PANIC = """() => new Promise((done) => {
  const names = ['pattern-01', 'Harbour', 'onerror', 'pattern-02'];
  const told = () => {
    const root = document.querySelector('.iwf');
    const words = [root.innerText, ...[...root.querySelectorAll('*')].flatMap((one) =>
      [one.textContent, one.value ?? '', ...[...one.attributes].map((a) => a.value)])].join(' ');
    return { pixels: root.querySelectorAll('canvas, img, video').length,
             words: names.filter((name) => words.includes(name)), note: root.querySelector('textarea').value };
  };
  const before = told();
  addEventListener('keydown', () => requestAnimationFrame(() => done({ before, after: told() })), { capture: true, once: true });
})"""


@pytest.mark.parametrize("level", ["lens", "full", "none", "outlines"])
def test_the_panic_key_leaves_nothing_of_a_medium_within_one_frame(open_desk, level):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press("n", "h", "i", "Escape", KEYS[level])
    desk.painted("m01", level)
    desk.page.evaluate(f"void (window.panic = ({PANIC})())")
    desk.press("Escape")
    found = desk.page.evaluate("window.panic")
    assert "pattern-01" in found["before"]["words"]  # the check sees what is there
    assert found["before"]["note"] == "hi"
    assert found["after"] == {"pixels": 0, "words": [], "note": ""}
    assert desk.state()["prefetched"] == []  # nor anything in wait
    desk.press("k")
    desk.painted("m01")
    assert desk.by("note").input_value() == "hi"
    desk.until("s.prefetched.length === 4")


@pytest.mark.parametrize(
    ("level", "blanked"),
    [("none", False), ("outlines", False), ("full", True), ("lens", True)],
)
def test_escape_in_a_field_blanks_what_is_more_than_shielded(open_desk, level, blanked):
    desk = opened(open_desk, a_server())
    desk.press(KEYS[level])
    desk.painted("m01", level)
    desk.press("n", "h", "i", "Escape")
    assert bool(desk.state()["blanked"]) is blanked
    desk.press("1")  # answers, or only wakes
    assert ("form" in desk.state()["record"]["elements"]) is not blanked


def test_the_idle_lock_leaves_as_little(open_desk):
    desk = opened(open_desk, a_server(limits={"idle_lock_minutes": 0.01}))
    desk.until("s.blanked")
    assert desk.page.locator("canvas").count() == 0
    assert "pattern-01" not in desk.page.content()


def test_presentation_mode_shows_and_fetches_no_pixels(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press(" ")
    desk.painted("m01", "full")
    desk.press("p")
    desk.by("presentation-card").wait_for()
    desk.until("s.presenting && s.prefetched.length === 0")
    assert server.presenting
    assert desk.page.locator("canvas, img, video").count() == 0
    before = len(server.paths())
    desk.press("s", " ", "l", "b", "ArrowRight")
    desk.until("s.medium === 'm02'")
    assert not [p for p in server.paths()[before:] if p.startswith("media/")]
    assert desk.by("presentation-card").is_visible()
    desk.press("4", "2", "Enter")
    desk.until("s.saved === 1 && s.waiting === 0")
    assert server.bodies("decision")[0]["reveal"] == "none"
    desk.page.reload()
    desk.by("presentation-card").wait_for()
    desk.press("p")
    desk.until("!s.presenting && s.painted?.variant === 'shielded'")


def test_presentation_mode_of_another_window_takes_the_pictures_away(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    server.presenting = True
    desk.by("presentation-card").wait_for()
    assert desk.page.locator("canvas").count() == 0


def test_what_is_known_is_said_before_and_the_level_after(open_desk):
    server = a_server()
    desk = open_desk(GradingDesk, server)
    desk.page.evaluate("""() => {
      window.said = [];
      const note = () => window.said.push(document.querySelector('[data-testid=spoken]')?.textContent);
      new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
    }""")
    desk.painted("m01")
    desk.press("4", "2", "Enter")
    desk.painted("m02")
    said = [text for text in desk.page.evaluate("window.said") if text]
    about = [text for text in said if text.startswith("pattern-02.png")]
    assert "known: source hotline, series Harbour" in about[0]
    assert "Harbour. Shielded. Form of the medium?" in about[0]
    desk.press("b")
    desk.painted("m02", "outlines")
    assert desk.by("spoken").inner_text().strip() == "Outlines"
    desk.press("s")
    desk.painted("m02")
    label = desk.page.locator("canvas").get_attribute("aria-label")
    assert label == "Preview of pattern-02.png: Shielded"


def test_signs_are_gentle_and_the_ledger_is_a_card(open_desk):
    told = ["52 minutes of viewing since your last break"]
    server = a_server(signs_told=told)
    desk = opened(open_desk, server)
    desk.by("signs").get_by_text(told[0]).wait_for()
    desk.press(" ")
    desk.painted("m01", "full")
    desk.press("h")
    card = desk.by("exposure-card")
    card.wait_for()
    text = card.inner_text()
    assert "Only you are shown this" in text
    assert "52 minutes of viewing since your last break" in text
    assert "96 minutes today, of at most 4 hours" in text
    assert card.get_by_role("cell", name="3 minutes").is_visible()
    desk.painted("m01", "shielded")  # nobody reads a ledger beside a picture
    desk.press("Escape")
    card.wait_for(state="detached")

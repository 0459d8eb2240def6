"""Clips, larger previews and the contact sheet at the served desk, in a real Voila."""

import pytest
from PIL import Image
from serving import Person, Served, until

from iwflab.lab import Lab
from tests import films, pictures

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("warm")]
CUSTODY = {"case": "W", "exhibit": "1", "purpose": "test", "authority": "none"}
PLAYED = """video => ({ time: video.currentTime, paused: video.paused,
  error: video.error?.message ?? null, width: video.videoWidth, src: video.src })"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("looking") / "lab"
    taken = folder.parent / "taken"
    taken.mkdir()
    shots = films.frames((1, 20), (2, 20), width=320, height=240)
    (taken / "a clip.mp4").write_bytes(films.film(shots, "MP4 h264", rate=10))
    for number in range(30):
        drawn = Image.effect_noise((300 + number, 200), 40 + number).convert("RGB")
        (taken / f"drawn {number:02}.jpg").write_bytes(pictures.encoded(drawn, "JPEG"))
    heads = str(folder.parent / "heads")
    with Lab.create(folder, head_folder=heads, set_size=40) as lab:
        lab.intake([taken], **CUSTODY)
    running = Served(folder).accounts().start()
    yield running
    running.stop()


def open_medium(person, wanted):
    """Go on to the medium of this name: by its id, for the name is drawn a frame later."""
    with Lab.open(person.served.folder) as lab:
        media = lab.media()
    (medium,) = media[media["name"].str.contains(wanted, regex=False)]["medium"]
    state = person.painted()
    for _ in range(40):
        if state["medium"] == medium:
            return
        person.press("ArrowRight")
        state = person.until(lambda s, before=state: s.medium != before["medium"])
    raise AssertionError(f"{wanted} is not in the set")


def settled(person, messages):
    """Wait until a second passed without a message: the kernel has handed over."""
    before = -1
    while before != len(messages):
        before = len(messages)
        person.page.wait_for_timeout(1000)
    return before


def test_a_clip_plays_by_parts_and_nothing_comes_from_elsewhere(served, browser):
    person = Person(browser, served, "ann").log_in().grading()
    open_medium(person, "a clip")
    answers = []
    person.page.on("response", lambda one: answers.append((one.status, one.url)))
    person.press("F8")
    # On the page, and then painted: between the two nothing is.
    person.until(lambda s: s.clip and s.painted and s.painted["variant"] == "full")
    person.painted()
    video = person.page.locator("video")
    until(lambda: video.evaluate("v => v.duration") > 3.5, what="its length")
    assert video.evaluate(PLAYED)["paused"]
    person.press("PageDown")
    until(lambda: video.evaluate(PLAYED)["time"] > 1.5, what="the second shot")
    person.press("F8")
    until(lambda: video.evaluate(PLAYED)["time"] > 2.2, what="playing")
    told = video.evaluate(PLAYED)
    assert (told["error"], told["width"]) == (None, 320)
    assert told["src"].startswith(f"{served.url}/iwflab/media/")
    parts = [status for status, url in answers if url == told["src"]]
    assert parts
    assert set(parts) == {206}
    person.press("Escape")
    assert video.count() == 0
    assert person.faults == []
    assert person.outside == []


def test_the_sheet_costs_no_message_and_opens_what_is_chosen(served, browser):
    person = Person(browser, served, "ann")
    messages = []

    def hear(socket):
        if "/api/kernels/" not in socket.url:
            return  # the line of the page: what is asked there passes no kernel
        socket.on("framesent", lambda _: messages.append("sent"))
        socket.on("framereceived", lambda _: messages.append("received"))

    person.page.on("websocket", hear)
    person.log_in().grading()
    until(lambda: person.state()["painted"], what="the first medium")
    assert messages  # the page was heard: the kernel handed it over
    line = "document.querySelector('.iwf').iwflab.desk.server.line"
    person.page.wait_for_function(f"{line}.ready")
    before = settled(person, messages)
    person.press("F2")
    person.until(lambda s: s.sheet and s.sheet["total"] == 31)
    person.until(lambda s: s.sheet["thumbs"] >= 20)
    person.press("End", "Home", "ArrowRight", "Space", "Shift+ArrowRight")
    person.until(lambda s: len(s.selection) == 2)
    person.press("Escape")
    assert person.page.locator("canvas").count() == 0
    person.press("x")
    person.until(lambda s: s.sheet["thumbs"] >= 20)
    person.press("Enter")
    person.until(lambda s: s.sheet is None and s.painted)
    assert len(messages) - before <= 4  # heartbeats of the kernel at most
    assert person.faults == []
    with Lab.open(served.folder) as lab:
        assert lab.verify() == []


def test_at_200_percent_picture_and_last_line_stay_in_view(served, browser):
    """In a real Voila: it has boxes of its own round the desk, in which nothing sticks."""
    person = Person(browser, served, "ann").log_in()
    person.page.set_viewport_size({"width": 720, "height": 450})
    person.grading()
    until(lambda: person.state()["painted"], what="the first medium")
    person.press("1", "1", "1", "c")
    person.until(lambda s: s.active == "child-1-age_band")
    seen = """places => places.every((place) => {
      const box = document.querySelector(place).getBoundingClientRect();
      return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight; })"""
    places = ["[data-testid=picture]", "[data-testid=message]", "[data-active]"]
    person.page.wait_for_function(seen, arg=places)
    assert person.faults == []


def test_what_was_looked_at_last_is_on_record_after_a_logout(served, browser):
    with Lab.open(served.folder) as lab:
        lab.seat("ann").hand_back()
    person = Person(browser, served, "ben").log_in().grading()
    person.painted()
    person.page.get_by_role("button", name="Log out").click()
    person.page.wait_for_url("**/login*")
    with Lab.open(served.folder) as lab:
        (day,) = lab.seat("ben").exposure(days=1)["days"]
        assert day["media"] == 1

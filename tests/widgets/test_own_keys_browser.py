"""A person's own keys: given on the key card, kept by the server, true at once."""

import pytest
from fake_server import FakeServer, Refusal, item

from iwflab_widgets.grading_desk import GradingDesk

pytestmark = pytest.mark.browser


def opened(open_desk, server, **more):
    desk = open_desk(GradingDesk, server, **more)
    desk.painted("m01")
    return desk


def a_server():
    return FakeServer([item(n) for n in range(1, 5)])


def change(desk, act, key):
    desk.by(f"change-{act}").click()
    assert desk.by(f"change-{act}").inner_text() == "Press the new key"
    desk.press(key)


def test_a_key_of_ones_own_works_at_once_and_after_a_reload(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press("?")
    change(desk, "reveal", "r")
    said = "R now means: Reveal the full preview."
    desk.by("keys-said").filter(has_text=said).wait_for()
    row = desk.by("help-card").locator("tr", has_text="Reveal the full preview")
    assert row.inner_text().split()[:1] == ["R"]  # as the words have it
    assert "(your own)" in row.inner_text()
    assert "Enter" not in desk.by("close-card").inner_text()  # it does not close now
    desk.press("Enter")  # on the focused button: it asks for a key again, no more
    desk.press("Tab")
    desk.by("close-card").click()
    desk.press(" ")  # the old one means nothing now
    desk.press("r")
    desk.painted("m01", "full")
    assert server.own_keys == {"reveal": "r"}
    again = opened(open_desk, server)
    again.press("r")
    again.painted("m01", "full")


def test_the_old_key_pressed_from_habit_says_that_nothing_came_of_it(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press("?")
    change(desk, "save", "r")
    desk.by("keys-said").filter(has_text="R now means: Save").wait_for()
    desk.by("close-card").click()
    desk.press("4", "2", "Enter")
    said = "Enter means nothing here. Save and go to the next medium: R."
    assert desk.state()["message"] == said
    assert server.order == []
    desk.press("'")
    assert desk.state()["message"] == "' means nothing here. ? shows the keys."
    desk.press("r")
    desk.until("s.saved === 1 && s.waiting === 0")
    desk.press("'", "?")
    desk.by("keys-reset").click()
    desk.by("keys-said").filter(has_text="this lab's keys again").wait_for()
    assert desk.state()["message"] == ""  # it named keys that may mean other things


def test_two_acts_change_their_keys_and_go_back(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press("?")
    change(desk, "add_child", "x")
    desk.by("keys-said").filter(has_text="C means: Remove the child").wait_for()
    assert server.own_keys == {"add_child": "x", "remove_child": "c"}
    assert "2 keys are your own." in desk.by("help-card").inner_text()
    desk.by("keys-reset").click()
    desk.by("keys-said").filter(has_text="this lab's keys again").wait_for()
    assert server.own_keys == {}
    assert desk.by("keys-reset").count() == 0


REFUSED = {"5": "5", "F5": "F5", "Control+u": "U", "Space": "Space", "ArrowDown": "↓"}


def test_what_cannot_be_a_key_is_refused_and_tab_leaves_it(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press("?")
    desk.by("change-undo").click()
    for key, name in REFUSED.items():
        desk.press(key)
        assert desk.by("keys-said").inner_text().startswith(f"{name} cannot be taken")
    desk.press("?")  # it opened the card, and closes it; while it waits it is a key
    desk.by("keys-said").filter(has_text="? now means: Undo").wait_for()
    desk.by("change-why").click()
    desk.press("Tab")
    assert desk.by("change-why").inner_text() == "Change"
    assert server.own_keys == {"undo": "?", "help": "z"}
    desk.press("z")  # which is what closes the card now
    desk.by("help-card").wait_for(state="detached")


def test_a_digit_by_its_place_is_no_key(open_desk):
    """On AZERTY what answers is a sign without Shift."""
    server = a_server()
    desk = opened(open_desk, server)
    desk.press("?")
    desk.by("change-undo").click()
    desk.page.evaluate(
        """document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
          { key: "&", code: "Digit1", bubbles: true, cancelable: true }))"""
    )
    assert desk.by("keys-said").inner_text().startswith("& cannot be taken")
    assert server.own_keys == {}


def test_the_lab_s_key_is_had_again_by_pressing_it(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press("?")
    change(desk, "add_child", "x")
    desk.by("keys-said").filter(has_text="C means: Remove the child").wait_for()
    change(desk, "add_child", "c")
    desk.by("keys-said").filter(has_text="C means again: Add a child").wait_for()
    assert server.own_keys == {}


def test_the_key_that_blanks_is_the_lab_s_and_blanks_while_another_is_changed(
    open_desk,
):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press("?")
    assert desk.by("change-blank").count() == 0
    desk.by("change-undo").click()
    desk.press("Escape")
    desk.until("s.blanked")
    desk.by("help-card").wait_for(state="detached")
    assert server.own_keys == {}


def test_one_change_at_a_time(open_desk):
    """The next one builds on the answer to the one before."""
    server = a_server()
    desk = opened(open_desk, server)
    desk.press("?")
    server.keep_back = ("api/keys",)
    change(desk, "undo", "q")
    server.until_kept(desk.page)
    desk.by("change-note").click()
    assert "on its way" in desk.by("keys-said").inner_text()
    server.let_go()
    desk.by("keys-said").filter(has_text="Q now means: Undo").wait_for()
    change(desk, "note", "w")
    desk.by("keys-said").filter(has_text="W now means: Write a note").wait_for()
    assert server.own_keys == {"undo": "q", "note": "w"}


def test_what_another_window_changed_meanwhile_stands_here_before_more_is_changed(
    open_desk,
):
    server = a_server()
    desk = opened(open_desk, server)
    server.own_keys = {"note": "w"}  # the other window
    desk.press("?")
    change(desk, "undo", "q")
    desk.by("keys-said").filter(has_text="changed in another window").wait_for()
    assert server.own_keys == {"note": "w"}
    row = desk.by("help-card").locator("tr", has_text="Write a note")
    row.filter(has_text="W").wait_for()
    change(desk, "undo", "q")
    desk.by("keys-said").filter(has_text="Q now means: Undo").wait_for()
    assert server.own_keys == {"note": "w", "undo": "q"}


class Refusing(FakeServer):
    def keys(self, _):
        raise Refusal("no act is called 'undo'", "reload the page", "BadInput")


def test_the_server_has_the_last_word(open_desk):
    for server, said in (
        (Refusing([item(1)]), "Not changed: no act is called 'undo'"),
        (FakeServer([item(1)], cut="api/keys"), "It is not known whether"),
    ):
        desk = opened(open_desk, server)
        desk.press("?")
        change(desk, "undo", "q")
        desk.by("keys-said").filter(has_text=said).wait_for()
        row = desk.by("help-card").locator("tr", has_text="Undo the newest decision")
        assert row.inner_text().split()[0] == "Z"


@pytest.mark.parametrize("last", ["Tab", "reset"])
def test_in_a_notebook_the_card_keeps_the_focus_so_that_escape_blanks(open_desk, last):
    desk = opened(open_desk, a_server(), where="cell")
    desk.by("picture").click()
    desk.press("?")
    change(desk, "undo", "q")
    desk.by("keys-said").filter(has_text="Q now means: Undo").wait_for()
    if last == "Tab":
        desk.by("change-note").click()
        desk.press("Tab")
    else:
        desk.by("keys-reset").click()
        desk.by("keys-said").filter(has_text="this lab's keys again").wait_for()
    desk.press("Escape")
    desk.until("s.blanked")

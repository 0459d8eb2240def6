"""A person's own keys: given on the key card, kept by the server, true at once."""

from fake_server import FakeServer, item

from iwflab_widgets.grading_desk import GradingDesk


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
    assert row.inner_text().split()[:1] == ["r"]
    assert "(your own)" in row.inner_text()
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


def test_what_cannot_be_a_key_is_refused_and_tab_leaves_it(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press("?")
    desk.by("change-undo").click()
    for key in ("5", "F5", "Control+u"):
        desk.press(key)
        assert "cannot be taken" in desk.by("keys-said").inner_text(), key
    desk.press("?")  # it opened the card, and closes it; while it waits it is a key
    desk.by("keys-said").filter(has_text="? now means: Undo").wait_for()
    desk.by("change-why").click()
    desk.press("Tab")
    assert desk.by("change-why").inner_text() == "Change"
    assert set(server.own_keys) == {"undo", "help"}


def test_the_key_that_blanks_blanks_while_another_is_being_changed(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press("?")
    desk.by("change-undo").click()
    desk.press("Escape")
    desk.until("s.blanked")
    assert desk.by("help-card").count() == 0
    assert server.own_keys == {}


def test_the_server_has_the_last_word(open_desk):
    server = a_server()
    desk = opened(open_desk, server)
    desk.press("?")
    server.cut = "api/keys"
    change(desk, "undo", "q")
    desk.by("keys-said").filter(has_text="Not changed").wait_for()
    row = desk.by("help-card").locator("tr", has_text="Undo the newest decision")
    assert row.inner_text().split()[0] == "z"


def test_in_a_notebook_the_card_hears_its_keys_as_well(open_desk):
    server = a_server()
    desk = opened(open_desk, server, where="cell")
    desk.by("picture").click()
    desk.press("?")
    change(desk, "undo", "q")
    desk.by("keys-said").filter(has_text="Q now means: Undo").wait_for()

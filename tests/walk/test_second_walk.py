"""What one person leaves for another comes to another's desk, in a real Voila."""

import pytest
from given import seen
from serving import Person, Served, copy_of

from iwflab.lab import Lab

pytestmark = pytest.mark.browser


@pytest.fixture
def served(filled, tmp_path):
    folder = copy_of(filled, tmp_path / "lab", set_size=3)
    running = Served(folder).accounts().start()
    yield running
    running.stop()


def test_a_second_person_grades_it_shielded_and_blind_and_undoes_it(served, browser):
    with Lab.open(served.folder) as lab:
        ann = lab.seat("ann")
        medium, *others = [item["medium"] for item in ann.open_set(50)["items"]]
        for other in others:
            ann.grade(other, seen("posing"))

    first = Person(browser, served, "ann").log_in().grading()
    first.painted(medium)
    first.press("f", "n")  # needs two, and a note of what was seen
    first.page.keyboard.type("two boats")
    first.press("Escape")
    first.grade({"form": "photograph", "child_present": "no"})
    first.open("grading")
    first.until(lambda s: s.ready)
    assert first.page.get_by_test_id("second").inner_text() == (
        "1 medium waits for another person"
    )

    person = Person(browser, served, "ben").log_in().grading()
    state = person.painted(medium)
    assert state["painted"]["variant"] == "shielded"
    assert state["record"]["elements"] == {}
    assert "two boats" not in person.page.content()
    assert person.page.get_by_test_id("second").count() == 0
    person.grade({"form": "photograph", "child_present": "no"})
    person.press("z")
    person.until(lambda s: s.medium == medium and not s.waiting)
    person.press("Enter")
    person.until(lambda s: s.saved == s.pressed == 2 and s.end)
    assert [*first.faults, *person.faults] == []
    with Lab.open(served.folder) as lab:
        (row,) = [r for r in lab.to_sign_off() if r["medium"] == medium]
        assert (row["grader"], row["against"]) == ("ben", [])
        assert lab.verify() == []

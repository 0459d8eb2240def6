"""A person's keys over the lab's: no press means two things, and one always blanks."""

import random

import pytest

from iwflab.domain.own_keys import check_own, with_own
from iwflab.domain.settings import KEYS, NEVER_UNBOUND, as_pressed
from iwflab.errors import BadInput

POOL = [
    *"qwertyuiopasdfghjklzxcvbnm?!;:-+ ",
    *(f"F{n}" for n in (1, 2, 6, 10)),
    "Enter",
]


def test_ones_own_keys_win_and_the_rest_stay_the_labs():
    found = with_own(KEYS, {"undo": "q", "note": "z"})

    assert (found["undo"], found["note"]) == ("q", "z")
    assert list(found) == list(KEYS)
    assert {a: k for a, k in found.items() if a not in {"undo", "note"}} == {
        a: k for a, k in KEYS.items() if a not in {"undo", "note"}
    }
    assert with_own(KEYS, {}) == dict(KEYS)


def test_an_act_whose_key_was_taken_has_none_in_large_letters_as_well():
    assert with_own(KEYS, {"undo": "G"})["greyscale"] == ""


def test_a_newer_lab_keeps_its_panic_key_and_forgets_acts_it_no_longer_has():
    newer = {**KEYS, NEVER_UNBOUND: "q"}
    found = with_own(newer, {"undo": "Q", "juggle": "w"})

    assert found[NEVER_UNBOUND] == "q"
    assert found["undo"] == KEYS["undo"]
    assert "juggle" not in found


@pytest.mark.parametrize(
    "key",
    ["5", "F5", "F11", "Tab", "ab", "\n", " ", "Enter", "ArrowUp", "Home", "Escape"],
)
def test_what_answers_moves_presses_or_blanks_is_no_act_s(key):
    with pytest.raises(BadInput, match="no key that an act could have"):
        check_own(KEYS, {"undo": key})


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"juggle": "q"}, "no act"),
        ({"undo": "q", "note": "Q"}, "one key"),
        ({NEVER_UNBOUND: ""}, "is the lab's"),
        ({NEVER_UNBOUND: "q"}, "is the lab's"),
    ],
)
def test_what_cannot_work_is_refused(own, said):
    with pytest.raises(BadInput, match=said):
        check_own(KEYS, own)


def test_nobody_takes_the_key_that_blanks_wherever_the_lab_has_it():
    with pytest.raises(BadInput, match="one key"):
        check_own({**KEYS, NEVER_UNBOUND: "q"}, {"undo": "Q"})


def test_whatever_is_allowed_no_key_means_two_acts():
    draw = random.Random(20_261)
    allowed = 0
    for _ in range(2_000):
        acts = draw.sample(list(KEYS), draw.randint(0, 6))
        own = {act: draw.choice(POOL) for act in acts}
        try:
            check_own(KEYS, own)
        except BadInput:
            continue
        allowed += 1
        found = with_own(KEYS, own)
        keys = [as_pressed(key) for key in found.values() if key]
        assert len(keys) == len(set(keys)), own
        assert found[NEVER_UNBOUND] == KEYS[NEVER_UNBOUND]
        assert all(found[act] == key for act, key in own.items())
    assert 500 < allowed < 2_000

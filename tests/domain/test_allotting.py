"""Start levels by lot, in blocks of a person; what may be told of few people."""

import random
from collections import Counter
from hashlib import sha256

import pytest

from iwflab.domain.allotting import PER_BLOCK, comparable_levels, level_at
from iwflab.domain.assessments import RevealLevel
from iwflab.domain.level_report import is_telling, withheld
from iwflab.domain.settings import Settings, check_settings
from iwflab.errors import BadInput

LEVELS = ["outlines", "shielded", "lens"]
NAMED = {"comparison_protocol": "p1", "comparison_decided_by": "the director"}


def row(person, number, seed="s1", levels=LEVELS):
    return [level_at(seed, person, levels, place) for place in range(number)]


def test_each_block_of_a_person_holds_every_level_equally_often():
    size = PER_BLOCK * len(LEVELS)
    drawn = row("ann", 10 * size)

    for start in range(0, len(drawn), size):
        block = Counter(drawn[start : start + size])
        assert block == dict.fromkeys(LEVELS, PER_BLOCK)
    # Wherever a person stops, no level is ahead of another by more than a block's.
    for end in range(1, len(drawn)):
        counted = Counter(dict.fromkeys(LEVELS, 0) | Counter(drawn[:end]))
        assert max(counted.values()) - min(counted.values()) <= PER_BLOCK


def test_the_order_is_that_of_the_digests_and_differs_by_seed_person_and_block():
    found = row("ann", 6)
    slots = {n: sha256(b"s1\nann\n0\n" + str(n).encode()).hexdigest() for n in range(6)}
    expected = [LEVELS[n % 3] for n, _ in sorted(slots.items(), key=lambda one: one[1])]

    assert found == expected == row("ann", 6)
    rows = [row("ann", 60), row("ben", 60), row("ann", 60, seed="s2")]
    assert len({tuple(one) for one in rows}) == 3
    assert len({tuple(rows[0][n : n + 6]) for n in range(0, 60, 6)}) > 1


def test_over_many_people_each_place_of_a_block_gets_every_level_alike():
    """By chance alone: 3 levels, 3,000 people; six deviations either way."""
    for place in range(6):
        counted = Counter(level_at("s", f"p{n}", LEVELS, place) for n in range(3000))
        for level in LEVELS:
            assert abs(counted[level] - 1000) < 6 * (3000 * 2 / 9) ** 0.5


@pytest.mark.parametrize("least", list(RevealLevel))
def test_no_compared_level_is_less_shielded_than_the_minimum(least):
    for named in ([], ["full", "outlines"], list(RevealLevel)):
        found = comparable_levels(named, least)
        assert all(RevealLevel(one).step <= least.step for one in found)
    assert comparable_levels([], "full") == [
        *("outlines", "shielded", "lens", "greyscale", "full")
    ]
    assert comparable_levels(["shielded", "none"], "shielded") == ["none", "shielded"]


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({**NAMED, "comparison_decided_by": " "}, "decided"),
        ({**NAMED, "comparison_levels": ["full", "shielded"]}, "least_shield"),
        ({**NAMED, "comparison_levels": ["shielded"]}, "nothing to compare"),
        ({**NAMED, "least_shield": "outlines", "default_reveal": "none"}, "nothing"),
        ({"comparison_levels": ["colour"]}, "no list of reveal levels"),
        ({"comparison_levels": "shielded"}, "no list of reveal levels"),
        ({"comparison_ask_every": -1}, "below 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(given, word):
    with pytest.raises(BadInput) as refused:
        check_settings(Settings(lab="t", **given))
    assert word in refused.value.message
    assert refused.value.advice


def test_a_comparison_is_off_by_default_and_may_be_named():
    assert Settings(lab="t").comparison_protocol == ""
    check_settings(Settings(lab="t", **NAMED))


PEOPLE = list("abcdefghij")


def test_nothing_is_told_of_fewer_than_five_or_mostly_of_one():
    assert not is_telling(PEOPLE[:4] * 20)
    assert is_telling(PEOPLE[:5])
    assert not is_telling(PEOPLE[:5] + ["a"] * 10)
    assert is_telling([])


def test_what_is_withheld_does_not_follow_from_the_rest():
    """One level of one person: another goes with it, the one of fewest people."""
    levels = {"full": ["a"], "shielded": PEOPLE, "outlines": PEOPLE[:6] * 3}
    assert withheld(levels) == {"full", "outlines"}
    assert withheld({"full": ["a"], "shielded": PEOPLE}) == {"full", "shielded"}
    enough = {"full": PEOPLE[:3], "lens": PEOPLE[3:6], "shielded": PEOPLE}
    assert withheld(enough) == {"full", "lens"}
    assert withheld({"lens": [], "shielded": PEOPLE}) == set()


def test_what_is_withheld_together_is_always_of_enough_people_or_all_there_is():
    dice = random.Random(7)
    for _ in range(300):
        levels = {
            level: dice.choices(PEOPLE[: dice.randint(1, 10)], k=dice.randint(0, 30))
            for level in RevealLevel
        }
        hidden = withheld(levels)
        together = [one for level in hidden for one in levels[level]]
        there = {level for level, who in levels.items() if who}
        assert all(is_telling(levels[level]) for level in set(levels) - hidden)
        assert is_telling(together) or hidden >= there

"""The order of the queue as plain values: runs are bounded, nobody starves."""

import random
from itertools import groupby, islice

import pytest

from iwflab.domain.queueing import AGED, Line, Sought, in_turn
from iwflab.errors import BadInput


def stood(waiting, order="rotate"):
    """Lines and arrivals of media, given as (medium, line) in order of arrival."""
    lines = {}
    for medium, key in waiting:
        lines.setdefault(key, []).append(medium)
    made = [Line(key, len(media), media) for key, media in lines.items()]
    made.sort(key=lambda line: -line.waiting)
    return made, list(waiting)


def handed(waiting, **more):
    lines, arrivals = stood(waiting)
    return list(in_turn(lines, arrivals, **{"rotate": True, **more}))


def longest_runs(keys):
    runs = {}
    for key, run in groupby(keys):
        runs[key] = max(runs.get(key, 0), len(list(run)))
    return runs


@pytest.mark.parametrize("seed", range(40))
def test_a_rotation_gives_all_once_and_no_run_is_longer_than_need_be(seed):
    chance = random.Random(seed)
    sizes = [chance.randrange(1, 60) for _ in range(chance.randrange(1, 6))]
    waiting = [
        (f"{k}-{n}", str(k)) for k, size in enumerate(sizes) for n in range(size)
    ]
    if seed % 2:
        chance.shuffle(waiting)
    given = handed(waiting, place=seed)

    assert sorted(given) == sorted(medium for medium, _ in waiting)
    runs = longest_runs([medium.split("-")[0] for medium in given])
    for key, size in enumerate(sizes):
        need = -(-size // (sum(sizes) - size + 1))
        # Beyond four fifths, the places of the oldest may use up the others early.
        if 5 * size <= 4 * sum(sizes):
            assert runs[str(key)] <= need + 1, (sizes, runs)
    if len(sizes) > 1 and max(sizes) <= sum(sizes) - max(sizes):
        assert max(runs.values()) <= 2, (sizes, runs)


def test_a_rotation_goes_on_from_what_the_person_had_last():
    waiting = [(f"a{n}", "a") for n in range(5)] + [(f"b{n}", "b") for n in range(5)]

    assert handed(waiting)[0] == "a0"
    assert handed(waiting, tail=["b", "a"])[0] == "b0"
    assert handed(waiting, tail=["a", "b"])[0] == "a0"


def test_within_a_line_the_oldest_comes_first():
    waiting = [(f"{n:02}", "ab"[n % 3 == 0]) for n in range(30)]
    for rotate in (True, False):
        given = handed(waiting, rotate=rotate)
        for line in ("a", "b"):
            members = [m for m, key in waiting if key == line]
            assert [m for m in given if m in members] == members


@pytest.mark.parametrize("rotate", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_no_medium_starves_while_others_keep_coming(rotate, seed):
    """One place in five is for the oldest: so many places suffice for each."""
    chance = random.Random(seed)
    waiting = [(f"poor{n}", "poor") for n in range(5)]
    waiting += [(f"rich{n}", "rich") for n in range(30)]
    given, tail = [], []
    for number in range(120):
        lines, arrivals = stood(waiting)
        lines.sort(key=lambda line: line.key != "rich")  # preferred, and never empty
        turns = in_turn(lines, arrivals, rotate=rotate, place=number, tail=tail[-40:])
        medium = next(turns)
        key = dict(waiting)[medium]
        given.append(medium)
        tail.append(key)
        waiting.remove((medium, key))
        waiting += [(f"new{number}-{n}", "rich") for n in range(chance.randrange(1, 4))]

    last = max(given.index(f"poor{n}") for n in range(5))
    assert last < 5 * (AGED + 1)
    assert all(f"rich{n}" in given for n in range(10))


def test_the_oldest_gets_one_place_in_five_and_ranked_lines_the_others():
    waiting = [(f"old{n}", "alone") for n in range(4)]
    waiting += [(f"hit{n}", "hit") for n in range(10)]
    lines, arrivals = stood(waiting)
    lines.sort(key=lambda line: line.key != "hit")
    given = list(islice(in_turn(lines, arrivals, rotate=False), 10))

    assert [number for number, m in enumerate(given) if m.startswith("old")] == [4, 9]
    assert given[4] == "old0"


@pytest.mark.parametrize(
    "wrong", [{"stage": "known"}, {"hit": "maybe"}, {"kind": "clip"}, {"code": "A"}]
)
def test_a_word_that_asks_for_nothing_is_refused(wrong):
    with pytest.raises(BadInput):
        Sought(**wrong).check()
    assert not Sought().anything
    assert Sought(**wrong).anything

"""In what order sets are handed out, and what the queue may be searched by."""

import random
import sys
from pathlib import Path

import pytest
from given import seen

from iwflab.domain.queueing import ORDERS, Sought
from iwflab.errors import BadInput

sys.path.insert(0, str(Path(__file__).parent))

from arriving import Arrivals

FAR = [random.Random(n).getrandbits(256) for n in range(40)]


@pytest.fixture
def ordered(new_lab):
    """A lab with an order, and a way to enter media."""

    def make(order, **more):
        lab = new_lab(order, queue_order=order, **more)
        return lab, Arrivals(lab)

    return make


def given(lab, number, who="ann"):
    return [item["medium"] for item in lab.seat(who).open_set(number)["items"]]


def test_an_order_is_one_of_four(new_lab):
    with pytest.raises(BadInput, match="queue_order"):
        new_lab("odd", queue_order="worst_first")


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_gives_each_medium_once_and_the_same_order_twice(ordered, order):
    lab, arrivals = ordered(order)
    told = [
        {
            "pdq": FAR[n // 3],
            **({"label": "AB"[n % 2]} if n % 4 == 0 else {}),
            **({"series": f"S{n % 2}"} if n % 3 == 0 else {}),
        }
        for n in range(24)
    ]
    media = arrivals.enter(*told)
    first = given(lab, 24)

    assert sorted(first) == sorted(media)
    if order == "oldest":
        assert first == media
    assert given(lab, 24) == first  # and shown in that order when asked again
    assert lab.verify() == []


@pytest.mark.parametrize("order", ORDERS)
def test_two_people_never_get_the_same_medium(ordered, order):
    lab, arrivals = ordered(order)
    arrivals.enter(*[{"pdq": FAR[n // 2], "series": f"S{n % 3}"} for n in range(20)])
    hers, his = given(lab, 7), given(lab, 9, "ben")

    assert (len(hers), len(his)) == (7, 9)
    assert not set(hers) & set(his)
    assert len(given(lab, 12)) == 11  # what is left


def test_what_has_hits_comes_first_but_for_one_place_in_five(ordered):
    lab, arrivals = ordered("known_first")
    media = arrivals.enter(*[{"pdq": FAR[n]} for n in range(10)])
    hits = arrivals.enter(*[{"pdq": FAR[10 + n], "label": "A"} for n in range(6)])

    assert given(lab, 8) == [*hits[:4], media[0], *hits[4:], media[1]]


def test_a_denied_hit_is_no_hit(ordered):
    lab, arrivals = ordered("known_first")
    (plain,) = arrivals.enter({"pdq": FAR[0]})
    one, other = arrivals.enter(
        {"pdq": FAR[1], "label": "A"}, {"pdq": FAR[2], "label": "A"}
    )
    hit = lab.hits().set_index("medium").loc[one, "hit"]
    lab.seat("ben").answer_hit(hit, "not_same", reason="another scene")

    assert given(lab, 3) == [other, plain, one]
    assert lab.found(Sought(hit="yes")) == [other]
    assert lab.found(Sought(hit="no")) == [plain, one]


def test_the_largest_stack_comes_first_and_to_its_end(ordered):
    lab, arrivals = ordered("stacks")
    alone = arrivals.enter({"pdq": FAR[0]})
    two = arrivals.enter(*[{"pdq": FAR[1]}] * 2)
    four = arrivals.enter(*[{"pdq": FAR[2] ^ n} for n in range(4)])

    assert given(lab, 2) == four[:2]
    assert given(lab, 7) == [*four, alone[0], *two]  # the fifth place is the oldest's


def test_of_a_stack_only_what_waits_counts(ordered):
    lab, arrivals = ordered("stacks")
    four = arrivals.enter(*[{"pdq": FAR[2]}] * 4)
    three = arrivals.enter(*[{"pdq": FAR[1]}] * 3)
    for medium in four[:2]:
        lab.seat("ben").take(medium)
        lab.seat("ben").grade(medium, seen())

    assert given(lab, 2) == three[:2]
    lab.seat("ann").hand_back()
    for medium in four[:2]:
        lab.seat("ben").undo(medium=medium)
    lab.seat("ben").hand_back()
    # The fifth place is the oldest's; the stack that was begun comes to its end.
    assert given(lab, 7) == [four[0], *three, four[1], *four[2:]]


def test_a_rotation_never_gives_long_runs_of_what_is_told_to_be_alike(ordered):
    lab, arrivals = ordered("rotating")
    severe = arrivals.enter(*[{"label": "A", "pdq": FAR[n]} for n in range(12)])
    others = arrivals.enter(*[{"series": "S"} for _ in range(6)])
    others += arrivals.enter(*[{"source": "web"} for _ in range(6)])
    order = [medium in severe for medium in given(lab, 24)]

    assert sum(order) == 12
    assert not any(all(order[n : n + 3]) for n in range(22))
    assert len(others) == 12


def test_sets_of_one_rotate_as_large_sets_do(ordered):
    lab, arrivals = ordered("rotating", assignment_hours=24)
    severe = arrivals.enter(*[{"label": "A"} for _ in range(9)])
    arrivals.enter(*[{"series": "S"} for _ in range(3)])
    ann = lab.seat("ann")
    order = [given(lab, number)[-1] in severe for number in range(1, 13)]

    assert sum(order) == 9
    assert not any(all(order[n : n + 4]) for n in range(9))
    assert len(ann.open_set(0)["items"]) == 12


def test_a_series_is_told_by_its_newest_sign_off(ordered):
    lab, arrivals = ordered("rotating")
    series = arrivals.enter(*[{"series": "S"} for _ in range(4)])
    listed = arrivals.enter(*[{"label": "A"} for _ in range(3)])
    plain = arrivals.enter(*[{} for _ in range(3)])
    ann = lab.seat("ann")
    ann.take(series[0])
    ann.grade(series[0], seen("penetrative"))
    lab.seat("ben").sign_off(lab.to_sign_off())
    arrivals.hold([*series, *listed, *plain])
    alike = {*series[1:], *listed}  # class A both, by a sign-off and by a list
    order = [medium in alike for medium in given(lab, 9) if medium != series[0]]

    # Six of one kind and three others: no run of three, as two kinds would allow.
    assert sum(order) == 6
    assert len(plain) == 3
    assert not any(all(order[n : n + 3]) for n in range(7))


@pytest.mark.parametrize("order", ["known_first", "stacks", "rotating"])
@pytest.mark.parametrize("seed", [1, 2])
def test_no_medium_starves_in_a_lab_that_keeps_filling(ordered, order, seed):
    chance = random.Random(seed)
    lab, arrivals = ordered(order)
    poor = arrivals.enter(*[{"series": "poor"} for _ in range(4)])
    arrivals.enter(*[{"pdq": FAR[0], "label": "A"} for _ in range(12)])
    ann, handed = lab.seat("ann"), []
    for _ in range(12):
        fresh = [m for m in given(lab, 3) if m not in handed]
        for medium in fresh:
            handed.append(medium)
            ann.grade(medium, seen())
        more = [{"pdq": FAR[0], "label": "A"} for _ in range(chance.randrange(2, 5))]
        arrivals.enter(*more)

    assert set(poor) <= set(handed)


# -- searching --------------------------------------------------------------------
@pytest.fixture
def searched(ordered):
    lab, arrivals = ordered("oldest")
    media = arrivals.enter(
        {"name": "harbour/one/Quay-1.png", "series": "S1", "label": "A"},
        {"name": "harbour/one/quay-2.png", "series": "S1"},
        {"name": "harbour/two/STRASSE.mp4", "frames": 9, "series": "S2"},
        {"name": "harbour/two/straße.png"},
        {"name": "harbour/two/100%_x.png"},
    )
    return lab, media


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"name": "QUAY"}, [0, 1]),
        ({"name": "harbour"}, []),  # folders may name people and places
        ({"name": "strasse"}, [2, 3]),
        ({"name": "%"}, [4]),
        ({"name": "_"}, [4]),
        ({"hit": "yes"}, [0]),
        ({"hit": "no", "series": "S1"}, [1]),
        ({"kind": "video"}, [2]),
        ({"kind": "picture", "series": "S2"}, []),
        ({"stage": "waiting", "kind": "picture"}, [0, 1, 3, 4]),
        ({"stage": "graded"}, []),
    ],
)
def test_the_queue_is_searched_by_what_is_known_of_a_medium(searched, asked, places):
    lab, media = searched
    found = lab.find(Sought(**asked), most=50)

    assert [row["medium"] for row in found["media"]] == [media[n] for n in places]
    assert found["total"] == len(places)
    assert not any("harbour" in row["name"] for row in found["media"])


def test_the_queue_is_searched_by_what_was_recorded(searched):
    lab, media = searched
    ann, ben = lab.seat("ann"), lab.seat("ben")
    ann.open_set(2)
    ann.grade(media[0], seen("penetrative"))
    unsure = seen("posing").__class__(
        **{
            name: getattr(seen("posing"), name)
            for name in ("elements", "children", "note", "segments")
        },
        tags={"self_generated": "present"},
        ending="not_sure",
    )
    ann.grade(media[1], unsure)
    ben.take(media[2])
    ben.grade(media[2], seen("penetrative"))

    def found(who, **asked):
        return [media.index(m) for m in who.found(Sought(**asked))]

    assert found(ann, stage="graded") == [0, 1]
    assert found(ann, stage="not_sure") == [1]
    assert found(ann, stage="needs_two") == []
    assert found(ann, code="uk_2014=A") == [0]
    assert found(ben, code="uk_2014=A") == [2]
    assert found(ann, tag="self_generated") == [1]
    assert found(ann, stage="waiting") == [3, 4]


def test_an_assessor_finds_only_their_own_queue(searched):
    lab, media = searched
    lab.account_add("eve", roles=["assessor"], os_user=True)
    eve, ann = lab.seat("eve"), lab.seat("ann")
    ann.open_set(2)
    eve.open_set(1)

    assert eve.found(Sought()) == [media[2]]
    assert eve.find(Sought(name="quay"))["total"] == 0
    eve.grade(media[2], seen())
    assert eve.found(Sought(stage="graded")) == [media[2]]
    # Another's record is not told, not even that it has a tag.
    ann.grade(media[0], seen())
    assert eve.found(Sought(stage="graded", name="quay")) == []


def test_the_next_set_respects_the_filter(searched):
    lab, media = searched
    ann = lab.seat("ann")
    found = ann.open_set(12, sought=Sought(name="quay"))

    assert [item["medium"] for item in found["items"]] == media[:2]
    assert ann.found(Sought(stage="waiting")) == media
    assert [i["medium"] for i in ann.open_set(0)["items"]] == media[:2]
    ann.grade(media[0], seen())
    graded = ann.open_set(12, sought=Sought(stage="graded"))["items"]
    assert [item["medium"] for item in graded] == [media[0]]
    assert len(ann.open_set(0)["items"]) == 2  # nothing was taken for that

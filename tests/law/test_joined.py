"""``undetermined`` is exact of videos with segments, too: their parts share answers.

Records are held against all their completions, each part of each read off the table of
complete records and the parts of one joined by the plainest words there are.
"""

import itertools

import numpy as np
import pytest
from completing import everything

from iwflab.domain.categories import UNDETERMINED, derive
from iwflab.domain.elements import ELEMENTS
from iwflab.domain.records import OF_SEGMENTS, Record, Segment, check, record_from
from iwflab.schemes import schemes

OPEN = None
SEEN = {"form": "photograph", "child_present": "yes", "indecent": "yes"}


def plainly(scheme, one, other):
    """Join the classes of two parts in which everything was answered."""
    if scheme.order[-1] in {one, other}:
        return scheme.order[-1]
    for code in (one, other):
        if code in scheme.beside:
            return code
    return max(one, other, key=scheme.order.index)


def joined(every, some, more):
    """Join what two parts may be, completion by completion (arrays of bits)."""
    found = np.zeros(np.broadcast_shapes(some.shape, more.shape), np.uint16)
    for i, j in itertools.product(met(some), met(more)):
        code = plainly(every.scheme, every.codes[i], every.codes[j])
        both = (some >> i & 1) & (more >> j & 1)
        found |= both << every.codes.index(code)
    return found


def met(bits):
    """Give the places of the codes that are met at all."""
    of_all = int(np.bitwise_or.reduce(bits, axis=None))
    return [place for place in range(16) if of_all >> place & 1]


def left_of(every, whole, rows, segments):
    """Give a bit for each class of all completions; an answer is a place, or open.

    What parts share keeps its axis; what a part leaves open for itself has none.
    """
    _, completions = every.open_children[rows]
    places = [every.children.index(one) for one in completions]
    found = None
    for own in ({}, *segments):
        said = [own.get(axis, at) for axis, at in enumerate(whole)]
        pick = [
            every.left_out(every.elements[axis]) if at is OPEN else slice(at, at + 1)
            for axis, at in enumerate(said)
        ]
        alone = tuple(axis for axis, at in own.items() if at is OPEN)
        bits = every.bits()[tuple(pick)][..., places]
        bits = np.bitwise_or.reduce(bits, axis=alone, keepdims=True) if alone else bits
        found = bits if found is None else joined(every, found, bits)
    return found


def mattering(every, bits):
    """Name what parts share and what surely matters: two answers leave other classes."""
    found = set()
    for axis, one in enumerate(every.elements):
        part = np.moveaxis(bits, axis, 0)
        usable = (part != 0).all(axis=0)
        if ((part != part[:1]).any(axis=0) & usable).any():
            found.add(one.name)
    return found


def written(every, whole, rows, segments):
    """Write the record; what is open is said to be uncertain, or also left out."""
    record = every.record([*[0] * len(whole), rows])
    elements = said(
        every, {a: at for a, at in enumerate(whole) if at is not OPEN or a % 2}
    )
    parts = tuple(
        Segment(number, number * 10, number * 10 + 9, said(every, own))
        for number, own in enumerate(segments, start=1)
    )
    return Record(elements, record.children, segments=parts)


def said(every, answers):
    found = {}
    for axis, at in answers.items():
        one = every.elements[axis]
        if at is not OPEN:
            found[one.name] = one.answers[at]
        elif words := unsure(one):
            found[one.name] = words[0]
    return found


def unsure(variable):
    """Give the words that leave it open, unless a rule asks for them."""
    return sorted(ELEMENTS[variable.name].unknown - set(variable.answers))


def differs(every, whole, rows, segments):
    record = written(every, whole, rows, segments)
    check(record, {})
    grade = derive(every.scheme, record)
    bits = left_of(every, whole, rows, segments)
    left = {every.codes[place] for place in met(bits)}
    known = {grade.code} if grade.code != UNDETERMINED else set(grade.possible)
    codes = {rule.code for rule in every.scheme.rules if rule.name in grade.rules}
    unsettled = len(left) > 1
    if (
        not left
        or not mattering(every, bits) <= {*grade.missing}
        or (known, codes) != (left, left)
        or [unsettled] * 2 != [grade.code == UNDETERMINED, bool(grade.missing)]
    ):
        return [(record, grade.code, grade.possible, grade.rules, left)]
    return []


class Drawn:
    """Records with segments, drawn so that each class of a scheme is often met."""

    def __init__(self, every, seed):
        self.every, self.rng = every, np.random.default_rng(seed)
        self.cells = [self.some(place) for place in range(len(every.codes))]
        self.of_segments = [
            axis
            for axis, one in enumerate(every.elements)
            if one.name in OF_SEGMENTS and unsure(one)
        ]

    def some(self, code):
        """Give cells of the table of complete records that hold a code."""
        found = np.flatnonzero(self.every.table() == code)
        return self.rng.choice(found, min(len(found), 2_000), replace=False)

    def cell(self):
        cells = self.cells[self.rng.integers(len(self.cells))]
        return np.unravel_index(self.rng.choice(cells), self.every.table().shape)

    def open_or(self, at, share=0.3):
        return OPEN if self.rng.random() < share else int(at)

    def one(self):
        whole = [self.open_or(at) for at in self.cell()[:-1]]
        segments = []
        for _ in range(self.rng.integers(1, 3)):
            cell = self.cell()
            said = [a for a in self.of_segments if self.rng.random() < 0.45]
            segments.append({axis: self.open_or(cell[axis]) for axis in said})
        return whole, int(self.rng.integers(len(self.every.open_children))), segments


def sampled(name, number):
    every = everything(name)
    drawn = Drawn(every, 20261123)
    return [w for _ in range(number) for w in differs(every, *drawn.one())]


@pytest.mark.parametrize("name", list(schemes()))
def test_with_segments_undetermined_exactly_when_two_completions_differ(name):
    assert sampled(name, 1_000) == []


@pytest.mark.soak
@pytest.mark.parametrize("name", list(schemes()))
def test_with_segments_undetermined_exactly_over_a_large_sample(name):
    assert sampled(name, 30_000) == []


def every_pair(name, bases):
    """Go through two elements at once, of the whole and of a segment, on some bases."""
    every = everything(name)
    drawn = Drawn(every, 20261124)
    wrong, tried = [], 0
    for base in (drawn.one() for _ in range(bases)):
        for pair in itertools.combinations(drawn.of_segments, 2):
            some = [[OPEN, *range(len(every.elements[a].answers))] for a in pair]
            left_out = [[*one, "left out"] for one in some]
            for said in itertools.product(*some, *left_out):
                whole, rows = list(base[0]), base[1]
                whole[pair[0]], whole[pair[1]] = said[:2]
                own = dict(zip(pair, said[2:], strict=True))
                own = {axis: at for axis, at in own.items() if at != "left out"}
                wrong += differs(every, whole, rows, [own, *base[2][1:]])
                tried += 1
    return wrong, tried


@pytest.mark.soak
@pytest.mark.parametrize("name", list(schemes()))
def test_with_segments_undetermined_exactly_for_all_answers_to_any_two_elements(name):
    wrong, tried = every_pair(name, 12)

    assert wrong == []
    assert tried > 100


BESIDE = [name for name, one in schemes().items() if one.beside]


def every_small(name, asked):
    """Go through all answers to some questions, of the whole and of one segment."""
    every = everything(name)
    sure = {**SEEN, "animal": "no", "nudity": "none", "surreptitious": "no"}
    place = {one.name: axis for axis, one in enumerate(every.elements)}
    base = [
        one.answers.index(sure.get(one.name, one.answers[0])) for one in every.elements
    ]
    axes = [place[one] for one in asked]
    some = [[OPEN, *range(len(every.elements[a].answers))] for a in axes]
    wrong = []
    for said in itertools.product(*some, *([*one, "left out"] for one in some)):
        whole = list(base)
        for axis, at in zip(axes, said[: len(axes)], strict=True):
            whole[axis] = at
        own = dict(zip(axes, said[len(axes) :], strict=True))
        own = {axis: at for axis, at in own.items() if at != "left out"}
        wrong += differs(every, whole, 0, [own])
    return wrong


@pytest.mark.parametrize("name", BESIDE)
def test_what_decides_beside_the_scale_is_exact_over_every_small_record(name):
    assert every_small(name, ("activity", "participants", "sadism")) == []


@pytest.mark.soak
@pytest.mark.parametrize("name", BESIDE)
def test_what_decides_beside_the_scale_is_exact_over_more_questions(name):
    assert every_small(name, ("activity", "participants", "animal")) == []
    assert every_small(name, ("activity", "sadism", "animal")) == []


@pytest.mark.parametrize(
    ("name", "top"), [("uk_sap_2007", "5"), ("uk_sap_2002", "5"), ("copine", "10")]
)
def test_a_review_is_not_sure_while_another_part_may_be_the_highest(name, top):
    def video(sadism):
        segment = {
            "activity": "non_penetrative",
            "participants": "no_child_contact",
            "sadism": "no",
            "animal": "no",
        }
        whole = {**SEEN, "activity": "none", "animal": "no", "sadism": sadism}
        return record_from(
            {
                "elements": whole,
                "segments": [{"start_ms": 0, "end_ms": 9, "elements": segment}],
            }
        )

    law = schemes()[name]
    codes = [derive(law, video(said)).code for said in ("no", "yes", "uncertain")]
    assert codes == ["review", top, UNDETERMINED]
    open_ = derive(law, video("uncertain"))
    assert (open_.possible, open_.missing) == ((top, "review"), ("sadism",))


def test_what_parts_have_in_common_is_answered_once():
    """Whether a child is depicted moves all parts: never C by the rest alone."""
    video = record_from(
        {
            "elements": {
                **SEEN,
                "child_present": "uncertain",
                "activity": "posing",
                "sadism": "no",
                "animal": "no",
            },
            "segments": [
                {"start_ms": 0, "end_ms": 9, "elements": {"activity": "penetrative"}}
            ],
        }
    )
    grade = derive(schemes()["uk_2014"], video)

    assert (grade.code, grade.possible) == (UNDETERMINED, ("none", "A"))

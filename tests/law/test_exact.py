"""``undetermined`` is exact, and nothing aggravating ever lowers a class.

Every scheme is held against a table of all complete records, made by reading its
rules one after the other; what is left open is then gone through, answer by answer.
"""

import itertools

import numpy as np
import pytest
from completing import everything

from iwflab.domain.categories import UNDETERMINED, derive
from iwflab.domain.conditions import atoms
from iwflab.domain.elements import ELEMENTS
from iwflab.domain.records import Record
from iwflab.schemes import schemes

MOST = 100_000  # partial records a scheme that `make test` derives one by one
SAMPLE = 5_000


def _remaining(every, most, sample):
    """Give partial records, each with the bits of the codes that remain."""
    shape = [len(v.answers) + 1 for v in every.elements] + [len(every.open_children)]
    if np.prod(shape) <= most:
        masks = every.masks()
        yield from ((at, masks[at]) for at in np.ndindex(*shape))
        return
    rng = np.random.default_rng(20261122)
    for flat in rng.choice(np.prod(shape), sample, replace=False):
        at = np.unravel_index(flat, shape)
        codes = np.unique(_completed(every, at))
        yield at, sum(1 << int(code) for code in codes if code != 255)


def _completed(every, at):
    """Give the codes of all completions of one partial record."""
    pick = [
        every.left_out(v) if i == len(v.answers) else slice(i, i + 1)
        for v, i in zip(every.elements, at, strict=False)
    ]
    place = {several: n for n, several in enumerate(every.children)}
    _, completions = every.open_children[at[-1]]
    return every.table()[tuple(pick)][..., [place[c] for c in completions]]


def _differing(name, most, sample):
    every = everything(name)
    wrong = []
    for at, mask in _remaining(every, most, sample):
        grade = derive(every.scheme, every.record(at))
        left = {c for i, c in enumerate(every.codes) if mask >> i & 1}
        known = {grade.code} if grade.code != UNDETERMINED else set(grade.possible)
        if known != left or (len(left) > 1) != (grade.code == UNDETERMINED):
            wrong.append((every.record(at), grade.code, grade.possible, left))
    return wrong


@pytest.mark.parametrize("name", list(schemes()))
def test_undetermined_exactly_when_two_completions_differ(name):
    assert _differing(name, MOST, SAMPLE) == []


@pytest.mark.soak
@pytest.mark.parametrize("name", list(schemes()))
def test_undetermined_exactly_when_two_completions_differ_every_record(name):
    assert _differing(name, 2_000_000, 1_000_000) == []


@pytest.mark.parametrize("name", list(schemes()))
def test_an_uncertain_answer_is_as_open_as_none(name):
    every = everything(name)
    for variable in every.elements:
        kind = ELEMENTS[variable.name]
        for word in sorted(kind.unknown - set(variable.answers)):
            said = derive(every.scheme, Record({variable.name: word}))
            assert said == derive(every.scheme, Record())


@pytest.mark.parametrize("name", list(schemes()))
def test_the_questions_named_are_those_that_may_change_the_class(name):
    """A question is missing if, and only if, its answers leave different classes."""
    every = everything(name)
    for at, _ in _remaining(every, 0, 1_000):
        grade = derive(every.scheme, every.record(at))
        for axis, variable in enumerate(every.elements):
            if at[axis] != len(variable.answers) or ELEMENTS[variable.name].assumed:
                continue
            asked = variable.name in grade.missing
            assert asked == _matters(every, at, axis), (variable.name, at)


def _matters(every, at, axis):
    """Say whether two answers here differ in class, the rest completed alike."""
    part = np.moveaxis(_completed(every, at).astype(int), axis, 0)
    usable = (part != 255).all(axis=0)
    return bool(((part != part[:1]).any(axis=0) & usable).any())


AGGRAVATING = {
    "activity": ("none", "posing", "non_penetrative", "penetrative"),
    "animal": ("no", "yes_non_penetrative", "yes_penetrative"),
    "nudity": ("none", "partial", "full"),
    **dict.fromkeys(
        (
            *("sadism", "focus_genital", "lascivious", "pornographic", "obscene"),
            *("listed_act", "surreptitious", "indecent", "child_present"),
        ),
        ("no", "yes"),
    ),
}


@pytest.mark.parametrize("name", list(schemes()))
def test_an_aggravating_answer_never_lowers_a_class(name):
    every = everything(name)
    scheme = every.scheme
    ranks = [scheme.order.index(c) if c in scheme.order else -1 for c in every.codes]
    rank = np.array([*ranks, *[-1] * (256 - len(ranks))])[every.table()]
    for axis, variable in enumerate(every.elements):
        ladder = [
            list(variable.answers).index(step)
            for step in AGGRAVATING.get(variable.name, ())
        ]
        for low, high in itertools.combinations(ladder, 2):
            before, after = rank.take(low, axis), rank.take(high, axis)
            placed = (before >= 0) & (after >= 0)
            assert (after >= before)[placed].all(), (variable.name, low, high)


@pytest.mark.parametrize("name", list(schemes()))
def test_one_child_more_never_lowers_a_class(name):
    every = everything(name)
    scheme = every.scheme
    ranks = [scheme.order.index(c) if c in scheme.order else -1 for c in every.codes]
    rank = np.array([*ranks, *[-1] * (256 - len(ranks))])[every.table()]
    for one, few in enumerate(every.children):
        for other, more in enumerate(every.children):
            if len(few) == 1 and len(more) == 2 and few[0] in more:
                before, after = rank[..., one], rank[..., other]
                placed = (before >= 0) & (after >= 0)
                assert (after >= before)[placed].all()


def test_every_test_of_an_age_is_below_and_above_the_bands_tried():
    asked = {
        int(age)
        for scheme in schemes().values()
        for rule in scheme.rules
        for test in atoms(rule.when)
        if test.kind == "child" and test.element == "age"
        for age in test.values
    }
    assert asked == {13}

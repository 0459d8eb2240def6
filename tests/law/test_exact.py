"""``undetermined`` is exact, and nothing aggravating ever lowers a class.

Every scheme is held against a table of all complete records, made by reading its
rules one after the other; what is left open is then gone through, answer by answer.
"""

import itertools
from functools import cache

import numpy as np
import pytest

from iwflab.domain.categories import UNDETERMINED, derive
from iwflab.domain.conditions import atoms, variables
from iwflab.domain.elements import ELEMENTS
from iwflab.domain.records import Child, Record
from iwflab.schemes import schemes

MOST = 100_000  # partial records a scheme that `make test` derives one by one
SAMPLE = 5_000


def holds(when, seen, children):
    """Read a condition on complete records (arrays of answers), the plainest way."""
    if when.kind == "is":
        return np.isin(seen[when.element], list(when.values))
    if when.kind == "child":
        return np.array([any(_passes(when, dict(c)) for c in one) for one in children])
    found = [holds(part, seen, children) for part in when.parts]
    if when.kind == "not":
        return ~found[0]
    start = np.array(when.kind == "all")
    for one in found:
        start = start & one if when.kind == "all" else start | one
    return start


def _passes(when, child):
    if when.element == "age":
        (most,) = (int(age) for age in when.values)
        return child["age"] <= most
    return child[when.element] in when.values


class Everything:
    """All complete records of a scheme, 0 to 2 children, and all partial ones."""

    def __init__(self, scheme):
        self.scheme = scheme
        read = variables([rule.when for rule in scheme.rules])
        self.elements = [v for v in read if not v.of_child]
        fields = [v for v in read if v.of_child]
        self.codes = tuple(dict.fromkeys(rule.code for rule in scheme.rules))
        self.children = self.complete_children(fields)
        self.open_children = self.partial_children(fields)

    @staticmethod
    def cells(variable):
        if variable.uppers:
            return list(variable.uppers)
        return list(variable.cells)

    def complete_children(self, fields):
        names = [v.name.removeprefix("child.") for v in fields]
        kinds = [
            dict(zip(names, values, strict=True))
            for values in itertools.product(*(self.cells(v) for v in fields))
        ]
        if not fields:
            return [()]
        return [
            several
            for number in (0, 1, 2)
            for several in itertools.combinations_with_replacement(
                list(map(_frozen, kinds)), number
            )
        ]

    def partial_children(self, fields):
        """Each: the child rows, and the complete ones that they may be."""
        if not fields:
            return [((), [()])]
        names = [v.name.removeprefix("child.") for v in fields]
        wide = [[*self.cells(v), None] for v in fields]
        kinds = [
            _frozen(dict(zip(names, values, strict=True)))
            for values in itertools.product(*wide)
        ]
        found = [((), [c for c in self.children if c])]  # no row: like anything
        for number in (1, 2):
            for rows in itertools.combinations_with_replacement(kinds, number):
                whole = [c for c in self.children if _may_be(rows, c)]
                found.append((rows, whole))
        return found

    @cache  # noqa: B019 - one table a scheme, for the length of the run
    def table(self):
        """Give the place of the code of every complete record."""
        shape = [len(v.answers) for v in self.elements] + [len(self.children)]
        seen = {
            v.name: np.array(v.answers).reshape(
                [-1 if at == axis else 1 for at in range(len(shape))]
            )
            for axis, v in enumerate(self.elements)
        }
        found = np.full(shape, 254, np.uint8)
        for rule in reversed(self.scheme.rules):
            where = np.broadcast_to(holds(rule.when, seen, self.children), shape)
            found[where] = self.codes.index(rule.code)
        assert (found != 254).all()
        if len(self.children) > 1:
            # Somebody is depicted, yet there is no row: no complete record.
            bare = np.array([not one for one in self.children])
            found[np.broadcast_to(bare & (seen["child_present"] != "no"), shape)] = 255
        return found

    def masks(self):
        """Give, for every partial record, a bit for each code that remains."""
        whole = self.table()
        bits = np.where(whole == 255, 0, 1 << whole.astype(np.uint16)).astype(np.uint16)
        for axis in range(len(self.elements)):
            said = ELEMENTS[self.elements[axis].name].assumed
            if said:  # left out, it stands for this answer
                place = self.elements[axis].answers.index(said)
                either = bits.take([place], axis=axis)
            else:
                either = np.bitwise_or.reduce(bits, axis=axis, keepdims=True)
            bits = np.concatenate([bits, either], axis=axis)
        place = {several: at for at, several in enumerate(self.children)}
        return np.stack(
            [
                np.bitwise_or.reduce(bits[..., [place[c] for c in whole]], axis=-1)
                for _, whole in self.open_children
            ],
            axis=-1,
        )

    @staticmethod
    def left_out(variable):
        said = ELEMENTS[variable.name].assumed
        place = variable.answers.index(said) if said else None
        return slice(None) if place is None else slice(place, place + 1)

    def record(self, at):
        seen = {
            v.name: v.answers[i] if i < len(v.answers) else ""
            for v, i in zip(self.elements, at, strict=False)
        }
        rows, _ = self.open_children[at[-1]]
        children = tuple(_child(n, dict(row)) for n, row in enumerate(rows, start=1))
        return Record({k: v for k, v in seen.items() if v}, children)


def _frozen(kind):
    return tuple(kind.items())


def _may_be(rows, whole):
    def fits(row, child):
        return all(
            value in {None, dict(child)[name]} for name, value in dict(row).items()
        )

    return len(rows) == len(whole) and any(
        all(fits(row, child) for row, child in zip(rows, order, strict=True))
        for order in itertools.permutations(whole)
    )


def _child(number, row):
    age = row.pop("age", None)
    low, high = (None, None) if age is None else (max(0, age - 3), age)
    given = {name: value for name, value in row.items() if value is not None}
    return Child(number, age_min=low, age_max=high, **given)


@cache
def everything(name):
    return Everything(schemes()[name])


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

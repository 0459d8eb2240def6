"""All complete records of a scheme, by reading its rules one after the other."""

import itertools
from functools import cache

import numpy as np

from iwflab.domain.conditions import variables
from iwflab.domain.elements import ELEMENTS
from iwflab.domain.records import Child, Record
from iwflab.schemes import schemes


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

    @cache  # noqa: B019 - as the table
    def bits(self):
        """Give a bit for the code of every complete record."""
        whole = self.table()
        return np.where(whole == 255, 0, 1 << whole.astype(np.uint16)).astype(np.uint16)

    def masks(self):
        """Give, for every partial record, a bit for each code that remains."""
        bits = self.bits()
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

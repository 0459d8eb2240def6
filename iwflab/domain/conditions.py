"""Conditions over a record, as the rules of schemes write them, and their variables.

A rule asks elements (``activity=penetrative``) or children (``child.age<=13``: some
child is).  What can be answered is brought to *variables* with few values: an element
has its sure answers; a child field has the set of answers that the children together
show, so "some child" becomes a plain question about that set.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from iwflab.domain.elements import CHILD_FIELDS, ELEMENTS, OLDEST_CHILD, ElementKind
from iwflab.domain.records import Child, Record

AGE = "age"  # of a child: its age band and its least and greatest age, in whole years
Answer = str | frozenset[str]  # of an element; of the children together


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition over a record: a test of one element, or a combination.

    ``kind`` is ``is``, ``child`` (some child passes), ``all``, ``any`` or ``not``.  A
    test of an age has one value, the greatest age that passes (``{"13"}``).
    """

    kind: str
    element: str = ""
    values: frozenset[str] = frozenset()
    parts: tuple["Condition", ...] = ()


ALWAYS = Condition("all")
NEVER = Condition("any")


@dataclass(frozen=True, slots=True)
class Variable:
    """What a scheme reads, with the answers that it can tell apart.

    ``answers`` of a child field are the non-empty sets of its ``cells``.
    """

    name: str  # an element, or "child." and a field
    cells: tuple[str, ...]
    answers: tuple[Answer, ...]
    uppers: tuple[int, ...] = ()  # of ages: the greatest age of each cell

    @property
    def of_child(self) -> bool:
        """Say whether the children answer it."""
        return self.name.startswith("child.")

    @property
    def asked(self) -> str:
        """Name the question of the form that answers it."""
        field = self.name.removeprefix("child.")
        return "age_band" if field == AGE else field


def atoms(when: Condition) -> Iterator[Condition]:
    """Give every test in a condition."""
    if when.kind in {"is", "child"}:
        yield when
    for part in when.parts:
        yield from atoms(part)


def variables(conditions: Iterable[Condition]) -> tuple[Variable, ...]:
    """Give what the conditions read, in the order of the form, children last."""
    values: dict[str, set[str]] = {}
    for when in conditions:
        for test in atoms(when):
            prefix = "child." if test.kind == "child" else ""
            values.setdefault(prefix + test.element, set()).update(test.values)
    order = [*ELEMENTS, f"child.{AGE}", *(f"child.{field}" for field in CHILD_FIELDS)]
    return tuple(_variable(name, values[name]) for name in order if name in values)


def _variable(name: str, named: set[str]) -> Variable:
    field = name.removeprefix("child.")
    if field == name:
        cells = _told_apart(ELEMENTS[name], named)
        return Variable(name, cells, cells)
    if field == AGE:
        uppers = tuple(sorted({int(age) for age in named} | {OLDEST_CHILD}))
        cells = tuple(f"to {age}" for age in uppers)
        return Variable(name, cells, _sets(cells), uppers)
    cells = _told_apart(CHILD_FIELDS[field], named)
    return Variable(name, cells, _sets(cells))


def _told_apart(kind: ElementKind, named: set[str]) -> tuple[str, ...]:
    # A rule that names "uncertain" itself makes of it an answer like any other.
    return tuple(v for v in kind.values if v not in kind.unknown or v in named)


def _sets(cells: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    return tuple(
        frozenset(some)
        for size in range(1, len(cells) + 1)
        for some in combinations(cells, size)
    )


def passing(variable: Variable, test: Condition) -> frozenset[Answer]:
    """Give the answers of the variable under which the test holds."""
    if not variable.of_child:
        return frozenset(test.values)
    if variable.uppers:
        (most,) = (int(age) for age in test.values)
        told = zip(variable.cells, variable.uppers, strict=True)
        wanted = {cell for cell, upper in told if upper <= most}
    else:
        wanted = set(test.values)
    sets = (one for one in variable.answers if isinstance(one, frozenset))
    return frozenset(one for one in sets if one & wanted)


# -- what a record leaves open -------------------------------------------------------
def open_answers(variable: Variable, record: Record) -> tuple[int, ...]:
    """Give the places of the answers that a record leaves possible; one if it is sure.

    An element that was not answered, or answered as uncertain, may be anything.  A
    record without child rows leaves open what its child is like.
    """
    if not variable.of_child:
        given = record.elements.get(variable.name) or ELEMENTS[variable.name].assumed
        return _place(variable.answers, given)
    if not record.children:
        return tuple(range(len(variable.answers)))
    return _together(
        variable, tuple(_cells_of(variable, child) for child in record.children)
    )


@cache
def _place(answers: tuple[Answer, ...], given: str) -> tuple[int, ...]:
    return (answers.index(given),) if given in answers else tuple(range(len(answers)))


@cache
def _together(
    variable: Variable, children: tuple[tuple[str, ...], ...]
) -> tuple[int, ...]:
    reached: set[frozenset[str]] = {frozenset()}
    for cells in children:
        reached = {found | {cell} for found in reached for cell in cells}
    return tuple(at for at, one in enumerate(variable.answers) if one in reached)


def _cells_of(variable: Variable, child: Child) -> tuple[str, ...]:
    if variable.uppers:
        least, most = years(child)
        lowers = (0, *(upper + 1 for upper in variable.uppers))
        return tuple(
            cell
            for cell, low, up in zip(
                variable.cells, lowers, variable.uppers, strict=False
            )
            if low <= most and least <= up
        )
    given = getattr(child, variable.asked)
    return (given,) if given in variable.cells else variable.cells


def years(child: Child) -> tuple[int, int]:
    """Give the least and the greatest age of a child, by band and by range.

    Where the two exclude each other (a contradiction), neither is believed.
    """
    low, high = _edges(child.age_band)
    least = max(low, child.age_min if child.age_min is not None else low)
    most = min(high, child.age_max if child.age_max is not None else high)
    return (least, most) if least <= most else (0, OLDEST_CHILD)


@cache
def _edges(band: str) -> tuple[int, int]:
    if band in CHILD_FIELDS["age_band"].unknown:
        return 0, OLDEST_CHILD
    least, most = band.split("-")
    return int(least), int(most)


def answers_in_words(variables_: Iterable[Variable], places: Mapping[str, int]) -> str:
    """Say a set of answers, for a message."""
    said = []
    for one in variables_:
        if one.name in places:
            answer = one.answers[places[one.name]]
            shown = answer if isinstance(answer, str) else "+".join(sorted(answer))
            said.append(f"{one.name}={shown}")
    return ", ".join(said)

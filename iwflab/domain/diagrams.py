"""A scheme as a decision diagram: every answer leads one step on, to one class.

Ordered rules are brought to a reduced, ordered diagram with many-valued nodes.  The
reduced diagram of a function is unique, so three things are exact rather than likely:
which classes the unanswered questions leave possible, which questions matter for it,
and which rules can never decide.  (R. E. Bryant, Graph-Based Algorithms for Boolean
Function Manipulation, IEEE Trans. Computers C-35(8), 1986; many-valued: A. Srinivasan
et al., Algorithms for Discrete Function Manipulation, ICCAD 1990.)
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from iwflab.domain.conditions import (
    Answer,
    Condition,
    Variable,
    open_answers,
    passing,
    variables,
)
from iwflab.domain.records import Record

# A residual condition: True, False, a test (variable, answers), or ("all"|"any"|"not",
# parts).  A residual of rules: (place of the rule, residual) in their order.
Residual = bool | tuple[str, frozenset[Answer]] | tuple[str, tuple["Residual", ...]]
Rules = tuple[tuple[int, Residual], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Diagram:
    """A reduced ordered decision diagram.

    ``nodes`` holds (place of the variable, the next node for each of its answers); a
    node ``-1 - leaf`` is a leaf.  ``top`` is where the walk begins.
    """

    variables: tuple[Variable, ...]
    nodes: tuple[tuple[int, tuple[int, ...]], ...]
    top: int

    def leaves(self, record: Record) -> set[int]:
        """Give the leaves that a record leaves possible."""
        opened: dict[int, tuple[int, ...]] = {}
        reached: set[int] = set()
        seen: set[int] = set()
        ahead = [self.top]
        while ahead:
            at = ahead.pop()
            if at < 0:
                reached.add(-1 - at)
            elif at not in seen:
                seen.add(at)
                place, following = self.nodes[at]
                if place not in opened:
                    opened[place] = open_answers(self.variables[place], record)
                ahead.extend(following[answer] for answer in opened[place])
        return reached

    def matter(self, record: Record) -> tuple[int, ...]:
        """Give the places of the open questions that matter, in their order.

        One matters if two answers to it lead to different leaves, all others being
        answered alike: it stands in the reduced diagram of what the record leaves open.
        """
        left = _Maker(self.variables)
        known: dict[int, int] = {}

        def node(at: int) -> int:
            if at >= 0 and at not in known:
                place, following = self.nodes[at]
                found = open_answers(self.variables[place], record)
                onward = tuple(node(following[answer]) for answer in found)
                known[at] = left.node(place, onward)
            return known.get(at, at)

        return tuple(sorted(left.places(node(self.top))))

    def read(self, record: Record) -> tuple[str, ...]:
        """Name the questions with a sure answer that the walk of a record passes."""
        named: dict[str, None] = {}
        at = self.top
        while at >= 0:
            place, following = self.nodes[at]
            found = open_answers(self.variables[place], record)
            onward = {following[answer] for answer in found}
            if len(onward) > 1:
                break
            named[self.variables[place].asked] = None
            (at,) = onward
        return tuple(named)


@dataclass(slots=True)
class _Maker:
    variables: tuple[Variable, ...]
    uncovered: int = 0  # the leaf where no rule holds
    nodes: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    unique: dict[tuple[int, tuple[int, ...]], int] = field(default_factory=dict)
    known: dict[tuple[int, Rules], int] = field(default_factory=dict)

    def node(self, place: int, following: tuple[int, ...]) -> int:
        if len(set(following)) == 1:
            return following[0]
        key = (place, following)
        if key not in self.unique:
            self.unique[key] = len(self.nodes)
            self.nodes.append(key)
        return self.unique[key]

    def places(self, top: int) -> set[int]:
        """Give the places of the variables that a node still asks."""
        found: set[int] = set()
        ahead, seen = [top], set[int]()
        while ahead:
            at = ahead.pop()
            if at >= 0 and at not in seen:
                seen.add(at)
                found.add(self.nodes[at][0])
                ahead.extend(self.nodes[at][1])
        return found

    def build(self, place: int, rules: Rules) -> int:
        if not rules or rules[0][1] is True:
            return -1 - (rules[0][0] if rules else self.uncovered)
        if (place, rules) not in self.known:
            variable = self.variables[place]
            following = tuple(
                self.build(place + 1, restricted(rules, variable.name, answer))
                for answer in variable.answers
            )
            self.known[place, rules] = self.node(place, following)
        return self.known[place, rules]


def diagram(conditions: Sequence[Condition]) -> Diagram:
    """Bring ordered conditions to a diagram whose leaves are their places.

    The leaf where none of them holds is their number.
    """
    maker = _Maker(variables(conditions), len(conditions))
    named = {one.name: one for one in maker.variables}
    rules = tuple(
        (place, _residual(when, named)) for place, when in enumerate(conditions)
    )
    top = maker.build(0, _cut(rules))
    return Diagram(maker.variables, tuple(maker.nodes), top)


def relabelled(found: Diagram, leaf: Callable[[int], int]) -> Diagram:
    """Give the diagram with its leaves renamed, reduced again."""
    maker = _Maker(found.variables)
    moved: dict[int, int] = {}
    for at, (place, following) in enumerate(found.nodes):  # made before those above
        onward = tuple(-1 - leaf(-1 - n) if n < 0 else moved[n] for n in following)
        moved[at] = maker.node(place, onward)
    top = -1 - leaf(-1 - found.top) if found.top < 0 else moved[found.top]
    return Diagram(found.variables, tuple(maker.nodes), top)


def way_to(found: Diagram, leaf: int) -> dict[str, int] | None:
    """Give answers (places by variable) that lead to a leaf, or None if none do."""
    way = _way(found, found.top, leaf, set())
    if way is None:
        return None
    return {found.variables[place].name: answer for place, answer in way}


def _way(
    found: Diagram, at: int, leaf: int, dead: set[int]
) -> list[tuple[int, int]] | None:
    if at < 0:
        return [] if -1 - at == leaf else None
    if at in dead:
        return None
    place, following = found.nodes[at]
    for answer, onward in enumerate(following):
        rest = _way(found, onward, leaf, dead)
        if rest is not None:
            return [(place, answer), *rest]
    dead.add(at)
    return None


# -- residuals -----------------------------------------------------------------------
def _residual(when: Condition, named: dict[str, Variable]) -> Residual:
    if when.kind in {"is", "child"}:
        name = f"child.{when.element}" if when.kind == "child" else when.element
        return (name, passing(named[name], when))
    parts = tuple(_residual(part, named) for part in when.parts)
    if when.kind == "not":
        return _not(parts[0])
    return _joined(when.kind, parts)


def restricted(rules: Rules, name: str, answer: Answer) -> Rules:
    """Give what is left of the rules once a variable has its answer."""
    return _cut((place, _given(rest, name, answer)) for place, rest in rules)


def _cut(rules: Iterable[tuple[int, Residual]]) -> Rules:
    kept: list[tuple[int, Residual]] = []
    for place, rest in rules:
        if rest is not False:
            kept.append((place, rest))
        if rest is True:
            break
    return tuple(kept)


def _given(rest: Residual, name: str, answer: Answer) -> Residual:
    if isinstance(rest, bool):
        return rest
    kind, parts = rest
    if isinstance(parts, frozenset):
        return answer in parts if kind == name else rest
    left = tuple(_given(part, name, answer) for part in parts)
    return _not(left[0]) if kind == "not" else _joined(kind, left)


def _not(rest: Residual) -> Residual:
    return not rest if isinstance(rest, bool) else ("not", (rest,))


def _joined(kind: str, parts: tuple[Residual, ...]) -> Residual:
    ends = kind == "any"  # one true part settles "any", one false part "all"
    if ends in [part for part in parts if isinstance(part, bool)]:
        return ends
    left = tuple(part for part in parts if not isinstance(part, bool))
    if not left:
        return not ends
    return left[0] if len(left) == 1 else (kind, left)

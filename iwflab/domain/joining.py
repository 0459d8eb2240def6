"""The highest of several parts: they walk one diagram together.

What a part leaves out it has in common with the others, so one answer moves them all;
what it says for itself moves it alone.  So what is left is exact here as well: each
leaf that is given belongs to a completion, and no completion has another.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from iwflab.domain.conditions import open_answers
from iwflab.domain.diagrams import Diagram
from iwflab.domain.records import Record

Own = tuple[tuple[int, ...], ...]  # by place of a variable: its answers left, if any
Nodes = frozenset[int]  # where a part may be
# What the parts that have arrived leave as the highest, and those under way by number.
State = tuple[Nodes, frozenset[tuple[int, Nodes]]]


def highest(
    found: Diagram, whole: Record, parts: Sequence[Mapping[str, str]]
) -> set[int]:
    """Give the leaves that the highest of several parts may have.

    Leaves are numbered from the lowest.  ``parts`` holds what each part says for
    itself of the elements; the rest is what the ``whole`` says.
    """
    common = [open_answers(one, whole) for one in found.variables]
    own = [_own(found, part) for part in parts]
    alike = _alike(own, len(found.variables))
    start = [(number, frozenset({found.top})) for number in range(len(own))]
    ahead = [_state(found, frozenset({0}), start)]
    seen: set[State] = set()
    reached: set[int] = set()
    while ahead:
        state = ahead.pop()
        if state in seen:
            continue
        seen.add(state)
        if state[1]:
            ahead.extend(_onward(found, state, common, own, alike))
        else:
            reached |= state[0]
    return reached


def _own(found: Diagram, part: Mapping[str, str]) -> Own:
    said = Record(part)
    return tuple(
        open_answers(one, said) if one.name in part else () for one in found.variables
    )


def _alike(own: Sequence[Own], places: int) -> list[list[int]]:
    """Give, by place, the first part that says the same for itself from there on."""
    found = []
    for place in range(places + 1):
        first: dict[Own, int] = {}
        found.append([first.setdefault(one[place:], at) for at, one in enumerate(own)])
    return found


def _onward(
    found: Diagram,
    state: State,
    common: Sequence[tuple[int, ...]],
    own: Sequence[Own],
    alike: Sequence[Sequence[int]],
) -> Iterator[State]:
    """Give the next states: one for each answer that the parts have in common."""
    arrived, under_way = state
    inner = {at for _, nodes in under_way for at in nodes if at >= 0}
    place = min(found.nodes[at][0] for at in inner)
    for answer in common[place]:
        moved = {
            (
                alike[place + 1][number],
                _moved(found, nodes, place, own[number][place] or (answer,)),
            )
            for number, nodes in under_way
        }
        yield _state(found, arrived, moved)


def _moved(found: Diagram, nodes: Nodes, place: int, answers: tuple[int, ...]) -> Nodes:
    there: set[int] = set()
    for at in nodes:
        if at >= 0 and found.nodes[at][0] == place:
            there.update(found.nodes[at][1][answer] for answer in answers)
        else:
            there.add(at)
    return frozenset(there)


def _state(found: Diagram, arrived: Nodes, parts: Iterable[tuple[int, Nodes]]) -> State:
    """Join the parts that have arrived, or can rise above those no more."""
    least, peaks = min(arrived), _peaks(found)
    under_way = set()
    for number, nodes in parts:
        left = frozenset(
            at if (peaks[at] if at >= 0 else -1 - at) > least else -1 - least
            for at in nodes
        )
        if max(left) >= 0:
            under_way.add((number, left))
        else:
            arrived = _joined(arrived, frozenset(-1 - at for at in left))
    return arrived, frozenset(under_way)


def _joined(some: Nodes, more: Nodes) -> Nodes:
    """Give the highest of two, each of which may be any of its leaves."""
    least = max(min(some), min(more))
    return frozenset(leaf for leaf in some | more if leaf >= least)


@lru_cache(maxsize=64)
def _peaks(found: Diagram) -> tuple[int, ...]:
    """Give the highest leaf below each node."""
    peaks: list[int] = []
    for _, following in found.nodes:  # made before those above
        peaks.append(max(-1 - at if at < 0 else peaks[at] for at in following))
    return tuple(peaks)

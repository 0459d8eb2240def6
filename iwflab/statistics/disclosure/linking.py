"""What links tables that count the same: merged levels, and the sides of one table.

Tables of one unit and coverage are sums over joint cells that none of them shows.
Where tables hang together in a tree, what each two share says all that the joint cells
could (Vorob'ev, Theory of Probability 7, 1962); where they close a ring, as age by sex,
age by category and sex by category do, the joint cells are put beside them as a table
of which nothing is shown.  The ring is found by the reduction of Graham (Beeri and
others, J. ACM 30, 1983).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import prod

from iwflab.errors import BadInput
from iwflab.statistics.disclosure.tables import ALL, Key

Coarser = Mapping[str, Sequence[str]]  # a merged level, and the levels it is made of
Atoms = frozenset[str]
Parts = frozenset[Atoms]  # how the levels of a table divide what they cover
Sum = tuple[tuple[str, ...], Key, tuple[Key, ...]]  # names, a cell, what adds up to it
MOST_JOINT = 1500  # joint cells of one cut; more are not attacked together
FACES = 3  # of sides that are too many, each three are attacked together


@dataclass(frozen=True, slots=True)
class Shape:
    """The axes of a table and their levels."""

    names: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]

    @property
    def size(self) -> int:
        """How many inner cells it has."""
        return prod(len(one) for one in self.levels)


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis as all tables of a group have it: what it covers, and how it is cut.

    ``levels`` are those that tables show, ``base`` the finest that can be told apart,
    each with its atoms.
    """

    name: str
    covers: Atoms
    cuts: frozenset[Parts]
    levels: Mapping[str, Atoms]
    base: Mapping[str, Atoms]

    def __hash__(self) -> int:
        """Hash by what it covers; of two axes of a group that never agrees."""
        return hash((self.name, self.covers))


@dataclass(frozen=True, slots=True)
class Links:
    """What links a group of tables: tables that nobody showed, and merged levels.

    ``joint`` are shapes whose cells are unknown; ``merged`` gives for each shape the
    sums that make its cells those of another's levels; ``left_out`` are joint tables
    that were too large.
    """

    joint: tuple[Shape, ...]
    merged: Mapping[Shape, tuple[Sum, ...]]
    left_out: tuple[Shape, ...] = ()


def links(
    shapes: Collection[Shape], coarser: Coarser, *, most: int = MOST_JOINT
) -> Links:
    """Find what links tables of one unit and coverage.

    Raises BadInput where merged levels contradict themselves, or a table shows a level
    beside a part of it.
    """
    shapes = tuple(dict.fromkeys(shapes))
    axes = _axes(shapes, coarser)
    own = {shape: _axes_of(shape, axes, coarser) for shape in shapes}
    edges = [_told(shape, own[shape]) for shape in shapes]
    loose = []
    for axis in axes:
        if len(axis.cuts) > 1:
            edges.append(frozenset((axis, cut) for cut in axis.cuts))
            loose.append((axis,))
    joint, left_out = _joint(_ring(edges), most)
    own |= {_shape(some): some for some in (*loose, *joint)}
    merged = {shape: tuple(_merged(shape, some)) for shape, some in own.items()}
    made = tuple(shape for shape in own if shape not in shapes)
    return Links(made, merged, tuple(map(_shape, left_out)))


def atoms(level: str, coarser: Coarser, above: tuple[str, ...] = ()) -> Atoms:
    """Give the finest levels that a level is made of."""
    if level in above:
        raise BadInput(
            f"the merged level {level!r} is a part of itself",
            advice="name for each merged level the smaller ones it is made of",
        )
    parts = coarser.get(level)
    if parts is None:
        return frozenset([level])
    found = [atoms(part, coarser, (*above, level)) for part in parts]
    whole: Atoms = frozenset().union(*found)
    if not found or len(whole) != sum(map(len, found)):
        raise BadInput(
            f"the parts of the merged level {level!r} are none, or they overlap",
            advice="each part belongs to a merged level once",
        )
    return whole


def _axes(shapes: Sequence[Shape], coarser: Coarser) -> list[Axis]:
    """Find the axes; those of one name are one where one covers the other's levels."""
    seen: dict[str, dict[tuple[str, ...], dict[str, Atoms]]] = {}
    for shape in shapes:
        for name, own in zip(shape.names, shape.levels, strict=True):
            seen.setdefault(name, {})[own] = _levels(name, own, coarser)
    found = []
    for name, told in sorted(seen.items()):
        covered = {_whole(levels.values()) for levels in told.values()}
        tops = [c for c in covered if not any(c < other for other in covered)]
        for covers in sorted(tops, key=sorted):
            mine = [
                levels for levels in told.values() if covers >= _whole(levels.values())
            ]
            found.append(_axis(name, covers, mine))
    return found


def _levels(name: str, own: Sequence[str], coarser: Coarser) -> dict[str, Atoms]:
    found = {level: atoms(level, coarser) for level in own}
    if len(_whole(found.values())) != sum(map(len, found.values())):
        raise BadInput(
            f"a table shows a level of {name!r} and a part of it",
            advice="show the merged level or its parts, in two tables if both",
        )
    return found


def _whole(parts: Iterable[Atoms]) -> Atoms:
    return frozenset().union(*parts)


def _axis(name: str, covers: Atoms, told: Sequence[Mapping[str, Atoms]]) -> Axis:
    # A level that a table leaves out is empty in it: it stands there by itself.
    cuts = [
        frozenset(own.values())
        | {frozenset([a]) for a in covers - _whole(own.values())}
        for own in told
    ]
    blocks: dict[tuple[Atoms, ...], set[str]] = {}
    for atom in sorted(covers):
        at = tuple(next(block for block in cut if atom in block) for cut in cuts)
        blocks.setdefault(at, set()).add(atom)
    levels = {level: made for own in told for level, made in own.items()}
    called = {made: level for level, made in sorted(levels.items())}
    base = {
        called.get(frozenset(one), " + ".join(sorted(one))): frozenset(one)
        for one in blocks.values()
    }
    return Axis(name, covers, frozenset(cuts), levels, base)


def _axes_of(shape: Shape, axes: Sequence[Axis], coarser: Coarser) -> tuple[Axis, ...]:
    covers = [_whole(atoms(level, coarser) for level in own) for own in shape.levels]
    return tuple(
        next(axis for axis in axes if axis.name == name and covered <= axis.covers)
        for name, covered in zip(shape.names, covers, strict=True)
    )


Mark = tuple[Axis, Parts]


def _told(shape: Shape, axes: Sequence[Axis]) -> frozenset[Mark]:
    """Say by which axes, and in which of their cuts, a table can be read."""
    return frozenset(
        (axis, cut)
        for axis, own in zip(axes, shape.levels, strict=True)
        for cut in axis.cuts
        if _refines([_made(axis, level) for level in own], cut)
    )


def _made(axis: Axis, level: str) -> Atoms:
    return axis.levels[level] if level in axis.levels else axis.base[level]


def _refines(parts: Collection[Atoms], cut: Parts) -> bool:
    return all(any(part <= block for block in cut) for part in parts)


def _ring(edges: Sequence[frozenset[Mark]]) -> list[frozenset[Mark]]:
    """Take away what one table has alone, and tables within others; a ring stays."""
    left = list(dict.fromkeys(edges))
    while True:
        often = Counter(mark for edge in left for mark in edge)
        cut = [frozenset(m for m in edge if often[m] > 1) for edge in left]
        kept = [e for e in dict.fromkeys(cut) if not any(e < other for other in cut)]
        if kept == left:
            return kept if len(kept) > 1 else []
        left = kept


def _joint(
    ring: Sequence[frozenset[Mark]], most: int
) -> tuple[list[tuple[Axis, ...]], list[tuple[Axis, ...]]]:
    """Make the joint tables of a ring; of one that is too large each three sides."""
    made, left_out = [], []
    for found in _components([{axis for axis, _ in edge} for edge in ring]):
        axes = tuple(sorted(found, key=_order))
        if _shape(axes).size <= most:
            made.append(axes)
            continue
        left_out.append(axes)
        for some in combinations(axes, FACES):
            part = [frozenset(m for m in edge if m[0] in some) for edge in ring]
            if _shape(some).size <= most and _ring(part):
                made.append(some)
    return made, left_out


def _order(axis: Axis) -> tuple[str, list[str]]:
    return axis.name, sorted(axis.covers)


def _shape(axes: Sequence[Axis]) -> Shape:
    return Shape(tuple(a.name for a in axes), tuple(tuple(a.base) for a in axes))


def _components(edges: Sequence[set[Axis]]) -> list[set[Axis]]:
    found: list[set[Axis]] = []
    for edge in edges:
        touched = [one for one in found if one & edge]
        found = [one for one in found if not one & edge]
        found.append(edge.union(*touched))
    return found


def _merged(shape: Shape, axes: Sequence[Axis]) -> Iterator[Sum]:
    """Give the sums that make of the cells of a table those of other levels."""
    more = [
        dict(_coarse(axis, own)) for axis, own in zip(axes, shape.levels, strict=True)
    ]
    reach = [(*own, *to, ALL) for own, to in zip(shape.levels, more, strict=True)]
    for key in product(*reach):
        at = next((i for i, level in enumerate(key) if level in more[i]), None)
        if at is not None:
            parts = more[at][key[at]]
            below = tuple((*key[:at], part, *key[at + 1 :]) for part in parts)
            yield shape.names, key, below


def _coarse(axis: Axis, own: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Find the levels of other tables that are sums of a table's own."""
    mine = {level: _made(axis, level) for level in own}
    for level, block in axis.levels.items():
        parts = tuple(one for one, made in mine.items() if made & block)
        # A level that the table lacks is empty in it: it need not be among the parts.
        if level not in own and parts and all(mine[one] <= block for one in parts):
            yield level, parts

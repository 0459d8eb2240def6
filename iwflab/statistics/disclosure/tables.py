"""A table of counts with its margins, as it is known here and as it is shown outside.

A cell is named by one level for each of the table's names; ``ALL`` is the margin.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from iwflab.errors import BadInput

ALL = "all"
WITHHELD = "[c]"  # Government Analysis Function, symbols in tables: confidential

Key = tuple[str, ...]
Line = tuple[Key, tuple[Key, ...]]  # a margin and the cells that add up to it


@dataclass(frozen=True, slots=True)
class Counts:
    """True counts with every margin; made by :func:`counts_of`, which checks them.

    ``series`` says how many of a cell each series gave, margins too; it is empty
    where nobody said.  ``coverage`` names what was counted (a population, a period).
    """

    name: str
    unit: str
    coverage: str
    names: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    cells: Mapping[Key, int]
    series: Mapping[Key, Mapping[str, int]] = field(default_factory=dict)

    @property
    def total(self) -> Key:
        """The cell of everything."""
        return (ALL,) * len(self.names)


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell as others see it; what the rule alone lets them conclude.

    ``value`` is None where it is withheld; ``upper`` is None where nothing bounds it.
    """

    value: int | None
    lower: int
    upper: int | None

    @property
    def text(self) -> str:
        """The number, or the shorthand for a withheld one."""
        return WITHHELD if self.value is None else str(self.value)


@dataclass(frozen=True, slots=True)
class Published:
    """A table as it leaves: nothing in it but what is shown and the rule."""

    name: str
    unit: str
    coverage: str
    profile: str
    names: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    cells: Mapping[Key, Shown]

    @property
    def withheld(self) -> tuple[Key, ...]:
        """The cells that show no number."""
        return tuple(key for key, cell in self.cells.items() if cell.value is None)

    def percent(self, key: Key, base: Key) -> int | None:
        """Give a share in whole percent from what is shown, so that it tells no more.

        None where either number is withheld, or the base is shown as nothing.
        """
        part, whole = self.cells[key].value, self.cells[base].value
        if part is None or not whole:
            return None
        return (200 * part + whole) // (2 * whole)  # halves up, in whole numbers


def counts_of(
    inner: Mapping[Key, int],
    *,
    name: str,
    unit: str,
    names: Sequence[str],
    levels: Sequence[Sequence[str]],
    coverage: str = "",
    series: Mapping[Key, Mapping[str, int]] | None = None,
) -> Counts:
    """Make a table from its inner cells; what is not given is nought.

    ``series`` maps an inner cell to how much of it each series gave; those have to add
    up to the cell.  Raises BadInput for a table without a unit, an unknown level, a
    count below nought.
    """
    shape = tuple(tuple(one) for one in levels)
    _check_shape(name, unit, names, shape)
    _check_cells(inner, shape)
    given = {key: Counter(found) for key, found in (series or {}).items()}
    for key, found in given.items():
        if (
            key not in inner
            or sum(found.values()) != inner[key]
            or min(found.values(), default=1) < 1
        ):
            raise BadInput(
                f"the series of cell {key} do not add up to its count",
                advice="give each series its share of the cell, in the table's unit",
            )
    if given and any(n and key not in given for key, n in inner.items()):
        raise BadInput(
            "some cells name their series and some do not",
            advice="name the series of every cell, or of none",
        )
    cells: Counter[Key] = Counter()
    whose: dict[Key, Counter[str]] = {}
    for key, n in inner.items():
        for above in margins(key):
            cells[above] += n
            if given:
                whose.setdefault(above, Counter()).update(given.get(key, {}))
    whole = {key: cells[key] for key in keys(shape)}
    return Counts(name, unit, coverage, tuple(names), shape, whole, whose)


def counted(
    rows: Iterable[tuple[Key, str]],
    *,
    name: str,
    unit: str,
    names: Sequence[str],
    levels: Sequence[Sequence[str]],
    coverage: str = "",
) -> Counts:
    """Count rows of (inner cell, series); each row is one of the unit."""
    series: dict[Key, Counter[str]] = {}
    for key, whose in rows:
        series.setdefault(key, Counter())[whose] += 1
    inner = {key: sum(found.values()) for key, found in series.items()}
    return counts_of(
        inner,
        name=name,
        unit=unit,
        names=names,
        levels=levels,
        coverage=coverage,
        series=series,
    )


def keys(levels: Sequence[Sequence[str]]) -> Iterator[Key]:
    """Go through every cell, margins too."""
    return product(*[(*one, ALL) for one in levels])


def margins(key: Key) -> Iterator[Key]:
    """Go through the cells that an inner cell is part of, itself first."""
    return product(*[(level, ALL) for level in key])


def lines(levels: Sequence[Sequence[str]]) -> Iterator[Line]:
    """Go through every sum in the table: a margin, and what adds up to it."""
    for axis, own in enumerate(levels):
        others = [[ALL] if i == axis else [*one, ALL] for i, one in enumerate(levels)]
        for above in product(*others):
            parts = ((*above[:axis], level, *above[axis + 1 :]) for level in own)
            yield above, tuple(parts)


def inner(key: Key) -> bool:
    """Tell whether a cell is no margin."""
    return ALL not in key


def _check_shape(
    name: str, unit: str, names: Sequence[str], levels: Collection[Collection[str]]
) -> None:
    if not unit.strip():
        raise BadInput(
            f"the table {name!r} does not say what it counts",
            advice="give its unit: media, child appearances, victims, series",
        )
    if len(names) != len(levels) or not names or len(set(names)) != len(names):
        raise BadInput(
            f"the table {name!r} has {len(names)} names for {len(levels)} axes",
            advice="give each axis a name of its own",
        )
    for axis, own in zip(names, levels, strict=True):
        if not own or len(set(own)) != len(own) or ALL in own:
            raise BadInput(
                f"the levels of {axis!r} are empty, twice the same, or {ALL!r}",
                advice=f"{ALL!r} is the margin; it is added here",
            )


def _check_cells(cells: Mapping[Key, int], levels: Sequence[Sequence[str]]) -> None:
    known = set(product(*levels))
    for key, n in cells.items():
        if key not in known:
            raise BadInput(
                f"the table has no inner cell {key}",
                advice="give inner cells only; margins are added up here",
            )
        if n < 0 or n != int(n):
            raise BadInput(f"cell {key} holds {n}", advice="counts are whole numbers")

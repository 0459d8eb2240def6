"""Which cells may not be shown as they are, and why (primary suppression)."""

from collections.abc import Mapping
from enum import StrEnum

from iwflab.errors import BadInput
from iwflab.statistics.disclosure.profiles import WHOLE, Profile
from iwflab.statistics.disclosure.tables import Counts, Key, lines


class Why(StrEnum):
    """Why a cell may not be shown."""

    SMALL = "small count"
    ONE_SERIES = "one series dominates it"
    FEW_SERIES = "it comes from too few series"
    N_K = "its largest series are most of it"
    P_PERCENT = "its second largest series could work out the largest"
    GROUP = "a whole group is of one kind"


def primary(counts: Counts, profile: Profile) -> Mapping[Key, tuple[Why, ...]]:
    """Give each cell that may not be shown, margins too, with its reasons.

    Raises BadInput where the profile asks about series and the table names none.
    """
    if profile.asks_for_series and not counts.series and counts.cells[counts.total]:
        raise BadInput(
            f"{profile.name!r} asks which series the cells come from; nobody said",
            advice="count with the series of each row, or choose another profile",
        )
    grouped = _groups(counts) if profile.group_disclosure else frozenset[Key]()
    found: dict[Key, tuple[Why, ...]] = {}
    for key, n in counts.cells.items():
        why = [Why.SMALL] if profile.small(n) else []
        if profile.asks_for_series:
            why += dominance(counts.series.get(key, {}), profile)
        if key in grouped:
            why.append(Why.GROUP)
        if why:
            found[key] = tuple(why)
    return found


def dominance(series: Mapping[str, int], profile: Profile) -> list[Why]:
    """Say which rules about series a cell breaks, given how much each series gave.

    The (n, k) and p% rules: Hundepool et al., Statistical Disclosure Control, 2012,
    section 4.2.  An empty cell breaks none.
    """
    sizes = sorted(series.values(), reverse=True)
    total = sum(sizes)
    if not total:
        return []
    rest = total - sum(sizes[:2])
    n, k = profile.n_k or (0, 0)
    asked = {
        Why.ONE_SERIES: profile.one_series_percent
        and WHOLE * sizes[0] > profile.one_series_percent * total,
        Why.FEW_SERIES: len(sizes) < profile.fewest_series,
        Why.N_K: n and WHOLE * sum(sizes[:n]) > k * total,
        Why.P_PERCENT: WHOLE * rest < profile.p_percent * sizes[0],
    }
    return [why for why, broken in asked.items() if broken]


def _groups(counts: Counts) -> frozenset[Key]:
    """Find the cells that are all of their group, where there was a choice."""
    found: set[Key] = set()
    for above, parts in lines(counts.levels):
        total = counts.cells[above]
        if total and len(parts) > 1:
            found.update(part for part in parts if counts.cells[part] == total)
    return frozenset(found)

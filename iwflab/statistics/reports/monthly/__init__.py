"""The monthly statistical report: what was assessed, of whom, how severe, from where.

Its parts are those that hotlines publish (statistics reference, section 14).  What a
lab does not collect is said, with the reason; what may not be shown is withheld, with
the reason; nothing of either is printed as nought.
"""

from collections.abc import Mapping
from dataclasses import replace

from iwflab.domain.version import VERSION
from iwflab.statistics.disclosure import Profile
from iwflab.statistics.disclosure import profile as profile_named
from iwflab.statistics.reports.counting import Frames, checked, counted_in
from iwflab.statistics.reports.model import Report, ReportKind, told_from
from iwflab.statistics.reports.monthly.example import example
from iwflab.statistics.reports.monthly.sections import sections
from iwflab.statistics.reports.monthly.standards import standards
from iwflab.statistics.reports.monthly.wanted import Detail, apart, linked, merged
from iwflab.statistics.reports.periods import Period, period_of
from iwflab.statistics.reports.releasing import EMPTY, TOO_SMALL, Kept, together

BEFORE = ("age", "arrived")  # what is compared with the period before
BANDED = ("age", "severity_by_age")
CODED = ("severity", "severity_by_age", "severity_by_sex", "severity_by_kind")
NOTHING = f"not collected: {EMPTY}"
TITLE = "Monthly statistics of assessed media"


def compose(
    frames: Frames,
    *,
    period: tuple[object, object],
    profile: Profile | str = "cautious",
    told: Mapping[str, object],
    seed: bytes | None = None,
) -> Report:
    """Make the report of some months from the counted frames.

    ``period`` names the first and the last month ("2026-10") or their first and last
    day.  ``told`` holds organisation, contact, next_release and cut (the day of the
    data), and may hold provisional and code_version.  ``seed`` is the lab's secret of
    random rounding.  An optional frame ``released`` (medium, released_on) gives the
    hashes.  Raises BadInput where frames or words are missing.
    """
    checked(frames)
    rule = profile_named(profile) if isinstance(profile, str) else profile
    facts = told_from(told, code_version=VERSION)
    months = period_of(*period)
    now = protected(frames, months, rule, seed=seed)
    # As it was protected for its own report, so that both show the same cells.
    earlier = protected(frames, months.before, rule, seed=seed)
    before = {name: earlier[name] for name in BEFORE if comparable(now, earlier, name)}
    kept = [*now.values(), *before.values()]
    return Report(
        name=f"monthly-{months.code}",
        title=f"{TITLE}, {months.text}",
        period=months,
        told=facts,
        profile=rule,
        sections=sections(now, before, months),
        standards=standards(rule, facts),
        entries=tuple(one.entry for one in kept if one.entry is not None),
        verdicts=tuple((_called(one), one.verdict) for one in kept),
        seed="random rounding with a secret seed" if seed else "",
    )


def protected(
    frames: Frames, period: Period, profile: Profile, *, seed: bytes | None = None
) -> dict[str, Kept]:
    """Protect every table of a period together, as finely as it can be shown.

    Bands are taken in pairs, and the mildest category with undetermined, where that
    lets more tables out, or as many with more numbers in those of one axis; never both
    ways, for what is merged tells what the fine levels hide.
    """
    counted = counted_in(frames, period)
    coarser = merged(counted)

    def kept(detail: Detail) -> dict[str, Kept]:
        asked = linked(frames, counted, detail)
        return together(asked, profile, coarser=coarser, seed=seed)

    found = [kept(Detail())]
    # All children are shown beside a whole table of sexes only, however banded.
    children = _lacks(found[0], ("all_children",)) and not _hides(found[0]["sex"])
    bands = children or _lacks(found[0], BANDED)
    codes = _lacks(found[0], CODED) or _hides(found[0]["severity"])
    codes = codes and len(counted.levels) > 1
    if bands:
        found.append(kept(Detail(wide_bands=True)))
    if codes:
        found.append(kept(Detail(joined_codes=True)))
    if bands and codes:
        found.append(kept(Detail(wide_bands=True, joined_codes=True)))
    best = max(found, key=_shown)  # of equals the finest, which comes first
    others = together(apart(frames, counted, profile), profile, seed=seed)
    return _untold(best, others["outcome"]) | others


def _untold(items: Mapping[str, Kept], outcome: Kept) -> dict[str, Kept]:
    """Where the outcome is withheld, say no more of no items than of a few.

    That nothing is in a category would tell what the outcome hides: all is in none.
    """
    few = f"withheld: {TOO_SMALL}"
    return {
        name: replace(one, absent=few)
        if one.absent == NOTHING and outcome.absent.startswith("withheld")
        else one
        for name, one in items.items()
    }


def _lacks(kept: Mapping[str, Kept], names: tuple[str, ...]) -> bool:
    return any(kept[name].published is None for name in names)


def _hides(kept: Kept) -> bool:
    return kept.published is None or bool(kept.published.withheld)


def _shown(kept: Mapping[str, Kept]) -> tuple[int, int]:
    """Count the tables that are shown, and the numbers in those of one axis."""
    tables = [one.published for one in kept.values() if one.published is not None]
    simple = [one for one in tables if len(one.names) == 1]
    return len(tables), sum(len(one.cells) - len(one.withheld) for one in simple)


def comparable(now: Mapping[str, Kept], before: Mapping[str, Kept], name: str) -> bool:
    """Tell whether both periods show a table, with the same levels."""
    first, second = now[name].published, before[name].published
    return bool(first and second and first.levels == second.levels)


def _called(kept: Kept) -> str:
    return kept.published.name if kept.published else kept.name


MONTHLY = ReportKind("monthly", TITLE, compose, example)

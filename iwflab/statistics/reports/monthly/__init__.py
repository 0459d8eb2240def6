"""The monthly statistical report: what was assessed, of whom, how severe, from where.

Its parts are those that hotlines publish (statistics reference, section 14).  What a
lab does not collect is said, with the reason; what may not be shown is withheld, with
the reason; nothing of either is printed as nought.
"""

from collections.abc import Mapping
from dataclasses import replace

from iwflab.domain.categories import UNDETERMINED
from iwflab.domain.version import VERSION
from iwflab.statistics.disclosure import Profile
from iwflab.statistics.disclosure import profile as profile_named
from iwflab.statistics.reports.counting import Frames, checked, counted_in, read_by
from iwflab.statistics.reports.model import Report, ReportKind
from iwflab.statistics.reports.monthly.example import example
from iwflab.statistics.reports.monthly.sections import sections
from iwflab.statistics.reports.monthly.standards import standards
from iwflab.statistics.reports.monthly.wanted import Detail, apart, linked, merged
from iwflab.statistics.reports.periods import Period, period_of
from iwflab.statistics.reports.releasing import EMPTY, TOO_SMALL, Kept, together
from iwflab.statistics.reports.telling import must_be_over, told_from

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
    data), scheme and scheme_version (of the codes), and may hold provisional, revised
    (why it corrects what left before) and code_version.  ``seed`` is the lab's secret
    of random rounding.  An optional frame ``released`` (medium, released_on) gives the
    hashes.  Raises BadInput where frames or words are missing, and where the frames
    hold what is later than the cut, the months have not begun then, or are not over and
    the report is not provisional.
    """
    checked(frames)
    rule = profile_named(profile) if isinstance(profile, str) else profile
    facts = told_from(told, code_version=VERSION)
    read_by(frames, facts.cut)
    months = period_of(*period).read_on(facts.cut)
    must_be_over(months, facts)
    now = protected(frames, months, rule, scheme=facts.scheme, seed=seed)
    # As it was protected for its own report, so that both show the same cells.
    earlier = protected(frames, months.before, rule, scheme=facts.scheme, seed=seed)
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
    frames: Frames,
    period: Period,
    profile: Profile,
    *,
    scheme: str = "",
    seed: bytes | None = None,
) -> dict[str, Kept]:
    """Protect every table of a period together, as finely as it can be shown.

    Bands are taken in pairs, and the mildest category with undetermined, where that
    lets more tables out, or as many with more numbers in those of one axis; never both
    ways, for what is merged tells what the fine levels hide.  ``scheme`` names that of
    the codes.
    """
    counted = counted_in(frames, period, scheme)
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
    outcomes = [Detail(joined_outcomes=True)]
    if _tells_undetermined(best["severity"]) and not seed:
        outcomes.insert(0, Detail())
    others = [
        together(
            apart(frames, counted, detail, profile), profile, coarser=coarser, seed=seed
        )
        for detail in outcomes
    ]
    chosen = max(others, key=_told)
    return _untold(best, chosen["outcome"]) | chosen


def _told(kept: Mapping[str, Kept]) -> tuple[int, int]:
    """Count the tables that are shown, and how few of their numbers are not."""
    shown = [one.published for one in kept.values() if one.published is not None]
    return len(shown), -sum(len(one.withheld) for one in shown)


def _tells_undetermined(severity: Kept) -> bool:
    """Tell whether it is shown how many items are undetermined, and all beside it.

    What was assessed has the same ones, which no audit knows: it counts them apart
    only where nothing of them is hidden (and nothing is drawn twice by a seed).
    """
    shown = severity.published
    if shown is None or shown.withheld:
        return False
    return UNDETERMINED in shown.levels[0]


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

"""Looks at a table that is to leave once more, without believing who protected it.

What can be seen of the table itself: that it keeps the form of its rule, shows no
small count and hides what it says.  Whether a series dominates a cell cannot be seen.
"""

from collections.abc import Iterator

from iwflab.errors import Contradiction
from iwflab.statistics.disclosure.auditing import known_of
from iwflab.statistics.disclosure.equations import knots
from iwflab.statistics.disclosure.outputs import Outcome, Verdict
from iwflab.statistics.disclosure.releases import Entry
from iwflab.statistics.disclosure.rounding import behind
from iwflab.statistics.disclosure.tables import ALL, Key, Shown, keys


def looked_at(one: Entry) -> Verdict:
    """Give what was said of a table, or what is wrong with it; that fails."""
    if one.profile.method == "open":
        reason = "nothing is withheld; inside the organisation only"
        return Verdict(Outcome.REVIEW, reason)
    problem = next(_problems(one), "")
    return Verdict(Outcome.FAIL, problem) if problem else one.verdict


def _problems(one: Entry) -> Iterator[str]:
    table, rule = one.published, one.profile
    if table.profile != rule.name:
        yield f"it names the profile {table.profile!r}, and its rule is {rule.name!r}"
    shaped = len(table.names) == len(table.levels)
    if not shaped or set(table.cells) != set(keys(table.levels)):
        yield "its cells are not those of its levels, margins included"
        return
    for key, cell in table.cells.items():
        if not _in_form(one, cell):
            yield f"{_at(key)} shows {cell.text}, which {rule.name!r} does not let out"
    withheld = set(table.withheld)
    for key, width in one.hidden.items():
        if key not in withheld or width < rule.width:
            yield f"{_at(key)} has to be hidden by {rule.width}, and is not"
    if not set(one.small) <= set(one.hidden):
        yield "it names small counts that nothing hides"
    for key in _surely_small(one, withheld - set(one.hidden)):
        yield f"{_at(key)} is withheld, and sure to be a small count"


def _in_form(one: Entry, cell: Shown) -> bool:
    """Tell whether the rule of a table shows a cell like this one."""
    rule, table = one.profile, one.published
    if rule.method == "round":
        if cell.value is None:
            return cell == Shown(None, 1, rule.threshold - 1)
        both = [behind(cell.value, rule, nearest=nearest) for nearest in (True, False)]
        return cell in both
    total = table.cells[(ALL,) * len(table.names)].value
    if cell.value is None:
        return total is not None and cell == Shown(
            None, int(rule.zeros == "shown"), total
        )
    n = cell.value
    return n >= 0 and not rule.small(n) and cell == Shown(n, n, n)


def _surely_small(one: Entry, unsaid: set[Key]) -> Iterator[Key]:
    """Find cells that nobody was asked to hide, and of which it follows all the same.

    A table that does not add up is found where it is held against all others.
    """
    most = one.profile.threshold - 1
    if not unsaid or one.profile.method != "withhold":
        return
    small = () if one.together else one.small
    try:
        for knot in knots(known_of(one.published, one.profile, small=small)):
            for key in unsaid.intersection(knot.names):
                if knot.surely({key: 1}, 1, most):
                    yield key
    except Contradiction:
        return


def _at(key: Key) -> str:
    return " / ".join(key)

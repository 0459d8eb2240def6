"""What is said of a table is believed as far as the table bears it out."""

from dataclasses import replace

import pytest

from iwflab.statistics.disclosure import (
    ALL,
    Outcome,
    Release,
    Verdict,
    entry,
    profile,
    protect,
    weigh,
)
from iwflab.statistics.disclosure.rechecking import looked_at
from iwflab.statistics.disclosure.tables import Shown

from .disclosure_tables import random_table, table_of

PARTNER = replace(profile("partner"), one_series_percent=0, width_percent=0)
ROUNDED = replace(
    profile("public_detailed"), one_series_percent=0, group_disclosure=False
)
TABLE = table_of([[3, 20, 9], [40, 50, 30]])
SECRET = b"a secret of sixteen"


def _told(one):
    """What is said of a table that leaves alone, by a pass of its own."""
    passed = replace(one, verdict=Verdict(Outcome.PASS, "trust me"))
    return weigh(Release("R", "2026-01-31", (passed,)), [])[0]


@pytest.mark.parametrize("seed", range(12))
def test_what_was_protected_here_bears_it_out(seed):
    counts = random_table(seed, shapes=[(3, 4), (2, 3, 2), (3, 5)])
    for rule, secret in ((PARTNER, None), (ROUNDED, None), (ROUNDED, SECRET)):
        done = protect(counts, rule, seed=secret)
        if done.published is not None:
            assert looked_at(entry(done, rule)) == done.verdict


def _with(one, key, cell):
    cells = {**one.published.cells, key: cell}
    return replace(one, published=replace(one.published, cells=cells))


def _without(one, key):
    cells = {k: cell for k, cell in one.published.cells.items() if k != key}
    return replace(one, published=replace(one.published, cells=cells))


SMALL, AT = ("a0", "b0"), ("a1", "b1")
FORGED = {
    "another name": (
        lambda one: replace(one, published=replace(one.published, profile="cautious")),
        "names the profile",
    ),
    "a small count": (lambda one: _with(one, SMALL, Shown(3, 3, 3)), "shows 3"),
    "a small margin": (lambda one: _with(one, ("a0", ALL), Shown(4, 4, 4)), "shows 4"),
    "loose ends": (lambda one: _with(one, AT, Shown(50, 0, 90)), "shows 50"),
    "below nought": (lambda one: _with(one, AT, Shown(-2, -2, -2)), "shows -2"),
    "a loose mark": (lambda one: _with(one, SMALL, Shown(None, 0, 900)), "shows .c."),
    "no total": (lambda one: _with(one, (ALL, ALL), Shown(None, 0, 9)), "shows .c."),
    "a lost cell": (lambda one: _without(one, AT), "not those of its levels"),
    "a width of one": (lambda one: replace(one, hidden={SMALL: 1}), "hidden by 5"),
    "hidden and shown": (lambda one: replace(one, hidden={AT: 5}), "hidden by 5"),
    "small and not hidden": (lambda one: replace(one, hidden={}), "nothing hides"),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_table_that_is_not_as_its_rule_makes_it_fails(how):
    honest = entry(protect(TABLE, PARTNER), PARTNER)
    assert SMALL in honest.hidden
    assert _told(honest).outcome is Outcome.PASS
    forge, words = FORGED[how]
    verdict = looked_at(forge(honest))

    assert verdict.outcome is Outcome.FAIL
    assert words.replace(".c.", "[c]") in verdict.reason


def test_a_small_count_that_nobody_declared_is_found_all_the_same():
    """Of 3, 20 and a margin of 23 the 3 alone is withheld: it follows from them."""
    honest = entry(protect(TABLE, PARTNER), PARTNER)
    total = honest.published.cells[ALL, ALL].value
    cells = {k: Shown(n, n, n) for k, n in TABLE.cells.items()}
    cells[SMALL] = Shown(None, 0, total)
    forged = replace(
        honest, published=replace(honest.published, cells=cells), hidden={}, small=()
    )
    assert "sure to be a small count" in looked_at(forged).reason
    assert _told(forged).outcome is Outcome.FAIL


def test_rounded_numbers_are_those_of_their_base():
    counts = table_of([[30, 20], [41, 3]])
    honest = entry(protect(counts, ROUNDED), ROUNDED)
    assert looked_at(honest) == honest.verdict
    for cell in (Shown(31, 31, 31), Shown(30, 0, 90), Shown(None, 0, 90)):
        assert looked_at(_with(honest, ("a0", "b0"), cell)).outcome is Outcome.FAIL


def test_what_is_open_never_passes():
    rule = profile("internal")
    one = entry(protect(table_of([[1, 2], [3, 4]]), rule), rule)
    assert _told(one).outcome is Outcome.REVIEW

"""Tables of a report together: coarser options, ties, reasons that tell no size."""

from dataclasses import replace

import pandas as pd
import pytest

from iwflab.errors import BadInput
from iwflab.statistics.disclosure import (
    Outcome,
    Release,
    check_release,
    counts_of,
    profile,
)
from iwflab.statistics.reports.counting import counted_in
from iwflab.statistics.reports.monthly.wanted import Detail, linked, merged
from iwflab.statistics.reports.periods import period_of
from iwflab.statistics.reports.releasing import Asked, together

PARTNER = replace(profile("partner"), one_series_percent=0, width_percent=0)


def _one(axis, values, **more):
    inner = {(level,): n for level, n in values.items()}
    told = {"name": axis, "unit": "media", "coverage": "items", **more}
    return counts_of(inner, names=[axis], levels=[list(values)], **told)


def _by(values):
    rows = list(dict.fromkeys(row for row, _ in values))
    columns = list(dict.fromkeys(column for _, column in values))
    told = {"name": "a by b", "unit": "media", "coverage": "items"}
    return counts_of(values, names=["a", "b"], levels=[rows, columns], **told)


def _passes(kept):
    entries = tuple(one.entry for one in kept.values() if one.entry)
    release = Release("x", "2026-01-01", entries)
    return check_release(release, [], PARTNER)[0].outcome is Outcome.PASS


def test_a_table_that_must_be_whole_is_counted_more_coarsely_and_frees_the_others():
    """While ``fine`` was wanted p and q were withheld with it; now they are not."""
    fine = _one("a", {"x": 3, "y": 7, "z": 50})
    wide = _one("a", {"x or y": 10, "z": 50})
    cross = _by(
        {("x or y", "p"): 5, ("x or y", "q"): 5, ("z", "p"): 25, ("z", "q"): 25}
    )
    asked = [Asked("a", (fine, wide), whole=True), Asked("a by b", (cross,))]
    coarser = {"x or y": ("x", "y")}
    kept = together(asked, PARTNER, coarser=coarser)

    assert kept["a"].published.levels == (("x or y", "z"),)
    assert kept["a"].entry.merged == {"x or y": ("x", "y")}
    assert kept["a by b"].published.withheld == ()
    assert _passes(kept)


def test_a_table_whose_needs_hide_something_is_left_out_with_its_reason():
    hides = Asked("a", (_one("a", {"x": 3, "y": 7, "z": 50}),))
    tied = Asked("b", (_one("b", {"p": 60}, coverage="b"),), whole=True, needs=("a",))
    kept = together([hides, tied], PARTNER)

    assert kept["b"].published is None
    assert "could be worked out from other tables" in kept["b"].absent
    whole = replace(hides, options=(_one("a", {"x": 10, "y": 50}),))
    assert together([whole, tied], PARTNER)["b"].published is not None


def test_no_reason_tells_a_size_and_what_nobody_counted_says_so():
    asked = [
        Asked("a", (_one("a", {"x": 60, "y": 40}),)),
        Asked("tight", (_one("c", {"r": 1, "s": 99}),)),
        Asked("none", absent="nothing was recorded"),
        Asked("few", (_one("d", {"p": 3}, coverage="few"),)),
    ]
    kept = together(asked, replace(PARTNER, width=120))

    assert list(kept) == ["a", "tight", "none", "few"]
    assert kept["a"].published is not None
    assert kept["tight"].absent.startswith("withheld: with the other tables")
    assert kept["none"].absent == "not collected: nothing was recorded"
    assert kept["few"].absent == (
        "withheld: the numbers are too small to be shown safely"
    )
    reasons = " ".join(one.absent for one in kept.values())
    assert not any(sign.isdigit() for sign in reasons)


def test_two_tables_of_one_name_are_refused():
    with pytest.raises(BadInput, match="one name"):
        together([Asked("a"), Asked("a")], PARTNER)


def test_what_is_open_is_whole():
    one = Asked("a", (_one("a", {"x": 3, "y": 7}),), whole=True)
    kept = together([one], profile("internal"))

    assert kept["a"].published.cells["x",].value == 3


def test_a_month_told_finely_and_then_coarsely_is_held_together(example):
    """A correction in other bands tells what the first one hid; the ledger says so."""
    frames, _ = example
    counted = counted_in(frames, period_of("2026-09", "2026-09"))
    first, second = (
        _release(linked(frames, counted, detail), merged(counted))
        for detail in (Detail(), Detail(wide_bands=True, joined_codes=True))
    )
    bare = tuple(replace(one, merged={}) for one in second.entries)
    _, without = check_release(replace(second, entries=bare), [first], PARTNER)
    _, leaks = check_release(second, [first], PARTNER)

    assert {one.cell for one in leaks} > {one.cell for one in without}
    assert {level for one in second.entries for level in one.merged} == {
        *("0-6", "7-13", "14-17", "C or undetermined"),
    }


def _release(asked, coarser):
    some = [one for one in asked if one.name in {"age", "severity", "severity_by_age"}]
    kept = together(some, PARTNER, coarser=coarser)
    entries = tuple(one.entry for one in kept.values() if one.entry)
    return Release("x", "2026-11-05", entries)


def test_a_scheme_without_categories_joins_none(example):
    frames, _ = example
    bare = frames["media"].assign(code=pd.Categorical(["none"] * 600, ["none"]))
    counted = counted_in({**frames, "media": bare}, period_of("2026-09", "2026-09"))

    assert set(merged(counted)) == {"0-6", "7-13", "14-17", "2 or more"}
